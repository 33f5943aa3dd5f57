// Lists of unacknowledged segments, held to the plain list that Wireshark walks whole.

import {
  array,
  assert as check,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  property,
  record,
} from "fast-check";
import { describe, expect, it } from "vitest";

import { NO_ROW, UNACKED_SEGMENTS_MAX, UnackedSegments } from "../../../src/capture/analysis/segments.ts";

interface Plain {
  readonly seq: number;
  readonly end: number;
  readonly row: number;
}

/** An ACK from before everything sent. */
const NOTHING = -1000;

/** What acknowledging does, said in the plainest way. */
function acknowledge(list: Plain[], ack: number): { left: Plain[]; exact: number } {
  const exact = list.find(({ end }) => end === ack)?.row ?? NO_ROW;
  const left = list
    .filter(({ end }) => end > ack)
    .map(({ seq, end, row }) => ({ seq: Math.max(seq, ack), end, row }));
  return { left, exact };
}

const step = oneof(
  record({ kind: constant("send" as const), seq: nat(60), length: integer({ min: 1, max: 20 }) }),
  record({ kind: constant("ack" as const), seq: nat(80), length: constant(0) }),
);

describe("unacknowledged segments", () => {
  it("sends and ACKs in any order leave what a plain list would, across the wrap of sequence numbers too", () => {
    check(
      property(array(step, { maxLength: 60 }), constantFrom(1000, 0xffffffe0), (steps, base) => {
        const segments = new UnackedSegments();
        let plain: Plain[] = [];
        for (const [row, { kind, seq, length }] of steps.entries()) {
          if (kind === "send") {
            segments.add(0, (base + seq) >>> 0, (base + seq + length) >>> 0, row);
            plain.push({ seq, end: seq + length, row });
          }
          const { left, exact } = acknowledge(plain, kind === "ack" ? seq : NOTHING);
          plain = left;
          expect(segments.acknowledge(0, (base + (kind === "ack" ? seq : NOTHING)) >>> 0)).toBe(exact);
          expect(segments.isEmpty(0)).toBe(plain.length === 0);
          expect(segments.oldestRow(0)).toBe(plain[0]?.row ?? NO_ROW);
          const low = Math.min(...plain.map((entry) => entry.seq));
          const high = Math.max(...plain.map(({ end }) => end));
          expect(segments.span(0, base)).toBe(plain.length === 0 ? 0 : high - low);
        }
      }),
    );
  });

  it("no more than 10,000 a direction are remembered, and directions do not share them", () => {
    const segments = new UnackedSegments();
    for (let i = 0; i < UNACKED_SEGMENTS_MAX + 5; i++) segments.add(0, i, i + 1, i);
    segments.add(1, 7, 9, 1);
    expect(segments.span(0, 0)).toBe(UNACKED_SEGMENTS_MAX);
    expect(segments.span(1, 0)).toBe(2);
    expect(segments.acknowledge(0, 10)).toBe(9);
    expect(segments.span(0, 0)).toBe(UNACKED_SEGMENTS_MAX - 10);
  });
});
