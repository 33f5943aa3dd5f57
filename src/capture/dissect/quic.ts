// QUIC (RFC 9000): the packets of a datagram, their headers, and what Initial packets say under keys anybody can make.

import { addBits, addBytes, addComputed, addFlag, addUint } from "./protocol.ts";
import { QuicConnection } from "./quic-connection.ts";
import type { QuicFacts } from "./quic-connection.ts";
import { showQuicFrames } from "./quic-frames.ts";
import { isForcingNegotiation, QUIC_V1, QUIC_V2 } from "./quic-keys.ts";
import { quicVarint, readQuicPackets } from "./quic-packets.ts";
import type { QuicKind, QuicPacket, Span } from "./quic-packets.ts";
import { bytesText, hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";
import type { Datagram } from "./udp-protocols.ts";

const TITLE = "QUIC IETF";
const VERSIONS_MAX = 200;

const TYPES_V1 = new Map<number, string>([
  [0, "Initial"],
  [1, "0-RTT"],
  [2, "Handshake"],
  [3, "Retry"],
]);
const TYPES_V2 = new Map<number, string>([
  [0, "Retry"],
  [1, "Initial"],
  [2, "0-RTT"],
  [3, "Handshake"],
]);

const NAMES: Readonly<Record<QuicKind, string>> = {
  initial: "Initial",
  "0-rtt": "0-RTT",
  handshake: "Handshake",
  retry: "Retry",
  negotiation: "Version Negotiation",
  short: "Protected Payload (KP0)",
  "unknown version": "Unknown version",
};

export function dissectQuic(d: Dissection, { start, end, conversation }: Datagram): void {
  const { row } = d.around;
  const held = d.captured(end);
  const known = conversation?.quic ?? null;
  // A datagram of no conversation, as one that an error quotes, has only itself to go by.
  const connection = known ?? new QuicConnection();
  if (known === null && held === end) connection.add(row, 0, d.bytes.subarray(start, end));
  const direction = known === null || conversation === null ? 0 : conversation.direction(row);
  const packets = readQuicPackets(d.bytes, start, held, connection.id(direction));
  d.columns("QUIC", "");
  d.layers.push("quic");
  let at = start;
  for (const [index, packet] of packets.entries()) {
    showPacket(d, packet, connection.facts(row, index));
    at = packet.end;
  }
  if (at >= end) return;
  if (held < end) {
    d.add(d.root, "quic", TITLE, at, held - at);
    d.stop("cut", TITLE, held);
  } else if (packets.length === 0) d.stop("malformed", TITLE, at);
  else {
    const node = d.add(d.root, "quic", TITLE, at, end - at);
    addBytes(d, node.children, "quic.remaining_payload", "Remaining Payload", at, end);
  }
}

function showPacket(d: Dissection, packet: QuicPacket, facts: QuicFacts): void {
  const { kind, start, end, destination, source } = packet;
  const out = d.add(d.root, "quic", TITLE, start, end - start).children;
  addComputed(d, out, "quic.packet_length", `Packet Length: ${end - start}`, start, end - start);
  if (kind === "short") {
    showShort(d, out, packet);
    return;
  }
  const ids = [idText(d, ", DCID=", destination), source === null ? "" : idText(d, ", SCID=", source)].join(
    "",
  );
  addBits(d, out, "quic.header_form", start, 1, 0x80, "Header Form", () => "Long Header (1)");
  let info = `${NAMES[kind]}${ids}`;
  if (kind === "negotiation") {
    addBits(d, out, "quic.vn.unused", start, 1, 0x7f, "Unused", (value) => hexText(value, 2));
    showIds(d, out, packet);
    showVersions(d, out, packet);
  } else {
    // Wireshark leaves it out of Retry.
    if (kind !== "retry") addFlag(d, out, "quic.fixed_bit", start, 1, 0x40, "Fixed Bit", ["True", "False"]);
    if (kind === "unknown version") {
      showIds(d, out, packet);
      addRest(d, out, packet.rest, end);
    } else info += showVersioned(d, out, packet, facts);
  }
  d.columns("QUIC", info);
}

function idText(d: Dissection, before: string, { from, to }: Span): string {
  return to > from ? `${before}${bytesText(d.bytes, from, to - from)}` : "";
}

function addRest(d: Dissection, out: DetailNode[], from: number, end: number): void {
  if (from < end) addBytes(d, out, "quic.remaining_payload", "Remaining Payload", from, end);
}

function showShort(d: Dissection, out: DetailNode[], { start, end, destination, rest }: QuicPacket): void {
  const id = idText(d, " DCID=", destination);
  const node = d.add(out, "quic.short", `QUIC Short Header${id}`, start, rest - start);
  const into = node.children;
  addBits(d, into, "quic.header_form", start, 1, 0x80, "Header Form", () => "Short Header (0)");
  addFlag(d, into, "quic.fixed_bit", start, 1, 0x40, "Fixed Bit", ["True", "False"]);
  addFlag(d, into, "quic.spin_bit", start, 1, 0x20, "Spin Bit", ["True", "False"]);
  if (id !== "")
    addBytes(d, into, "quic.dcid", "Destination Connection ID", destination.from, destination.to);
  addRest(d, out, rest, end);
  d.columns("QUIC", `${NAMES.short}${idText(d, ", DCID=", destination)}`);
}

function versionText(version: number): string {
  const value = `(${hexText(version, 8)})`;
  if (version === 0) return `Version Negotiation ${value}`;
  if (version === QUIC_V1) return `1 ${value}`;
  if (version === QUIC_V2) return `2 ${value}`;
  if (version > 0xff000000 && version <= 0xff0000ff) return `draft-${version & 0xff} ${value}`;
  return `Unknown ${value}${isForcingNegotiation(version) ? " (Forcing Version Negotiation)" : ""}`;
}

/** What all versions have (RFC 8999 5.1). */
function showIds(d: Dissection, out: DetailNode[], { start, end, destination, source }: QuicPacket): void {
  addUint(d, out, "quic.version", start + 1, 4, end, (value) => `Version: ${versionText(value)}`);
  addId(d, out, "quic.dci", "Destination Connection ID", destination);
  if (source !== null) addId(d, out, "quic.sci", "Source Connection ID", source);
}

function addId(d: Dissection, out: DetailNode[], field: string, name: string, { from, to }: Span): void {
  d.add(out, `${field}l`, `${name} Length: ${to - from}`, from - 1, 1, to - from);
  if (to > from) addBytes(d, out, `${field}d`, name, from, to);
}

function showVersions(d: Dissection, out: DetailNode[], { rest, end }: QuicPacket): void {
  const label = (value: number): string => `Supported Version: ${versionText(value)}`;
  for (let i = 0, at = rest; i < VERSIONS_MAX && at + 4 <= end; i++, at += 4)
    addUint(d, out, "quic.supported_version", at, 4, end, label);
}

/** Shows a long header of a known version from its type on; answers what Info says beyond the ids. */
function showVersioned(d: Dissection, out: DetailNode[], packet: QuicPacket, facts: QuicFacts): string {
  const { kind, start, end, version, token, original, length, rest } = packet;
  const isV2 = version === QUIC_V2;
  const typeField = isV2 ? "quic.long.packet_type_v2" : "quic.long.packet_type";
  const types = isV2 ? TYPES_V2 : TYPES_V1;
  addBits(d, out, typeField, start, 1, 0x30, "Packet Type", (value) => `${types.get(value)} (${value})`);
  const { open } = facts;
  if (open !== null) {
    // As the first byte was before it was protected.
    const reserved = (open.first >> 2) & 3;
    const reservedBits = `.... ${bits2(reserved)}.. = Reserved: ${reserved}`;
    d.add(out, "quic.long.reserved", reservedBits, start, 1, reserved);
    const low = open.first & 3;
    const size = `.... ..${bits2(low)} = Packet Number Length: ${open.numberSize} bytes (${low})`;
    d.add(out, "quic.packet_number_length", size, start, 1, low);
  }
  showIds(d, out, packet);
  if (kind === "retry" && token !== null) {
    if (original !== null) addId(d, out, "quic.odci", "Original Destination Connection ID", original);
    addBytes(d, out, "quic.retry_token", "Retry Token", token.from, token.to);
    if (rest >= end) return "";
    const tag = addBytes(d, out, "quic.retry_integrity_tag", "Retry Integrity Tag", rest, end);
    if (facts.isRetryGood !== null) tag.label += facts.isRetryGood ? " [verified]" : " [incorrect]";
    return "";
  }
  if (kind === "initial" && token !== null) showToken(d, out, token);
  if (length !== null) {
    const value = quicVarint(d.bytes, length.from, length.to)?.value ?? 0;
    d.add(out, "quic.length", `Length: ${value}`, length.from, length.to - length.from, value);
  }
  if (open === null) {
    addRest(d, out, rest, end);
    return "";
  }
  const { number, numberSize, plain } = open;
  d.add(out, "quic.packet_number", `Packet Number: ${number}`, rest, numberSize, number);
  addBytes(d, out, "quic.payload", "Payload", rest + numberSize, end);
  let names = "";
  d.within("Decrypted QUIC", plain, () => {
    names = showQuicFrames(d, out, facts.messages);
  });
  return `, PKN: ${number}${names}`;
}

function bits2(value: number): string {
  return value.toString(2).padStart(2, "0");
}

function showToken(d: Dissection, out: DetailNode[], { from, to }: Span): void {
  const size = to - from < 64 ? 1 : to - from < 16_384 ? 2 : 4;
  const at = Math.max(0, from - size);
  d.add(out, "quic.token_length", `Token Length: ${to - from}`, at, from - at, to - from);
  if (to > from) addBytes(d, out, "quic.token", "Token", from, to);
}
