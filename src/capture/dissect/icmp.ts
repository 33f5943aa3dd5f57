// ICMP (RFC 792): messages, and the packets that errors quote.

import { formatIpv4 } from "../../wire/address.ts";
import { internetChecksum } from "../../wire/checksum.ts";
import { isWireError } from "../../wire/error.ts";
import { decodeIcmp, ICMP_HEADER_LENGTH, ICMP_TYPE, quotesPacket } from "../../wire/icmp.ts";
import type { IcmpHeader } from "../../wire/icmp.ts";
import { addPlainData } from "./data.ts";
import { dateText, nsText } from "./frame.ts";
import { dissectIpv4 } from "./ipv4.ts";
import { addEchoPartner } from "./echo-pairs.ts";
import type { EchoWords } from "./echo-pairs.ts";
import { bytesText, hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const TYPES = new Map<number, string>([
  [0, "Echo (ping) reply"],
  [3, "Destination unreachable"],
  [4, "Source quench (flow control)"],
  [5, "Redirect"],
  [8, "Echo (ping) request"],
  [9, "Router advertisement"],
  [10, "Router solicitation"],
  [11, "Time-to-live exceeded"],
  [12, "Parameter problem"],
  [13, "Timestamp request"],
  [14, "Timestamp reply"],
  [17, "Address mask request"],
  [18, "Address mask reply"],
]);

const UNREACHABLE = [
  "Network unreachable",
  "Host unreachable",
  "Protocol unreachable",
  "Port unreachable",
  "Fragmentation needed",
  "Source route failed",
  "Destination network unknown",
  "Destination host unknown",
  "Source host isolated",
  "Network administratively prohibited",
  "Host administratively prohibited",
  "Network unreachable for TOS",
  "Host unreachable for TOS",
  "Communication administratively filtered",
  "Host precedence violation",
  "Precedence cutoff in effect",
];
const REDIRECTS = [
  "Redirect for network",
  "Redirect for host",
  "Redirect for TOS and network",
  "Redirect for TOS and host",
];
const EXCEEDED = ["Time to live exceeded in transit", "Fragment reassembly time exceeded"];
const PROBLEMS = ["Pointer indicates the error", "Required option missing", "Bad length"];

function codeName(type: number, code: number): string | null {
  if (type === ICMP_TYPE.destinationUnreachable) return UNREACHABLE[code] ?? null;
  if (type === ICMP_TYPE.redirect) return REDIRECTS[code] ?? null;
  if (type === ICMP_TYPE.timeExceeded) return EXCEEDED[code] ?? null;
  if (type === ICMP_TYPE.parameterProblem) return PROBLEMS[code] ?? null;
  return null;
}

export function dissectIcmp(d: Dissection, start: number, end: number): void {
  const title = "Internet Control Message Protocol";
  const held = d.captured(end);
  const node = d.layer("icmp", title, start, Math.max(0, held - start));
  d.columns("ICMP", "");
  const header = decodeIcmp("icmp", d.bytes, start, held, end);
  if (isWireError(header)) {
    d.damaged(header, title);
    return;
  }
  const out = node.children;
  const { type, code } = header;
  const name = TYPES.get(type) ?? "Unknown";
  const codeText = codeName(type, code);
  d.add(out, "icmp.type", `Type: ${type} (${name})`, start, 1, type);
  d.add(out, "icmp.code", `Code: ${code}${codeText === null ? "" : ` (${codeText})`}`, start + 1, 1, code);
  let verdict = "unverified";
  if (held === end) verdict = internetChecksum(d.bytes, start, end) === 0 ? "correct" : "incorrect";
  const sumText = `Checksum: ${hexText(header.checksum, 4)} [${verdict}]`;
  d.add(out, "icmp.checksum", sumText, start + 2, 2, header.checksum);
  if (type === ICMP_TYPE.echoReply || type === ICMP_TYPE.echoRequest) {
    dissectEcho(d, node, header, start, end);
    return;
  }
  d.columns("ICMP", codeText === null ? name : `${name} (${codeText})`);
  addRest(d, out, header, start);
  const body = start + ICMP_HEADER_LENGTH;
  if (quotesPacket("icmp", type)) {
    if (body < held) d.quote(node, () => dissectIpv4(d, body, end));
  } else {
    addPlainData(d, body, end);
  }
}

const ICMP_WORDS: EchoWords = {
  fields: "icmp",
  request: "Request frame",
  response: "Response frame",
  time: "Response time",
};

function dissectEcho(d: Dissection, node: DetailNode, header: IcmpHeader, start: number, end: number): void {
  const out = node.children;
  const [ident, seq] = [header.rest >>> 16, header.rest & 0xffff];
  const [identLe, seqLe] = [swap16(ident), swap16(seq)];
  d.add(out, "icmp.ident", `Identifier (BE): ${ident} (${hexText(ident, 4)})`, start + 4, 2, ident);
  d.add(out, "icmp.ident_le", `Identifier (LE): ${identLe} (${hexText(identLe, 4)})`, start + 4, 2, identLe);
  d.add(out, "icmp.seq", `Sequence Number (BE): ${seq} (${hexText(seq, 4)})`, start + 6, 2, seq);
  d.add(out, "icmp.seq_le", `Sequence Number (LE): ${seqLe} (${hexText(seqLe, 4)})`, start + 6, 2, seqLe);
  const name = header.type === ICMP_TYPE.echoRequest ? "Echo (ping) request" : "Echo (ping) reply  ";
  const ttl = d.quoted > 0 || d.hopLimit < 0 ? "" : `, ttl=${d.hopLimit}`;
  const partner = addEchoPartner(d, out, {
    isReply: header.type === ICMP_TYPE.echoReply,
    at: start,
    ...ICMP_WORDS,
  });
  d.columns("ICMP", `${name}  id=${hexText(ident, 4)}, seq=${seq}/${seqLe}${ttl}${partner}`);
  const body = start + ICMP_HEADER_LENGTH;
  addPlainData(d, addDataTime(d, out, body, end) ? body + DATA_TIME_LENGTH : body, end);
}

const DATA_TIME_LENGTH = 8;
const DAY_S = 86_400;
const US_PER_S = 1_000_000;

/**
 * The time that ping puts at the head of its data: seconds and microseconds of 32 bits in either byte order, within a day of the
 * packet's own time. Answers whether the bytes are one.
 */
function addDataTime(d: Dissection, out: DetailNode[], at: number, end: number): boolean {
  if (d.captured(end) - at < DATA_TIME_LENGTH) return false;
  const { trace, row } = d.around;
  const { seconds, nanoseconds } = trace.packets;
  const view = new DataView(d.bytes.buffer, d.bytes.byteOffset + at, DATA_TIME_LENGTH);
  for (const isLittle of [false, true]) {
    const [s, us] = [view.getUint32(0, isLittle), view.getUint32(4, isLittle)];
    if (Math.abs(s - seconds[row]) >= DAY_S || us >= US_PER_S) continue;
    const date = dateText(s, us * 1000);
    d.add(out, "icmp.data_time", `Timestamp from icmp data: ${date}`, at, DATA_TIME_LENGTH, date);
    const since = BigInt(seconds[row] - s) * 1_000_000_000n + BigInt(nanoseconds[row] - us * 1000);
    const label = `[Timestamp from icmp data (relative): ${nsText(since)} seconds]`;
    d.add(out, "icmp.data_time_relative", label, at, DATA_TIME_LENGTH, since);
    return true;
  }
  return false;
}

/** The second four bytes of errors. */
function addRest(d: Dissection, out: DetailNode[], { type, code, rest }: IcmpHeader, start: number): void {
  if (type === ICMP_TYPE.destinationUnreachable && code === 4) {
    const mtu = rest & 0xffff;
    d.add(
      out,
      "icmp.unused",
      `Unused: ${bytesText(d.bytes, start + 4, 2)}`,
      start + 4,
      2,
      d.bytes.subarray(start + 4, start + 6),
    );
    d.add(out, "icmp.mtu", `MTU of next hop: ${mtu}`, start + 6, 2, mtu);
  } else if (type === ICMP_TYPE.redirect) {
    const gateway = formatIpv4(rest);
    d.add(out, "icmp.redir_gw", `Gateway Address: ${gateway}`, start + 4, 4, gateway);
  } else if (type === ICMP_TYPE.parameterProblem) {
    d.add(out, "icmp.pointer", `Pointer: ${rest >>> 24}`, start + 4, 1, rest >>> 24);
  } else if (quotesPacket("icmp", type)) {
    const unused = d.bytes.subarray(start + 4, start + 8);
    d.add(out, "icmp.unused", `Unused: ${bytesText(d.bytes, start + 4, 4)}`, start + 4, 4, unused);
  }
}

function swap16(value: number): number {
  return ((value & 255) << 8) | (value >>> 8);
}
