// Frames as text for people, and as code for a test file.

const TEXT_MAX = 60;
const DEPTH_MAX = 4;

/** A frame in at most some 60 characters, the same for the same value. Never throws. */
export function showValue(value: unknown): string {
  let text: string;
  try {
    text = show(value, 0);
  } catch {
    text = "(cannot be shown)";
  }
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX - 3)}...`;
}

function show(value: unknown, depth: number): string {
  if (typeof value === "string") return JSON.stringify(value.length > 200 ? value.slice(0, 200) : value);
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Uint8Array) return showBytes(value);
  if (typeof value === "function") return "(function)";
  if (typeof value !== "object" || value === null) return String(value);
  if (depth === DEPTH_MAX) return "…";
  if (Array.isArray(value))
    return `[${value
      .slice(0, 20)
      .map((item) => show(item, depth + 1))
      .join(", ")}]`;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Map) return `Map ${show([...value], depth + 1)}`;
  if (value instanceof Set) return `Set ${show([...value], depth + 1)}`;
  const fields = Object.entries(value).slice(0, 20);
  return fields.length === 0
    ? "{}"
    : `{ ${fields.map(([key, field]) => `${key}: ${show(field, depth + 1)}`).join(", ")} }`;
}

function showBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return "(0 bytes)";
  const head = bytes.subarray(0, 12);
  const hex = [...head].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return bytes.length > head.length ? `(${bytes.length} bytes) ${hex} …` : hex;
}

/** A value as a JavaScript expression, or null where there is none (class instances, cycles, much of it). */
export function codeOf(value: unknown): string | null {
  const text = code(value, 0);
  return text === null || text.length > 2000 ? null : text;
}

function code(value: unknown, depth: number): string | null {
  if (depth > DEPTH_MAX * 2) return null;
  if (value === undefined) return "undefined";
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "string") return escaped(JSON.stringify(value));
  if (typeof value === "boolean" || value === null) return String(value);
  if (typeof value !== "object") return null;
  if (value instanceof Uint8Array) {
    if (value.length > 256) return null;
    return Buffer.isBuffer(value)
      ? `Buffer.from([${value.join(", ")}])`
      : `Uint8Array.of(${value.join(", ")})`;
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => code(item, depth + 1));
    return items.includes(null) ? null : `[${items.join(", ")}]`;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (
    prototype !== null &&
    prototype !== Object.prototype &&
    Object.prototype.toString.call(value) !== "[object Object]"
  )
    return null;
  if (prototype !== null && (prototype as { constructor?: { name?: string } }).constructor?.name !== "Object")
    return null;
  const fields: string[] = [];
  for (const [key, field] of Object.entries(value)) {
    const text = code(field, depth + 1);
    if (text === null) return null;
    fields.push(`${/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key)}: ${text}`);
  }
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

/** Line separators and lone surrogates as escapes: the file stays UTF-8 and on one line. */
function escaped(text: string): string {
  return text.replaceAll(
    /[\u2028\u2029\u007f-\u009f]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
