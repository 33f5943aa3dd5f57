// QUIC's packets (RFC 9000 17, RFC 8999): where the parts of their headers are, and what a datagram of several holds.

import { hasRetryTag, isForcingNegotiation, isKnownVersion, QUIC_V2 } from "./quic-keys.ts";
import { uint } from "./protocol.ts";

export type QuicKind =
  | "initial"
  | "0-rtt"
  | "handshake"
  | "retry"
  | "negotiation"
  | "short"
  | "unknown version";

/** Bytes [from, to). */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface QuicPacket {
  readonly kind: QuicKind;
  readonly start: number;
  readonly end: number;
  /** 0 where the header says none. */
  readonly version: number;
  readonly destination: Span;
  readonly source: Span | null;
  /** Of an Initial packet and of Retry. */
  readonly token: Span | null;
  /** The id that Retry answers, where its version says it. */
  readonly original: Span | null;
  /** Where the length of what follows it stands. */
  readonly length: Span | null;
  /** Behind the header, as far as it can be read: the packet number of an Initial packet. */
  readonly rest: number;
}

const ID_LENGTH_MAX = 20;
/** Long headers up to the length of the destination's id. */
const FIXED_LENGTH = 6;
const RETRY_TAG_LENGTH = 16;
const PACKETS_MAX = 16;
const NO_ID = new Uint8Array(0);

const KINDS_V1: readonly QuicKind[] = ["initial", "0-rtt", "handshake", "retry"];
const KINDS_V2: readonly QuicKind[] = ["retry", "initial", "0-rtt", "handshake"];

/** A variable-length integer (RFC 9000 16) at `at`: its value, inexact above 2^53, and its bytes; null where it is cut. */
export function quicVarint(
  bytes: Uint8Array,
  at: number,
  end: number,
): { readonly value: number; readonly size: number } | null {
  if (at >= end) return null;
  const size = 1 << (bytes[at] >> 6);
  if (at + size > end) return null;
  return { value: (bytes[at] & 0x3f) * 256 ** (size - 1) + uint(bytes, at + 1, size - 1), size };
}

/** Whether a datagram begins with a long header that fits into it, of a version that is known or none at all. */
export function looksLikeQuic(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < FIXED_LENGTH + 1 || bytes[start] < 0x80) return false;
  const version = uint(bytes, start + 1, 4);
  const isNegotiation = version === 0;
  if (!isNegotiation && (bytes[start] < 0xc0 || !isKnownVersion(version))) return false;
  const packet = readQuicPacket(bytes, start, end, NO_ID);
  if (packet === null) return false;
  if (isNegotiation) return packet.rest < end && (end - packet.rest) % 4 === 0;
  // A header of zeros only is no sign of anything.
  return packet.destination.to > packet.destination.from || packet.source?.to !== packet.source?.from;
}

/** The packets in [start, end); `id` is what short headers begin with that say the id known of the connection. Stops at what it cannot read. */
export function readQuicPackets(
  bytes: Uint8Array,
  start: number,
  end: number,
  id: Uint8Array,
): readonly QuicPacket[] {
  const packets: QuicPacket[] = [];
  for (let at = start; at < end && packets.length < PACKETS_MAX;) {
    const packet = readQuicPacket(bytes, at, end, id);
    if (packet === null) break;
    packets.push(packet);
    at = packet.end;
  }
  return packets;
}

function readQuicPacket(bytes: Uint8Array, start: number, end: number, id: Uint8Array): QuicPacket | null {
  if (bytes[start] < 0x80) {
    // Padding behind the last packet, or nothing of QUIC's.
    if (bytes[start] < 0x40) return null;
    // Ids agreed on since are known to the two ends only.
    const from = start + 1;
    const isKnown = from + id.length <= end && id.every((byte, i) => bytes[from + i] === byte);
    const to = isKnown ? from + id.length : from;
    const destination = { from, to };
    const none = { version: 0, source: null, token: null, original: null, length: null };
    return { kind: "short", start, end, destination, rest: to, ...none };
  }
  if (end - start < FIXED_LENGTH + 1) return null;
  const version = uint(bytes, start + 1, 4);
  const destination = idAt(bytes, start + 5, end);
  const source = destination === null ? null : idAt(bytes, destination.to, end);
  if (destination === null || source === null) return null;
  const nothing = { token: null, original: null, length: null };
  const whole = { start, end, version, destination, source, ...nothing, rest: source.to };
  if (version === 0) return { ...whole, kind: "negotiation" };
  const unknown: QuicPacket = { ...whole, kind: "unknown version" };
  if (!isKnownVersion(version)) return unknown;
  const packet = readVersioned(bytes, whole, source.to);
  // Of a version that nobody speaks what follows may be anything.
  return packet ?? (isForcingNegotiation(version) ? unknown : null);
}

/** The rest of a long header, from `from` on, whose beginning `whole` has; null where it is none of its version's. */
function readVersioned(bytes: Uint8Array, whole: Omit<QuicPacket, "kind">, from: number): QuicPacket | null {
  const { start, end, version } = whole;
  const kinds = version === QUIC_V2 ? KINDS_V2 : KINDS_V1;
  const kind = kinds[(bytes[start] >> 4) & 3];
  if (kind === "retry" && !hasRetryTag(version)) {
    const original = idAt(bytes, from, end);
    return original === null
      ? null
      : { ...whole, kind, original, token: { from: original.to, to: end }, rest: end };
  }
  if (kind === "retry") {
    const to = end - RETRY_TAG_LENGTH;
    return to < from ? null : { ...whole, kind, token: { from, to }, rest: to };
  }
  let at = from;
  let token: Span | null = null;
  if (kind === "initial") {
    const size = quicVarint(bytes, at, end);
    if (size === null || size.value > end - at - size.size) return null;
    token = { from: at + size.size, to: at + size.size + size.value };
    at = token.to;
  }
  const length = quicVarint(bytes, at, end);
  if (length === null || length.value > end - at - length.size) return null;
  const rest = at + length.size;
  return { ...whole, kind, token, length: { from: at, to: rest }, rest, end: rest + length.value };
}

/** A connection id behind its length. */
function idAt(bytes: Uint8Array, at: number, end: number): Span | null {
  const length = bytes[at];
  if (at >= end || length > ID_LENGTH_MAX || at + 1 + length > end) return null;
  return { from: at + 1, to: at + 1 + length };
}
