// TCP headers (RFC 9293 3.1). Options are in tcp-options.ts.

import { getUint16, getUint32, setUint16, setUint32 } from "./bytes.ts";
import { transportChecksum } from "./checksum.ts";
import { malformed, tooShort } from "./error.ts";
import type { WireError } from "./error.ts";
import { IP_PROTOCOL } from "./protocols.ts";
import { decodeTcpOptions, encodeTcpOptions, tcpOptionsLength } from "./tcp-options.ts";
import type { PlacedTcpOption, TcpOption } from "./tcp-options.ts";

export const TCP_HEADER_LENGTH_MIN = 20;
const HEADER_LENGTH_MAX = 60;

/** Bits of `flags`, `tcp.flags` as Wireshark has it: the nine flags and the three reserved bits above them. */
export const TCP_FLAG = {
  fin: 0x001,
  syn: 0x002,
  rst: 0x004,
  psh: 0x008,
  ack: 0x010,
  urg: 0x020,
  ece: 0x040,
  cwr: 0x080,
  /** Accurate ECN (RFC 9768), formerly the nonce sum. */
  ae: 0x100,
  reserved: 0xe00,
} as const;

/** What an encoder is given. */
export interface TcpFields {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** 32 bits, unsigned. */
  readonly seq: number;
  readonly ack: number;
  /** Twelve bits: see TCP_FLAG. */
  readonly flags: number;
  /** As on the wire, not scaled. */
  readonly window: number;
  readonly checksum: number;
  readonly urgentPointer: number;
  readonly options: readonly TcpOption[];
  /** Bytes of the options area after its end or after damage, kept as they are. */
  readonly optionsTail: Uint8Array;
}

/** What a decoder finds. */
export interface TcpHeader extends TcpFields {
  /** Bytes, 20 to 60. */
  readonly headerLength: number;
  readonly options: readonly PlacedTcpOption[];
  /** Damage among the options (or options the capture cut), which takes nothing from the rest of the header. */
  readonly optionsError: WireError | null;
}

/** The header at `start`. */
export function decodeTcp(
  bytes: Uint8Array,
  start: number,
  end: number,
  wireEnd: number = end,
): TcpHeader | WireError {
  if (end - start < TCP_HEADER_LENGTH_MIN) return tooShort("tcp", start, TCP_HEADER_LENGTH_MIN, end, wireEnd);
  const headerLength = (bytes[start + 12] >>> 4) * 4;
  if (headerLength < TCP_HEADER_LENGTH_MIN) {
    return malformed("tcp", start + 12, `header length ${headerLength} is less than 20`);
  }
  if (end - start < headerLength) return tooShort("tcp", start, headerLength, end, wireEnd);
  return headerOf(bytes, start, headerLength, start + headerLength);
}

/** What `end` leaves of a header that it cuts among its options; null where it leaves less than the fixed part. */
export function decodeTcpBeginning(bytes: Uint8Array, start: number, end: number): TcpHeader | null {
  if (end - start < TCP_HEADER_LENGTH_MIN) return null;
  const headerLength = (bytes[start + 12] >>> 4) * 4;
  if (headerLength < TCP_HEADER_LENGTH_MIN) return null;
  return headerOf(bytes, start, headerLength, Math.min(end, start + headerLength));
}

function headerOf(bytes: Uint8Array, start: number, headerLength: number, optionsEnd: number): TcpHeader {
  const area = decodeTcpOptions(bytes, start, optionsEnd);
  return {
    headerLength,
    sourcePort: getUint16(bytes, start),
    destinationPort: getUint16(bytes, start + 2),
    seq: getUint32(bytes, start + 4),
    ack: getUint32(bytes, start + 8),
    flags: getUint16(bytes, start + 12) & 0xfff,
    window: getUint16(bytes, start + 14),
    checksum: getUint16(bytes, start + 16),
    urgentPointer: getUint16(bytes, start + 18),
    options: area.options,
    optionsTail: area.tail,
    optionsError: area.error,
  };
}

/** Bytes the header takes: 20 and the options, padded to a multiple of four. */
export function tcpHeaderLength(fields: Pick<TcpFields, "options" | "optionsTail">): number {
  const area = tcpOptionsLength(fields.options) + fields.optionsTail.length;
  return TCP_HEADER_LENGTH_MIN + ((area + 3) & ~3);
}

/** Writes the header as given at `at`, answers its length. Throws RangeError for options that do not fit into 40 bytes. */
export function encodeTcp(fields: TcpFields, out: Uint8Array, at: number): number {
  const headerLength = tcpHeaderLength(fields);
  if (headerLength > HEADER_LENGTH_MAX)
    throw new RangeError(`TCP options do not fit: ${headerLength - 20} > 40`);
  setUint16(out, at, fields.sourcePort);
  setUint16(out, at + 2, fields.destinationPort);
  setUint32(out, at + 4, fields.seq);
  setUint32(out, at + 8, fields.ack);
  setUint16(out, at + 12, (headerLength << 10) | (fields.flags & 0xfff));
  setUint16(out, at + 14, fields.window);
  setUint16(out, at + 16, fields.checksum);
  setUint16(out, at + 18, fields.urgentPointer);
  const optionsEnd = encodeTcpOptions(fields.options, out, at + TCP_HEADER_LENGTH_MIN);
  out.set(fields.optionsTail, optionsEnd);
  out.fill(0, optionsEnd + fields.optionsTail.length, at + headerLength);
  return headerLength;
}

/** Computes and writes the checksum of the segment `out[start, end)` under the IP header at `ipStart`. */
export function fillTcpChecksum(out: Uint8Array, ipStart: number, start: number, end: number): void {
  setUint16(out, start + 16, 0);
  setUint16(out, start + 16, transportChecksum(out, ipStart, IP_PROTOCOL.tcp, start, end));
}
