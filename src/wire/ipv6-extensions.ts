// IPv6 extension headers (RFC 8200 section 4, RFC 4302 for AH): each names the next, all but the fragment header have a length.

import { getUint16, getUint32, setUint16, setUint32 } from "./bytes.ts";
import { malformed, tooShort } from "./error.ts";
import type { WireError } from "./error.ts";
import { IP_PROTOCOL } from "./protocols.ts";

/** An option of a hop-by-hop or destination header. Type 0 (Pad1) has neither length nor data. */
export interface Ipv6Option {
  readonly type: number;
  readonly data: Uint8Array;
}

export interface PlacedIpv6Option extends Ipv6Option {
  /** Bytes from the start of the extension header. */
  readonly offset: number;
  /** Bytes, type and length included. */
  readonly length: number;
}

export interface Ipv6OptionsFields {
  readonly kind: "hopByHop" | "destinationOptions";
  readonly nextHeader: number;
  readonly options: readonly Ipv6Option[];
  /** Bytes after damage among the options, kept as they are. */
  readonly optionsTail: Uint8Array;
}

export interface Ipv6OptionsHeader extends Ipv6OptionsFields {
  readonly options: readonly PlacedIpv6Option[];
  readonly optionsError: WireError | null;
}

export interface Ipv6RoutingHeader {
  readonly kind: "routing";
  readonly nextHeader: number;
  readonly routingType: number;
  readonly segmentsLeft: number;
  /** What follows the first four bytes: 4 bytes, or 4 more than a multiple of 8. */
  readonly data: Uint8Array;
}

export interface Ipv6FragmentHeader {
  readonly kind: "fragment";
  readonly nextHeader: number;
  /** Bytes; a multiple of 8. */
  readonly fragmentOffset: number;
  readonly moreFragments: boolean;
  readonly id: number;
  /** The reserved byte, and the two reserved bits after the offset. */
  readonly reservedByte: number;
  readonly reservedBits: number;
}

export interface Ipv6AuthenticationHeader {
  readonly kind: "authentication";
  readonly nextHeader: number;
  readonly reserved: number;
  readonly spi: number;
  readonly sequence: number;
  /** Integrity check value: a multiple of 4 bytes. */
  readonly icv: Uint8Array;
}

/** What a decoder finds. */
export type Ipv6Extension =
  | Ipv6OptionsHeader
  | Ipv6RoutingHeader
  | Ipv6FragmentHeader
  | Ipv6AuthenticationHeader;

/** What an encoder is given. */
export type Ipv6ExtensionFields =
  | Ipv6OptionsFields
  | Ipv6RoutingHeader
  | Ipv6FragmentHeader
  | Ipv6AuthenticationHeader;

const LAYER = {
  hopByHop: "ipv6.hopopts",
  destinationOptions: "ipv6.dstopts",
  routing: "ipv6.routing",
  fragment: "ipv6.fraghdr",
  authentication: "ah",
} as const;

const PAD1 = 0;
const FRAGMENT_LENGTH = 8;
const LENGTH_MAX = 256 * 8;

/** Whether a next-header value names an extension header decoded here. */
export function isIpv6Extension(nextHeader: number): boolean {
  return kindOf(nextHeader) !== null;
}

function kindOf(nextHeader: number): Ipv6Extension["kind"] | null {
  switch (nextHeader) {
    case IP_PROTOCOL.hopByHop:
      return "hopByHop";
    case IP_PROTOCOL.routing:
      return "routing";
    case IP_PROTOCOL.fragment:
      return "fragment";
    case IP_PROTOCOL.authentication:
      return "authentication";
    case IP_PROTOCOL.destinationOptions:
      return "destinationOptions";
    default:
      return null;
  }
}

/** The next-header value that announces an extension header of this kind. */
export function ipv6ExtensionNumber(kind: Ipv6Extension["kind"]): number {
  return IP_PROTOCOL[kind];
}

