// What each kind of TCP option is called, how long it is, and what it says (RFC 9293 section 3.2, and the RFC named at each).

import { getUint16, getUint32 } from "../../wire/bytes.ts";
import { TCP_OPTION } from "../../wire/tcp-options.ts";
import { addExpert } from "./expert.ts";
import { addBits, addFlag, addUint } from "./protocol.ts";
import { rateText } from "./quick-start.ts";
import { accurateEcn, experiment, EXPERIMENT_1, readCookie } from "./tcp-experiments.ts";
import { addBytesOf } from "./tcp-option-body.ts";
import type { TcpOptionBody, TcpOptionKind } from "./tcp-option-body.ts";
import { addSack, sackInfo, sackTold } from "./tcp-sack.ts";
import { hexText } from "./tree.ts";
import type { DetailNode } from "./tree.ts";

const WINDOW_SHIFT_MAX = 14;
function windowFactor({ d, at }: TcpOptionBody): number {
  return 2 ** Math.min(d.bytes[at + 2], WINDOW_SHIFT_MAX);
}

function readWindowScale(option: TcpOptionBody, out: DetailNode[]): void {
  const { d, at } = option;
  const shift = d.bytes[at + 2];
  const line = d.addNamed(out, "tcp.options.wscale.shift", "Shift count", at + 2, 1, shift);
  if (shift > WINDOW_SHIFT_MAX && d.quoted === 0) {
    const summary = "Window scale shift exceeds 14";
    const item = { severity: "Warning", group: "Protocol", protocol: "TCP", summary } as const;
    addExpert(d, line.children, "tcp.options.wscale.shift.invalid", item, at + 2, 1);
  }
  const factor = windowFactor(option);
  d.addComputed(out, "tcp.options.wscale.multiplier", "Multiplier", at + 2, 1, factor);
}

function readTimestamps({ d, at }: TcpOptionBody, out: DetailNode[]): void {
  const [value, echo] = [getUint32(d.bytes, at + 2), getUint32(d.bytes, at + 6)];
  d.addNamed(out, "tcp.options.timestamp.tsval", "Timestamp value", at + 2, 4, value);
  d.addNamed(out, "tcp.options.timestamp.tsecr", "Timestamp echo reply", at + 6, 4, echo);
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
