// The keys of QUIC's Initial packets, which everybody can make who saw the first one (RFC 9001 5.2, RFC 9369 3.3), and how
// packets are opened with them.

import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";

import { expandLabel } from "./expand-label.ts";
import { uint } from "./protocol.ts";

/** Keys of one direction. */
export interface QuicKeys {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  /** For header protection. */
  readonly hp: Uint8Array;
}

/** Keys of the client's packets, and of the server's. */
export type InitialKeys = readonly [client: QuicKeys, server: QuicKeys];

/** A packet without its protection. */
export interface OpenPacket {
  /** The first byte as it was meant. */
  readonly first: number;
  readonly number: number;
  /** Bytes of the packet number as sent. */
  readonly numberSize: number;
  readonly plain: Uint8Array;
}

interface Suite {
  readonly salt: string;
  /** What labels begin with. */
  readonly prefix: string;
  /** For the tag of Retry packets; null where they have none. */
  readonly retry: { readonly key: string; readonly nonce: string } | null;
}

const V1: Suite = {
  salt: "38762cf7f55934b34d179ae6a4c80cadccbb7f0a",
  prefix: "quic",
  retry: { key: "be0c690b9f66575a1d766b54e368c84e", nonce: "461599d35d632bf2239825bb" },
};
const V2: Suite = {
  salt: "0dede3def700a6db819381be6e269dcbf9bd2ed9",
  prefix: "quicv2",
  retry: { key: "8fb4b01b56ac48e260fbcbcead7ccc92", nonce: "d86969bc2d7c6d9990efb04a" },
};
/** The drafts before version 1 that change something, by their numbers: draft-ietf-quic-tls-22 and later. */
const DRAFTS: readonly (readonly [from: number, suite: Suite])[] = [
  [33, V1],
  [
    29,
    {
      salt: "afbfec289993d24c9e9786f19c6111e04390a899",
      prefix: "quic",
      retry: { key: "ccce187ed09a09d05728155a6cb96be1", nonce: "e54930f97f2136f0530a8c1c" },
    },
  ],
  [
    25,
    {
      salt: "c3eef712c72ebb5a11a7d2432bb46365bef9f502",
      prefix: "quic",
      retry: { key: "4d32ecdb2a2133c841e4043df27d4430", nonce: "4d1611d05513a552c587d575" },
    },
  ],
  [23, { salt: "c3eef712c72ebb5a11a7d2432bb46365bef9f502", prefix: "quic", retry: null }],
  [22, { salt: "7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a", prefix: "quic", retry: null }],
];
const LAST_DRAFT = 34;

/** What Facebook's library called drafts. */
const DRAFT_OF = new Map<number, number>([
  [0xfaceb001, 22],
  [0xfaceb002, 27],
  [0xfaceb00e, 27],
]);

/** Versions that nobody speaks, to be answered with Version Negotiation (RFC 9000 15): read as this draft, as Wireshark does. */
const NOBODYS_DRAFT = 29;

export function isForcingNegotiation(version: number): boolean {
  return (version & 0x0f0f0f0f) >>> 0 === 0x0a0a0a0a;
}

export const QUIC_V1 = 0x00000001;
export const QUIC_V2 = 0x6b3343cf;

const TAG_LENGTH = 16;
const SAMPLE_LENGTH = 16;

function suiteOf(version: number): Suite | null {
  if (version === QUIC_V1) return V1;
  if (version === QUIC_V2) return V2;
  const other = isForcingNegotiation(version) ? NOBODYS_DRAFT : (DRAFT_OF.get(version) ?? 0);
  const draft = version >>> 8 === 0xff0000 ? version & 0xff : other;
  if (draft > LAST_DRAFT) return null;
  return DRAFTS.find(([from]) => draft >= from)?.[1] ?? null;
}

/** Whether packets of `version` can be read beyond what all versions have in common (RFC 8999). */
export function isKnownVersion(version: number): boolean {
  return suiteOf(version) !== null;
}

