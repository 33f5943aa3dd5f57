import { describe, expect, test } from "vitest";
import type { SimHost } from "../../src/sim/host.ts";
import type { Simulation } from "../../src/sim/simulation.ts";
import { decodePacket } from "../../src/sim/encode.ts";
import { bytes, drain, inet, network, pair, story, udp, udpOn } from "./lab.ts";

function hostOf(simulation: Simulation, name: string): SimHost {
  const host = simulation.hosts.get(name);
  if (host === undefined) throw new Error(`no ${name}`);
  return host;
}

/** a - r - b, with r a router; `mtu` is that of its link to b. */
function routed(mtu: number = 1500): Simulation {
  return network({ a: {}, r: { forwards: true }, b: {} }, [
    { between: ["a", "r"] },
    { between: ["r", "b"], mtu },
  ]);
}

const B4 = inet("10.0.0.3", 9);
const B6 = inet("fd00::3", 9);

describe("forwarding", () => {
  test("counts the TTL down, a hop each", () => {
    const run = routed();
    const b = udpOn(run, "b", 9);
    udp(run, "a").sendTo(bytes("x"), B4);
    run.run();
    expect(drain(b)).toEqual(["x"]);
    expect([run.trace.bytes(0)[8], run.trace.bytes(1)[8]]).toEqual([64, 63]);
  });

  test("a packet whose TTL is spent is dropped, and its sender told", () => {
    const run = routed();
    udpOn(run, "b", 9);
    const a = udp(run, "a");
    a.setOption("IP_TTL", 1);
    a.setOption("IP_RECVERR", true);
    a.sendTo(bytes("x"), B4);
    run.run();
    expect(story(run)).toEqual([
      "0 a>r udp 29",
      "1 r has 0",
      "1 drop 0 at r: ttl",
      "1 r>a icmp 57",
      "2 a has 1",
    ]);
    expect(a.getOption("SO_ERROR")).toBe("EHOSTUNREACH");
  });

  test("a host that does not forward keeps nothing that is not for it", () => {
    const run = pair();
    const astray = {
      version: 4 as const,
      source: "10.0.0.1",
      destination: "10.0.0.9",
      ttl: 64,
      ecn: 0,
      dontFragment: true,
      id: 1,
      payload: {
        kind: "udp" as const,
        sourcePort: 1,
        destinationPort: 2,
        payload: new Uint8Array(0),
      },
      length: 28,
      flippedBit: -1,
    };
    const row = run.recorder?.sent(0, astray, 0, -1) ?? -1;
    hostOf(run, "b").receive(astray, row);
    expect(story(run)).toContain("0 drop 0 at b: not for us");
  });
});

describe("a damaged packet", () => {
  function damaged(family: "inet" | "inet6"): string[] {
    const run = network({ a: {}, r: { forwards: true }, b: {} }, [
      { between: ["a", "r"], corrupt: 1 },
      { between: ["r", "b"] },
    ]);
    udpOn(run, "b", 9, family);
    const a = udp(run, "a", family);
    for (let i = 0; i < 200; i++) a.sendTo(new Uint8Array(20), family === "inet" ? B4 : B6);
    run.run();
    return story(run).filter((line) => line.includes(" drop "));
  }

  test("is dropped by the router when its IPv4 header is hit, by the receiver when the rest is", () => {
    const drops = damaged("inet").map((line) => line.replace(/^.* at /, ""));
    expect(drops).toHaveLength(200);
    expect(new Set(drops)).toEqual(new Set(["r: checksum", "b: checksum", "b: malformed"]));
    // 160 of 384 bits are the IPv4 header's.
    const atRouter = drops.filter((drop) => drop.startsWith("r")).length;
    expect(Math.abs(atRouter - 83)).toBeLessThan(25);
  });

  test("goes by its damaged IPv6 destination, which mostly leads nowhere", () => {
    const drops = damaged("inet6").map((line) => line.replace(/^.* at /, ""));
    expect(drops).toContain("r: no route");
    expect(drops).toContain("b: checksum");
  });
});

