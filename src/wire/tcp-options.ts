// TCP options: RFC 9293 3.2, window scale and timestamps (RFC 7323), SACK (RFC 2018), fast open (RFC 7413).
//
// Order, padding and options of a length their definition does not have are kept, so that encoding gives the same bytes back.

import { getUint16, getUint32, setUint16, setUint32 } from "./bytes.ts";
import { malformed } from "./error.ts";
import type { WireError } from "./error.ts";

export const TCP_OPTION = {
  endOfList: 0,
  noOperation: 1,
  mss: 2,
  windowScale: 3,
  sackPermitted: 4,
  sack: 5,
  timestamps: 8,
  fastOpen: 34,
  /** RFC 6994: shared experimental kind; fast open used it before it had its own. */
  experiment: 254,
} as const;

/** What tells fast open from other experiments under kind 254. */
const FAST_OPEN_MAGIC = 0xf989;

export type TcpOption =
  | { readonly kind: "eol" }
  | { readonly kind: "nop" }
  | { readonly kind: "mss"; readonly mss: number }
  | { readonly kind: "windowScale"; readonly shift: number }
  | { readonly kind: "sackPermitted" }
  /** Left and right edges in turn. */
  | { readonly kind: "sack"; readonly edges: readonly number[] }
  | { readonly kind: "timestamps"; readonly tsVal: number; readonly tsEcr: number }
  /** An empty cookie asks for one. */
  | { readonly kind: "fastOpen"; readonly cookie: Uint8Array; readonly experimental: boolean }
  /** An option not known, or one whose length is not its own. */
  | { readonly kind: "raw"; readonly type: number; readonly data: Uint8Array };

export type PlacedTcpOption = TcpOption & {
  /** Bytes from the start of the TCP header. */
  readonly offset: number;
  /** Bytes, kind and length included. */
  readonly length: number;
};

export interface TcpOptionArea {
  readonly options: readonly PlacedTcpOption[];
  readonly tail: Uint8Array;
  readonly error: WireError | null;
}

const NO_OPTIONS: TcpOptionArea = { options: [], tail: new Uint8Array(0), error: null };

/** The options between the fixed part of the header at `start` and `end`. */
export function decodeTcpOptions(bytes: Uint8Array, start: number, end: number): TcpOptionArea {
  let at = start + 20;
  if (at === end) return NO_OPTIONS;
  const options: PlacedTcpOption[] = [];
  while (at < end) {
    const type = bytes[at];
    if (type <= TCP_OPTION.noOperation) {
      options.push({ kind: type === TCP_OPTION.endOfList ? "eol" : "nop", offset: at - start, length: 1 });
      at++;
      if (type === TCP_OPTION.endOfList) break;
      continue;
    }
    const length = at + 1 < end ? bytes[at + 1] : 0;
    if (length < 2 || at + length > end) {
      const problem = `option ${type} has length ${length} with ${end - at} bytes left`;
      return { options, tail: bytes.slice(at, end), error: malformed("tcp", at, problem) };
    }
    options.push(decodeOption(bytes, at, type, length, at - start));
    at += length;
  }
  return { options, tail: at === end ? NO_OPTIONS.tail : bytes.slice(at, end), error: null };
}

/** The option of `length` bytes at `at`, which is `offset` bytes into the header. */
function decodeOption(
  bytes: Uint8Array,
  at: number,
  type: number,
  length: number,
  offset: number,
): PlacedTcpOption {
  switch (type) {
    case TCP_OPTION.mss:
      if (length === 4) return { kind: "mss", mss: getUint16(bytes, at + 2), offset, length };
      break;
    case TCP_OPTION.windowScale:
      if (length === 3) return { kind: "windowScale", shift: bytes[at + 2], offset, length };
      break;
    case TCP_OPTION.sackPermitted:
      if (length === 2) return { kind: "sackPermitted", offset, length };
      break;
    case TCP_OPTION.sack:
      if (length % 8 === 2) {
        const edges: number[] = [];
        for (let edge = at + 2; edge < at + length; edge += 4) edges.push(getUint32(bytes, edge));
        return { kind: "sack", edges, offset, length };
      }
      break;
    case TCP_OPTION.timestamps:
      if (length === 10) {
        return {
          kind: "timestamps",
          tsVal: getUint32(bytes, at + 2),
          tsEcr: getUint32(bytes, at + 6),
          offset,
          length,
        };
      }
      break;
    case TCP_OPTION.fastOpen:
      return {
        kind: "fastOpen",
        cookie: bytes.slice(at + 2, at + length),
        experimental: false,
        offset,
        length,
      };
    case TCP_OPTION.experiment:
      if (length >= 4 && getUint16(bytes, at + 2) === FAST_OPEN_MAGIC) {
        return {
          kind: "fastOpen",
          cookie: bytes.slice(at + 4, at + length),
          experimental: true,
          offset,
          length,
        };
      }
      break;
  }
  return { kind: "raw", type, data: bytes.slice(at + 2, at + length), offset, length };
}

function optionLength(option: TcpOption): number {
  switch (option.kind) {
    case "eol":
    case "nop":
      return 1;
    case "mss":
      return 4;
    case "windowScale":
      return 3;
    case "sackPermitted":
      return 2;
    case "sack":
      return 2 + option.edges.length * 4;
    case "timestamps":
      return 10;
    case "fastOpen":
      return (option.experimental ? 4 : 2) + option.cookie.length;
    case "raw":
      break;
  }
  return 2 + option.data.length;
}

/** Bytes the options take, without padding. */
export function tcpOptionsLength(options: readonly TcpOption[]): number {
  let length = 0;
  for (const option of options) length += optionLength(option);
  return length;
}

/** Writes the options at `at`, answers where they end. */
export function encodeTcpOptions(options: readonly TcpOption[], out: Uint8Array, at: number): number {
  let next = at;
  for (const option of options) {
    encodeOption(option, out, next);
    next += optionLength(option);
  }
  return next;
}

function encodeOption(option: TcpOption, out: Uint8Array, at: number): void {
  switch (option.kind) {
    case "eol":
      out[at] = TCP_OPTION.endOfList;
      return;
    case "nop":
      out[at] = TCP_OPTION.noOperation;
      return;
    case "mss":
      out[at] = TCP_OPTION.mss;
      setUint16(out, at + 2, option.mss);
      break;
    case "windowScale":
      out[at] = TCP_OPTION.windowScale;
      out[at + 2] = option.shift;
      break;
    case "sackPermitted":
      out[at] = TCP_OPTION.sackPermitted;
      break;
    case "sack":
      out[at] = TCP_OPTION.sack;
      for (const [index, edge] of option.edges.entries()) setUint32(out, at + 2 + index * 4, edge);
      break;
    case "timestamps":
      out[at] = TCP_OPTION.timestamps;
      setUint32(out, at + 2, option.tsVal);
      setUint32(out, at + 6, option.tsEcr);
      break;
    case "fastOpen":
      out[at] = option.experimental ? TCP_OPTION.experiment : TCP_OPTION.fastOpen;
      if (option.experimental) setUint16(out, at + 2, FAST_OPEN_MAGIC);
      out.set(option.cookie, at + (option.experimental ? 4 : 2));
      break;
    case "raw":
      out[at] = option.type;
      out.set(option.data, at + 2);
      break;
  }
  out[at + 1] = optionLength(option);
}
