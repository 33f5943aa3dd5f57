import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

import { describe, expect, it } from "vitest";

import type { Capture } from "../../src/capture/capture.ts";
import { openChunks } from "../../src/capture/open.ts";
import { classicFile, udpPacket } from "./packets.ts";

/** Bytes that do not compress, the same each time. */
function noise(length: number, seed: number): Uint8Array {
  const parts: Buffer[] = [];
  for (let i = 0; i * 32 < length; i++) parts.push(createHash("sha256").update(`${seed} ${i}`).digest());
  return Buffer.concat(parts).subarray(0, length);
}

const PACKETS = Array.from({ length: 200 }, (_, i) => {
  const bytes = udpPacket(1, 2, noise(1000, i));
  return { seconds: i, fraction: 0, length: bytes.length, bytes };
});
const FILE = classicFile(PACKETS);

async function* pieces(bytes: Uint8Array, size = 10_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

function opened(bytes: Uint8Array): Promise<Capture> {
  return openChunks(pieces(bytes), "test");
}

describe("a gzip capture", () => {
  it("may be of several members", async () => {
    const bytes = Buffer.concat([gzipSync(FILE.subarray(0, 5000)), gzipSync(FILE.subarray(5000))]);
    const capture = await opened(bytes);
    expect(capture.trace.packets.count).toBe(200);
    expect(capture.problems).toEqual([]);
    expect(capture.format.text).toBe("pcap, gzip");
    capture.close();
  });

  it("cut short shows what came before, and says that it is the compressed data that ends", async () => {
    const whole = gzipSync(FILE);
    const capture = await opened(whole.subarray(0, whole.length * 0.7));
    expect(capture.trace.packets.count).toBeGreaterThan(120);
    expect(capture.problems.map(({ message }) => message)).toEqual([
      "the compressed data is cut short",
      expect.stringMatching(/^cut short in a packet's data: \d+ of 1028 bytes are there$/),
    ]);
    capture.close();
  });

  it("damaged in the middle shows what came before", async () => {
    const bytes = gzipSync(FILE);
    bytes.fill(0xff, 100_000, 100_200);
    const capture = await opened(bytes);
    expect(capture.trace.packets.count).toBeGreaterThan(50);
    expect(capture.trace.packets.count).toBeLessThanOrEqual(200);
    // Wrong bytes may come out as a packet that cannot be before the decompression itself notices.
    expect(capture.problems[0].message).toMatch(/damaged: /);
    capture.close();
  });

  it("with a wrong checksum or length shows all, and says so", async () => {
    for (const [fromEnd, what] of [
      [8, "data"],
      [1, "length"],
    ] as const) {
      const bytes = gzipSync(FILE);
      bytes[bytes.length - fromEnd] ^= 1;
      const capture = await opened(bytes);
      expect(capture.trace.packets.count).toBe(200);
      expect(capture.problems.map(({ message }) => message)).toEqual([
        `the compressed data is damaged: incorrect ${what} check`,
      ]);
      capture.close();
    }
  });

  it("with something else behind it shows all, and says so", async () => {
    for (const more of ["g", "garbage", "\0\0\0garbage", "\x1fx"]) {
      const capture = await opened(Buffer.concat([gzipSync(FILE), Buffer.from(more)]));
      expect(capture.trace.packets.count).toBe(200);
      expect(capture.problems.map(({ message }) => message)).toEqual([
        "what follows the compressed data is not gzip",
      ]);
      capture.close();
    }
  });

  /** Records that may follow those of a file. */
  const MORE = classicFile(PACKETS.slice(0, 3)).subarray(24);

  it("may have all that a header can have, however it comes", async () => {
    const header = Buffer.from([0x1f, 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 5, 0]);
    const member = Buffer.concat([
      header,
      Buffer.from("extraname\0comment\0??"),
      gzipSync(MORE).subarray(10),
    ]);
    const bytes = Buffer.concat([gzipSync(classicFile([])), member, new Uint8Array(3), member]);
    for (const size of [1, 7, bytes.length]) {
      const capture = await openChunks(pieces(bytes, size), "test");
      expect(capture.trace.packets.count).toBe(6);
      expect(capture.problems).toEqual([]);
      capture.close();
    }
  });

  it("cut after any byte shows what came before, and says so", async () => {
    const [first, second] = [gzipSync(classicFile(PACKETS.slice(0, 3))), gzipSync(MORE)];
    for (let length = 1; length < second.length; length += 1 + (length >> 3)) {
      const capture = await opened(Buffer.concat([first, second.subarray(0, length)]));
      expect(capture.trace.packets.count).toBeGreaterThanOrEqual(3);
      expect(capture.problems[0].message).toBe("the compressed data is cut short");
      capture.close();
    }
  });

  it("with rubbish behind it is read to its end and does not wait for more", async () => {
    const capture = await opened(Buffer.concat([gzipSync(FILE), new Uint8Array(200_000)]));
    expect(capture.trace.packets.count).toBe(200);
    capture.close();
  });

  it("that grows a thousandfold is stopped at the bytes it may take", async () => {
    const bomb = gzipSync(Buffer.concat([classicFile([]), new Uint8Array(64 * 1024 * 1024)]));
    const before = process.memoryUsage().rss;
    const capture = await openChunks(pieces(bomb), "bomb", { streamBytesMax: 2 * 1024 * 1024 });
    expect(capture.problems.map(({ message }) => message)).toEqual(["reading stops after 2097152 bytes"]);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
    capture.close();
  });

  it("inside another is refused", async () => {
    await expect(opened(gzipSync(gzipSync(FILE)))).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });
});
