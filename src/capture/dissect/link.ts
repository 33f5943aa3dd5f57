// Link layers: which one a link type is, Ethernet with tags, Linux cooked captures, BSD loopback, raw IP; and what an EtherType leads to.

import { readMac } from "../../wire/address.ts";
import { isWireError } from "../../wire/error.ts";
import {
  decodeEthernet,
  decodeVlan,
  ETHER_TYPE_MIN,
  ETHERNET_HEADER_LENGTH,
  VLAN_TAG_LENGTH,
} from "../../wire/ethernet.ts";
import { LINKTYPE } from "../../wire/link-types.ts";
import { decodeLoopback, ipVersionOfFamily, LOOPBACK_HEADER_LENGTH } from "../../wire/loopback.ts";
import { ETHER_TYPE, isVlanType } from "../../wire/protocols.ts";
import type { Sll2Header, SllHeader } from "../../wire/sll.ts";
import { decodeSll, decodeSll2, SLL2_HEADER_LENGTH, SLL_HEADER_LENGTH } from "../../wire/sll.ts";
import { getUint16 } from "../../wire/bytes.ts";
import { dissectArp } from "./arp.ts";
import { bitsText } from "./bit-pictures.ts";
import { dissectCiscoHdlc } from "./cisco-hdlc.ts";
import { dissectConfigurationTest } from "./configuration-test.ts";
import { addPlainData } from "./data.ts";
import { addMac } from "./ethernet-addresses.ts";
import { addTrailer } from "./ethernet-trailer.ts";
import { ENCAPSULATIONS } from "./encapsulations.ts";
import { etherTypeName, etherTypeText } from "./ether-types.ts";
import { dissectFrameRelay } from "./frame-relay.ts";
import { dissectIp, dissectIpv4 } from "./ipv4.ts";
import { dissectIpv6, isIpv6 } from "./ipv6.ts";
import { dissectLlc } from "./llc.ts";
import { dissectMpls } from "./mpls.ts";
import { dissectNflog } from "./nflog.ts";
import { addEnds } from "./packet-flags.ts";
import { dissectPpp } from "./ppp.ts";
import { dissectPppoeDiscovery, dissectPppoeSession } from "./pppoe.ts";
import { bytesText, hexText } from "./tree.ts";
import type { Dissection } from "./tree.ts";

/** Linux's type of GRE devices. */
const ARPHRD_GRE = 778;

const REVERSE_ARP = 0x8035;

/** Dissects the packet from its link layer on. */
export function dissectLink(d: Dissection, linkType: number): void {
  const end = d.reportedEnd;
  switch (linkType) {
    case LINKTYPE.ethernet:
      dissectEthernet(d, 0, end);
      break;
    case LINKTYPE.linuxSll:
    case LINKTYPE.linuxSll2:
      dissectCooked(d, linkType === LINKTYPE.linuxSll2, end);
      break;
    case LINKTYPE.null:
    case LINKTYPE.loop:
      dissectLoopback(d, linkType === LINKTYPE.loop, end);
      break;
    case LINKTYPE.raw:
    case LINKTYPE.rawBsd:
      dissectRaw(d, end);
      break;
    case LINKTYPE.ppp:
    case LINKTYPE.pppHdlc:
      addEnds(d, 0, end);
      dissectPpp(d, 0, end);
      break;
    case LINKTYPE.pppWithDirection:
      addEnds(d, 1, end);
      dissectPpp(d, 1, end);
      break;
    case LINKTYPE.pppEther:
      dissectPppoeSession(d, 0, end);
      break;
    case LINKTYPE.ciscoHdlc:
    case LINKTYPE.ciscoHdlcToo:
      addEnds(d, 0, end);
      dissectCiscoHdlc(d, 0, end);
      break;
    case LINKTYPE.frameRelay:
      dissectFrameRelay(d, 0, end);
      break;
    case LINKTYPE.llc:
    case LINKTYPE.llcToo:
      dissectLlc(d, 0, end);
      break;
    case LINKTYPE.nflog:
      dissectNflog(d, 0, end);
      break;
    case LINKTYPE.ipv4:
      dissectIp(d, 0, end);
      break;
    case LINKTYPE.ipv6:
      dissectIpv6(d, 0, end);
      break;
    default:
      d.columns(
        "UNKNOWN",
        `WTAP_ENCAP = ${ENCAPSULATIONS.get(linkType)?.[0] ?? `none of link type ${linkType}`}`,
      );
      addPlainData(d, 0, end);
  }
}

