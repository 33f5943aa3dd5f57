// What each kind of TCP option is called, how long it is, and what it says (RFC 9293 section 3.2, and the RFC named at each).

import { getUint16, getUint32 } from "../../wire/bytes.ts";
import { TCP_OPTION } from "../../wire/tcp-options.ts";
import { addExpert } from "./expert.ts";
import { addBits, addFlag, addUint, uint } from "./protocol.ts";
import { rateText } from "./quick-start.ts";
import { addSack, sackInfo, sackTold } from "./tcp-sack.ts";
import { bytesText, hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** What of the segment its options are read with. */
export interface OptionsContext {
  /** The acknowledgment number as it is shown. */
  readonly ack: number;
  /** Where SACK edges count from; null where they are shown as they are. */
  readonly sackBase: number | null;
  /** A SYN without ACK. */
  readonly isOpening: boolean;
  /** SACK edges so far, counted from `sackBase`. */
  readonly edges: number[];
}

/** One option within its header's bytes. */
export interface TcpOptionBody {
  readonly d: Dissection;
  /** Its first byte, and how many it has. */
  readonly at: number;
  readonly length: number;
  readonly context: OptionsContext;
}

export interface TcpOptionKind {
  /** In the list of the area's line, and on the option's own where that is not `title`. */
  readonly name: string;
  readonly title?: string;
  readonly kindName: string;
  readonly field: string;
  /** Its length, with kind and length byte; any where it is left out. */
  readonly length?: number;
  /** What is said of its length, where it may have several; null for one it may have. */
  readonly wrong?: (option: TcpOptionBody) => string | null;
  /** It is read from this length on, wrong or not; left out, where its length is right. */
  readonly least?: number;
  /** What Info says of it whatever its length: as it is, which in Wireshark may be without a space before it. */
  readonly mark?: string;
  /** Of an option of the right length: what its line says further, what Info does, and the lines below. */
  readonly told?: (option: TcpOptionBody) => string;
  readonly info?: (option: TcpOptionBody) => string;
  /** False where it is so broken that the header's dissection ends with it. */
  readonly read?: (option: TcpOptionBody, out: DetailNode[]) => boolean | void;
}

const WINDOW_SHIFT_MAX = 14;
/** Options that experiments share (RFC 4727), and numbers of experiments (RFC 6994 section 3). */
const EXPERIMENT_1 = 253;
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

function windowFactor({ d, at }: TcpOptionBody): number {
  return 2 ** Math.min(d.bytes[at + 2], WINDOW_SHIFT_MAX);
}

function readWindowScale(option: TcpOptionBody, out: DetailNode[]): void {
  const { d, at } = option;
  const shift = d.bytes[at + 2];
  const line = d.add(out, "tcp.options.wscale.shift", () => `Shift count: ${shift}`, at + 2, 1, shift);
  if (shift > WINDOW_SHIFT_MAX && d.quoted === 0) {
    const summary = "Window scale shift exceeds 14";
    const item = { severity: "Warning", group: "Protocol", protocol: "TCP", summary } as const;
    addExpert(d, line.children, "tcp.options.wscale.shift.invalid", item, at + 2, 1);
  }
  const factor = windowFactor(option);
  d.add(out, "tcp.options.wscale.multiplier", () => `[Multiplier: ${factor}]`, at + 2, 1, factor);
}

function readTimestamps({ d, at }: TcpOptionBody, out: DetailNode[]): void {
  const [value, echo] = [getUint32(d.bytes, at + 2), getUint32(d.bytes, at + 6)];
  d.add(out, "tcp.options.timestamp.tsval", () => `Timestamp value: ${value}`, at + 2, 4, value);
  d.add(out, "tcp.options.timestamp.tsecr", () => `Timestamp echo reply: ${echo}`, at + 6, 4, echo);
}

/** A cookie of `size` bytes at the option's end; a request for one where there are none (RFC 7413). */
function readCookie(option: TcpOptionBody, out: DetailNode[], size: number): void {
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

function accurateEcn(order: 0 | 1): TcpOptionKind {
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

function experiment(number: number): TcpOptionKind {
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

/** The option's bytes from the `offset`th on, where there are any. */
function addBytesOf(
  { d, at, length }: TcpOptionBody,
  out: DetailNode[],
  field: string,
  name: string,
  offset: number,
): void {
  const size = length - offset;
  if (size <= 0) return;
  const bytes = d.bytes.subarray(at + offset, at + length);
  d.add(out, field, () => `${name}: ${bytesText(d.bytes, at + offset, size)}`, at + offset, size, bytes);
}

/** An option that carries one number of four bytes (RFC 1072, RFC 1644). */
function number32(name: string, kindName: string, field: string, title: string, word: string): TcpOptionKind {
  return {
    name,
    title,
    kindName,
    field: `tcp.options.${field}`,
    length: 6,
    told: ({ d, at }) => (field === "echo" ? `: ${getUint32(d.bytes, at + 2)}` : ""),
    info: ({ d, at }) => ` ${word}=${getUint32(d.bytes, at + 2)}`,
    read: ({ d, at, length }, out) => {
      const label = (value: number): string => `TCP ${title} Option: ${value}`;
      addUint(d, out, `tcp.options.${field}_value`, at + 2, 4, at + length, label);
    },
  };
}

function unknown(type: number, kindName = "Unknown"): TcpOptionKind {
  return {
    name: `Unknown (${hexText(type, 2)})`,
    title: "Unknown",
    kindName,
    field: "tcp.options.unknown",
    read: (option, out) => addBytesOf(option, out, "tcp.options.unknown.payload", "Payload", 2),
  };
}

const KINDS: ReadonlyMap<number, TcpOptionKind> = new Map<number, TcpOptionKind>([
  [
    TCP_OPTION.endOfList,
    { name: "End of Option List (EOL)", kindName: "End of Option List", field: "tcp.options.eol" },
  ],
  [
    TCP_OPTION.noOperation,
    { name: "No-Operation (NOP)", kindName: "No-Operation", field: "tcp.options.nop" },
  ],
  [
    TCP_OPTION.mss,
    {
      name: "Maximum segment size",
      kindName: "Maximum Segment Size",
      field: "tcp.options.mss",
      length: 4,
      told: ({ d, at }) => `: ${getUint16(d.bytes, at + 2)} bytes`,
      info: ({ d, at }) => ` MSS=${getUint16(d.bytes, at + 2)}`,
      read: ({ d, at, length }, out) => {
        addUint(d, out, "tcp.options.mss_val", at + 2, 2, at + length, (value) => `MSS Value: ${value}`);
      },
    },
  ],
  // RFC 7323.
  [
    TCP_OPTION.windowScale,
    {
      name: "Window scale",
      kindName: "Window Scale",
      field: "tcp.options.wscale",
      length: 3,
      told: (option) => `: ${option.d.bytes[option.at + 2]} (multiply by ${windowFactor(option)})`,
      info: (option) => ` WS=${windowFactor(option)}`,
      read: readWindowScale,
    },
  ],
  // RFC 2018.
  [
    TCP_OPTION.sackPermitted,
    {
      name: "SACK permitted",
      kindName: "SACK Permitted",
      field: "tcp.options.sack_perm",
      length: 2,
      mark: " SACK_PERM",
    },
  ],
  [
    TCP_OPTION.sack,
    {
      name: "SACK",
      kindName: "SACK",
      field: "tcp.options.sack",
      told: sackTold,
      info: sackInfo,
      read: addSack,
    },
  ],
  [6, number32("Echo", "Echo", "echo", "Echo", "ECHO")],
  [7, number32("Echo reply", "Echo Reply", "echo", "Echo", "ECHO")],
  // RFC 7323.
  [
    TCP_OPTION.timestamps,
    {
      name: "Timestamps",
      kindName: "Time Stamp Option",
      field: "tcp.options.timestamp",
      length: 10,
      told: ({ d, at }) => `: TSval ${getUint32(d.bytes, at + 2)}, TSecr ${getUint32(d.bytes, at + 6)}`,
      info: ({ d, at }) => ` TSval=${getUint32(d.bytes, at + 2)} TSecr=${getUint32(d.bytes, at + 6)}`,
      read: readTimestamps,
    },
  ],
  [11, number32("CC", "CC", "cc", "CC", "CC")],
  [12, number32("CC.NEW", "CC.NEW", "cc", "CC", "CC")],
  [13, number32("CC.ECHO", "CC.ECHO", "cc", "CC", "CC")],
  // RFC 2385.
  [
    19,
    {
      name: "TCP MD5 signature",
      kindName: "MD5 Signature Option",
      field: "tcp.options.md5",
      length: 18,
      mark: " MD5",
      read: (option, out) => addBytesOf(option, out, "tcp.options.md5.digest", "MD5 digest", 2),
    },
  ],
  // CCSDS 714.0-B-2. Wireshark looks for the acknowledgment number in the option, and gives up on the header.
  [
    21,
    {
      name: "Selective Negative Acknowledgment",
      kindName: "Selective Negative Acknowledgements",
      field: "tcp.options.snack",
      length: 6,
      read: ({ d, at }, out) => {
        addUint(
          d,
          out,
          "tcp.options.snack.offset",
          at + 2,
          2,
          at + 4,
          (value) => `TCP SNACK Offset: ${value}`,
        );
        addUint(d, out, "tcp.options.snack.size", at + 4, 2, at + 6, (value) => `TCP SNACK Size: ${value}`);
        return false;
      },
    },
  ],
  [
    22,
    { name: "SCPS record boundary", kindName: "Record Boundaries", field: "tcp.options.scpsrec", length: 2 },
  ],
  [
    23,
    {
      name: "SCPS corruption experienced",
      kindName: "Corruption experienced",
      field: "tcp.options.scpscor",
      length: 2,
    },
  ],
  // RFC 4782.
  [
    27,
    {
      name: "Quick-Start",
      kindName: "Quick-Start Response",
      field: "tcp.options.qs",
      length: 8,
      info: ({ d, at }) => ` QSresp=${rateText(d.bytes[at + 2] & 15)}`,
      read: ({ d, at, length }, out) => {
        const text = (rate: number): string => `${rateText(rate)} (${rate})`;
        addBits(d, out, "tcp.options.qs.rate", at + 2, 1, 0x0f, "QS Rate", text);
        addUint(d, out, "tcp.options.qs.ttl_diff", at + 3, 1, at + length, (value) => `QS Rate: ${value}`);
      },
    },
  ],
  // RFC 5482.
  [
    28,
    {
      name: "User Timeout",
      kindName: "User Timeout Option",
      field: "tcp.options.user_to",
      length: 4,
      info: ({ d, at }) => ` USER_TO=${getUint16(d.bytes, at + 2) & 0x7fff}`,
      read: ({ d, at }, out) => {
        const units = ["Minutes", "Seconds"] as const;
        addFlag(d, out, "tcp.options.user_to_granularity", at + 2, 2, 0x8000, "Granularity", units);
        addBits(d, out, "tcp.options.user_to_val", at + 2, 2, 0x7fff, "User Timeout");
      },
    },
  ],
  // RFC 5925.
  [
    29,
    {
      name: "TCP AO",
      kindName: "The TCP Authentication Option",
      field: "tcp.options.ao",
      mark: "TCP AO",
      wrong: ({ length }) => (length < 4 ? "option length should be >= than 4" : null),
      read: (option, out) => {
        const { d, at } = option;
        addUint(d, out, "tcp.options.ao.keyid", at + 2, 1, at + 3, (id) => `AO KeyID: ${id}`);
        addUint(d, out, "tcp.options.ao.rnextkeyid", at + 3, 1, at + 4, (id) => `AO RNextKeyID: ${id}`);
        addBytesOf(option, out, "tcp.options.ao.mac", "AO MAC", 4);
      },
    },
  ],
  [
    TCP_OPTION.fastOpen,
    {
      name: "TCP Fast Open",
      kindName: "TCP Fast Open Cookie",
      field: "tcp.options.tfo",
      info: ({ length }) => (length === 2 ? " TFO=R" : " TFO=C"),
      read: (option, out) => readCookie(option, out, option.length - 2),
    },
  ],
  // draft-ietf-tcpm-accurate-ecn.
  [172, accurateEcn(0)],
  [174, accurateEcn(1)],
  [EXPERIMENT_1, experiment(EXPERIMENT_1)],
  [TCP_OPTION.experiment, experiment(TCP_OPTION.experiment)],
  // Known by name alone.
  [9, unknown(9, "Partial Order Connection Permitted")],
  [10, unknown(10, "Partial Order Service Profile")],
  [14, unknown(14, "TCP Alternate Checksum Request")],
  [15, unknown(15, "TCP Alternate Checksum Data")],
  [16, unknown(16, "Skeeter")],
  [17, unknown(17, "Bubba")],
  [18, unknown(18, "Trailer Checksum Option")],
  [20, unknown(20, "SCPS Capabilities")],
  [24, unknown(24, "SNAP")],
  [25, unknown(25, "Unassigned")],
  [26, unknown(26, "TCP Compression Filter")],
  [30, unknown(30, "Multipath TCP")],
  [76, unknown(76, "Riverbed Probe")],
  [78, unknown(78, "Riverbed Transparency")],
]);

/** What an option of kind `type` is. */
export function tcpOptionKind(type: number): TcpOptionKind {
  return KINDS.get(type) ?? unknown(type);
}

/** What is wrong with an option's length; null where nothing is. */
export function wrongLength(kind: TcpOptionKind, option: TcpOptionBody): string | null {
  const { length } = kind;
  if (length !== undefined && length !== option.length) return `option length should be ${length}`;
  return kind.wrong?.(option) ?? null;
}

/** Whether what an option carries is read; where its length is wrong most are not. */
export function isRead(kind: TcpOptionKind, option: TcpOptionBody): boolean {
  return kind.least === undefined ? wrongLength(kind, option) === null : option.length >= kind.least;
}
