// Certificates for lessons: X.509 (RFC 5280) in DER, self-signed with Ed25519 (RFC 8410). Node reads and checks them; it cannot write them.

import { createPrivateKey, createPublicKey, sign } from "node:crypto";

export interface Certificate {
  /** PEM, as node:tls takes them. */
  readonly cert: string;
  readonly key: string;
}

const TAG = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  generalizedTime: 0x18,
  /** Explicit [0], the version, and [3], the extensions. */
  version: 0xa0,
  extensions: 0xa3,
  /** A dNSName, [2], among the subject's other names. */
  dnsName: 0x82,
} as const;

const OID = {
  ed25519: [0x2b, 0x65, 0x70],
  commonName: [0x55, 0x04, 0x03],
  subjectAltName: [0x55, 0x1d, 0x11],
} as const;

const VERSION_3 = 2;
const SEED_BYTES = 32;
/** A PKCS #8 Ed25519 private key up to its 32 bytes. */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");
const LONG_LENGTH = 0x80;

/**
 * A certificate for `name`, valid from 2020 to 2049. The key is made of 32 bytes, so that the same seed gives the same
 * certificate; a real key is drawn at random. Throws RangeError for a seed of another length.
 */
export function selfSigned(name: string, seed: Uint8Array): Certificate {
  if (seed.length !== SEED_BYTES)
    throw new RangeError(`a key is made of ${SEED_BYTES} bytes, not ${seed.length}`);
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: "der", type: "pkcs8" });
  const algorithm = der(TAG.sequence, der(TAG.oid, OID.ed25519));
  const fullName = der(
    TAG.sequence,
    der(TAG.set, der(TAG.sequence, der(TAG.oid, OID.commonName), der(TAG.utf8String, utf8(name)))),
  );
  const otherNames = der(TAG.sequence, der(TAG.dnsName, utf8(name)));
  const toBeSigned = der(
    TAG.sequence,
    der(TAG.version, der(TAG.integer, [VERSION_3])),
    der(TAG.integer, [1]),
    algorithm,
    fullName,
    der(
      TAG.sequence,
      der(TAG.generalizedTime, utf8("20200101000000Z")),
      der(TAG.generalizedTime, utf8("20491231235959Z")),
    ),
    fullName,
    createPublicKey(key).export({ format: "der", type: "spki" }),
    der(
      TAG.extensions,
      der(
        TAG.sequence,
        der(TAG.sequence, der(TAG.oid, OID.subjectAltName), der(TAG.octetString, otherNames)),
      ),
    ),
  );
  const signature = der(TAG.bitString, [0], sign(null, toBeSigned, key));
  return {
    cert: pem("CERTIFICATE", der(TAG.sequence, toBeSigned, algorithm, signature)),
    key: key.export({ format: "pem", type: "pkcs8" }).toString(),
  };
}

/** A tag, the length of what follows (X.690, 8.1.3), and what follows: at most 65,535 bytes. */
function der(tag: number, ...parts: (Uint8Array | readonly number[])[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Uint8Array.from(part)));
  const { length } = content;
  const lengthBytes =
    length < LONG_LENGTH
      ? [length]
      : length < 0x100
        ? [LONG_LENGTH | 1, length]
        : [LONG_LENGTH | 2, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.from([tag, ...lengthBytes]), content]);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
