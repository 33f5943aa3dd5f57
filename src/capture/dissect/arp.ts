// ARP (RFC 826) and reverse ARP (RFC 903).

import { readIpv4, readMac } from "../../wire/address.ts";
import { arpLength, decodeArp } from "../../wire/arp.ts";
import type { ArpHeader } from "../../wire/arp.ts";
import { isWireError } from "../../wire/error.ts";
import { addDuplicateUses } from "./arp-uses.ts";
import { bytesText, hexText } from "./tree.ts";
import type { Dissection } from "./tree.ts";

interface Opcode {
  readonly name: string;
  /** The Protocol column. */
  readonly protocol: string;
}

const OPCODES = new Map<number, Opcode>([
  [0, { name: "reserved", protocol: "ARP" }],
  [1, { name: "request", protocol: "ARP" }],
  [2, { name: "reply", protocol: "ARP" }],
  [3, { name: "reverse request", protocol: "RARP" }],
  [4, { name: "reverse reply", protocol: "RARP" }],
  [5, { name: "drarp request", protocol: "DRARP" }],
  [6, { name: "drarp reply", protocol: "DRARP" }],
  [7, { name: "drarp error", protocol: "DRARP" }],
  [8, { name: "inverse request", protocol: "Inverse ARP" }],
  [9, { name: "inverse reply", protocol: "Inverse ARP" }],
  [10, { name: "arp nak", protocol: "ARP" }],
]);

/** What multicast address resolution (RFC 2022) and MAPOS (RFC 2176) say in Info, by their opcodes. */
const OTHERS = new Map<number, Opcode>(
  [
    "request",
    "MULTI request",
    "MSERV request",
    "JOIN request",
    "LEAVE",
    "NAK",
    "UNSERV request",
    "SJOIN request",
    "SLEAVE",
    "grouplist request",
    "grouplist reply",
    "redirect map",
  ].map((name, i) => [11 + i, { name, protocol: "MARS" }]),
);
OTHERS.set(23, { name: "UNARP request", protocol: "MAPOS" });

/** Hardware types whose addresses are written as Ethernet's are. */
const MAC_TYPES = new Set([1, 6]);
const IPV4 = 0x0800;

const TITLE = "Address Resolution Protocol";

export function dissectArp(d: Dissection, start: number, end: number): void {
  const header = decodeArp(d.bytes, start, d.captured(end), end);
  d.columns("ARP", "");
  if (isWireError(header)) {
    d.layer("arp", TITLE, start, d.captured(end) - start);
    d.damaged(header, TITLE);
    return;
  }
  const { opcode, hardwareType, protocolType, senderHardware, senderProtocol } = header;
  const known = OPCODES.get(opcode) ?? OTHERS.get(opcode);
  const name = known?.name ?? `opcode ${opcode}`;
  const node = d.layer("arp", `${TITLE} (${name})`, start, arpLength(header));
  if (d.isOutermost()) d.networkEnd = start + node.length;
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
  d.columns(known?.protocol ?? "ARP", `${infoText(header)}${addDuplicateUses(d, start)}`);
}

const NO_ADDRESS = "<No address>";

function infoText(header: ArpHeader): string {
  const { opcode, hardwareType, protocolType } = header;
  const hardware = (bytes: Uint8Array): string => {
    if (bytes.length === 0) return NO_ADDRESS;
    const isMac = bytes.length === 6 && MAC_TYPES.has(hardwareType);
    return isMac ? readMac(bytes, 0) : bytesText(bytes, 0, bytes.length);
  };
  const network = (bytes: Uint8Array): string => {
    if (bytes.length === 0) return NO_ADDRESS;
    const isIp = bytes.length === 4 && protocolType === IPV4;
    return isIp ? readIpv4(bytes, 0) : bytesText(bytes, 0, bytes.length);
  };
  const [from, to] = [hardware(header.senderHardware), hardware(header.targetHardware)];
  const [sender, target] = [network(header.senderProtocol), network(header.targetProtocol)];
  const isGratuitous = sender === target && sender !== NO_ADDRESS;
  switch (opcode) {
    case 1:
      if (isGratuitous) {
        const isAnnouncement = header.targetHardware.every((byte) => byte === 0);
        return isAnnouncement ? `ARP Announcement for ${sender}` : `Gratuitous ARP for ${sender} (Request)`;
      }
      return sender === "0.0.0.0" ? `Who has ${target}? (ARP Probe)` : `Who has ${target}? Tell ${sender}`;
    case 2:
      return isGratuitous ? `Gratuitous ARP for ${sender} (Reply)` : `${sender} is at ${from}`;
    case 3:
    case 5:
    case 8:
      return `Who is ${to}? Tell ${from}`;
    case 4:
    case 6:
      return `${to} is at ${target}`;
    case 7:
      return "DRARP Error";
    case 9:
      return `${from} is at ${sender}`;
    case 10:
      return "ARP NAK";
    case 24:
    case 25:
      return `Experimental ${opcode - 23} ( opcode ${opcode} )`;
    case 0:
    case 0xffff:
      return `Reserved opcode ${opcode}`;
    default: {
      const other = OTHERS.get(opcode);
      if (other === undefined) return `Unknown ARP opcode ${hexText(opcode, 4)}`;
      return `${other.protocol} ${other.name} from ${from} at ${sender}`;
    }
  }
}
