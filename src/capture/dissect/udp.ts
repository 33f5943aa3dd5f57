// UDP (RFC 768).

import { NO_STREAM } from "../../trace/packets.ts";
import { getUint16 } from "../../wire/bytes.ts";
import { transportChecksum } from "../../wire/checksum.ts";
import { isWireError } from "../../wire/error.ts";
import { IP_PROTOCOL } from "../../wire/protocols.ts";
import { decodeUdp, UDP_HEADER_LENGTH } from "../../wire/udp.ts";
import { addChecksum } from "./checksums.ts";
import { addStreamTimes } from "./frame.ts";
import type { IpAbove } from "./ip-payload.ts";
import type { DetailNode, Dissection } from "./tree.ts";
import { dissectUdpPayload } from "./udp-protocols.ts";
import { udpTunnel } from "./udp-tunnels.ts";

const TITLE = "User Datagram Protocol";
const CHECKSUM = {
  field: "udp.checksum",
  title: "Checksum",
  statusTitle: "Checksum Status",
  unverified: "unverified",
} as const;

export function dissectUdp(d: Dissection, ip: IpAbove, start: number, end: number): void {
  const held = d.captured(end);
  const header = decodeUdp(d.bytes, start, held, end);
  if (isWireError(header)) {
    const node = d.layer("udp", TITLE, start, Math.max(0, held - start));
    addBeginning(d, node, start, held);
    if (held - start < UDP_HEADER_LENGTH) d.damaged(header, TITLE);
    return;
  }
  if (header.length === 0 && ip.version === 4) {
    addBeginning(d, d.layer("udp", TITLE, start, UDP_HEADER_LENGTH), start, held);
    return;
  }
  const { sourcePort, destinationPort, length } = header;
  const title = (): string => `${TITLE}, Src Port: ${sourcePort}, Dst Port: ${destinationPort}`;
  const node = d.layer("udp", title, start, UDP_HEADER_LENGTH);
  const out = node.children;
  d.add(out, "udp.srcport", () => `Source Port: ${sourcePort}`, start, 2, sourcePort);
  d.add(out, "udp.dstport", () => `Destination Port: ${destinationPort}`, start + 2, 2, destinationPort);
  d.add(out, "udp.length", () => `Length: ${length}`, start + 4, 2, length);
  const isJumbogram = length === 0;
  const total = isJumbogram ? end - start : length;
  // What is quoted ends where its error ends, and a fragment where the capture cut it.
  const isTooLong = d.quoted === 0 && ip.isFragment !== true && length > end - start;
  const isUnchecked = header.checksum === 0 && ip.version === 6;
  const { bytes } = d;
  const isRight = (): boolean | null =>
    start + total <= held && ip.start >= 0
      ? transportChecksum(bytes, ip.start, IP_PROTOCOL.udp, start, start + total) === 0
      : null;
  // IPv6 has no checksum of its own: without UDP's nothing would notice a wrong address (RFC 8200 section 8.1).
  const absent = isUnchecked ? "illegal" : "notPresent";
  addChecksum(d, out, CHECKSUM, header.checksum, start + 6, header.checksum === 0 ? absent : isRight);
  const stream = d.streamAt(start);
  if (stream !== NO_STREAM) {
    d.add(out, "udp.stream", () => `[Stream index: ${stream}]`, start, 0, stream);
  }
  const notes = [
    isTooLong ? ` [BAD UDP LENGTH ${length} > IP PAYLOAD LENGTH]` : "",
    ` Len=${total - UDP_HEADER_LENGTH}`,
    isJumbogram ? " [Jumbogram]" : "",
    isUnchecked ? " [ILLEGAL CHECKSUM (0)]" : "",
  ];
  d.columns("UDP", `${sourcePort} → ${destinationPort}${notes.join("")}`);
  if (isTooLong) d.remarkMalformed(out, start + 4);
  const payload = start + UDP_HEADER_LENGTH;
  const stop = Math.min(end, start + total);
  if (stop <= payload) {
    if (total > UDP_HEADER_LENGTH) d.stop("malformed", TITLE, payload);
    return;
  }
  if (d.isOwn(start) && stream !== NO_STREAM && d.wants("udp"))
    addStreamTimes(d, out, "udp", start, d.around.conversations.udpHistory);
  const size = Math.min(stop, held) - payload;
  if (size > 0) {
    const text = (): string => `UDP payload (${size} ${size === 1 ? "byte" : "bytes"})`;
    d.add(out, "udp.payload", text, payload, size, bytes.subarray(payload, payload + size));
  }
  const tunnel = udpTunnel(sourcePort, destinationPort);
  if (tunnel !== null) {
    tunnel(d, payload, stop);
    return;
  }
  const conversation =
    stream !== NO_STREAM && d.isOwn(start) ? d.around.conversations.udp(d.around.row) : null;
  const datagram = { sourcePort, destinationPort, start: payload, end: stop, conversation };
  dissectUdpPayload(d, datagram, d.around.decodeAs);
}

/** Shows what there is of a header that is cut or says that it is shorter than it can be. */
function addBeginning(d: Dissection, node: DetailNode, start: number, held: number): void {
  d.columns(d.protocol, "");
  if (held - start < 4) return;
  const out = node.children;
  const [source, destination] = [getUint16(d.bytes, start), getUint16(d.bytes, start + 2)];
  d.add(out, "udp.srcport", `Source Port: ${source}`, start, 2, source);
  d.add(out, "udp.dstport", `Destination Port: ${destination}`, start + 2, 2, destination);
  let info = `${source} → ${destination}`;
  if (held - start >= UDP_HEADER_LENGTH) {
    const length = getUint16(d.bytes, start + 4);
    d.add(out, "udp.length", `Length: ${length}`, start + 4, 2, length);
    d.remarkMalformed(out, start + 4);
    info += ` [BAD UDP LENGTH ${length} < ${UDP_HEADER_LENGTH}]`;
  }
  d.columns("UDP", info);
}
