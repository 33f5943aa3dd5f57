// Options of IPv6 hop-by-hop and destination headers as lines of the detail tree (RFC 8200 section 4.2, and the RFC named at each).

import { addExpert } from "./expert.ts";
import type { ExpertItem } from "./expert.ts";
import { ascii } from "./protocol.ts";
import { readQuickStart } from "./quick-start.ts";
import { Reading } from "./reading.ts";
import type { FlagBit } from "./reading.ts";
import { bytesText, hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** What of the packet an option's dissector may need. */
export interface OptionsContext {
  readonly isHopByHop: boolean;
  /** Of the fixed header. */
  readonly payloadLength: number;
  readonly hopLimit: number;
}

interface OptionBody {
  readonly reading: Reading;
  /** Bytes of data that the option says it has. */
  readonly size: number;
  /** The option's own line. */
  readonly line: DetailNode;
  readonly context: OptionsContext;
}

interface Known {
  readonly name: string;
  /** The header it belongs in; either where it is left out. */
  readonly within?: "hop-by-hop" | "destination";
  /** Bytes of data it has: exactly, or at least. */
  readonly exactly?: number;
  readonly least?: number;
  /** What is said where it has another number of them. */
  readonly wrong?: string;
  readonly read: (body: OptionBody) => void;
}

const PAD1 = 0;
const PADN = 1;
/** Nimrod's endpoint identification, which nobody uses any more. */
const ENDPOINT = 0x8a;
const HOP = "hop-by-hop";
const DESTINATION = "destination";

const KNOWN: ReadonlyMap<number, Known> = new Map<number, Known>([
  [PADN, { name: "PadN", read: ({ reading, size }) => addRaw(reading, "padn", "PadN", size, "<none>") }],
  // RFC 2473 section 4.1.1.
  [
    0x04,
    {
      name: "Tunnel Encapsulation Limit",
      within: DESTINATION,
      exactly: 1,
      wrong: "Tunnel Encapsulation Limit: Invalid length",
      read: ({ reading }) => reading.uint("ipv6.opt.tel", "Tunnel Encapsulation Limit", 1),
    },
  ],
  // RFC 2711.
  [
    0x05,
    {
      name: "Router Alert",
      within: HOP,
      exactly: 2,
      wrong: "Router alert: Invalid Length",
      read: ({ reading }) => reading.uint("ipv6.opt.router_alert", "Router Alert", 2, alertText),
    },
  ],
  [0x07, { name: "CALIPSO", within: HOP, least: 8, wrong: "CALIPSO: Invalid Length", read: readCalipso }],
  [0x08, { name: "SMF_DPD", within: HOP, read: readDuplicateDetection }],
  [
    0x0f,
    {
      name: "Performance and Diagnostic Metrics",
      within: DESTINATION,
      exactly: 10,
      wrong: "PDM: Invalid length",
      read: readMetrics,
    },
  ],
  [
    0x26,
    {
      name: "Quick-Start",
      within: HOP,
      exactly: 6,
      wrong: "Quick-Start: Invalid Length",
      read: ({ reading, line, context }) => {
        line.label += readQuickStart(reading, "ipv6.opt", context.hopLimit);
      },
    },
  ],
  [
    0x30,
    {
      name: "Path MTU Option",
      within: HOP,
      exactly: 4,
      wrong: "PMTU Option: Invalid Length",
      read: readPathMtu,
    },
  ],
  [
    0x41,
    {
      name: "Tunnel Payload Forwarding (TPF) Information",
      within: DESTINATION,
      exactly: 4,
      wrong: "TPF: Invalid Length",
      read: ({ reading }) => reading.uint("ipv6.opt.tpf_information", "TPF Information", 4, hexOf(8)),
    },
  ],
  [0x63, { name: "RPL Option", within: HOP, least: 4, wrong: "RPL Option: Invalid length", read: readRpl }],
  [ENDPOINT, { name: "Endpoint Identification", read: readUnknown }],
  [
    0x8b,
    {
      name: "ILNP Nonce",
      within: DESTINATION,
      read: ({ reading, size }) => addRaw(reading, "ilnp_nonce", "ILNP Nonce", size, MISSING),
    },
  ],
  [0x8c, { name: "Line-Identification Option", within: DESTINATION, read: readLine }],
  [
    0xc2,
    {
      name: "Jumbo Payload",
      within: HOP,
      exactly: 4,
      wrong: "Jumbo Payload: Invalid length",
      read: readJumbo,
    },
  ],
  [
    0xc9,
    {
      name: "Home Address",
      within: DESTINATION,
      exactly: 16,
      wrong: "Home Address: Invalid length",
      read: readHomeAddress,
    },
  ],
  [
    0xee,
    { name: "IP_DFF", within: HOP, exactly: 3, wrong: "IPv6 DFF: Invalid length", read: readForwarding },
  ],
  // Named, and what they carry is not read.
  [0x31, { name: "IOAM Option", within: HOP, read: readUnknown }],
  [0x6d, { name: "MPL Option", within: HOP, read: readUnknown }],
  ...[0x1e, 0x3e, 0x5e, 0x7e, 0x9e, 0xbe, 0xde, 0xfe].map((type): [number, Known] => [
    type,
    {
      name: `Experimental (0x${type.toString(16).toUpperCase()})`,
      read: ({ reading, size }) => addRaw(reading, "experimental", "Experimental Option", size, MISSING),
    },
  ]),
]);

/**
 * Adds the options in [start, end) of a header in a packet that ends at `packetEnd`. False where an option wants bytes behind the
 * packet's end: nothing behind it is read then. As in Wireshark, an option may reach beyond its header.
 */
export function addIpv6Options(
  d: Dissection,
  out: DetailNode[],
  start: number,
  end: number,
  packetEnd: number,
  context: OptionsContext,
): boolean {
  const reading = new Reading(d, out, start, packetEnd, "IPv6 option");
  while (reading.at < end && !reading.isBroken) addOption(reading, out, context);
  return !reading.isBroken;
}

function addOption(reading: Reading, out: DetailNode[], context: OptionsContext): void {
  const { d, at } = reading;
  if (!reading.has(2)) return;
  const [type, size] = [d.bytes[at], d.bytes[at + 1]];
  const known = KNOWN.get(type);
  const name = type === PAD1 ? "Pad1" : (known?.name ?? "Unknown");
  const label = name === "Unknown" ? `Unknown IPv6 Option (${type})` : name;
  const line = d.add(out, "ipv6.opt", label, at, Math.min(2 + size, d.captured(reading.end) - at));
  reading.out = line.children;
  const typeText = `Type: ${name} (${hexText(type, 2)})`;
  const typeLine = d.add(line.children, "ipv6.opt.type", typeText, at, 1, type);
  if (type === PAD1) {
    d.add(line.children, "ipv6.opt.pad1", "Pad1", at, 1);
    reading.skip(1);
    return;
  }
  addHeaderNote(d, typeLine.children, at, label, known, context);
  reading.out = typeLine.children;
  addTypeBits(reading);
  if (type === ENDPOINT) {
    const item = { severity: "Note", group: "Deprecated", summary: "Option type is deprecated" } as const;
    say(d, typeLine.children, "ipv6.opt.deprecated", item, at, 1);
  }
  reading.out = line.children;
  const sizeLine = d.add(line.children, "ipv6.opt.length", `Length: ${size}`, at + 1, 1, size);
  reading.skip(2);
  if (known !== undefined) addLengthNote(d, sizeLine, known, size);
  (known?.read ?? readUnknown)({ reading, size, line, context });
  const left = at + 2 + size - reading.at;
  if (left > 0 && reading.has(left)) addUnknown(reading, "ipv6.opt_unknown_data", "Unknown Data", left);
}

const ACTIONS = [
  "Skip and continue",
  "Discard",
  "Discard and send ICMP Parameter Problem",
  "Discard and send ICMP if not multicast",
];

const MAY_CHANGE: FlagBit = {
  mask: 0x20,
  field: "ipv6.opt.type.change",
  name: "May Change",
  words: ["Yes", "No"],
};

/** What a node that does not know the option does with the packet, and whether the option's data may change on the way. */
function addTypeBits(reading: Reading): void {
  reading.bits("ipv6.opt.type.action", "Action", 1, 0xc0, (action) => `${ACTIONS[action]} (${action})`);
  reading.flag(1, MAY_CHANGE);
  reading.bits("ipv6.opt.type.rest", "Low-Order Bits", 1, 0x1f, hexOf(2));
}

function addHeaderNote(
  d: Dissection,
  out: DetailNode[],
  at: number,
  name: string,
  known: Known | undefined,
  { isHopByHop }: OptionsContext,
): void {
  const here = isHopByHop ? HOP : DESTINATION;
  if (known?.within !== undefined && known.within !== here) {
    const summary = `${name} must use a ${known.within} options header`;
    say(d, out, "ipv6.opt.header_mismatch", { severity: "Warning", group: "Protocol", summary }, at, 1);
  }
}

function addLengthNote(d: Dissection, line: DetailNode, known: Known, size: number): void {
  const { exactly = size, least = 0, wrong } = known;
  if (wrong === undefined || (size === exactly && size >= least)) return;
  const item = { severity: "Error", group: "Malformed", summary: `${wrong} (${size} bytes)` } as const;
  say(d, line.children, "ipv6.opt.invalid_len", item, line.start, 1);
}

function say(
  d: Dissection,
  out: DetailNode[],
  field: string,
  item: Omit<ExpertItem, "protocol">,
  at: number,
  length: number,
): void {
  addExpert(d, out, field, { ...item, protocol: "IPv6" }, at, length);
}

const MISSING = "<MISSING>";

/** Bytes of `ipv6.opt.FIELD`, `empty` where there are none. */
function addRaw(reading: Reading, field: string, name: string, size: number, empty: string): void {
  if (size > 0) {
    reading.bytes(`ipv6.opt.${field}`, name, size);
    return;
  }
  const { d, at, out } = reading;
  d.add(out, `ipv6.opt.${field}`, `${name}: ${empty}`, at, 0, d.bytes.subarray(at, at));
}

function readUnknown({ reading, size }: OptionBody): void {
  if (reading.has(size)) addUnknown(reading, "ipv6.opt.unknown", "Unknown Option Payload", size);
}

/** Bytes that nobody knows how to read, and a note that says so. */
function addUnknown(reading: Reading, field: string, name: string, size: number): void {
  const { d, at, out } = reading;
  const text = size === 0 ? MISSING : bytesText(d.bytes, at, size);
  const line = d.add(out, field, `${name}: ${text}`, at, size, d.bytes.subarray(at, at + size));
  reading.skip(size);
  const item = { severity: "Note", group: "Undecoded", summary: "Unknown Data (not interpreted)" } as const;
  say(d, line.children, "ipv6.opt.unknown_data.expert", item, at, size);
}

function hexOf(digits: number): (value: number) => string {
  return (value) => hexText(value, digits);
}

const ALERTS = ["MLD", "RSVP", "Active Network"];

function alertText(value: number): string {
  return `${ALERTS[value] ?? "Unknown"} (${value})`;
}

/** RFC 5570. */
function readCalipso({ reading }: OptionBody): void {
  reading.uint("ipv6.opt.calipso.doi", "CALIPSO Domain of Interpretation", 4);
  const words = reading.uint("ipv6.opt.calipso.cmpt.length", "Compartment Length", 1);
  reading.uint("ipv6.opt.calipso.sens_level", "Sensitivity Level", 1);
  reading.uint("ipv6.opt.calipso.checksum", "Checksum", 2, hexOf(4));
  if (!reading.isBroken)
    addRaw(reading, "calipso.cmpt_bitmap", "Compartment Bitmap", (words ?? 0) * 4, MISSING);
}

const HASHED: FlagBit = {
  mask: 0x80,
  field: "ipv6.opt.smf_dpd.hash_bit",
  name: "H-bit",
  words: ["True", "False"],
};
const TAGGERS = ["NULL", "DEFAULT", "IPv4", "IPv6"];

/** RFC 6621 section 6.1: what tells copies of a packet in simple flooding, a hash or who tagged it and how. */
function readDuplicateDetection({ reading, size }: OptionBody): void {
  const first = reading.peek(1);
  if (first === null) return;
  reading.flag(1, HASHED);
  if ((first & HASHED.mask) !== 0) {
    addRaw(reading, "smf_dpd.hav", "Hash Assist Value", size, MISSING);
    return;
  }
  const tagger = (value: number): string => `${TAGGERS[value] ?? "Unknown"} (${value})`;
  reading.bits("ipv6.opt.smf_dpd.tid_type", "TaggerID Type", 1, 0x70, tagger);
  reading.bits("ipv6.opt.smf_dpd.tid_len", "TaggerID Length", 1, 0x0f);
  reading.skip(1);
  const idLength = (first & 0x70) === 0 ? 0 : (first & 0x0f) + 1;
  if (idLength > 0) reading.bytes("ipv6.opt.smf_dpd.tagger_id", "TaggerID", idLength);
  const rest = size - 1 - idLength;
  if (rest > 0) reading.bytes("ipv6.opt.smf_dpd.ident", "Identifier", rest);
}

/** RFC 8250. */
function readMetrics({ reading }: OptionBody): void {
  reading.uint("ipv6.opt.pdm.scale_dtlr", "Scale DTLR", 1);
  reading.uint("ipv6.opt.pdm.scale_dtls", "Scale DTLS", 1);
  reading.uint("ipv6.opt.pdm.psn_this_pkt", "PSN This Packet", 2);
  reading.uint("ipv6.opt.pdm.psn_last_recv", "PSN Last Received", 2);
  reading.uint("ipv6.opt.pdm.delta_last_recv", "Delta Time Last Received", 2);
  reading.uint("ipv6.opt.pdm.delta_last_sent", "Delta Time Last Sent", 2);
}

/** RFC 9268: the last bit of the second MTU is a flag. */
function readPathMtu({ reading }: OptionBody): void {
  reading.uint("ipv6.opt.pmtu.min", "Minimum Reported PMTU", 2);
  const value = reading.peek(2);
  if (value === null) return;
  const { d, at, out } = reading;
  const [mtu, isAsked] = [value & 0xfffe, (value & 1) === 1];
  d.add(out, "ipv6.opt.pmtu.rtn", `Return Minimum PMTU: ${mtu}`, at, 2, mtu);
  d.add(out, "ipv6.opt.pmtu.r_flag", `Return Flag: ${isAsked ? "True" : "False"}`, at + 1, 1, isAsked);
  reading.skip(2);
}

const TRUE = ["True", "False"] as const;

const RPL_FLAGS: readonly FlagBit[] = [
  { mask: 0x80, field: "ipv6.opt.rpl.flag.o", name: "Down", words: TRUE },
  { mask: 0x40, field: "ipv6.opt.rpl.flag.r", name: "Rank Error", words: TRUE },
  { mask: 0x20, field: "ipv6.opt.rpl.flag.f", name: "Forwarding Error", words: TRUE },
];

/** RFC 6553. */
function readRpl({ reading }: OptionBody): void {
  const flags = reading.peek(1);
  if (flags === null) return;
  reading.group(
    "ipv6.opt.rpl.flag",
    `Flag: ${flagNames(flags, RPL_FLAGS)}`,
    () => {
      for (const flag of RPL_FLAGS) reading.flag(1, flag);
      reading.bits("ipv6.opt.rpl.flag.rsv", "Reserved", 1, 0x1f, hexOf(2));
      reading.skip(1);
    },
    flags,
  );
  reading.uint("ipv6.opt.rpl.instance_id", "RPLInstanceID", 1, hexOf(2));
  reading.uint("ipv6.opt.rpl.sender_rank", "Sender Rank", 2, hexOf(4));
}

function flagNames(value: number, flags: readonly FlagBit[]): string {
  const set = flags.filter(({ mask }) => (value & mask) !== 0).map(({ name }) => name);
  return [hexText(value, 2), ...set].join(", ");
}

/** RFC 6788. A length beyond the option's end is the option's. */
function readLine({ reading, size }: OptionBody): void {
  const said = reading.uint("ipv6.opt.lio.length", "LineIDLen", 1);
  const length = Math.max(0, Math.min(said ?? 0, size - 1));
  const { d, at, out } = reading;
  if (!reading.has(length)) return;
  const text = ascii(d.bytes, at, at + length).replace(/\0.*$/s, "");
  d.add(out, "ipv6.opt.lio.line_id", `Line ID: ${text}`, at, length, text);
  reading.skip(length);
}

/** RFC 2675: the length of a packet whose fixed header has none. */
function readJumbo({ reading, line, context }: OptionBody): void {
  const length = reading.peek(4);
  if (length === null) return;
  const { d, at, out } = reading;
  const below = d.add(out, "ipv6.opt.jumbo", `Payload Length: ${length}`, at, 4, length).children;
  reading.skip(4);
  const warning = { severity: "Warning", group: "Protocol" } as const;
  if (context.payloadLength !== 0) {
    const summary = "When IPv6 payload length does not equal 0 a Jumbo Payload option must not be present";
    say(d, line.children, "ipv6.opt.jumbo.prohibited", { ...warning, summary }, line.start, line.length);
  }
  if (length < 65_536) {
    const summary = "Jumbo Payload option present and jumbo length < 65536";
    say(d, below, "ipv6.opt.jumbo.truncated", { ...warning, summary }, at, 4);
  }
}

/** RFC 6275 section 6.3: the sender's own address, away from which it is. */
function readHomeAddress({ reading }: OptionBody): void {
  const { d } = reading;
  const address = reading.ipv6("ipv6.opt.mipv6.home_address", "MIPv6 Home Address");
  if (address !== null && d.quoted === 0) d.addressFrom = address;
}

const FORWARDING_FLAGS: readonly FlagBit[] = [
  { mask: 0x20, field: "ipv6.opt.dff.flag.dup", name: "Duplicate (DUP)", words: TRUE },
  { mask: 0x10, field: "ipv6.opt.dff.flag.ret", name: "Return (RET)", words: TRUE },
];

/** RFC 6971. */
function readForwarding({ reading }: OptionBody): void {
  const flags = reading.peek(1);
  if (flags === null) return;
  reading.group(
    "ipv6.opt.dff.flags",
    `Flags: ${flagNames(flags, FORWARDING_FLAGS)}`,
    () => {
      reading.bits("ipv6.opt.dff.flag.ver", "Version (VER)", 1, 0xc0);
      for (const flag of FORWARDING_FLAGS) reading.flag(1, flag);
      reading.bits("ipv6.opt.dff.flag.rsv", "Reserved", 1, 0x0f, hexOf(1));
      reading.skip(1);
    },
    flags,
  );
  const sequence = (value: number): string => `${value} (${hexText(value, 4)})`;
  reading.uint("ipv6.opt.dff.sequence_number", "Sequence Number", 2, sequence);
}
