// Lines of HTTP/1 (RFC 9112) and what their first words make of them.

import { ascii, latin1, utf8 } from "./protocol.ts";

/** ` HTTP/1.1`, and what of it is the same of every version. */
const VERSION_BYTES = 9;
const VERSION_BEGINS = Uint8Array.from(Buffer.from(" HTTP/1."));

/** Bytes looked at for the end of a line. */
const LINE_MAX = 16_384;

/** Ports that Wireshark takes for HTTP's. */
export const HTTP_PORTS: ReadonlySet<number> = new Set([
  80, 631, 1900, 2710, 2869, 3128, 3132, 3689, 5985, 8080, 8088, 11_371,
]);

const METHODS = new Set(
  (
    "GET HEAD POST PUT DELETE OPTIONS CONNECT TRACE PATCH LINK UNLINK PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK " +
    "POLL BCOPY BMOVE SEARCH BDELETE BPROPFIND BPROPPATCH LABEL MERGE REPORT UPDATE CHECKIN CHECKOUT UNCHECKOUT " +
    "MKACTIVITY MKWORKSPACE BASELINE-CONTROL NOTIFY SUBSCRIBE UNSUBSCRIBE M-SEARCH ICY PRI"
  ).split(" "),
);

/** A line of a message's head. */
export interface Line {
  /** Past the text; past the line break, or where the bytes ended without one. */
  readonly textEnd: number;
  readonly end: number;
  readonly isWhole: boolean;
}

/** The line that begins at `start`. */
export function lineAt(bytes: Uint8Array, start: number, end: number): Line {
  const stop = Math.min(end, start + LINE_MAX);
  let at = start;
  // Lines are short: a call into the runtime costs more than this.
  while (at < stop && bytes[at] !== 10) at++;
  if (at >= stop) return { textEnd: stop, end: stop, isWhole: false };
  const textEnd = at > start && bytes[at - 1] === 13 ? at - 1 : at;
  return { textEnd, end: at + 1, isWhole: true };
}

/** Whether [start, end) begins as HTTP/1 messages do on whatever port: with a status line, or a method, a target and a version. */
export function looksLikeHttp(bytes: Uint8Array, start: number, end: number): boolean {
  if (!beginsMessage(bytes, start, end)) return false;
  const line = lineAt(bytes, start, end);
  const text = latin1(bytes, start, line.textEnd);
  return !line.isWhole || text.startsWith("HTTP/1.") || /^\S+ \S.* HTTP\/1\.\d$/.test(text);
}

/** Whether [start, end) begins as a message does where HTTP is spoken: with a version, or a method. */
export function beginsMessage(bytes: Uint8Array, start: number, end: number): boolean {
  // Most payloads are told apart by their first byte.
  if (end <= start || !isCapital(bytes[start])) return false;
  const line = lineAt(bytes, start, end);
  return isFirstLine(latin1(bytes, start, line.textEnd), line.isWhole);
}

/** Whether the first line of [start, end) ends with HTTP's version, as a request's does whose beginning was elsewhere. */
export function endsAsHttp(bytes: Uint8Array, start: number, end: number): boolean {
  const line = lineAt(bytes, start, end);
  const version = line.textEnd - VERSION_BYTES;
  if (!line.isWhole || version < start || !isDigit(bytes[line.textEnd - 1])) return false;
  for (let i = 0; i < VERSION_BEGINS.length; i++) if (bytes[version + i] !== VERSION_BEGINS[i]) return false;
  return true;
}

/** The same of a line's text; of one that is not whole, whether it may become one. */
export function isFirstLine(text: string, isWhole: boolean): boolean {
  if (text.startsWith("HTTP/")) return true;
  const space = text.indexOf(" ");
  if (!isWhole && text.length > 0) {
    if ("HTTP/".startsWith(text)) return true;
    if (space === -1) return [...METHODS].some((method) => method.startsWith(text));
  }
  return space > 0 && METHODS.has(text.slice(0, space));
}

