// What is read out of a captured stream: checked by playing it, capturing that, and reading it again.

import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";

import { contextOf } from "../../../src/capture/context.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { payloadOfSide } from "../../../src/capture/replay/conversation.ts";
import type { Conversation } from "../../../src/capture/replay/conversation.ts";
import { measureStream } from "../../../src/capture/replay/measure.ts";
import { tcpConversation } from "../../../src/capture/replay/tcp-conversation.ts";
import { udpConversation } from "../../../src/capture/replay/udp-conversation.ts";
import { followStream } from "../../../src/capture/reassembly/follow.ts";
import { replayScenario } from "../../../src/scenario/replay-scenario.ts";
import { runScenario } from "../../../src/scenario/run.ts";
import type { RunResult } from "../../../src/scenario/run.ts";
import { captureNames, capturePath, hasSharedCaptures } from "../shared-captures.ts";
import { conversation } from "./plays.ts";
import type { Deed } from "./plays.ts";

async function played(play: Conversation, loss = 0): Promise<RunResult> {
  const scenario = replayScenario(play, "test");
  const links = scenario.topology.links.map((link) => ({ ...link, loss }));
  return runScenario(scenario, { topology: { ...scenario.topology, links } });
}

function texts(play: Conversation): string[] {
  return [play.client, play.server].map((side) => Buffer.from(payloadOfSide(side)).toString());
}

const words = fc.string({ minLength: 1, maxLength: 30, unit: fc.constantFrom("a", "b", "c", "d", " ") });
const deeds = fc.array(
  fc.tuple(fc.constantFrom("client" as const, "server" as const), words, fc.integer({ min: 0, max: 300 })),
  { minLength: 1, maxLength: 12 },
);

describe("a stream that is played", () => {
  test.prop([deeds, fc.boolean()], { numRuns: 40 })(
    "has the same words, causes and pauses when it is captured and read again",
    async (said, closes) => {
      const list: Deed[] = said.flatMap(([who, text, ms]): Deed[] => [
        [who, `think:${ms}`],
        [who, text],
      ]);
      if (closes) list.push(["client", "end"], ["server", "end"]);
      const play = conversation("tcp", list);
      const { trace, claims } = await played(play);
      expect(claims.map(({ holds }) => holds)).toEqual([true, true]);
      const again = tcpConversation(trace, 0, {});
      if ("problem" in again) throw new Error(again.problem);
      expect(texts(again)).toEqual(texts(play));
      expect(again.rttNs).toBeGreaterThanOrEqual(20e6);
      expect(again.rttNs).toBeLessThan(21e6);
      for (const side of ["client", "server"] as const) {
        const [was, is] = [play[side].steps, again[side].steps].map((steps) =>
          steps.filter(({ kind }) => kind === "data"),
        );
        expect(is.map(({ bytes, after }) => [Buffer.from(bytes).toString(), after])).toEqual(
          was.map(({ bytes, after }) => [Buffer.from(bytes).toString(), after]),
        );
        for (const [i, step] of is.entries()) {
          expect(Math.abs(step.thinkNs - was[i].thinkNs)).toBeLessThan(1e6);
        }
      }
    },
  );

  test.prop([deeds, fc.double({ min: 0.01, max: 0.2, noNaN: true })], { numRuns: 15 })(
    "arrives whole over a link that loses packets",
    async (said, loss) => {
      const play = conversation(
        "tcp",
        said.map(([who, text]): Deed => [who, text]),
      );
      const { claims, failure } = await played(play, loss);
      expect([failure, ...claims.map(({ holds }) => holds)]).toEqual([null, true, true]);
    },
  );

  it("of datagrams goes on when some are lost, and says how many came", async () => {
    const play = conversation(
      "udp",
      Array.from({ length: 40 }, (_, i): Deed => [i % 2 === 0 ? "client" : "server", `datagram ${i}`]),
    );
    const sound = await played(play);
    expect(sound.claims.map(({ holds }) => holds)).toEqual([true, true]);
    const lossy = await played(play, 0.3);
    expect(lossy.failure).toBeNull();
    expect(lossy.outcome).toBe("ok");
    expect(lossy.claims.some(({ holds }) => !holds)).toBe(true);
    expect(lossy.logs["server"].at(-1)).toMatch(/^received \d+ of 20 datagrams$/);
  });

  it("ends with a reset where it did", async () => {
    const play = conversation("tcp", [
      ["client", "hello"],
      ["server", "go away"],
      ["server", "reset"],
    ]);
    const { trace, outcome } = await played(play);
    expect(outcome).toBe("ok");
    const again = tcpConversation(trace, 0, {});
    if ("problem" in again) throw new Error(again.problem);
    expect(again.server.steps.at(-1)?.kind).toBe("reset");
  });
});

