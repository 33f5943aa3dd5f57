// Whole packets: from a link type and bytes to layers, and from layers to bytes.
//
// A fragment ends the layers: what it carries belongs to a datagram that has to be put together first. `decodeTransport`
// goes on from there. Packets that ICMP errors quote are left in the payload: `decodeNetwork` reads them.

import { decodeArp, arpLength } from "./arp.ts";
import { setUint16 } from "./bytes.ts";
import { isWireError, malformed, tooShort } from "./error.ts";
import type { WireError } from "./error.ts";
import { ETHER_TYPE_MIN, decodeEthernet, decodeVlan } from "./ethernet.ts";
import { decodeIcmp, fillIcmpChecksum, fillIcmpv6Checksum } from "./icmp.ts";
import { IPV4_FLAGS, decodeIpv4, fillIpv4Checksum } from "./ipv4.ts";
import { decodeIpv6Extension, ipv6ExtensionLength, isIpv6Extension } from "./ipv6-extensions.ts";
import { IPV6_HEADER_LENGTH, decodeIpv6, ipv6PayloadLength } from "./ipv6.ts";
import { encodeLayer, layerLength } from "./layers.ts";
import type { Layer, LayerFields } from "./layers.ts";
import { LINKTYPE } from "./link-types.ts";
import { decodeLoopback, etherTypeOfFamily, ipVersionOfFamily } from "./loopback.ts";
import { ETHER_TYPE, IP_PROTOCOL, isVlanType } from "./protocols.ts";
import { SNAP_HEADER_LENGTH, decodeSnap, isSnap } from "./snap.ts";
import { decodeSll, decodeSll2 } from "./sll.ts";
import { decodeTcp, fillTcpChecksum } from "./tcp.ts";
import { UDP_HEADER_LENGTH, decodeUdp, fillUdpChecksum } from "./udp.ts";

export interface DecodedPacket {
  /** Outermost first. */
  readonly layers: readonly Layer[];
  /** What follows the last layer begins here ... */
  readonly payloadStart: number;
  /** ... and ends here: where the lengths in the headers say, or sooner where bytes are missing. */
  readonly payloadEnd: number;
  /** Where the payload ended on the wire: greater than `payloadEnd` when the capture cut it. */
  readonly payloadWireEnd: number;
  /** What stopped the decoding, unless it came to its natural end: a layer wire/ does not know is one. */
  readonly error: WireError | null;
  /** Whether the payload is a slice of an IP datagram. */
  readonly fragment: boolean;
}

/** Tags, tunnels and extension headers a packet may have; more are reported as damage. */
const LAYERS_MAX = 32;

/** Decodes `bytes[start, end)` as a packet of this link type; `wireEnd` is where it would end had nothing been cut. Never throws. */
export function decodePacket(
  bytes: Uint8Array,
  linkType: number,
  start: number = 0,
  end: number = bytes.length,
  wireEnd: number = end,
): DecodedPacket {
  const decoding = new Decoding(bytes, start, end, wireEnd);
  decoding.link(linkType);
  return decoding.finish();
}

/** Decodes an IPv4 or IPv6 packet, by its version: raw IP, and what ICMP errors quote. */
export function decodeNetwork(
  bytes: Uint8Array,
  start: number = 0,
  end: number = bytes.length,
  wireEnd: number = end,
): DecodedPacket {
  const decoding = new Decoding(bytes, start, end, wireEnd);
  decoding.byVersion();
  return decoding.finish();
}

/** Decodes what IP protocol `protocol` carries, as in a datagram put together from fragments. */
export function decodeTransport(
  protocol: number,
  bytes: Uint8Array,
  start: number = 0,
  end: number = bytes.length,
  wireEnd: number = end,
): DecodedPacket {
  const decoding = new Decoding(bytes, start, end, wireEnd);
  decoding.transport(protocol);
  return decoding.finish();
}

