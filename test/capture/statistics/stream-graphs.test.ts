// The data of stream graphs, beside tshark's fields and held to what must be true of any stream.

import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";

import { contextOf } from "../../../src/capture/context.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { SeenBytes } from "../../../src/capture/statistics/seen-bytes.ts";
import { findStatistic } from "../../../src/capture/statistics/statistics.ts";
import {
  ackPoints,
  rowsOfStream,
  rttPoints,
  sequencePoints,
  throughputPoints,
  windowPoints,
} from "../../../src/capture/statistics/stream-graphs.ts";
import type { GraphContext } from "../../../src/capture/statistics/stream-graphs.ts";
import type { Trace } from "../../../src/trace/trace.ts";
import { capturePath, hasSharedCaptures, hasTshark, tshark } from "../shared-captures.ts";

const CAPTURES = [
  "zeek__tcp_retransmit-fast009.pcap",
  "arkime__wireshark-retrans.pcap",
  "arkime__tls-split-client-hello.pcap",
  "pcapplusplus__one_tcp_stream.pcap",
  "suricata-verify__mqtt-limit-2_input.pcap",
];

interface Opened {
  readonly trace: Trace;
  readonly context: GraphContext;
  readonly close: () => void;
}

async function opened(name: string): Promise<Opened> {
  const capture = await openCapture(capturePath(name));
  const { streams = null, analysis = null } = contextOf(capture);
  if (streams === null || analysis === null) throw new Error("a capture has both");
  return { trace: capture.trace, context: { streams, analysis }, close: () => capture.close() };
}

/** tshark's values of a stream's packets, by frame number. */
function theirs(name: string, stream: number, fields: readonly string[]): Map<number, string[]> {
  const asked = ["frame.number", ...fields].flatMap((field) => ["-e", field]);
  const lines = tshark([
    "-n",
    "-r",
    capturePath(name),
    "-Y",
    `tcp.stream==${stream}`,
    "-T",
    "fields",
    ...asked,
  ]);
  return new Map(
    (lines ?? []).map((line) => line.split("\t")).map(([frame, ...rest]) => [Number(frame), rest]),
  );
}

describe.skipIf(!hasSharedCaptures || !hasTshark)(
  "beside tshark's fields (skipped without it or the captures)",
  () => {
    it.each(CAPTURES)(
      "%s has the same sequence numbers, windows, bytes in flight and round trips",
      async (name) => {
        const { trace, context, close } = await opened(name);
        const fields = ["tcp.seq", "tcp.len", "tcp.window_size", "tcp.analysis.bytes_in_flight"];
        const known = theirs(name, 0, [
          ...fields,
          "tcp.analysis.ack_rtt",
          "tcp.analysis.acks_frame",
          "tcp.ack",
        ]);
        const rows = rowsOfStream(trace, 0);
        expect(rows.map((row) => row + 1)).toEqual([...known.keys()]);
        const value = (row: number, field: number): string => known.get(row + 1)?.[field] ?? "";
        let roundTrips = 0;
        let segments = 0;
        for (const direction of [0, 1] as const) {
          for (const { row, seq, length } of sequencePoints(trace, context, rows, direction)) {
            segments++;
            expect([String(seq), String(length)]).toEqual([value(row, 0), value(row, 1)]);
          }
          for (const { row, window, inFlight } of windowPoints(trace, context, rows, direction)) {
            if (window !== null) expect(String(window)).toBe(value(row, 2));
            if (inFlight !== null) expect(String(inFlight)).toBe(value(row, 3));
          }
          for (const { row, ack, window } of ackPoints(trace, context, rows, direction)) {
            expect([String(ack), String(window)]).toEqual([value(row, 6), value(row, 2)]);
          }
          for (const { row, segment, rttNs } of rttPoints(trace, context, rows, direction)) {
            roundTrips++;
            expect([(rttNs / 1e9).toFixed(9), String(segment + 1)]).toEqual([value(row, 4), value(row, 5)]);
          }
        }
        expect(segments).toBe(rows.length);
        const expected = [...known.values()];
        expect(roundTrips).toBe(expected.filter((values) => values[4] !== "").length);
        const flying = [0, 1] as const;
        const inFlight = flying
          .flatMap((side) => windowPoints(trace, context, rows, side))
          .filter((p) => p.inFlight !== null);
        expect(inFlight).toHaveLength(expected.filter((values) => values[3] !== "").length);
        close();
      },
    );
  },
);

describe.skipIf(!hasSharedCaptures)("throughput (skipped without the captures)", () => {
  it.each([20e6, 100e6, 1e9, 3600e9])(
    "at %d ns an interval adds up to all bytes sent",
    async (intervalNs) => {
      for (const name of CAPTURES) {
        const { trace, context, close } = await opened(name);
        const rows = rowsOfStream(trace, 0);
        for (const direction of [0, 1] as const) {
          const points = throughputPoints(trace, rows, direction, intervalNs);
          const sent = sequencePoints(trace, context, rows, direction).reduce(
            (sum, { length }) => sum + length,
            0,
          );
          const bytes = points.reduce((sum, point) => sum + point.bytes, 0);
          const goodput = points.reduce((sum, point) => sum + point.goodput, 0);
          expect(bytes).toBe(sent);
          expect(goodput).toBeLessThanOrEqual(bytes);
          for (const [i, { timeNs }] of points.entries())
            expect(timeNs).toBe(points[0].timeNs + i * intervalNs);
        }
        close();
      }
    },
  );
});

/** Bytes of a stream of at most 64, by position. */
const segments = fc.array(fc.tuple(fc.nat(60), fc.nat(12)), { maxLength: 30 });

describe("bytes seen", () => {
  test.prop([segments, fc.nat(0xffff_ffff)])(
    "are counted once, in whatever order segments come, also where the numbers wrap",
    (list, base) => {
      const seen = new SeenBytes();
      const model = new Set<number>();
      let first: number | null = null;
      for (const [start, length] of list) {
        // What lies before the first segment seen is before the stream, for whoever came late.
        first ??= start;
        const from = Math.max(start, first);
        const size = Math.max(0, start + length - from);
        let fresh = 0;
        for (let at = from; at < from + size; at++) {
          if (!model.has(at)) fresh++;
          model.add(at);
        }
        expect(seen.add((base + from) >>> 0, size)).toBe(fresh);
      }
    },
  );
});

describe("-z", () => {
  it("tcp-graph and rtt refuse what they cannot draw", () => {
    for (const name of [
      "tcp-graph",
      "tcp-graph,rtt",
      "tcp-graph,speed,0",
      "tcp-graph,rtt,x",
      "tcp-graph,rtt,0,1",
      "tcp-graph,throughput,0,0",
      "rtt,1",
    ]) {
      expect(findStatistic(name), name).toHaveProperty("problem");
    }
    for (const name of ["rtt", "tcp-graph,rtt,0", "tcp-graph,throughput,3,0.5"]) {
      expect(typeof findStatistic(name)).toBe("function");
    }
  });
});
