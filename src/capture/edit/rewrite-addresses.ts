// Replaces the addresses in a packet's headers and mends the checksums that cover them, leaving wrong checksums as wrong as they were
// (RFC 1624): Ethernet, Linux cooked, PPP and the other links that the index pass knows, ARP, IPv4 and its route options, IPv6 and its routing
// header, neighbour discovery, packets in packets (IP in IP, GRE, VXLAN, Geneve, PPPoE, MPLS, the ones ICMP errors quote). What applications
// write into their payloads is not looked at.

import { getUint16, setUint16 } from "../../wire/bytes.ts";
import { addWords } from "../../wire/checksum.ts";
import {
  genevePayload,
  GRE_FLAG,
  grePayload,
  mplsPayload,
  NFLOG,
  nflogPayloadAttribute,
  PPPOE_HEADER_LENGTH,
  pppProtocolAt,
  pppProtocolLength,
  redirectedPacket,
  TUNNEL_PORT,
  VXLAN_HEADER_LENGTH,
} from "../../wire/encapsulation.ts";
import { ETHER_TYPE_MIN, ETHERNET_HEADER_LENGTH } from "../../wire/ethernet.ts";
import { quotesPacket } from "../../wire/icmp.ts";
import { isIpv6Extension } from "../../wire/ipv6-extensions.ts";
import { LINKTYPE } from "../../wire/link-types.ts";
import { etherTypeOfFamily, ipVersionOfFamily, swap32 } from "../../wire/loopback.ts";
import { ETHER_TYPE, IP_PROTOCOL, isVlanType, NLPID, PPP_PROTOCOL } from "../../wire/protocols.ts";
import { UDP_HEADER_LENGTH } from "../../wire/udp.ts";
import type { AnonymousAddresses } from "./anonymous-addresses.ts";
import { rewriteNeighbours } from "./rewrite-neighbours.ts";

/** Tags, headers and packets within packets gone through at most. */
const DEPTH_MAX = 16;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
/** Loose and strict source route, record route: type, length, pointer, addresses. */
const ROUTE_OPTIONS: ReadonlySet<number> = new Set([7, 131, 137]);
const ICMP_QUOTE = 8;
const ETHERIP_HEADER = 2;

/** Replaces in place the addresses of `bytes`, a packet of `linkType` that may be cut short; false for a link that is not known. Never throws. */
export function rewriteAddresses(
  bytes: Uint8Array,
  linkType: number,
  addresses: AnonymousAddresses,
): boolean {
  return new Rewriting(bytes, addresses).link(linkType);
}

class Rewriting {
  readonly #bytes: Uint8Array;
  readonly #addresses: AnonymousAddresses;

  constructor(bytes: Uint8Array, addresses: AnonymousAddresses) {
    this.#bytes = bytes;
    this.#addresses = addresses;
  }

  link(linkType: number): boolean {
    const bytes = this.#bytes;
    switch (linkType) {
      case LINKTYPE.ethernet:
        this.#ethernet(0, 0);
        return true;
      case LINKTYPE.linuxSll:
        if (bytes.length < 16) return true;
        if (getUint16(bytes, 4) === 6) this.#addresses.mac(bytes, 6);
        this.#etherType(getUint16(bytes, 14), 16, 0);
        return true;
      case LINKTYPE.linuxSll2:
        if (bytes.length < 20) return true;
        if (bytes[11] === 6) this.#addresses.mac(bytes, 12);
        this.#etherType(getUint16(bytes, 0), 20, 0);
        return true;
      case LINKTYPE.null:
      case LINKTYPE.loop: {
        if (bytes.length < 4) return true;
        const word = ((bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3]) >>> 0;
        const family = word > 0xffff ? swap32(word) : word;
        const version = ipVersionOfFamily(family);
        if (version === 0) this.#etherType(etherTypeOfFamily(family), 4, 0);
        else this.#ip(4, 0);
        return true;
      }
      case LINKTYPE.rawBsd:
      case LINKTYPE.raw:
      case LINKTYPE.ipv4:
      case LINKTYPE.ipv6:
        this.#ip(0, 0);
        return true;
      case LINKTYPE.ppp:
      case LINKTYPE.pppHdlc:
        this.#ppp(0, 0);
        return true;
      case LINKTYPE.pppWithDirection:
        this.#ppp(1, 0);
        return true;
      case LINKTYPE.pppEther:
        this.#ppp(PPPOE_HEADER_LENGTH, 0);
        return true;
      case LINKTYPE.ciscoHdlc:
      case LINKTYPE.ciscoHdlcToo:
        if (bytes.length >= 4) this.#etherType(getUint16(bytes, 2), 4, 0);
        return true;
      case LINKTYPE.llc:
      case LINKTYPE.llcToo:
        this.#llc(0, 0);
        return true;
      case LINKTYPE.frameRelay:
        if (bytes.length > 4 && (bytes[3] === NLPID.ipv4 || bytes[3] === NLPID.ipv6)) this.#ip(4, 0);
        return true;
      case LINKTYPE.nflog: {
        const attribute = nflogPayloadAttribute(bytes, 0, bytes.length);
        if (attribute !== -1) this.#ip(attribute + NFLOG.attributeHead, 0);
        return true;
      }
      default:
        return false;
    }
  }

