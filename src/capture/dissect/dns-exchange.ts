// Which DNS answer belongs to which query of a stream, and how long it took.

import { getUint16 } from "../../wire/bytes.ts";
import { dissectDns } from "./dns.ts";
import { addExpert } from "./expert.ts";
import { addComputed, secondsText } from "./protocol.ts";
import type { DetailNode, Dissection } from "./tree.ts";
import type { Datagram } from "./udp-protocols.ts";

/** Answers remembered of one stream; a resolver's stream has few, as its port changes. */
const ANSWERS_MAX = 100_000;

/** A question with the same id is the same question again so long after it, unless it was answered; later it is a new one. */
const AGAIN_NS = 5_000_000_000n;

/** Tells nanoseconds between two rows. */
interface Clock {
  betweenNs(earlier: number, later: number): bigint;
}

export class DnsExchange {
  readonly #clock: Clock;
  /**
   * By transaction id the rows of the latest query and of its answer, by a query's row its answer's, and by that the query's. One map, made
   * when there is something to say: most streams are one question and its answer, and there are many of them.
   */
  #rows: Map<number, number> | null = null;
  #answers = 0;
  /** By row of a message sent again the row of the first; null while there are none. */
  #repeatOf: Map<number, number> | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Bytes of memory, roughly. */
  get cost(): number {
    return ((this.#rows?.size ?? 0) + (this.#repeatOf?.size ?? 0)) * 48;
  }

  /** Takes the stream's next message, which begins at `bytes[start]` in packet `row`. */
  add(row: number, bytes: Uint8Array, start: number): void {
    if (start + 12 > bytes.length || this.#answers >= ANSWERS_MAX) return;
    const id = getUint16(bytes, start);
    const rows = (this.#rows ??= new Map<number, number>());
    const query = rows.get(queryWith(id));
    const answer = rows.get(answerWith(id));
    if (bytes[start + 2] < 0x80) {
      const isOpen = query !== undefined && answer === undefined;
      if (isOpen && this.#clock.betweenNs(query, row) < AGAIN_NS) this.#repeat(row, query);
      else {
        rows.set(queryWith(id), row);
        if (answer !== undefined) rows.delete(answerWith(id));
      }
      return;
    }
    if (query === undefined) return;
    if (answer !== undefined) {
      this.#repeat(row, answer);
      return;
    }
    rows.set(answerWith(id), row);
    rows.set(answerTo(query), row);
    rows.set(queryOf(row), query);
    this.#answers++;
  }

  #repeat(row: number, first: number): void {
    this.#repeatOf ??= new Map<number, number>();
    this.#repeatOf.set(row, first);
  }

  /** Adds what is known of the message in packet `row`, which begins at `d.bytes[at]`, to its tree. */
  show(d: Dissection, out: DetailNode[], row: number, at: number): void {
    const isResponse = d.bytes[at + 2] >= 0x80;
    const query = this.#rows?.get(queryOf(row));
    if (query !== undefined) {
      addComputed(d, out, "dns.response_to", `Request In: ${query + 1}`, at, query + 1);
      const time = this.#clock.betweenNs(query, row);
      addComputed(d, out, "dns.time", `Time: ${secondsText(time)}`, at, time);
    }
    const answer = this.#rows?.get(answerTo(row));
    if (answer !== undefined)
      addComputed(d, out, "dns.response_in", `Response In: ${answer + 1}`, at, answer + 1);
    const repeated = this.#repeatOf?.get(row);
    if (repeated !== undefined) {
      const [what, field] = isResponse
        ? ["response", "dns.retransmit_response_in"]
        : ["request", "dns.retransmit_request_in"];
      const begins = isResponse ? "DNS response" : "DNS query";
      const summary = `${begins} retransmission. Original ${what} in frame ${repeated + 1}`;
      const item = { severity: "Warning", group: "Protocol", protocol: "DNS", summary } as const;
      const id = out.find((line) => line.field === "dns.id") ?? { children: out };
      addExpert(d, id.children, `dns.retransmit_${what}`, item, at, 2);
      const label = `Retransmitted ${what}. Original ${what} in: ${repeated + 1}`;
      addComputed(d, out, field, label, at, repeated + 1);
      addComputed(d, out, "dns.retransmission", "Retransmission: True", at, true);
    } else if (isResponse && query === undefined && this.#answers < ANSWERS_MAX) {
      addComputed(d, out, "dns.unsolicited", "Unsolicited: True", at, true);
    }
  }
}

/** Keys of the four kinds: rows are not negative. */
function queryWith(id: number): number {
  return -1 - id * 2;
}

function answerWith(id: number): number {
  return -2 - id * 2;
}

function answerTo(query: number): number {
  return query * 2;
}

function queryOf(answer: number): number {
  return answer * 2 + 1;
}

/** Shows a datagram as a DNS message. */
export function dissectDnsDatagram(
  d: Dissection,
  protocol: "dns" | "mdns" | "llmnr",
  { start, end, conversation }: Datagram,
): void {
  const node = dissectDns(d, protocol, start, end);
  if (node !== null && conversation !== null) conversation.dns.show(d, node.children, d.around.row, start);
}