class Decoding {
  readonly #bytes: Uint8Array;
  readonly #layers: Layer[] = [];
  #at: number;
  #end: number;
  #wireEnd: number;
  #error: WireError | null = null;
  #fragment = false;

  constructor(bytes: Uint8Array, start: number, end: number, wireEnd: number) {
    this.#bytes = bytes;
    this.#end = Math.max(0, Math.min(end, bytes.length));
    this.#at = Math.max(0, Math.min(start, this.#end));
    this.#wireEnd = Math.max(wireEnd, this.#end);
  }

  finish(): DecodedPacket {
    return {
      layers: this.#layers,
      payloadStart: this.#at,
      payloadEnd: Math.max(this.#at, this.#end),
      payloadWireEnd: Math.max(this.#at, this.#wireEnd),
      error: this.#error,
      fragment: this.#fragment,
    };
  }

  link(linkType: number): void {
    switch (linkType) {
      case LINKTYPE.ethernet:
        return this.#ethernet();
      case LINKTYPE.null:
      case LINKTYPE.loop:
        return this.#loopback(linkType === LINKTYPE.loop);
      case LINKTYPE.rawBsd:
      case LINKTYPE.raw:
      case LINKTYPE.ipv4:
        return this.byVersion();
      case LINKTYPE.ipv6:
        return this.#ipv6();
      case LINKTYPE.linuxSll: {
        const header = this.#take(decodeSll(this.#bytes, this.#at, this.#end, this.#wireEnd));
        if (header === null) return;
        this.#push({ kind: "sll", header, start: this.#at, end: this.#at + 16 });
        return this.#etherType(header.protocol);
      }
      case LINKTYPE.linuxSll2: {
        const header = this.#take(decodeSll2(this.#bytes, this.#at, this.#end, this.#wireEnd));
        if (header === null) return;
        this.#push({ kind: "sll2", header, start: this.#at, end: this.#at + 20 });
        return this.#etherType(header.protocol);
      }
    }
    this.#error = malformed("frame", this.#at, `link type ${linkType} is not one decoded here`);
  }

  byVersion(): void {
    if (this.#at >= this.#end) {
      this.#error = tooShort("ip", this.#at, 1, this.#end, this.#wireEnd);
      return;
    }
    const version = this.#bytes[this.#at] >>> 4;
    if (version === 4) this.#ipv4();
    else if (version === 6) this.#ipv6();
    else this.#error = malformed("ip", this.#at, `version is ${version}, neither 4 nor 6`);
  }

  transport(protocol: number): void {
    const at = this.#at;
    switch (protocol) {
      case IP_PROTOCOL.tcp: {
        const header = this.#take(decodeTcp(this.#bytes, at, this.#end, this.#wireEnd));
        if (header !== null) this.#push({ kind: "tcp", header, start: at, end: at + header.headerLength });
        return;
      }
      case IP_PROTOCOL.udp:
        return this.#udp();
      case IP_PROTOCOL.icmp:
      case IP_PROTOCOL.icmpv6: {
        const kind = protocol === IP_PROTOCOL.icmp ? "icmp" : "icmpv6";
        const header = this.#take(decodeIcmp(kind, this.#bytes, at, this.#end, this.#wireEnd));
        if (header !== null) this.#push({ kind, header, start: at, end: at + 8 });
        return;
      }
      case IP_PROTOCOL.ipv4:
        return this.#ipv4();
      case IP_PROTOCOL.ipv6:
        return this.#ipv6();
    }
    if (isIpv6Extension(protocol)) this.#extension(protocol);
  }

  #ethernet(): void {
    const header = this.#take(decodeEthernet(this.#bytes, this.#at, this.#end, this.#wireEnd));
    if (header === null) return;
    this.#push({ kind: "ethernet", header, start: this.#at, end: this.#at + 14 });
    this.#typeOrLength(header.type);
  }

  /** Below ETHER_TYPE_MIN it is the length of what follows, which begins with LLC. */
  #typeOrLength(type: number): void {
    if (type >= ETHER_TYPE_MIN) return this.#etherType(type);
    const at = this.#at;
    this.#shorten(at + type);
    if (!isSnap(this.#bytes, at, this.#end)) return;
    const header = this.#take(decodeSnap(this.#bytes, at, this.#end, this.#wireEnd));
    if (header === null) return;
    this.#push({ kind: "snap", header, start: at, end: at + SNAP_HEADER_LENGTH });
    if (header.oui === 0) this.#etherType(header.type);
  }

  #loopback(bigEndian: boolean): void {
    const header = this.#take(decodeLoopback(this.#bytes, this.#at, this.#end, this.#wireEnd, bigEndian));
    if (header === null) return;
    this.#push({ kind: "loopback", header, start: this.#at, end: this.#at + 4 });
    const version = ipVersionOfFamily(header.family);
    if (version === 4) this.#ipv4();
    else if (version === 6) this.#ipv6();
    else this.#etherType(etherTypeOfFamily(header.family));
  }

  #etherType(type: number): void {
    let next = type;
    while (isVlanType(next)) {
      const header = this.#take(decodeVlan(this.#bytes, this.#at, this.#end, this.#wireEnd));
      if (header === null) return;
      if (!this.#push({ kind: "vlan", header, start: this.#at, end: this.#at + 4 })) return;
      if (header.type < ETHER_TYPE_MIN) return this.#typeOrLength(header.type);
      next = header.type;
    }
    if (next === ETHER_TYPE.ipv4) this.#ipv4();
    else if (next === ETHER_TYPE.ipv6) this.#ipv6();
    else if (next === ETHER_TYPE.arp) {
      const header = this.#take(decodeArp(this.#bytes, this.#at, this.#end, this.#wireEnd));
      if (header === null) return;
      this.#push({ kind: "arp", header, start: this.#at, end: this.#at + arpLength(header) });
    }
  }

  #ipv4(): void {
    const at = this.#at;
    const header = this.#take(decodeIpv4(this.#bytes, at, this.#end, this.#wireEnd));
    if (header === null) return;
    if (!this.#push({ kind: "ipv4", header, start: at, end: at + header.headerLength })) return;
    // Zero is what segmentation offload leaves in captures: the packet is as long as the frame.
    if (header.totalLength !== 0) this.#shorten(at + header.totalLength);
    if (header.fragmentOffset > 0 || (header.flags & IPV4_FLAGS.moreFragments) !== 0) this.#fragment = true;
    // 0 is hop-by-hop options to IPv6 and nothing to IPv4.
    else if (header.protocol !== IP_PROTOCOL.hopByHop) this.transport(header.protocol);
  }

  #ipv6(): void {
    const at = this.#at;
    const header = this.#take(decodeIpv6(this.#bytes, at, this.#end, this.#wireEnd));
    if (header === null) return;
    if (!this.#push({ kind: "ipv6", header, start: at, end: at + IPV6_HEADER_LENGTH })) return;
    this.#shorten(at + IPV6_HEADER_LENGTH + ipv6PayloadLength(this.#bytes, at, this.#end));
    this.transport(header.nextHeader);
  }

  #extension(protocol: number): void {
    const at = this.#at;
    const header = this.#take(decodeIpv6Extension(protocol, this.#bytes, at, this.#end, this.#wireEnd));
    if (header === null) return;
    const end = at + ipv6ExtensionLength(header);
    if (!this.#push({ kind: "ipv6Extension", header, start: at, end })) return;
    // RFC 6946: offset 0 and nothing more to come is a whole packet.
    if (header.kind === "fragment" && (header.fragmentOffset > 0 || header.moreFragments)) {
      this.#fragment = true;
    } else {
      this.transport(header.nextHeader);
    }
  }

  #udp(): void {
    const at = this.#at;
    const header = this.#take(decodeUdp(this.#bytes, at, this.#end, this.#wireEnd));
    if (header === null) return;
    if (header.length !== 0) {
      if (at + header.length > this.#wireEnd) {
        const have = this.#wireEnd - at;
        this.#error = malformed(
          "udp",
          at + 4,
          `length ${header.length} is more than the ${have} bytes IP carries`,
        );
      } else this.#shorten(at + header.length);
    }
    this.#push({ kind: "udp", header, start: at, end: at + UDP_HEADER_LENGTH });
  }

  #take<T extends object>(answer: T | WireError): T | null {
    if (!isWireError(answer)) return answer;
    this.#error = answer;
    return null;
  }

  #push(layer: Layer): boolean {
    if (this.#layers.length === LAYERS_MAX) {
      this.#error = malformed("frame", layer.start, `more than ${LAYERS_MAX} layers`);
      return false;
    }
    this.#layers.push(layer);
    this.#at = layer.end;
    return true;
  }

  /** The layer's own length: what follows its end is padding or a trailer. */
  #shorten(layerEnd: number): void {
    this.#wireEnd = Math.min(this.#wireEnd, layerEnd);
    this.#end = Math.min(this.#end, layerEnd);
  }
}

