// Certificates (RFC 5280) in TLS handshakes, a chain of two with a name, an extension and a key of every kind; nothing in them is signed.

import { ascii, end, hex, joined, number } from "./network.ts";
import type { SampleNetwork } from "./network.ts";

const TAG = { boolean: 1, integer: 2, bits: 3, octets: 4, none: 5, oid: 6, utf8: 12, printable: 19, ia5: 22 };
const SEQUENCE = 0x30;
const SET = 0x31;

function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = joined(...parts);
  const { length } = content;
  const size = length < 0x80 ? number(length, 1) : joined(hex("82"), number(length, 2));
  return joined(Uint8Array.of(tag), size, content);
}

function oid(text: string): Uint8Array {
  const [first, second, ...rest] = text.split(".").map(Number);
  const digits = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return der(TAG.oid, Uint8Array.from(digits));
}

function name(...attributes: readonly (readonly [id: string, value: Uint8Array])[]): Uint8Array {
  return der(SEQUENCE, ...attributes.map(([id, value]) => der(SET, der(SEQUENCE, oid(id), value))));
}

const SHA256_RSA = der(SEQUENCE, oid("1.2.840.113549.1.1.11"), der(TAG.none));
const RSA_KEY = der(SEQUENCE, oid("1.2.840.113549.1.1.1"), der(TAG.none));
const EC_KEY = der(SEQUENCE, oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7"));

function certificate(
  subject: Uint8Array,
  extensions: readonly (readonly [id: string, value: Uint8Array])[],
  algorithm = SHA256_RSA,
  key = RSA_KEY,
): Uint8Array {
  const list = extensions.map(([id, value]) => der(SEQUENCE, oid(id), der(TAG.octets, value)));
  const signed = der(
    SEQUENCE,
    der(0xa0, der(TAG.integer, hex("02"))),
    der(TAG.integer, hex("0102")),
    algorithm,
    name(["2.5.4.6", text("US")], ["2.5.4.3", der(TAG.utf8, ascii("Issuer"))]),
    der(SEQUENCE, der(0x17, ascii("240101000000Z")), der(0x17, ascii("340101000000Z"))),
    subject,
    der(SEQUENCE, key, der(TAG.bits, new Uint8Array(21))),
    der(0xa3, der(SEQUENCE, ...list)),
  );
  return der(SEQUENCE, signed, algorithm, der(TAG.bits, new Uint8Array(17)));
}

function text(value: string): Uint8Array {
  return der(TAG.printable, ascii(value));
}

const DNS_NAME = der(0x82, ascii("a.example"));
const DIRECTORY_NAME = der(0xa4, name(["2.5.4.3", text("inner")]));
const POLICY = der(
  SEQUENCE,
  oid("1.2.3"),
  der(SEQUENCE, der(SEQUENCE, oid("1.3.6.1.5.5.7.2.1"), der(TAG.ia5, ascii("http://cps.example/")))),
);
const OCSP = der(SEQUENCE, oid("1.3.6.1.5.5.7.48.1"), der(0x86, ascii("http://ocsp.example/")));

/** The layers that Wireshark counts of it are in the test. */
export function addCertificates(network: SampleNetwork): void {
  const leaf = certificate(
    name(
      ["2.5.4.15", der(TAG.utf8, ascii("Private"))],
      ["2.5.4.97", text("unknown here")],
      ["1.2.840.113549.1.9.1", der(TAG.ia5, ascii("a@example.org"))],
      ["2.5.4.3", text("www.example.org")],
    ),
    [
      ["2.5.29.17", der(SEQUENCE, DNS_NAME, DIRECTORY_NAME)],
      ["2.5.29.15", der(TAG.bits, hex("0186"))],
      ["2.5.29.32", der(SEQUENCE, POLICY)],
      ["1.3.6.1.5.5.7.1.1", der(SEQUENCE, OCSP)],
      ["1.2.3.4", der(TAG.none)],
    ],
    SHA256_RSA,
    EC_KEY,
  );
  const parameters = der(SEQUENCE, der(0xa0, der(SEQUENCE, oid("2.16.840.1.101.3.4.2.1"), der(TAG.none))));
  const root = certificate(
    name(["2.5.4.10", text("Root")]),
    [["2.5.29.19", der(SEQUENCE, der(TAG.boolean, hex("ff")))]],
    der(SEQUENCE, oid("1.2.840.113549.1.1.10"), parameters),
  );
  const chain = joined(...[leaf, root].map((bytes) => joined(number(bytes.length, 3), bytes)));
  const body = joined(number(chain.length, 3), chain);
  const handshake = joined(hex("0b"), number(body.length, 3), body);
  const connection = network.connect(end("10.0.0.1", 50_300), end("10.0.0.2", 443));
  connection.answer(joined(hex("160303"), number(handshake.length, 2), handshake));
}
