// What is told of segments without their conversation is what the conversation says, whichever packets are asked for.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { writeCaptureFile } from "../../../bench/capture-file.ts";
import type { Capture } from "../../../src/capture/capture.ts";
import { Conversations } from "../../../src/capture/dissect/conversations.ts";
import { TAKEN } from "../../../src/capture/dissect/middle-segments.ts";
import { payloadKind } from "../../../src/capture/dissect/tcp-payload.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { PROTOCOL } from "../../../src/trace/packets.ts";

const ROWS = 2_000;
const folder = mkdtempSync(join(tmpdir(), "wirelab-middles-"));
let capture: Capture;
let segments: number[] = [];

beforeAll(async () => {
  const path = join(folder, "network.pcap");
  writeCaptureFile(path, ROWS);
  capture = await openCapture(path);
  const { packets } = capture.trace;
  segments = Array.from({ length: packets.count }, (_, row) => row).filter(
    (row) => packets.protocol[row] === PROTOCOL.tcp && packets.payloadLength[row] > 0,
  );
});

afterAll(() => {
  capture.close();
  rmSync(folder, { recursive: true });
});

/** What a conversation knows of the message that the packet is of. */
function knownOf(conversations: Conversations, row: number): unknown {
  const conversation = conversations.tcp(row);
  if (conversation === null || conversation.isDataAt(row)) return "data";
  const { table } = conversation.pdus;
  const index = conversation.segment(row);
  if (index === -1) return null;
  const pdu = Math.max(table.continued(index), 0);
  return { continued: table.continued(index), begun: table.begunFrom(index), parts: conversation.parts(pdu) };
}

describe("segments in the middle of messages", () => {
  it("are told as their conversation tells them, and leave it as it would be", () => {
    const chances = fc.array(fc.boolean(), { minLength: 50, maxLength: 50 });
    fc.assert(
      fc.property(chances, fc.boolean(), (isAsked, areAll) => {
        const quick = new Conversations(capture.trace);
        const slow = new Conversations(capture.trace);
        for (const [i, row] of segments.entries()) {
          if (!areAll && !isAsked[i % isAsked.length]) continue;
          slow.tcp(row);
          const kind = payloadKind(capture.trace, row, { conversations: quick });
          if (kind !== payloadKind(capture.trace, row, { conversations: slow })) return false;
        }
        for (const row of segments) expect(knownOf(quick, row)).toEqual(knownOf(slow, row));
        return true;
      }),
      { numRuns: 6 },
    );
  });

  it("are a quarter of those with a payload even where connections begin", () => {
    const conversations = new Conversations(capture.trace);
    let middles = 0;
    for (const row of segments) {
      const taken = conversations.takeMiddle(row);
      if (taken === TAKEN.middle) middles++;
      else conversations.tcp(row);
    }
    expect(middles).toBeGreaterThan(segments.length / 4);
  });
});