/** Bytes of a packet of these layers and a payload of so many bytes. */
export function packetLength(layers: readonly LayerFields[], payloadLength: number): number {
  let length = payloadLength;
  for (const layer of layers) length += layerLength(layer);
  return length;
}

/**
 * Writes a packet: the layers' headers one after another and the payload, with every length (IPv4, IPv6, UDP) and
 * checksum (IPv4, TCP, UDP, ICMP, ICMPv6) filled in, whatever the headers given say; all other fields go out as they are. Answers the
 * packet's length. Throws RangeError when `out` is too small, a length field too narrow or a header not encodable.
 */
export function encodePacket(
  layers: readonly LayerFields[],
  payload: Uint8Array,
  out: Uint8Array,
  at: number = 0,
): number {
  const length = packetLength(layers, payload.length);
  if (at + length > out.length)
    throw new RangeError(`the packet needs ${length} bytes, has ${out.length - at}`);
  const end = at + length;
  const starts: number[] = [];
  let next = at;
  for (const layer of layers) {
    starts.push(next);
    next += encodeLayer(layer, out, next);
  }
  out.set(payload, next);
  // Innermost first: an outer checksum may cover an inner one.
  for (let i = layers.length - 1; i >= 0; i--) seal(layers, starts, i, out, end);
  return length;
}

