// UDP (RFC 768).

import { NO_STREAM } from "../../trace/packets.ts";
import { getUint16 } from "../../wire/bytes.ts";
import { transportChecksum } from "../../wire/checksum.ts";
import { isWireError } from "../../wire/error.ts";
import { IP_PROTOCOL } from "../../wire/protocols.ts";
import { decodeUdp, UDP_HEADER_LENGTH } from "../../wire/udp.ts";
import { addChecksum } from "./checksums.ts";
import { addExpert } from "./expert.ts";
import { addStreamTimes } from "./frame.ts";
import type { IpAbove } from "./ip-payload.ts";
import type { DetailNode, Dissection } from "./tree.ts";
import { dissectUdpPayload } from "./udp-protocols.ts";
import { udpTunnel } from "./udp-tunnels.ts";

const TITLE = "User Datagram Protocol";
/** A shorter datagram has its length in the header (RFC 2675 section 4). */
const JUMBO_LEAST = 65_536;
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
    addBeginning(d, start, held, end);
    // A length that cannot be ends the header as well as its last byte does.
    const isShort = held - start >= 6 && getUint16(d.bytes, start + 4) < UDP_HEADER_LENGTH;
    if (held - start < UDP_HEADER_LENGTH && !isShort) d.damaged(header, TITLE);
    return;
  }
  if (header.length === 0 && ip.version === 4) {
    addBeginning(d, start, held, end);
    return;
  }
  const { sourcePort, destinationPort, length } = header;
  const title = (): string => `${TITLE}, Src Port: ${sourcePort}, Dst Port: ${destinationPort}`;
  const node = d.layer("udp", title, start, UDP_HEADER_LENGTH);
  const out = node.children;
  d.addNamed(out, "udp.srcport", "Source Port", start, 2, sourcePort);
  d.addNamed(out, "udp.dstport", "Destination Port", start + 2, 2, destinationPort);
  const isJumbogram = length === 0;
  const total = isJumbogram ? end - start : length;
  // What is quoted ends where its error ends, and a fragment where the capture cut it.
  const isTooLong = d.quoted === 0 && ip.isFragment !== true && length > end - start;
  if (isJumbogram) addJumboLength(d, out, start + 4, total);
  else addLength(d, out, start + 4, length, isTooLong ? end - start : null);
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
    d.addComputed(out, "udp.stream", "Stream index", start + 8, 0, stream);
  }
  const notes = [
    isTooLong ? ` [BAD UDP LENGTH ${length} > IP PAYLOAD LENGTH]` : "",
    ` Len=${total - UDP_HEADER_LENGTH}`,
    isJumbogram ? " [Jumbogram]" : "",
    isUnchecked ? " [ILLEGAL CHECKSUM (0)]" : "",
  ];
  d.columns("UDP", `${sourcePort} → ${destinationPort}${notes.join("")}`);
  const payload = start + UDP_HEADER_LENGTH;
  const stop = Math.min(end, start + total);
  if (total === UDP_HEADER_LENGTH) return;
  if (d.isOwn(start) && stream !== NO_STREAM && d.wants("udp"))
    addStreamTimes(d, out, "udp", start, d.around.conversations.udpHistory);
  if (stop <= payload) {
    d.stop("malformed", TITLE, payload);
    return;
  }
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
    stream !== NO_STREAM && d.isOwn(start) ? d.around.conversations.datagrams(d.around.row) : null;
  const datagram = { sourcePort, destinationPort, start: payload, end: stop, conversation };
  dissectUdpPayload(d, datagram, d.around.decodeAs);
}

/** Adds the length; where it is more than the `room` there is, or less than a header, what is said of that. */
function addLength(d: Dissection, out: DetailNode[], at: number, length: number, room: number | null): void {
  const isBad = d.quoted === 0 && (room !== null || length < UDP_HEADER_LENGTH);
  const bound = room === null ? "must be >= 8" : `payload length ${room}`;
  const label = (): string => `Length: ${length}${isBad ? ` (bogus, ${bound})` : ""}`;
  const line = d.add(out, "udp.length", label, at, 2, length);
  if (!isBad) return;
  const summary = `Bad length value ${length} ${room === null ? "< 8" : "> IP payload length"}`;
  const item = { severity: "Error", group: "Malformed", protocol: "UDP", summary } as const;
  addExpert(d, line.children, "udp.length.bad", item, at, 2);
}

/** Adds the length of a datagram that has none in its header; that is for the long ones. */
function addJumboLength(d: Dissection, out: DetailNode[], at: number, total: number): void {
  const line = d.add(out, "udp.length", "Length: 0", at, 2, 0);
  if (total >= JUMBO_LEAST || d.quoted > 0) return;
  const summary = "Length is zero but payload < 65536";
  const item = { severity: "Warning", group: "Protocol", protocol: "UDP", summary } as const;
  addExpert(d, line.children, "udp.length.bad_zero", item, at, 2);
}

/** Shows what there is of a header that is cut or says that it is shorter than it can be. */
function addBeginning(d: Dissection, start: number, held: number, end: number): void {
  d.columns(d.protocol, "");
  const has = held - start;
  if (has < 4) {
    if (d.quoted === 0) d.layers.push("udp");
    return;
  }
  const [source, destination] = [getUint16(d.bytes, start), getUint16(d.bytes, start + 2)];
  const title = `${TITLE}, Src Port: ${source}, Dst Port: ${destination}`;
  const out = d.layer("udp", title, start, Math.min(has, UDP_HEADER_LENGTH)).children;
  d.addNamed(out, "udp.srcport", "Source Port", start, 2, source);
  d.addNamed(out, "udp.dstport", "Destination Port", start + 2, 2, destination);
  let info = `${source} → ${destination}`;
  if (has >= 6) {
    const length = getUint16(d.bytes, start + 4);
    const isLong = length >= UDP_HEADER_LENGTH && length > end - start;
    addLength(d, out, start + 4, length, isLong ? end - start : null);
    const bound = isLong ? "> IP PAYLOAD LENGTH" : `< ${UDP_HEADER_LENGTH}`;
    if (isLong || length < UDP_HEADER_LENGTH) info += ` [BAD UDP LENGTH ${length} ${bound}]`;
    if (isLong) info += ` Len=${length - UDP_HEADER_LENGTH}`;
  }
  d.columns("UDP", info);
}