/** Dissectors by EtherType, but for IPv6's, which goes by its first bits too. */
function etherTypeDissector(type: number): ((d: Dissection, start: number, end: number) => void) | null {
  switch (type) {
    case ETHER_TYPE.ipv4:
      return dissectIpv4;
    case ETHER_TYPE.ipv6:
      return dissectIpv6;
    case ETHER_TYPE.arp:
    case REVERSE_ARP:
      return dissectArp;
    case ETHER_TYPE.mpls:
    case ETHER_TYPE.mplsMulticast:
      return dissectMpls;
    case ETHER_TYPE.pppoeDiscovery:
      return dissectPppoeDiscovery;
    case ETHER_TYPE.pppoeSession:
      return dissectPppoeSession;
    case ETHER_TYPE.configurationTest:
      return dissectConfigurationTest;
    default:
      return isVlanType(type) ? (d, start, end) => dissectVlan(d, type, start, end) : null;
  }
}

/** Whether something here dissects what follows an EtherType. */
export function isKnownEtherType(type: number): boolean {
  return etherTypeDissector(type) !== null;
}

/** What follows an EtherType, in a layer that ends at `end`; Info is the layer's own where nothing is known of the type. */
export function dissectEtherType(d: Dissection, type: number, start: number, end: number): void {
  const dissect = etherTypeDissector(type);
  const isOther = type === ETHER_TYPE.ipv6 && !isIpv6(d, start, end);
  d.enter(() => {
    if (dissect !== null && !isOther) {
      dissect(d, start, end);
      return;
    }
    d.columns(hexText(type, 4), etherTypeName(type) ?? d.info);
    if (isOther) d.remarkMalformed(d.root, start);
    addPlainData(d, start, end);
  });
}

/** The frame at `start` in a layer that ends at `end`: the packet's own, or one in a tunnel. */
export function dissectEthernet(d: Dissection, start: number, end: number): void {
  const header = decodeEthernet(d.bytes, start, d.captured(end), end);
  if (isWireError(header)) {
    d.layer("eth", "Ethernet II", start, Math.max(0, d.captured(end) - start));
    d.columns("Ethernet", "");
    d.damaged(header, "Ethernet II");
    return;
  }
  const { destination, source, type } = header;
  const isLength = type < ETHER_TYPE_MIN;
  const kind = isLength ? "IEEE 802.3 Ethernet" : "Ethernet II,";
  const title = (): string => (isLength ? kind : `${kind} Src: ${source}, Dst: ${destination}`);
  const isOutermost = d.layers.length === 0;
  const node = d.layer("eth", title, start, ETHERNET_HEADER_LENGTH);
  const out = node.children;
  const isWanted = d.wants("eth");
  if (isWanted) {
    addMac(d, out, "eth.dst", start, destination);
    addMac(d, out, "eth.src", start + 6, source);
  }
  d.addressFrom = source;
  d.addressTo = destination;
  const next = start + ETHERNET_HEADER_LENGTH;
  if (isLength) {
    d.add(out, "eth.len", `Length: ${type}`, start + 12, 2, type);
    if (next + type > end) d.remarkMalformed(out, start + 12);
    d.columns(hexText(type, 4), "Ethernet II");
    if (type > 0 && next < end) dissectLlc(d, next, Math.min(end, next + type));
    return;
  }
  if (isWanted) d.add(out, "eth.type", () => `Type: ${etherTypeText(type)}`, start + 12, 2, type);
  d.layers.push("ethertype");
  d.columns("Ethernet", "Ethernet II");
  dissectEtherType(d, type, next, end);
  if (isWanted && isOutermost) addTrailer(d, node, end);
}

