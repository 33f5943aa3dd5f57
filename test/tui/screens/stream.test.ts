import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { LESSONS } from "../../../src/scenario/catalogue.ts";
import { openLab } from "../../../src/scenario/session.ts";
import type { LabSession } from "../../../src/scenario/session.ts";
import { PROTOCOL } from "../../../src/trace/packets.ts";
import { LINKTYPE, Trace } from "../../../src/trace/trace.ts";
import { begin, update } from "../../../src/tui/app.ts";
import { initialModel } from "../../../src/tui/model.ts";
import { gridToText } from "../../../src/tui/render/text.ts";
import { flowBytes } from "../../../src/tui/screens/flow-bytes.ts";
import { FlowReading } from "../../../src/tui/screens/flow-reading.ts";
import { byteShown } from "../../../src/tui/screens/stream-data.ts";
import type { Moment } from "../../../src/tui/snapshot.ts";
import { modelAt, renderScreen } from "../../../src/tui/snapshot.ts";
import { streamCodecs } from "../../../src/tui/stream-codecs.ts";
import { streamsOf } from "../../../src/trace/run-streams.ts";
import { helloSession } from "../build-session.ts";
import { connectedSession } from "./golden-states.ts";

const SIZE = { width: 120, height: 40 };
const codecs = streamCodecs();

async function lesson(name: string): Promise<LabSession> {
  const scenario = LESSONS.find((candidate) => candidate.name === name);
  if (scenario === undefined) throw new Error(`no lesson ${name}`);
  return openLab(scenario);
}

function shown(session: LabSession, keys: readonly string[] = [], at: Moment = "end"): string {
  return gridToText(renderScreen(session, { screen: "stream", size: SIZE, keys, at, codecs }));
}

