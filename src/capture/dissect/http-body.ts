// An HTTP message's body: out of its chunks, uncompressed, and as what its media type says it is.

import { addPlainData } from "./data.ts";
import { isChunked, lineAt, mediaType } from "./http-lines.ts";
import type { HttpHead } from "./http-lines.ts";
import { chunkSize } from "./http-stream.ts";
import { inflateBody } from "./inflate.ts";
import { addMedia } from "./media.ts";
import { addMultipart, isMultipart } from "./multipart.ts";
import { ascii, latin1 } from "./protocol.ts";
import { bytesText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** Chunks shown, and bytes of body looked at. */
const CHUNKS_MAX = 2_000;
const BODY_BYTES_MAX = 16 * 1024 * 1024;

/** Adds the body in [start, end) of the message whose line is `node`; `column` is what the Protocol column says of it. */
export function addHttpBody(
  d: Dissection,
  node: DetailNode,
  head: HttpHead,
  start: number,
  end: number,
  column: string,
): void {
  const held = d.captured(end);
  if (start >= end) return;
  if (start >= held) {
    d.has(start, 1, end, "Hypertext Transfer Protocol");
    return;
  }
  const type = mediaType(head);
  if (isChunked(head)) {
    const body = addChunks(d, node.children, start, held);
    if (body.length === 0) return;
    d.within("De-chunked entity body", body, () => addEntity(d, node, head, type, 0, body.length, column));
    return;
  }
  addEntity(d, node, head, type, start, end, column);
}

/** The chunks' lines (RFC 9112 7.1); answers their data put together. */
function addChunks(d: Dissection, out: DetailNode[], start: number, end: number): Uint8Array {
  const { bytes } = d;
  const parts: Uint8Array[] = [];
  const list = d.add(out, null, "HTTP chunked response", start, end - start).children;
  let at = start;
  for (let i = 0; i < CHUNKS_MAX && at < end; i++) {
    const line = lineAt(bytes, at, end);
    const size = line.isWhole ? chunkSize(latin1(bytes, at, line.textEnd)) : null;
    if (size === null) {
      d.add(list, null, "[Damaged chunk]", at, end - at);
      break;
    }
    const stop = Math.min(end, line.end + size);
    const title = size === 0 ? "End of chunked encoding" : `Data chunk (${size} octets)`;
    const chunk = d.add(list, null, title, at, stop - at).children;
    d.add(chunk, "http.chunk_size", `Chunk size: ${size} octets`, at, line.end - at, size);
    if (size === 0) {
      if (line.end + 2 < end) {
        const trailer = latin1(bytes, line.end, end);
        d.add(list, "http.chunked_trailer_part", "trailer-part", line.end, end - line.end, trailer);
      }
      break;
    }
    const data = bytes.subarray(line.end, stop);
    parts.push(data);
    const text = `Chunk data: ${bytesText(bytes, line.end, data.length)}`;
    d.add(chunk, "http.chunk_data", text, line.end, data.length, data);
    const boundary = Math.min(2, end - stop);
    if (boundary > 0) {
      const mark = bytes.subarray(stop, stop + boundary);
      d.add(
        chunk,
        "http.chunk_boundary",
        `Chunk boundary: ${bytesText(bytes, stop, boundary)}`,
        stop,
        boundary,
        mark,
      );
    }
    at = stop + 2;
  }
  return Buffer.concat(parts);
}

function addEntity(
  d: Dissection,
  node: DetailNode,
  head: HttpHead,
  type: string,
  start: number,
  end: number,
  column: string,
): void {
  const encoding = (head.headers["content-encoding"] ?? "").trim().toLowerCase();
  const held = d.captured(end);
  if (encoding !== "" && encoding !== "identity") {
    const packed = d.bytes.subarray(start, Math.min(held, start + BODY_BYTES_MAX));
    const body = inflateBody(encoding, packed);
    const title = `Content-encoded entity body (${encoding}): ${packed.length} bytes`;
    if (body !== null) {
      d.add(node.children, null, `${title} -> ${body.length} bytes`, start, held - start);
      d.within("Uncompressed entity body", body, () => addFile(d, node, head, type, 0, body.length, column));
      return;
    }
    d.add(node.children, null, `${title} [Error: Decompression failed]`, start, held - start);
    addPlainData(d, start, end);
    return;
  }
  addFile(d, node, head, type, start, end, column);
}

function addFile(
  d: Dissection,
  node: DetailNode,
  head: HttpHead,
  type: string,
  start: number,
  end: number,
  column: string,
): void {
  const held = d.captured(end);
  if (d.wants("http")) {
    // A string of Wireshark's ends at its first zero.
    const zero = d.bytes.indexOf(0, start);
    const stop = Math.min(zero === -1 ? held : zero, held, start + BODY_BYTES_MAX);
    const text = ascii(d.bytes, start, stop);
    d.add(node.children, "http.file_data", `File Data: ${held - start} bytes`, start, held - start, text);
  }
  if (isMultipart(type)) addMultipart(d, head.headers["content-type"] ?? "", start, end, column);
  else addMedia(d, type, start, end, column);
}
