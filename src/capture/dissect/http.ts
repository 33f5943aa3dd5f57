// HTTP/1 messages (RFC 9112) within one segment: the first line, the headers, and how much body follows them.

import { addPlainData } from "./data.ts";
import { addExpert } from "./expert.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** Bytes looked at for the end of a line, and header lines shown. */
const LINE_MAX = 16_384;
const HEADERS_MAX = 500;
/** Messages shown of one segment: answers to pipelined requests come back to back. */
const MESSAGES_MAX = 50;

const METHODS = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "OPTIONS",
  "CONNECT",
  "TRACE",
  "PATCH",
  "PROPFIND",
  "PROPPATCH",
  "MKCOL",
  "COPY",
  "MOVE",
  "LOCK",
  "UNLOCK",
  "SUBSCRIBE",
  "NOTIFY",
  "REPORT",
  "SEARCH",
]);

/** Header names (lower case) that have a field of their own. */
const HEADER_FIELDS = new Map<string, string>([
  ["accept", "http.accept"],
  ["accept-encoding", "http.accept_encoding"],
  ["accept-language", "http.accept_language"],
  ["authorization", "http.authorization"],
  ["cache-control", "http.cache_control"],
  ["connection", "http.connection"],
  ["content-encoding", "http.content_encoding"],
  ["content-length", "http.content_length_header"],
  ["content-type", "http.content_type"],
  ["cookie", "http.cookie"],
  ["date", "http.date"],
  ["host", "http.host"],
  ["last-modified", "http.last_modified"],
  ["location", "http.location"],
  ["proxy-authenticate", "http.proxy_authenticate"],
  ["proxy-authorization", "http.proxy_authorization"],
  ["referer", "http.referer"],
  ["server", "http.server"],
  ["set-cookie", "http.set_cookie"],
  ["transfer-encoding", "http.transfer_encoding"],
  ["upgrade", "http.upgrade"],
  ["user-agent", "http.user_agent"],
  ["www-authenticate", "http.www_authenticate"],
  ["x-forwarded-for", "http.x_forwarded_for"],
]);

/** Whether [start, end) begins as an HTTP/1 message does: a status line, or a method, a target and a version. */
export function looksLikeHttp(bytes: Uint8Array, start: number, end: number): boolean {
  // Most payloads are told apart by their first byte.
  if (end <= start || !isCapital(bytes[start])) return false;
  const line = lineAt(bytes, start, end);
  const text = latin1(bytes, start, line.textEnd);
  if (text.startsWith("HTTP/1.")) return true;
  const space = text.indexOf(" ");
  return space > 0 && METHODS.has(text.slice(0, space)) && /^\S+ \S.* HTTP\/1\.\d$/.test(text);
}

function isCapital(byte: number): boolean {
  return byte >= 65 && byte <= 90;
}

interface Line {
  /** Past the text; past the line break, or where the bytes ended without one. */
  readonly textEnd: number;
  readonly end: number;
  readonly isWhole: boolean;
}

function lineAt(bytes: Uint8Array, start: number, end: number): Line {
  const stop = Math.min(end, start + LINE_MAX);
  let at = start;
  while (at < stop && bytes[at] !== 10) at++;
  if (at === stop) return { textEnd: stop, end: stop, isWhole: false };
  const textEnd = at > start && bytes[at - 1] === 13 ? at - 1 : at;
  return { textEnd, end: at + 1, isWhole: true };
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.max(0, end - start)).toString("latin1");
}

/** A line as the tree shows it: its break spelled out. */
function shown(bytes: Uint8Array, start: number, line: Line): string {
  const text = latin1(bytes, start, line.textEnd);
  if (!line.isWhole) return text;
  return `${text}${line.end - line.textEnd === 2 ? "\\r\\n" : "\\n"}`;
}

/** Dissects the messages that begin in [start, end). */
export function dissectHttp(d: Dissection, start: number, end: number): void {
  let at = start;
  let info = "";
  for (let i = 0; i < MESSAGES_MAX && at < d.captured(end); i++) {
    if (i > 0 && !looksLikeHttp(d.bytes, at, d.captured(end))) {
      addPlainData(d, at, end);
      break;
    }
    const message = dissectMessage(d, at, end);
    info = info === "" ? message.info : `${info}, ${message.info}`;
    at = message.end;
  }
  d.columns("HTTP", info);
}

interface Message {
  readonly info: string;
  readonly end: number;
}

function dissectMessage(d: Dissection, start: number, end: number): Message {
  const { bytes } = d;
  const held = d.captured(end);
  const node = d.layer("http", "Hypertext Transfer Protocol", start, 0);
  const first = lineAt(bytes, start, held);
  const text = latin1(bytes, start, first.textEnd);
  const isResponse = text.startsWith("HTTP/");
  const line = d.add(node.children, null, shown(bytes, start, first), start, first.end - start);
  if (d.quoted === 0) {
    const item = { severity: "Chat", group: "Sequence", protocol: "HTTP", summary: line.label } as const;
    addExpert(d, line.children, "http.chat", item, start, first.end - start);
  }
  if (isResponse) addStatusLine(d, line.children, text, start);
  else addRequestLine(d, line.children, text, start);
  const headers = addHeaders(d, node.children, first.end, held, isResponse);
  const mark = isResponse ? "http.response" : "http.request";
  d.add(node.children, mark, `[${isResponse ? "Response" : "Request"}: True]`, start, 0, true);
  const { host } = headers;
  if (!isResponse && host !== null) {
    const target = text.split(" ")[1] ?? "";
    const uri = target.startsWith("/") ? `http://${host}${target}` : target;
    d.add(node.children, "http.request.full_uri", `[Full request URI: ${uri}]`, start, 0, uri);
  }
  let at = headers.end;
  if (headers.isWhole) at = addBody(d, node, headers, at, held, isResponse, text);
  node.length = at - start;
  return { info: `${text} ${bodyNote(headers, at)}`, end: at };
}

