// PPP (RFC 1661, in HDLC framing RFC 1662): the protocol field and what it leads to; of control protocols their head.

import { pppProtocolAt, pppProtocolLength } from "../../wire/encapsulation.ts";
import { PPP_PROTOCOL } from "../../wire/protocols.ts";
import { dissectCiscoHdlc } from "./cisco-hdlc.ts";
import { addPlainData } from "./data.ts";
import { dissectIpv4 } from "./ipv4.ts";
import { dissectIpv6 } from "./ipv6.ts";
import { dissectMpls } from "./mpls.ts";
import { pointToPoint } from "./packet-flags.ts";
import { addBytes, addComputed, addUint, named, uint } from "./protocol.ts";
import { hexText } from "./tree.ts";
import type { Dissection } from "./tree.ts";

const TITLE = "Point-to-Point Protocol";

/** Names as tshark prints them, and of control protocols their layer's. */
const PROTOCOLS = new Map<
  number,
  { readonly name: string; readonly layer?: string; readonly short?: string }
>([
  [0x0001, { name: "Padding Protocol" }],
  [PPP_PROTOCOL.ipv4, { name: "Internet Protocol version 4" }],
  [PPP_PROTOCOL.ipv6, { name: "Internet Protocol version 6" }],
  [PPP_PROTOCOL.mpls, { name: "MPLS Unicast" }],
  [PPP_PROTOCOL.mplsMulticast, { name: "MPLS Multicast" }],
  [0x8021, { name: "Internet Protocol Control Protocol", layer: "ipcp", short: "PPP IPCP" }],
  [0x8057, { name: "IPv6 Control Protocol", layer: "ipv6cp", short: "PPP IPV6CP" }],
  [0x80fd, { name: "Compression Control Protocol", layer: "ccp", short: "PPP CCP" }],
  [0xc021, { name: "Link Control Protocol", layer: "lcp", short: "PPP LCP" }],
  [0xc025, { name: "Link Quality Report" }],
]);

/** Control protocols' titles, by their layer. */
const TITLES: Readonly<Record<string, string>> = {
  ccp: "PPP Compression Control Protocol",
  ipcp: "PPP IP Control Protocol",
  ipv6cp: "PPP IPv6 Control Protocol",
  lcp: "PPP Link Control Protocol",
};

const CODES = new Map<number, string>([
  [1, "Configuration Request"],
  [2, "Configuration Ack"],
  [3, "Configuration Nak"],
  [4, "Configuration Reject"],
  [5, "Termination Request"],
  [6, "Termination Ack"],
  [7, "Code Reject"],
  [8, "Protocol Reject"],
  [9, "Echo Request"],
  [10, "Echo Reply"],
  [11, "Discard Request"],
]);

/** Dissects the frame at `start` in a layer that ends at `end`. */
export function dissectPpp(d: Dissection, start: number, end: number): void {
  const held = d.captured(end);
  if (start < held && (d.bytes[start] === 0x0f || d.bytes[start] === 0x8f)) {
    // As in Wireshark, a layer without a line.
    d.layers.push("ppp");
    dissectCiscoHdlc(d, start, end);
    return;
  }
  const node = d.layer("ppp", TITLE, start, Math.max(0, held - start));
  d.columns("PPP", "");
  const field = pppProtocolAt(d.bytes, start, held);
  if (field === -1) {
    d.has(start, held - start + 1, end, TITLE);
    return;
  }
  if (field > start) {
    addUint(d, node.children, "ppp.address", start, 1, end, (value) => `Address: ${hexText(value, 2)}`);
    addUint(d, node.children, "ppp.control", start + 1, 1, end, (value) => `Control: ${hexText(value, 2)}`);
  }
  const way = pointToPoint(d);
  if (way !== null) {
    const text = way === 0 ? "DTE->DCE" : "DCE->DTE";
    addComputed(d, node.children, "ppp.direction", `Direction: ${text} (${way})`, start, way);
  }
  const length = pppProtocolLength(d.bytes, field);
  const protocol = uint(d.bytes, field, length);
  const known = PROTOCOLS.get(protocol);
  const text = `Protocol: ${known?.name ?? "Unknown"} (${hexText(protocol, 4)})`;
  d.add(node.children, "ppp.protocol", text, field, length, protocol);
  const next = field + length;
  node.length = next - start;
  d.enter(() => {
    if (protocol === PPP_PROTOCOL.ipv4) dissectIpv4(d, next, end);
    else if (protocol === PPP_PROTOCOL.ipv6) dissectIpv6(d, next, end);
    else if (protocol === PPP_PROTOCOL.mpls || protocol === PPP_PROTOCOL.mplsMulticast)
      dissectMpls(d, next, end);
    else if (known?.layer !== undefined) dissectControl(d, known.layer, known.short ?? "PPP", next, end);
    else {
      const name = known?.name ?? "Unknown";
      d.columns(hexText(protocol, 4), `PPP ${name} (${hexText(protocol, 4)})`);
      addPlainData(d, next, end);
    }
  });
}

/** LCP and its like: code, identifier, length, and options or data as they are. */
function dissectControl(d: Dissection, layer: string, short: string, start: number, end: number): void {
  const title = TITLES[layer];
  const node = d.layer(layer, title, start, Math.max(0, d.captured(end) - start));
  const out = node.children;
  d.columns(short, "");
  const code = addUint(d, out, "ppp.code", start, 1, end, (value) => `Code: ${named(CODES, value)}`);
  if (code !== null) d.columns(short, CODES.get(code) ?? "Unknown");
  addUint(
    d,
    out,
    "ppp.identifier",
    start + 1,
    1,
    end,
    (value) => `Identifier: ${value} (${hexText(value, 2)})`,
  );
  const length = addUint(d, out, "ppp.length", start + 2, 2, end, (value) => `Length: ${value}`);
  if (length === null) {
    d.has(start, 4, end, title);
    return;
  }
  const stop = Math.min(end, start + length);
  if (stop > start + 4) addBytes(d, out, "ppp.data", "Data", start + 4, stop);
}
