// Options of IPv4 headers as lines of the detail tree (RFC 791 section 3.1, and the RFC named at each).

import { IPV4_OPTION } from "../../wire/ipv4-options.ts";
import type { PlacedIpv4Option } from "../../wire/ipv4-options.ts";
import type { Ipv4Header } from "../../wire/ipv4.ts";
import { readIpv4 } from "../../wire/address.ts";
import { warn } from "./ipv4-option-body.ts";
import type { OptionBody } from "./ipv4-option-body.ts";
import { bytesCount } from "./protocol.ts";
import { readCommercialSecurity, readExtendedSecurity, readSecurity } from "./ipv4-security-options.ts";
import { quickStartName, readQuickStart } from "./quick-start.ts";
import { Reading } from "./reading.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

interface Known {
  readonly name: string;
  /** The last part of its field's name. */
  readonly field: string;
  /** Bytes, where only one length is right. */
  readonly length?: number;
  readonly read: (body: OptionBody) => void;
}

const KNOWN: ReadonlyMap<number, Known> = new Map<number, Known>([
  [IPV4_OPTION.security, { name: "Security", field: "security", read: readSecurity }],
  [IPV4_OPTION.looseSourceRoute, { name: "Loose Source Route", field: "route", read: readSourceRoute }],
  [IPV4_OPTION.timestamp, { name: "Time Stamp", field: "timestamp", read: readTimestamps }],
  [
    IPV4_OPTION.extendedSecurity,
    { name: "Extended Security", field: "ext_security", read: readExtendedSecurity },
  ],
  [
    IPV4_OPTION.commercialSecurity,
    { name: "Commercial Security", field: "cipso", read: readCommercialSecurity },
  ],
  [IPV4_OPTION.recordRoute, { name: "Record Route", field: "record_route", read: readRecordRoute }],
  [IPV4_OPTION.streamId, { name: "Stream ID", field: "sid", length: 4, read: readStreamId }],
  [
    IPV4_OPTION.strictSourceRoute,
    { name: "Strict Source Route", field: "source_route", read: readSourceRoute },
  ],
  [IPV4_OPTION.mtuProbe, { name: "MTU Probe", field: "mtu_probe", length: 4, read: readMtu }],
  [IPV4_OPTION.mtuReply, { name: "MTU Reply", field: "mtu_reply", length: 4, read: readMtu }],
  [IPV4_OPTION.traceroute, { name: "Traceroute", field: "traceroute", length: 12, read: readTraceroute }],
  [IPV4_OPTION.routerAlert, { name: "Router Alert", field: "routeralert", length: 4, read: readRouterAlert }],
  [
    IPV4_OPTION.directedBroadcast,
    { name: "Selective Directed Broadcast", field: "sdb", read: readDirectedBroadcast },
  ],
  [IPV4_OPTION.quickStart, { name: "Quick-Start", field: "qs", length: 8, read: readQuickStartOption }],
]);

/**
 * Adds the options of the header at `start`. False where one of them ends before its parts do: as in Wireshark, what follows such a
 * header is not read.
 */
export function addIpv4Options(d: Dissection, out: DetailNode[], start: number, header: Ipv4Header): boolean {
  const size = header.headerLength - 20;
  const area = d.add(out, null, `Options: (${bytesCount(size)})`, start + 20, size);
  let padding = 0;
  for (const option of header.options) {
    const at = start + option.offset;
    if (option.type === IPV4_OPTION.noOperation) {
      // Counted as Wireshark counts: over other options in between, and anew at a word's beginning.
      padding = padding === 0 || option.offset % 4 !== 0 ? padding + 1 : 0;
      const summary = "4 NOP in a row - a router may have removed some options";
      if (padding === 4) warn(d, area.children, "ip.nop", summary, start + 20, size);
    }
    if (option.length === 1) addSingle(d, area.children, option, at);
    else if (!addOption(d, area, option, at, header)) return false;
  }
  if (header.optionsError !== null)
    addDamage(d, area.children, header.optionsError.offset, start + 20 + size);
  return true;
}

/** An option without a length byte. */
function addSingle(d: Dissection, out: DetailNode[], { type }: PlacedIpv4Option, at: number): void {
  const isEnd = type === IPV4_OPTION.endOfList;
  const field = `ip.options.${isEnd ? "eol" : "nop"}`;
  const label = `IP Option - ${isEnd ? "End of Options List (EOL)" : "No-Operation (NOP)"}`;
  const line = d.add(out, field, label, at, 1, d.bytes.subarray(at, at + 1));
  addType(new Reading(d, line.children, at, at + 1, null));
}

