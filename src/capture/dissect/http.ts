// An HTTP/1 message (RFC 9112) as lines: its first line, its headers, and what goes with it in other packets. The body is
// http-body.ts's.

import { addExpert } from "./expert.ts";
import { addHttpBody } from "./http-body.ts";
import { beginsMessage, fullUri, isNotification, lineAt, readHead } from "./http-lines.ts";
import type { HttpHead, Line } from "./http-lines.ts";
import { addDataWithin } from "./data.ts";
import { addComputed, ascii, messageColumns, protocolNode, secondsText, utf8 } from "./protocol.ts";
import type { ShownPdu } from "./protocol.ts";
import { statusPhrase } from "./http-status.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** What messages of this form are to Wireshark. */
export interface HttpForm {
  readonly layers: readonly string[];
  /** The Protocol column. */
  readonly protocol: string;
  readonly title: string;
}

export const HTTP: HttpForm = { layers: ["http"], protocol: "HTTP", title: "Hypertext Transfer Protocol" };

/** Header lines shown. */
const HEADERS_MAX = 500;

/** A request and its response, by row; -1 where one was not seen. */
export interface HttpExchange {
  readonly request: number;
  response: number;
  /** The request's full URI. */
  readonly uri: string;
}

/** What the stream knows of a message. */
export interface HttpAround {
  /** From 1; 0 where nothing is known. */
  readonly number: number;
  readonly exchange: HttpExchange | null;
  readonly previous: HttpExchange | null;
  readonly next: HttpExchange | null;
  /** How URIs begin. */
  readonly scheme: "http" | "https";
  betweenNs(earlier: number, later: number): bigint;
}

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
  ["http2-settings", "http.http2_settings"],
  ["last-modified", "http.last_modified"],
  ["location", "http.location"],
  ["proxy-authenticate", "http.proxy_authenticate"],
  ["proxy-authorization", "http.proxy_authorization"],
  ["referer", "http.referer"],
  ["sec-websocket-accept", "http.sec_websocket_accept"],
  ["sec-websocket-extensions", "http.sec_websocket_extensions"],
  ["sec-websocket-key", "http.sec_websocket_key"],
  ["sec-websocket-protocol", "http.sec_websocket_protocol"],
  ["sec-websocket-version", "http.sec_websocket_version"],
  ["server", "http.server"],
  ["set-cookie", "http.set_cookie"],
  ["transfer-encoding", "http.transfer_encoding"],
  ["upgrade", "http.upgrade"],
  ["user-agent", "http.user_agent"],
  ["www-authenticate", "http.www_authenticate"],
  ["x-forwarded-for", "http.x_forwarded_for"],
]);

const LENGTH_TWICE = {
  severity: "Warning",
  group: "Malformed",
  protocol: "HTTP",
  summary: "The Content-Length and Transfer-Encoding header must not be set together",
} as const;

/** A line as the tree shows it: its break spelled out. */
function shownLine(bytes: Uint8Array, start: number, line: Line): string {
  const text = utf8(bytes, start, line.textEnd);
  if (!line.isWhole) return text;
  return `${text}${line.end - line.textEnd === 2 ? "\\r\\n" : "\\n"}`;
}

/** Shows the message in [start, end). */
export function dissectHttpMessage(
  d: Dissection,
  start: number,
  end: number,
  shown: ShownPdu,
  around: HttpAround,
  { layers, protocol, title }: HttpForm = HTTP,
): void {
  const { bytes } = d;
  const held = d.captured(end);
  const node = protocolNode(d, shown, layers, title, start, held - start);
  if (!beginsMessage(bytes, start, held)) {
    messageColumns(d, protocol, "Continuation", "");
    d.add(
      node.children,
      "http.file_data",
      `File Data: ${held - start} bytes`,
      start,
      held - start,
      ascii(bytes, start, held),
    );
    addDataWithin(d, node.children, start, end);
    return;
  }
  const head = readHead(bytes, start, held);
  if (!d.isForColumns) addHead(d, node, head, start, held, around);
  messageColumns(d, protocol, `${head.title} `, "");
  if (head.isWhole) addHttpBody(d, node, head, head.end, end, protocol);
  else if (held < end) d.has(held, 1, end, title);
}

