// Urgent data as packets show it: the URG flag, where the pointer points, and which segments carry it. What programs see is in
// test/conformance/urgent-claims.ts.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TCP_FLAGS } from "../../../src/sim/packet.ts";
import { bytes, connected, must, text } from "./wire.ts";
import type { Pair, Sent } from "./wire.ts";

const OOB = { oob: true } as const;
const MSS = 1448;

/** Of the segments sent since: length, and how far behind the segment's number the urgent byte ends, `-` without the flag. */
function told(sent: readonly Sent[]): string[] {
  return sent.map(({ segment: { payload, flags, urgentPointer } }) => {
    expect(urgentPointer === 0).toBe((flags & TCP_FLAGS.URG) === 0);
    return `${payload.length}${urgentPointer === 0 ? "-" : `!${urgentPointer}`}`;
  });
}

/** What `act` makes the client send at once. */
function sentBy({ wire }: Pair, act: () => void): string[] {
  const from = wire.sent.length;
  act();
  return told(wire.sent.slice(from).filter(({ segment }) => segment.destinationPort === 7000));
}

describe("the pointer", () => {
  test("counts to the byte behind the urgent one, in every segment up to it and none beyond", () => {
    const pair = connected();
    const { client } = pair;
    expect(sentBy(pair, () => must(client.send(bytes("abc"), OOB)))).toEqual(["3!3"]);
    expect(sentBy(pair, () => must(client.send(bytes("de"))))).toEqual(["2-"]);
    pair.wire.pass(100);
    expect(sentBy(pair, () => must(client.send(new Uint8Array(2 * MSS + 10), OOB)))).toEqual([
      `${MSS}!${2 * MSS + 10}`,
      `${MSS}!${MSS + 10}`,
      "10!10",
    ]);
  });

  test("says 65535 when the urgent byte is further ahead than it can say", () => {
    const pair = connected({ mtu: 1500 });
    const lines = sentBy(pair, () => must(pair.client.send(new Uint8Array(80_000), OOB)));
    expect(lines[0]).toBe(`${MSS}!65535`);
    pair.server.onWake = () => void pair.server.recv(65_536);
    const rest = sentBy(pair, () => pair.wire.pass(1000));
    const last = rest.at(-1) ?? "";
    const [length, pointer] = last.split("!").map(Number);
    expect(pointer).toBe(length);
  });

  test("rides on ACKs while the urgent byte waits for room, and on a probe that a closed window lets in", () => {
    const pair = connected();
    const { client, server, wire } = pair;
    must(client.setOption("SO_SNDBUF", 200_000));
    must(client.send(new Uint8Array(90_000)));
    wire.pass(800);
    must(client.send(bytes("!"), OOB));
    const waiting = must(client.info()).notsentBytes;
    expect(waiting).toBeGreaterThan(1);
    must(server.send(bytes("x")));
    // The ACK is numbered as the next byte to be sent; of a probe's two segments so is the first, the second one before.
    expect(sentBy(pair, () => wire.pass(20))).toEqual([`0!${waiting}`]);
    expect(sentBy(pair, () => wire.pass(3000)).slice(0, 2)).toEqual([`0!${waiting}`, `0!${waiting + 1}`]);
  });

  test("is sent again with what is sent again", () => {
    let lose = false;
    const pair = connected({ fate: ({ payload }) => (lose && payload.length > 0 ? [] : [10_000]) });
    lose = true;
    expect(sentBy(pair, () => must(pair.client.send(bytes("x!"), OOB)))).toEqual(["2!2"]);
    lose = false;
    expect(sentBy(pair, () => pair.wire.pass(1000))).toEqual(["2!2"]);
    expect(text(pair.server.recv(1, OOB))).toBe("!");
    expect(text(pair.server.recv(9))).toBe("x");
  });
});

describe("the receiver", () => {
  test("hears of an urgent byte before it comes: EAGAIN, and readiness tells when it is there", () => {
    let drop = false;
    const pair = connected({ fate: ({ payload }) => (drop && payload.length === 1 ? [] : [10_000]) });
    const { client, server, wire } = pair;
    drop = true;
    must(client.setOption("TCP_NODELAY", true));
    must(client.send(new Uint8Array(MSS)));
    must(client.send(bytes("!"), OOB));
    must(client.send(new Uint8Array(MSS)));
    wire.pass(1);
    // The byte is lost, and what follows it carries no pointer any more: nobody has heard of it.
    expect(server.recv(1, OOB)).toBe("EINVAL");
    must(client.send(bytes("xy"), OOB));
    wire.pass(1);
    expect(text(server.recv(1, OOB))).toBe("y");
    expect(server.readiness().urgent).toBe(false);
    drop = false;
    wire.pass(1000);
    expect(must(server.recv(65_536)).length).toBe(2 * MSS + 2);
  });

  test("says EAGAIN while the byte it was told of is missing", () => {
    let hole = false;
    const pair = connected({
      fate: (segment) => (hole && segment.payload.length < MSS && segment.payload.length > 0 ? [] : [10_000]),
    });
    const { client, server, wire } = pair;
    hole = true;
    must(client.send(new Uint8Array(MSS + 10), OOB));
    wire.pass(1);
    expect(server.recv(1, OOB)).toBe("EAGAIN");
    expect(server.readiness()).toMatchObject({ readable: true, urgent: false });
    hole = false;
    wire.pass(1000);
    expect(server.readiness()).toMatchObject({ readable: true, urgent: true });
    expect(must(server.recv(1, OOB)).length).toBe(1);
  });

  test("is not readable for an urgent byte alone, and POLLPRI is", () => {
    const { client, server, wire } = connected();
    must(client.send(bytes("!"), OOB));
    wire.pass(1);
    expect(server.readiness()).toMatchObject({ readable: false, urgent: true });
    expect(server.atMark()).toBe(true);
    must(client.send(bytes("x")));
    wire.pass(1);
    expect(server.readiness()).toMatchObject({ readable: true, urgent: true });
  });
});

test("inline, every byte of a stream arrives in its place, however it is sent, read and lost", () => {
  const step = fc.record({ size: fc.integer({ min: 1, max: 4000 }), oob: fc.boolean(), read: fc.nat(5000) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), fc.nat(4), (steps, loss) => {
      const pair = connected({
        fate: (_segment, _from, index) => (loss > 0 && index > 3 && index % (loss + 3) === 0 ? [] : [50_000]),
      });
      const { client, server, wire } = pair;
      must(server.setOption("SO_OOBINLINE", true));
      let sent = 0;
      let got = 0;
      const take = (max: number): void => {
        const answer = server.recv(max);
        if (!(answer instanceof Uint8Array)) return;
        expect(answer.every((byte, i) => byte === ((got + i) & 0xff))).toBe(true);
        got += answer.length;
      };
      for (const { size, oob, read } of steps) {
        const taken = client.send(
          Uint8Array.from({ length: size }, (_, i) => (sent + i) & 0xff),
          { oob },
        );
        if (typeof taken === "number") sent += taken;
        wire.pass(1);
        take(read);
      }
      for (let i = 0; i < 100; i++) {
        wire.pass(200);
        take(65_536);
      }
      expect(got).toBe(sent);
    }),
    { numRuns: 40 },
  );
});
