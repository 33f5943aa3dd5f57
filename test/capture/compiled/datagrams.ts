// UDP datagrams in Ethernet, and what they may hold: messages of DNS, right ones and wrong ones, and beginnings of other protocols'.

import * as fc from "fast-check";

import { joined } from "../packets.ts";

export interface Datagram {
  /** Hosts of the same network. */
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
  readonly isIpv6?: boolean;
  readonly isTagged?: boolean;
  /** What the packet and the datagram say more of their lengths than is so; 0 by default. */
  readonly packetLies?: number;
  readonly datagramLies?: number;
}

/** The datagram in a frame of Ethernet. */
export function packetOf(datagram: Datagram): Uint8Array {
  const { source, destination, payload, isIpv6 = false, isTagged = false } = datagram;
  const { packetLies = 0, datagramLies = 0 } = datagram;
  const link = isTagged ? 18 : 14;
  const transport = link + (isIpv6 ? 40 : 20);
  const bytes = new Uint8Array(transport + 8 + payload.length);
  const view = new DataView(bytes.buffer);
  if (isTagged) view.setUint16(12, 0x8100);
  view.setUint16(link - 2, isIpv6 ? 0x86dd : 0x0800);
  const above = 8 + payload.length + packetLies;
  if (isIpv6) {
    view.setUint8(link, 0x60);
    view.setUint16(link + 4, above);
    view.setUint8(link + 6, 17);
    view.setUint16(link + 8, 0xfd00);
    view.setUint16(link + 22, source);
    view.setUint16(link + 24, 0xfd00);
    view.setUint16(link + 38, destination);
  } else {
    view.setUint8(link, 0x45);
    view.setUint16(link + 2, 20 + above);
    view.setUint8(link + 9, 17);
    view.setUint32(link + 12, 0x0a000000 + source);
    view.setUint32(link + 16, 0x0a000000 + destination);
  }
  view.setUint16(transport, datagram.sourcePort);
  view.setUint16(transport + 2, datagram.destinationPort);
  view.setUint16(transport + 4, 8 + payload.length + datagramLies);
  bytes.set(payload, transport + 8);
  return bytes;
}

/** A name of DNS with its end. */
export function name(...labels: readonly string[]): Uint8Array {
  return joined(
    ...labels.map((label) => joined(Uint8Array.of(label.length), Buffer.from(label, "latin1"))),
    Uint8Array.of(0),
  );
}

export function question(name: Uint8Array, type: number): Uint8Array {
  return joined(name, words(type, 1));
}

/** `length` is that of `data` unless it lies. */
export function record(
  name: Uint8Array,
  type: number,
  data: Uint8Array,
  length: number = data.length,
): Uint8Array {
  return joined(name, words(type, 1, 0, 60, length), data);
}

/** The header says how many there are, and `more` answers beside. */
export function message(
  { id, flags, more = 0 }: { readonly id: number; readonly flags: number; readonly more?: number },
  questions: readonly Uint8Array[],
  records: readonly Uint8Array[],
): Uint8Array {
  const head = words(id, flags, questions.length, records.length + more, 0, 0);
  return joined(head, ...questions, ...records);
}

/** Numbers of 16 bits. */
function words(...numbers: readonly number[]): Uint8Array {
  return Uint8Array.from(numbers.flatMap((number) => [(number >> 8) & 255, number & 255]));
}

/** `usual` mostly. */
function mostly<T, U>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<U>): fc.Arbitrary<T | U> {
  return fc.oneof({ weight: 24, arbitrary: usual }, { weight: 1, arbitrary: rare });
}

const number16 = fc.nat({ max: 0xffff });
const label = mostly(
  fc.constantFrom("www", "example", "com", "a-b", "_tcp", "x".repeat(63), "10"),
  fc.oneof(
    fc.constantFrom("", "a.b", "a b", "tab\t", "\u007f", "é", "x".repeat(64)),
    fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/[^\u0000-\u00ff]/g, "?")),
  ),
);
const pointer = mostly(fc.constant(12), fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 0x3fff }))).map((to) =>
  Uint8Array.of(0xc0 | (to >> 8), to & 255),
);
const labels = mostly(
  fc.array(label, { maxLength: 4 }),
  fc.array(fc.constant("y".repeat(40)), { maxLength: 7 }),
);
const plainName = labels.map((all) => name(...all));
const anyName = fc.oneof(
  plainName,
  fc.tuple(labels, pointer).map(([all, end]) => joined(name(...all).subarray(0, -1), end)),
);
const anyType = mostly(fc.constantFrom(1, 2, 5, 6, 12, 15, 16, 28, 33, 65, 255), number16);
const anyQuestion = fc.tuple(mostly(plainName, anyName), anyType).map(([of, type]) => question(of, type));
const anyRecord = fc
  .tuple(
    anyName,
    mostly(
      fc.oneof(
        fc.tuple(fc.constant(1), mostly(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array())),
        fc.tuple(fc.constant(5), anyName),
        fc.tuple(fc.constant(41), fc.uint8Array({ maxLength: 12 })),
      ),
      fc.tuple(anyType, fc.uint8Array({ maxLength: 12 })),
    ),
    mostly(fc.constant(0), fc.integer({ min: -3, max: 3 })),
  )
  .map(([of, [type, data], lies]) => record(of, type, data, Math.max(0, data.length + lies)));
