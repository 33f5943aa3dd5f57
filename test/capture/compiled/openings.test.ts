// Streams that compiled code takes from their beginning, TLS, HTTP and those nobody knows, say what they say without it.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as fc from "fast-check";
import { afterAll, describe, expect, it, vi } from "vitest";

import { TcpConversation } from "../../../src/capture/dissect/tcp-conversation.ts";
import {
  block,
  classicFile,
  enhancedPacket,
  fields,
  interfaceDescription,
  joined,
  sectionHeader,
} from "../packets.ts";
import { anyFrames, text, USUAL } from "./any-talks.ts";
import { linesAtOnce, linesEach, rowsPassing, rowsPassingEach } from "./both-ways.ts";
import { framesOf, recordsOf } from "./talks.ts";

/** Of what applications say, and with a part that packets are passed over by. */
const FILTERS = ["http", "tls", "dns || tls.handshake.type == 1", "tcp.srcport < 1000 && http.response"];
const FIELDS = ["frame.number", "tcp.stream", "_ws.col.Info"];
const folder = mkdtempSync(join(tmpdir(), "wirelab-openings-"));
const path = join(folder, "capture.pcap");

afterAll(() => rmSync(folder, { recursive: true }));

async function expectSame(frames: readonly Uint8Array[]): Promise<string[]> {
  const file = classicFile(recordsOf(frames), { network: 1 });
  writeFileSync(path, file);
  expect(await linesAtOnce(path, "list")).toEqual(await linesEach(file, "list"));
  const lines = await linesAtOnce(path, FIELDS);
  expect(lines).toEqual(await linesEach(file, FIELDS));
  const passing: Record<string, number[]> = {};
  for (const filter of FILTERS) passing[filter] = await rowsPassing(path, filter);
  const each: Record<string, number[]> = {};
  for (const filter of FILTERS) each[filter] = await rowsPassingEach(file, filter);
  expect(passing).toEqual(each);
  return lines ?? [];
}

describe("streams taken from their beginning", () => {
  it.each(Object.entries(USUAL))("are taken: %s", async (_, one) => {
    const frames = framesOf(one, 1);
    writeFileSync(path, classicFile(recordsOf(frames), { network: 1 }));
    const asked = vi.spyOn(TcpConversation.prototype, "add");
    const lines = await linesAtOnce(path, FIELDS);
    expect(asked).not.toHaveBeenCalled();
    expect(await rowsPassing(path, "dns")).toEqual([]);
    expect(asked).not.toHaveBeenCalled();
    asked.mockRestore();
    expect(lines).toHaveLength(frames.length);
    expect(await expectSame(frames)).toEqual(lines);
  });

  it("are taken from pcapng, but for TLS where secrets came before", async () => {
    const asked = vi.spyOn(TcpConversation.prototype, "add");
    for (const [name, one] of Object.entries(USUAL)) {
      const packets = recordsOf(framesOf(one, 1)).map(({ seconds, fraction, bytes }) =>
        enhancedPacket(0, BigInt(seconds) * 10n ** 6n + BigInt(fraction), bytes),
      );
      const line = text(`CLIENT_RANDOM ${"0".repeat(64)} ${"1".repeat(96)}\n`);
      const secrets = block(
        10,
        joined(
          fields([
            [4, 0x544c534b],
            [4, line.length],
          ]),
          line,
        ),
      );
      const lines: string[][] = [];
      for (const before of [[], [secrets]]) {
        asked.mockClear();
        const file = joined(sectionHeader(), interfaceDescription(1, 0), ...before, ...packets);
        writeFileSync(path, file);
        lines.push((await linesAtOnce(path, FIELDS)) ?? []);
        const isLeft = before.length > 0 && name.startsWith("TLS");
        expect({ name, isLeft: asked.mock.calls.length > 0 }).toEqual({ name, isLeft });
        expect(lines.at(-1)).toEqual(await linesEach(file, FIELDS));
      }
      // These secrets are nobody's.
      expect(lines[1]).toEqual(lines[0]);
    }
    asked.mockRestore();
  });

  it("say what they say without compiled code", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyFrames, async (frames) => {
        await expectSame(frames);
      }),
      { numRuns: Number(process.env.OPENING_RUNS ?? 250) },
    );
  });
});
