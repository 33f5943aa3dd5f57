// HTTP/1 over a TCP stream: where messages end, which response belongs to which request, what the connection becomes.

import { dissectHttpMessage, HTTP } from "./http.ts";
import type { HttpExchange } from "./http.ts";
import { isUntyped, plainMedia } from "./media.ts";
import {
  beginsMessage,
  contentLength,
  fullUri,
  isChunked,
  isFirstLine,
  lineAt,
  mediaType,
  readHead,
} from "./http-lines.ts";
import type { HttpHead } from "./http-lines.ts";
import { keepAt, latin1, PDU, utf8 } from "./protocol.ts";
import type { Columns, PduScan, ShownPdu, StreamAbove, StreamDissector } from "./protocol.ts";
import type { Dissection } from "./tree.ts";

/** Bytes of a head; longer ones are no HTTP. */
const HEAD_BYTES_MAX = 256 * 1024;
/** Bytes that most heads fit in. */
const HEAD_BYTES_USUAL = 4096;
/** Bytes of a body, compressed ones too, that show what it is. */
const BODY_BYTES_FOR_TYPE = 16 * 1024;

/** A first line longer than this is none. */
const FIRST_LINE_MAX = 8_192;

/** Messages that have begun at a time; more come from hostile captures only. */
const HEADS_MAX = 64;

/** Exchanges remembered of one stream. */
const EXCHANGES_MAX = 100_000;

/** `PduScan.phase` while the head is read; in a chunked body, at a chunk's size line; in the trailer. */
const IN_HEAD = 0;
const AT_CHUNK = 1;
const IN_TRAILER = 2;

/** What is known of a message. */
interface HttpMessage {
  /** Index of its exchange; -1 where it is of none. */
  exchange: number;
  /** The columns where its head tells them. */
  columns: Columns | null;
}

/** The head of a message that has begun and is not complete. */
interface Begun {
  readonly pdu: number;
  readonly head: HttpHead;
}

export class HttpStream implements StreamDissector {
  readonly layers = HTTP.layers;
  readonly isLayerOfBeginning = false;
  readonly title = HTTP.title;
  readonly #above: StreamAbove;
  readonly #exchanges: HttpExchange[] = [];
  /** By message number. */
  readonly #messages: (HttpMessage | undefined)[] = [];
  #messagesCost = 0;
  /** How many of them have columns. */
  #columnsCount = 0;
  /** Methods of requests whose responses have not begun, for those without a body. */
  readonly #asked: string[] = [];
  readonly #begun: Begun[] = [];
  #isBegun = false;

  constructor(above: StreamAbove) {
    this.#above = above;
  }

  get cost(): number {
    return this.#exchanges.length * 200 + this.#messagesCost;
  }