/** Textual bodies are named after the first line, as tshark names them. */
function bodyNote(headers: Headers, end: number): string {
  const type = headers.contentType;
  return end > headers.end && type !== null ? ` (${type.split(";")[0].trim()})` : "";
}

function addStatusLine(d: Dissection, out: DetailNode[], text: string, start: number): void {
  const [version, code = ""] = text.split(" ", 2);
  d.add(out, "http.response.version", `Response Version: ${version}`, start, version.length, version);
  if (!/^\d{3}$/.test(code)) return;
  const at = start + version.length + 1;
  d.add(out, "http.response.code", `Status Code: ${code}`, at, 3, Number(code));
  const phrase = text.slice(version.length + 5);
  if (phrase !== "")
    d.add(out, "http.response.phrase", `Response Phrase: ${phrase}`, at + 4, phrase.length, phrase);
}

function addRequestLine(d: Dissection, out: DetailNode[], text: string, start: number): void {
  const space = text.indexOf(" ");
  const last = text.lastIndexOf(" ");
  const method = text.slice(0, space);
  const uri = last > space ? text.slice(space + 1, last) : text.slice(space + 1);
  const version = last > space ? text.slice(last + 1) : "";
  d.add(out, "http.request.method", `Request Method: ${method}`, start, method.length, method);
  d.add(out, "http.request.uri", `Request URI: ${uri}`, start + space + 1, uri.length, uri);
  if (version !== "") {
    d.add(
      out,
      "http.request.version",
      `Request Version: ${version}`,
      start + last + 1,
      version.length,
      version,
    );
  }
}

interface Headers {
  readonly end: number;
  /** The empty line after them is there. */
  readonly isWhole: boolean;
  readonly host: string | null;
  readonly contentType: string | null;
  readonly contentLength: number | null;
  readonly isChunked: boolean;
}

function addHeaders(
  d: Dissection,
  out: DetailNode[],
  start: number,
  end: number,
  isResponse: boolean,
): Headers {
  const { bytes } = d;
  let at = start;
  let isWhole = false;
  let host: string | null = null;
  let contentType: string | null = null;
  let contentLength: number | null = null;
  let isChunked = false;
  const lineField = isResponse ? "http.response.line" : "http.request.line";
  for (let i = 0; i < HEADERS_MAX && at < end; i++) {
    const line = lineAt(bytes, at, end);
    const text = latin1(bytes, at, line.textEnd);
    const label = shown(bytes, at, line);
    if (text === "" && line.isWhole) {
      d.add(out, null, label, at, line.end - at);
      at = line.end;
      isWhole = true;
      break;
    }
    const node = d.add(out, lineField, label, at, line.end - at, latin1(bytes, at, line.end));
    const colon = text.indexOf(":");
    if (colon > 0) {
      const name = text.slice(0, colon).toLowerCase();
      const value = text.slice(colon + 1).trim();
      const field = HEADER_FIELDS.get(name);
      const name2 = text.slice(0, colon);
      if (field !== undefined) d.add(node.children, field, `${name2}: ${value}`, at, line.end - at, value);
      if (name === "host") host = value;
      else if (name === "content-type") contentType = value;
      else if (name === "transfer-encoding") isChunked = value.toLowerCase().includes("chunked");
      else if (name === "content-length" && /^\d{1,15}$/.test(value)) {
        contentLength = Number(value);
        const shownLength = `[Content length: ${contentLength}]`;
        d.add(node.children, "http.content_length", shownLength, at, line.end - at, contentLength);
      }
    }
    at = line.end;
  }
  return { end: at, isWhole, host, contentType, contentLength, isChunked };
}

/** Adds what the segment holds of the body and answers where it ends. */
function addBody(
  d: Dissection,
  node: DetailNode,
  headers: Headers,
  start: number,
  end: number,
  isResponse: boolean,
  firstLine: string,
): number {
  const status = isResponse ? Number(firstLine.split(" ")[1]) : 0;
  const isBodiless = isResponse && ((status >= 100 && status < 200) || status === 204 || status === 304);
  if (isBodiless) return start;
  let stop = start;
  if (headers.isChunked || (isResponse && headers.contentLength === null)) stop = end;
  else if (headers.contentLength !== null) stop = Math.min(end, start + headers.contentLength);
  const length = stop - start;
  if (length <= 0) return start;
  const wanted = headers.contentLength;
  const of = wanted !== null && wanted > length ? ` of ${wanted}` : "";
  const data = d.bytes.subarray(start, stop);
  d.add(node.children, "http.file_data", `File Data: ${length}${of} bytes`, start, length, data);
  return stop;
}
