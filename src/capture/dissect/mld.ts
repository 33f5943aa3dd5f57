// Multicast listener discovery over ICMPv6: queries, reports and farewells (RFC 2710), and version 2's with sources (RFC 3810).

import { readIpv6 } from "../../wire/address.ts";
import { getUint16 } from "../../wire/bytes.ts";
import { ICMP_HEADER_LENGTH } from "../../wire/icmp.ts";
import { addBits, addBytes, addUint, named } from "./protocol.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const TITLE = "Internet Control Message Protocol v6";
const QUERY = 130;
/** A query of version 1 ends with its group (RFC 3810 8.1). */
const QUERY_V1_LENGTH = 24;

/** Records of a report and sources of a record that are shown. */
const RECORDS_MAX = 500;
const SOURCES_MAX = 500;

const RECORD_TYPES = new Map<number, string>([
  [1, "Include"],
  [2, "Exclude"],
  [3, "Changed to include"],
  [4, "Changed to exclude"],
  [5, "Allow new sources"],
  [6, "Block old sources"],
]);

/** The message in [start, end) of a type from 130 to 132, behind its checksum. */
export function addListenerMessage(d: Dissection, out: DetailNode[], start: number, end: number): void {
  const isSecond = d.bytes[start] === QUERY && end - start > QUERY_V1_LENGTH;
  const field = isSecond ? "icmpv6.mld.maximum_response_code" : "icmpv6.mld.maximum_response_delay";
  const name = isSecond ? "Maximum Response Code" : "Maximum Response Delay [ms]";
  addUint(d, out, field, start + 4, 2, end, (value) => `${name}: ${value}`);
  addBytes(d, out, "icmpv6.reserved", "Reserved", start + 6, start + 8);
  const group = start + ICMP_HEADER_LENGTH;
  if (!d.has(group, 16, end, TITLE)) return;
  addAddress(d, out, "icmpv6.mld.multicast_address", "Multicast Address", group);
  if (isSecond) addQuerySources(d, out, group + 16, end);
}

function addAddress(d: Dissection, out: DetailNode[], field: string, name: string, at: number): void {
  const address = readIpv6(d.bytes, at);
  d.add(out, field, `${name}: ${address}`, at, 16, address);
}

/** What a query of version 2 adds: the querier's variables, and the sources it asks for. */
function addQuerySources(d: Dissection, out: DetailNode[], at: number, end: number): void {
  if (!d.has(at, 4, end, TITLE)) return;
  const flags = d.bytes[at];
  const into = d.add(out, "icmpv6.mld.flag", `Flags: ${hexText(flags, 2)}`, at, 1, flags).children;
  const suppress = (value: number): string => (value === 1 ? "True" : "False");
  addBits(d, into, "icmpv6.mld.flag.s", at, 1, 8, "Suppress Router-Side Processing", suppress);
  addBits(d, into, "icmpv6.mld.flag.qrv", at, 1, 7, "QRV (Querier's Robustness Variable)");
  addBits(d, into, "icmpv6.mld.flag.reserved", at, 1, 0xf0, "Reserved");
  const interval = (value: number): string => `QQIC (Querier's Query Interval Code): ${value}`;
  addUint(d, out, "icmpv6.mld.qqi", at + 1, 1, end, interval);
  const count = getUint16(d.bytes, at + 2);
  d.add(out, "icmpv6.mld.nb_sources", `Number of Sources: ${count}`, at + 2, 2, count);
  addSources(d, out, "icmpv6.mld.source_address", at + 4, count, end);
}

/** Answers where the sources end, -1 where they do not fit. */
function addSources(
  d: Dissection,
  out: DetailNode[],
  field: string,
  start: number,
  count: number,
  end: number,
): number {
  for (let i = 0; i < count; i++) {
    const at = start + i * 16;
    if (!d.has(at, 16, end, TITLE)) return -1;
    if (i < SOURCES_MAX) addAddress(d, out, field, "Source Address", at);
  }
  return start + count * 16;
}

/** A report of version 2 in [start, end). */
export function addListenerReport(d: Dissection, out: DetailNode[], start: number, end: number): void {
  addBytes(d, out, "icmpv6.reserved", "Reserved", start + 4, start + 6);
  const count = getUint16(d.bytes, start + 6);
  const text = `Number of Multicast Address Records: ${count}`;
  d.add(out, "icmpv6.mldr.nb_mcast_records", text, start + 6, 2, count);
  let at = start + ICMP_HEADER_LENGTH;
  for (let i = 0; i < Math.min(count, RECORDS_MAX) && at !== -1; i++) at = addRecord(d, out, at, end);
}

/** One record; answers where it ends, -1 where it does not fit. */
function addRecord(d: Dissection, out: DetailNode[], start: number, end: number): number {
  if (!d.has(start, 20, end, TITLE)) return -1;
  const { bytes } = d;
  const [type, words] = [bytes[start], bytes[start + 1]];
  const count = getUint16(bytes, start + 2);
  const group = readIpv6(bytes, start + 4);
  const title = `Multicast Address Record ${RECORD_TYPES.get(type) ?? "Unknown"}: ${group}`;
  const length = Math.min(20 + count * 16 + words * 4, d.captured(end) - start);
  const into = d.add(out, "icmpv6.mldr.mar", title, start, length).children;
  d.add(into, "icmpv6.mldr.mar.record_type", `Record Type: ${named(RECORD_TYPES, type)}`, start, 1, type);
  d.add(into, "icmpv6.mldr.mar.aux_data_len", `Aux Data Len: ${words}`, start + 1, 1, words);
  d.add(into, "icmpv6.mldr.mar.nb_sources", `Number of Sources: ${count}`, start + 2, 2, count);
  addAddress(d, into, "icmpv6.mldr.mar.multicast_address", "Multicast Address", start + 4);
  const at = addSources(d, into, "icmpv6.mldr.mar.source_address", start + 20, count, end);
  if (at === -1 || words === 0) return at;
  if (!d.has(at, words * 4, end, TITLE)) return -1;
  addBytes(d, into, "icmpv6.mldr.mar.auxiliary_data", "Auxiliary Data", at, at + words * 4);
  return at + words * 4;
}
