// A body by its media type: text and what is text underneath as lines, anything else as bytes.

import { addPlainData } from "./data.ts";
import { addJson, isJson, JSON_TITLE } from "./json.ts";
import { latin1, utf8 } from "./protocol.ts";
import { addTextLines, lineEnd } from "./text-lines.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** What a body of a type is read as. */
type Kind = "json" | "xml" | "form" | "lines" | Image;

interface Image {
  readonly layer: string;
  readonly title: string;
  /** What Info says of one that begins as it should. */
  readonly nameOf: (bytes: Uint8Array, start: number, end: number) => string | null;
}

const GIF: Image = {
  layer: "image-gif",
  title: "Compuserve GIF",
  nameOf: (bytes, start, end) => {
    const name = latin1(bytes, start, Math.min(end, start + 6));
    return end - start >= 13 && (name === "GIF87a" || name === "GIF89a") ? name : null;
  },
};
const PNG: Image = {
  layer: "png",
  title: "Portable Network Graphics",
  nameOf: (bytes, start, end) =>
    latin1(bytes, start, Math.min(end, start + 8)) === "\x89PNG\r\n\x1a\n" ? "PNG" : null,
};
const JPEG: Image = {
  layer: "image-jfif",
  title: "JPEG File Interchange Format",
  nameOf: (bytes, start, end) =>
    end - start > 2 && bytes[start] === 0xff && bytes[start + 1] === 0xd8 ? "JPEG JFIF image" : null,
};

/** The types that Wireshark knows; of others it knows the name only. */
const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ...typesOf(
    "json",
    "application/json application/json-rpc application/jsonrequest application/problem+json application/dds-web+json",
    "application/senml+json application/json-patch+json application/merge-patch+json application/x-ndjson",
  ),
  ...typesOf(
    "xml",
    "application/xml text/xml application/xml-dtd application/soap+xml application/atom+xml application/rss+xml",
    "application/rdf+xml application/mathml+xml application/xslt+xml application/pidf+xml image/svg+xml",
    "text/vnd.wap.wml text/vnd.wap.si text/vnd.wap.sl",
  ),
  ...typesOf(
    "lines",
    "text/plain text/html text/css text/javascript text/richtext text/enriched text/parameters",
    "text/vnd.sun.j2me.app-descriptor application/x-javascript application/x-ns-proxy-autoconfig",
  ),
  ...typesOf("form", "application/x-www-form-urlencoded"),
  ...typesOf(GIF, "image/gif"),
  ...typesOf(PNG, "image/png"),
  ...typesOf(JPEG, "image/jpeg image/jpg image/pjpeg"),
]);

function typesOf(kind: Kind, ...names: readonly string[]): [string, Kind][] {
  return names.flatMap((line) => line.split(" ")).map((name) => [name, kind]);
}

/** Types that have parts begin so. */
const MULTIPART = "multipart/";

/** Types that say no more than that there are bytes. */
export const UNTYPED: readonly string[] = ["", "application/octet-stream"];

const LINES_MAX = 2_000;

/** Text of so many bytes may be XML. */
const XML_BYTES_MIN = 39;

function beginsAsXml(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start >= XML_BYTES_MIN && /^<\?xml/i.test(latin1(bytes, start, start + 5));
}

/** The layer of a body of `type` that has no lines of its own and no parts, so that its type is all there is to say; null for others. */
export function plainMedia(type: string): string | null {
  if (type.startsWith(MULTIPART) || KINDS.has(type)) return null;
  return isUntyped(type) ? "data" : "media";
}

/** Whether the type says no more than that there are bytes; Info leaves it out. */
export function isUntyped(type: string): boolean {
  return UNTYPED.includes(type);
}

/** What `plainMedia` answers null for, for code that is handed it as names: one that ends in a slash is of all types that begin with it. */
export const READ_MEDIA: readonly string[] = [MULTIPART, ...KINDS.keys()];

/** Adds the body in [start, end) and, for what Wireshark names there, its type to the columns. */
export function addMedia(d: Dissection, type: string, start: number, end: number, column: string): void {
  if (end <= start) return;
  const kind = KINDS.get(type);
  switch (kind) {
    case undefined:
      addUnknown(d, type, start, end);
      return;
    case "lines":
      if (beginsAsXml(d.bytes, start, d.captured(end))) {
        // XML in a body that calls itself text is found among the lines.
        d.layers.push("data-text-lines");
        addXml(d, start, end, column);
      } else {
        addType(d, type);
        addTextLines(d, type, start, end);
      }
      return;
    case "xml":
      addXml(d, start, end, column);
      return;
    case "json":
      addJsonBody(d, type, start, end, column);
      return;
    case "form": {
      addType(d, type);
      const held = d.captured(end);
      const title = "HTML Form URL Encoded: application/x-www-form-urlencoded";
      addForm(d, d.layer("urlencoded-form", title, start, held - start).children, start, held);
      return;
    }
    default:
      addImage(d, kind, type, start, end);
  }
}

function addUnknown(d: Dissection, type: string, start: number, end: number): DetailNode | null {
  if (isUntyped(type)) {
    addPlainData(d, start, end);
    return null;
  }
  addType(d, type);
  const size = d.captured(end) - start;
  const media = d.layer("media", "Media Type", start, size);
  d.add(media.children, null, `Media type: ${type} (${size} bytes)`, start, size);
  return media;
}

/** A picture; what does not begin as one is noted as damaged. */
function addImage(
  d: Dissection,
  { layer, title, nameOf }: Image,
  type: string,
  start: number,
  end: number,
): void {
  const held = d.captured(end);
  const name = nameOf(d.bytes, start, held);
  if (name !== null) {
    addType(d, name);
    d.layer(layer, title, start, held - start);
    return;
  }
  const media = addUnknown(d, type, start, end);
  if (media !== null) d.remarkMalformed(media.children, start);
}

function addXml(d: Dissection, start: number, end: number, column: string): void {
  d.columns(`${column}/XML`, d.info);
  const held = d.captured(end);
  addLines(d, d.layer("xml", "eXtensible Markup Language", start, held - start).children, start, held);
}

function addJsonBody(d: Dissection, type: string, start: number, end: number, column: string): void {
  d.columns(`${column}/JSON`, d.info);
  if (d.quoted === 0) d.info += `, ${JSON_TITLE}`;
  addType(d, type);
  const held = d.captured(end);
  const node = d.layer("json", `${JSON_TITLE}: ${type}`, start, held - start);
  if (isJson(d.bytes, start, held)) addJson(d, node.children, start, held);
  else addLines(d, node.children, start, held);
}

function addLines(d: Dissection, out: DetailNode[], start: number, held: number): void {
  for (let at = start, lines = 0; at < held && lines < LINES_MAX; lines++) {
    const next = lineEnd(d.bytes, at, held);
    d.add(out, null, utf8(d.bytes, at, Math.min(next, at + 4096)), at, next - at);
    at = next;
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
