// What Redis's protocol can say (RESP2 and RESP3, redis.io/docs/reference/protocol-spec), and how it is written.

/** A value of RESP. What only RESP3 has: null of its own, booleans, doubles, big numbers, bulk errors, verbatim strings, maps, sets, pushes, attributes. */
export type RespValue = RespBody & {
  /** Auxiliary data in front of the value (`|`). */
  readonly attributes?: readonly RespEntry[];
};

export type RespEntry = readonly [RespValue, RespValue];

export type RespBody =
  | { readonly type: "simple string" | "simple error"; readonly text: string }
  | { readonly type: "integer" | "big number"; readonly value: bigint }
  | { readonly type: "bulk string" | "bulk error"; readonly bytes: Uint8Array }
  /** `$-1`, `*-1` or `_`. */
  | { readonly type: "null bulk string" | "null array" | "null" }
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "double"; readonly value: number }
  /** `format` is three bytes: `txt`, `mkd`. */
  | { readonly type: "verbatim string"; readonly format: string; readonly bytes: Uint8Array }
  | { readonly type: "array" | "set" | "push"; readonly items: readonly RespValue[] }
  | { readonly type: "map"; readonly entries: readonly RespEntry[] };

const RESP2 = new Set([
  "simple string",
  "simple error",
  "integer",
  "bulk string",
  "null bulk string",
  "null array",
  "array",
]);
const INTEGER_MAX = 2n ** 63n;
const BREAKS = /[\r\n]/;
const NOT_LATIN1 = /[^\u0000-\u00ff]/;
/** Nesting a decoder takes: deeper, and recursing over the value would end the process. */
export const DEPTH_MAX = 64;

/** The bytes of `value`. Throws RangeError for what the version cannot say. */
export function respBytes(value: RespValue, version: 2 | 3): Uint8Array {
  const parts: Uint8Array[] = [];
  write(value, version, parts, 0);
  return new Uint8Array(Buffer.concat(parts));
}

function write(value: RespValue, version: 2 | 3, parts: Uint8Array[], depth: number): void {
  if (depth > DEPTH_MAX) throw new RangeError(`a value nests at most ${DEPTH_MAX} deep`);
  const line = (text: string): void => {
    parts.push(Buffer.from(`${text}\r\n`, "latin1"));
  };
  const bulk = (sign: string, bytes: Uint8Array): void => {
    line(`${sign}${bytes.length}`);
    parts.push(bytes);
    line("");
  };
  const each = (values: readonly RespValue[]): void => {
    for (const item of values) write(item, version, parts, depth + 1);
  };
  if (version === 2 && (!RESP2.has(value.type) || value.attributes !== undefined))
    throw new RangeError(`RESP2 has no ${value.attributes === undefined ? value.type : "attributes"}`);
  if (value.attributes !== undefined) {
    line(`|${value.attributes.length}`);
    each(value.attributes.flat());
  }
  switch (value.type) {
    case "simple string":
    case "simple error":
      if (BREAKS.test(value.text) || NOT_LATIN1.test(value.text))
        throw new RangeError("a simple string has no CR or LF, and a byte a character");
      return line(`${value.type === "simple string" ? "+" : "-"}${value.text}`);
    case "integer":
      if (value.value >= INTEGER_MAX || value.value < -INTEGER_MAX)
        throw new RangeError("an integer has 64 bits");
      return line(`:${value.value}`);
    case "big number":
      return line(`(${value.value}`);
    case "bulk string":
      return bulk("$", value.bytes);
    case "bulk error":
      return bulk("!", value.bytes);
    case "null bulk string":
      return line("$-1");
    case "null array":
      return line("*-1");
    case "null":
      return line("_");
    case "boolean":
      return line(value.value ? "#t" : "#f");
    case "double":
      return line(`,${doubleText(value.value)}`);
    case "verbatim string":
      if (value.format.length !== 3 || NOT_LATIN1.test(value.format))
        throw new RangeError("a format is three bytes");
      return bulk("=", Buffer.concat([Buffer.from(`${value.format}:`, "latin1"), value.bytes]));
    case "map":
      line(`%${value.entries.length}`);
      return each(value.entries.flat());
    case "array":
    case "set":
    case "push":
      line(`${value.type === "array" ? "*" : value.type === "set" ? "~" : ">"}${value.items.length}`);
      return each(value.items);
  }
}

function doubleText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0" : String(value);
}
