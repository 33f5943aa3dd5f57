// IPv6 extension headers as lines of the detail tree (RFC 8200 section 4; AH by RFC 4302).

import { readIpv6 } from "../../wire/address.ts";
import type { Ipv6Extension } from "../../wire/ipv6-extensions.ts";
import type { Ipv6Header } from "../../wire/ipv6.ts";
import { bitsText } from "./bit-pictures.ts";
import { addExpert } from "./expert.ts";
import type { ExpertItem } from "./expert.ts";
import { protocolName } from "./ip-names.ts";
import { addIpv6Options } from "./ipv6-options.ts";
import type { OptionsContext } from "./ipv6-option-body.ts";
import { bytesText, hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const DEPRECATED: ExpertItem = {
  severity: "Note",
  group: "Deprecated",
  protocol: "IPv6 Routing",
  summary: "Routing header type is deprecated",
};

/** Where a header at `start` of type 0 has the address that the packet is on its way to while segments are left: the last; -1 for any other. */
export function finalDestinationAt(header: Ipv6Extension, start: number): number {
  if (header.kind !== "routing" || header.routingType !== 0) return -1;
  const { segmentsLeft, data } = header;
  if (segmentsLeft === 0 || data.length < 20) return -1;
  return start + ROUTING_DATA + 4 + Math.floor((data.length - 20) / 16) * 16;
}

/** Bytes of a routing header before what depends on its type. */
const ROUTING_DATA = 4;

/**
 * Adds the extension header at [start, start + length) under the IPv6 line, in a packet that ends at `packetEnd`. False where its options
 * need bytes behind that: nothing behind the header is read then.
 */
export function addExtension(
  d: Dissection,
  ipv6: DetailNode,
  header: Ipv6Extension,
  start: number,
  length: number,
  packetEnd: number,
  fixed: Ipv6Header,
): boolean {
  switch (header.kind) {
    case "hopByHop":
    case "destinationOptions": {
      const { payloadLength, hopLimit } = fixed;
      const context = { isHopByHop: header.kind === "hopByHop", payloadLength, hopLimit };
      return addOptionsHeader(d, ipv6, header.nextHeader, start, length, packetEnd, context);
    }
    case "routing": {
      d.layers.push("ipv6.routing");
      const name = routingName(header.routingType);
      const node = d.add(ipv6.children, "ipv6.routing", `Routing Header for IPv6 (${name})`, start, length);
      addNextAndLength(d, node.children, "ipv6.routing", header.nextHeader, start, length);
      const { routingType, segmentsLeft, data } = header;
      const type = `Type: ${name} (${routingType})`;
      const line = d.add(node.children, "ipv6.routing.type", type, start + 2, 1, routingType);
      if (routingType === 0) addExpert(d, line.children, "ipv6.routing.deprecated", DEPRECATED, start + 2, 1);
      d.add(
        node.children,
        "ipv6.routing.segleft",
        `Segments Left: ${segmentsLeft}`,
        start + 3,
        1,
        segmentsLeft,
      );
      if (routingType !== 0) break;
      const final = finalDestinationAt(header, start);
      if (final !== -1 && d.quoted === 0) d.addressTo = readIpv6(d.bytes, final);
      if (data.length >= 4) {
        const text = `Reserved: ${bytesText(data, 0, 4)}`;
        d.add(node.children, "ipv6.routing.src.reserved", text, start + ROUTING_DATA, 4, data.subarray(0, 4));
      }
      for (let i = 4, n = 1; i + 16 <= data.length; i += 16, n++) {
        const address = readIpv6(data, i);
        d.add(
          node.children,
          "ipv6.routing.src.addr",
          `Address[${n}]: ${address}`,
          start + 4 + i,
          16,
          address,
        );
      }
      break;
    }
    case "fragment": {
      d.layers.push("ipv6.fraghdr");
      const node = d.add(ipv6.children, "ipv6.fraghdr", "Fragment Header for IPv6", start, length);
      const out = node.children;
      const next = header.nextHeader;
      d.add(out, "ipv6.fraghdr.nxt", `Next header: ${protocolName(next)} (${next})`, start, 1, next);
      const octet = header.reservedByte;
      d.add(out, "ipv6.fraghdr.reserved_octet", `Reserved octet: ${hexText(octet, 2)}`, start + 1, 1, octet);
      const units = header.fragmentOffset / 8;
      const offset = `${bitsText(header.fragmentOffset, 0xfff8, 16)} = Offset: ${units} (${header.fragmentOffset} bytes)`;
      d.add(out, "ipv6.fraghdr.offset", offset, start + 2, 2, units);
      const bits = header.reservedBits;
      const reserved = `${bitsText(bits * 2, 0x6, 16)} = Reserved bits: ${bits}`;
      d.add(out, "ipv6.fraghdr.reserved_bits", reserved, start + 2, 2, bits);
      const more = header.moreFragments;
      const moreText = `${bitsText(more ? 1 : 0, 1, 16)} = More Fragments: ${more ? "Yes" : "No"}`;
      d.add(out, "ipv6.fraghdr.more", moreText, start + 2, 2, more);
      d.add(out, "ipv6.fraghdr.ident", `Identification: ${hexText(header.id, 8)}`, start + 4, 4, header.id);
      break;
    }
    case "authentication": {
      // Among the lines of IPv6, as all of its extensions.
      const outer = d.root;
      d.root = ipv6.children;
      const out = d.layer("ah", "Authentication Header", start, length).children;
      d.root = outer;
      const next = header.nextHeader;
      d.add(out, "ah.next_header", `Next header: ${protocolName(next)} (${next})`, start, 1, next);
      d.add(out, "ah.length", `Length: ${length / 4 - 2} (${length} bytes)`, start + 1, 1, length / 4 - 2);
      const reserved = d.bytes.subarray(start + 2, start + 4);
      d.add(out, "ah.reserved", `Reserved: ${bytesText(d.bytes, start + 2, 2)}`, start + 2, 2, reserved);
      d.add(out, "ah.spi", `AH SPI: ${hexText(header.spi, 8)}`, start + 4, 4, header.spi);
      d.add(out, "ah.sequence", `AH Sequence: ${header.sequence}`, start + 8, 4, header.sequence);
      const icv = `AH ICV: ${bytesText(header.icv, 0, header.icv.length)}`;
      d.add(out, "ah.icv", icv, start + 12, length - 12, header.icv);
      break;
    }
  }
  return true;
}

function routingName(type: number): string {
  if (type === 0) return "Source Route";
  if (type === 2) return "Type 2 Routing Header";
  if (type === 3) return "RPL Source Route";
  if (type === 4) return "Segment Routing";
  return "Unknown";
}

function addNextAndLength(
  d: Dissection,
  out: DetailNode[],
  prefix: string,
  next: number,
  start: number,
  length: number,
): void {
  d.add(out, `${prefix}.nxt`, `Next Header: ${protocolName(next)} (${next})`, start, 1, next);
  d.add(out, `${prefix}.len`, `Length: ${length / 8 - 1}`, start + 1, 1, length / 8 - 1);
  d.add(out, `${prefix}.len_oct`, `[Length: ${length} bytes]`, start + 1, 1, length);
}

function addOptionsHeader(
  d: Dissection,
  ipv6: DetailNode,
  nextHeader: number,
  start: number,
  length: number,
  packetEnd: number,
  context: OptionsContext,
): boolean {
  const field = context.isHopByHop ? "ipv6.hopopts" : "ipv6.dstopts";
  const title = context.isHopByHop ? "IPv6 Hop-by-Hop Option" : "Destination Options for IPv6";
  d.layers.push(field);
  const node = d.add(ipv6.children, field, title, start, length);
  addNextAndLength(d, node.children, field, nextHeader, start, length);
  return addIpv6Options(d, node.children, start + 2, start + length, packetEnd, context);
}
