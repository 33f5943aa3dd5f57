// Stream numbers and what streams remember, without packets.

import * as fc from "fast-check";
import { expect, test } from "vitest";

import { PacketTable } from "../../src/trace/packets.ts";
import { WINDOW_SCALE_NONE, WINDOW_SCALE_UNKNOWN } from "../../src/trace/conversation-table.ts";
import { StreamTable } from "../../src/trace/streams.ts";

const SYN = 2;
const ACK = 16;

test("both directions of a pair of ends are one stream, and numbers count up from 0 in order of appearance", () => {
  const packet = fc.tuple(
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 0, max: 300 }),
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 0, max: 300 }),
  );
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 2000, size: "max" }), (packets) => {
      const streams = new StreamTable();
      const model = new Map<string, number>();
      for (const [row, [source, sourcePort, destination, destinationPort]] of packets.entries()) {
        const key = [`${source}:${sourcePort}`, `${destination}:${destinationPort}`].sort().join(" ");
        const expected = model.get(key) ?? model.size;
        model.set(key, expected);
        expect(streams.udp(row, source, sourcePort, destination, destinationPort)).toBe(expected);
        expect(streams.tcp(row, source, sourcePort, destination, destinationPort, 1, 1, ACK, -1)).toBe(
          expected,
        );
      }
      expect(streams.udpCount).toBe(model.size);
      expect(streams.tcpCount).toBe(model.size);
    }),
    { numRuns: 20 },
  );
});

test("a handshake gives both directions their base and their shift", () => {
  const streams = new StreamTable();
  expect(streams.tcp(0, 1, 5000, 2, 80, 100, 0, SYN, 7)).toBe(0);
  expect(streams.tcpDirection(0, 0)).toEqual({ base: 100, windowScale: 7 });
  expect(streams.tcpDirection(0, 1)).toEqual({ base: null, windowScale: WINDOW_SCALE_UNKNOWN });
  expect(streams.tcp(1, 2, 80, 1, 5000, 900, 101, SYN | ACK, 2)).toBe(0);
  expect(streams.tcpDirection(0, 1)).toEqual({ base: 900, windowScale: 2 });
});

test("a SYN without window scaling turns it off for both", () => {
  const streams = new StreamTable();
  streams.tcp(0, 1, 5000, 2, 80, 100, 0, SYN, -1);
  streams.tcp(1, 2, 80, 1, 5000, 900, 101, SYN | ACK, 2);
  expect(streams.tcpDirection(0, 0).windowScale).toBe(WINDOW_SCALE_NONE);
  expect(streams.tcpDirection(0, 1).windowScale).toBe(WINDOW_SCALE_NONE);
});

test("relative numbers wrap around with the sequence space", () => {
  const streams = new StreamTable();
  const table = new PacketTable();
  const row = table.append();
  table.source[row] = 1;
  table.destination[row] = 2;
  table.sourcePort[row] = 5000;
  table.destinationPort[row] = 80;
  table.tcpSeq[row] = 5;
  table.tcpAck[row] = 3;
  table.tcpFlags[row] = ACK;
  streams.tcp(0, 1, 5000, 2, 80, 0xffff_fff0, 0, SYN, -1);
  streams.tcp(1, 2, 80, 1, 5000, 0xffff_fffe, 0xffff_fff1, SYN | ACK, -1);
  table.stream[row] = streams.tcp(2, 1, 5000, 2, 80, 5, 3, ACK, -1);
  expect(streams.relativeSeq(table, row)).toBe(21);
  expect(streams.relativeAck(table, row)).toBe(5);
});

test("the ends of a stream come in the order of its first packet", () => {
  const streams = new StreamTable();
  const table = new PacketTable();
  const row = table.append();
  table.source[row] = 9;
  table.sourcePort[row] = 80;
  table.destination[row] = 2;
  table.destinationPort[row] = 5000;
  const stream = streams.udp(row, 9, 80, 2, 5000);
  expect(streams.ends(table, "udp", stream)).toEqual([
    { address: 9, port: 80 },
    { address: 2, port: 5000 },
  ]);
  expect(streams.udpFirstRow(stream)).toBe(row);
});

test("each SYN+ACK of a stream that changes its numbers counts from its own", () => {
  const streams = new StreamTable();
  const seqs = Array.from({ length: 300 }, (_, row) => (row * 2_654_435_761 + 5) >>> 0);
  for (const [row, seq] of seqs.entries()) streams.tcp(row, 1, 5000, 2, 80, seq | 0, 7, SYN | ACK, -1);
  for (const [row, seq] of seqs.entries()) expect(streams.tcpDirection(0, 0, row).base).toBe(seq);
});

test("what was acknowledged before a SYN+ACK of other numbers still counts from those acknowledged", () => {
  const streams = new StreamTable();
  streams.tcp(0, 2, 80, 1, 5000, 900, 7000, ACK, -1);
  streams.tcp(1, 1, 5000, 2, 80, 100, 901, SYN | ACK, -1);
  expect(streams.tcpDirection(0, 0, 0).base).toBe(6999);
  expect(streams.tcpDirection(0, 0, 1).base).toBe(100);
});
