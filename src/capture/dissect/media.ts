// A body by its media type: text and what is text underneath as lines, anything else as bytes.

import { addPlainData } from "./data.ts";
import { addJson, isJson, JSON_TITLE } from "./json.ts";
import { latin1, utf8 } from "./protocol.ts";
import { addTextLines, lineEnd } from "./text-lines.ts";
import type { Dissection } from "./tree.ts";

/** Layer, and what its line says, of types with a name of their own in Wireshark. */
const LAYERS = new Map<string, readonly [layer: string, title: string]>([
  ["application/json", ["json", `${JSON_TITLE}: application/json`]],
  [
    "application/x-www-form-urlencoded",
    ["urlencoded-form", "HTML Form URL Encoded: application/x-www-form-urlencoded"],
  ],
  ["application/xml", ["xml", "eXtensible Markup Language"]],
  ["text/xml", ["xml", "eXtensible Markup Language"]],
  ["application/javascript", ["data-text-lines", ""]],
  ["application/x-javascript", ["data-text-lines", ""]],
  ["image/gif", ["image-gif", "Compuserve GIF"]],
  ["image/png", ["png", "Portable Network Graphics"]],
  ["image/jpeg", ["image-jfif", "JPEG File Interchange Format"]],
]);

const LINES_MAX = 2_000;

/** Bytes that tell XML from other bodies. */
export const XML_BEGINS_BYTES = 5;

function beginsAsXml(bytes: Uint8Array, start: number, end: number): boolean {
  return latin1(bytes, start, Math.min(end, start + XML_BEGINS_BYTES)) === "<?xml";
}

/** The layer of a body of `type`, beginning in [start, end), that has no lines of its own and no parts, so that its type is all there is to say; null for others. */
export function plainMedia(type: string, bytes: Uint8Array, start: number, end: number): string | null {
  if (/^(?:text|multipart)\//.test(type) || LAYERS.has(type) || beginsAsXml(bytes, start, end)) return null;
  return isUntyped(type) ? "data" : "media";
}

/** Whether the type says no more than that there are bytes; Info leaves it out. */
export function isUntyped(type: string): boolean {
  return type === "" || type === "application/octet-stream";
}

/** Adds the body in [start, end) and, for what Wireshark names there, its type to the columns. */
export function addMedia(d: Dissection, type: string, start: number, end: number, column: string): void {
  if (end <= start) return;
  const held = d.captured(end);
  const isXml = beginsAsXml(d.bytes, start, held);
  if (type.startsWith("text/") && !isXml && type !== "text/xml") {
    addType(d, type);
    addTextLines(d, type, start, end);
    return;
  }
  const known = isXml ? LAYERS.get("application/xml") : LAYERS.get(type);
  if (known === undefined) {
    if (isUntyped(type)) {
      addPlainData(d, start, end);
      return;
    }
    addType(d, type);
    const media = d.layer("media", "Media Type", start, held - start);
    d.add(media.children, null, `Media type: ${type} (${held - start} bytes)`, start, held - start);
    return;
  }
  const [layer, title] = known;
  // XML in a body that calls itself text is found among the lines.
  if (layer === "xml" && type.startsWith("text/") && type !== "text/xml") d.layers.push("data-text-lines");
  if (layer === "data-text-lines") {
    addType(d, type);
    addTextLines(d, type, start, end);
    return;
  }
  if (layer === "xml" || layer === "json") d.columns(`${column}/${layer.toUpperCase()}`, d.info);
  if (layer === "json" && d.quoted === 0) d.info += `, ${JSON_TITLE}`;
  if (layer !== "xml") addType(d, type);
  const node = d.layer(layer, title, start, held - start);
  if (layer === "json" && isJson(d.bytes, start, held)) addJson(d, node.children, start, held);
  else if (layer === "json" || layer === "xml") {
    for (let at = start, lines = 0; at < held && lines < LINES_MAX; lines++) {
      const next = lineEnd(d.bytes, at, held);
      d.add(node.children, null, utf8(d.bytes, at, Math.min(next, at + 4096)), at, next - at);
      at = next;
    }
  } else if (layer === "urlencoded-form") {
    addForm(d, node.children, start, held);
  }
}

function addType(d: Dissection, type: string): void {
  if (d.quoted === 0) d.info += ` (${type})`;
}

const FORM_BYTES_MAX = 65_536;
const FORM_ITEMS_MAX = 500;

/** A key goes on until `=`, its value until `&`. */
function addForm(d: Dissection, out: Dissection["tree"], start: number, end: number): void {
  const text = latin1(d.bytes, start, Math.min(end, start + FORM_BYTES_MAX));
  for (let at = 0, i = 0; at < text.length && i < FORM_ITEMS_MAX; i++) {
    const equals = text.indexOf("=", at);
    const keyEnd = equals === -1 ? text.length : equals;
    const from = Math.min(keyEnd + 1, text.length);
    const and = text.indexOf("&", from);
    const to = and === -1 ? text.length : and;
    const [key, value] = [plain(text.slice(at, keyEnd)), plain(text.slice(from, to))];
    const node = d.add(out, null, `Form item: "${key}" = "${value}"`, start + at, to - at);
    d.add(node.children, "urlencoded-form.key", `Key: ${key}`, start + at, keyEnd - at, key);
    d.add(node.children, "urlencoded-form.value", `Value: ${value}`, start + from, to - from, value);
    at = to + 1;
  }
}

/** A form's text without its escapes. */
function plain(text: string): string {
  return text
    .replaceAll("+", " ")
    .replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}
