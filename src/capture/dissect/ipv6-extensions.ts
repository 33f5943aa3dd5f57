// IPv6 extension headers as lines of the detail tree (RFC 8200 section 4; AH by RFC 4302).

import { readIpv6 } from "../../wire/address.ts";
import type { Ipv6Extension, Ipv6OptionsHeader } from "../../wire/ipv6-extensions.ts";
import { bitsText } from "./bit-pictures.ts";
import { protocolName } from "./ip-names.ts";
import { bytesText, hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** Adds the extension header at [start, start + length) under the IPv6 line. */
export function addExtension(
  d: Dissection,
  ipv6: DetailNode,
  header: Ipv6Extension,
  start: number,
  length: number,
): void {
  switch (header.kind) {
    case "hopByHop":
      addOptionsHeader(d, ipv6, header, "ipv6.hopopts", start, length);
      break;
    case "destinationOptions":
      addOptionsHeader(d, ipv6, header, "ipv6.dstopts", start, length);
      break;
    case "routing": {
      d.layers.push("ipv6.routing");
      const name = routingName(header.routingType);
      const node = d.add(ipv6.children, "ipv6.routing", `Routing Header for IPv6 (${name})`, start, length);
      addNextAndLength(d, node.children, "ipv6.routing", header.nextHeader, start, length);
      const { routingType, segmentsLeft, data } = header;
      d.add(node.children, "ipv6.routing.type", `Type: ${name} (${routingType})`, start + 2, 1, routingType);
      d.add(
        node.children,
        "ipv6.routing.segleft",
        `Segments Left: ${segmentsLeft}`,
        start + 3,
        1,
        segmentsLeft,
      );
      if (routingType !== 0) break;
      // While segments are left, the packet is on its way to the last of them.
      if (segmentsLeft > 0 && data.length >= 20 && d.quoted === 0)
        d.addressTo = readIpv6(data, 4 + Math.floor((data.length - 20) / 16) * 16);
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
      const node = d.layer("ah", "Authentication Header", start, length);
      const out = node.children;
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

function optionName(type: number): string {
  if (type === 0) return "Pad1";
  if (type === 1) return "PadN";
  if (type === 4) return "Tunnel Encapsulation Limit";
  if (type === 5) return "Router Alert";
  if (type === 0xc2) return "Jumbo Payload";
  if (type === 0xc9) return "Home Address";
  return "Unknown";
}

function addOptionsHeader(
  d: Dissection,
  ipv6: DetailNode,
  header: Ipv6OptionsHeader,
  field: "ipv6.hopopts" | "ipv6.dstopts",
  start: number,
  length: number,
): void {
  d.layers.push(field);
  const title = field === "ipv6.hopopts" ? "IPv6 Hop-by-Hop Option" : "Destination Options for IPv6";
  const node = d.add(ipv6.children, field, title, start, length);
  addNextAndLength(d, node.children, field, header.nextHeader, start, length);
  for (const option of header.options) {
    const at = start + option.offset;
    const name = optionName(option.type);
    const label = name === "Unknown" ? `Unknown IPv6 Option (${option.type})` : name;
    const line = d.add(node.children, "ipv6.opt", label, at, option.length);
    d.add(line.children, "ipv6.opt.type", `Type: ${name} (${hexText(option.type, 2)})`, at, 1, option.type);
    if (option.length < 2) continue;
    const size = option.data.length;
    d.add(line.children, "ipv6.opt.length", `Length: ${size}`, at + 1, 1, size);
    const text = size === 0 ? "<none>" : bytesText(option.data, 0, size);
    d.add(
      line.children,
      null,
      `${name === "Unknown" ? "Payload" : name}: ${text}`,
      at + 2,
      size,
      option.data,
    );
  }
  const { optionsError } = header;
  if (optionsError !== null) {
    const rest = start + length - optionsError.offset;
    d.add(node.children, null, `[Damaged: ${optionsError.problem}]`, optionsError.offset, rest);
  }
}
