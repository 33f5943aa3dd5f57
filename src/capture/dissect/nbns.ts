// NetBIOS name service (RFC 1001, RFC 1002 4.2): messages as DNS has them, of names that hosts take for themselves.

import { readIpv4 } from "../../wire/address.ts";
import { getUint16 as u16 } from "../../wire/bytes.ts";
import { nameAt } from "./dns-message.ts";
import { durationText } from "./dns-names.ts";
import { addExpert } from "./expert.ts";
import { decodedName, NAME_LENGTH, nameOf } from "./netbios-names.ts";
import type { NetbiosName } from "./netbios-names.ts";
import { latin1, named } from "./protocol.ts";
import { Reading } from "./reading.ts";
import type { FlagBit } from "./reading.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";
import type { Datagram } from "./udp-protocols.ts";

const TITLE = "NetBIOS Name Service";
const ENTRIES_MAX = 2_000;
/** Bytes of a record behind its name, and of a name's flags and address. */
const RECORD_LENGTH = 10;
const ADDRESS_LENGTH = 6;

const TYPE = { nb: 32, nbstat: 33 } as const;
const TYPES = new Map<number, string>([
  [TYPE.nb, "NB"],
  [TYPE.nbstat, "NBSTAT"],
]);

const RESPONSE = 0x8000;
const WAIT = 7;
const OPCODES = new Map<number, string>([
  [0, "Name query"],
  [5, "Registration"],
  [6, "Release"],
  [WAIT, "Wait for acknowledgment"],
  [8, "Refresh"],
  [9, "Refresh (alternate opcode)"],
  [15, "Multi-homed registration"],
]);
const RCODES = new Map<number, string>([
  [0, "No error"],
  [1, "Request was invalidly formatted"],
  [2, "Server failure"],
  [3, "Requested name does not exist"],
  [4, "Request is not implemented"],
  [5, "Request was refused"],
  [6, "Name is owned by another node"],
  [7, "Name is in conflict"],
]);

const NODES = ["B-node", "P-node", "M-node", "H-node"] as const;

/** A message being shown. */
interface Message {
  readonly d: Dissection;
  readonly reading: Reading;
  /** Its bytes, for names that point back into it. */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly opcode: number;
  /** The Info column so far. */
  info: string;
}

export function dissectNbns(d: Dissection, { start, end }: Datagram): void {
  const held = d.captured(end);
  if (d.quoted > 0 && held - start < 4) return;
  const node = d.layer("nbns", TITLE, start, held - start);
  const reading = new Reading(d, node.children, start, end, TITLE);
  reading.uint("nbns.id", "Transaction ID", 2, (id) => hexText(id, 4));
  const flags = addFlags(reading);
  if (flags === null) {
    d.columns("NBNS", "");
    return;
  }
  const opcode = (flags >> 11) & 15;
  const message: Message = {
    d,
    reading,
    bytes: d.bytes.subarray(start, held),
    start,
    opcode,
    info: infoOf(flags),
  };
  const counts = [
    reading.uint("nbns.count.queries", "Questions", 2),
    reading.uint("nbns.count.answers", "Answer RRs", 2),
    reading.uint("nbns.count.auth_rr", "Authority RRs", 2),
    reading.uint("nbns.count.add_rr", "Additional RRs", 2),
  ];
  const sections = ["Queries", "Answers", "Authoritative nameservers", "Additional records"];
  for (const [section, count] of counts.entries()) {
    if (count === null || count === 0) continue;
    reading.group(null, sections[section], () => {
      for (let i = 0; i < Math.min(count, ENTRIES_MAX) && !reading.isBroken; i++) {
        if (section === 0) addQuestion(message);
        else addRecord(message, section === 1 && (flags & RESPONSE) !== 0);
      }
    });
  }
  d.columns("NBNS", message.info);
}

function infoOf(flags: number): string {
  const opcode = (flags >> 11) & 15;
  const text = OPCODES.get(opcode) ?? `Unknown operation (${opcode})`;
  if ((flags & RESPONSE) === 0) return text;
  const rcode = flags & 15;
  return `${text} response${rcode === 0 ? "" : `, ${RCODES.get(rcode) ?? "Unknown error"}`}`;
}

const QUERY_FLAGS: readonly FlagBit[] = [
  bit("truncated", 0x0200, "Truncated", "Message is truncated", "Message is not truncated"),
  bit("recdesired", 0x0100, "Recursion desired", "Do query recursively", "Don't do query recursively"),
];
const AUTHORITATIVE = bit(
  "authoritative",
  0x0400,
  "Authoritative",
  "Server is an authority for domain",
  "Server is not an authority for domain",
);
const AVAILABLE = bit(
  "recavail",
  0x0080,
  "Recursion available",
  "Server can do recursive queries",
  "Server can't do recursive queries",
);
const BROADCAST = bit("broadcast", 0x0010, "Broadcast", "Broadcast packet", "Not a broadcast packet");

function bit(field: string, mask: number, name: string, set: string, clear: string): FlagBit {
  return { mask, field: `nbns.flags.${field}`, name, words: [set, clear] };
}

