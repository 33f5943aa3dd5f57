// Bodies of several parts (RFC 2046 section 5.1): uploads of forms, mostly. Each part by its own headers and its own media type.

import { spelledOut } from "../spelled-out.ts";
import { addPlainData } from "./data.ts";
import { addMedia } from "./media.ts";
import { latin1 } from "./protocol.ts";
import { bytesText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const LAYER = "mime_multipart";
/** RFC 2046 allows boundaries of 70 characters; others are longer. */
const BOUNDARY_MAX = 1_024;
const PARTS_MAX = 500;
const HEADERS_MAX = 100;
const HEADER_BYTES_MAX = 16_384;
/** Parts of several parts of several parts. */
const DEPTH_MAX = 4;
const CRLF = "\r\n";

/** Headers of a part with a field of their own. */
const HEADER_FIELDS = new Set([
  "content-description",
  "content-disposition",
  "content-encoding",
  "content-id",
  "content-language",
  "content-length",
  "content-transfer-encoding",
  "content-type",
]);

/** Whether a media type is one of several parts. */
export function isMultipart(type: string): boolean {
  return type.startsWith("multipart/");
}

/** A boundary's line. */
interface Boundary {
  readonly start: number;
  readonly end: number;
  readonly isLast: boolean;
}

/** Adds the body in [start, end) with the header `contentType`; `column` is what the Protocol column has. */
export function addMultipart(
  d: Dissection,
  contentType: string,
  start: number,
  end: number,
  column: string,
  depth = 0,
): void {
  const held = d.captured(end);
  const [type] = contentType.split(";");
  const boundary = parameterOf(contentType, "boundary");
  if (boundary === null || boundary.length > BOUNDARY_MAX || depth >= DEPTH_MAX) {
    d.layers.push(LAYER);
    addPlainData(d, start, end);
    return;
  }
  const name = type.trim().toLowerCase();
  const title = `MIME Multipart Media Encapsulation, Type: ${name}, Boundary: "${boundary}"`;
  const out = d.layer(LAYER, title, start, held - start).children;
  d.add(out, "mime_multipart.type", `[Type: ${name}]`, start, 0, name);
  const first = boundaryFrom(d.bytes, `--${boundary}`, start, held, true);
  if (first === null) {
    addPlainData(d, start, end);
    return;
  }
  if (first.start > start) {
    const text = `Preamble: ${bytesText(d.bytes, start, first.start)}`;
    const bytes = d.bytes.subarray(start, first.start);
    d.add(out, "mime_multipart.preamble", text, start, first.start - start, bytes);
  }
  addBoundary(d, out, "First boundary", first);
  let at = first.end;
  for (let i = 0, isLast = first.isLast; i < PARTS_MAX && !isLast; i++) {
    const next = boundaryFrom(d.bytes, `${CRLF}--${boundary}`, at, held, false);
    const node = d.add(
      out,
      "mime_multipart.part",
      "Encapsulated multipart part: ",
      at,
      (next?.start ?? held) - at,
      "",
    );
    // A part whose end is missing is not looked into.
    if (next === null) return;
    addPart(d, node, at, next.start, column, depth);
    addBoundary(d, out, next.isLast ? "Last boundary" : "Boundary", next);
    at = next.end;
    ({ isLast } = next);
  }
  if (at < held) {
    const bytes = d.bytes.subarray(at, held);
    d.add(out, "mime_multipart.trailer", `Trailer: ${bytesText(d.bytes, at, held)}`, at, held - at, bytes);
  }
}

/** The next line that begins with `mark`, from `at` on. */
function boundaryFrom(
  bytes: Uint8Array,
  mark: string,
  at: number,
  end: number,
  isFirst: boolean,
): Boundary | null {
  const wanted = Buffer.from(mark, "latin1");
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, end);
  for (let from = at; ; from++) {
    from = view.indexOf(wanted, from);
    if (from === -1) return null;
    if (isFirst && from > at && view[from - 1] !== 10) continue;
    const after = from + wanted.length;
    const isLast = view[after] === 45 && view[after + 1] === 45;
    const feed = view.indexOf(CRLF, after);
    return { start: from, end: feed === -1 ? end : feed + CRLF.length, isLast };
  }
}

function addBoundary(d: Dissection, out: DetailNode[], title: string, { start, end }: Boundary): void {
  const field = `mime_multipart.${title.toLowerCase().replace(" ", "_")}`;
  const text = latin1(d.bytes, start, end);
  d.add(out, field, `${title}: ${spelledOut(text)}`, start, end - start, text);
}

function addPart(
  d: Dissection,
  node: DetailNode,
  start: number,
  end: number,
  column: string,
  depth: number,
): void {
  let at = start;
  let contentType = "";
  for (let i = 0; i < HEADERS_MAX && at < end; i++) {
    const line = latin1(d.bytes, at, Math.min(end, at + HEADER_BYTES_MAX));
    const feed = line.indexOf(CRLF);
    const colon = line.indexOf(":");
    if (feed === -1 || colon <= 0 || colon > feed) break;
    const isLast = line.startsWith(CRLF, feed + CRLF.length);
    const length = feed + (isLast ? 2 : 1) * CRLF.length;
    const name = line.slice(0, colon).toLowerCase();
    // As Wireshark has it, without blanks between parameters.
    const value = line
      .slice(colon + 1, feed)
      .trim()
      .replaceAll(/;\s+/g, ";");
    if (name === "content-type") contentType = value;
    const text = spelledOut(line.slice(0, length));
    if (HEADER_FIELDS.has(name))
      d.add(node.children, `mime_multipart.header.${name}`, text, at, length, value);
    else d.add(node.children, null, text, at, length);
    at += length;
    if (isLast) break;
  }
  const type = contentType.split(";")[0].trim().toLowerCase();
  if (type !== "") node.label += ` (${type})`;
  const outer = d.root;
  d.root = node.children;
  if (isMultipart(type)) addMultipart(d, contentType, at, end, column, depth + 1);
  else if (type === "") addPlainData(d, at, end);
  else addMedia(d, type, at, end, column);
  d.root = outer;
}

/** A parameter of a header's value, out of its quotes; null where there is none. */
function parameterOf(value: string, name: string): string | null {
  const found = new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^;\\s]+))`, "i").exec(value);
  const parameter = found?.[1] ?? found?.[2] ?? "";
  return parameter === "" ? null : parameter;
}
