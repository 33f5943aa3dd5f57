// Any packet a simulated host may send.

import * as fc from "fast-check";
import { ipHeaderBytes, payloadBytes } from "../../src/sim/packet-build.ts";
import type { IpPacket, IpPayload, Segment } from "../../src/sim/packet.ts";

const port = fc.integer({ min: 1, max: 65_535 });
const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const signedWord = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const data = fc.uint8Array({ maxLength: 4000 });

const segment: fc.Arbitrary<Segment> = fc
  .record({
    kind: fc.constant("tcp"),
    sourcePort: port,
    destinationPort: port,
    seq: signedWord,
    ack: signedWord,
    flags: fc.nat(255),
    window: fc.nat(65_535),
    urgentPointer: fc.nat(65_535),
    payload: data,
    mss: fc.nat(9000),
    windowScale: fc.integer({ min: -1, max: 14 }),
    sackPermitted: fc.boolean(),
    sack: fc.option(fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 2 }), { nil: null }),
    timestamps: fc.boolean(),
    tsVal: signedWord,
    tsEcr: signedWord,
    fastOpen: fc.option(
      fc.record({
        cookie: fc
          .constantFrom(0, 4, 8, 16)
          .chain((length) => fc.uint8Array({ minLength: length, maxLength: length })),
        experimental: fc.boolean(),
      }),
      { nil: null },
    ),
  })
  .map(tidySegment);

/** Blocks in one list, no values for an option that is not there, and no more options than a header has room for. */
function tidySegment(fields: Omit<Segment, "sack"> & { sack: [number, number][] | null }): Segment {
  const { sack, timestamps } = fields;
  return {
    ...fields,
    sack: sack === null ? null : sack.flat(),
    tsVal: timestamps ? fields.tsVal : 0,
    tsEcr: timestamps ? fields.tsEcr : 0,
    fastOpen: sack === null ? fields.fastOpen : null,
  };
}

/** As nearly all are once their connection is open. */
const usual = segment.map((segment) => ({
  ...segment,
  urgentPointer: 0,
  mss: 0,
  windowScale: -1,
  sackPermitted: false,
  sack: null,
  fastOpen: null,
}));

const payload: fc.Arbitrary<IpPayload> = fc.oneof(
  segment,
  usual,
  fc.record({ kind: fc.constant("udp"), sourcePort: port, destinationPort: port, payload: data }),
  fc.record({ kind: fc.constant("icmp"), type: fc.nat(255), code: fc.nat(255), rest: word, body: data }),
);

export const packet: fc.Arbitrary<IpPacket> = fc
  .record({
    version: fc.constantFrom(4 as const, 6 as const),
    ttl: fc.integer({ min: 1, max: 255 }),
    ecn: fc.nat(3),
    dontFragment: fc.boolean(),
    id: fc.nat(65_535),
    payload,
  })
  .map(addressed);

function addressed(
  fields: Pick<IpPacket, "version" | "ttl" | "ecn" | "dontFragment" | "id" | "payload">,
): IpPacket {
  const { version } = fields;
  return {
    ...fields,
    source: version === 4 ? "10.0.0.1" : "fd00::1",
    destination: version === 4 ? "10.0.0.2" : "fd00::2",
    dontFragment: version === 6 || fields.dontFragment,
    id: version === 6 ? 0 : fields.id,
    length: ipHeaderBytes(version, fields.payload) + payloadBytes(fields.payload),
    flippedBit: -1,
    wire: null,
    owner: null,
  };
}
