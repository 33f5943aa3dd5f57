// IPv4 headers with their options (RFC 791).

import { readIpv4, writeIpv4 } from "./address.ts";
import { getUint16, setUint16 } from "./bytes.ts";
import { internetChecksum } from "./checksum.ts";
import { malformed, tooShort } from "./error.ts";
import type { WireError } from "./error.ts";
import { decodeIpv4Options, encodeIpv4Options, ipv4OptionsLength } from "./ipv4-options.ts";
import type { Ipv4Option, PlacedIpv4Option } from "./ipv4-options.ts";

export const IPV4_HEADER_LENGTH_MIN = 20;
const HEADER_LENGTH_MAX = 60;

/** Bits of `flags`. */
export const IPV4_FLAGS = { reserved: 4, dontFragment: 2, moreFragments: 1 } as const;

/** What an encoder is given. */
export interface Ipv4Fields {
  /** DSCP and ECN together: `ip.dsfield`. */
  readonly dsfield: number;
  /** Header and payload in bytes; 0 in captures of segmentation offload. */
  readonly totalLength: number;
  readonly id: number;
  /** The three bits: see IPV4_FLAGS. */
  readonly flags: number;
  /** Bytes; a multiple of 8. */
  readonly fragmentOffset: number;
  readonly ttl: number;
  readonly protocol: number;
  readonly checksum: number;
  readonly source: string;
  readonly destination: string;
  readonly options: readonly Ipv4Option[];
  /** Bytes of the options area after its end or after damage, kept as they are. */
  readonly optionsTail: Uint8Array;
}

/** What a decoder finds. */
export interface Ipv4Header extends Ipv4Fields {
  /** Bytes, 20 to 60. */
  readonly headerLength: number;
  readonly options: readonly PlacedIpv4Option[];
  /** Damage among the options, which takes nothing from the rest of the header. */
  readonly optionsError: WireError | null;
}

/** The header at `start`. A total length beyond `end` is no error here: the payload may have been cut. */
export function decodeIpv4(
  bytes: Uint8Array,
  start: number,
  end: number,
  wireEnd: number = end,
): Ipv4Header | WireError {
  if (end - start < IPV4_HEADER_LENGTH_MIN) {
    return tooShort("ip", start, IPV4_HEADER_LENGTH_MIN, end, wireEnd);
  }
  const version = bytes[start] >>> 4;
  if (version !== 4) return malformed("ip", start, `version is ${version}, not 4`);
  const headerLength = (bytes[start] & 15) * 4;
  if (headerLength < IPV4_HEADER_LENGTH_MIN) {
    return malformed("ip", start, `header length ${headerLength} is less than 20`);
  }
  if (end - start < headerLength) return tooShort("ip", start, headerLength, end, wireEnd);
  const totalLength = getUint16(bytes, start + 2);
  if (totalLength !== 0 && totalLength < headerLength) {
    return malformed(
      "ip",
      start + 2,
      `total length ${totalLength} is less than the header's ${headerLength}`,
    );
  }
  const fragment = getUint16(bytes, start + 6);
  const area = decodeIpv4Options(bytes, start, start + headerLength);
  return {
    headerLength,
    dsfield: bytes[start + 1],
    totalLength,
    id: getUint16(bytes, start + 4),
    flags: fragment >>> 13,
    fragmentOffset: (fragment & 0x1fff) * 8,
    ttl: bytes[start + 8],
    protocol: bytes[start + 9],
    checksum: getUint16(bytes, start + 10),
    source: readIpv4(bytes, start + 12),
    destination: readIpv4(bytes, start + 16),
    options: area.options,
    optionsTail: area.tail,
    optionsError: area.error,
  };
}

/** Bytes the header takes: 20 and the options, padded to a multiple of four. */
export function ipv4HeaderLength(fields: Pick<Ipv4Fields, "options" | "optionsTail">): number {
  const area = ipv4OptionsLength(fields.options) + fields.optionsTail.length;
  return IPV4_HEADER_LENGTH_MIN + ((area + 3) & ~3);
}

/** Writes the header as given at `at`, answers its length. Throws RangeError for options that do not fit or a bad address. */
export function encodeIpv4(fields: Ipv4Fields, out: Uint8Array, at: number): number {
  const headerLength = ipv4HeaderLength(fields);
  if (headerLength > HEADER_LENGTH_MAX)
    throw new RangeError(`IPv4 options do not fit: ${headerLength - 20} > 40`);
  out[at] = 0x40 | (headerLength / 4);
  out[at + 1] = fields.dsfield;
  setUint16(out, at + 2, fields.totalLength);
  setUint16(out, at + 4, fields.id);
  setUint16(out, at + 6, (fields.flags << 13) | (fields.fragmentOffset >>> 3));
  out[at + 8] = fields.ttl;
  out[at + 9] = fields.protocol;
  setUint16(out, at + 10, fields.checksum);
  writeIpv4(out, at + 12, fields.source);
  writeIpv4(out, at + 16, fields.destination);
  const optionsEnd = encodeIpv4Options(fields.options, out, at + IPV4_HEADER_LENGTH_MIN);
  out.set(fields.optionsTail, optionsEnd);
  out.fill(0, optionsEnd + fields.optionsTail.length, at + headerLength);
  return headerLength;
}

/** Computes and writes the checksum of the header of `headerLength` bytes at `at`. */
export function fillIpv4Checksum(out: Uint8Array, at: number, headerLength: number): void {
  setUint16(out, at + 10, 0);
  setUint16(out, at + 10, internetChecksum(out, at, at + headerLength));
}