  #ethernet(at: number, depth: number): void {
    const bytes = this.#bytes;
    if (at + ETHERNET_HEADER_LENGTH > bytes.length) return;
    this.#addresses.mac(bytes, at);
    this.#addresses.mac(bytes, at + 6);
    this.#etherType(getUint16(bytes, at + 12), at + ETHERNET_HEADER_LENGTH, depth);
  }

  #ppp(at: number, depth: number): void {
    const bytes = this.#bytes;
    // What Cisco's HDLC begins with.
    if (at + 4 <= bytes.length && (bytes[at] === 0x0f || bytes[at] === 0x8f)) {
      this.#etherType(getUint16(bytes, at + 2), at + 4, depth);
      return;
    }
    const field = pppProtocolAt(bytes, at, bytes.length);
    if (field === -1) return;
    const length = pppProtocolLength(bytes, field);
    const protocol: number = length === 1 ? bytes[field] : getUint16(bytes, field);
    if (protocol === PPP_PROTOCOL.ipv4 || protocol === PPP_PROTOCOL.ipv6) this.#ip(field + length, depth);
    else if (protocol === PPP_PROTOCOL.mpls || protocol === PPP_PROTOCOL.mplsMulticast)
      this.#mpls(field + length, depth);
  }

  #mpls(at: number, depth: number): void {
    const bytes = this.#bytes;
    const next = mplsPayload(bytes, at, bytes.length);
    if (next === -1 || next >= bytes.length) return;
    // An associated channel (RFC 4385) has four bytes before what it carries.
    this.#ip(bytes[next] >>> 4 === 1 ? next + 4 : next, depth);
  }

  /** A type behind LLC's three bytes and an organization's that is nobody's: SNAP. */
  #llc(at: number, depth: number): void {
    const bytes = this.#bytes;
    if (at + 8 > bytes.length || bytes[at] !== 0xaa || bytes[at + 1] !== 0xaa) return;
    this.#etherType(getUint16(bytes, at + 6), at + 8, depth);
  }

  #etherType(type: number, start: number, depth: number): void {
    const bytes = this.#bytes;
    let next = type;
    let at = start;
    for (let tags = 0; tags < DEPTH_MAX && isVlanType(next) && at + 4 <= bytes.length; tags++) {
      next = getUint16(bytes, at + 2);
      at += 4;
    }
    if (next === ETHER_TYPE.arp) this.#arp(at);
    else if (next === ETHER_TYPE.ipv4 || next === ETHER_TYPE.ipv6) this.#ip(at, depth);
    else if (next === ETHER_TYPE.mpls || next === ETHER_TYPE.mplsMulticast) this.#mpls(at, depth);
    else if (next === ETHER_TYPE.pppoeSession) this.#ppp(at + PPPOE_HEADER_LENGTH, depth);
    else if (next < ETHER_TYPE_MIN && depth < DEPTH_MAX) this.#llc(at, depth + 1);
  }

  #arp(at: number): void {
    const bytes = this.#bytes;
    if (at + 8 > bytes.length) return;
    const [hardware, protocol] = [bytes[at + 4], bytes[at + 5]];
    if (getUint16(bytes, at + 2) !== ETHER_TYPE.ipv4 || protocol !== 4) return;
    let place = at + 8;
    for (let end = 0; end < 2; end++) {
      if (hardware === 6 && place + 6 <= bytes.length) this.#addresses.mac(bytes, place);
      place += hardware;
      if (place + 4 <= bytes.length) this.#addresses.ipv4(bytes, place);
      place += 4;
    }
  }

  #ip(at: number, depth: number): void {
    const bytes = this.#bytes;
    if (depth >= DEPTH_MAX || at >= bytes.length) return;
    const version = bytes[at] >>> 4;
    if (version === 4) this.#ipv4(at, depth);
    else if (version === 6) this.#ipv6(at, depth);
  }

  #ipv4(at: number, depth: number): void {
    const bytes = this.#bytes;
    const header = (bytes[at] & 15) * 4;
    if (header < IPV4_HEADER || at + IPV4_HEADER > bytes.length) return;
    const before = addWords(bytes, at, Math.min(at + header, bytes.length), 0);
    const pseudoBefore = addWords(bytes, at + 12, at + 20, 0);
    this.#addresses.ipv4(bytes, at + 12);
    this.#addresses.ipv4(bytes, at + 16);
    if (at + header <= bytes.length) this.#routeOptions(at + IPV4_HEADER, at + header);
    const after = addWords(bytes, at, Math.min(at + header, bytes.length), 0);
    mend(bytes, at + 10, after - before, bytes.length);
    const isFirst = (getUint16(bytes, at + 6) & 0x1fff) === 0;
    const end = this.#endOf(at, getUint16(bytes, at + 2));
    if (!isFirst) return;
    const pseudo = addWords(bytes, at + 12, at + 20, 0) - pseudoBefore;
    this.#transport(bytes[at + 9], at + header, end, pseudo, depth);
  }

  #routeOptions(start: number, end: number): void {
    const bytes = this.#bytes;
    for (let at = start; at < end;) {
      const type = bytes[at];
      if (type === 0) return;
      const length = type === 1 ? 1 : at + 1 < end ? bytes[at + 1] : 0;
      if (length < 1 || (type !== 1 && length < 2) || at + length > end) return;
      if (ROUTE_OPTIONS.has(type)) {
        for (let place = at + 3; place + 4 <= at + length; place += 4) this.#addresses.ipv4(bytes, place);
      }
      at += length;
    }
  }

  #ipv6(at: number, depth: number): void {
    const bytes = this.#bytes;
    if (at + IPV6_HEADER > bytes.length) return;
    const sourceBefore = addWords(bytes, at + 8, at + 24, 0);
    const destinationBefore = addWords(bytes, at + 24, at + 40, 0);
    this.#addresses.ipv6(bytes, at + 8);
    this.#addresses.ipv6(bytes, at + 24);
    let pseudo = addWords(bytes, at + 8, at + 24, 0) - sourceBefore;
    let destination = addWords(bytes, at + 24, at + 40, 0) - destinationBefore;
    const end = this.#endOf(at, IPV6_HEADER + getUint16(bytes, at + 4));
    let next = bytes[at + 6];
    let place = at + IPV6_HEADER;
    for (let headers = 0; headers < DEPTH_MAX && isIpv6Extension(next); headers++) {
      if (place + 8 > end) return;
      const isFragment = next === IP_PROTOCOL.fragment;
      const length = isFragment
        ? 8
        : next === IP_PROTOCOL.authentication
          ? (bytes[place + 1] + 2) * 4
          : (bytes[place + 1] + 1) * 8;
      if (isFragment && (getUint16(bytes, place + 2) & 0xfff8) !== 0) return;
      if (place + length > end) return;
      if (next === IP_PROTOCOL.routing) {
        const last = this.#routing(place, length);
        if (last !== null) destination = last;
      }
      next = bytes[place];
      place += length;
    }
    pseudo += destination;
    this.#transport(next, place, end, pseudo, depth);
  }

  /** Replaces a routing header's addresses; what that changes in the sum where one of them is the packet's real destination, else null. */
  #routing(at: number, length: number): number | null {
    const bytes = this.#bytes;
    const type = bytes[at + 2];
    if (type !== 0 && type !== 2) return null;
    let change: number | null = null;
    for (let place = at + 8; place + 16 <= at + length; place += 16) {
      const before = addWords(bytes, place, place + 16, 0);
      this.#addresses.ipv6(bytes, place);
      change = addWords(bytes, place, place + 16, 0) - before;
    }
    return bytes[at + 3] === 0 ? null : change;
  }

  /** `pseudo` is what has changed in the pseudo-header's sum. */
  #transport(protocol: number, at: number, end: number, pseudo: number, depth: number): void {
    const bytes = this.#bytes;
    switch (protocol) {
      case IP_PROTOCOL.tcp:
        mend(bytes, at + 16, pseudo, end);
        return;
      case IP_PROTOCOL.udp: {
        // 0 is no checksum (RFC 768), and 0xffff how a computed 0 is sent.
        if (at + 8 > end) return;
        const inside = this.#udpTunnel(at, end, depth);
        if (getUint16(bytes, at + 6) === 0) return;
        mend(bytes, at + 6, pseudo + inside, end);
        if (getUint16(bytes, at + 6) === 0) setUint16(bytes, at + 6, 0xffff);
        return;
      }
      case IP_PROTOCOL.gre:
        this.#gre(at, end, depth);
        return;
      case IP_PROTOCOL.mpls:
        this.#mpls(at, depth + 1);
        return;
      case IP_PROTOCOL.etherIp:
        this.#carried(ETHER_TYPE.ethernet, at + ETHERIP_HEADER, depth + 1);
        return;
      case IP_PROTOCOL.ethernet:
        this.#carried(ETHER_TYPE.ethernet, at, depth + 1);
        return;
      case IP_PROTOCOL.icmp:
      case IP_PROTOCOL.icmpv6:
        this.#icmp(protocol === IP_PROTOCOL.icmpv6, at, end, pseudo, depth);
        return;
      case IP_PROTOCOL.ipv4:
      case IP_PROTOCOL.ipv6:
        this.#ip(at, depth + 1);
        return;
      default:
    }
  }

  /** What changes in the sum of a datagram whose port says that it is a tunnel. */
  #udpTunnel(at: number, end: number, depth: number): number {
    const bytes = this.#bytes;
    const isOf = (port: number): boolean =>
      getUint16(bytes, at) === port || getUint16(bytes, at + 2) === port;
    const payload = at + UDP_HEADER_LENGTH;
    if (depth >= DEPTH_MAX || !(isOf(TUNNEL_PORT.vxlan) || isOf(TUNNEL_PORT.geneve))) return 0;
    const before = addWords(bytes, payload, end, 0);
    if (isOf(TUNNEL_PORT.vxlan)) this.#ethernet(payload + VXLAN_HEADER_LENGTH, depth + 1);
    else {
      const next = genevePayload(bytes, payload, end);
      if (next !== -1) this.#carried(getUint16(bytes, payload + 2), next, depth + 1);
    }
    return addWords(bytes, payload, end, 0) - before;
  }

  #gre(at: number, end: number, depth: number): void {
    const bytes = this.#bytes;
    const next = grePayload(bytes, at, end);
    if (next === -1) return;
    const before = addWords(bytes, at, end, 0);
    this.#carried(getUint16(bytes, at + 2), next, depth + 1);
    const hasChecksum = (getUint16(bytes, at) & GRE_FLAG.checksum) !== 0;
    if (hasChecksum) mend(bytes, at + 4, addWords(bytes, at, end, 0) - before, end);
  }

  /** What a tunnel says by an EtherType that it carries. */
  #carried(type: number, at: number, depth: number): void {
    if (depth >= DEPTH_MAX) return;
    if (type === ETHER_TYPE.ethernet) this.#ethernet(at, depth);
    else if (type === ETHER_TYPE.ppp) this.#ppp(at, depth);
    else if (type === ETHER_TYPE.redirected)
      this.#ip(redirectedPacket(this.#bytes, at, this.#bytes.length), depth);
    else if (type >= ETHER_TYPE_MIN) this.#etherType(type, at, depth);
  }

  #icmp(isV6: boolean, at: number, end: number, pseudo: number, depth: number): void {
    const bytes = this.#bytes;
    if (at + 4 > end) return;
    const before = addWords(bytes, at, end, 0);
    const type = bytes[at];
    if (quotesPacket(isV6 ? "icmpv6" : "icmp", type)) this.#ip(at + ICMP_QUOTE, depth + 1);
    else if (isV6) rewriteNeighbours(bytes, at, end, this.#addresses);
    // A redirect names the gateway (RFC 792).
    if (!isV6 && type === 5 && at + 8 <= end) this.#addresses.ipv4(bytes, at + 4);
    const after = addWords(bytes, at, end, 0);
    mend(bytes, at + 2, after - before + (isV6 ? pseudo : 0), end);
  }

  /** The end of an IP packet by its header, within what was captured; offloaded packets say 0. */
  #endOf(at: number, length: number): number {
    return length < IPV4_HEADER ? this.#bytes.length : Math.min(this.#bytes.length, at + length);
  }
}

/** Mends the checksum at `at` for a sum that has changed by `change` (RFC 1624, equation 3), where it is within `end`. */
function mend(bytes: Uint8Array, at: number, change: number, end: number): void {
  if (at + 2 > end || change === 0) return;
  let sum = (~getUint16(bytes, at) & 0xffff) + (((change % 0xffff) + 0xffff) % 0xffff);
  sum = (sum & 0xffff) + (sum >>> 16);
  setUint16(bytes, at, ~sum & 0xffff);
}
