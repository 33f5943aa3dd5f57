// TCP options that are or were experiments (RFC 6994): fast open's cookies (RFC 7413), accurate ECN's counters, and what shares two kinds.

import { getUint16 } from "../../wire/bytes.ts";
import { addExpert } from "./expert.ts";
import { addBits, uint } from "./protocol.ts";
import { addBytesOf } from "./tcp-option-body.ts";
import type { TcpOptionBody, TcpOptionKind } from "./tcp-option-body.ts";
import { bytesText, hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** Options that experiments share (RFC 4727), and numbers of experiments (RFC 6994 section 3). */
export const EXPERIMENT_1 = 253;
const EXPERIMENT_LEAST = 4;
const FAST_OPEN = 0xf989;
const ACK_RATE = 0x00ac;
const ACCURATE_ECN_0 = 0xacc0;
const ACCURATE_ECN_1 = 0xacc1;

const EXPERIMENTS: ReadonlyMap<number, string> = new Map([
  [ACK_RATE, "TCP ACK Rate Request"],
  [0x0348, "Host ID"],
  [0x0a0d, "Autonomous System Compensation"],
  [0x0ca0, "Capability Option"],
  [0x0ed0, "Extended Data Offset"],
  [0x454e, "Encryption Negotiation"],
  [0x5323, "Service Number"],
  [0x75ec, "Timestamp Interval"],
  [ACCURATE_ECN_0, "Accurate ECN - Order 0"],
  [ACCURATE_ECN_1, "Accurate ECN - Order 1"],
  [0xacce, "Accurate ECN"],
  [0xe2d4, "Shared Memory communications over RMDA protocol"],
  [FAST_OPEN, "Fast Open"],
  [0xf990, "Low Latency"],
]);

/** A cookie of `size` bytes at the option's end; a request for one where there are none (RFC 7413). */
export function readCookie(option: TcpOptionBody, out: DetailNode[], size: number): void {
  const { d, at, length, context } = option;
  if (size === 0) {
    d.add(out, "tcp.options.tfo.request", "Fast Open Cookie Request", at + length - 2, 2);
    return;
  }
  const from = at + length - size;
  const cookie = d.bytes.subarray(from, from + size);
  const text = (): string => `Fast Open Cookie: ${bytesText(d.bytes, from, size)}`;
  const line = d.add(out, "tcp.options.tfo.cookie", text, from, size, cookie);
  if (!context.isOpening || d.quoted > 0) return;
  const summary = "TCP SYN with TFO Cookie";
  const item = { severity: "Note", group: "Sequence", protocol: "TCP", summary } as const;
  addExpert(d, line.children, "tcp.analysis.tfo_syn", item, from, size);
}

/** The counters of accurate ECN, by the order they are in: of ECT(0), of CE and of ECT(1). */
const COUNTERS = [
  ["EE0B", "ee0b", "ECT(0)"],
  ["ECEB", "eceb", "CE"],
  ["EE1B", "ee1b", "ECT(1)"],
] as const;

/** The counters in `size` bytes at `at`, with where each is; in the other order they begin with that of ECT(1). */
function counters(
  d: Dissection,
  at: number,
  size: number,
  isOrder0: boolean,
): { readonly names: (typeof COUNTERS)[number]; readonly at: number; readonly value: number }[] {
  const order = isOrder0 ? COUNTERS : COUNTERS.toReversed();
  return order
    .slice(0, size / 3)
    .map((names, i) => ({ names, at: at + i * 3, value: uint(d.bytes, at + i * 3, 3) }));
}

function countersTold(d: Dissection, at: number, size: number, isOrder0: boolean): string {
  const told = counters(d, at, size, isOrder0).map(({ names, value }) => `${names[0]} ${value}`);
  return told.length === 0 ? "" : ` (Order ${isOrder0 ? 0 : 1}): ${told.join(", ")}`;
}

function countersInfo(d: Dissection, at: number, size: number, isOrder0: boolean): string {
  if (size === 0) return " AccECN";
  return counters(d, at, size, isOrder0)
    .map(({ names, value }) => ` ${names[0]}=${value}`)
    .join("");
}

function readCounters(d: Dissection, out: DetailNode[], from: number, size: number, isOrder0: boolean): void {
  for (const { names, at, value } of counters(d, from, size, isOrder0)) {
    const label = (): string => `Accurate ECN Echo ${names[2]} Byte Counter: ${value}`;
    d.add(out, `tcp.options.acc_ecn.${names[1]}`, label, at, 3, value);
  }
}

export function accurateEcn(order: 0 | 1): TcpOptionKind {
  return {
    name: "Accurate ECN",
    kindName: `Accurate ECN Order ${order}`,
    field: "tcp.options.acc_ecn",
    wrong: ({ length }) =>
      [2, 5, 8, 11].includes(length) ? null : `option length should be 2, 5, 8, or 11 instead of ${length}`,
    told: ({ d, at, length }) => countersTold(d, at + 2, length - 2, order === 0),
    info: ({ d, at, length }) => countersInfo(d, at + 2, length - 2, order === 0),
    read: ({ d, at, length }, out) => readCounters(d, out, at + 2, length - 2, order === 0),
  };
}

function wrongExperiment({ d, at, length }: TcpOptionBody): string | null {
  if (length < EXPERIMENT_LEAST) return `option length ${length} smaller than ${EXPERIMENT_LEAST}`;
  const id = getUint16(d.bytes, at + 2);
  if (id === ACK_RATE && length > 5) return `option length should be 4 or 5 instead of ${length}`;
  if ((id === ACCURATE_ECN_0 || id === ACCURATE_ECN_1) && ![4, 7, 10, 13].includes(length)) {
    return `option length should be 4, 7, 10, or 13 instead of ${length}`;
  }
  return null;
}

function experimentTold(option: TcpOptionBody): string {
  const { d, at, length } = option;
  const id = getUint16(d.bytes, at + 2);
  const name = `: ${EXPERIMENTS.get(id) ?? "Unknown"}`;
  if (wrongExperiment(option) !== null) return name;
  if (id === ACK_RATE) return length === 5 ? `${name} ${d.bytes[at + 4] >> 1}` : name;
  if (id !== ACCURATE_ECN_0 && id !== ACCURATE_ECN_1) return name;
  return `${name}: Accurate ECN${countersTold(d, at + 4, length - 4, id === ACCURATE_ECN_0)}`;
}

function experimentInfo(option: TcpOptionBody): string {
  const { d, at, length } = option;
  const id = getUint16(d.bytes, at + 2);
  if (wrongExperiment(option) !== null) return "";
  if (id === FAST_OPEN) return length === 4 ? " TFO=R" : " TFO=C";
  // The receiver is asked for an ACK of every so many segments (draft-gomez-tcpm-ack-rate-request).
  if (id === ACK_RATE) return length === 5 ? ` TARR=${d.bytes[at + 4] >> 1}` : " TARR";
  if (id === ACCURATE_ECN_0 || id === ACCURATE_ECN_1) {
    return countersInfo(d, at + 4, length - 4, id === ACCURATE_ECN_0);
  }
  return ` ExID=${id.toString(16).toUpperCase()}`;
}

function readExperiment(option: TcpOptionBody, out: DetailNode[]): void {
  const { d, at, length } = option;
  const id = getUint16(d.bytes, at + 2);
  const name = (): string => `Experiment Identifier: ${EXPERIMENTS.get(id) ?? "Unknown"} (${hexText(id, 4)})`;
  d.add(out, "tcp.options.experimental.exid", name, at + 2, 2, id);
  const size = length - 4;
  if (wrongExperiment(option) !== null) return;
  if (id === FAST_OPEN) readCookie(option, out, size);
  else if (id === ACCURATE_ECN_0 || id === ACCURATE_ECN_1) {
    readCounters(d, out, at + 4, size, id === ACCURATE_ECN_0);
  } else if (id === ACK_RATE) {
    if (size === 0) return;
    addBits(d, out, "tcp.options.tarr.rate", at + 4, 1, 0xfe, "TARR Rate");
    addBits(d, out, "tcp.options.tar.reserved", at + 4, 1, 0x01, "TARR Reserved");
  } else if (size > 0) {
    addBytesOf(option, out, "tcp.options.experimental.data", "Data", 4);
  }
}

export function experiment(number: number): TcpOptionKind {
  return {
    name: "Experimental",
    kindName: `RFC3692-style Experiment ${number - EXPERIMENT_1 + 1}`,
    field: "tcp.options.experimental",
    wrong: wrongExperiment,
    least: EXPERIMENT_LEAST,
    told: experimentTold,
    info: experimentInfo,
    read: readExperiment,
  };
}