function kindOf(head: HttpHead): "request" | "response" | "notification" {
  if (head.isResponse) return "response";
  return isNotification(head) ? "notification" : "request";
}

/** The head's lines, and what goes with the message in other packets. */
function addHead(
  d: Dissection,
  node: DetailNode,
  head: HttpHead,
  start: number,
  held: number,
  around: HttpAround,
): void {
  const { bytes } = d;
  const first = lineAt(bytes, start, held);
  const line = d.add(node.children, null, shownLine(bytes, start, first), start, first.end - start);
  const item = { severity: "Chat", group: "Sequence", protocol: "HTTP", summary: line.label } as const;
  addExpert(d, line.children, "http.chat", item, start, first.end - start);
  if (head.isResponse) addStatusLine(d, line.children, head, start);
  else addRequestLine(d, line.children, head, start);
  addHeaders(d, node.children, first.end, held, head);
  addExchange(d, node.children, head, around, start);
  node.length = head.end - start;
}

function addStatusLine(d: Dissection, out: DetailNode[], head: HttpHead, start: number): void {
  const [version, code = ""] = head.firstLine.split(" ", 2);
  d.add(out, "http.response.version", `Response Version: ${version}`, start, version.length, version);
  if (head.status === 0) return;
  const at = start + version.length + 1;
  d.add(out, "http.response.code", `Status Code: ${code}`, at, 3, head.status);
  const description = statusPhrase(head.status);
  if (description !== null)
    d.add(out, "http.response.code.desc", `[Status Code Description: ${description}]`, at, 3, description);
  const phrase = head.firstLine.slice(version.length + 5);
  if (phrase !== "")
    d.add(out, "http.response.phrase", `Response Phrase: ${phrase}`, at + 4, phrase.length, phrase);
}

function addRequestLine(d: Dissection, out: DetailNode[], head: HttpHead, start: number): void {
  const text = head.firstLine;
  const space = text.indexOf(" ");
  const last = text.lastIndexOf(" ");
  const { method } = head;
  const uri = last > space ? text.slice(space + 1, last) : text.slice(space + 1);
  d.add(out, "http.request.method", `Request Method: ${method}`, start, method.length, method);
  const at = start + space + 1;
  const node = d.add(out, "http.request.uri", `Request URI: ${uri}`, at, uri.length, uri);
  addQuery(d, node.children, uri, at);
  const version = last > space ? text.slice(last + 1) : "";
  if (version === "") return;
  const label = `Request Version: ${version}`;
  d.add(out, "http.request.version", label, start + last + 1, version.length, version);
}

/** Path and parameters of a target that has a query. */
function addQuery(d: Dissection, out: DetailNode[], uri: string, at: number): void {
  const mark = uri.indexOf("?");
  if (mark === -1) return;
  const path = uri.slice(0, mark);
  const query = uri.slice(mark + 1);
  d.add(out, "http.request.uri.path", `Request URI Path: ${path}`, at, path.length, path);
  const label = `Request URI Query: ${query}`;
  const node = d.add(out, "http.request.uri.query", label, at + mark + 1, query.length, query);
  let from = at + mark + 1;
  for (const parameter of query.split("&").slice(0, 200)) {
    const text = `Request URI Query Parameter: ${parameter}`;
    d.add(node.children, "http.request.uri.query.parameter", text, from, parameter.length, parameter);
    from += parameter.length + 1;
  }
}

function addHeaders(d: Dissection, out: DetailNode[], start: number, end: number, head: HttpHead): void {
  const { bytes } = d;
  const kind = kindOf(head);
  const lineField = kind === "notification" ? null : (`http.${kind}.line` as const);
  let at = start;
  for (let i = 0; i < HEADERS_MAX && at < head.end; i++) {
    const line = lineAt(bytes, at, end);
    const label = shownLine(bytes, at, line);
    if (line.textEnd === at && line.isWhole) {
      d.add(out, null, label, at, line.end - at);
      return;
    }
    const isNamed = addHeader(d, out, at, line, label, head);
    if (lineField !== null) {
      // Hidden where the header has a field of its own.
      const shown = isNamed ? lineField : label;
      d.add(out, lineField, shown, at, line.end - at, ascii(bytes, at, line.end));
    } else if (!isNamed) d.add(out, null, label, at, line.end - at);
    at = line.end;
  }
}

