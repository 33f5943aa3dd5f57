// IGMP versions 1 to 3 (RFC 1112, RFC 2236, RFC 3376): who asks for groups, and who wants which from whom.

import { readIpv4 } from "../../wire/address.ts";
import { addWorkedOut } from "./checksums.ts";
import type { WorkedOut } from "./checksums.ts";
import { addBits, addBytes, addFlag, addUint, named, uint } from "./protocol.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const TITLE = "Internet Group Management Protocol";

const TYPE = { query: 0x11, reportV1: 0x12, reportV2: 0x16, leave: 0x17, reportV3: 0x22 } as const;

const TYPES = new Map<number, string>([
  [TYPE.query, "Membership Query"],
  [TYPE.reportV1, "Membership Report"],
  [TYPE.reportV2, "Membership Report"],
  [TYPE.leave, "Leave Group"],
  [TYPE.reportV3, "Membership Report"],
]);

const RECORD_TYPES = new Map<number, string>([
  [1, "Mode Is Include"],
  [2, "Mode Is Exclude"],
  [3, "Change To Include Mode"],
  [4, "Change To Exclude Mode"],
  [5, "Allow New Sources"],
  [6, "Block Old Sources"],
]);

/** Sources and records shown of one message: more than fit into a packet. */
const ENTRIES_MAX = 2_000;

/** Dissects the message in [start, end). */
const CHECKSUM: WorkedOut = {
  field: "igmp.checksum",
  bad: { field: "igmp.bad_checksum", severity: "Error", protocol: "IGMP" },
};

export function dissectIgmp(d: Dissection, start: number, end: number): void {
  const held = d.captured(end);
  const node = d.layer("igmp", TITLE, start, held - start);
  d.columns("IGMP", "");
  if (!d.has(start, 1, end, TITLE)) return;
  const type = d.bytes[start];
  const name = TYPES.get(type);
  const out = node.children;
  if (name === undefined) {
    d.columns("IGMP", `Unknown Type:${hexText(type, 2)}`);
    d.add(out, "igmp.type", `Type: Unknown (${hexText(type, 2)})`, start, 1, type);
    addBytes(d, out, "igmp.data", "Data", start + 1, held);
    return;
  }
  d.layers.push("igmp");
  const version = versionOf(d, type, start, end);
  d.columns(`IGMPv${version}`, name);
  d.add(out, "igmp.version", `[IGMP Version: ${version}]`, start, 0, version);
  d.add(out, "igmp.type", `Type: ${name} (${hexText(type, 2)})`, start, 1, type);
  if (!d.has(start, 8, end, TITLE)) return;
  const isReport3 = type === TYPE.reportV3;
  if (version === 1 || isReport3) addBytes(d, out, "igmp.reserved", "Reserved", start + 1, start + 2);
  else addResponseTime(d, out, start + 1, version);
  addWorkedOut(d, out, CHECKSUM, start + 2, start, end, 0);
  const info = isReport3 ? addRecords(d, out, start, end) : addGroup(d, out, start, end, type, version);
  d.columns(`IGMPv${version}`, `${name}${info}`);
}

/** A query's version is told by its length and by whether it gives a time (RFC 3376 7.1). */
function versionOf(d: Dissection, type: number, start: number, end: number): 1 | 2 | 3 {
  if (type === TYPE.reportV1) return 1;
  if (type === TYPE.reportV3) return 3;
  if (type !== TYPE.query) return 2;
  if (end - start >= 12) return 3;
  return d.bytes[start + 1] === 0 ? 1 : 2;
}

/** In tenths of a second; in version 3 larger ones are floating-point (RFC 3376 4.1.1). */
function addResponseTime(d: Dissection, out: DetailNode[], at: number, version: number): void {
  const value = d.bytes[at];
  const isFloat = version === 3 && value >= 128;
  const tenths = isFloat ? ((value & 0x0f) | 0x10) * 2 ** (((value >> 4) & 7) + 3) : value;
  const seconds = (tenths / 10).toFixed(1);
  const node = d.add(
    out,
    "igmp.max_resp",
    `Max Resp Time: ${seconds} sec (${hexText(value, 2)})`,
    at,
    1,
    tenths,
  );
  if (!isFloat) return;
  const digit = (number: number): string => hexText(number, 1);
  addBits(d, node.children, "igmp.max_resp.exp", at, 1, 0x70, "Exponent", digit);
  addBits(d, node.children, "igmp.max_resp.mant", at, 1, 0x0f, "Mantissa", digit);
}