/** Whether Retry packets of `version` end with a tag; before, they said which id they answer. */
export function hasRetryTag(version: number): boolean {
  return (suiteOf(version)?.retry ?? null) !== null;
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

/** Keys made from the connection id that the client's first Initial packet is sent to; null for an unknown version. */
export function initialKeys(version: number, connectionId: Uint8Array): InitialKeys | null {
  const suite = suiteOf(version);
  if (suite === null) return null;
  const initial = createHmac("sha256", bytesOf(suite.salt)).update(connectionId).digest();
  const side = (label: string): QuicKeys => {
    const secret = expandLabel("sha256", initial, label, 32);
    return {
      key: expandLabel("sha256", secret, `${suite.prefix} key`, 16),
      iv: expandLabel("sha256", secret, `${suite.prefix} iv`, 12),
      hp: expandLabel("sha256", secret, `${suite.prefix} hp`, 16),
    };
  };
  return [side("client in"), side("server in")];
}

/** The bytes that hide the first byte's low bits and the packet number (RFC 9001 5.4.3); `sample` is 16 bytes. */
export function headerMask(keys: QuicKeys, sample: Uint8Array): Uint8Array {
  const cipher = createCipheriv("aes-128-ecb", keys.hp, null).setAutoPadding(false);
  return cipher.update(sample);
}

/** The nonce of packet `number` (RFC 9001 5.3). */
export function packetNonce(keys: QuicKeys, number: number): Uint8Array {
  const nonce = Uint8Array.from(keys.iv);
  let rest = number;
  for (let i = nonce.length - 1; i >= 0 && rest > 0; i--) {
    nonce[i] ^= rest % 256;
    rest = Math.floor(rest / 256);
  }
  return nonce;
}

/**
 * Opens the long-header packet [start, end) whose packet number begins at `numberAt`; `largest` is the largest number seen before it,
 * -1 for none. Null where keys and packet do not fit.
 */
export function openPacket(
  keys: QuicKeys,
  bytes: Uint8Array,
  start: number,
  numberAt: number,
  end: number,
  largest: number,
): OpenPacket | null {
  if (numberAt + 4 + SAMPLE_LENGTH > end || end > bytes.length) return null;
  const mask = headerMask(keys, bytes.subarray(numberAt + 4, numberAt + 4 + SAMPLE_LENGTH));
  const first = bytes[start] ^ (mask[0] & 0x0f);
  const numberSize = (first & 0x03) + 1;
  const header = Uint8Array.from(bytes.subarray(start, numberAt + numberSize));
  header[0] = first;
  for (let i = 0; i < numberSize; i++) header[numberAt - start + i] ^= mask[1 + i];
  const number = wholeNumber(uint(header, numberAt - start, numberSize), numberSize, largest);
  const from = numberAt + numberSize;
  const decipher = createDecipheriv("aes-128-gcm", keys.key, packetNonce(keys, number));
  decipher.setAAD(header);
  decipher.setAuthTag(bytes.subarray(end - TAG_LENGTH, end));
  const plain = decipher.update(bytes.subarray(from, end - TAG_LENGTH));
  try {
    decipher.final();
  } catch {
    // The tag says that these are not the keys, or that the packet is damaged.
    return null;
  }
  return { first, number, numberSize, plain };
}

/** The packet number of which only the low bytes were sent (RFC 9000 A.3). */
function wholeNumber(sent: number, size: number, largest: number): number {
  const window = 256 ** size;
  const expected = largest + 1;
  const candidate = expected - (expected % window) + sent;
  if (candidate <= expected - window / 2 && candidate < 2 ** 52) return candidate + window;
  if (candidate > expected + window / 2 && candidate >= window) return candidate - window;
  return candidate;
}

/** The tag of a Retry packet (RFC 9001 5.8): `packet` is what precedes it; null for a version without one. */
export function retryTag(version: number, originalId: Uint8Array, packet: Uint8Array): Uint8Array | null {
  const suite = suiteOf(version);
  if (suite === null || suite.retry === null) return null;
  const { key, nonce } = suite.retry;
  const cipher = createCipheriv("aes-128-gcm", bytesOf(key), bytesOf(nonce));
  cipher.setAAD(Buffer.concat([Uint8Array.of(originalId.length), originalId, packet]));
  cipher.final();
  return cipher.getAuthTag();
}