/** Adds the field of a header that has one; false, having added nothing, for any other. */
function addHeader(
  d: Dissection,
  out: DetailNode[],
  at: number,
  line: Line,
  label: string,
  head: HttpHead,
): boolean {
  const text = ascii(d.bytes, at, line.textEnd);
  const colon = text.indexOf(":");
  const length = line.end - at;
  if (colon <= 0) return false;
  const name = text.slice(0, colon);
  const value = text.slice(colon + 1).trimStart();
  const field = HEADER_FIELDS.get(name.toLowerCase());
  if (field === undefined) return false;
  const node = d.add(out, field, label, at, length, value);
  if (field === "http.cookie") {
    addCookies(d, node.children, at + text.length - value.length, value);
  } else if (field === "http.authorization" || field === "http.proxy_authorization") {
    addCredentials(d, node.children, value, at, length);
  } else if (field === "http.transfer_encoding" && head.headers["content-length"] !== undefined) {
    addExpert(d, node.children, "http.te_and_length", LENGTH_TWICE, at, length);
  } else if (field === "http.content_length_header" && /^\d{1,15}$/.test(value)) {
    d.add(node.children, "http.content_length", `[Content length: ${value}]`, at, length, Number(value));
  }
  return true;
}

/** Characters of cookies that are told apart. */
const COOKIES_MAX = 1 << 16;

/** Cookies in the bytes from `at` on. */
function addCookies(d: Dissection, out: DetailNode[], at: number, value: string): void {
  const pairs = [...value.slice(0, COOKIES_MAX).matchAll(/(?:^|;\s*)([^;]*)/g)];
  for (const { 0: all, 1: pair, index } of pairs.slice(0, 200)) {
    const from = at + index + all.length - pair.length;
    d.add(out, "http.cookie_pair", `Cookie pair: ${pair}`, from, pair.length, pair);
  }
}

/** What Basic authentication says in the clear (RFC 7617). */
function addCredentials(d: Dissection, out: DetailNode[], value: string, at: number, length: number): void {
  const basic = /^Basic\s+([A-Za-z0-9+/=]+)$/i.exec(value);
  if (basic === null) return;
  const text = Buffer.from(basic[1], "base64").toString("latin1");
  d.add(out, "http.authbasic", `Credentials: ${text}`, at, length, text);
}

/** What goes with the message in other packets. */
function addExchange(d: Dissection, out: DetailNode[], head: HttpHead, around: HttpAround, at: number): void {
  const { exchange, previous, next, number } = around;
  const frame = (field: string, label: string, row: number | undefined): void => {
    if (row !== undefined && row >= 0)
      addComputed(d, out, field, `${label} in frame: ${row + 1}`, at, row + 1);
  };
  const word = kindOf(head);
  const title = `${word[0].toUpperCase()}${word.slice(1)}`;
  d.add(out, `http.${word}`, `[${title}: True]`, at, 0, true);
  if (!head.isResponse && head.headers.host !== undefined) {
    const uri = fullUri(head, around.scheme);
    addComputed(d, out, "http.request.full_uri", `Full request URI: ${uri}`, at, uri);
  }
  if (exchange === null || word === "notification") return;
  // The second number is how many there are so far, which is this one.
  addComputed(d, out, `http.${word}_number`, `HTTP ${word} ${number}/${number}`, at, number);
  const { request, response, uri } = exchange;
  if (!head.isResponse) {
    frame("http.prev_request_in", "Prev request", previous?.request);
    frame("http.response_in", "Response", response);
    frame("http.next_request_in", "Next request", next?.request);
    return;
  }
  if (request >= 0) {
    const time = around.betweenNs(request, response);
    addComputed(d, out, "http.time", `Time since request: ${secondsText(time)}`, at, time);
  }
  frame("http.prev_request_in", "Prev request", previous?.request);
  frame("http.prev_response_in", "Prev response", previous?.response);
  frame("http.request_in", "Request", request);
  frame("http.next_request_in", "Next request", next?.request);
  frame("http.next_response_in", "Next response", next?.response);
  if (uri !== "") addComputed(d, out, "http.response_for.uri", `Request URI: ${uri}`, at, uri);
}