/** Adds the flags of a message; answers them, null where they are not there. */
function addFlags(reading: Reading): number | null {
  const flags = reading.peek(2);
  if (flags === null) return null;
  const isResponse = (flags & RESPONSE) !== 0;
  const bits = [
    ...(isResponse ? [AUTHORITATIVE] : []),
    ...QUERY_FLAGS,
    ...(isResponse ? [AVAILABLE] : []),
    BROADCAST,
  ];
  const words = [
    `Flags: ${hexText(flags, 4)}`,
    ...(isResponse ? ["Response"] : []),
    `Opcode: ${OPCODES.get((flags >> 11) & 15) ?? "Unknown"}`,
    ...bits.filter(({ mask }) => (flags & mask) !== 0).map(({ name }) => name),
    ...(isResponse ? [`Reply code: ${RCODES.get(flags & 15) ?? "Unknown"}`] : []),
  ];
  reading.group(
    "nbns.flags",
    words.join(", "),
    () => {
      reading.flag(2, bit("response", RESPONSE, "Response", "Message is a response", "Message is a query"));
      reading.bits("nbns.flags.opcode", "Opcode", 2, 0x7800, (value) => named(OPCODES, value));
      for (const flag of bits) reading.flag(2, flag);
      if (isResponse)
        reading.bits("nbns.flags.rcode", "Reply code", 2, 0x000f, (value) => named(RCODES, value));
      reading.skip(2);
    },
    flags,
  );
  return flags;
}

/** Reads a name, and the type and class that follow it; null where one of them is not there. */
function readName({
  bytes,
  reading,
  start,
}: Message): { name: NetbiosName; length: number; type: number } | null {
  if (!reading.has(1)) return null;
  const encoded = nameAt(bytes, reading.at - start);
  if (encoded === null || !reading.has(encoded.length + 4)) {
    // What of the name is missing is behind the last byte.
    reading.has(bytes.length + 1);
    return null;
  }
  const type = u16(bytes, reading.at - start + encoded.length);
  return { name: decodedName(encoded.text), length: encoded.length, type };
}

function entryLabel(name: NetbiosName, type: number, rawClass: number): string {
  return `${name.text}: type ${TYPES.get(type) ?? "Unknown"}, class ${rawClass === 1 ? "IN" : "Unknown"}`;
}

/** Adds the lines of a name, its type and its class. */
function addName({ d, reading }: Message, label: string, value: string, length: number): void {
  d.add(reading.out, "nbns.name", `Name: ${label}`, reading.at, length, value);
  reading.skip(length);
  reading.uint("nbns.type", "Type", 2, (type) => named(TYPES, type));
  reading.uint("nbns.class", "Class", 2, (value) => `${value === 1 ? "IN" : "Unknown"} (${value})`);
}

function addQuestion(message: Message): void {
  const { bytes, reading, start } = message;
  const entry = readName(message);
  if (entry === null) return;
  const { name, length, type } = entry;
  const rawClass = u16(bytes, reading.at - start + length + 2);
  reading.group(null, entryLabel(name, type, rawClass), () =>
    addName(message, name.title, name.text, length),
  );
  message.info += ` ${TYPES.get(type) ?? "Unknown"} ${name.text}`;
}

function addRecord(message: Message, isInInfo: boolean): void {
  const { bytes, reading, start, opcode } = message;
  const entry = readName(message);
  if (entry === null) return;
  const { name, length, type } = entry;
  const isAddress = type === TYPE.nb && opcode !== WAIT;
  if (!reading.has(length + RECORD_LENGTH + (isAddress ? ADDRESS_LENGTH : 0))) return;
  const at = reading.at - start + length;
  reading.group(null, entryLabel(name, type, u16(bytes, at + 2)), () => {
    const shown = type === TYPE.nb ? name.title : name.text;
    addName(message, shown, shown, length);
    reading.uint("nbns.ttl", "Time to live", 4, durationText);
    reading.uint("nbns.data_length", "Data length", 2);
    const end = reading.at + u16(bytes, at + 8);
    const typeName = TYPES.get(type) ?? "Unknown";
    if (isAddress) addAddresses(message, end, isInInfo);
    else if (type !== TYPE.nb && isInInfo) message.info += ` ${typeName}`;
    if (type === TYPE.nb && opcode === WAIT) while (reading.at + 2 <= end && addFlags(reading) !== null);
    else if (type === TYPE.nbstat) addStatus(message);
    else if (type !== TYPE.nb) reading.bytes("nbns.data", "Data", end - reading.at);
    if (!reading.isBroken) reading.at = Math.max(reading.at, end);
  });
}

const GROUP: readonly [string, string] = ["Group name", "Unique name"];