/** The extension header that `nextHeader` announced, at `start`; its length is `ipv6ExtensionLength` of it. Throws RangeError for another number. */
export function decodeIpv6Extension(
  nextHeader: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  wireEnd: number = end,
): Ipv6Extension | WireError {
  const kind = kindOf(nextHeader);
  if (kind === null) throw new RangeError(`${nextHeader} is no IPv6 extension header`);
  const layer = LAYER[kind];
  if (end - start < 8) return tooShort(layer, start, 8, end, wireEnd);
  const length =
    kind === "fragment"
      ? FRAGMENT_LENGTH
      : kind === "authentication"
        ? (bytes[start + 1] + 2) * 4
        : (bytes[start + 1] + 1) * 8;
  if (kind === "authentication" && length < 12) {
    return malformed(layer, start + 1, `length ${length} is less than 12`);
  }
  if (end - start < length) return tooShort(layer, start, length, end, wireEnd);
  const next = bytes[start];
  switch (kind) {
    case "fragment": {
      const word = getUint16(bytes, start + 2);
      return {
        kind,
        nextHeader: next,
        fragmentOffset: word & 0xfff8,
        moreFragments: (word & 1) === 1,
        id: getUint32(bytes, start + 4),
        reservedByte: bytes[start + 1],
        reservedBits: (word >>> 1) & 3,
      };
    }
    case "routing":
      return {
        kind,
        nextHeader: next,
        routingType: bytes[start + 2],
        segmentsLeft: bytes[start + 3],
        data: bytes.slice(start + 4, start + length),
      };
    case "authentication":
      return {
        kind,
        nextHeader: next,
        reserved: getUint16(bytes, start + 2),
        spi: getUint32(bytes, start + 4),
        sequence: getUint32(bytes, start + 8),
        icv: bytes.slice(start + 12, start + length),
      };
    default:
      return decodeOptions(kind, bytes, start, start + length);
  }
}

function decodeOptions(
  kind: Ipv6OptionsFields["kind"],
  bytes: Uint8Array,
  start: number,
  end: number,
): Ipv6OptionsHeader {
  const options: PlacedIpv6Option[] = [];
  let optionsError: WireError | null = null;
  let at = start + 2;
  while (at < end) {
    const type = bytes[at];
    const length = type === PAD1 ? 1 : at + 1 < end ? bytes[at + 1] + 2 : Infinity;
    if (at + length > end) {
      optionsError = malformed(LAYER[kind], at, `option ${type} does not fit into ${end - at} bytes`);
      break;
    }
    const data = bytes.slice(Math.min(at + 2, at + length), at + length);
    options.push({ type, data, offset: at - start, length });
    at += length;
  }
  return { kind, nextHeader: bytes[start], options, optionsTail: bytes.slice(at, end), optionsError };
}

function optionLength(option: Ipv6Option): number {
  return option.type === PAD1 ? 1 : 2 + option.data.length;
}

/** Bytes an extension header takes; options are padded to a multiple of eight. */
export function ipv6ExtensionLength(header: Ipv6ExtensionFields): number {
  switch (header.kind) {
    case "fragment":
      return FRAGMENT_LENGTH;
    case "routing":
      return 4 + header.data.length;
    case "authentication":
      return 12 + header.icv.length;
    case "hopByHop":
    case "destinationOptions":
      break;
  }
  let length = 2 + header.optionsTail.length;
  for (const option of header.options) length += optionLength(option);
  return (length + 7) & ~7;
}

/** Writes the header as given at `at`, answers its length. Throws RangeError for one whose length its length field cannot say. */
export function encodeIpv6Extension(header: Ipv6ExtensionFields, out: Uint8Array, at: number): number {
  const length = ipv6ExtensionLength(header);
  out[at] = header.nextHeader;
  if (header.kind === "fragment") {
    out[at + 1] = header.reservedByte;
    setUint16(
      out,
      at + 2,
      header.fragmentOffset | (header.reservedBits << 1) | (header.moreFragments ? 1 : 0),
    );
    setUint32(out, at + 4, header.id);
    return length;
  }
  if (header.kind === "authentication") {
    if (length % 4 !== 0 || length > 257 * 4) throw new RangeError(`AH cannot be ${length} bytes long`);
    out[at + 1] = length / 4 - 2;
    setUint16(out, at + 2, header.reserved);
    setUint32(out, at + 4, header.spi);
    setUint32(out, at + 8, header.sequence);
    out.set(header.icv, at + 12);
    return length;
  }
  if (length % 8 !== 0 || length < 8 || length > LENGTH_MAX) {
    throw new RangeError(`an IPv6 ${header.kind} header cannot be ${length} bytes long`);
  }
  out[at + 1] = length / 8 - 1;
  if (header.kind === "routing") {
    out[at + 2] = header.routingType;
    out[at + 3] = header.segmentsLeft;
    out.set(header.data, at + 4);
    return length;
  }
  let next = at + 2;
  for (const option of header.options) {
    out[next] = option.type;
    if (option.type !== PAD1) {
      out[next + 1] = option.data.length;
      out.set(option.data, next + 2);
    }
    next += optionLength(option);
  }
  out.set(header.optionsTail, next);
  out.fill(PAD1, next + header.optionsTail.length, at + length);
  return length;
}