/** False where it is too short for what it has to say. */
function addOption(
  d: Dissection,
  area: DetailNode,
  option: PlacedIpv4Option,
  at: number,
  header: Ipv4Header,
): boolean {
  const { type, length } = option;
  const known = KNOWN.get(type);
  if (known === undefined) {
    d.add(area.children, null, `Unknown (${hexText(type, 2)}) (${bytesCount(length)})`, at, length);
    return true;
  }
  const { name, field, length: right = length } = known;
  const title = `IP Option - ${name} (${right} bytes)`;
  const value = d.bytes.subarray(at, at + length);
  const line = d.add(area.children, `ip.options.${field}`, title, at, length, value);
  const reading = new Reading(d, line.children, at, at + length, `IPv4 option ${name}`);
  addType(reading);
  const lengthLine = d.add(line.children, "ip.opt.len", `Length: ${length}`, at + 1, 1, length);
  reading.skip(1);
  if (right !== length) {
    const summary = `${name} (with option length = ${bytesCount(length)}; should be ${right})`;
    warn(d, lengthLine.children, "ip.opt.len.invalid", summary, at + 1, 1);
  }
  known.read({ reading, option, line, header });
  if (!reading.isBroken) area.label += `, ${name}`;
  return !reading.isBroken;
}

/** Damage ends the list: a length that there is no room for. */
function addDamage(d: Dissection, out: DetailNode[], at: number, end: number): void {
  const [type, length] = [d.bytes[at], d.bytes[at + 1]];
  const name = KNOWN.get(type)?.name ?? `Unknown (${hexText(type, 2)})`;
  const isAlone = at + 1 === end;
  const size = isAlone ? 1 : length < 2 ? 2 : end - at - 2;
  const why = isAlone
    ? "length byte past end of options"
    : length < 2
      ? `with too-short option length = ${bytesCount(length)}`
      : `option length = ${bytesCount(length)} says option goes past end of options`;
  const summary = `${name} (${why})`;
  const line = d.add(out, null, summary, at, size);
  warn(d, line.children, "ip.opt.len.invalid", summary, at, size);
}

const CLASSES = [
  "Control",
  "Reserved for future use",
  "Debugging and measurement",
  "Reserved for future use",
];

/** What option numbers are called (IANA's IP option numbers), by the number without copied flag and class. */
const NUMBERS: readonly (string | undefined)[] = [
  "End of Option List (EOL)",
  "No-Operation (NOP)",
  "Security",
  "Loose source route",
  "Time stamp",
  "Extended security",
  "Commercial IP security option",
  "Record route",
  "Stream identifier",
  "Strict source route",
  "Experimental Measurement",
  "MTU probe",
  "MTU Reply",
  "Experimental Flow Control",
  "Experimental Access Control",
  "Ask Estrin",
  "IMI Traffic Descriptor",
  "Extended Internet Protocol",
  "Traceroute",
  "Address Extension",
  "Router Alert",
  "Selective Directed Broadcast",
  "Unassigned",
  "Dynamic Packet State",
  "Upstream Multicast Packet",
  "Quick-Start",
  undefined,
  undefined,
  undefined,
  undefined,
  "RFC 3692-style experiment",
];

const COPIED = {
  mask: 0x80,
  field: "ip.opt.type.copy",
  name: "Copy on fragmentation",
  words: ["Yes", "No"],
} as const;

function addType(reading: Reading): void {
  const type = reading.peek(1) ?? 0;
  const below = (): void => {
    reading.flag(1, COPIED);
    reading.bits("ip.opt.type.class", "Class", 1, 0x60, (value) => `${CLASSES[value]} (${value})`);
    const number = (value: number): string => `${NUMBERS[value] ?? "Unknown"} (${value})`;
    reading.bits("ip.opt.type.number", "Number", 1, 0x1f, number);
    reading.skip(1);
  };
  reading.group("ip.opt.type", `Type: ${type}`, below, type);
}

/** The pointer of a route: the place of its next address, from 1. Null where it is none, which is said. */
function readPointer({ reading }: OptionBody): { value: number; at: DetailNode[] } | null {
  const { d, at } = reading;
  const value = reading.peek(1);
  if (value === null) return null;
  const below = d.add(reading.out, "ip.opt.ptr", `Pointer: ${value}`, at, 1, value).children;
  reading.skip(1);
  if (value >= 4 && (value & 3) === 0) return { value, at: below };
  const [field, where] =
    value < 4 ? ["before_address", "before first address"] : ["middle_address", "to middle of address"];
  warn(d, below, `ip.opt.ptr.${field}`, `Pointer points ${where}`, at, 1);
  return null;
}

/** What the address at `place` of an option is, counted from 1, with the field that says so. */
type RouteEntry = (place: number, pointer: number) => readonly [field: string, name: string];

function readRoute(body: OptionBody, entry: RouteEntry): void {
  const { reading, option } = body;
  const pointer = readPointer(body);
  if (pointer === null) return;
  while (reading.left >= 4) {
    const place = option.length - reading.left + 1;
    const [field, name] = entry(place, pointer.value);
    const isNext = place === pointer.value && field !== "ip.dst" && pointer.value <= option.length;
    reading.ipv4(field, name, isNext ? " <- (next)" : "");
  }
  if (reading.left > 0) addTooLong(reading, pointer.at, reading.at, reading.left);
}

