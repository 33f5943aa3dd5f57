// RESP, Redis' protocol: values of versions 2 and 3 after their first byte.

import { addBytes, latin1, lineBreak, messageColumns, PDU, protocolNode, utf8 } from "./protocol.ts";
import type { PduScan, ShownPdu, StreamAbove, StreamDissector } from "./protocol.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const TITLE = "REdis Serialization Protocol";
const REDIS_PORT = 6379;

/** A line longer than this is not RESP's. */
const LINE_MAX = 64 * 1024;
const DEPTH_MAX = 32;
/** Values looked at in one message. */
const VALUES_MAX = 100_000;
const VALUES_SHOWN_MAX = 5_000;
const INFO_CHARS_MAX = 500;
/** A longer bulk string is only counted in Info. */
const BULK_IN_INFO_MAX = 99;

/** First bytes of values: those that are a line, those of bytes after their length, those that hold others. */
const LINES = "+-:,#(_";
const BULKS = "$!=";
const AGGREGATES = "*~>%|";

/** Whether a stream begins with a whole array of bulk strings' head, as clients send commands. */
export function looksLikeResp({ bytes, origin, end }: PduScan): boolean {
  if (bytes[origin] !== 0x2a) return false;
  return /^\*\d{1,6}\r\n\$\d{1,9}\r\n/.test(latin1(bytes, origin, Math.min(end, origin + 24)));
}

/** A value being measured or shown: where its line ends, and what it says. */
interface Head {
  readonly type: string;
  readonly text: string;
  /** Behind its line. */
  readonly next: number;
}

function headAt(bytes: Uint8Array, at: number, end: number): Head | null {
  const feed = lineBreak(bytes, at, Math.min(end, at + LINE_MAX));
  if (feed === -1) return null;
  return { type: String.fromCharCode(bytes[at]), text: utf8(bytes, at + 1, feed), next: feed + 2 };
}

function count(text: string): number | null {
  return /^-?\d{1,12}$/.test(text) ? Number(text) : null;
}

/** Elements of an aggregate that says `length`: maps and attributes have two an entry. */
function elements(type: string, length: number): number {
  return type === "%" || type === "|" ? length * 2 : length;
}

export class RespStream implements StreamDissector {
  readonly layers = ["resp"];
  readonly isLayerOfBeginning = true;
  readonly title = TITLE;
  readonly cost = 0;
  readonly #isServerFirst: boolean;

  constructor({ sourcePort, destinationPort }: StreamAbove) {
    this.#isServerFirst = sourcePort === REDIS_PORT && destinationPort !== REDIS_PORT;
  }

  /**
   * `scan.passed` is how far values have been seen whole, `scan.phase` how many more are wanted there, so that a long array is
   * walked once however many segments bring it.
   */
  pduLength(scan: PduScan): number {
    const { bytes, origin, end } = scan;
    let at = origin + scan.passed;
    let wanted = scan.phase === 0 ? 1 : scan.phase;
    while (wanted > 0) {
      if (at >= end) return this.#wait(scan, at - origin, wanted);
      const type = String.fromCharCode(bytes[at]);
      const isKnown = LINES.includes(type) || BULKS.includes(type) || AGGREGATES.includes(type);
      // A command may also be a line of words.
      if (!isKnown && (at !== origin || !/[A-Za-z]/.test(type))) return PDU.reject;
      const head = headAt(bytes, at, end);
      if (head === null) return end - at > LINE_MAX ? PDU.reject : this.#wait(scan, at - origin, wanted);
      let next = head.next;
      wanted--;
      if (BULKS.includes(type) || AGGREGATES.includes(type)) {
        const length = count(head.text);
        if (length === null) return PDU.reject;
        if (AGGREGATES.includes(type)) wanted += Math.max(0, elements(type, length));
        else if (length >= 0) next += length + 2;
        if (wanted > VALUES_MAX) return PDU.reject;
      }
      // The rest of a bulk string is passed over without looking.
      if (wanted === 0) return next - origin;
      if (next > end) return this.#wait(scan, next - origin, wanted);
      at = next;
    }
    return at - origin;
  }

