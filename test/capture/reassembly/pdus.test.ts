// A stream cut into messages: with or without the short way for middles of messages, and behind gaps.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { PDU, StreamPdus } from "../../../src/capture/reassembly/pdus.ts";
import { NO_PDU } from "../../../src/capture/reassembly/pdu-table.ts";
import type { PduBytes, PduReader } from "../../../src/capture/reassembly/pdus.ts";

const FIRST_SEQ = 0xffff_ff00;

/** Messages of one length byte and so many more. */
const lengthPrefixed: PduReader = {
  pduLength: ({ bytes, origin, end }) => (origin < end ? 1 + bytes[origin] : PDU.more),
  completed() {},
};

/** A stream of messages with bodies of these lengths, cut at these places. */
function segmentsOf(bodies: readonly number[], cuts: readonly number[]): Uint8Array[] {
  const stream = Uint8Array.from(bodies.flatMap((length) => [length, ...Array.from({ length }, () => 0xaa)]));
  const places = [...new Set(cuts.map((cut) => cut % stream.length))].toSorted((a, b) => a - b);
  const ends = [...places.filter((place) => place > 0), stream.length];
  return ends.map((end, i) => stream.subarray(i === 0 ? 0 : ends[i - 1], end));
}

interface Fed {
  readonly row: number;
  readonly segment: Uint8Array;
  readonly offset: number;
}

/** The messages found, as `start+length of row first to last`; segments come in the order given. */
function messages(fed: readonly Fed[], takesMiddles: boolean): string[] {
  const payloads = new Map(fed.map(({ row, segment }) => [row, segment]));
  const bytes: PduBytes = {
    payload: (row) => payloads.get(row) ?? new Uint8Array(0),
    message: () => new Uint8Array(0),
  };
  const pdus = new StreamPdus(lengthPrefixed, bytes);
  for (const { row, segment, offset } of fed) {
    const seq = (FIRST_SEQ + offset) >>> 0;
    const { length } = segment;
    if (takesMiddles && pdus.addMiddle(row, 0, seq, length)) continue;
    pdus.add({
      row,
      direction: 0,
      seq,
      length,
      held: length,
      isLast: false,
      isAgain: false,
      isLate: false,
      isKeepAlive: false,
    });
  }
  const { table } = pdus;
  return Array.from({ length: table.count }, (_, pdu) => {
    const first = table.firstRow(pdu);
    const rows = fed.map(({ row }) => row).filter((row) => continuedIn(table, row) === pdu);
    return `${table.start(pdu) - table.start(0)}+${table.length(pdu)} of ${first},${rows.join(",")} to ${table.lastRow(pdu)}`;
  });
}

/** The message that the segment in `row` continues; in one direction every row among a run's is of it. */
function continuedIn(table: StreamPdus["table"], row: number): number {
  const index = table.find(row);
  return index === -1 ? NO_PDU : table.continued(index);
}

function inOrder(segments: readonly Uint8Array[]): Fed[] {
  let offset = 0;
  return segments.map((segment, row) => {
    const fed = { row, segment, offset };
    offset += segment.length;
    return fed;
  });
}

describe("a stream's messages", () => {
  it("are the same whether or not segments in the middle of one are taken the short way, in any order of arrival", () => {
    const bodies = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(bodies, fc.array(fc.nat(2_000)), fc.array(fc.nat(50)), (lengths, cuts, swaps) => {
        const fed = inOrder(segmentsOf(lengths, cuts));
        for (const swap of swaps) {
          // The first one stays: it says where the stream begins.
          const at = 1 + (swap % fed.length);
          if (at + 1 < fed.length) [fed[at], fed[at + 1]] = [fed[at + 1], fed[at]];
        }
        const arrived = fed.map(({ segment, offset }, row) => ({ row, segment, offset }));
        expect(messages(arrived, true)).toEqual(messages(arrived, false));
      }),
    );
  });

  it("are all found, complete, where segments come in order", () => {
    const bodies = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(bodies, fc.array(fc.nat(2_000)), (lengths, cuts) => {
        const found = messages(inOrder(segmentsOf(lengths, cuts)), true);
        expect(found.map((text) => Number(/\+(\d+)/.exec(text)?.[1]))).toEqual(
          lengths.map((length) => length + 1),
        );
      }),
    );
  });

  it("begin behind a gap where the one before them ends, though that one is not complete yet", () => {
    // Two messages of 11 bytes: 0-5, 6-8 (late), 9-13 with the second's beginning, 14-21.
    const [a, late, b, c] = inOrder(segmentsOf([10, 10], [6, 9, 14]));
    const arrived = [a, b, late, c].map(({ segment, offset }, row) => ({ row, segment, offset }));
    expect(messages(arrived, true)).toEqual(["0+11 of 0,1,2 to 2", "11+11 of 1,3 to 3"]);
  });
});
