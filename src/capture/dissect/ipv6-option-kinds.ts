// Options of IPv6 that are more than a number: what each carries behind its length (the RFC is named at each).

import { addRaw, hexOf, MISSING, say } from "./ipv6-option-body.ts";
import type { OptionBody } from "./ipv6-option-body.ts";
import { ascii } from "./protocol.ts";
import type { FlagBit } from "./reading.ts";
import { hexText } from "./tree.ts";

/** RFC 5570. */
export function readCalipso({ reading }: OptionBody): void {
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
export function readDuplicateDetection({ reading, size }: OptionBody): void {
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
export function readMetrics({ reading }: OptionBody): void {
  reading.uint("ipv6.opt.pdm.scale_dtlr", "Scale DTLR", 1);
  reading.uint("ipv6.opt.pdm.scale_dtls", "Scale DTLS", 1);
  reading.uint("ipv6.opt.pdm.psn_this_pkt", "PSN This Packet", 2);
  reading.uint("ipv6.opt.pdm.psn_last_recv", "PSN Last Received", 2);
  reading.uint("ipv6.opt.pdm.delta_last_recv", "Delta Time Last Received", 2);
  reading.uint("ipv6.opt.pdm.delta_last_sent", "Delta Time Last Sent", 2);
}

/** RFC 9268: the last bit of the second MTU is a flag. */
export function readPathMtu({ reading }: OptionBody): void {
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
export function readRpl({ reading }: OptionBody): void {
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
export function readLine({ reading, size }: OptionBody): void {
  const said = reading.uint("ipv6.opt.lio.length", "LineIDLen", 1);
  const length = Math.max(0, Math.min(said ?? 0, size - 1));
  const { d, at, out } = reading;
  if (!reading.has(length)) return;
  const text = ascii(d.bytes, at, at + length).replace(/\0.*$/s, "");
  d.add(out, "ipv6.opt.lio.line_id", `Line ID: ${text}`, at, length, text);
  reading.skip(length);
}

/** RFC 2675: the length of a packet whose fixed header has none. */
export function readJumbo({ reading, line, context }: OptionBody): void {
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

const SEED_LENGTHS = ["0", "16-bit unsigned integer", "64-bit unsigned integer", "128-bit unsigned integer"];
const SEED_BYTES = [0, 2, 8, 16];
const MULTICAST_FLAGS: readonly FlagBit[] = [
  { mask: 0x20, field: "ipv6.opt.mpl.flag.m", name: "Largest Sequence", words: TRUE },
  { mask: 0x10, field: "ipv6.opt.mpl.flag.v", name: "Version", words: TRUE },
];

/** RFC 7731 section 6.1: who sent a message to many, and which of its messages it is. */
export function readMulticast({ reading, line }: OptionBody): void {
  const flags = reading.peek(1);
  if (flags === null) return;
  const { d } = reading;
  const kind = flags >> 6;
  const set = MULTICAST_FLAGS.filter(({ mask }) => (flags & mask) !== 0).map(({ name }) => `, ${name}`);
  reading.group(
    "ipv6.opt.mpl.flag",
    `Flag: ${hexText(flags, 2)}, Seed ID Length: ${SEED_LENGTHS[kind]}${set.join("")}`,
    () => {
      const text = (value: number): string => `${SEED_LENGTHS[value]} (${value})`;
      reading.bits("ipv6.opt.mpl.flag.s", "Seed ID Length", 1, 0xc0, text);
      for (const flag of MULTICAST_FLAGS) reading.flag(1, flag);
      reading.bits("ipv6.opt.mpl.flag.rsv", "Reserved", 1, 0x0f, hexOf(1));
      reading.skip(1);
    },
    flags,
  );
  reading.uint("ipv6.opt.mpl.sequence", "Sequence", 1, hexOf(2));
  if (kind > 0) reading.bytes("ipv6.opt.mpl.seed_id", "Seed ID", SEED_BYTES[kind]);
  else {
    const summary = "Seed ID is the IPv6 Source Address";
    const item = { severity: "Comment", group: "Protocol", summary } as const;
    say(d, line.children[0].children, "ipv6.opt.mpl.ipv6_src_seed_id", item, line.start, 1);
  }
}

/** RFC 6275 section 6.3: the sender's own address, away from which it is. */
export function readHomeAddress({ reading }: OptionBody): void {
  const { d } = reading;
  const address = reading.ipv6("ipv6.opt.mipv6.home_address", "MIPv6 Home Address");
  if (address !== null && d.quoted === 0) d.addressFrom = address;
}

const FORWARDING_FLAGS: readonly FlagBit[] = [
  { mask: 0x20, field: "ipv6.opt.dff.flag.dup", name: "Duplicate (DUP)", words: TRUE },
  { mask: 0x10, field: "ipv6.opt.dff.flag.ret", name: "Return (RET)", words: TRUE },
];

/** RFC 6971. */
export function readForwarding({ reading }: OptionBody): void {
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
