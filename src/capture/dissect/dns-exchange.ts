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

export class DnsExchange {
  readonly #betweenNs: (earlier: number, later: number) => bigint;
  /** By transaction id: the row of the latest query, and of its answer or -1. */
  readonly #open = new Map<number, { readonly query: number; answer: number }>();
  readonly #queryOf = new Map<number, number>();
  readonly #answerOf = new Map<number, number>();
  readonly #repeatOf = new Map<number, number>();

  /** `betweenNs` is nanoseconds between two rows. */
  constructor(betweenNs: (earlier: number, later: number) => bigint) {
    this.#betweenNs = betweenNs;
  }

  /** Bytes of memory, roughly. */
  get cost(): number {
    return (this.#open.size + this.#queryOf.size + this.#answerOf.size + this.#repeatOf.size) * 48;
  }

  /** Takes the stream's next message, which begins at `bytes[start]` in packet `row`. */
  add(row: number, bytes: Uint8Array, start: number): void {
    if (start + 12 > bytes.length || this.#queryOf.size >= ANSWERS_MAX) return;
    const id = getUint16(bytes, start);
    const open = this.#open.get(id);
    if (bytes[start + 2] < 0x80) {
      const isOpen = open !== undefined && open.answer === -1;
      if (isOpen && this.#betweenNs(open.query, row) < AGAIN_NS) this.#repeatOf.set(row, open.query);
      else this.#open.set(id, { query: row, answer: -1 });
      return;
    }
    if (open === undefined) return;
    if (open.answer === -1) {
      open.answer = row;
      this.#answerOf.set(open.query, row);
      this.#queryOf.set(row, open.query);
    } else {
      this.#repeatOf.set(row, open.answer);
    }
  }

  /** Adds what is known of the message in packet `row`, which begins at `d.bytes[at]`, to its tree. */
  show(d: Dissection, out: DetailNode[], row: number, at: number): void {
    const isResponse = d.bytes[at + 2] >= 0x80;
    const query = this.#queryOf.get(row);
    if (query !== undefined) {
      addComputed(d, out, "dns.response_to", `Request In: ${query + 1}`, at, query + 1);
      const time = this.#betweenNs(query, row);
      addComputed(d, out, "dns.time", `Time: ${secondsText(time)}`, at, time);
    }
    const answer = this.#answerOf.get(row);
    if (answer !== undefined)
      addComputed(d, out, "dns.response_in", `Response In: ${answer + 1}`, at, answer + 1);
    const repeated = this.#repeatOf.get(row);
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
    } else if (isResponse && query === undefined && this.#queryOf.size < ANSWERS_MAX) {
      addComputed(d, out, "dns.unsolicited", "Unsolicited: True", at, true);
    }
  }
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