/** Queries, and what versions 1 and 2 say of one group; answers what Info says of it. */
function addGroup(
  d: Dissection,
  out: DetailNode[],
  start: number,
  end: number,
  type: number,
  version: number,
): string {
  const group = readIpv4(d.bytes, start + 4);
  d.add(out, "igmp.maddr", `Multicast Address: ${group}`, start + 4, 4, group);
  if (version === 1) return "";
  if (type === TYPE.leave) return ` ${group}`;
  if (type !== TYPE.query) return ` group ${group}`;
  const isGeneral = group === "0.0.0.0";
  const info = isGeneral ? ", general" : `, specific for group ${group}`;
  if (version < 3 || !d.has(start, 12, end, TITLE)) return info;
  const words = ["SUPPRESS router side processing", "Do not suppress router side processing"] as const;
  addFlag(d, out, "igmp.s", start + 8, 1, 0x08, "S", words);
  addBits(d, out, "igmp.qrv", start + 8, 1, 0x07, "QRV");
  addUint(d, out, "igmp.qqic", start + 9, 1, end, (value) => `QQIC: ${value}`);
  const count = addUint(d, out, "igmp.num_src", start + 10, 2, end, (value) => `Num Src: ${value}`) ?? 0;
  const sources = addSources(d, out, start + 12, end, count);
  return sources.length === 0 ? info : `${info}, sources {${sources.join(", ")}}`;
}

function addSources(d: Dissection, out: DetailNode[], start: number, end: number, count: number): string[] {
  const sources: string[] = [];
  for (let i = 0, at = start; i < Math.min(count, ENTRIES_MAX); i++, at += 4) {
    if (!d.has(at, 4, end, TITLE)) break;
    const source = readIpv4(d.bytes, at);
    sources.push(source);
    d.add(out, "igmp.saddr", `Source Address: ${source}`, at, 4, source);
  }
  return sources;
}

/** Group records of version 3 (RFC 3376 4.2). */
function addRecords(d: Dissection, out: DetailNode[], start: number, end: number): string {
  addBytes(d, out, "igmp.reserved", "Reserved", start + 4, start + 6);
  const label = (value: number): string => `Num Group Records: ${value}`;
  const count = addUint(d, out, "igmp.num_grp_recs", start + 6, 2, end, label) ?? 0;
  let info = "";
  let at = start + 8;
  for (let i = 0; i < Math.min(count, ENTRIES_MAX) && d.has(at, 8, end, TITLE); i++) {
    const type = d.bytes[at];
    const auxiliary = d.bytes[at + 1];
    const sourceCount = uint(d.bytes, at + 2, 2);
    const group = readIpv4(d.bytes, at + 4);
    const name = RECORD_TYPES.get(type) ?? "";
    const length = 8 + sourceCount * 4 + auxiliary * 4;
    const title = `Group Record : ${group}  ${name}`;
    const into = d.add(out, null, title, at, Math.min(length, d.captured(end) - at)).children;
    d.add(into, "igmp.record_type", `Record Type: ${named(RECORD_TYPES, type)}`, at, 1, type);
    d.add(into, "igmp.aux_data_len", `Aux Data Len: ${auxiliary}`, at + 1, 1, auxiliary);
    d.add(into, "igmp.num_src", `Num Src: ${sourceCount}`, at + 2, 2, sourceCount);
    d.add(into, "igmp.maddr", `Multicast Address: ${group}`, at + 4, 4, group);
    const sources = addSources(d, into, at + 8, end, sourceCount);
    if (auxiliary > 0) {
      const from = at + 8 + sourceCount * 4;
      if (d.has(from, auxiliary * 4, end, TITLE))
        addBytes(d, into, "igmp.aux_data", "Aux Data", from, from + auxiliary * 4);
    }
    info += ` / ${recordText(type, group, sources)}`;
    at += length;
  }
  return info;
}

function recordText(type: number, group: string, sources: readonly string[]): string {
  const noun = sources.length > 1 ? "sources" : "source";
  const set = `{${sources.join(", ")}}`;
  const list = `${noun} ${set}`;
  const isEmpty = sources.length === 0;
  switch (type) {
    case 1:
    case 3:
      return isEmpty ? `Leave group ${group}` : `Join group ${group} for ${list}`;
    case 2:
    case 4:
      if (isEmpty) return `Join group ${group} for any sources`;
      return `Join group ${group}, for ${sources.length > 1 ? "sources not in" : "source not"} ${set}`;
    case 5:
      return `Group ${group}, new ${list}`;
    case 6:
      return `Group ${group}, block ${list}`;
    default:
      return `Group ${group}, unknown record type (?)`;
  }
}
