// DNS resource records (RFC 1035 3.2.1): a name, a type and a time to live, and OPT (RFC 6891), which borrows their places.

import { getUint16 as u16, getUint32 as u32 } from "../../wire/bytes.ts";
import { bitsText } from "./bit-pictures.ts";
import { addData } from "./dns-data.ts";
import { nameAt, RECORD_TYPE } from "./dns-message.ts";
import type { DnsMessage } from "./dns-message.ts";
import { className, secondsText, typeName, typeText } from "./dns-names.ts";
import { bytesText, hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** Adds the record at `at` and answers where the next entry begins, -1 when this one is damaged. */
export function addRecord(message: DnsMessage, out: DetailNode[], at: number): number {
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
  if (type === RECORD_TYPE.srv) addServiceName(d, into, name.text, start + at, name.length);
  else d.add(into, "dns.resp.name", `Name: ${name.text}`, start + at, name.length, name.text);
  d.add(into, "dns.resp.type", `Type: ${typeText(type)}`, start + typeAt, 2, type);
  if (type === RECORD_TYPE.opt) {
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
  const summary = dataLength === 0 ? null : addData(message, into, type, typeAt + 8, name.text);
  if (summary !== null) {
    node.label += summary.label;
    message.info += summary.info;
  }
  return end;
}

/** The name of an SRV record: a service, a protocol, and where they are to be had. */
function addServiceName(d: Dissection, out: DetailNode[], name: string, at: number, length: number): void {
  const [service, protocol, ...rest] = name.split(".");
  if (protocol === undefined) {
    d.add(out, "dns.resp.name", `Name: ${name}`, at, length, name);
    return;
  }
  const domain = rest.join(".");
  d.add(out, "dns.srv.service", `Service: ${service}`, at, length, service);
  d.add(out, "dns.srv.proto", `Protocol: ${protocol}`, at, length, protocol);
  if (domain !== "") d.add(out, "dns.srv.name", `Name: ${domain}`, at, length, domain);
}

/** An OPT record's fixed part (RFC 6891): it borrows the class and the time to live. */
function addOpt({ d, buffer, start }: DnsMessage, into: DetailNode[], typeAt: number): void {
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

function addOptions({ d, buffer, start }: DnsMessage, into: DetailNode[], from: number, end: number): void {
  for (let at = from; at + 4 <= end;) {
    const code = u16(buffer, at);
    const length = u16(buffer, at + 2);
    const held = Math.min(length, end - at - 4);
    const node = d.add(into, "dns.opt", `Option: ${optionName(code)}`, start + at, 4 + held);
    d.add(node.children, "dns.opt.code", `Option Code: ${optionName(code)} (${code})`, start + at, 2, code);
    d.add(node.children, "dns.opt.len", `Option Length: ${length}`, start + at + 2, 2, length);
    const data = buffer.subarray(at + 4, at + 4 + held);
    const dataText = `Option Data: ${held === 0 ? "<MISSING>" : bytesText(buffer, at + 4, held)}`;
    d.add(node.children, "dns.opt.data", dataText, start + at + 4, held, data);
    if (code === COOKIE) addCookie(d, node.children, start + at + 4, data);
    at += 4 + length;
  }
}

const COOKIE = 10;
/** Bytes that a client says; what follows, its server said before. */
const CLIENT_COOKIE = 8;

/** Cookies of RFC 7873. */
function addCookie(d: Dissection, out: DetailNode[], at: number, data: Uint8Array): void {
  if (data.length < CLIENT_COOKIE) return;
  const client = data.subarray(0, CLIENT_COOKIE);
  const server = data.subarray(CLIENT_COOKIE);
  const text = `Client Cookie: ${bytesText(client, 0, client.length)}`;
  d.add(out, "dns.opt.cookie.client", text, at, CLIENT_COOKIE, client);
  const rest = server.length === 0 ? "<MISSING>" : bytesText(server, 0, server.length);
  d.add(out, "dns.opt.cookie.server", `Server Cookie: ${rest}`, at + CLIENT_COOKIE, server.length, server);
}

function optionName(code: number): string {
  if (code === 3) return "NSID - Name Server Identifier";
  if (code === 8) return "CSUBNET - Client subnet";
  if (code === COOKIE) return "COOKIE";
  if (code === 11) return "EDNS TCP Keepalive";
  if (code === 12) return "PADDING";
  if (code === 15) return "Extended DNS Error";
  return "Unknown";
}
