// BBR as a whole: over a simulated link, what Linux's was seen to do over the same (cwnd, pacing rate and losses of a kernel at 10 Mbit/s
// and 40 ms, and behind a policer of 5 Mbit/s, were read by TCP_INFO on 6.18).

import { describe, expect, test } from "vitest";
import { createSimulation } from "../../../../src/sim/simulation.ts";
import type { LinkScript } from "../../../../src/sim/topology.ts";
import { isFailure } from "../../../../src/socket/core.ts";
import type { TcpInfo } from "../../../../src/socket/options.ts";

interface Seen {
  readonly timeMs: number;
  readonly received: number;
  readonly info: TcpInfo;
}

interface Path {
  readonly control: string;
  readonly mbps: number;
  readonly seconds: number;
  readonly seed?: number;
  readonly script?: LinkScript;
}

const STEP_MS = 20;

function must<T>(answer: T): Exclude<T, string | { code: unknown }> {
  if (isFailure(answer)) throw new Error(`a call failed: ${JSON.stringify(answer)}`);
  return answer as Exclude<T, string | { code: unknown }>;
}

/** TCP_INFO of a sender that always has data, every 20 ms; 20 ms each way. */
function watch({ control, mbps, seconds, seed = 1, script }: Path): Seen[] {
  const link = { between: ["a", "b"] as const, delayMs: 20, bandwidthBps: mbps * 1e6, queuePackets: 1000 };
  const forward = script === undefined ? {} : { script };
  const topology = { hosts: { a: {}, b: {} }, links: [{ ...link, forward }] };
  const simulation = createSimulation({ topology, seed, recording: false });
  const open = (host: string) => {
    const made = simulation.hosts.get(host)?.socket("inet", "stream");
    if (made === undefined || isFailure(made)) throw new Error("no socket");
    return made;
  };
  const listener = open("b");
  must(listener.bind({ family: "inet", address: "0.0.0.0", port: 80 }));
  must(listener.listen(1));
  let received = 0;
  listener.onWake = () => {
    const accepted = listener.accept();
    if (isFailure(accepted)) return;
    accepted.onWake = () => {
      for (
        let data = accepted.recv(1 << 20);
        !isFailure(data) && data.length > 0;
        data = accepted.recv(1 << 20)
      )
        received += data.length;
    };
  };
  const sender = open("a");
  must(sender.setOption("TCP_CONGESTION", control));
  const chunk = new Uint8Array(65_536);
  sender.onWake = () => {
    while (typeof sender.send(chunk) === "number");
  };
  sender.connect({ family: "inet", address: "10.0.0.2", port: 80 });
  const seen: Seen[] = [];
  for (let timeMs = STEP_MS; timeMs <= seconds * 1000; timeMs += STEP_MS) {
    simulation.run(timeMs * 1e6);
    seen.push({ timeMs, received, info: must(sender.info()) as TcpInfo });
  }
  return seen;
}

const from = (seen: readonly Seen[], ms: number): readonly Seen[] =>
  seen.filter(({ timeMs }) => timeMs >= ms);

/** Drops what a token bucket of `mbps` has no tokens for: data only. */
function policer(mbps: number): LinkScript {
  let tokens = 30_000;
  let lastNs = 0;
  return ({ timeNs, payloadLength, length }) => {
    tokens = Math.min(30_000, tokens + ((timeNs - lastNs) * mbps) / 8e3);
    lastNs = timeNs;
    if (payloadLength === 0) return "pass";
    if (tokens < length) return "drop";
    tokens -= length;
    return "pass";
  };
}