/** Messages of DNS, some of them cut or changed. */
const anyMessage = fc
  .tuple(
    fc.record({
      id: number16,
      flags: mostly(fc.constantFrom(0x0100, 0x8180, 0x8183), number16),
      more: mostly(fc.constant(0), fc.integer({ min: -1, max: 70 })),
    }),
    mostly(fc.array(anyQuestion, { minLength: 1, maxLength: 1 }), fc.array(anyQuestion, { maxLength: 40 })),
    fc.array(anyRecord, { maxLength: 5 }),
    mostly(fc.constant(0), fc.nat({ max: 30 })),
    mostly(fc.constant(null), fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 255 }))),
  )
  .map(([head, questions, records, cut, change]) => {
    const whole = message(head, questions, records);
    if (change !== null && change[0] < whole.length) whole[change[0]] = change[1];
    return whole.subarray(0, Math.max(0, whole.length - cut));
  });

/** Calls and replies of RPC, by the calls' numbers. */
const anyRpc = fc
  .record({
    id: fc.nat({ max: 2 }),
    kind: fc.nat({ max: 1 }),
    version: mostly(fc.constant(2), fc.nat({ max: 3 })),
    program: fc.constantFrom(100_000, 100_003, 7),
    more: fc.nat({ max: 30 }),
  })
  .map(({ id, kind, version, program, more }) =>
    joined(words(0, id, 0, kind, 0, version, program >> 16, program & 0xffff), new Uint8Array(more)),
  );
/** Headers of QUIC, long ones and short ones. */
const anyQuic = fc
  .record({
    first: fc.oneof(fc.constantFrom(0x80, 0xc0, 0xc3, 0xf0), fc.nat({ max: 255 })),
    version: fc.oneof(
      fc.constantFrom(0, 1, 0x6b3343cf, 0xff00001d, 0xfaceb002, 0x1a2a3a4a),
      fc.nat({ max: 0xffff_ffff }),
    ),
    id: fc.uint8Array({ maxLength: 21 }),
    rest: fc.oneof(fc.constant(new Uint8Array(40)), fc.uint8Array({ maxLength: 40 })),
  })
  .map(({ first, version, id, rest }) =>
    joined(
      Uint8Array.of(first),
      words(version >>> 16, version & 0xffff),
      Uint8Array.of(id.length),
      id,
      Uint8Array.of(0),
      rest,
    ),
  );
/** And of Google's before it, with a version and without one. */
const anyGquic = fc
  .record({
    flags: fc.oneof(fc.constantFrom(0x09, 0x0d, 0x08), fc.nat({ max: 255 })),
    version: mostly(fc.constantFrom("Q025", "Q039", "Q046"), fc.constantFrom("Q023", "Q099", "Q1", "q025")),
    rest: fc.uint8Array({ maxLength: 40 }),
  })
  .map(({ flags, version, rest }) =>
    joined(Uint8Array.of(flags), new Uint8Array(8), Buffer.from(version), rest),
  );
const anyPayload = fc.oneof(
  { weight: 8, arbitrary: anyMessage },
  { weight: 8, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  // As media are sent (RFC 3550), whose numbers may look like any other's.
  { weight: 4, arbitrary: fc.uint8Array({ maxLength: 40 }).map((rest) => joined(words(0x8060), rest)) },
  { weight: 1, arbitrary: fc.constant(new Uint8Array(0)) },
  { weight: 1, arbitrary: anyRpc },
  { weight: 1, arbitrary: anyQuic },
  { weight: 1, arbitrary: anyGquic },
);
/** A port of DNS mostly, or one that says nothing; few others, so that streams are long. */
const anyEnds = fc.tuple(
  mostly(fc.constant([1, 2] as const), fc.constantFrom([1, 1] as const, [2, 3] as const)),
  mostly(
    fc.constantFrom([40_000, 53] as const, [40_000, 5004] as const, [40_001, 5004] as const),
    fc.constantFrom([53, 53] as const, [137, 53] as const, [53, 5353] as const, [40_000, 123] as const),
  ),
  fc.boolean(),
);

export const anyDatagram: fc.Arbitrary<Datagram> = fc
  .record({
    ends: anyEnds,
    payload: anyPayload,
    isIpv6: fc.boolean(),
    isTagged: fc.boolean(),
    packetLies: mostly(fc.constant(0), fc.integer({ min: -9, max: 9 })),
    datagramLies: mostly(fc.constant(0), fc.integer({ min: -9, max: 9 })),
  })
  .map(({ ends: [[one, other], [port, otherPort], isBack], ...rest }) =>
    isBack
      ? { source: other, destination: one, sourcePort: otherPort, destinationPort: port, ...rest }
      : { source: one, destination: other, sourcePort: port, destinationPort: otherPort, ...rest },
  );
