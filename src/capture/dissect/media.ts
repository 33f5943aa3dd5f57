// A body by its media type: text and what is text underneath as lines, anything else as bytes.

import { addPlainData } from "./data.ts";
import { latin1, utf8 } from "./protocol.ts";
import { addTextLines, lineEnd } from "./text-lines.ts";
import type { Dissection } from "./tree.ts";

/** Layer, and what its line says, of types with a name of their own in Wireshark. */
const LAYERS = new Map<string, readonly [layer: string, title: string]>([
  ["application/json", ["json", "JavaScript Object Notation: application/json"]],
  ["application/x-www-form-urlencoded", ["urlencoded-form", "HTML Form URL Encoded"]],
  ["application/xml", ["xml", "eXtensible Markup Language"]],
  ["text/xml", ["xml", "eXtensible Markup Language"]],
  ["application/javascript", ["data-text-lines", ""]],
  ["application/x-javascript", ["data-text-lines", ""]],
  ["image/gif", ["image-gif", "Compuserve GIF"]],
  ["image/png", ["png", "Portable Network Graphics"]],
  ["image/jpeg", ["image-jfif", "JPEG File Interchange Format"]],
]);

const LINES_MAX = 2_000;

/** Adds the body in [start, end) and, for what Wireshark names there, its type to the columns. */
export function addMedia(d: Dissection, type: string, start: number, end: number, column: string): void {
  if (end <= start) return;
  const held = d.captured(end);
  const isXml = latin1(d.bytes, start, Math.min(held, start + 5)) === "<?xml";
  if (type.startsWith("text/") && !isXml && type !== "text/xml") {
    addType(d, type);
    addTextLines(d, type, start, end);
    return;
  }
  const known = isXml ? LAYERS.get("application/xml") : LAYERS.get(type);
  if (known === undefined) {
    if (type === "" || type === "application/octet-stream") {
      if (type !== "") addType(d, type);
      addPlainData(d, start, end);
      return;
    }
    addType(d, type);
    d.layer("media", `Media Type: ${type} (${held - start} bytes)`, start, held - start);
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
  if (layer === "json" && d.quoted === 0) d.info += ", JavaScript Object Notation";
  if (layer !== "xml") addType(d, type);
  const node = d.layer(layer, title, start, held - start);
  if (layer === "json" || layer === "xml") {
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

function addForm(d: Dissection, out: Dissection["tree"], start: number, end: number): void {
  let at = start;
  for (const pair of latin1(d.bytes, start, Math.min(end, start + 65_536))
    .split("&")
    .slice(0, 500)) {
    const [key, value = ""] = pair.split(/=(.*)/s);
    const label = `Form item: "${plain(key)}" = "${plain(value)}"`;
    const node = d.add(out, null, label, at, pair.length);
    d.add(node.children, "urlencoded-form.key", `Key: ${plain(key)}`, at, key.length, plain(key));
    const from = Math.min(at + key.length + 1, end);
    d.add(node.children, "urlencoded-form.value", `Value: ${plain(value)}`, from, value.length, plain(value));
    at = Math.min(end, at + pair.length + 1);
  }
}

/** A form's text without its escapes. */
function plain(text: string): string {
  return text
    .replaceAll("+", " ")
    .replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}