function isCapital(byte: number): boolean {
  return byte >= 65 && byte <= 90;
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

/** Headers that have a say in what a message is, where it ends and what goes with it. */
const HEADER_NAMES = [
  "content-encoding",
  "content-length",
  "content-type",
  "host",
  "sec-websocket-extensions",
  "transfer-encoding",
  "upgrade",
] as const;
type Headers = Record<(typeof HEADER_NAMES)[number], string | undefined>;

/** The same as bytes. */
const HEADERS = HEADER_NAMES.map((name) => ({ name, bytes: Uint8Array.from(Buffer.from(name)) }));

/** A message's head, read. */
export interface HttpHead {
  readonly firstLine: string;
  /** The first line as Info has it: UTF-8, where fields are ASCII. */
  readonly title: string;
  readonly isResponse: boolean;
  /** Index behind the empty line; the end of the bytes where that is not there. */
  readonly end: number;
  readonly isWhole: boolean;
  /** Status code of a response, 0 of a request. */
  readonly status: number;
  /** Method and target of a request, "" of a response. */
  readonly method: string;
  readonly target: string;
  /** Values of headers, of several with one name the last. */
  readonly headers: Readonly<Headers>;
}

/** Header lines read of one message. */
const HEADERS_MAX = 500;

/** Reads the head of the message that begins at `start`. */
export function readHead(bytes: Uint8Array, start: number, end: number): HttpHead {
  const first = lineAt(bytes, start, end);
  const headers: Headers = {
    "content-encoding": undefined,
    "content-length": undefined,
    "content-type": undefined,
    host: undefined,
    "sec-websocket-extensions": undefined,
    "transfer-encoding": undefined,
    upgrade: undefined,
  };
  let at = first.end;
  let isWhole = false;
  for (let i = 0; i < HEADERS_MAX && at < end && !isWhole; i++) {
    const line = lineAt(bytes, at, end);
    if (line.textEnd === at && line.isWhole) isWhole = true;
    else readHeader(headers, bytes, at, line.textEnd);
    at = line.end;
  }
  const firstLine = ascii(bytes, start, first.textEnd);
  const isResponse = firstLine.startsWith("HTTP/");
  const space = firstLine.indexOf(" ");
  const word = space === -1 ? firstLine : firstLine.slice(0, space);
  const next = space === -1 ? "" : firstLine.slice(space + 1);
  const nextSpace = next.indexOf(" ");
  const second = nextSpace === -1 ? next : next.slice(0, nextSpace);
  return {
    firstLine,
    title: firstLine.includes("\ufffd") ? utf8(bytes, start, first.textEnd) : firstLine,
    isResponse,
    end: at,
    isWhole,
    status: isResponse && /^\d{3}$/.test(second) ? Number(second) : 0,
    method: isResponse ? "" : word,
    target: isResponse ? "" : second,
    headers,
  };
}

/** Takes the header in the line [start, end), if it is one of those that are read. */
function readHeader(headers: Headers, bytes: Uint8Array, start: number, end: number): void {
  let from = start;
  while (from < end && isBlank(bytes[from])) from++;
  for (const header of HEADERS) {
    // Nearly all lines are told apart by their first letter.
    if (lowerCase(bytes[from]) !== header.bytes[0]) continue;
    const colon = colonBehind(bytes, from, end, header.bytes);
    if (colon === -1) continue;
    headers[header.name] = ascii(bytes, colon + 1, end).trim();
    return;
  }
}

/** Index of the colon behind `name`, which in [start, end) may have blanks behind it; -1 where another name is there. */
function colonBehind(bytes: Uint8Array, start: number, end: number, name: Uint8Array): number {
  let at = start + name.length;
  if (at >= end) return -1;
  for (let i = 0; i < name.length; i++) if (lowerCase(bytes[start + i]) !== name[i]) return -1;
  while (at < end && isBlank(bytes[at])) at++;
  return at < end && bytes[at] === 58 ? at : -1;
}

function lowerCase(byte: number): number {
  return isCapital(byte) ? byte + 32 : byte;
}

/** Whether a byte is what `trim` takes from a text's ends; a line has no line feed. */
function isBlank(byte: number): boolean {
  return byte === 32 || byte === 9 || (byte >= 11 && byte <= 13);
}

/** Methods that tell rather than ask; to Wireshark they are no requests. */
const NOTIFICATIONS: ReadonlySet<string> = new Set(["NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE"]);

export function isNotification({ method }: HttpHead): boolean {
  return NOTIFICATIONS.has(method);
}

/** The target of a request with the host that it is on; as it is where no host is said, or the target says it. */
export function fullUri({ method, target, headers }: HttpHead, scheme: "http" | "https"): string {
  const { host } = headers;
  const isFull = host === undefined || method === "CONNECT" || /^https?:/i.test(target);
  return isFull ? target : `${scheme}://${host}${target}`;
}

/** `text/html` of a message with a body; "" where it does not say. */
export function mediaType({ headers }: HttpHead): string {
  const value = headers["content-type"] ?? "";
  const end = value.indexOf(";");
  return (end === -1 ? value : value.slice(0, end)).trim().toLowerCase();
}

/** Content-Length, or null where there is none that is a number. */
export function contentLength({ headers }: HttpHead): number | null {
  const value = headers["content-length"];
  return value !== undefined && /^\+?\d{1,15}$/.test(value) ? Number(value) : null;
}

/**
 * Whether the body comes in chunks (RFC 9112 6.1). With a length beside it, which is an error, only the plain word counts, as in Wireshark.
 */
export function isChunked(head: HttpHead): boolean {
  const coding = head.headers["transfer-encoding"];
  if (coding === undefined) return false;
  return contentLength(head) === null ? /(^|,)\s*chunked\s*,?$/i.test(coding) : coding === "chunked";
}
