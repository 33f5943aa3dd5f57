// What server and client send of the secret they are to share, up to TLS 1.2, which the suite tells apart: RFC 5246 7.4.3 and 7.4.7 for RSA and
// Diffie-Hellman, RFC 8422 5.4 and 5.7 for elliptic curves, RFC 4279 for keys that both have already.

import { Reading } from "./reading.ts";
import { addSignatureAlgorithm } from "./tls-extensions.ts";
import { groupName } from "./tls-groups.ts";
import { suiteName } from "./tls-suites.ts";
import { hexText } from "./tree.ts";

/** What is agreed on when a message comes: 0 is not known. */
export interface Agreement {
  /** The version before the record: of a Client Hello, which agrees on nothing. */
  readonly before: number;
  readonly version: number;
  readonly suite: number;
}

const SSL_3_0 = 0x0300;
const TLS_1_2 = 0x0303;

/** The part of a suite's name that says how keys are exchanged. */
function exchangeOf(suite: number): string {
  return /^TLS_(.+)_WITH_/.exec(suiteName(suite))?.[1].replace(/_EXPORT(1024)?$/, "") ?? "";
}

/** Below a line of its own: `read` has the message from its beginning. */
function below(whole: Reading, title: string, read: (reading: Reading) => void): void {
  const { d } = whole;
  const held = d.captured(whole.end);
  const node = d.add(whole.out, null, title, whole.at, Math.max(0, held - whole.at));
  read(new Reading(d, node.children, whole.at, whole.end, null));
}

/** A number of `size` bytes, and as many bytes as it says. */
function sized(reading: Reading, field: string, size: 1 | 2, lengthName: string, name: string): void {
  const { d } = reading;
  const length = reading.uint(`${field}_len`, lengthName, size);
  if (length === null) return;
  if (length > 0) reading.bytes(field, name, length);
  else d.add(reading.out, field, `${name}: <MISSING>`, reading.at, 0, "<MISSING>");
}

/** Reads what a server sends. */
export function serverKeyExchange(whole: Reading, agreed: Agreement): void {
  switch (exchangeOf(agreed.suite)) {
    case "DHE_RSA":
    case "DHE_DSS":
    case "DH_anon":
      below(whole, "Diffie-Hellman Server Params", (reading) => {
        sized(reading, "tls.handshake.p", 2, "p Length", "p");
        sized(reading, "tls.handshake.g", 2, "g Length", "g");
        sized(reading, "tls.handshake.ys", 2, "Pubkey Length", "Pubkey");
        signature(reading, agreed);
      });
      return;
    case "ECDHE_ECDSA":
    case "ECDHE_RSA":
    case "ECDH_ECDSA":
    case "ECDH_RSA":
    case "ECDH_anon":
      below(whole, "EC Diffie-Hellman Server Params", (reading) => curve(reading, agreed));
      return;
    case "RSA":
      below(whole, "RSA-EXPORT Server Params", (reading) => {
        sized(reading, "tls.handshake.modulus", 2, "Modulus Length", "Modulus");
        sized(reading, "tls.handshake.exponent", 2, "Exponent Length", "Exponent");
        signature(reading, agreed);
      });
      return;
    case "PSK":
    case "RSA_PSK":
      below(whole, "PSK Server Params", (reading) =>
        sized(reading, "tls.handshake.hint", 2, "Hint Length", "Hint"),
      );
      return;
    default:
  }
}

const CURVE_TYPES = ["", "explicit_prime", "explicit_char2", "named_curve"];
const NAMED_CURVE = 3;

/** Curves that are not named nobody uses (RFC 8422 5.4). */
function curve(reading: Reading, agreed: Agreement): void {
  const type = reading.uint(
    "tls.handshake.server_curve_type",
    "Curve Type",
    1,
    (value) => `${CURVE_TYPES[value] || "Unknown"} (${hexText(value, 2)})`,
  );
  if (type !== NAMED_CURVE) return;
  const group = (value: number): string => `${groupName(value)} (${hexText(value, 4)})`;
  reading.uint("tls.handshake.server_named_curve", "Named Curve", 2, group);
  sized(reading, "tls.handshake.server_point", 1, "Pubkey Length", "Pubkey");
  signature(reading, agreed);
}

/** The signature over what goes before it, which from TLS 1.2 on says how it was made; nothing where nobody signs. */
function signature(reading: Reading, { version, suite }: Agreement): void {
  if (exchangeOf(suite).endsWith("_anon")) return;
  if (version >= TLS_1_2 && reading.has(2)) {
    addSignatureAlgorithm(reading.d, reading.out, reading.at);
    reading.skip(2);
  }
  sized(reading, "tls.handshake.sig", 2, "Signature Length", "Signature");
}

/** Reads what a client sends. */
export function clientKeyExchange(whole: Reading, { version, suite }: Agreement): void {
  const identity = (reading: Reading): void =>
    sized(reading, "tls.handshake.identity", 2, "Identity Length", "Identity");
  const encrypted = (reading: Reading): void =>
    sized(reading, "tls.handshake.epms", 2, "Encrypted PreMaster length", "Encrypted PreMaster");
  switch (exchangeOf(suite)) {
    case "RSA":
      below(whole, "RSA Encrypted PreMaster Secret", (reading) => {
        // SSL has no length in front (RFC 6101 5.6.7.1).
        if (version !== SSL_3_0) encrypted(reading);
        else if (reading.left > 0)
          reading.bytes("tls.handshake.epms", "Encrypted PreMaster", reading.end - reading.at);
      });
      return;
    case "DH_RSA":
    case "DH_DSS":
    case "DHE_RSA":
    case "DHE_DSS":
    case "DH_anon":
      below(whole, "Diffie-Hellman Client Params", (reading) =>
        sized(reading, "tls.handshake.yc", 2, "Pubkey Length", "Pubkey"),
      );
      return;
    case "ECDHE_ECDSA":
    case "ECDHE_RSA":
    case "ECDH_ECDSA":
    case "ECDH_RSA":
    case "ECDH_anon":
      below(whole, "EC Diffie-Hellman Client Params", (reading) =>
        sized(reading, "tls.handshake.client_point", 1, "Pubkey Length", "Pubkey"),
      );
      return;
    case "PSK":
      below(whole, "PSK Client Params", identity);
      return;
    case "RSA_PSK":
      below(whole, "RSA PSK Client Params", (reading) => {
        identity(reading);
        encrypted(reading);
      });
      return;
    default:
  }
}
