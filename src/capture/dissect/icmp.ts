// ICMP (RFC 792): messages, and the packets that errors quote.

import { formatIpv4 } from "../../wire/address.ts";
import { isWireError } from "../../wire/error.ts";
import { decodeIcmp, ICMP_HEADER_LENGTH, ICMP_TYPE, quotedEnd, quotesPacket } from "../../wire/icmp.ts";
import type { IcmpHeader } from "../../wire/icmp.ts";
import { addWorkedOut } from "./checksums.ts";
import type { WorkedOut } from "./checksums.ts";
import { addDataWithin } from "./data.ts";
import { dateText } from "./frame.ts";
import { nsText } from "./times.ts";
import { dissectIpv4 } from "./ipv4.ts";
import { addEchoPartner } from "./echo-pairs.ts";
import type { EchoWords } from "./echo-pairs.ts";
import { addQuery, readNumbers } from "./icmp-queries.ts";
import { Reading } from "./reading.ts";
import { bytesText, hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const TYPES = new Map<number, string>([
  [0, "Echo (ping) reply"],
  [1, "Reserved"],
  [2, "Reserved"],
  [3, "Destination unreachable"],
  [4, "Source quench (flow control)"],
  [5, "Redirect"],
  [6, "Alternate host address"],
  [8, "Echo (ping) request"],
  [9, "Router advertisement"],
  [10, "Router solicitation"],
  [11, "Time-to-live exceeded"],
  [12, "Parameter problem"],
  [13, "Timestamp request"],
  [14, "Timestamp reply"],
  [15, "Information request"],
  [16, "Information reply"],
  [17, "Address mask request"],
  [18, "Address mask reply"],
  [19, "Reserved (for security)"],
  [30, "Traceroute"],
  [31, "Datagram Conversion Error"],
  [32, "Mobile Host Redirect"],
  [33, "IPv6 Where-Are-You"],
  [34, "IPv6 I-Am-Here"],
  [35, "Mobile Registration Request"],
  [36, "Mobile Registration Reply"],
  [37, "Domain Name Request"],
  [38, "Domain Name Reply"],
  [39, "SKIP"],
  [40, "Photuris"],
  [41, "Experimental mobility protocols"],
  [42, "Extended Echo request"],
  [43, "Extended Echo reply"],
]);

/** What codes mean, by type. */
const CODES = new Map<number, ReadonlyMap<number, string>>([
  [
    3,
    numbered([
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
    ]),
  ],
  [
    5,
    numbered([
      "Redirect for network",
      "Redirect for host",
      "Redirect for TOS and network",
      "Redirect for TOS and host",
    ]),
  ],
  [6, numbered(["Alternate address for host"])],
  [
    9,
    new Map([
      [0, "Normal router advertisement"],
      [16, "Does not route common traffic"],
    ]),
  ],
  [11, numbered(["Time to live exceeded in transit", "Fragment reassembly time exceeded"])],
  [12, numbered(["Pointer indicates the error", "Required option missing", "Bad length"])],
  [
    40,
    numbered([
      "Bad SPI",
      "Authentication Failed",
      "Decompression Failed",
      "Decryption Failed",
      "Need Authentication",
      "Need Authorization",
    ]),
  ],
  [42, numbered(["No error"])],
  [
    43,
    numbered([
      "No error",
      "Malformed Query",
      "No Such Interface",
      "No Such Table Entry",
      "Multiple Interfaces Satisfy Query",
    ]),
  ],
]);

function numbered(names: readonly string[]): ReadonlyMap<number, string> {
  return new Map(names.entries());
}

/** What a code means, null for types that have none. */
function codeName(type: number, code: number): string | null {
  const names = CODES.get(type);
  return names === undefined ? null : (names.get(code) ?? `Unknown code: ${code}`);
}

/** Types' names have a column of their own within Info, as wide as the longest of the first ones. */
const NAME_WIDTH = 20;
const UNKNOWN = "Unknown ICMP (obsolete or malformed?)";
/** Timestamps, information and address masks: requests and replies with an identifier and a sequence number. */
const NUMBERED = { first: 13, last: 18 } as const;
const ROUTER_ADVERTISEMENT = 9;

const CHECKSUM: WorkedOut = {
  field: "icmp.checksum",
  bad: { field: "icmp.checksum_bad", severity: "Warning", protocol: "ICMP" },
};

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
  const name = nameOf(type, code);
  const codeText = codeName(type, code);
  d.add(out, "icmp.type", `Type: ${type} (${name})`, start, 1, type);
  d.add(out, "icmp.code", `Code: ${code}${codeText === null ? "" : ` (${codeText})`}`, start + 1, 1, code);
  addWorkedOut(d, out, CHECKSUM, start + 2, start, end, 0);
  if (type === ICMP_TYPE.echoReply || type === ICMP_TYPE.echoRequest) {
    dissectEcho(d, node, header, start, end);
    return;
  }
  const info = codeText === null ? name.padEnd(NAME_WIDTH) : `${name.padEnd(NAME_WIDTH)} (${codeText})`;
  d.columns(
    "ICMP",
    type >= NUMBERED.first && type <= NUMBERED.last ? `${info}${numbersText(d, header)}` : info,
  );
  addRest(d, out, header, start);
  addQuery(d, out, type, start, end);
  const body = start + ICMP_HEADER_LENGTH;
  if (!quotesPacket("icmp", type) || body >= held) return;
  const stop = quotedEnd(d.bytes, start, held);
  const whole = d.bytes;
  if (stop < held) d.bytes = whole.subarray(0, stop);
  d.quote(node, () => dissectIpv4(d, body, Math.min(end, stop < held ? stop : end)));
  d.bytes = whole;
}

/** Mobile IP's agents advertise themselves as routers do. */
function nameOf(type: number, code: number): string {
  if (type === ROUTER_ADVERTISEMENT && (code === 0 || code === 16)) return "Mobile IP Advertisement";
  return TYPES.get(type) ?? UNKNOWN;
}

function numbersText(d: Dissection, header: IcmpHeader): string {
  const [ident, seq] = [header.rest >>> 16, header.rest & 0xffff];
  const ttl = d.quoted > 0 || d.hopLimit < 0 ? "" : `, ttl=${d.hopLimit}`;
  return ` id=${hexText(ident, 4)}, seq=${seq}/${swap16(seq)}${ttl}`;
}

const ICMP_WORDS: EchoWords = {
  fields: "icmp",
  request: "Request frame",
  response: "Response frame",
  time: "Response time",
};

function dissectEcho(d: Dissection, node: DetailNode, header: IcmpHeader, start: number, end: number): void {
  const out = node.children;
  readNumbers(new Reading(d, out, start + 4, end, null));
  const name = nameOf(header.type, header.code).padEnd(NAME_WIDTH);
  const partner = addEchoPartner(d, out, {
    isReply: header.type === ICMP_TYPE.echoReply,
    at: start,
    ...ICMP_WORDS,
  });
  d.columns("ICMP", `${name}${numbersText(d, header)}${partner}`);
  const body = start + ICMP_HEADER_LENGTH;
  const data = addDataTime(d, out, body, end) ? body + DATA_TIME_LENGTH : body;
  addDataWithin(d, out, data, end);
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
  } else if (quotesPacket("icmp", type) && type !== ICMP_TYPE.sourceQuench) {
    const unused = d.bytes.subarray(start + 4, start + 8);
    d.add(out, "icmp.unused", `Unused: ${bytesText(d.bytes, start + 4, 4)}`, start + 4, 4, unused);
  }
}

function swap16(value: number): number {
  return ((value & 255) << 8) | (value >>> 8);
}
