// DNS messages (RFC 1035), mDNS (RFC 6762) and LLMNR (RFC 4795), over UDP and over TCP.
//
// The dns-packet library decodes names and record data. It throws on bad data and reads past the end of a record when a
// length lies, so every call goes through a guard here, record by record: what came before the damage stays shown.

import * as dnsPacket from "dns-packet";

import { getUint16 as u16, getUint32 as u32 } from "../../wire/bytes.ts";
import { className, opcodeName, rcodeName, secondsText, typeName, typeText } from "./dns-names.ts";
import { addCaa, addServiceName } from "./dns-records.ts";
import { bitsText, bytesText, hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** The parts of dns-packet that its type declarations leave out. */
interface Codec {
  decode: { (buffer: Buffer, offset: number): unknown; bytes: number };
}
const library = dnsPacket as unknown as { readonly name: Codec; record(type: string): Codec };

const HEADER_LENGTH = 12;
const SRV = 33;
const CAA = 257;

/** Records shown of one message; more than any real one has. */
const RECORDS_MAX = 2_000;

/** A name and the bytes it takes where it stands. */
export interface Name {
  readonly text: string;
  readonly length: number;
}

/** One message being shown. */
interface Message {
  readonly d: Dissection;
  /** Where it begins in the frame; offsets within `buffer` are relative to it. */
  readonly start: number;
  readonly buffer: Buffer;
  readonly protocol: "dns" | "mdns" | "llmnr";
  /** The Info column so far. */
  info: string;
}

/** dns-packet's decoding of a name at `at`; null when it is damaged. */
export function nameAt(buffer: Buffer, at: number): Name | null {
  try {
    const text = library.name.decode(buffer, at) as string;
    return { text: text === "." ? "<Root>" : text, length: library.name.decode.bytes };
  } catch {
    return null;
  }
}

/** dns-packet's decoding of record data whose length field is at `at`; null when it is damaged or not what it says. */
function dataAt(buffer: Buffer, at: number, type: string): unknown {
  try {
    return library.record(type).decode(buffer.subarray(0, at + 2 + u16(buffer, at)), at);
  } catch {
    return null;
  }
}

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
  if (stop - start < HEADER_LENGTH) {
    d.layer(protocol, TITLES[protocol], first, Math.max(0, stop - first));
    d.columns(column, "");
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
  const opcode = (flags >> 11) & 15;
  const rcode = flags & 15;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset + start, stop - start);
  let info = `${opcodeName(opcode)}${isResponse ? " response" : ""} ${hexText(id, 4)}`;
  if (isResponse && rcode !== 0) info += ` ${rcodeName(rcode)}`;
  const message: Message = { d, start, buffer, protocol, info };
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
function addQuestion(message: Message, out: DetailNode[], at: number): number {
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
  const labels = text === "<Root>" ? 0 : text.split(".").length;
  d.add(into, "dns.qry.name.len", `[Name Length: ${text.length}]`, start + at, name.length, text.length);
  d.add(into, "dns.count.labels", `[Label Count: ${labels}]`, start + at, name.length, labels);
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

/** The same for a resource record. */
function addRecord(message: Message, out: DetailNode[], at: number): number {
  const { d, buffer, start } = message;
  const name = nameAt(buffer, at);
  if (name === null || at + name.length + 10 > buffer.length) return -1;
  const typeAt = at + name.length;
  const type = u16(buffer, typeAt);
  const dataLength = u16(buffer, typeAt + 8);
  const end = typeAt + 10 + dataLength;
  const isWhole = end <= buffer.length;
  const node = d.add(out, null, "", start + at, Math.min(end, buffer.length) - at);
  const into = node.children;
  if (type === SRV) addServiceName(d, into, name.text, start + at, name.length);
  else d.add(into, "dns.resp.name", `Name: ${name.text}`, start + at, name.length, name.text);
  d.add(into, "dns.resp.type", `Type: ${typeText(type)}`, start + typeAt, 2, type);
  if (type === 41) {
    node.label = `${name.text}: type OPT`;
    message.info += " OPT";
    addOpt(message, into, typeAt);
    if (isWhole) addOptions(message, into, typeAt + 10, end);
    return isWhole ? end : -1;
  }
  const rawClass = u16(buffer, typeAt + 2);
  const isMdns = message.protocol === "mdns";
  const recordClass = isMdns ? rawClass & 0x7fff : rawClass;
  const isFlush = isMdns && rawClass >= 0x8000;
  const classLabel = `Class: ${className(recordClass)} (${hexText(recordClass, 4)})`;
  const classBits = isMdns ? `${bitsText(rawClass, 0x7fff, 16)} = ${classLabel}` : classLabel;
  d.add(into, "dns.resp.class", classBits, start + typeAt + 2, 2, recordClass);
  if (isMdns) {
    const flush = `${bitsText(rawClass, 0x8000, 16)} = Cache flush: ${isFlush ? "True" : "False"}`;
    d.add(into, "dns.resp.cache_flush", flush, start + typeAt + 2, 2, isFlush);
  }
  const ttl = u32(buffer, typeAt + 4);
  d.add(into, "dns.resp.ttl", `Time to live: ${secondsText(ttl)}`, start + typeAt + 4, 4, ttl);
  d.add(into, "dns.resp.len", `Data length: ${dataLength}`, start + typeAt + 8, 2, dataLength);
  const flushText = isFlush ? ", cache flush" : "";
  node.label = `${name.text}: type ${typeName(type)}, class ${className(recordClass)}${flushText}`;
  message.info += ` ${typeName(type)}${flushText}`;
  if (!isWhole) return -1;
  const summary = dataLength === 0 ? null : addData(message, into, type, typeAt + 8);
  if (summary !== null) {
    node.label += summary.label;
    message.info += summary.info;
  }
  return end;
}

/** An OPT record's fixed part (RFC 6891): it borrows the class and the time to live. */
function addOpt({ d, buffer, start }: Message, into: DetailNode[], typeAt: number): void {
  const size = u16(buffer, typeAt + 2);
  d.add(into, "dns.rr.udp_payload_size", `UDP payload size: ${size}`, start + typeAt + 2, 2, size);
  const ext = buffer[typeAt + 4];
  const extText = `Higher bits in extended RCODE: ${hexText(ext, 2)}`;
  d.add(into, "dns.resp.ext_rcode", extText, start + typeAt + 4, 1, ext);
  const version = buffer[typeAt + 5];
  d.add(into, "dns.resp.edns0_version", `EDNS0 version: ${version}`, start + typeAt + 5, 1, version);
  const z = u16(buffer, typeAt + 6);
  const node = d.add(into, "dns.resp.z", `Z: ${hexText(z, 4)}`, start + typeAt + 6, 2, z);
  const isOk = z >= 0x8000;
  const meaning = isOk ? "Accepts DNSSEC security RRs" : "Cannot handle DNSSEC security RRs";
  const doText = `${bitsText(z, 0x8000, 16)} = DO bit: ${meaning}`;
  d.add(node.children, "dns.resp.z.do", doText, start + typeAt + 6, 2, isOk);
  const rest = z & 0x7fff;
  const restText = `${bitsText(z, 0x7fff, 16)} = Reserved: ${hexText(rest, 4)}`;
  d.add(node.children, "dns.resp.z.reserved", restText, start + typeAt + 6, 2, rest);
  const length = u16(buffer, typeAt + 8);
  d.add(into, "dns.resp.len", `Data length: ${length}`, start + typeAt + 8, 2, length);
}

function addOptions({ d, buffer, start }: Message, into: DetailNode[], from: number, end: number): void {
  for (let at = from; at + 4 <= end;) {
    const code = u16(buffer, at);
    const length = u16(buffer, at + 2);
    const held = Math.min(length, end - at - 4);
    const node = d.add(into, "dns.opt", `Option: ${optionName(code)}`, start + at, 4 + held);
    d.add(node.children, "dns.opt.code", `Option Code: ${optionName(code)} (${code})`, start + at, 2, code);
    d.add(node.children, "dns.opt.len", `Option Length: ${length}`, start + at + 2, 2, length);
    const data = buffer.subarray(at + 4, at + 4 + held);
    const dataText = `Option Data: ${bytesText(buffer, at + 4, held)}`;
    d.add(node.children, "dns.opt.data", dataText, start + at + 4, held, data);
    at += 4 + length;
  }
}

function optionName(code: number): string {
  if (code === 3) return "NSID - Name Server Identifier";
  if (code === 8) return "CSUBNET - Client subnet";
  if (code === 10) return "COOKIE";
  if (code === 11) return "EDNS TCP Keepalive";
  if (code === 12) return "PADDING";
  if (code === 15) return "Extended DNS Error";
  return "Unknown";
}

interface DataSummary {
  readonly label: string;
  readonly info: string;
}

/** Shows the record data whose length field is at `lengthAt`; null where it says nothing for the summary line. */
function addData(message: Message, into: DetailNode[], type: number, lengthAt: number): DataSummary | null {
  const { d, buffer, start } = message;
  const at = lengthAt + 2;
  const length = u16(buffer, lengthAt);
  const text = (field: string, label: string, value: string, from = at, size = length): void => {
    d.add(into, field, `${label}: ${value}`, start + from, size, value);
  };
  const named = (field: string, label: string, word: string): DataSummary | null => {
    const name = nameAt(buffer, at);
    if (name === null || name.length > length) return null;
    text(field, label, name.text);
    return { label: `, ${word}${name.text}`, info: ` ${name.text}` };
  };
  switch (type) {
    case 1: {
      const address = dataAt(buffer, lengthAt, "A");
      if (length !== 4 || typeof address !== "string") return null;
      text("dns.a", "Address", address);
      return { label: `, addr ${address}`, info: ` ${address}` };
    }
    case 28: {
      const address = dataAt(buffer, lengthAt, "AAAA");
      if (length !== 16 || typeof address !== "string") return null;
      text("dns.aaaa", "AAAA Address", address);
      return { label: `, addr ${address}`, info: ` ${address}` };
    }
    case 2:
      return named("dns.ns", "Name Server", "ns ");
    case 5:
      return named("dns.cname", "CNAME", "cname ");
    case 12:
      return named("dns.ptr.domain_name", "Domain Name", "");
    case 6:
      return addSoa(message, into, at, length);
    case 15: {
      const name = length < 3 ? null : nameAt(buffer, at + 2);
      if (name === null) return null;
      const preference = u16(buffer, at);
      d.add(into, "dns.mx.preference", `Preference: ${preference}`, start + at, 2, preference);
      text("dns.mx.mail_exchange", "Mail Exchange", name.text, at + 2, length - 2);
      return { label: `, preference ${preference}, mx ${name.text}`, info: ` ${preference} ${name.text}` };
    }
    case 16: {
      for (let i = at; i < at + length;) {
        const size = Math.min(buffer[i], at + length - i - 1);
        d.add(into, "dns.txt.length", `TXT Length: ${buffer[i]}`, start + i, 1, buffer[i]);
        text("dns.txt", "TXT", buffer.toString("utf8", i + 1, i + 1 + size), i + 1, size);
        i += 1 + size;
      }
      return null;
    }
    case SRV: {
      const name = length < 7 ? null : nameAt(buffer, at + 6);
      if (name === null) return null;
      const [priority, weight, port] = [u16(buffer, at), u16(buffer, at + 2), u16(buffer, at + 4)];
      d.add(into, "dns.srv.priority", `Priority: ${priority}`, start + at, 2, priority);
      d.add(into, "dns.srv.weight", `Weight: ${weight}`, start + at + 2, 2, weight);
      d.add(into, "dns.srv.port", `Port: ${port}`, start + at + 4, 2, port);
      text("dns.srv.target", "Target", name.text, at + 6, length - 6);
      const label = `, priority ${priority}, weight ${weight}, port ${port}, target ${name.text}`;
      return { label, info: ` ${priority} ${weight} ${port} ${name.text}` };
    }
    case CAA:
      if (!addCaa(d, into, start + at, start + at + length)) d.stop("malformed", "CAA record", start + at);
      return null;
    default: {
      const data = buffer.subarray(at, at + length);
      d.add(into, "dns.data", `Data: ${bytesText(buffer, at, length)}`, start + at, length, data);
      return null;
    }
  }
}

function addSoa(message: Message, into: DetailNode[], at: number, length: number): DataSummary | null {
  const { d, buffer, start } = message;
  const primary = nameAt(buffer, at);
  if (primary === null) return null;
  const mailbox = nameAt(buffer, at + primary.length);
  if (mailbox === null || primary.length + mailbox.length + 20 > length) return null;
  const { text } = primary;
  d.add(into, "dns.soa.mname", `Primary name server: ${text}`, start + at, primary.length, text);
  const mailboxText = `Responsible authority's mailbox: ${mailbox.text}`;
  d.add(into, "dns.soa.rname", mailboxText, start + at + primary.length, mailbox.length, mailbox.text);
  const numbers = at + primary.length + mailbox.length;
  const fields: readonly (readonly [string, string])[] = [
    ["dns.soa.serial_number", "Serial Number"],
    ["dns.soa.refresh_interval", "Refresh Interval"],
    ["dns.soa.retry_interval", "Retry Interval"],
    ["dns.soa.expire_limit", "Expire limit"],
    ["dns.soa.minimum_ttl", "Minimum TTL"],
  ];
  fields.forEach(([field, label], i) => {
    const value = u32(buffer, numbers + i * 4);
    const shown = i === 0 ? String(value) : secondsText(value);
    d.add(into, field, `${label}: ${shown}`, start + numbers + i * 4, 4, value);
  });
  return { label: `, mname ${text}`, info: ` ${text}` };
}
