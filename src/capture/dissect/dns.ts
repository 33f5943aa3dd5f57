// DNS messages (RFC 1035), mDNS (RFC 6762) and LLMNR (RFC 4795), over UDP and over TCP: the header and the questions. Entry by entry: what
// came before damage stays shown.

import { getUint16 as u16 } from "../../wire/bytes.ts";
import { bitsText } from "./bit-pictures.ts";
import { nameAt } from "./dns-message.ts";
import type { DnsMessage } from "./dns-message.ts";
import { className, opcodeName, rcodeName, typeName, typeText } from "./dns-names.ts";
import { addRecord } from "./dns-records.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const HEADER_LENGTH = 12;

/** Records shown of one message; more than any real one has. */
const RECORDS_MAX = 2_000;

const TITLES = {
  dns: "Domain Name System",
  mdns: "Multicast Domain Name System",
  llmnr: "Link-local Multicast Name Resolution",
} as const;
const COUNTS = [
  ["dns.count.queries", "Questions"],
  ["dns.count.answers", "Answer RRs"],
  ["dns.count.auth_rr", "Authority RRs"],
  ["dns.count.add_rr", "Additional RRs"],
] as const;
const SECTIONS = ["Queries", "Answers", "Authoritative nameservers", "Additional records"] as const;

/** Dissects the message in [start, end); `protocol` by the port it came from. Answers its line, null where there is no header. */
export function dissectDns(
  d: Dissection,
  protocol: "dns" | "mdns" | "llmnr",
  start: number,
  end: number,
  lengthAt: number | null = null,
): DetailNode | null {
  const column = protocol.toUpperCase();
  const stop = Math.min(end, d.bytes.length);
  const first = lengthAt ?? start;
  // Of a message that an error quotes Wireshark wants the flags at least.
  if (d.quoted > 0 && stop - start < 4) return null;
  if (stop - start < HEADER_LENGTH) {
    const node = d.layer(protocol, TITLES[protocol], first, Math.max(0, stop - first));
    d.columns(column, stop - start < 4 ? "" : addBeginning(d, node.children, start, protocol));
    d.has(start, HEADER_LENGTH, end, TITLES[protocol]);
    return null;
  }
  const { bytes } = d;
  const flags = u16(bytes, start + 2);
  const isResponse = flags >= 0x8000;
  const title = `${TITLES[protocol]} (${isResponse ? "response" : "query"})`;
  const node = d.layer(protocol, title, first, stop - first);
  const out = node.children;
  if (lengthAt !== null)
    d.add(out, "dns.length", `Length: ${u16(bytes, lengthAt)}`, lengthAt, 2, u16(bytes, lengthAt));
  const id = u16(bytes, start);
  d.add(out, "dns.id", `Transaction ID: ${hexText(id, 4)}`, start, 2, id);
  if (!d.isForColumns) addFlags(d, out, start + 2, flags, protocol);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset + start, stop - start);
  const info = infoOf(id, flags);
  const message: DnsMessage = { d, start, buffer, protocol, info };
  const counts = [4, 6, 8, 10].map((at) => u16(bytes, start + at));
  COUNTS.forEach(([field, label], i) => {
    d.add(out, field, () => `${label}: ${counts[i]}`, start + 4 + i * 2, 2, counts[i]);
  });
  let at = HEADER_LENGTH;
  for (let section = 0; section < 4 && at >= 0; section++) {
    if (counts[section] === 0) continue;
    const group = d.add(out, null, SECTIONS[section], start + at, 0);
    const from = at;
    for (let i = 0; i < Math.min(counts[section], RECORDS_MAX) && at >= 0; i++) {
      at = section === 0 ? addQuestion(message, group.children, at) : addRecord(message, group.children, at);
    }
    group.length = (at >= 0 ? at : buffer.length) - from;
  }
  d.columns(column, message.info);
  if (at < 0) d.stop(end > d.bytes.length ? "cut" : "malformed", TITLES[protocol], stop);
  return node;
}

/** What Info says of a message's first four bytes. */
function infoOf(id: number, flags: number): string {
  const isResponse = flags >= 0x8000;
  const rcode = flags & 15;
  const kind = `${opcodeName((flags >> 11) & 15)}${isResponse ? " response" : ""} ${hexText(id, 4)}`;
  return isResponse && rcode !== 0 ? `${kind} ${rcodeName(rcode)}` : kind;
}

/** The identifier and the flags of a header that is cut behind them; answers what Info says. */
function addBeginning(d: Dissection, out: DetailNode[], start: number, protocol: string): string {
  const [id, flags] = [u16(d.bytes, start), u16(d.bytes, start + 2)];
  d.add(out, "dns.id", `Transaction ID: ${hexText(id, 4)}`, start, 2, id);
  addFlags(d, out, start + 2, flags, protocol);
  return infoOf(id, flags);
}

