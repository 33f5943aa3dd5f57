import { X509Certificate, createPrivateKey, createPublicKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import { selfSigned } from "../../../src/scenario/lessons/certificate.ts";

const seed = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

describe("a self-signed certificate", () => {
  it("is for its name, until 2049, signed by the key it holds", () => {
    const { cert, key } = selfSigned("server", seed(1));
    const read = new X509Certificate(cert);
    expect([read.subject, read.issuer, read.subjectAltName]).toEqual([
      "CN=server",
      "CN=server",
      "DNS:server",
    ]);
    expect([read.validFrom, read.validTo]).toEqual(["Jan  1 00:00:00 2020 GMT", "Dec 31 23:59:59 2049 GMT"]);
    expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(read.verify(createPublicKey(key))).toBe(true);
    expect(read.checkHost("server")).toBe("server");
    expect(read.checkHost("elsewhere")).toBeUndefined();
  });

  it("is the same for the same seed, and signed by nobody else's key", () => {
    expect(selfSigned("server", seed(1))).toEqual(selfSigned("server", seed(1)));
    const other = selfSigned("server", seed(2));
    expect(new X509Certificate(selfSigned("server", seed(1)).cert).verify(createPublicKey(other.key))).toBe(
      false,
    );
  });

  it("holds names longer than one length byte counts", () => {
    const name = `${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}`;
    expect(new X509Certificate(selfSigned(name, seed(3)).cert).subjectAltName).toBe(`DNS:${name}`);
  });

  it("wants 32 bytes for a key", () => {
    expect(() => selfSigned("server", new Uint8Array(31))).toThrow("a key is made of 32 bytes, not 31");
  });
});