describe("over 10 Mbit/s and 40 ms, BBR", () => {
  const seen = watch({ control: "bbr", mbps: 10, seconds: 22 });

  test("doubles its rate until the bandwidth stops growing, then lets out the queue that made, at the pace of Linux", () => {
    const most = Math.max(...seen.map(({ info }) => (info.pacingRate < 1e9 ? info.pacingRate : 0)));
    // 2.89 times 9.65 Mbit/s of payload.
    expect((most * 8) / 1e6).toBeGreaterThan(26);
    expect((most * 8) / 1e6).toBeLessThan(29);
    const drain = seen.find(({ info }) => info.sndSsthresh < 1000);
    // A kernel took 0.54 to 0.76 s, and noted 38 to 48 segments, of which 34 fill the path.
    expect(drain?.timeMs).toBeGreaterThan(400);
    expect(drain?.timeMs).toBeLessThan(800);
    expect(drain?.info.sndSsthresh).toBeGreaterThanOrEqual(34);
    expect(drain?.info.sndSsthresh).toBeLessThanOrEqual(48);
  });

  test("keeps the link busy with hardly a queue, where CUBIC fills it", () => {
    const steady = from(seen, 2000).filter(({ info }) => info.sndCwnd > 4);
    const [first, last] = [seen[100], seen[480]];
    const mbps = ((last.received - first.received) * 8) / (last.timeMs - first.timeMs) / 1000;
    expect(mbps).toBeGreaterThan(9.4);
    expect(Math.max(...steady.map(({ info }) => info.rttUs))).toBeLessThan(65_000);
    const cubic = watch({ control: "cubic", mbps: 10, seconds: 4 });
    expect(Math.max(...from(cubic, 2000).map(({ info }) => info.rttUs))).toBeGreaterThan(100_000);
  });

  test("has a window of twice bandwidth times delay, and the bursts on their way", () => {
    for (const { info } of from(seen, 2000)) {
      if (info.sndCwnd === 4) continue;
      expect(info.sndCwnd).toBeGreaterThanOrEqual(2 * 33);
      expect(info.sndCwnd).toBeLessThanOrEqual(2 * 33 + 20);
    }
  });

  test("asks for a quarter more for about a round trip in eight, and gives it back", () => {
    const paces = from(seen, 2000).map(({ info }) => info.pacingRate);
    const usual = paces.toSorted((a, b) => a - b)[paces.length >> 1];
    const share = (gain: number): number =>
      paces.filter((pace) => Math.abs(pace / usual - gain) < 0.04).length / paces.length;
    expect(share(1)).toBeGreaterThan(0.6);
    expect(share(1.25)).toBeGreaterThan(0.08);
    expect(share(1.25)).toBeLessThan(0.2);
    expect(share(0.75)).toBeGreaterThan(0.02);
  });

  test("shrinks to four segments for 200 ms and a round trip, every ten seconds", () => {
    const probes = seen.filter(({ info }) => info.sndCwnd === 4).map(({ timeMs }) => timeMs);
    const starts = probes.filter((timeMs, i) => i === 0 || timeMs - probes[i - 1] > STEP_MS);
    expect(starts).toHaveLength(2);
    expect(starts[0]).toBeGreaterThan(10_000);
    expect(starts[0]).toBeLessThan(10_200);
    expect(starts[1] - starts[0]).toBeGreaterThan(10_200);
    expect(starts[1] - starts[0]).toBeLessThan(10_400);
    const first = probes.filter((timeMs) => timeMs < 15_000);
    expect(first.length * STEP_MS).toBeGreaterThanOrEqual(200);
    expect(first.length * STEP_MS).toBeLessThanOrEqual(340);
  });

  test("begins its cycle in a phase that the seed draws", () => {
    const firsts = [1, 2, 3, 4, 5, 6].map((seed) => {
      const run = from(watch({ control: "bbr", mbps: 10, seconds: 3, seed }), 1000);
      return run.find(({ info }, i) => i > 0 && info.pacingRate > run[i - 1].info.pacingRate * 1.2)?.timeMs;
    });
    expect(new Set(firsts).size).toBeGreaterThan(2);
    expect(watch({ control: "bbr", mbps: 10, seconds: 3, seed: 4 })).toEqual(
      watch({ control: "bbr", mbps: 10, seconds: 3, seed: 4 }),
    );
  });
});

test("BBR finds a policer out, and loses nothing more while it goes by its rate", () => {
  const seen = watch({ control: "bbr", mbps: 50, seconds: 3, script: policer(5) });
  const found = seen.findIndex(({ info }) => info.sndSsthresh < 1000);
  const settled = seen[found + 15];
  // A kernel had sent 160 segments again when it knew.
  expect(settled.info.totalRetrans).toBeGreaterThan(100);
  expect(settled.info.totalRetrans).toBeLessThan(220);
  const believing = seen.filter(
    ({ timeMs }) => timeMs >= settled.timeMs + 100 && timeMs < settled.timeMs + 1600,
  );
  expect(new Set(believing.map(({ info }) => info.totalRetrans)).size).toBe(1);
  for (const { info } of believing) {
    expect((info.pacingRate * 8) / 1e6).toBeGreaterThan(4.5);
    expect((info.pacingRate * 8) / 1e6).toBeLessThan(5);
  }
});
