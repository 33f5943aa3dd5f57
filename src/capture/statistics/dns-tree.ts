// `-z dns,tree`: DNS messages by what they ask and answer, and how long answers took, as tshark's table.

import type { DetailNode, DissectContext } from "../dissect/dissect.ts";
import type { Trace } from "../../trace/trace.ts";
import { findNode, numberIn, packetsWithMessages, wordsOf } from "./protocol-nodes.ts";
import { StatsTree } from "./stats-tree.ts";
import type { StatsNode } from "./stats-tree.ts";

/** Multicast DNS and LLMNR are not counted, as in tshark. */
const DNS = new Set(["dns"]);

/** The lines of the table over `rows`. */
export function* printDnsTree(
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext = {},
): Generator<string> {
  const counters = new DnsCounters();
  for (const { row, messages } of packetsWithMessages(trace, rows, context, DNS)) {
    counters.tree.at(trace.packets.relativeNs(row));
    for (const message of messages) counters.take(message);
  }
  yield* counters.tree.lines("DNS");
}

class DnsCounters {
  readonly tree = new StatsTree();
  readonly #total = this.tree.root("Total Packets");
  readonly #codes = this.#total.child("rcode");
  readonly #opcodes = this.#total.child("opcodes");
  readonly #kinds = this.#total.child("Query/Response");
  readonly #types = this.#total.child("Query Type");
  readonly #classes = this.#total.child("Class");
  readonly #size = this.tree.root("Payload size");
  readonly #queries = this.tree.root("Query Stats");
  readonly #nameLength = this.#queries.child("Qname Len");
  readonly #labels = this.#queries.child("Label Stats");
  readonly #levels = LEVELS.map((name) => this.#labels.child(name));
  readonly #answers = this.tree.root("Response Stats");
  readonly #sections = SECTIONS.map(([name, field]) => ({ node: this.#answers.child(name), field }));
  readonly #service = this.tree.root("Service Stats");
  readonly #time = this.#service.child("request-response time (msec)", { kind: "float" });
  readonly #unsolicited = this.#service.child("no. of unsolicited responses");
  readonly #again = this.#service.child("no. of retransmissions");

  take(message: DetailNode): void {
    const isResponse = findNode(message, "dns.flags.response")?.value === true;
    this.#total.tick();
    pivot(this.#codes, isResponse ? findNode(message, "dns.flags.rcode") : null, "No error");
    pivot(this.#opcodes, findNode(message, "dns.flags.opcode"), "Unknown operation");
    this.#kinds.tick();
    this.#kinds.child(isResponse ? "Response" : "Query").tick();
    pivot(this.#types, findNode(message, "dns.qry.type"), "Unused");
    pivot(this.#classes, findNode(message, "dns.qry.class"), "Unknown");
    this.#size.add(message.length);
    if (isResponse) this.#response(message);
    else this.#query(message);
  }

  #query(message: DetailNode): void {
    const length = numberIn(message, "dns.qry.name.len");
    if (length !== null) this.#nameLength.add(length);
    const labels = numberIn(message, "dns.count.labels") ?? 0;
    if (labels > 0) this.#levels[Math.min(labels, LEVELS.length) - 1].tick();
  }

  #response(message: DetailNode): void {
    const ns = numberIn(message, "dns.time");
    // An answer sent again belongs to its question, but takes no time of its own. Questions sent again are not counted.
    const isAgain = findNode(message, "dns.retransmission") !== null;
    const isKnown = ns !== null || isAgain;
    for (const { node, field } of this.#sections) {
      const count = numberIn(message, field) ?? 0;
      node.add(count);
      // tshark counts the answer to a known question twice.
      if (isKnown) node.add(count);
    }
    if (ns !== null) this.#time.add(Math.fround(ns / 1e6));
    else if (isAgain) this.#again.tick();
    else this.#unsolicited.tick();
  }
}

const LEVELS = ["1st Level", "2nd Level", "3rd Level", "4th Level or more"] as const;
const SECTIONS = [
  ["no. of questions", "dns.count.queries"],
  ["no. of answers", "dns.count.answers"],
  ["no. of authorities", "dns.count.auth_rr"],
  ["no. of additionals", "dns.count.add_rr"],
] as const;

/** Counts a node and its child of the words the message has. */
function pivot(node: StatsNode, detail: DetailNode | null, otherwise: string): void {
  node.tick();
  node.child(wordsOf(detail) ?? otherwise).tick();
}
