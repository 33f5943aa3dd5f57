import { describe, expect, test } from "vitest";
import { dnsTcp } from "../../../src/framing/codecs/dns-tcp.ts";
import { mqtt } from "../../../src/framing/codecs/mqtt.ts";
import { tlsRecord } from "../../../src/framing/codecs/tls-record.ts";
import { tlv } from "../../../src/framing/codecs/tlv.ts";
import { decodeEveryWay, hex } from "./decode.ts";

describe("MQTT (3.1.1 section 2.2, 5.0 section 2.1)", () => {
  test.each([
    ["PINGREQ", "c0 00", { type: 12, flags: 0, body: hex("") }],
    ["SUBSCRIBE has flags 2", "82 05 0001000161", null],
    ["PUBLISH", "30 03 000161", { type: 3, flags: 0, body: hex("000161") }],
    [
      "a remaining length in two bytes, which 3.1.1 allows",
      "30 8300 000161",
      { type: 3, flags: 0, body: hex("000161") },
    ],
  ])("%s", (_, stream, packet) => {
    const decoded = decodeEveryWay(mqtt(), hex(stream));
    expect(decoded.error).toBeNull();
    expect(decoded.frames).toHaveLength(1);
    if (packet !== null) expect(decoded.frames).toEqual([packet]);
  });

  test.each([
    ["type 0", "00 00", 4, 0],
    ["AUTH in 3.1.1", "f0 00", 4, 0],
    ["flags of PINGREQ", "c1", 4, 0],
    ["flags of SUBSCRIBE", "80", 4, 0],
    ["QoS 3", "36", 4, 0],
    ["DUP with QoS 0", "38", 4, 0],
    ["a remaining length of five bytes", "30 80808080", 4, 4],
    ["a PINGREQ with a body", "c0 01", 4, 2],
    ["a remaining length not in its shortest form, in 5.0", "30 8300", 5, 2],
  ] as const)("%s is malformed", (_, stream, version, offset) => {
    expect(decodeEveryWay(mqtt({ version }), hex(stream), false).error).toEqual({
      kind: "malformed",
      offset,
    });
  });

  test("AUTH is a packet of 5.0", () => {
    expect(decodeEveryWay(mqtt({ version: 5 }), hex("f0 00")).frames).toEqual([
      { type: 15, flags: 0, body: hex("") },
    ]);
  });
});

describe("TLS records (RFC 8446 section 5.1)", () => {
  test("type, version, fragment", () => {
    expect(decodeEveryWay(tlsRecord(), hex("15 0303 0002 0100 17 0303 0000"))).toEqual({
      frames: [
        { contentType: 21, version: 0x0303, fragment: hex("0100") },
        { contentType: 23, version: 0x0303, fragment: hex("") },
      ],
      error: null,
    });
  });

  test.each([
    ["HTTP in place of TLS, by its first byte", "47", "malformed", 0],
    ["SSL 3.0", "16 0300", "malformed", 2],
    ["an empty handshake record", "16 0303 0000", "malformed", 3],
    ["2^14 + 257 bytes", "17 0303 4101", "too long", 5],
  ])("%s", (_, stream, kind, offset) => {
    expect(decodeEveryWay(tlsRecord(), hex(stream), false).error).toEqual({ kind, offset });
  });
});

describe("DNS over TCP (RFC 1035 section 4.2.2)", () => {
  test("two messages in one segment, and in any", () => {
    const message = "abcd01000000000000000000";
    expect(decodeEveryWay(dnsTcp(), hex(`000c${message}000c${message}`))).toEqual({
      frames: [hex(message), hex(message)],
      error: null,
    });
  });

  test("a message without room for a header is malformed", () => {
    expect(decodeEveryWay(dnsTcp(), hex("000b"), false).error).toEqual({ kind: "malformed", offset: 2 });
  });
});

describe("TLV", () => {
  test.each([
    [{}, "01 02 aabb", 1],
    [{ typeBits: 16, lengthBits: 16, endian: "little" }, "0100 0200 aabb", 1],
    // RFC 2865 section 5: the length counts type and length.
    [{ headerIncluded: true }, "01 04 aabb", 1],
  ] as const)("%j", (options, stream, type) => {
    const codec = tlv(options);
    expect(decodeEveryWay(codec, hex(stream))).toEqual({
      frames: [{ type, value: hex("aabb") }],
      error: null,
    });
    expect(codec.encode({ type, value: hex("aabb") })).toEqual(hex(stream));
  });

  test("a length that does not count the header it should is malformed", () => {
    expect(decodeEveryWay(tlv({ headerIncluded: true }), hex("01 01")).error?.kind).toBe("malformed");
  });
});
