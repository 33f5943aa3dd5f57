// The SACK option (RFC 2018): its blocks, and the block that tells of data that came twice (RFC 2883).

import { getUint32 } from "../../wire/bytes.ts";
import { sackEdges, tellsOfDuplicate } from "../analysis/options.ts";
import { addExpert } from "./expert.ts";
import type { TcpOptionBody } from "./tcp-option-body.ts";
import type { DetailNode } from "./tree.ts";

const BLOCK = 8;
const EDGE = 4;

/** The edges of the option's whole blocks, left and right in turn, as they are shown. */
function edgesOf({ d, at, length, context }: TcpOptionBody): number[] {
  return sackEdges(d.bytes, at, length, context.sackBase ?? 0);
}

/** ` 1-1461 2921-4381`. */
export function sackTold(option: TcpOptionBody): string {
  return edgesOf(option)
    .map((edge, i) => (i % 2 === 0 ? ` ${edge}` : `-${edge}`))
    .join("");
}

/** ` SLE=1 SRE=1461`. */
export function sackInfo(option: TcpOptionBody): string {
  return edgesOf(option)
    .map((edge, i) => ` ${i % 2 === 0 ? "SLE" : "SRE"}=${edge}`)
    .join("");
}

/** The lines of the blocks; false where one that came twice is told and not there, with which Wireshark gives up on the header. */
export function addSack(option: TcpOptionBody, out: DetailNode[]): boolean {
  const { d, at, length, context } = option;
  const note = context.sackBase === null ? "" : " (relative)";
  const edges = edgesOf(option);
  const end = at + length;
  const add = (name: string, field: string, from: number, value: number): void => {
    d.add(out, `tcp.options.sack_${field}`, () => `${name} edge = ${value}${note}`, from, EDGE, value);
  };
  edges.forEach((edge, i) =>
    i % 2 === 0 ? add("left", "le", at + 2 + i * EDGE, edge) : add("right", "re", at + 2 + i * EDGE, edge),
  );
  const rest = at + 2 + edges.length * EDGE;
  if (end - rest >= EDGE) add("left", "le", rest, relative(option, rest));
  if (rest < end) {
    const summary = "suboption would go past end of option";
    const size = (end - rest) % EDGE;
    const line = d.add(out, null, summary, rest, size);
    const item = { severity: "Error", group: "Malformed", protocol: "TCP", summary } as const;
    if (d.quoted === 0) addExpert(d, line.children, "tcp.suboption_malformed", item, rest, size);
  }
  const count = edges.length >> 1;
  d.add(out, "tcp.options.sack.count", `[TCP SACK Count: ${count}]`, at, 0, count);
  if (d.quoted > 0) return true;
  context.edges.push(...edges);
  return !tellsOfDuplicate(context.edges, context.ack) || addDuplicate(option, out, note);
}

/** The edges of this option's first block; false where it has none. */
function addDuplicate(option: TcpOptionBody, out: DetailNode[], note: string): boolean {
  const { d, at, length } = option;
  const from = at + 2;
  const add = (name: string, field: string, edge: number): void => {
    const value = relative(option, edge);
    const label = (): string => `[D-SACK ${name} Edge = ${value}${note}]`;
    d.add(out, `tcp.options.sack.${field}`, label, edge, EDGE, value);
  };
  if (length < 2 + EDGE) return false;
  add("Left", "dsack_le", from);
  if (length < 2 + BLOCK) return false;
  add("Right", "dsack_re", from + EDGE);
  const summary = "D-SACK Sequence";
  const line = d.add(out, null, summary, from, BLOCK);
  const item = { severity: "Warning", group: "Sequence", protocol: "TCP", summary } as const;
  addExpert(d, line.children, "tcp.options.sack.dsack", item, from, BLOCK);
  return true;
}

function relative({ d, context }: TcpOptionBody, at: number): number {
  return (getUint32(d.bytes, at) - (context.sackBase ?? 0)) >>> 0;
}
