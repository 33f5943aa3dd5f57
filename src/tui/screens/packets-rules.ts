// Colour rules of the packet list: display filters in Wireshark's order and spirit, each with a glyph, for colour is never all there is.

import { isPlain } from "../../capture/fields-columns.ts";
import { PROTOCOL } from "../../trace/packets.ts";
import { compiledFilter } from "./filter-scan.ts";
import { contextOf, isAnalysisUnread, isUndissected, shownTrace } from "./packet-data.ts";
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
  /** The same for packets whose columns tell all there is of them: most are, and dissecting each anew would be felt. Null leaves them to the filter. */
  readonly plain: ((trace: Trace, row: number) => boolean) | null;
}

const FIN_OR_SYN = 3;
const RST = 4;

/** Whether a plain packet is a TCP segment with one of these flags. */
function hasFlag(flags: number): (trace: Trace, row: number) => boolean {
  return ({ packets }, row) =>
    packets.protocol[row] === PROTOCOL.tcp && (packets.tcpFlags[row] & flags) !== 0;
}

/** Plain packets are TCP or UDP. */
const neverPlain = (): boolean => false;

/** The first one that fits a packet counts. */
export const COLOUR_RULES: readonly ColourRule[] = [
  {
    name: "Bad TCP",
    filter:
      "tcp.analysis.flags && !tcp.analysis.window_update && !tcp.analysis.keep_alive && !tcp.analysis.keep_alive_ack",
    glyph: "!",
    whole: true,
    attr: (theme) => theme.warn,
    plain: null,
  },
  {
    name: "ICMP errors",
    filter: "icmp.type in {3 .. 5, 11} || icmpv6.type in {1 .. 4}",
    glyph: "‡",
    whole: true,
    attr: (theme) => theme.error,
    plain: neverPlain,
  },
  {
    name: "TCP RST",
    filter: "tcp.flags.reset == 1",
    glyph: "×",
    whole: true,
    attr: (theme) => theme.error,
    plain: hasFlag(RST),
  },
  {
    name: "TCP SYN/FIN",
    filter: "tcp.flags.syn == 1 || tcp.flags.fin == 1",
    glyph: "›",
    whole: false,
    attr: (theme) => theme.info,
    plain: hasFlag(FIN_OR_SYN),
  },
  { name: "ARP", filter: "arp", glyph: "?", whole: false, attr: (theme) => theme.arp, plain: neverPlain },
  {
    name: "ICMP",
    filter: "icmp || icmpv6",
    glyph: "†",
    whole: false,
    attr: (theme) => theme.icmp,
    plain: neverPlain,
  },
];

/** Rules found of one trace, those of the last rows asked for. */
interface Found {
  /** Whether in the light of the trace's analysis. */
  readonly isAnalysed: boolean;
  /** What the user says ports carry. */
  readonly decodeAs: Model["packets"]["decodeAs"];
  readonly tests: readonly ((row: number) => boolean)[];
  readonly rules: Map<number, ColourRule | null>;
  /** Those from before that was so: better than none for packets that are yet to be dissected anew. */
  readonly before: ReadonlyMap<number, ColourRule | null>;
}

const KEPT_MAX = 1000;
const found = new WeakMap<Trace, Found>();

function foundIn(model: Model): Found {
  const trace = shownTrace(model);
  const isAnalysed = !isAnalysisUnread(model);
  const known = found.get(trace);
  const { decodeAs } = model.packets;
  if (known?.isAnalysed === isAnalysed && known.decodeAs === decodeAs) return known;
  const tests = COLOUR_RULES.map(({ filter }) => {
    const compiled = compiledFilter(filter);
    if ("message" in compiled) throw new RangeError(`colour rule ${filter}: ${compiled.message}`);
    return compiled.on(trace, contextOf(model));
  });
  const next = { isAnalysed, decodeAs, tests, rules: new Map(), before: known?.rules ?? new Map() };
  found.set(trace, next);
  return next;
}

/** The rule that fits packet `row`, or null. */
export function ruleOf(model: Model, row: number): ColourRule | null {
  const { tests, rules } = foundIn(model);
  const known = rules.get(row);
  if (known !== undefined) return known;
  const rule = fitting(shownTrace(model), row, tests);
  if (rules.size >= KEPT_MAX) rules.clear();
  rules.set(row, rule);
  return rule;
}

/** The rule of packet `row` for a frame: of one that is yet to be dissected, whose stream may be long, the one that is known. */
export function shownRule(model: Model, row: number): ColourRule | null {
  if (!isUndissected(model, [row])) return ruleOf(model, row);
  const { before, rules } = foundIn(model);
  return rules.get(row) ?? before.get(row) ?? null;
}

function fitting(trace: Trace, row: number, tests: Found["tests"]): ColourRule | null {
  const isPlainRow = isPlain(trace, row);
  for (let i = 0; i < COLOUR_RULES.length; i++) {
    const { plain } = COLOUR_RULES[i];
    if (isPlainRow && plain !== null ? plain(trace, row) : tests[i](row)) return COLOUR_RULES[i];
  }
  return null;
}
