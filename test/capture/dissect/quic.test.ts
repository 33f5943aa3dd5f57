// QUIC's keys against the examples of the RFCs, and what a capture's beginning or end takes away.

import { describe, expect, it } from "vitest";

import {
  initialKeys,
  openPacket,
  QUIC_V1,
  QUIC_V2,
  retryTag,
} from "../../../src/capture/dissect/quic-keys.ts";
import { looksLikeQuic, quicVarint, readQuicPackets } from "../../../src/capture/dissect/quic-packets.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { hex, memoryTrace } from "../memory-trace.ts";
import { end, joined, SampleNetwork } from "../samples/network.ts";
import { addInitials, addQuic } from "../samples/quic.ts";

/** The connection id of the examples in RFC 9001 and RFC 9369. */
const ID = hex("8394c8f03e515708");

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

describe("keys of Initial packets", () => {
  it("are those of RFC 9001 A.1", () => {
    const [client, server] = initialKeys(QUIC_V1, ID) ?? [];
    expect(client && [client.key, client.iv, client.hp].map(hexOf)).toEqual([
      "1f369613dd76d5467730efcbe3b1a22d",
      "fa044b2f42a3fd3b46fb255c",
      "9f50449e04a0e810283a1e9933adedd2",
    ]);
    expect(server && [server.key, server.iv, server.hp].map(hexOf)).toEqual([
      "cf3a5331653c364c88f0f379b6067e37",
      "0ac1493ca1905853b0bba03e",
      "c206b8d9b9f0f37644430b490eeaa314",
    ]);
  });

  it("are those of RFC 9369 A.1 in version 2", () => {
    const [client] = initialKeys(QUIC_V2, ID) ?? [];
    expect(client && [client.key, client.iv, client.hp].map(hexOf)).toEqual([
      "8b1a0bc121284290a29e0971b5cd045d",
      "91f73e2351d8fa91660e909f",
      "45b95e15235d6f45a6b19cbcb0294ba9",
    ]);
  });

  it("are those of the drafts of draft-ietf-quic-tls that changed them", () => {
    const keyOf = (version: number): string => hexOf(initialKeys(version, ID)?.[0].key ?? new Uint8Array(0));
    expect(keyOf(0xff000016)).toBe(keyOf(0xfaceb001));
    expect(keyOf(0xff000017)).toBe(keyOf(0xff00001c));
    // The example of draft-ietf-quic-tls-27 and of draft-ietf-quic-tls-29.
    expect(keyOf(0xff00001b)).toBe("af7fd7efebd21878ff66811248983694");
    expect(keyOf(0xff00001d)).toBe("175257a31eb09dea9366d8bb79ad80ba");
    expect(keyOf(0x1a2a3a4a)).toBe(keyOf(0xff00001d));
    expect(keyOf(0xff000022)).toBe(keyOf(QUIC_V1));
    expect(keyOf(0xff000014)).toBe("");
  });

  it("are none of a version that is not known", () => {
    expect(initialKeys(0x12345678, ID)).toBeNull();
  });

  it("open the server's Initial packet of RFC 9001 A.3", () => {
    const packet = hex(`cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a
      5816b6394100f37a1c69797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee`);
    const [header] = readQuicPackets(packet, 0, packet.length, new Uint8Array(0));
    expect(header.kind).toBe("initial");
    const keys = initialKeys(QUIC_V1, ID);
    const open = keys && openPacket(keys[1], packet, 0, header.rest, header.end, -1);
    expect(open?.number).toBe(1);
    expect(hexOf(open?.plain ?? new Uint8Array(0)).slice(0, 24)).toBe("02000000000600405a020000");
    // Not with the client's keys, and not when a bit is wrong.
    expect(keys && openPacket(keys[0], packet, 0, header.rest, header.end, -1)).toBeNull();
    packet[60] ^= 1;
    expect(keys && openPacket(keys[1], packet, 0, header.rest, header.end, -1)).toBeNull();
  });

  it("make the tag of the Retry packet of RFC 9001 A.4", () => {
    const retry = hex("ff000000010008f067a5502a4262b5746f6b656e");
    expect(hexOf(retryTag(QUIC_V1, ID, retry) ?? ID)).toBe("04a265ba2eff4d829058fb3f0f2496ba");
  });
});

