// Options of IPv6 hop-by-hop and destination headers as lines of the detail tree (RFC 8200 section 4.2, and the RFC named at each).

import { addRaw, hexOf, MISSING, say } from "./ipv6-option-body.ts";
import type { OptionBody, OptionsContext } from "./ipv6-option-body.ts";
import {
  readCalipso,
  readDuplicateDetection,
  readForwarding,
  readHomeAddress,
  readJumbo,
  readLine,
  readMetrics,
  readMulticast,
  readPathMtu,
  readRpl,
} from "./ipv6-option-kinds.ts";
import { readQuickStart } from "./quick-start.ts";
import { Reading } from "./reading.ts";
import type { FlagBit } from "./reading.ts";
import { bytesText, hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

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
  // Named, and what it carries is not read.
  [0x31, { name: "IOAM Option", within: HOP, read: readUnknown }],
  [0x6d, { name: "MPL Option", within: HOP, read: readMulticast }],
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

const ALERTS = ["MLD", "RSVP", "Active Network"];

function alertText(value: number): string {
  return `${ALERTS[value] ?? "Unknown"} (${value})`;
}
