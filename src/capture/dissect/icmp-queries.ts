// ICMP's messages that are neither pings nor errors: times of day, address masks, routers that tell of themselves (RFC 792, 950, 1256), and
// pings of a router's interfaces (RFC 8335).

import { getUint32 } from "../../wire/bytes.ts";
import { addDataWithin } from "./data.ts";
import { durationText } from "./dns-names.ts";
import { Reading } from "./reading.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const TITLE = "Internet Control Message Protocol";
export const QUERY_TYPE = {
  routerAdvertisement: 9,
  timestampRequest: 13,
  timestampReply: 14,
  informationRequest: 15,
  informationReply: 16,
  maskRequest: 17,
  maskReply: 18,
  extendedRequest: 42,
  extendedReply: 43,
} as const;

/** Adds what follows the checksum of a message of `type` that begins at `start`; nothing for types that are none of these. */
export function addQuery(d: Dissection, out: DetailNode[], type: number, start: number, end: number): void {
  const reading = new Reading(d, out, start + 4, end, TITLE);
  switch (type) {
    case QUERY_TYPE.routerAdvertisement:
      readRouters(reading);
      break;
    case QUERY_TYPE.timestampRequest:
    case QUERY_TYPE.timestampReply:
      readNumbers(reading);
      readTimes(reading);
      break;
    case QUERY_TYPE.informationRequest:
    case QUERY_TYPE.informationReply:
      readNumbers(reading);
      break;
    case QUERY_TYPE.maskRequest:
    case QUERY_TYPE.maskReply:
      readNumbers(reading);
      reading.ipv4("icmp.address_mask", "Address Mask");
      break;
    case QUERY_TYPE.extendedRequest:
    case QUERY_TYPE.extendedReply:
      readExtended(reading, type);
      break;
    default:
  }
}

/** An identifier and a sequence number, in either byte order. */
export function readNumbers(reading: Reading): void {
  readTwice(reading, "icmp.ident", "Identifier");
  readTwice(reading, "icmp.seq", "Sequence Number");
}

function readTwice(reading: Reading, field: string, name: string): void {
  const text = (value: number): string => `${value} (${hexText(value, 4)})`;
  const start = reading.at;
  reading.uint(field, `${name} (BE)`, 2, text);
  reading.at = start;
  reading.little(`${field}_le`, `${name} (LE)`, 2, text);
}

const TIMES = [
  ["icmp.originate_timestamp", "Originate Timestamp"],
  ["icmp.receive_timestamp", "Receive Timestamp"],
  ["icmp.transmit_timestamp", "Transmit Timestamp"],
] as const;

function readTimes(reading: Reading): void {
  const { trace, row } = reading.d.around;
  const { seconds, nanoseconds } = trace.packets;
  const ms = seconds[row] * 1000 + Math.floor(nanoseconds[row] / 1e6);
  const captured = ((ms % DAY_MS) + DAY_MS) % DAY_MS;
  for (const [field, name] of TIMES)
    reading.uint(field, name, 4, (value) => `${value} (${clockText(timeOfDay(value, captured))})`);
}

const DAY_MS = 86_400_000;
/** Set where a time is none in milliseconds since midnight. */
const NOT_STANDARD = 0x8000_0000;

/** Milliseconds since midnight. Some systems send them in little-endian: as in Wireshark, whichever is a time of day, and nearer to the packet's. */
function timeOfDay(value: number, captured: number): number {
  const swapped = swap32(value) & ~NOT_STANDARD;
  const big = value & ~NOT_STANDARD;
  if (big < DAY_MS !== swapped < DAY_MS) return big < DAY_MS ? big : swapped;
  return later(big, captured) < later(swapped, captured) ? big : swapped;
}

function swap32(value: number): number {
  return (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
}

/** How much later than the packet's time a time is, of the next day where it is early in one; what is earlier counts as far off. */
function later(time: number, captured: number): number {
  const next = time < captured && time <= DAY_MS / 4 ? time + DAY_MS : time;
  return (next - captured) >>> 0;
}

function clockText(ms: number): string {
  const rest = ms % 60_000;
  if (rest % 1000 === 0) return `${durationText(ms / 1000)} after midnight UTC`;
  const minutes = ms === rest ? "" : `${durationText((ms - rest) / 1000)}, `;
  return `${minutes}${(rest / 1000).toFixed(3)} seconds after midnight UTC`;
}

/** Words of an entry that is an address and how much its router is to be preferred. */
const ENTRY_WORDS = 2;

function readRouters(reading: Reading): void {
  const { d } = reading;
  const count = reading.uint("icmp.num_addrs", "Number of addresses", 1) ?? 0;
  const words = reading.uint("icmp.addr_entry_size", "Address entry size", 1);
  reading.uint("icmp.lifetime", "Lifetime", 2, (value) => `${value} (${durationText(value)})`);
  if (words !== ENTRY_WORDS) {
    if (!reading.isBroken) addDataWithin(d, reading.out, reading.at, reading.end);
    return;
  }
  for (let i = 0; i < count && !reading.isBroken; i++) {
    reading.ipv4("icmp.router_address", "Router address");
    if (!reading.has(4)) return;
    const level = getUint32(d.bytes, reading.at) | 0;
    d.add(reading.out, "icmp.pref_level", `Preference level: ${level}`, reading.at, 4, level);
    reading.skip(4);
  }
}

const STATES = ["Reserved", "Incomplete", "Reachable", "Stale", "Delay", "Probe", "Failed"];

function readExtended(reading: Reading, type: number): void {
  readTwice(reading, "icmp.ident", "Identifier");
  reading.uint("icmp.ext.echo.seq", "Sequence Number", 1, (value) => `${value} (${hexText(value, 2)})`);
  if (type === QUERY_TYPE.extendedRequest) {
    reading.bits("icmp.ext.echo.req.res", "Reserved", 1, 0xfe, (value) => hexText(value, 2));
    reading.flag(1, { mask: 1, field: "icmp.ext.echo.req.local", name: "Local bit" });
    return;
  }
  const state = (value: number): string => `${STATES[value] ?? "Unknown"} (${value})`;
  reading.bits("icmp.ext.echo.rsp.state", "State", 1, 0xe0, state);
  reading.bits("icmp.ext.echo.rsp.res", "Reserved", 1, 0x18, (value) => hexText(value, 1));
  reading.flag(1, { mask: 4, field: "icmp.ext.echo.rsp.active", name: "Active bit" });
  reading.flag(1, { mask: 2, field: "icmp.ext.echo.rsp.ipv4", name: "IPv4 bit" });
  reading.flag(1, { mask: 1, field: "icmp.ext.echo.rsp.ipv6", name: "IPv6 bit" });
}
