// What DNS records hold, by their type: addresses, names, texts, services (RFC 2782), who may certify (RFC 8659).

import { formatIpv4 } from "../../wire/address.ts";
import { getUint16 as u16, getUint32 as u32 } from "../../wire/bytes.ts";
import { dataAt, nameAt, RECORD_TYPE } from "./dns-message.ts";
import type { DnsMessage } from "./dns-message.ts";
import { secondsText, typeTitle } from "./dns-names.ts";
import { addFlag, addText, latin1, utf8 } from "./protocol.ts";
import { bytesText, hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** What record data adds to its record's line and to Info. */
interface DataSummary {
  readonly label: string;
  readonly info: string;
}

/** Shows the data, whose length field is at `lengthAt`, of a record of `owner`; null where it says nothing for the summary line. */
export function addData(
  message: DnsMessage,
  into: DetailNode[],
  type: number,
  lengthAt: number,
  owner: string,
): DataSummary | null {
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
    case 39:
      return named("dns.dname", "Dname", "dname ");
    case 47:
      return addNsec(message, into, at, length);
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
    case RECORD_TYPE.srv: {
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
    case RECORD_TYPE.hinfo:
      return addHostInformation(message, into, at, at + length);
    case RECORD_TYPE.caa:
      if (!addCaa(d, into, start + at, start + at + length)) d.stop("malformed", "CAA record", start + at);
      return null;
    default: {
      const data = buffer.subarray(at, at + length);
      d.add(into, "dns.data", `Data: ${bytesText(buffer, at, length)}`, start + at, length, data);
      const info = infoOfData(buffer, type, at, length, owner);
      return info === null ? null : { label: "", info: ` ${info}` };
    }
  }
}

/** Types of which Wireshark names the owner, for want of anything that fits on a line. */
const BY_OWNER: ReadonlySet<number> = new Set([
  3, 4, 7, 8, 9, 10, 14, 17, 18, 19, 20, 21, 22, 23, 26, 27, 42, 49, 51, 52, 55,
]);

/** What Info says of data that has no fields here; null where that is nothing. */
function infoOfData(buffer: Buffer, type: number, at: number, length: number, owner: string): string | null {
  if (BY_OWNER.has(type)) return owner;
  switch (type) {
    case RECORD_TYPE.wks:
      return length < 4 ? null : formatIpv4(u32(buffer, at));
    case RECORD_TYPE.nxt:
      return nameAt(buffer, at)?.text ?? null;
    case RECORD_TYPE.kx: {
      const name = length < 3 ? null : nameAt(buffer, at + 2);
      return name === null ? null : `${u16(buffer, at)} ${name.text}`;
    }
    case RECORD_TYPE.naptr: {
      const flags = length < 5 ? null : textAt(buffer, at + 4, at + length);
      return flags === null ? null : `${u16(buffer, at)} ${u16(buffer, at + 2)} ${flags}`;
    }
    default:
      return null;
  }
}

/** Text behind its length; null where it is not all there. */
function textAt(buffer: Buffer, at: number, end: number): string | null {
  if (at >= end || at + 1 + buffer[at] > end) return null;
  return latin1(buffer, at + 1, at + 1 + buffer[at]);
}

/** What a host is and what runs on it (RFC 1035 3.3.2). */
function addHostInformation(
  message: DnsMessage,
  into: DetailNode[],
  at: number,
  end: number,
): DataSummary | null {
  const { d, buffer, start } = message;
  const cpu = textAt(buffer, at, end);
  const systemAt = at + 1 + (cpu?.length ?? 0);
  const system = textAt(buffer, systemAt, end);
  if (cpu === null || system === null) return null;
  const add = (field: string, name: string, from: number, text: string): void => {
    d.add(into, `${field}_length`, `${name} Length: ${text.length}`, start + from, 1, text.length);
    d.add(into, field, `${name}: ${text}`, start + from + 1, text.length, text);
  };
  add("dns.hinfo.cpu", "CPU", at, cpu);
  add("dns.hinfo.os", "OS", systemAt, system);
  return { label: `, CPU ${cpu}, OS ${system}`, info: ` ${cpu} ${system}` };
}

/** The next name of a zone and the types that there are of the owner (RFC 4034 4.1): a bit each, in windows of 256. */
function addNsec(message: DnsMessage, into: DetailNode[], at: number, length: number): DataSummary | null {
  const { d, buffer, start } = message;
  const next = nameAt(buffer, at);
  if (next === null || next.length > length) return null;
  const { text } = next;
  d.add(into, "dns.nsec.next_domain_name", `Next Domain Name: ${text}`, start + at, next.length, text);
  for (let from = at + next.length; from + 2 <= at + length;) {
    const size = Math.min(buffer[from + 1], at + length - from - 2);
    for (let bit = 0; bit < size * 8; bit++) {
      const byteAt = from + 2 + (bit >> 3);
      if ((buffer[byteAt] & (0x80 >> (bit & 7))) === 0) continue;
      d.add(into, null, `RR type in bit map: ${typeTitle(buffer[from] * 256 + bit)}`, start + byteAt, 1);
    }
    from += 2 + size;
  }
  return { label: `, next domain name ${text}`, info: ` ${text}` };
}

function addSoa(message: DnsMessage, into: DetailNode[], at: number, length: number): DataSummary | null {
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

const CAA_TAGS = new Map<string, { readonly name: string; readonly field: string }>([
  ["issue", { name: "Issue", field: "dns.caa.issue" }],
  ["issuewild", { name: "Issue Wildcard", field: "dns.caa.issuewild" }],
  ["iodef", { name: "Report URL", field: "dns.caa.iodef" }],
]);
const CAA_UNKNOWN = { name: "Unknown tag", field: "dns.caa.unknown" };

/** CAA's data in [start, end): flags, a tag behind its length, a value. False where the tag does not fit. */
function addCaa(d: Dissection, out: DetailNode[], start: number, end: number): boolean {
  const { bytes } = d;
  const length = bytes[start + 1];
  const valueAt = start + 2 + length;
  if (end - start < 2 || valueAt > end) return false;
  const flags = d.add(out, "dns.caa.flags", `CAA Flags: ${hexText(bytes[start], 2)}`, start, 1, bytes[start]);
  addFlag(d, flags.children, "dns.caa.flags.issuer_critical", start, 1, 0x80, "Issuer Critical", [
    "Critical",
    "Not critical",
  ]);
  const { name, field } = CAA_TAGS.get(latin1(bytes, start + 2, valueAt)) ?? CAA_UNKNOWN;
  const value = utf8(bytes, valueAt, d.captured(end));
  const line = d.add(out, field, `${name}: ${value}`, start + 1, end - start - 1, value);
  d.add(line.children, "dns.caa.tag_length", `Tag length: ${length}`, start + 1, 1, length);
  addText(d, line.children, "dns.caa.tag", "Tag", start + 2, valueAt);
  addText(d, line.children, "dns.caa.value", "Value", valueAt, end);
  return true;
}