describe("variable-length integers", () => {
  it.each([
    ["c2197c5eff14e88c", Number(151_288_809_941_952_652n)],
    ["9d7f3e7d", 494_878_333],
    ["7bbd", 15_293],
    ["25", 37],
  ])("%s is RFC 9000 A.1's %d", (digits, value) => {
    expect(quicVarint(hex(digits), 0, digits.length / 2)).toEqual({ value, size: digits.length / 2 });
    expect(quicVarint(hex(digits), 0, digits.length / 2 - 1)).toBeNull();
  });
});

describe("a connection", () => {
  const network = new SampleNetwork();
  addQuic(network);

  function names(frames: readonly Uint8Array[]): string[] {
    const { trace, context } = memoryTrace(frames, LINKTYPE.ethernet);
    const rows = frames.map((_, row) => row);
    const fields = ["_ws.col.Info", "tls.handshake.extensions_server_name"];
    return [...printFields(trace, rows, fields, context)];
  }

  it("shows the server's name, and connection ids in packets of data", () => {
    const lines = names(network.frames.slice(0, 6));
    expect(lines[0]).toBe(
      "Initial, DCID=8394c8f03e515708, SCID=c101c202, PKN: 0, CRYPTO, PADDING\tlab.example",
    );
    expect(lines[5]).toBe("Protected Payload (KP0), DCID=c101c202\t");
  });

  it("whose ids have changed since shows none in packets of data", () => {
    const frames = network.frames.slice(0, 6);
    const changed = Uint8Array.from(frames[5]);
    changed[14 + 20 + 8 + 1] ^= 1;
    expect(names([...frames, changed])[6]).toBe("Protected Payload (KP0)\t");
  });

  it("hands TLS what has come without a gap, once nothing before the last byte is missing", () => {
    // A message of 20 bytes in frames of four.
    const message = joined(hex("01 000010"), new Uint8Array(16));
    const piece = (at: number): Uint8Array =>
      joined(hex("06"), Uint8Array.of(at, 4), message.subarray(at, at + 4));
    const layersOf = (...packets: readonly (readonly number[])[]): string[] => {
      const sample = new SampleNetwork();
      const ends = [end("10.0.0.1", 40_001), end("10.0.0.2", 443)] as const;
      addInitials(
        sample,
        ...ends,
        packets.map((offsets) => joined(...offsets.map(piece))),
      );
      const { trace, context } = memoryTrace(sample.frames, LINKTYPE.ethernet);
      const lines = [...printFields(trace, packets.keys(), ["frame.protocols"], context)];
      return lines.map((line) => line.replace(/.*:udp:/, ""));
    };
    expect(layersOf([0, 4, 8, 12, 16])).toEqual(["quic:tls:tls:tls:tls:tls"]);
    expect(layersOf([0], [4, 8, 12, 16])).toEqual(["quic:tls", "quic:tls:tls:tls:tls"]);
    expect(layersOf([0, 8, 12, 16, 4])).toEqual(["quic:tls:tls"]);
    expect(layersOf([16], [12], [0, 4, 8])).toEqual(["quic", "quic", "quic:tls"]);
  });

  it("that began before the capture shows headers: its keys cannot be made", () => {
    const lines = names(network.frames.slice(1, 4));
    expect(lines).toEqual([
      "Handshake, DCID=c101c202, SCID=f067a5502a4262b5\t",
      "Protected Payload (KP0), DCID=c101c202\t",
      "Protected Payload (KP0), DCID=f067a5502a4262b5\t",
    ]);
  });

  it("of which only data was captured is data", () => {
    expect(names(network.frames.slice(4, 6))).toEqual(["51001 → 443 Len=309\t", "443 → 51001 Len=35\t"]);
    expect(looksLikeQuic(new Uint8Array(40), 0, 40)).toBe(false);
    expect(looksLikeQuic(new Uint8Array(40).fill(255), 0, 40)).toBe(false);
  });
});
