// The Client Hello of SSL 2 (RFC 6101 E.1), by which clients once asked for later versions as well.

import { Reading } from "./reading.ts";
import { versionName } from "./tls-names.ts";
import { suiteName } from "./tls-suites.ts";
import { uint } from "./protocol.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

export const SSL2_COLUMN = "SSLv2";
export const SSL2_INFO = "Client Hello";

const VERSION = 0x0002;
const CLIENT_HELLO = 1;
const SPECS_MAX = 1_000;

/** Ciphers of SSL 2; those of later versions have a zero before them. */
const CIPHERS = new Map<number, string>([
  [0x010080, "SSL2_RC4_128_WITH_MD5"],
  [0x020080, "SSL2_RC4_128_EXPORT40_WITH_MD5"],
  [0x030080, "SSL2_RC2_128_CBC_WITH_MD5"],
  [0x040080, "SSL2_RC2_128_CBC_EXPORT40_WITH_MD5"],
  [0x050080, "SSL2_IDEA_128_CBC_WITH_MD5"],
  [0x060040, "SSL2_DES_64_CBC_WITH_MD5"],
  [0x0700c0, "SSL2_DES_192_EDE3_CBC_WITH_MD5"],
]);

/** Whether the five bytes at `at` begin such a hello: a record without padding, of any version from 2 on. */
export function beginsSsl2Hello(bytes: Uint8Array, at: number): boolean {
  const version = uint(bytes, at + 3, 2);
  return bytes[at] >= 0x80 && bytes[at + 2] === CLIENT_HELLO && (version === VERSION || version >>> 8 === 3);
}

/** Its bytes, header included. */
export function ssl2Length(bytes: Uint8Array, at: number): number {
  return 2 + (uint(bytes, at, 2) & 0x7fff);
}

/** Adds the record in [start, end) below `out`. */
export function showSsl2Hello(d: Dissection, out: DetailNode[], start: number, end: number): void {
  const record = d.add(out, "tls.record", `${SSL2_COLUMN} Record Layer: ${SSL2_INFO}`, start, end - start);
  const reading = new Reading(d, record.children, start, end, "Transport Layer Security");
  const into = record.children;
  d.add(into, "tls.record.version", `[Version: ${versionName(VERSION)} (0x0002)]`, start, 0, VERSION);
  const length = (reading.peek(2) ?? 0) & 0x7fff;
  d.add(into, "tls.record.length", `Length: ${length}`, start, 2, length);
  reading.skip(2);
  reading.uint("tls.handshake.type", "Handshake Message Type", 1, (type) => `${SSL2_INFO} (${type})`);
  reading.uint(
    "tls.handshake.version",
    "Version",
    2,
    (value) => `${versionName(value)} (${hexText(value, 4)})`,
  );
  const specs = reading.uint("tls.handshake.cipher_spec_len", "Cipher Spec Length", 2) ?? 0;
  const session = reading.uint("tls.handshake.session_id_length", "Session ID Length", 2) ?? 0;
  const challenge = reading.uint("tls.handshake.challenge_length", "Challenge Length", 2) ?? 0;
  const count = Math.floor(specs / 3);
  reading.group(null, `Cipher Specs (${count} spec${count === 1 ? "" : "s"})`, () => {
    for (let i = 0; i < Math.min(count, SPECS_MAX); i++)
      reading.uint(
        "tls.handshake.cipherspec",
        "Cipher Spec",
        3,
        (value) => `${cipherName(value)} (${hexText(value, 6)})`,
      );
    reading.skip(specs - Math.min(count, SPECS_MAX) * 3);
  });
  if (session > 0) reading.bytes("tls.handshake.session_id", "Session ID", session);
  if (challenge > 0 && reading.has(challenge))
    d.add(into, "tls.handshake.challenge", "Challenge", reading.at, challenge);
}

function cipherName(value: number): string {
  return CIPHERS.get(value) ?? (value <= 0xffff ? suiteName(value) : "Unknown");
}
