import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LinkSettings } from "../../src/sim/topology.ts";
import { bytes, drain, inet, pair, story, udp, udpOn } from "./lab.ts";

/** Sends datagrams `0`, `1`, ... from a to b, `gapMs` apart, and answers the run. */
function train(
  count: number,
  gapMs: number,
  link: Partial<LinkSettings>,
  seed: number = 1,
  size: number = 1,
): ReturnType<typeof pair> & { received: () => string[] } {
  const simulation = pair(link, seed);
  const receiver = udpOn(simulation, "b", 9);
  const sender = udp(simulation, "a");
  const got: string[] = [];
  receiver.onWake = () => got.push(...drain(receiver).map((text) => text.trim()));
  for (let i = 0; i < count; i++) {
    simulation.scheduler.at(i * gapMs * 1e6, () => {
      sender.sendTo(bytes(String(i).padEnd(size)), inet("10.0.0.2", 9));
    });
  }
  return Object.assign(simulation, {
    received: () => {
      simulation.run();
      return got;
    },
  });
}

function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i));
}

describe("link", () => {
  test("a packet takes its transmission time and the delay", () => {
    // 1,000 bits at 1 Mbit/s are 1 ms.
    const run = train(1, 0, { delayMs: 20, bandwidthBps: 1e6 }, 1, 97);
    run.received();
    expect(story(run)).toEqual(["0 a>b udp 125", "21 b has 0"]);
  });

  test("packets wait their turn at the transmitter and are recorded when it begins with them", () => {
    const run = train(3, 0, { delayMs: 5, bandwidthBps: 1e6 }, 1, 97);
    run.received();
    expect(story(run)).toEqual([
      "0 a>b udp 125",
      "1 a>b udp 125",
      "2 a>b udp 125",
      "6 b has 0",
      "7 b has 1",
      "8 b has 2",
    ]);
  });

  test("a full queue drops the newcomer at once", () => {
    const run = train(4, 0, { delayMs: 5, bandwidthBps: 1e6, queuePackets: 1 }, 1, 97);
    expect(run.received()).toEqual(["0", "1"]);
    expect(story(run).slice(0, 5)).toEqual([
      "0 a>b udp 125",
      "0 a>b udp 125",
      "0 drop 1 at a-b: queue full",
      "0 a>b udp 125",
      "0 drop 2 at a-b: queue full",
    ]);
  });

  test("the two directions have settings of their own", () => {
    const run = pair({ forward: { delayMs: 3 }, backward: { delayMs: 7 } });
    const server = udpOn(run, "b", 9);
    server.onWake = () => {
      const datagram = server.recvFrom(10);
      if (typeof datagram === "object" && "from" in datagram) server.sendTo(datagram.data, datagram.from);
    };
    const client = udp(run, "a");
    client.sendTo(bytes("x"), inet("10.0.0.2", 9));
    run.run();
    expect(story(run)).toEqual(["0 a>b udp 29", "3 b has 0", "3 b>a udp 29", "10 a has 1"]);
  });

  test("independent loss loses about its share, and says so", () => {
    const run = train(2000, 1, { loss: 0.1 });
    const lost = 2000 - run.received().length;
    expect(Math.abs(lost - 200)).toBeLessThan(45);
    expect(story(run).filter((line) => line.endsWith("at a-b: loss"))).toHaveLength(lost);
  });

  test("burst loss comes in runs of the length its chances promise", () => {
    const run = train(20_000, 1, { loss: { enterBad: 0.01, leaveBad: 0.25 } });
    const got = new Set(run.received().map(Number));
    let runs = 0;
    for (let i = 1; i < 20_000; i++) if (!got.has(i) && got.has(i - 1)) runs++;
    expect((20_000 - got.size) / runs).toBeGreaterThan(3);
    expect((20_000 - got.size) / runs).toBeLessThan(5);
    expect(story(run).some((line) => line.endsWith("burst loss"))).toBe(true);
  });

  test("jitter keeps packets in order unless it may reorder them", () => {
    const settings: Partial<LinkSettings> = { delayMs: 20, jitterMs: 15 };
    expect(train(300, 1, settings).received()).toEqual(numbers(300));
    const apart = train(300, 1, { ...settings, jitterReorders: true }).received();
    expect(apart).not.toEqual(numbers(300));
    expect([...apart].sort((a, b) => Number(a) - Number(b))).toEqual(numbers(300));
  });

  test.each(["uniform", "normal", "exponential", "pareto"] as const)(
    "%s jitter delivers everything, never before it was sent",
    (jitterDistribution) => {
      const run = train(500, 1, { delayMs: 2, jitterMs: 5, jitterDistribution, jitterReorders: true });
      expect(run.received()).toHaveLength(500);
      const { trace } = run;
      const early = trace.events.filter(
        (event) => event.kind === "arrive" && event.timeNs < trace.packetNs(event.packet),
      );
      expect(early).toEqual([]);
    },
  );

  test("a packet held back is overtaken by those behind it", () => {
    const run = train(200, 1, { reorder: 0.1, reorderMs: 5 });
    const got = run.received();
    expect(got).toHaveLength(200);
    const late = got.filter((text, at) => Number(text) < Math.max(...got.slice(0, at).map(Number), -1));
    expect(late.length).toBeGreaterThan(8);
    expect(late.length).toBeLessThan(35);
  });

  test("a duplicate is a packet of its own that names the one it copies", () => {
    const run = train(1, 0, { duplicate: 1 });
    expect(run.received()).toEqual(["0", "0"]);
    expect(story(run)).toEqual(["0 a>b udp 29", "0 a>b udp 29 copy of 0", "1 b has 0", "1 b has 1"]);
  });

  test("the receiver's checksum finds every flipped bit of a UDP packet on IPv4", () => {
    const run = train(300, 1, { corrupt: 1 }, 1, 40);
    expect(run.received()).toEqual([]);
    const drops = story(run).filter((line) => line.includes("drop"));
    expect(drops).toHaveLength(300);
    for (const line of drops) expect(line).toMatch(/at b: (?:checksum|malformed)$/);
  });

  test("a bit no checksum covers is delivered: IPv6 has none over hop limit, class and flow label", () => {
    const run = pair({ corrupt: 1 });
    const receiver = udpOn(run, "b", 9, "inet6");
    const sender = udp(run, "a", "inet6");
    const got: string[] = [];
    receiver.onWake = () => got.push(...drain(receiver));
    for (let i = 0; i < 400; i++) {
      run.scheduler.at(i * 1e6, () => sender.sendTo(bytes("intact"), inet("fd00::2", 9)));
    }
    run.run();
    // 36 bits of 432.
    expect(got.length).toBeGreaterThan(12);
    expect(got.length).toBeLessThan(70);
    expect(new Set(got)).toEqual(new Set(["intact"]));
  });

  test("a partition lets nothing begin, and what is on the wire already arrives", () => {
    const run = train(6, 10, { delayMs: 15, partitions: [{ fromMs: 15, untilMs: 35 }] });
    expect(run.received()).toEqual(["0", "1", "4", "5"]);
    expect(story(run).filter((line) => line.includes("drop"))).toEqual([
      "20 drop 2 at a-b: partition",
      "30 drop 3 at a-b: partition",
    ]);
  });

  test("settings change during a run, which the trace remembers", () => {
    const run = train(4, 10, { delayMs: 1 });
    run.scheduler.at(15e6, () => run.setLink("a-b", "forward", { delayMs: 5, loss: 0 }));
    expect(run.received()).toEqual(numbers(4));
    expect(story(run)).toContain("15 link a-b forward: delayMs 1 -> 5");
    expect(story(run)).toContain("25 b has 2");
    expect(() => run.setLink("a-b", "both", { loss: 3 })).toThrow("link a-b forward: loss must be 0 to 1");
    expect(() => run.setLink("b-a", "both", { loss: 0 })).toThrow("link b-a: name is not there");
  });

  test("turning the bandwidth up drains a queue faster", () => {
    const run = train(11, 0, { delayMs: 0, bandwidthBps: 1e6 }, 1, 97);
    run.scheduler.at(1.5e6, () => run.setLink("a-b", "both", { bandwidthBps: 10e6 }));
    run.received();
    expect(run.scheduler.now).toBe(2.9e6);
  });
});