function addFlags(d: Dissection, out: DetailNode[], at: number, flags: number, protocol: string): void {
  const isResponse = flags >= 0x8000;
  const opcode = (flags >> 11) & 15;
  const rcode = flags & 15;
  const name = `${opcodeName(opcode)}${isResponse ? ` response, ${rcodeName(rcode)}` : ""}`;
  const node = d.add(out, "dns.flags", `Flags: ${hexText(flags, 4)} ${name}`, at, 2, flags);
  const bit = (field: string, mask: number, label: string, set: string, clear: string): void => {
    const on = (flags & mask) !== 0;
    const text = `${bitsText(flags, mask, 16)} = ${label}: ${on ? set : clear}`;
    d.add(node.children, field, text, at, 2, on);
  };
  bit("dns.flags.response", 0x8000, "Response", "Message is a response", "Message is a query");
  const opcodeText = `${bitsText(flags, 0x7800, 16)} = Opcode: ${opcodeName(opcode)} (${opcode})`;
  d.add(node.children, "dns.flags.opcode", opcodeText, at, 2, opcode);
  if (protocol === "llmnr") {
    bit("dns.flags.conflict", 0x0400, "Conflict", "The sender received multiple responses", "None");
  } else if (isResponse) {
    const yes = "Server is an authority for domain";
    bit("dns.flags.authoritative", 0x0400, "Authoritative", yes, "Server is not an authority for domain");
  }
  bit("dns.flags.truncated", 0x0200, "Truncated", "Message is truncated", "Message is not truncated");
  if (protocol === "llmnr") {
    bit("dns.flags.tentative", 0x0100, "Tentative", "Tentative", "Not tentative");
  } else {
    bit(
      "dns.flags.recdesired",
      0x0100,
      "Recursion desired",
      "Do query recursively",
      "Don't do query recursively",
    );
    if (isResponse) {
      const can = "Server can do recursive queries";
      bit("dns.flags.recavail", 0x0080, "Recursion available", can, "Server can't do recursive queries");
    }
    bit("dns.flags.z", 0x0040, "Z", "reserved - incorrect!", "reserved (0)");
    if (isResponse) {
      const was = "Answer/authority portion was authenticated by the server";
      const not = "Answer/authority portion was not authenticated by the server";
      bit("dns.flags.authenticated", 0x0020, "Answer authenticated", was, not);
    } else if ((flags & 0x0020) !== 0) {
      // A query that understands the bit (RFC 6840 5.7).
      bit("dns.flags.authenticated", 0x0020, "AD bit", "Set", "");
    }
    bit("dns.flags.checkdisable", 0x0010, "Non-authenticated data", "Acceptable", "Unacceptable");
  }
  if (isResponse) {
    const text = `${bitsText(flags, 0x000f, 16)} = Reply code: ${rcodeName(rcode)} (${rcode})`;
    d.add(node.children, "dns.flags.rcode", text, at, 2, rcode);
  }
}

/** Adds the question at `at` and answers where the next entry begins, -1 when this one is damaged. */
function addQuestion(message: DnsMessage, out: DetailNode[], at: number): number {
  const { d, buffer, start } = message;
  const name = nameAt(buffer, at);
  if (name === null || at + name.length + 4 > buffer.length) return -1;
  const typeAt = at + name.length;
  const type = u16(buffer, typeAt);
  const rawClass = u16(buffer, typeAt + 2);
  const isMdns = message.protocol === "mdns";
  const queryClass = isMdns ? rawClass & 0x7fff : rawClass;
  const isUnicast = isMdns && rawClass >= 0x8000;
  const { text } = name;
  let label = `${text}: type ${typeName(type)}, class ${className(queryClass)}`;
  // Whether an answer by unicast would do (RFC 6762 5.4).
  const how = isMdns ? `, "${isUnicast ? "QU" : "QM"}" question` : "";
  label += how;
  const node = d.add(out, null, label, start + at, name.length + 4);
  const into = node.children;
  d.add(into, "dns.qry.name", `Name: ${text}`, start + at, name.length, text);
  d.add(into, "dns.qry.name.len", `[Name Length: ${name.size}]`, start + at, name.length, name.size);
  d.add(into, "dns.count.labels", `[Label Count: ${name.labels}]`, start + at, name.length, name.labels);
  d.add(into, "dns.qry.type", `Type: ${typeText(type)}`, start + typeAt, 2, type);
  const classLabel = `Class: ${className(queryClass)} (${hexText(queryClass, 4)})`;
  const classBits = isMdns ? `${bitsText(rawClass, 0x7fff, 16)} = ${classLabel}` : classLabel;
  d.add(into, "dns.qry.class", classBits, start + typeAt + 2, 2, queryClass);
  if (isMdns) {
    const qu = `${bitsText(rawClass, 0x8000, 16)} = "QU" question: ${isUnicast ? "True" : "False"}`;
    d.add(into, "dns.qry.qu", qu, start + typeAt + 2, 2, isUnicast);
  }
  message.info += ` ${typeName(type)} ${text}${how}`;
  return typeAt + 4;
}
