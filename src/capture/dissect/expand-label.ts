// HKDF-Expand-Label (RFC 8446 7.1), by which TLS 1.3 and QUIC make keys of secrets.

import { createHmac } from "node:crypto";

/** `length` bytes made of `secret` for what `label` says, without a context; no more than one hash is long. */
export function expandLabel(
  hash: "sha256" | "sha384",
  secret: Uint8Array,
  label: string,
  length: number,
): Uint8Array {
  const name = `tls13 ${label}`;
  const info = Buffer.concat([
    Uint8Array.of(0, length, name.length),
    Buffer.from(name, "latin1"),
    Uint8Array.of(0, 1),
  ]);
  return createHmac(hash, secret).update(info).digest().subarray(0, length);
}
