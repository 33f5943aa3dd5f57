// The columns of `-z io,stat`: what is worked out of the packets of each interval, `SUM(tcp.len)tcp.len` and its like.
//
// Lengths count as `-z io,stat` prints them: a number's digits, a time's seconds with six decimals.

import { dissect } from "../dissect/dissect.ts";
import type { DissectContext } from "../dissect/dissect.ts";
import { findField, interestIn, nodesOf, unknownField } from "../fields.ts";
import type { FieldInfo } from "../fields.ts";
import { compileFilter, isFilterError } from "../filter/compile.ts";
import type { Filter } from "../filter/compile.ts";
import type { Trace } from "../../trace/trace.ts";

/** Lines printed at most; a capture of a year at a millisecond each is a mistake. */
export const INTERVALS_MAX = 1_000_000;

/** What is worked out of packets, and of a field's values: times that overlap count several times in LOAD. */
const OF_PACKETS = ["FRAMES", "BYTES"] as const;
const OF_VALUES = ["COUNT", "SUM", "MIN", "MAX", "AVG", "LOAD"] as const;
type Calculation = (typeof OF_PACKETS)[number] | (typeof OF_VALUES)[number];

/** A column as asked for. */
export interface IoColumn {
  /** As it was asked for; "" for frames and bytes of all packets. */
  readonly text: string;
  /** Null for frames and bytes. */
  readonly calculation: Calculation | null;
  readonly field: FieldInfo | null;
  readonly filter: Filter;
}

/** How values print. */
type Shape = "whole" | "real" | "time";

const CALCULATED = new RegExp(`^(${[...OF_PACKETS, ...OF_VALUES].join("|")})(?:\\(([^)]*)\\))?(.*)$`, "s");
const WHOLE = /^u?int\d+x?$/;

/** The column that `text`, between two commas, asks for; words for what is wrong with it. */
export function readIoColumn(text: string): IoColumn | string {
  const match = CALCULATED.exec(text);
  if (match === null) return columnOf(text, null, null, text);
  const [, name, inside, rest] = match;
  const calculation = [...OF_PACKETS, ...OF_VALUES].find((known) => known === name) ?? null;
  if (calculation === "FRAMES" || calculation === "BYTES") {
    if (inside === undefined && rest !== "") return columnOf(text, null, null, text);
    return (inside ?? "") === ""
      ? columnOf(text, calculation, null, rest)
      : `${calculation}() takes no field`;
  }
  if ((inside ?? "") === "") return `${name} wants a field: ${name}(tcp.len)tcp.len`;
  const field = findField(inside);
  if (field === null) return unknownField(inside);
  const shape = shapeOf(field);
  if (calculation === "LOAD" && shape !== "time") return `LOAD wants times, and ${inside} has none`;
  if (calculation !== "COUNT" && shape === null) return `${name} wants numbers, and ${inside} has none`;
  return columnOf(text, calculation, field, rest);
}

function columnOf(
  text: string,
  calculation: Calculation | null,
  field: FieldInfo | null,
  condition: string,
): IoColumn | string {
  const filter = compileFilter(condition.trim());
  return isFilterError(filter) ? filter.problem : { text, calculation, field, filter };
}

/** How a field's values print; null for what is no number. */
function shapeOf({ type }: FieldInfo): Shape | null {
  if (type === "time") return "time";
  if (type === "double") return "real";
  return WHOLE.test(type) ? "whole" : null;
}

/** What is known of one interval. */
interface Slot {
  packets: number;
  /** Bytes, or what is worked out: times in ns, LOAD in µs. */
  total: number;
  values: number;
}

/** A part of the table between two bars. */
export interface IoCell {
  readonly title: string;
  /** Characters, without the blanks beside the bars. */
  readonly width: number;
  /** `slot` lasts `lastsUs`. */
  text(slot: number, lastsUs: number): string;
}

/** Takes packets in order and works the column out; `stepUs` long are the intervals, Infinity for one over all. */
export class IoTotals {
  readonly column: IoColumn;
  readonly #trace: Trace;
  readonly #context: DissectContext;
  readonly #stepUs: number;
  readonly #passes: (row: number) => boolean;
  readonly #shape: Shape;
  readonly #slots = new Map<number, Slot>();
  /** How many more times go on throughout an interval than throughout the one before. */
  readonly #begun = new Map<number, number>();
  /** The largest that was in any interval at any time: columns are as wide as that. */
  #packetsMost = 0;
  #totalMost = 0;

  constructor(column: IoColumn, trace: Trace, context: DissectContext, stepUs: number) {
    this.column = column;
    this.#trace = trace;
    this.#context = context;
    this.#stepUs = stepUs;
    this.#passes = column.filter.on(trace, context);
    this.#shape =
      (column.field === null || column.calculation === "COUNT" ? null : shapeOf(column.field)) ?? "whole";
  }