const PRIORITIES = [
  "Best Effort (default)",
  "Background",
  "Excellent Effort",
  "Critical Applications",
  "Video, < 100ms latency and jitter",
  "Voice, < 10ms latency and jitter",
  "Internetwork Control",
  "Network Control",
];

function dissectVlan(d: Dissection, announced: number, start: number, end: number): void {
  const isService = announced === ETHER_TYPE.serviceVlan;
  const name = isService ? "ieee8021ad" : "vlan";
  const title = isService ? "IEEE 802.1ad" : "802.1Q Virtual LAN";
  const tag = decodeVlan(d.bytes, start, d.captured(end), end);
  d.columns("VLAN", title);
  if (isWireError(tag)) {
    d.layer(name, title, start, d.captured(end) - start);
    d.damaged(tag, title);
    return;
  }
  const { priority, dei, id, type } = tag;
  const label = isService ? `${title}, ID: ${id}` : `${title}, PRI: ${priority}, DEI: ${dei}, ID: ${id}`;
  const node = d.layer(name, label, start, VLAN_TAG_LENGTH);
  const word = getUint16(d.bytes, start);
  const out = node.children;
  const prio = `${bitsText(word, 0xe000, 16)} = Priority: ${PRIORITIES[priority]} (${priority})`;
  d.add(out, `${name}.priority`, prio, start, 2, priority);
  const eligible = `${bitsText(word, 0x1000, 16)} = DEI: ${dei === 1 ? "Eligible" : "Ineligible"}`;
  d.add(out, `${name}.dei`, eligible, start, 2, dei === 1);
  d.add(out, `${name}.id`, `${bitsText(word, 0x0fff, 16)} = ID: ${id}`, start, 2, id);
  if (type < ETHER_TYPE_MIN) {
    d.add(out, "vlan.len", `Length: ${type}`, start + 2, 2, type);
    dissectLlc(d, start + VLAN_TAG_LENGTH, Math.min(end, start + VLAN_TAG_LENGTH + type));
    return;
  }
  d.add(out, isService ? null : "vlan.etype", `Type: ${etherTypeText(type)}`, start + 2, 2, type);
  d.layers.push("ethertype");
  dissectEtherType(d, type, start + VLAN_TAG_LENGTH, end);
}

const PACKET_TYPES = ["Unicast to us", "Broadcast", "Multicast", "Unicast to another host", "Sent by us"];

function arphrdText(type: number): string {
  if (type === 1) return "Ethernet (1)";
  if (type === 772) return "Loopback (772)";
  return `Unknown (${type})`;
}

function isSll2(header: SllHeader): header is Sll2Header {
  return "interfaceIndex" in header;
}

