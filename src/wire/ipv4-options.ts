// Options of IPv4 headers (RFC 791 3.1), kept as type and data: type 0 ends the list, 1 pads, all others have a length byte.

import { malformed } from "./error.ts";
import type { WireError } from "./error.ts";

export const IPV4_OPTION = {
  endOfList: 0,
  noOperation: 1,
  recordRoute: 7,
  mtuProbe: 11,
  mtuReply: 12,
  quickStart: 25,
  timestamp: 68,
  traceroute: 82,
  security: 130,
  looseSourceRoute: 131,
  extendedSecurity: 133,
  commercialSecurity: 134,
  streamId: 136,
  strictSourceRoute: 137,
  routerAlert: 148,
  directedBroadcast: 149,
} as const;

export interface Ipv4Option {
  /** The whole type byte, copied flag and class included. */
  readonly type: number;
  /** What follows the length byte; empty for types 0 and 1. */
  readonly data: Uint8Array;
}

export interface PlacedIpv4Option extends Ipv4Option {
  /** Bytes from the start of the IP header. */
  readonly offset: number;
  /** Bytes, type and length included. */
  readonly length: number;
}

export interface Ipv4OptionArea {
  readonly options: readonly PlacedIpv4Option[];
  readonly tail: Uint8Array;
  readonly error: WireError | null;
}

const NOTHING = new Uint8Array(0);
const NO_OPTIONS: Ipv4OptionArea = { options: [], tail: NOTHING, error: null };

/** The options between the fixed part of the header at `start` and `end`. */
export function decodeIpv4Options(bytes: Uint8Array, start: number, end: number): Ipv4OptionArea {
  let at = start + 20;
  if (at === end) return NO_OPTIONS;
  const options: PlacedIpv4Option[] = [];
  while (at < end) {
    const type = bytes[at];
    if (type <= IPV4_OPTION.noOperation) {
      options.push({ type, data: NOTHING, offset: at - start, length: 1 });
      at++;
      if (type === IPV4_OPTION.endOfList) break;
      continue;
    }
    const length = at + 1 < end ? bytes[at + 1] : 0;
    if (length < 2 || at + length > end) {
      const problem = `option ${type} has length ${length} with ${end - at} bytes left`;
      return { options, tail: bytes.slice(at, end), error: malformed("ip", at, problem) };
    }
    options.push({ type, data: bytes.slice(at + 2, at + length), offset: at - start, length });
    at += length;
  }
  return { options, tail: bytes.slice(at, end), error: null };
}

/** Bytes the options take, without padding. */
export function ipv4OptionsLength(options: readonly Ipv4Option[]): number {
  let length = 0;
  for (const { type, data } of options) length += type <= IPV4_OPTION.noOperation ? 1 : 2 + data.length;
  return length;
}

/** Writes the options at `at`, answers where they end. */
export function encodeIpv4Options(options: readonly Ipv4Option[], out: Uint8Array, at: number): number {
  let next = at;
  for (const { type, data } of options) {
    out[next++] = type;
    if (type <= IPV4_OPTION.noOperation) continue;
    out[next++] = data.length + 2;
    out.set(data, next);
    next += data.length;
  }
  return next;
}

/**
 * Where the address stands that a packet is bound for in the end, in bytes from the start of its header: the last one of a source route
 * that has not been gone to its end (RFC 791 section 3.1). Null without one: the header's own destination is it.
 */
export function finalDestinationOffset(options: readonly PlacedIpv4Option[]): number | null {
  for (const { type, data, offset, length } of options) {
    if (type !== IPV4_OPTION.looseSourceRoute && type !== IPV4_OPTION.strictSourceRoute) continue;
    const pointer = data.length > 0 ? data[0] : 0;
    return pointer >= 4 && pointer % 4 === 0 && pointer <= length ? offset + length - 4 : null;
  }
  return null;
}