/** The addresses of a name's owners (RFC 1002 4.2.2), up to `end`. */
function addAddresses(message: Message, end: number, isInInfo: boolean): void {
  const { d, reading } = message;
  let isFirst = true;
  do {
    const flags = reading.peek(2);
    if (flags === null) return;
    const node = NODES[(flags >> 13) & 3];
    const isGroup = (flags & RESPONSE) !== 0;
    const words = `Name flags: ${hexText(flags, 4)}${isGroup ? ", Name type" : ""}, ONT: ${node}`;
    reading.group(
      "nbns.nb_flags",
      `${words} (${node}, ${isGroup ? "group" : "unique"})`,
      () => {
        reading.flag(2, { mask: 0x8000, field: "nbns.nb_flags.group", name: "Name type", words: GROUP });
        reading.bits("nbns.nb_flags.ont", "ONT", 2, 0x6000, (value) => `${NODES[value]} (${value})`);
        reading.skip(2);
      },
      flags,
    );
    if (end - reading.at < 4 && !isFirst) {
      addIncomplete(d, reading.out, reading.at);
      reading.at = end;
      return;
    }
    if (isFirst && isInInfo) message.info += ` NB ${readIpv4(d.bytes, reading.at)}`;
    isFirst = false;
    reading.ipv4("nbns.addr", "Addr");
  } while (reading.at + 2 <= end && !reading.isBroken);
}

function addIncomplete(d: Dissection, out: DetailNode[], at: number): void {
  const item = {
    severity: "Error",
    group: "Malformed",
    protocol: "NBNS",
    summary: "incomplete entry",
  } as const;
  addExpert(d, out, "nbns.incomplete_entry", item, at, 0);
}

const NAME_FLAGS: readonly FlagBit[] = (
  [
    ["drg", 0x1000, "Name is being deregistered"],
    ["cnf", 0x0800, "Name is in conflict"],
    ["act", 0x0400, "Name is active"],
    ["prm", 0x0200, "Permanent node name"],
  ] as const
).map(([field, mask, name]) => ({ mask, field: `nbns.name_flags.${field}`, name, words: ["Yes", "No"] }));

const COUNTERS = [
  ["num_crcs", "Number of CRCs", 2],
  ["num_alignment_errors", "Number of alignment errors", 2],
  ["num_collisions", "Number of collisions", 2],
  ["num_send_aborts", "Number of send aborts", 2],
  ["num_good_sends", "Number of good sends", 4],
  ["num_good_receives", "Number of good receives", 4],
  ["numretransmits", "Number of retransmits", 2],
  ["num_no_resource_conditions", "Number of no resource conditions", 2],
  ["numcommand_blocks", "Number of command blocks", 2],
  ["numpending_sessions", "Number of pending sessions", 2],
  ["max_num_pending_sessions", "Max number of pending sessions", 2],
  ["max_total_sessions_possible", "Max total sessions possible", 2],
  ["session_data_packet_size", "Session data packet size", 2],
] as const;

/** The names a host has, and how its interface fares (RFC 1002 4.2.18). */
function addStatus({ d, reading }: Message): void {
  const count = reading.uint("nbns.number_of_names", "Number of names", 1);
  for (let i = 0; i < (count ?? 0) && reading.has(NAME_LENGTH + 2); i++) addOwnName(d, reading);
  if (!reading.has(6)) return;
  reading.mac("nbns.unit_id", "Unit ID");
  reading.uint("nbns.jumpers", "Jumpers", 1, (value) => hexText(value, 2));
  reading.uint("nbns.test_result", "Test result", 1, (value) => hexText(value, 2));
  reading.uint("nbns.version_number", "Version number", 2, (value) => hexText(value, 4));
  reading.uint("nbns.period_of_statistics", "Period of statistics", 2, (value) => hexText(value, 4));
  for (const [field, name, size] of COUNTERS) reading.uint(`nbns.${field}`, name, size);
}

function addOwnName(d: Dissection, reading: Reading): void {
  const bytes = [...d.bytes.subarray(reading.at, reading.at + NAME_LENGTH)];
  const letters = latin1(d.bytes, reading.at, reading.at + NAME_LENGTH - 1).trimEnd();
  d.add(
    reading.out,
    "nbns.netbios_name",
    `Name: ${nameOf(bytes, "").title}`,
    reading.at,
    NAME_LENGTH,
    letters,
  );
  reading.skip(NAME_LENGTH);
  const flags = reading.peek(2) ?? 0;
  const isGroup = (flags & RESPONSE) !== 0;
  const words = [
    `Name flags: ${hexText(flags, 4)}`,
    ...(isGroup ? ["Name type"] : []),
    `ONT: ${NODES[(flags >> 13) & 3]}`,
    ...NAME_FLAGS.filter(({ mask }) => (flags & mask) !== 0).map(({ name }) => name),
  ];
  reading.group(
    "nbns.name_flags",
    words.join(", "),
    () => {
      reading.flag(2, { mask: 0x8000, field: "nbns.name_flags.group", name: "Name type", words: GROUP });
      reading.bits("nbns.name_flags.ont", "ONT", 2, 0x6000, (value) => `${NODES[value]} (${value})`);
      for (const flag of NAME_FLAGS) reading.flag(2, flag);
      reading.skip(2);
    },
    flags,
  );
}