const DURATIONS = [
  "arkime__http-100-continue.pcap",
  "arkime__tcp-reassembly-synthetic.pcap",
  "pcapplusplus__one_ipv6_http_stream.pcap",
  "suricata-verify__websocket_basic_websockets.pcap",
  "tcpdump__dns_tcp.pcap",
  "zeek__tcp_retransmit-fast009.pcap",
  "zeek__tcp_tcp-fast-open.pcap",
  "zeek__http-qinq-0.pcap",
];

describe.skipIf(!hasSharedCaptures)("the shared captures (skipped where they are not there)", () => {
  it.each(DURATIONS)("%s takes as long over a link of its own round trip, within 5 %%", async (name) => {
    const capture = await openCapture(capturePath(name));
    const play = tcpConversation(capture.trace, 0, contextOf(capture));
    if ("problem" in play) throw new Error(play.problem);
    const { trace, claims } = await played(play);
    expect(claims.map(({ holds }) => holds)).toEqual([true, true]);
    const then = measureStream(capture.trace, "tcp", 0).durationNs;
    const now = measureStream(trace, "tcp", 0).durationNs;
    expect(Math.abs(now - then)).toBeLessThan(0.05 * then + 2e6);
    capture.close();
  });

  it("have each stream's bytes as follow has them", async () => {
    for (const name of captureNames()) {
      if (/^(zeek__echo|libpcap__)/.test(name)) continue;
      const capture = await openCapture(capturePath(name));
      const context = contextOf(capture);
      for (let stream = 0; stream < Math.min(20, capture.streams.tcpCount); stream++) {
        const play = tcpConversation(capture.trace, stream, context);
        if ("problem" in play) throw new Error(play.problem);
        const { bytes, segments } = followStream(capture.trace, stream, { reassembly: capture.reassembly });
        let gaps = 0;
        for (const segment of segments) if (segment.kind === "gap") gaps += segment.length;
        expect(play.missing, name).toBe(gaps);
        expect(play.client.bytes + play.server.bytes - gaps, name).toBe(bytes[0] + bytes[1]);
        for (const { steps } of [play.client, play.server]) {
          for (const [i, step] of steps.entries()) {
            expect(step.thinkNs).toBeGreaterThanOrEqual(0);
            if (i > 0) expect(step.after).toBeGreaterThanOrEqual(steps[i - 1].after);
          }
        }
      }
      for (let stream = 0; stream < Math.min(20, capture.streams.udpCount); stream++) {
        const play = udpConversation(capture.trace, stream, context);
        expect("problem" in play, name).toBe(false);
      }
      capture.close();
    }
  });
});

describe("a stream that is not there", () => {
  it("is a problem that says so", async () => {
    const { trace } = await played(conversation("tcp", [["client", "a"]]));
    expect(tcpConversation(trace, 7, {})).toEqual({ problem: "no TCP stream 7 in the capture" });
    expect(udpConversation(trace, 0, {})).toEqual({ problem: "no UDP stream 0 in the capture" });
  });
});