  pduLength(scan: PduScan, _direction: 0 | 1, pdu: number): number {
    if (scan.phase !== IN_HEAD) return chunksLength(scan);
    const { bytes, origin, end } = scan;
    const first = lineAt(bytes, origin, end);
    const text = latin1(bytes, origin, first.textEnd);
    if (!isFirstLine(text, first.isWhole)) {
      // As in Wireshark: text may yet become a first line.
      if (!first.isWhole && first.textEnd - origin < FIRST_LINE_MAX && isPrintable(text)) return PDU.more;
      // In a connection known to speak HTTP it is the rest of something whose beginning was not captured.
      if (!this.#isBegun) return PDU.reject;
      this.#learnColumns(pdu, CONTINUATION);
      return end - origin;
    }
    const head = readHead(bytes, origin, end);
    if (!head.isWhole) return end - origin > HEAD_BYTES_MAX ? PDU.reject : PDU.more;
    const length = this.#bodyEnd(scan, head);
    this.#learn(pdu, head, scan, length);
    return length;
  }

  #bodyEnd(scan: PduScan, head: HttpHead): number {
    const size = head.end - scan.origin;
    if (head.isResponse && (isBodiless(head.status) || this.#asked[0] === "HEAD")) return size;
    if (head.isResponse && this.#asked[0] === "CONNECT" && head.status < 300) return size;
    // Chunks end by themselves, whatever the head says of a length (RFC 9112 6.3).
    if (isChunked(head)) {
      scan.phase = AT_CHUNK;
      scan.passed = size;
      return chunksLength(scan);
    }
    const length = contentLength(head);
    if (length !== null) return size + length;
    return head.isResponse ? PDU.untilEnd : size;
  }

  completed(pdu: number, row: number, _direction: 0 | 1, read: (max: number) => Uint8Array): void {
    const head = this.#headOf(pdu, read);
    if (head === null) return;
    this.#isBegun = true;
    if (head.isResponse) this.#response(pdu, row, head);
    else this.#request(pdu, row, head);
  }

  /** Keeps a message's head until it is complete, and its columns for good. */
  #learn(pdu: number, head: HttpHead, scan: PduScan, length: number): void {
    this.#takeHead(pdu);
    if (this.#begun.length >= HEADS_MAX) this.#begun.length = 0;
    this.#begun.push({ pdu, head });
    this.#learnColumns(pdu, columnsOfHead(head, scan, length));
  }

  #learnColumns(pdu: number, columns: Columns | null): void {
    if (columns === null || this.#columnsCount >= EXCHANGES_MAX) return;
    this.#columnsCount++;
    this.#messagesCost += 100 + columns.info.length;
    this.#message(pdu).columns = columns;
  }

  #message(pdu: number): HttpMessage {
    const known = this.#known(pdu);
    if (known !== undefined) return known;
    this.#messagesCost += 50;
    const message = { exchange: -1, columns: null };
    keepAt(this.#messages, pdu, message);
    return message;
  }

  #known(pdu: number): HttpMessage | undefined {
    return pdu < this.#messages.length ? this.#messages[pdu] : undefined;
  }

  /** The head of a message that has begun, which is then kept no more; null where it is not known. */
  #takeHead(pdu: number): HttpHead | null {
    // Mostly there is one, or none.
    for (let i = this.#begun.length - 1; i >= 0; i--) {
      const { pdu: begun, head } = this.#begun[i];
      if (begun !== pdu) continue;
      if (i === this.#begun.length - 1) this.#begun.pop();
      else this.#begun.splice(i, 1);
      return head;
    }
    return null;
  }

  #headOf(pdu: number, read: (max: number) => Uint8Array): HttpHead | null {
    const known = this.#takeHead(pdu);
    if (known !== null) return known;
    const bytes = read(HEAD_BYTES_USUAL);
    if (!beginsMessage(bytes, 0, bytes.length)) return null;
    const head = readHead(bytes, 0, bytes.length);
    if (head.isWhole) return head;
    const more = read(HEAD_BYTES_MAX);
    return readHead(more, 0, more.length);
  }

  #request(pdu: number, row: number, head: HttpHead): void {
    if (this.#exchanges.length >= EXCHANGES_MAX) return;
    const uri = fullUri(head, this.#above.scheme);
    this.#message(pdu).exchange = this.#exchanges.length;
    this.#exchanges.push({ request: row, response: -1, uri });
    this.#asked.push(head.method);
    if (this.#asked.length > 1000) this.#asked.shift();
  }

  #response(pdu: number, row: number, head: HttpHead): void {
    const open = this.#exchanges.at(-1);
    if (open !== undefined && open.response === -1) {
      open.response = row;
      this.#message(pdu).exchange = this.#exchanges.length - 1;
    } else if (this.#exchanges.length < EXCHANGES_MAX) {
      this.#message(pdu).exchange = this.#exchanges.length;
      // Nobody asked for it again: it is still of what was asked for last.
      this.#exchanges.push({ request: -1, response: row, uri: open?.uri ?? "" });
    }
    if (head.status === 101) this.#upgrade(head);
    const method = head.status >= 100 && head.status < 200 && head.status !== 101 ? "" : this.#asked.shift();
    // After this the connection carries whatever its ends like: it is looked at anew.
    if (method === "CONNECT" && head.status >= 200 && head.status < 300) this.#above.follow("tls", "");
  }

  #upgrade(head: HttpHead): void {
    const to = (head.headers.upgrade ?? "").toLowerCase();
    const extensions = head.headers["sec-websocket-extensions"] ?? "";
    if (to === "websocket") this.#above.follow("websocket", extensions);
    else if (to === "h2c") this.#above.follow("http2", "upgrade");
  }

  dissect(d: Dissection, start: number, end: number, shown: ShownPdu): void {
    const index = this.#known(shown.pdu)?.exchange ?? -1;
    const previous = index > 0 ? this.#exchanges[index - 1] : null;
    const next = index >= 0 && index + 1 < this.#exchanges.length ? this.#exchanges[index + 1] : null;
    const exchange = index >= 0 ? this.#exchanges[index] : null;
    dissectHttpMessage(d, start, end, shown, {
      number: index + 1,
      exchange,
      previous,
      next,
      scheme: this.#above.scheme,
      betweenNs: (earlier, later) => this.#above.betweenNs(earlier, later),
    });
  }

  columnsOf(pdu: number): Columns | null {
    return this.#known(pdu)?.columns ?? null;
  }

  /** The head, and of the body enough to tell what it is. */
  columnsBytes(read: (max: number) => Uint8Array): number {
    const first = read(HEAD_BYTES_USUAL);
    const head = readHead(first, 0, first.length);
    return head.isWhole ? head.end + BODY_BYTES_FOR_TYPE : Infinity;
  }

  beginning(bytes: Uint8Array, start: number, end: number): string | null {
    const first = lineAt(bytes, start, end);
    return first.isWhole ? `${utf8(bytes, start, first.textEnd)} ` : null;
  }
}

/**
 * The columns of a message of `length` bytes, or `PDU.untilEnd`, where its head and as much of its body as `scan` has tell them all; null
 * where only `dissect` can tell, as where the body's content has a say.
 */
function columnsOfHead(head: HttpHead, { origin }: PduScan, length: number): Columns | null {
  const title = `${head.title} `;
  const bodyLength = length > 0 ? origin + length - head.end : Infinity;
  if (bodyLength === 0) return httpColumns(title, NO_LAYERS);
  if (isChunked(head) || head.headers["content-encoding"] !== undefined) return null;
  const type = mediaType(head);
  const layer = plainMedia(type);
  if (layer === null) return null;
  return httpColumns(isUntyped(type) ? title : `${title} (${type})`, [layer]);
}

const NO_LAYERS: readonly string[] = [];

/** Those of what continues something whose beginning was not captured. */
const CONTINUATION = httpColumns("Continuation", ["data"]);

function httpColumns(info: string, layers: readonly string[]): Columns {
  return { protocol: "HTTP", info, separator: "", lead: "", layers };
}

/** Responses that never have a body (RFC 9112 6.3). */
function isBodiless(status: number): boolean {
  return (status >= 100 && status < 200) || status === 204 || status === 304;
}

/** Walks chunks from where the scan has got to (RFC 9112 7.1). */
function chunksLength(scan: PduScan): number {
  const { bytes, origin, end } = scan;
  for (;;) {
    const at = origin + scan.passed;
    const line = lineAt(bytes, at, end);
    if (at >= end || !line.isWhole) return end - at > HEAD_BYTES_MAX ? PDU.reject : PDU.more;
    if (scan.phase === IN_TRAILER) {
      scan.passed = line.end - origin;
      if (line.textEnd === at) return scan.passed;
      continue;
    }
    const size = chunkSize(latin1(bytes, at, line.textEnd));
    if (size === null) return Math.max(1, end - origin);
    if (size === 0) {
      scan.passed = line.end - origin;
      scan.phase = IN_TRAILER;
    } else {
      scan.passed = line.end - origin + size + 2;
    }
  }
}

/** The size in a chunk's first line, or null where it is none. */
export function chunkSize(line: string): number | null {
  const digits = /^\s*([0-9a-f]{1,12})\s*(;.*)?$/i.exec(line);
  return digits === null ? null : Number.parseInt(digits[1], 16);
}

function isPrintable(text: string): boolean {
  return /^[\t\x20-\x7e]*\r?$/.test(text);
}