  #wait(scan: PduScan, passed: number, wanted: number): number {
    scan.passed = passed;
    scan.phase = wanted;
    return PDU.more;
  }

  completed(): void {}

  dissect(d: Dissection, start: number, end: number, shown: ShownPdu): void {
    const { slice } = shown;
    const isFirst = slice.node === null || slice.node.field !== "resp";
    const node = isFirst
      ? protocolNode(d, shown, this.layers, TITLE, start, 0)
      : (slice.node ?? protocolNode(d, shown, this.layers, TITLE, start, 0));
    const held = d.captured(end);
    node.length = Math.max(node.length, held - node.start);
    const words: string[] = [];
    const isRequest = this.#isRequest(shown.direction);
    const shownTo = new Values(d, end, words, isRequest).show(node.children, start, 0);
    if (shownTo === null && held < end) d.stop("cut", TITLE, held);
    const text = words.join(" ").slice(0, INFO_CHARS_MAX);
    const prefix = isFirst ? `${isRequest ? "Request" : "Response"}:${words.length === 0 ? "" : " "}` : "";
    messageColumns(d, "RESP", `${prefix}${text}`, " ");
  }

  beginning(bytes: Uint8Array, start: number, end: number, direction: 0 | 1): string | null {
    const isRequest = this.#isRequest(direction);
    const words = [isRequest ? "Request:" : "Response:"];
    let at = start;
    for (let i = 0; i < 100 && at < end; i++) {
      const head = headAt(bytes, at, end);
      const length = head === null ? null : count(head.text);
      if (head === null || length === null) break;
      const isBulk = BULKS.includes(head.type);
      at = head.next + (isBulk ? Math.max(0, length) + 2 : 0);
      if (at > end) break;
      if (isRequest && isBulk) words.push(bulkWord(utf8(bytes, head.next, at - 2), length));
      else if (!isRequest && i === 0 && AGGREGATES.includes(head.type)) words.push(`Array(${length})`);
    }
    return `${words.join(" ")} [continuation]`;
  }

  #isRequest(direction: 0 | 1): boolean {
    return (direction === 0) !== this.#isServerFirst;
  }
}

/** What Info says of a bulk string. */
function bulkWord(value: string, length: number): string {
  return length > BULK_IN_INFO_MAX ? `BulkString(${length})` : value;
}

/** Shows values, and gathers what Info says of them. */
class Values {
  readonly #d: Dissection;
  readonly #end: number;
  readonly #words: string[];
  readonly #isRequest: boolean;
  #count = 0;

  constructor(d: Dissection, end: number, words: string[], isRequest: boolean) {
    this.#d = d;
    this.#end = end;
    this.#words = words;
    this.#isRequest = isRequest;
  }

  /** Shows the value at `at`; answers where it ends, null where it is not whole or too much. */
  show(out: DetailNode[], at: number, depth: number): number | null {
    const d = this.#d;
    const held = d.captured(this.#end);
    const head = at < held ? headAt(d.bytes, at, held) : null;
    if (head === null || depth > DEPTH_MAX || this.#count++ > VALUES_SHOWN_MAX) return null;
    const { type, text, next } = head;
    if (BULKS.includes(type)) return this.#bulk(out, at, head, depth);
    if (AGGREGATES.includes(type)) return this.#aggregate(out, at, head, depth);
    const length = next - at;
    switch (type) {
      case "+":
        d.add(out, "resp.string", `String: ${text}`, at, length, text);
        this.#say(text, depth);
        break;
      case "-":
        d.add(out, "resp.error", `Error: ${text}`, at, length, text);
        this.#say(`Error: ${text}`, 0);
        break;
      case ":":
        d.add(out, "resp.integer", `Integer: ${text}`, at, length, count(text) ?? 0);
        this.#say(text, depth);
        break;
      default: {
        const line = type === "_" ? "null" : LINES.includes(type) ? text : latin1(d.bytes, at, next - 2);
        d.add(out, "resp.string", `String: ${line}`, at, length, line);
        this.#say(line, depth);
      }
    }
    return next;
  }

  /** Of an answer Info has only what stands by itself; of a command its words. */
  #say(text: string, depth: number): void {
    if (this.#words.length < 100 && (depth === 0 || this.#isRequest)) this.#words.push(text);
  }

  #bulk(out: DetailNode[], at: number, { text, next }: Head, depth: number): number | null {
    const d = this.#d;
    const length = count(text);
    if (length === null) return null;
    if (length < 0) {
      const node = d.add(out, "resp.bulk_string", "Bulk String: [NULL]", at, next - at);
      d.add(node.children, "resp.bulk_string.length", `Length: ${length}`, at, next - at, length);
      return next;
    }
    const held = d.captured(this.#end);
    const stop = Math.min(next + length, held);
    const value = utf8(d.bytes, next, Math.min(stop, next + 1000));
    const node = d.add(out, "resp.bulk_string", `Bulk String: ${value}`, at, Math.min(held, stop + 2) - at);
    d.add(node.children, "resp.bulk_string.length", `Length: ${length}`, at, next - at, length);
    if (length > 0) addBytes(d, node.children, "resp.bulk_string.value", "Value", next, stop);
    this.#say(bulkWord(value, length), depth);
    return next + length + 2 > held ? null : next + length + 2;
  }

  #aggregate(out: DetailNode[], at: number, { type, text, next }: Head, depth: number): number | null {
    const d = this.#d;
    const length = count(text);
    if (length === null) return null;
    const title = length < 0 ? "Array: NULL" : length === 0 ? "Array: Empty" : `Array: Length ${length}`;
    const node = d.add(out, "resp.array", title, at, next - at);
    d.add(node.children, "resp.array.length", `Length: ${length}`, at, next - at, length);
    if (!this.#isRequest && depth === 0 && length > 0) this.#say(`Array(${length})`, depth);
    let from = next;
    for (let i = 0; i < Math.max(0, elements(type, length)); i++) {
      const to = this.show(node.children, from, depth + 1);
      if (to === null) return null;
      from = to;
    }
    node.length = from - at;
    return from;
  }
}
