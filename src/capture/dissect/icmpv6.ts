// ICMPv6 (RFC 4443): messages, and the packets that errors quote.

import { ipv6PseudoSum } from "../../wire/checksum.ts";
import { isWireError } from "../../wire/error.ts";
import { decodeIcmp, ICMP_HEADER_LENGTH, ICMPV6_TYPE, quotesPacket } from "../../wire/icmp.ts";
import type { IcmpHeader } from "../../wire/icmp.ts";
import { IP_PROTOCOL } from "../../wire/protocols.ts";
import { addWorkedOut } from "./checksums.ts";
import type { WorkedOut } from "./checksums.ts";
import { addDataWithin, addPlainData } from "./data.ts";
import { addEchoPartner } from "./echo-pairs.ts";
import type { EchoWords } from "./echo-pairs.ts";
import { codeName, headInfo, typeName } from "./icmpv6-names.ts";
import type { IpAbove } from "./ip-payload.ts";
import { dissectIpv6, isIpv6 } from "./ipv6.ts";
import { addListenerMessage, addListenerReport } from "./mld.ts";
import { addNeighbourMessage, addReserved } from "./neighbour-discovery.ts";
import { bytesText, hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const TITLE = "Internet Control Message Protocol v6";
const ROUTER_RENUMBERING = 138;
const NODE_QUERY = 139;
const NODE_REPLY = 140;

const CHECKSUM: WorkedOut = {
  field: "icmpv6.checksum",
  bad: { field: "icmpv6.checksum_bad.expert", severity: "Warning", protocol: "ICMPv6" },
};

export function dissectIcmpv6(d: Dissection, ip: IpAbove, start: number, end: number): void {
  const held = d.captured(end);
  const node = d.layer("icmpv6", TITLE, start, Math.max(0, held - start));
  d.columns("ICMPv6", "");
  const header = decodeIcmp("icmpv6", d.bytes, start, held, end);
  if (isWireError(header)) {
    if (held > start)
      d.columns("ICMPv6", headInfo(d.bytes[start], held > start + 1 ? d.bytes[start + 1] : 0, 0));
    d.damaged(header, TITLE);
    return;
  }
  const out = node.children;
  const { type, code } = header;
  const name = typeName(type);
  const codeText = codeName(type, code);
  d.add(out, "icmpv6.type", `Type: ${name} (${type})`, start, 1, type);
  d.add(
    out,
    "icmpv6.code",
    `Code: ${codeText === null ? code : `${code} (${codeText})`}`,
    start + 1,
    1,
    code,
  );
  const isKnown = ip.version === 6 && ip.start >= 0;
  const pseudo = isKnown
    ? ipv6PseudoSum(d.bytes, ip.start, IP_PROTOCOL.icmpv6, end - start, ip.destinationAt)
    : null;
  addWorkedOut(d, out, CHECKSUM, start + 2, start, end, pseudo);
  d.columns("ICMPv6", headInfo(type, code, header.rest >>> 24));
  dissectBody(d, node, header, start, end);
}

const ICMPV6_WORDS: EchoWords = {
  fields: "icmpv6",
  request: "Response To",
  response: "Response In",
  time: "Response Time",
};

function dissectBody(d: Dissection, node: DetailNode, header: IcmpHeader, start: number, end: number): void {
  const out = node.children;
  const body = start + ICMP_HEADER_LENGTH;
  const { type, rest } = header;
  if (type === ICMPV6_TYPE.echoRequest || type === ICMPV6_TYPE.echoReply) {
    const [ident, seq] = [rest >>> 16, rest & 0xffff];
    d.add(out, "icmpv6.echo.identifier", `Identifier: ${hexText(ident, 4)}`, start + 4, 2, ident);
    d.add(out, "icmpv6.echo.sequence_number", `Sequence: ${seq}`, start + 6, 2, seq);
    const name = typeName(type);
    const partner = addEchoPartner(d, out, {
      isReply: type === ICMPV6_TYPE.echoReply,
      at: start,
      ...ICMPV6_WORDS,
    });
    d.columns("ICMPv6", `${name} id=${hexText(ident, 4)}, seq=${seq}${hopLimitText(d)}${partner}`);
    addDataWithin(d, out, body, end);
    return;
  }
  if (quotesPacket("icmpv6", type)) {
    if (type === ICMPV6_TYPE.packetTooBig) d.add(out, "icmpv6.mtu", `MTU: ${rest}`, start + 4, 4, rest);
    else if (type === ICMPV6_TYPE.parameterProblem) {
      d.add(out, "icmpv6.pointer", `Pointer: ${rest}`, start + 4, 4, rest);
    } else addReserved(d, out, start + 4);
    if (body < d.captured(end)) d.quote(node, () => dissectQuoted(d, body, end));
    return;
  }
  if (isNeighbourDiscovery(type)) {
    addNeighbourMessage(d, out, start, end, typeName(type));
  } else if (type >= 130 && type <= 132) {
    addListenerMessage(d, out, start, end);
  } else if (type === 143) {
    addListenerReport(d, out, start, end);
  } else {
    if ((type === NODE_QUERY || type === NODE_REPLY) && !d.has(start + 4, 12, end, TITLE)) return;
    if (type === ROUTER_RENUMBERING && !d.has(start + 4, 12, end, TITLE)) return;
    const length = d.captured(end) - body;
    if (length > 0) {
      const data = d.bytes.subarray(body, body + length);
      d.add(out, "icmpv6.data", `Data: ${bytesText(d.bytes, body, length)}`, body, length, data);
    }
  }
}

function isNeighbourDiscovery(type: number): boolean {
  return (type >= 133 && type <= 137) || type === 141 || type === 142;
}

function dissectQuoted(d: Dissection, body: number, end: number): void {
  if (isIpv6(d, body, end)) dissectIpv6(d, body, end);
  else addPlainData(d, body, end);
}

function hopLimitText(d: Dissection): string {
  return d.hopLimit < 0 ? "" : `, hop limit=${d.hopLimit}`;
}
