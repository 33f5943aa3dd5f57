// ARP (RFC 826) and reverse ARP (RFC 903).

import { readIpv4, readMac } from "../../wire/address.ts";
import { arpLength, decodeArp } from "../../wire/arp.ts";
import type { ArpHeader } from "../../wire/arp.ts";
import { isWireError } from "../../wire/error.ts";
import { bytesText, hexText } from "./tree.ts";
import type { Dissection } from "./tree.ts";

const OPCODES = ["", "request", "reply", "reverse request", "reverse reply"];

const TITLE = "Address Resolution Protocol";

export function dissectArp(d: Dissection, isReverse: boolean, start: number, end: number): void {
  const header = decodeArp(d.bytes, start, d.captured(end), end);
  d.columns(isReverse ? "RARP" : "ARP", "");
  if (isWireError(header)) {
    d.layer("arp", TITLE, start, d.captured(end) - start);
    d.damaged(header, TITLE);
    return;
  }
  const { opcode, hardwareType, protocolType, senderHardware, senderProtocol } = header;
  const name = OPCODES[opcode] ?? `opcode ${opcode}`;
  const node = d.layer("arp", `${TITLE} (${name})`, start, arpLength(header));
  d.networkEnd = start + node.length;
  const out = node.children;
  const [hardware, protocol] = [senderHardware.length, senderProtocol.length];
  const typeName = hardwareType === 1 ? "Ethernet" : "Unknown";
  d.add(out, "arp.hw.type", `Hardware type: ${typeName} (${hardwareType})`, start, 2, hardwareType);
  const protocolName = protocolType === 0x0800 ? "IPv4" : "Unknown";
  const protocolText = `Protocol type: ${protocolName} (${hexText(protocolType, 4)})`;
  d.add(out, "arp.proto.type", protocolText, start + 2, 2, protocolType);
  d.add(out, "arp.hw.size", `Hardware size: ${hardware}`, start + 4, 1, hardware);
  d.add(out, "arp.proto.size", `Protocol size: ${protocol}`, start + 5, 1, protocol);
  d.add(out, "arp.opcode", `Opcode: ${name} (${opcode})`, start + 6, 2, opcode);
  const isUsual = hardware === 6 && protocol === 4;
  let at = start + 8;
  for (const side of ["src", "dst"] as const) {
    const who = side === "src" ? "Sender" : "Target";
    if (isUsual) {
      const mac = readMac(d.bytes, at);
      d.add(out, `arp.${side}.hw_mac`, `${who} MAC address: ${mac}`, at, 6, mac);
      const ip = readIpv4(d.bytes, at + 6);
      d.add(out, `arp.${side}.proto_ipv4`, `${who} IP address: ${ip}`, at + 6, 4, ip);
    } else {
      const link = d.bytes.subarray(at, at + hardware);
      d.add(
        out,
        `arp.${side}.hw`,
        `${who} hardware address: ${bytesText(link, 0, hardware)}`,
        at,
        hardware,
        link,
      );
      const net = d.bytes.subarray(at + hardware, at + hardware + protocol);
      const text = `${who} protocol address: ${bytesText(net, 0, protocol)}`;
      d.add(out, `arp.${side}.proto`, text, at + hardware, protocol, net);
    }
    at += hardware + protocol;
  }
  d.columns(isReverse ? "RARP" : "ARP", infoText(header));
}

function infoText(header: ArpHeader): string {
  const { opcode, senderHardware, senderProtocol, targetHardware, targetProtocol } = header;
  const mac = (bytes: Uint8Array): string =>
    bytes.length === 6 ? readMac(bytes, 0) : bytesText(bytes, 0, bytes.length);
  const ip = (bytes: Uint8Array): string =>
    bytes.length === 4 ? readIpv4(bytes, 0) : bytesText(bytes, 0, bytes.length);
  const [sender, target] = [ip(senderProtocol), ip(targetProtocol)];
  if (opcode === 1) {
    if (sender === target) return `ARP Announcement for ${sender}`;
    if (sender === "0.0.0.0") return `Who has ${target}? (ARP Probe)`;
    return `Who has ${target}? Tell ${sender}`;
  }
  if (opcode === 2) return `${sender} is at ${mac(senderHardware)}`;
  if (opcode === 3) return `Who is ${mac(targetHardware)}? Tell ${mac(senderHardware)}`;
  if (opcode === 4) return `${mac(targetHardware)} is at ${target}`;
  return `Unknown ARP opcode ${opcode}`;
}
