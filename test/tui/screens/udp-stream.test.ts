import { describe, expect, test } from "vitest";

import { LESSONS } from "../../../src/scenario/catalogue.ts";
import { openLab } from "../../../src/scenario/session.ts";
import type { LabSession } from "../../../src/scenario/session.ts";
import { LINKTYPE, Trace } from "../../../src/trace/trace.ts";
import { gridToText } from "../../../src/tui/render/text.ts";
import { datagramBytes, DatagramReading } from "../../../src/tui/screens/datagrams.ts";
import { UdpConversations } from "../../../src/tui/screens/udp-conversations.ts";
import { modelAt, renderScreen } from "../../../src/tui/snapshot.ts";
import type { Moment } from "../../../src/tui/snapshot.ts";

const SIZE = { width: 120, height: 40 };

async function lesson(name: string): Promise<LabSession> {
  const scenario = LESSONS.find((candidate) => candidate.name === name);
  if (scenario === undefined) throw new Error(`no lesson ${name}`);
  return openLab(scenario);
}

function shown(session: LabSession, keys: readonly string[] = [], at: Moment = "end"): string {
  return gridToText(renderScreen(session, { screen: "stream", size: SIZE, keys, at }));
}

function readingOf(session: LabSession): DatagramReading {
  const { trace } = session.sim;
  const conversations = new UdpConversations(trace);
  const reading = new DatagramReading(trace, conversations.list[0]);
  expect(conversations.isDone && reading.isDone).toBe(true);
  return reading;
}

describe("datagrams on the Stream screen", () => {
  test("a buffer that is too short cuts a datagram off: what it gave, and how much is gone", async () => {
    const session = await lesson("udp-truncation");
    const text = shown(session);
    for (const words of [
      "sendTo 1: 10 bytes",
      "recvFrom 1: 4 of 10 bytes, ✂ 6 gone",
      "✂ cut off",
      "1 cut off",
    ]) {
      expect(text).toContain(words);
    }
    const [first, second] = readingOf(session).sides[0];
    expect([first.length, first.recv?.bytes, second.recv?.bytes]).toEqual([10, 4, 4]);
  });

  test("an empty datagram is one: sent, carried by a packet, and read", async () => {
    const text = shown(await lesson("udp-empty"));
    for (const words of ["sendTo 1: empty", "∅  a datagram of no bytes", "recvFrom 1: empty"]) {
      expect(text).toContain(words);
    }
    expect(shown(await lesson("udp-empty"), ["tab"])).toContain("∅ empty");
  });

  test("a datagram in fragments is lost with one of them", async () => {
    const session = await lesson("udp-fragmentation");
    const text = shown(session);
    for (const words of ["✗ #5", "never: one of its fragments is lost", "recvFrom 2: 4000 bytes"]) {
      expect(text).toContain(words);
    }
    const { sides } = readingOf(session);
    expect(sides[0].map(({ parts }) => parts.map(({ row }) => row + 1))).toEqual([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ]);
    for (const [at, datagram] of sides[0].entries()) {
      const { bytes, known } = datagramBytes(session.sim.trace, datagram, 0, datagram.length);
      expect(datagram.length).toBe(4000);
      expect(bytes.every((byte) => byte === at) && known.every((one) => one === 1)).toBe(true);
    }
  });

  test("what was lost is never read, what was overtaken is read later, a link's copy is read twice", async () => {
    const { sides } = readingOf(await lesson("udp-loss-reorder"));
    // By the row of each packet: the number of the recv that gave it.
    expect(sides[0].map(({ recv }) => recv?.number ?? null)).toEqual([1, 2, null, 3, 8, 4, 5, 6, 7]);
    expect(sides[0].map(({ copyOf }) => copyOf)).toEqual([null, null, null, null, null, null, null, 6, null]);
    expect(sides[0].map(({ send }) => send?.number ?? null)).toEqual([1, 2, 3, 4, 5, 6, 7, null, 8]);
  });

  test("answers are the other direction of the conversation: d turns, and both are followed in their order", async () => {
    const session = await lesson("udp-upper");
    const wayOf = (text: string): string[] =>
      /UDP (?:\d+ of \d+)? +(\S+:\d+) → (\S+:\d+)/.exec(text)?.slice(1) ?? [];
    const there = wayOf(shown(session));
    expect(there).toHaveLength(2);
    expect(wayOf(shown(session, ["d"]))).toEqual(there.toReversed());
    expect(shown(session, ["tab"])).toMatch(/→[^]*←/);
  });

  test("keys go from datagram to datagram, and the run's cursor with them; Enter goes to the packet", async () => {
    const session = await lesson("udp-loss-reorder");
    const model = modelAt(session, { screen: "stream", size: SIZE, keys: ["home", "right", "right"] });
    expect(shown(session, ["home", "right", "right"])).toContain("number 3 of 9");
    expect(model.step).toBeLessThan(session.sim.trace.length - 1);
    expect(shown(session, ["home", "right", "right", "enter"])).toContain("▸ Frame 3:");
  });

  test("where there is neither a connection nor a datagram the screen says what it shows", () => {
    const trace = new Trace({ read: () => new Uint8Array(0) });
    trace.interfaces.push({ name: "none", linkType: LINKTYPE.raw, snapLength: 0 });
    const session = { name: "nothing", trace, problems: [] };
    const text = gridToText(renderScreen(session, { screen: "stream", size: SIZE }));
    expect(text).toContain("no TCP connection and no UDP datagram here");
  });
});
