// UDP (RFC 768).

import { NO_STREAM } from "../../trace/packets.ts";
import { transportChecksum } from "../../wire/checksum.ts";
import { isWireError } from "../../wire/error.ts";
import { IP_PROTOCOL } from "../../wire/protocols.ts";
import { decodeUdp, UDP_HEADER_LENGTH } from "../../wire/udp.ts";
import type { IpAbove } from "./ip-payload.ts";
import { hexText } from "./tree.ts";
import type { Dissection } from "./tree.ts";
import { dissectUdpPayload } from "./udp-protocols.ts";

const TITLE = "User Datagram Protocol";

export function dissectUdp(d: Dissection, ip: IpAbove, start: number, end: number): void {
  const held = d.captured(end);
  const header = decodeUdp(d.bytes, start, held, end);
  if (isWireError(header)) {
    d.layer("udp", TITLE, start, Math.max(0, held - start));
    d.columns("UDP", "");
    d.damaged(header, TITLE);
    return;
  }
  const { sourcePort, destinationPort, length } = header;
  const title = (): string => `${TITLE}, Src Port: ${sourcePort}, Dst Port: ${destinationPort}`;
  const node = d.layer("udp", title, start, UDP_HEADER_LENGTH);
  const out = node.children;
  d.add(out, "udp.srcport", () => `Source Port: ${sourcePort}`, start, 2, sourcePort);
  d.add(out, "udp.dstport", () => `Destination Port: ${destinationPort}`, start + 2, 2, destinationPort);
  d.add(out, "udp.length", () => `Length: ${length}`, start + 4, 2, length);
  const total = length === 0 ? end - start : length;
  const { bytes } = d;
  const sumText = (): string => {
    let verdict = "unverified";
    if (header.checksum === 0) verdict = "zero-value ignored";
    else if (start + total <= held && ip.start >= 0) {
      const sum = transportChecksum(bytes, ip.start, IP_PROTOCOL.udp, start, start + total);
      verdict = sum === 0 ? "correct" : "incorrect";
    }
    return `Checksum: ${hexText(header.checksum, 4)} [${verdict}]`;
  };
  d.add(out, "udp.checksum", sumText, start + 6, 2, header.checksum);
  const { trace, row } = d.around;
  const stream = trace.packets.stream[row];
  if (d.quoted === 0 && stream !== NO_STREAM) {
    d.add(out, "udp.stream", () => `[Stream index: ${stream}]`, start, 0, stream);
  }
  d.columns("UDP", `${sourcePort} → ${destinationPort} Len=${total - UDP_HEADER_LENGTH}`);
  const payload = start + UDP_HEADER_LENGTH;
  const stop = Math.min(end, start + total);
  if (stop <= payload) return;
  const size = Math.min(stop, held) - payload;
  if (size > 0) {
    const text = (): string => `UDP payload (${size} ${size === 1 ? "byte" : "bytes"})`;
    d.add(out, "udp.payload", text, payload, size, bytes.subarray(payload, payload + size));
  }
  const conversation = d.quoted === 0 && stream !== NO_STREAM ? d.around.conversations.udp(row) : null;
  const datagram = { sourcePort, destinationPort, start: payload, end: stop, conversation };
  dissectUdpPayload(d, datagram, d.around.decodeAs);
}