describe("the picture", () => {
  test("one send in one segment is read in three recvs: the partial reads are to be seen", async () => {
    const text = shown(await lesson("tcp-echo-recv16"));
    for (const words of [
      "sendAll 1: 40 B",
      "recv 1: 16 of 16 B",
      "recv 2: 16 of 16 B",
      "recv 3: 8 of 16 B",
    ]) {
      expect(text).toContain(words);
    }
  });

  test("two sends come out of one recv", async () => {
    const text = shown(await lesson("tcp-coalescing"));
    for (const words of ["send 1: 3 B", "send 2: 3 B", "recv 1: 6 of 100 B"]) expect(text).toContain(words);
  });

  test("frames are taken out with the codec the stream looks made for, and m takes the next", async () => {
    const session = await lesson("json-lines");
    expect(shown(session)).toContain('1: { from: "Zoë", says: "two\\nlines" }');
    expect(shown(session, ["m"])).toContain("frames: length prefix, 8 bits");
  });

  test("what was lost is marked, and so is what was sent again in its place", () => {
    const text = shown(connectedSession());
    expect(text).toMatch(/├╌+ ✗ #\d+: 14 B ╌+┤/);
    expect(text).toMatch(/├─+ ↻ #\d+: 14 B ─+┤/);
  });

  test("a capture has no calls, and says so", () => {
    const { trace } = helloSession().sim;
    const session = { name: "a capture", trace, problems: [] };
    const text = gridToText(renderScreen(session, { screen: "stream", size: SIZE, at: "end" }));
    expect(text).toContain("calls are unknown");
    expect(text).toMatch(/H +e +l +l +o +, +s +e +r +v +e +r +!/);
  });
});

describe("the cursor", () => {
  const at = (keys: readonly string[]) =>
    modelAt(connectedSession(), { screen: "stream", size: SIZE, at: "end", keys, codecs });

  test("on a byte, the run stands where that byte has been read", () => {
    const model = at(["home"]);
    expect(byteShown(model)).toBe(0);
    const { trace } = connectedSession().sim;
    const by = trace.timeNs(model.step);
    const read = trace.events.find((event) => event.kind === "return" && event.timeNs === by);
    expect(read).toBeDefined();
    expect(model.step).toBeLessThan(at([]).step);
  });

  test("left and right go by a byte, and stay within the stream", () => {
    expect(byteShown(at(["home", "right", "right", "left"]))).toBe(1);
    expect(byteShown(at(["home", "left"]))).toBe(0);
    expect(byteShown(at(["end", "right"]))).toBe(13);
  });

  test("moved elsewhere, the run says which byte: the last one read by then", () => {
    const model = at(["home", "1", "end", "4"]);
    expect(byteShown(model)).toBe(13);
  });

  test("Enter goes to the packet that carries the byte", () => {
    const model = at(["home", "enter"]);
    expect(model.screen).toBe("packets");
    expect((model.session as LabSession).sim.trace.packets.payloadLength[model.packets.selected]).toBe(14);
  });
});

test("codecs are asked for when a stream is looked at, once", () => {
  const model = initialModel({ session: connectedSession(), size: SIZE, screen: "stream" });
  expect(begin(model)[1]).toContainEqual({ kind: "codecs" });
  const [asked] = update(model, { kind: "key", key: "left" });
  expect(update(asked, { kind: "key", key: "left" })[1]).not.toContainEqual({ kind: "codecs" });
  const [loaded] = update(asked, { kind: "codecs", codecs });
  expect(loaded.codecs).toBe(codecs);
});

describe("FlowReading", () => {
  /** A trace of one direction's segments, each [offset, length], of a stream whose byte i is i % 251. */
  function traceOf(segments: readonly (readonly [number, number])[], base: number): Trace {
    const rows: Uint8Array[] = [];
    const trace = new Trace({ read: (row) => rows[row] });
    trace.interfaces.push({ name: "made", linkType: LINKTYPE.raw, snapLength: 0 });
    const table = trace.packets;
    const [source, destination] = [table.addresses.internIpv4(1), table.addresses.internIpv4(2)];
    for (const [offset, length] of [[-1, 0] as const, ...segments]) {
      const row = table.append();
      rows.push(Uint8Array.from({ length: 40 + length }, (_, i) => (i < 40 ? 0 : (offset + i - 40) % 251)));
      table.nanoseconds[row] = row * 1000;
      table.length[row] = table.capturedLength[row] = 40 + length;
      table.protocol[row] = PROTOCOL.tcp;
      table.source[row] = source;
      table.destination[row] = destination;
      table.sourcePort[row] = 1;
      table.destinationPort[row] = 2;
      table.networkOffset[row] = 0;
      table.transportOffset[row] = 20;
      table.payloadOffset[row] = 40;
      table.payloadLength[row] = length;
      table.tcpSeq[row] = (base + 1 + offset) >>> 0;
      table.tcpFlags[row] = row === 0 ? 2 : 16;
      table.stream[row] = 0;
    }
    return trace;
  }

  const segments = fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 60 })), {
    minLength: 1,
    maxLength: 40,
  });

  test("whatever is sent twice, out of order or across the end of sequence numbers, every byte is where it belongs", () => {
    fc.assert(
      fc.property(
        segments,
        fc.constantFrom(0, 7, 2 ** 32 - 100),
        fc.integer({ min: 1, max: 7 }),
        (sent, base, slice) => {
          const trace = traceOf(sent, base);
          const reading = new FlowReading(trace, 0, streamsOf(trace), null);
          for (let i = 0; i < 100 && reading.read < trace.packets.count; i++) reading.readOn(slice);
          const [side] = reading.sides;
          expect(side.length).toBe(Math.max(...sent.map(([offset, length]) => offset + length)));
          const { bytes, known } = flowBytes(side, 0, side.length);
          for (let at = 0; at < side.length; at++) {
            const isSent = sent.some(([offset, length]) => at >= offset && at < offset + length);
            expect(known[at]).toBe(isSent ? 1 : 0);
            if (isSent) expect(bytes[at]).toBe(at % 251);
          }
          const fresh = side.fresh.reduce((sum, count) => sum + count, 0);
          expect(fresh).toBe(known.reduce((sum, is) => sum + is, 0));
        },
      ),
      { numRuns: 50 },
    );
  });
});