function seal(
  layers: readonly LayerFields[],
  starts: readonly number[],
  index: number,
  out: Uint8Array,
  end: number,
): void {
  const layer = layers[index];
  const start = starts[index];
  switch (layer.kind) {
    case "ipv4":
      setLength(out, start + 2, end - start);
      fillIpv4Checksum(out, start, layerLength(layer));
      return;
    case "ipv6":
      setLength(out, start + 4, end - start - IPV6_HEADER_LENGTH);
      return;
    case "udp":
      setLength(out, start + 4, end - start);
      return fillUdpChecksum(out, networkStart(layers, starts, index), start, end);
    case "tcp":
      return fillTcpChecksum(out, networkStart(layers, starts, index), start, end);
    case "icmpv6":
      return fillIcmpv6Checksum(out, networkStart(layers, starts, index), start, end);
    case "icmp":
      return fillIcmpChecksum(out, start, end);
    default:
  }
}

function setLength(out: Uint8Array, at: number, length: number): void {
  if (length > 0xffff) throw new RangeError(`a length of ${length} does not fit into 16 bits`);
  setUint16(out, at, length);
}

/** Where the IP header over layer `index` begins. Throws RangeError without one: there is no pseudo-header then. */
function networkStart(layers: readonly LayerFields[], starts: readonly number[], index: number): number {
  for (let i = index - 1; i >= 0; i--) {
    if (layers[i].kind === "ipv4" || layers[i].kind === "ipv6") return starts[i];
  }
  throw new RangeError(`a ${layers[index].kind} header needs an IP header for its checksum`);
}