  /** Takes packet `row` of interval `index`, where it passes the column's filter; false where it does not. */
  add(row: number, index: number): boolean {
    if (!this.#passes(row)) return false;
    const slot = this.#slot(index);
    slot.packets++;
    const { calculation, field } = this.column;
    if (field === null) slot.total += this.#trace.packets.length[row];
    else {
      const { tree } = dissect(this.#trace, row, this.#context, interestIn([field]));
      for (const [i, { value }] of nodesOf(tree, field).entries()) {
        if (calculation === "LOAD") this.#spread(Math.floor(Number(value) / 1000), index);
        else take(slot, calculation, Number(value), slot.packets === 1 && i === 0);
      }
    }
    this.#packetsMost = Math.max(this.#packetsMost, slot.packets);
    this.#totalMost = Math.max(this.#totalMost, this.#worth(slot));
    return true;
  }

  /** The parts of the table; `stepUs` is the interval as it is shown. */
  cells(stepUs: number): readonly IoCell[] {
    const { calculation } = this.column;
    const packets = (): IoCell => this.#cell("FRAMES", this.#packetsMost, (slot) => String(slot.packets));
    const total = (): IoCell => this.#cell("BYTES", this.#totalMost, (slot) => String(slot.total));
    switch (calculation) {
      case null:
        return [
          { ...packets(), title: "Frames" },
          { ...total(), title: "Bytes" },
        ];
      case "FRAMES":
        return [packets()];
      case "BYTES":
        return [total()];
      case "LOAD":
        this.#fill();
        return [
          this.#cell(
            calculation,
            Math.floor(this.#totalMost / Math.max(1, stepUs)),
            ({ total: us }, lastsUs) => secondsText(Math.floor((us * 1e6) / Math.max(1, lastsUs))),
          ),
        ];
      default:
        return [this.#cell(calculation, this.#widest(), (slot) => this.#text(this.#worth(slot)))];
    }
  }

  #slot(index: number): Slot {
    let slot = this.#slots.get(index);
    if (slot === undefined) this.#slots.set(index, (slot = { packets: 0, total: 0, values: 0 }));
    return slot;
  }

  /** A time that ended in interval `index` was going on in those before it; what there is no interval for counts in the first. */
  #spread(us: number, index: number): void {
    const part = us % this.#stepUs;
    this.#slot(index).total += part;
    if (part === us) return;
    const whole = Math.round((us - part) / this.#stepUs);
    const last = Math.max(0, index - 1);
    const first = Math.max(0, last - whole + 1);
    this.#begun.set(first, (this.#begun.get(first) ?? 0) + 1);
    this.#begun.set(last + 1, (this.#begun.get(last + 1) ?? 0) - 1);
    this.#slot(0).total += (whole - (last - first + 1)) * this.#stepUs;
  }

  /** Adds the times that were going on throughout an interval. */
  #fill(): void {
    let going = 0;
    const end = Math.min(INTERVALS_MAX, largest(this.#begun.keys()));
    for (let slot = 0; slot < end; slot++) {
      going += this.#begun.get(slot) ?? 0;
      if (going > 0) this.#slot(slot).total += going * this.#stepUs;
    }
    this.#begun.clear();
  }

  #worth({ total, values }: Slot): number {
    if (this.column.calculation !== "AVG") return total;
    const mean = total / Math.max(1, values);
    return this.#shape === "real" ? mean : Math.floor(mean);
  }

  /** What the widest value is told from: of times whole seconds. */
  #widest(): number {
    return this.#shape === "whole"
      ? this.#totalMost
      : Math.floor(this.#totalMost / (this.#shape === "time" ? 1e9 : 1) + 0.5);
  }

  #text(worth: number): string {
    if (this.#shape === "time") return secondsText(Math.floor((worth + 500) / 1000));
    return this.#shape === "real" ? worth.toFixed(6) : String(worth);
  }

  #cell(title: Calculation, most: number, textOf: (slot: Slot, lastsUs: number) => string): IoCell {
    const isWhole = this.#shape === "whole";
    const digits = Math.min(15, String(most).length);
    const least = title === "COUNT" || title === "BYTES" ? 5 : title.length;
    const none = { packets: 0, total: 0, values: 0 };
    return {
      title,
      width: isWhole ? Math.max(least, digits) : digits + 7,
      text: (slot, lastsUs) => textOf(this.#slots.get(slot) ?? none, lastsUs),
    };
  }
}

/** As in tshark, a packet without the field makes an interval's least value 0 where it comes first. */
function take(slot: Slot, calculation: Calculation | null, value: number, isFirst: boolean): void {
  slot.values++;
  if (calculation === "COUNT") slot.total++;
  else if (calculation === "MIN") slot.total = isFirst ? value : Math.min(slot.total, value);
  else if (calculation === "MAX") slot.total = Math.max(slot.total, value);
  else slot.total += value;
}

function largest(values: Iterable<number>): number {
  let most = 0;
  for (const value of values) most = Math.max(most, value);
  return most;
}

function secondsText(us: number): string {
  return `${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, "0")}`;
}
