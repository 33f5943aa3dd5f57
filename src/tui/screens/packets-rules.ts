// Colour rules of the packet list: display filters in Wireshark's order and spirit, each with a glyph, for colour is never all there is.

import { compiledFilter } from "./filter-scan.ts";
import { contextOf, shownTrace } from "./packet-data.ts";
import type { Model } from "../model.ts";
import type { Theme } from "../theme.ts";
import type { Trace } from "../../trace/trace.ts";

export interface ColourRule {
  readonly name: string;
  readonly filter: string;
  /** One cell, in front of the packet. */
  readonly glyph: string;
  /** Whether the packet's Info is in its colour, too. */
  readonly whole: boolean;
  readonly attr: (theme: Theme) => number;
}

/** The first one that fits a packet counts. */
export const COLOUR_RULES: readonly ColourRule[] = [
  {
    name: "Bad TCP",
    filter:
      "tcp.analysis.flags && !tcp.analysis.window_update && !tcp.analysis.keep_alive && !tcp.analysis.keep_alive_ack",
    glyph: "!",
    whole: true,
    attr: (theme) => theme.warn,
  },
  {
    name: "ICMP errors",
    filter: "icmp.type in {3 .. 5, 11} || icmpv6.type in {1 .. 4}",
    glyph: "‡",
    whole: true,
    attr: (theme) => theme.error,
  },
  { name: "TCP RST", filter: "tcp.flags.reset == 1", glyph: "×", whole: true, attr: (theme) => theme.error },
  {
    name: "TCP SYN/FIN",
    filter: "tcp.flags.syn == 1 || tcp.flags.fin == 1",
    glyph: "›",
    whole: false,
    attr: (theme) => theme.info,
  },
  { name: "ARP", filter: "arp", glyph: "?", whole: false, attr: (theme) => theme.arp },
  { name: "ICMP", filter: "icmp || icmpv6", glyph: "†", whole: false, attr: (theme) => theme.icmp },
];

const predicates = new WeakMap<Trace, readonly ((row: number) => boolean)[]>();

/** The rule that fits packet `row`, or null. */
export function ruleOf(model: Model, row: number): ColourRule | null {
  const trace = shownTrace(model);
  let tests = predicates.get(trace);
  if (tests === undefined) {
    tests = COLOUR_RULES.map(({ filter }) => {
      const compiled = compiledFilter(filter);
      if ("message" in compiled) throw new RangeError(`colour rule ${filter}: ${compiled.message}`);
      return compiled.on(trace, contextOf(model));
    });
    predicates.set(trace, tests);
  }
  const at = tests.findIndex((test) => test(row));
  return at < 0 ? null : COLOUR_RULES[at];
}