const TOO_LONG = "Suboption would go past end of option";

function addTooLong({ d }: Reading, out: DetailNode[], at: number, length: number): void {
  warn(d, out, "ip.subopt_too_long", TOO_LONG, at, length);
}

/** Loose and strict source routes: behind the pointer there is still to go, to the destination at the end. */
function readSourceRoute(body: OptionBody): void {
  const { length } = body.option;
  readRoute(body, (place, pointer) => {
    if (pointer > length) return ["ip.rec_rt", "Recorded Route"];
    if (place + 3 === length) return ["ip.dst", "Destination Address"];
    return place < pointer ? ["ip.rec_rt", "Recorded Route"] : ["ip.src_rt", "Source Route"];
  });
}

function readRecordRoute(body: OptionBody): void {
  const { length } = body.option;
  readRoute(body, (place, pointer) =>
    pointer > length || place < pointer ? ["ip.rec_rt", "Recorded Route"] : ["ip.empty_rt", "Empty Route"],
  );
}

function readStreamId({ reading }: OptionBody): void {
  reading.uint("ip.opt.sid", "Stream Identifier", 2);
}

/** RFC 1063. */
function readMtu({ reading }: OptionBody): void {
  reading.uint("ip.opt.mtu", "MTU", 2);
}

/** RFC 1393. */
function readTraceroute({ reading }: OptionBody): void {
  reading.uint("ip.opt.id_number", "ID Number", 2);
  reading.uint("ip.opt.ohc", "Outbound Hop Count", 2);
  reading.uint("ip.opt.rhc", "Return Hop Count", 2);
  reading.ipv4("ip.opt.originator", "Originator IP Address");
}

/** Whether each time stamp stands behind an address. */
const STAMP_FLAGS: ReadonlyMap<number, readonly [name: string, hasAddresses: boolean]> = new Map([
  [0, ["Time stamps only", false]],
  [1, ["Time stamp and address", true]],
  [3, ["Time stamps for prespecified addresses", true]],
]);

function readTimestamps({ reading }: OptionBody): void {
  reading.uint("ip.opt.ptr", "Pointer", 1, (value) => `${value}${stampPointer(value)}`);
  const flags = reading.peek(1);
  if (flags === null) return;
  reading.bits("ip.opt.overflow", "Overflow", 1, 0xf0);
  const named = (flag: number): string => `${STAMP_FLAGS.get(flag)?.[0] ?? "Unknown"} (${hexText(flag, 1)})`;
  reading.bits("ip.opt.flag", "Flag", 1, 0x0f, named);
  reading.skip(1);
  const hasAddresses = STAMP_FLAGS.get(flags & 15)?.[1] === true;
  const { d } = reading;
  while (reading.left >= (hasAddresses ? 8 : 4)) {
    if (hasAddresses) addStampAddress(reading);
    reading.uint("ip.opt.time_stamp", "Time stamp", 4);
  }
  const { at, left } = reading;
  if (left > 0) addTooLong(reading, d.add(reading.out, null, TOO_LONG, at, left).children, at, left);
}

function stampPointer(value: number): string {
  if (value === 1) return " (header is full)";
  if (value < 5) return " (points before first address)";
  return value % 4 === 1 ? "" : " (points to middle of field)";
}

/** An address, of which none is a place not yet filled. */
function addStampAddress(reading: Reading): void {
  const { d, at } = reading;
  const address = readIpv4(d.bytes, at);
  const text = address === "0.0.0.0" ? "-" : address;
  d.add(reading.out, "ip.opt.time_stamp_addr", `Address: ${text}`, at, 4, address);
  reading.skip(4);
}

/** RFC 2113. */
function readRouterAlert({ reading, line }: OptionBody): void {
  const named = (value: number): string =>
    `${value === 0 ? "Router shall examine packet" : "Reserved"} (${value})`;
  const value = reading.uint("ip.opt.ra", "Router Alert", 2, named);
  if (value !== null) line.label += `: ${named(value)}`;
}

/** RFC 1770. */
function readDirectedBroadcast({ reading }: OptionBody): void {
  while (reading.left >= 4) reading.ipv4("ip.opt.addr", "IP Address");
  if (reading.left > 0) reading.bytes("ip.opt.padding", "Padding", reading.left);
}

function readQuickStartOption({ reading, line, header }: OptionBody): void {
  const command = reading.peek(1);
  if (command === null) return;
  const number = command >> 4;
  const name = quickStartName(number);
  line.label += `: ${name === "Unknown" ? `Unknown (${number})` : name} (${number})`;
  line.label += readQuickStart(reading, "ip.opt", header.ttl);
}