describe("path MTU", () => {
  test.each([
    ["IPv4", B4, 600, "icmp 576"],
    ["IPv6", B6, 1280, "icmpv6 1280"],
  ])(
    "%s: a router that cannot pass a packet says so, and the next one goes in fragments",
    (_, to, mtu, error) => {
      const run = routed(mtu);
      const family = to.family === "inet" ? "inet" : "inet6";
      const b = udpOn(run, "b", 9, family);
      const a = udp(run, "a", family);
      const host = hostOf(run, "a");
      expect(host.mtuFor(to.address)).toBe(1500);
      a.sendTo(new Uint8Array(1400), to);
      run.run();
      expect(story(run)).toContain("1 drop 0 at r: mtu");
      expect(story(run)).toContain(`1 r>a ${error}`);
      expect(host.mtuFor(to.address)).toBe(mtu);
      expect(a.sendTo(new Uint8Array(1400), to)).toBe(1400);
      run.run();
      expect(b.recv(2000)).toHaveLength(1400);
      run.run(run.scheduler.now + 600e9);
      expect(host.mtuFor(to.address)).toBe(1500);
    },
  );

  test("a connected socket is told EMSGSIZE", () => {
    const run = routed(600);
    const a = udp(run, "a");
    a.connect(B4);
    a.send(new Uint8Array(1400));
    run.run();
    expect(a.send(new Uint8Array(1))).toBe("EMSGSIZE");
    expect(a.send(new Uint8Array(1))).toBe(1);
  });

  test("IPv4 fragments are cut smaller on the way", () => {
    const run = routed(300);
    const b = udpOn(run, "b", 9);
    udp(run, "a").sendTo(new Uint8Array(3000).fill(7), B4);
    run.run();
    expect(b.recv(4000)).toEqual(new Uint8Array(3000).fill(7));
    const sizes = story(run).filter((line) => line.includes("r>b"));
    expect(sizes).toHaveLength(13);
  });
});

describe("reassembly", () => {
  test.each([
    ["IPv4", B4, 30],
    ["IPv6", B6, 60],
  ])(
    "%s: a datagram that stays incomplete is given up after its time, and its sender told",
    (_, to, seconds) => {
      const family = to.family === "inet" ? "inet" : "inet6";
      const run = network({ a: {}, r: { forwards: true }, b: {} }, [
        { between: ["a", "r"], forward: { script: ({ index }) => (index === 1 ? "drop" : undefined) } },
        { between: ["r", "b"] },
      ]);
      udpOn(run, "b", 9, family);
      udp(run, "a", family).sendTo(new Uint8Array(4000), to);
      run.run();
      const at = seconds * 1000 + 2;
      const lines = story(run);
      expect(lines.filter((line) => line.startsWith(`${at} drop`))).toEqual([
        `${at} drop 3 at b: reassembly timeout`,
        `${at} drop 4 at b: reassembly timeout`,
      ]);
      expect(lines.some((line) => line.startsWith(`${at} b>r icmp`))).toBe(true);
    },
  );

  test("an ICMP error that arrives in pieces and not whole is not answered with another", () => {
    // The error about the closed port is 1,280 bytes: five fragments here, of which the second is always lost.
    const lossy = {
      mtu: 300,
      backward: { script: ({ index }: { index: number }) => (index % 5 === 1 ? "drop" : undefined) },
    } as const;
    const run = pair(lossy);
    udp(run, "a", "inet6").sendTo(new Uint8Array(4000), inet("fd00::2", 9));
    run.run();
    expect(run.scheduler.now).toBeLessThan(61e9);
    expect(story(run).filter((line) => line.includes("a>b"))).toHaveLength(17);
  });

  test("fragments that come in any order and twice make one datagram", () => {
    const run = pair({ jitterMs: 5, jitterReorders: true, duplicate: 0.5, delayMs: 10 });
    const b = udpOn(run, "b", 9);
    const sent = Uint8Array.from({ length: 20_000 }, (_, i) => i % 251);
    udp(run, "a").sendTo(sent, inet("10.0.0.2", 9));
    run.run();
    expect(b.recv(30_000)).toEqual(sent);
  });

  test("a bit flipped in one fragment is found by the datagram's checksum", () => {
    const run = pair({ script: ({ index }) => (index === 1 ? "corrupt" : undefined) });
    const b = udpOn(run, "b", 9, "inet6");
    let dropped = 0;
    for (let i = 0; i < 5; i++) {
      udp(run, "a", "inet6").sendTo(new Uint8Array(4000), inet("fd00::2", 9));
      run.run();
    }
    dropped = story(run).filter((line) => line.includes("at b:")).length;
    expect(dropped).toBeGreaterThan(0);
    expect(drain(b)).toHaveLength(4);
  });
});

describe("ICMP", () => {
  test.each([
    ["IPv4", "10.0.0.1", "10.0.0.2", 4, 8, 0],
    ["IPv6", "fd00::1", "fd00::2", 6, 128, 129],
  ] as const)(
    "%s: an echo request is answered with its data",
    (_, source, destination, version, type, reply) => {
      const run = pair();
      const payload = { kind: "icmp" as const, type, code: 0, rest: 0x12340001, body: bytes("ping") };
      const length = (version === 4 ? 20 : 40) + 12;
      const packet = {
        version,
        source,
        destination,
        ttl: 64,
        ecn: 0,
        dontFragment: false,
        id: 0,
        payload,
        length,
        flippedBit: -1,
      };
      hostOf(run, "b").receive(packet, -1);
      run.run();
      const answer = decodePacket(run.trace.bytes(0));
      expect(answer).toMatchObject({
        source: destination,
        destination: source,
        payload: { ...payload, type: reply },
      });
    },
  );
});