describe("script", () => {
  test("verdicts drop, delay, duplicate and damage the packets they are about", () => {
    const run = train(6, 10, {
      script: ({ index }) =>
        index === 1
          ? "drop"
          : index === 2
            ? { delayMs: 25 }
            : index === 3
              ? "duplicate"
              : index === 4
                ? "corrupt"
                : undefined,
    });
    expect(run.received()).toEqual(["0", "3", "3", "2", "5"]);
    expect(story(run).filter((line) => line.includes("drop"))).toEqual([
      "10 drop 1 at a-b: script",
      "41 drop 5 at b: checksum",
    ]);
  });

  test("it is shown what it needs to choose", () => {
    const shown: string[] = [];
    const run = train(2, 10, {
      script: (packet) => {
        shown.push(JSON.stringify(packet));
        return undefined;
      },
    });
    run.received();
    expect(shown).toEqual([
      '{"index":0,"timeNs":0,"length":29,"protocol":"udp","payloadLength":1,"flags":[],"relativeSeq":0}',
      '{"index":1,"timeNs":10000000,"length":29,"protocol":"udp","payloadLength":1,"flags":[],"relativeSeq":0}',
    ]);
  });

  test("letting one packet pass changes the fate of no other", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(99), (seed, spared) => {
        const chances: Partial<LinkSettings> = {
          loss: 0.3,
          jitterMs: 1,
          duplicate: 0.1,
          jitterReorders: true,
        };
        const plain = train(100, 10, chances, seed).received();
        const script: LinkSettings["script"] = ({ index }) => (index === spared ? "pass" : undefined);
        const scripted = train(100, 10, { ...chances, script }, seed).received();
        const others = (list: string[]): string[] => list.filter((text) => text !== String(spared));
        expect(others(scripted)).toEqual(others(plain));
        expect(scripted.filter((text) => text === String(spared))).toHaveLength(1);
      }),
      { numRuns: 30 },
    );
  });

  test("an answer that is no verdict is an error that names the link", () => {
    const run = train(1, 0, { script: (() => "lose") as unknown as LinkSettings["script"] });
    expect(() => run.received()).toThrow("link a-b forward: script must answer");
  });
});
