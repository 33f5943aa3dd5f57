// Segments and datagrams of every kind around few numbers, in any order, and conversations as they should be with others in between.

import * as fc from "fast-check";

import type { ClassicPacket } from "../packets.ts";

export interface Sent {
  readonly side: boolean;
  readonly flow: number;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly window: number;
  readonly length: number;
  readonly options: readonly number[];
  readonly isIpv6: boolean;
  readonly hasTag: boolean;
  readonly isUdp: boolean;
  readonly waitMs: number;
  /** Bytes that the capture lacks, and that the frame has beyond its packet. */
  readonly cut: number;
  readonly trailer: number;
}

const TIMESTAMPS = [1, 1, 8, 10, 0, 0, 1, 2, 0, 0, 0, 9];
const OPTIONS: readonly (readonly number[])[] = [
  [],
  TIMESTAMPS,
  [2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7],
  [2, 4, 5, 180],
  [3, 3, 2, 0],
  [3, 3, 20, 1],
  [1, 1, 5, 10, 0, 0, 0, 20, 0, 0, 0, 30],
  [34, 10, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0],
  [21, 6, 0, 0, 0, 0, 1, 1],
  [8, 3, 1, 1],
  [127, 0, 1, 1],
  [2, 4, 5, 180, 127, 0, 0, 0],
  [0, 0, 0, 0],
];
const FLAGS = [0x10, 0x18, 0x02, 0x12, 0x11, 0x04, 0x30, 0x00, 0x03, 0x19, 0xd2];

/** Few numbers, so that they meet: sequence numbers are tens, those of one flow around 2^32. */
const sent: fc.Arbitrary<Sent> = fc.record({
  side: fc.boolean(),
  flow: fc.integer({ min: 0, max: 2 }),
  seq: fc.integer({ min: 0, max: 5 }),
  ack: fc.integer({ min: 0, max: 5 }),
  flags: fc.constantFrom(...FLAGS.slice(0, 2), ...FLAGS),
  window: fc.constantFrom(0, 1, 20, 20, 500),
  length: fc.constantFrom(0, 0, 1, 10, 10, 20),
  options: fc.constantFrom(...OPTIONS.slice(0, 2), ...OPTIONS),
  isIpv6: fc.boolean(),
  hasTag: fc.boolean(),
  isUdp: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
  waitMs: fc.constantFrom(0, 1, 30),
  cut: fc.constantFrom(0, 0, 0, 0, 5, 25, 40),
  trailer: fc.constantFrom(0, 0, 0, 6),
});

/** A conversation as it should be, for some of which others are put in between. */
function conversation(turns: readonly number[], flow: number): Sent[] {
  const usual = {
    flow,
    window: 500,
    isIpv6: false,
    hasTag: false,
    isUdp: false,
    waitMs: 1,
    cut: 0,
    trailer: 0,
  };
  const segments: Sent[] = [
    { ...usual, side: false, seq: 0, ack: 0, flags: 0x02, length: 0, options: OPTIONS[2] },
    { ...usual, side: true, seq: 0, ack: 0.1, flags: 0x12, length: 0, options: OPTIONS[2] },
    { ...usual, side: false, seq: 0.1, ack: 0.1, flags: 0x10, length: 0, options: TIMESTAMPS },
  ];
  let [from, to] = [0.1, 0.1];
  for (const turn of turns) {
    segments.push({
      ...usual,
      side: false,
      seq: from,
      ack: to,
      flags: 0x18,
      length: turn * 10,
      options: TIMESTAMPS,
    });
    from += turn;
    segments.push({ ...usual, side: true, seq: to, ack: from, flags: 0x10, length: 20, options: TIMESTAMPS });
    to += 2;
  }
  segments.push({ ...usual, side: true, seq: to, ack: from, flags: 0x11, length: 0, options: TIMESTAMPS });
  return segments;
}

const talk = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 6 }), fc.integer({ min: 0, max: 2 }))
  .map(([turns, flow]) => conversation(turns, flow));

export const traffic: fc.Arbitrary<readonly Sent[]> = fc
  .array(fc.oneof(talk, fc.array(sent, { maxLength: 8 })), { maxLength: 8 })
  .map((parts) => parts.flat());

export function packetsOf(all: readonly Sent[]): ClassicPacket[] {
  let timeMs = 0;
  return all.map((one) => {
    timeMs += one.waitMs;
    const bytes = frame(one);
    const captured = bytes.subarray(0, Math.max(0, bytes.length - one.cut));
    return {
      seconds: 1_700_000_000 + Math.floor(timeMs / 1000),
      fraction: (timeMs % 1000) * 1000,
      length: bytes.length,
      bytes: captured,
    };
  });
}

function frame(one: Sent): Uint8Array {
  const transport = one.isUdp ? datagram(one) : segment(one);
  const ip = one.isIpv6 ? 40 : 20;
  const link = one.hasTag ? 18 : 14;
  const bytes = new Uint8Array(link + ip + transport.length + one.trailer);
  const view = new DataView(bytes.buffer);
  const type = one.isIpv6 ? 0x86dd : 0x0800;
  if (one.hasTag) view.setUint32(12, 0x8100_0005);
  view.setUint16(link - 2, type);
  const protocol = one.isUdp ? 17 : 6;
  const [from, to] = one.side ? [2, 1] : [1, 2];
  if (one.isIpv6) {
    view.setUint8(link, 0x60);
    view.setUint16(link + 4, transport.length);
    view.setUint8(link + 6, protocol);
    view.setUint8(link + 23, from);
    view.setUint8(link + 39, to + one.flow);
  } else {
    view.setUint8(link, 0x45);
    view.setUint16(link + 2, ip + transport.length);
    view.setUint8(link + 9, protocol);
    view.setUint8(link + 15, from);
    view.setUint8(link + 19, to);
  }
  bytes.set(transport, link + ip);
  return bytes;
}

function ports(one: Sent): readonly [number, number] {
  const client = 40_000 + one.flow;
  return one.side ? [80, client] : [client, 80];
}

function segment(one: Sent): Uint8Array {
  const bytes = new Uint8Array(20 + one.options.length + one.length);
  const view = new DataView(bytes.buffer);
  const [from, to] = ports(one);
  const base = one.flow === 0 ? 0xffff_ffe0 : 1000;
  view.setUint16(0, from);
  view.setUint16(2, to);
  view.setUint32(4, (base + Math.round(one.seq * 10)) >>> 0);
  view.setUint32(8, (base + Math.round(one.ack * 10)) >>> 0);
  view.setUint16(12, ((20 + one.options.length) << 10) | one.flags);
  view.setUint16(14, one.window);
  bytes.set(one.options, 20);
  return bytes;
}

function datagram(one: Sent): Uint8Array {
  const bytes = new Uint8Array(8 + one.length);
  const view = new DataView(bytes.buffer);
  const [from, to] = ports(one);
  view.setUint16(0, from);
  view.setUint16(2, one.window === 1 ? 4789 : to);
  view.setUint16(4, one.window === 0 ? 0 : 8 + one.length);
  return bytes;
}
