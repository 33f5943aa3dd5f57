import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodePacket, encodePacket } from "../../src/sim/encode.ts";
import { Reassembler, fragmentsOf } from "../../src/sim/fragment.ts";
import type { IpPacket } from "../../src/sim/packet.ts";
import { packet } from "./packets.ts";

describe("packets and bytes", () => {
  test("decoding what was encoded gives the packet back", () => {
    fc.assert(
      fc.property(packet, (packet) => {
        const bytes = encodePacket(packet);
        expect(bytes).toHaveLength(packet.length);
        expect(decodePacket(bytes)).toEqual(packet);
      }),
    );
  });

  test("one flipped bit is found, or is where no checksum looks", () => {
    fc.assert(
      fc.property(packet, fc.nat(), (packet, at) => {
        const flippedBit = at % (packet.length * 8);
        const answer = decodePacket(encodePacket({ ...packet, flippedBit }));
        if (typeof answer === "string") return;
        // IPv6 covers neither class, flow label nor hop limit; a UDP checksum on IPv4 may turn into "none".
        const uncovered =
          packet.version === 6
            ? (flippedBit >= 4 && flippedBit < 32) || (flippedBit >= 56 && flippedBit < 64)
            : packet.payload.kind === "udp" && flippedBit >= 26 * 8 && flippedBit < 28 * 8;
        expect(uncovered).toBe(true);
        expect(answer.payload).toEqual(packet.payload);
      }),
      { numRuns: 500 },
    );
  });

  test("any bytes decode to a packet or to what is wrong with them", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        const answer = decodePacket(bytes);
        expect(typeof answer === "object" || answer === "checksum" || answer === "malformed").toBe(true);
      }),
    );
  });
});

describe("fragments", () => {
  const mtu = fc.integer({ min: 68, max: 2000 });

  function reassemble(version: 4 | 6, pieces: readonly IpPacket[]): { whole: IpPacket[]; lost: string[] } {
    const lost: string[] = [];
    const reassembler = new Reassembler(version, {
      now: () => 0,
      timer: () => ({ setAt: () => undefined, clear: () => undefined }),
      lost: (row, reason) => lost.push(`${row} ${reason}`),
      expired: () => undefined,
    });
    const whole: IpPacket[] = [];
    for (const [row, piece] of pieces.entries()) {
      if (piece.payload.kind !== "fragment") throw new Error("not a fragment");
      const answer = reassembler.add(piece, piece.payload, row);
      if (answer !== null) whole.push(answer);
    }
    return { whole, lost };
  }

  test("cut for any MTU, cut again for another and put together in any order they are what they were", () => {
    fc.assert(
      fc.property(packet, mtu, mtu, fc.infiniteStream(fc.nat()), (packet, first, second, order) => {
        const pieces = fragmentsOf(packet, first).flatMap((piece) =>
          piece.length > second ? fragmentsOf(piece, second) : [piece],
        );
        for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(Math.max(first, 68));
        const shuffled = pieces
          .map((piece) => ({ piece, key: order.next().value }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ piece }) => piece);
        const { whole, lost } = reassemble(packet.version, shuffled);
        expect(lost).toEqual([]);
        expect(whole).toEqual([{ ...packet, dontFragment: false }]);
      }),
      { numRuns: 200 },
    );
  });

  const big: IpPacket = {
    version: 4,
    source: "10.0.0.1",
    destination: "10.0.0.2",
    ttl: 64,
    ecn: 0,
    dontFragment: false,
    id: 7,
    payload: { kind: "udp", sourcePort: 1, destinationPort: 2, payload: new Uint8Array(2000) },
    length: 2028,
    flippedBit: -1,
  };

  test("one that comes twice is ignored, one that overlaps another ends the datagram", () => {
    const pieces = fragmentsOf(big, 800);
    const again = reassemble(4, [pieces[0], pieces[0], pieces[1], pieces[2]]);
    expect(again.whole).toHaveLength(1);
    const overlap = fragmentsOf(big, 400)[1];
    const ended = reassemble(4, [pieces[0], overlap, pieces[1], pieces[2]]);
    expect(ended.whole).toHaveLength(0);
    expect(ended.lost).toEqual(["1 malformed", "0 malformed"]);
  });

  test("they never take more memory than Linux gives them", () => {
    const flood = Array.from({ length: 5000 }, (_, id) => ({ ...fragmentsOf(big, 1500)[0], id }));
    expect(reassemble(4, flood).lost.length).toBeGreaterThan(3900);
  });
});