function dissectCooked(d: Dissection, isSecond: boolean, end: number): void {
  const title = isSecond ? "Linux cooked capture v2" : "Linux cooked capture v1";
  const held = d.captured(end);
  const header = isSecond ? decodeSll2(d.bytes, 0, held, end) : decodeSll(d.bytes, 0, held, end);
  if (isWireError(header)) {
    d.layer("sll", title, 0, held);
    d.columns("SLL", "");
    d.damaged(header, title);
    return;
  }
  const size = isSecond ? SLL2_HEADER_LENGTH : SLL_HEADER_LENGTH;
  const at = isSecond
    ? { type: 10, typeSize: 1, arphrd: 8, length: 11, lengthSize: 1, address: 12, protocol: 0 }
    : { type: 0, typeSize: 2, arphrd: 2, length: 4, lengthSize: 2, address: 6, protocol: 14 };
  const node = d.layer("sll", title, 0, size);
  const out = node.children;
  const { protocol, packetType, arphrdType, addressLength } = header;
  const addProtocol = (): void => {
    d.add(out, "sll.etype", `Protocol: ${etherTypeText(protocol)}`, at.protocol, 2, protocol);
  };
  if (isSecond) addProtocol();
  if (isSll2(header)) {
    d.add(out, "sll.ifindex", `Interface index: ${header.interfaceIndex}`, 4, 4, header.interfaceIndex);
    d.add(out, "sll.hatype", `Link-layer address type: ${arphrdText(arphrdType)}`, at.arphrd, 2, arphrdType);
  }
  const typeText = `Packet type: ${PACKET_TYPES[packetType] ?? "Unknown"} (${packetType})`;
  d.add(out, "sll.pkttype", typeText, at.type, at.typeSize, packetType);
  if (!isSecond) {
    d.add(out, "sll.hatype", `Link-layer address type: ${arphrdText(arphrdType)}`, at.arphrd, 2, arphrdType);
  }
  d.add(
    out,
    "sll.halen",
    `Link-layer address length: ${addressLength}`,
    at.length,
    at.lengthSize,
    addressLength,
  );
  if (addressLength === 6) {
    const mac = readMac(d.bytes, at.address);
    d.add(out, "sll.src.eth", `Source: ${mac}`, at.address, 6, mac);
    d.addressFrom = mac;
    d.add(
      out,
      "sll.unused",
      `Unused: ${bytesText(d.bytes, at.address + 6, 2)}`,
      at.address + 6,
      2,
      d.bytes.subarray(at.address + 6, at.address + 8),
    );
  } else if (addressLength > 0) {
    const length = Math.min(addressLength, 8);
    const data = d.bytes.subarray(at.address, at.address + length);
    d.add(
      out,
      "sll.src.other",
      `Source: ${bytesText(d.bytes, at.address, length)}`,
      at.address,
      length,
      data,
    );
  }
  if (!isSecond) addProtocol();
  // What came out of a GRE tunnel is GRE's, of which Wireshark counts no such layer.
  if (arphrdType !== ARPHRD_GRE) d.layers.push("ethertype");
  dissectEtherType(d, protocol, size, end);
}

function dissectLoopback(d: Dissection, isBigEndian: boolean, end: number): void {
  const title = "Null/Loopback";
  const header = decodeLoopback(d.bytes, 0, d.captured(end), end, isBigEndian);
  if (isWireError(header)) {
    d.layer("null", title, 0, d.captured(end));
    d.columns("Null", "");
    d.damaged(header, title);
    return;
  }
  const { family } = header;
  const version = ipVersionOfFamily(family);
  if (version === 0 && family > ETHER_TYPE_MIN && d.bytes.length >= LOOPBACK_HEADER_LENGTH) {
    // Some systems put an EtherType where the family belongs.
    const type = getUint16(d.bytes, 2);
    const typed = d.layer("null", title, 0, LOOPBACK_HEADER_LENGTH);
    d.add(typed.children, "null.type", `Type: ${etherTypeText(type)}`, 2, 2, type);
    dissectEtherType(d, type, LOOPBACK_HEADER_LENGTH, end);
    return;
  }
  const name = version === 4 ? "IP" : version === 6 ? "IPv6" : "Unknown";
  const node = d.layer("null", title, 0, LOOPBACK_HEADER_LENGTH);
  d.add(node.children, "null.family", `Family: ${name} (${family})`, 0, 4, family);
  d.enter(() => {
    if (version === 4) dissectIpv4(d, LOOPBACK_HEADER_LENGTH, end);
    else if (version === 6) dissectIpv6(d, LOOPBACK_HEADER_LENGTH, end);
    else {
      d.columns("N/A", title);
      addPlainData(d, LOOPBACK_HEADER_LENGTH, end);
    }
  });
}

/** Raw IP has no header of its own: the version in the first byte says which. */
function dissectRaw(d: Dissection, end: number): void {
  d.layer("raw", "Raw packet data", 0, 0);
  d.columns("N/A", "Raw packet data");
  if (!d.has(0, 1, end, "Raw packet data")) return;
  const version = d.bytes[0] >> 4;
  if (version === 6) dissectIpv6(d, 0, end);
  else if (version === 4) dissectIpv4(d, 0, end);
  else addPlainData(d, 0, end);
}
