import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { setImmediate } from "node:timers/promises";

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { openCapture, openChunks } from "../../src/capture/open.ts";
import { ByteLog } from "../../src/capture/store.ts";
import { classicFile, udpPacket } from "./packets.ts";
import { SAMPLE_FILES } from "./sample-files.ts";

describe("a pipe", () => {
  it.each(Object.keys(SAMPLE_FILES))("brings a %s file on standard input", async (name) => {
    const stdin = new PassThrough();
    stdin.end(SAMPLE_FILES[name]);
    const capture = await openCapture("-", { stdin });
    expect(capture.trace.packets.count).toBeGreaterThan(1);
    expect(capture.problems).toEqual([]);
    expect(capture.progress).toMatchObject({
      bytesRead: SAMPLE_FILES[name].length,
      bytesTotal: null,
      done: true,
    });
    capture.close();
  });

  it("shows what has come, without waiting for more", async () => {
    const stdin = new PassThrough();
    const file = SAMPLE_FILES["pcap"];
    const first = 24 + 16 + 28;
    stdin.write(file.subarray(0, first));
    const capture = await openCapture("-", { stdin, lazy: true });
    expect(await capture.indexSome(5)).toBe(false);
    expect(capture.trace.packets.count).toBe(1);
    expect(await capture.indexSome(1)).toBe(false);
    stdin.end(file.subarray(first));
    while (!(await capture.indexSome(5))) expect(capture.progress.done).toBe(false);
    expect(capture.trace.packets.count).toBe(4);
    capture.close();
  });

  it("is not read ahead of what is indexed", async () => {
    let pulled = 0;
    const file = SAMPLE_FILES["pcap"];
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        yield await Promise.resolve(pulled === 0 ? file : file.subarray(24));
        pulled += 1;
      }
    }
    const capture = await openChunks(endless(), "endless", { lazy: true });
    expect(await capture.indexSome(2)).toBe(false);
    const before = pulled;
    for (let turn = 0; turn < 10; turn++) await setImmediate();
    expect(pulled).toBe(before);
    expect(await capture.indexSome(2)).toBe(false);
    expect(pulled).toBeGreaterThan(before);
    capture.close();
  });

  it("stops at the bytes it may take", async () => {
    const stdin = new PassThrough();
    for (let i = 0; i < 50; i++)
      stdin.write(i === 0 ? SAMPLE_FILES["pcap"] : SAMPLE_FILES["pcap"].subarray(24));
    const capture = await openCapture("-", { stdin, streamBytesMax: 5000 });
    expect(capture.problems.map(({ message }) => message)).toEqual(["reading stops after 5000 bytes"]);
    capture.close();
  });

  it("with a name is read once, as a stream", async () => {
    const folder = mkdtempSync(join(tmpdir(), "wirelab-test-"));
    try {
      writeFileSync(join(folder, "file"), SAMPLE_FILES["pcapng"]);
      const shell = spawn("sh", ["-c", `mkfifo pipe && echo ready && cat file > pipe`], { cwd: folder });
      await once(shell.stdout, "data");
      const capture = await openCapture(join(folder, "pipe"));
      expect(capture.trace.packets.count).toBe(10);
      capture.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("a file opened lazily", () => {
  it("is indexed in slices, with progress", async () => {
    const folder = mkdtempSync(join(tmpdir(), "wirelab-test-"));
    try {
      const path = join(folder, "capture");
      const packet = {
        seconds: 1,
        fraction: 2,
        length: 60_028,
        bytes: udpPacket(1, 2, new Uint8Array(60_000)),
      };
      writeFileSync(path, classicFile(Array.from({ length: 100 }, () => packet)));
      const capture = await openCapture(path, { lazy: true });
      expect(capture.trace.packets.count).toBe(0);
      let slices = 1;
      let last = 0;
      while (!(await capture.indexSome(0))) {
        slices += 1;
        expect(capture.progress.bytesRead).toBeGreaterThan(last);
        last = capture.progress.bytesRead;
      }
      expect(slices).toBeGreaterThan(5);
      expect(capture.trace.packets.count).toBe(100);
      expect(capture.progress.bytesRead).toBe(capture.progress.bytesTotal);
      capture.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("frame check sequences", () => {
  it("are told from the upper bits of the link type, on disk and in a stream", async () => {
    const stdin = new PassThrough();
    stdin.end(classicFile([], { network: 0x24000001 }));
    const capture = await openCapture("-", { stdin });
    expect(capture.interfaces[0]).toMatchObject({ linkType: 1, fcsBytes: 4 });
    capture.close();
  });
});

describe("ByteLog", () => {
  it("gives back what was appended, in memory and beyond it", () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 700_000 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sizes, (lengths) => {
        const log = new ByteLog(1024 * 1024);
        const offsets = lengths.map((length, i) => log.append(new Uint8Array(length).fill(i + 1), 0, length));
        for (const [i, length] of lengths.entries()) {
          const bytes = log.read(offsets[i], length);
          expect(bytes.length).toBe(length);
          expect(bytes.every((byte) => byte === i + 1)).toBe(true);
        }
        log.close();
      }),
      { numRuns: 20 },
    );
  });
});
