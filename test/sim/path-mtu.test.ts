// Paths narrower than the first link, and what hosts make of them: path MTU discovery (RFC 1191, RFC 8201) with Linux's limits.

import { describe, expect, test } from "vitest";
import { PathMtus } from "../../src/sim/path-mtu.ts";
import type { Simulation } from "../../src/sim/simulation.ts";
import type { HostConfig } from "../../src/sim/topology.ts";
import { isFailure, refusalOf } from "../../src/socket/core.ts";
import type { Failure, SocketCore } from "../../src/socket/core.ts";
import { PMTUDISC } from "../../src/socket/options.ts";
import type { TcpInfo } from "../../src/socket/options.ts";
import { inet, network, udp, udpOn } from "./lab.ts";

const { DONT, WANT, DO, PROBE, INTERFACE, OMIT } = PMTUDISC;
const SECOND = 1e9;

/** a - r - b, the second link carrying `mtu` bytes and no more. */
function narrow(mtu: number, router: HostConfig = {}): Simulation {
  return network({ a: {}, r: { forwards: true, ...router }, b: {} }, [
    { between: ["a", "r"] },
    { between: ["r", "b"], mtu },
  ]);
}

/** The same with a last link as wide as the first: both ends announce an MSS the middle does not carry. */
function narrowMiddle(mtu: number, router: HostConfig = {}): Simulation {
  return network({ a: {}, r: { forwards: true, ...router }, s: { forwards: true }, b: {} }, [
    { between: ["a", "r"] },
    { between: ["r", "s"], mtu },
    { between: ["s", "b"] },
  ]);
}

const FAR = { 4: "10.0.0.4", 6: "fd00::4" } as const;
const ADDRESS = { 4: "10.0.0.3", 6: "fd00::3" } as const;

function code(answer: unknown): unknown {
  return isFailure(answer) ? refusalOf(answer as Failure).code : answer;
}

/** A socket of a's connected to b's, which nobody reads. */
function connected(run: Simulation, version: 4 | 6, discovery?: number): SocketCore {
  const family = version === 4 ? "inet" : "inet6";
  udpOn(run, "b", 9, family);
  const socket = udp(run, "a", family);
  if (discovery !== undefined) {
    const option = version === 4 ? "IP_MTU_DISCOVER" : "IPV6_MTU_DISCOVER";
    expect(socket.setOption(option, discovery)).toBeNull();
  }
  expect(socket.connect(inet(ADDRESS[version], 9))).toBeNull();
  return socket;
}

/** Lengths of the packets of UDP that `host` put on its link, and whether they forbade cutting. */
function sentBy(run: Simulation, host: string): readonly (readonly [number, boolean])[] {
  const sent: (readonly [number, boolean])[] = [];
  run.trace.transits.forEach(({ from }, row) => {
    const bytes = run.trace.bytes(row);
    const isUdp = bytes[0] >>> 4 === 4 ? bytes[9] === 17 : bytes[6] === 17 || bytes[6] === 44;
    if (from === host && isUdp) sent.push([bytes.length, bytes[0] >>> 4 === 4 && (bytes[6] & 0x40) !== 0]);
  });
  return sent;
}

function drops(run: Simulation): string[] {
  return run.trace.events.flatMap((event) =>
    event.kind === "drop" ? [`${event.where}: ${event.reason}`] : [],
  );
}

describe("UDP over a path narrower than the first link", () => {
  test.each([4, 6] as const)(
    "IPv%i: the first large datagram is lost, the error told once, the path's MTU known from then on",
    (version) => {
      const run = narrow(1300);
      const socket = connected(run, version);
      const option = version === 4 ? "IP_MTU" : "IPV6_MTU";
      expect(socket.getOption(option)).toBe(1500);
      expect(socket.send(new Uint8Array(1400))).toBe(1400);
      run.run(SECOND);
      expect(socket.getOption(option)).toBe(1300);
      expect(socket.send(new Uint8Array(1400))).toBe("EMSGSIZE");
      expect(socket.send(new Uint8Array(1400))).toBe(1400);
      run.run(2 * SECOND);
      const pieces = sentBy(run, "a").slice(1);
      expect(pieces).toHaveLength(2);
      for (const [length, whole] of pieces) expect([length <= 1300, whole]).toEqual([true, false]);
      expect(drops(run)).toEqual(["r: mtu"]);
    },
  );

  test("IP_MTU_DISCOVER says what becomes of datagrams the path is known not to carry", () => {
    const answers = [DONT, WANT, DO, PROBE, INTERFACE, OMIT].map((discovery) => {
      const run = narrow(1300);
      const teacher = connected(run, 4);
      teacher.send(new Uint8Array(1400));
      run.run(SECOND);
      const before = sentBy(run, "a").length;
      const socket = udp(run, "a");
      socket.setOption("IP_MTU_DISCOVER", discovery);
      const fits = code(socket.sendTo(new Uint8Array(100), inet(ADDRESS[4], 9)));
      const long = code(socket.sendTo(new Uint8Array(1400), inet(ADDRESS[4], 9)));
      const longer = code(socket.sendTo(new Uint8Array(1600), inet(ADDRESS[4], 9)));
      run.run(2 * SECOND);
      return [
        fits,
        long,
        longer,
        ...sentBy(run, "a")
          .slice(before)
          .map(([length, whole]) => `${length}${whole ? " DF" : ""}`),
      ];
    });
    expect(answers).toEqual([
      [100, 1400, 1600, "128", "1300", "148", "1300", "348"],
      [100, 1400, 1600, "128 DF", "1300", "148", "1300", "348"],
      [100, "EMSGSIZE", "EMSGSIZE", "128 DF"],
      [100, 1400, "EMSGSIZE", "128 DF", "1428 DF"],
      [100, 1400, "EMSGSIZE", "128", "1428"],
      [100, 1400, 1600, "128", "1428", "1500", "148"],
    ]);
  });

  test("a socket that does not discover lets routers cut its datagrams, and hears of nothing", () => {
    const run = narrow(1300);
    const socket = connected(run, 4, DONT);
    expect(socket.send(new Uint8Array(1400))).toBe(1400);
    run.run(SECOND);
    expect(drops(run)).toEqual([]);
    expect([socket.getOption("SO_ERROR"), socket.getOption("IP_MTU")]).toEqual(["", 1500]);
  });

  test("what was learnt is forgotten after ten minutes", () => {
    const run = narrow(1300);
    const socket = connected(run, 4, DO);
    socket.send(new Uint8Array(1400));
    run.run(SECOND);
    expect([socket.getOption("SO_ERROR"), socket.getOption("IP_MTU")]).toEqual(["EMSGSIZE", 1300]);
    run.run(599 * SECOND);
    expect(socket.getOption("IP_MTU")).toBe(1300);
    run.run(601 * SECOND);
    expect(socket.getOption("IP_MTU")).toBe(1500);
    expect(socket.send(new Uint8Array(1400))).toBe(1400);
  });

  test("less than 552 is taken for 552, and then routers may cut, so that a path of 300 works", () => {
    const run = narrow(300);
    const socket = connected(run, 4);
    socket.send(new Uint8Array(1400));
    run.run(SECOND);
    expect([socket.getOption("SO_ERROR"), socket.getOption("IP_MTU")]).toEqual(["EMSGSIZE", 552]);
    const before = sentBy(run, "a").length;
    socket.send(new Uint8Array(500));
    run.run(2 * SECOND);
    expect(sentBy(run, "a").slice(before)).toEqual([[528, false]]);
    expect(sentBy(run, "r").map(([length]) => length)).toEqual([300, 248]);
  });

  test("IPv6 believes no less than its own least MTU of 1,280, so a narrower path is a black hole", () => {
    const run = narrow(1000);
    const socket = connected(run, 6);
    socket.send(new Uint8Array(1400));
    run.run(SECOND);
    expect([socket.getOption("SO_ERROR"), socket.getOption("IPV6_MTU")]).toEqual(["EMSGSIZE", 1280]);
    socket.send(new Uint8Array(1200));
    run.run(2 * SECOND);
    expect(drops(run)).toEqual(["r: mtu", "r: mtu"]);
  });

  test("a router that filters ICMP makes a black hole: large ones vanish, and nobody is told", () => {
    const run = narrow(1300, { icmpFilter: true });
    const socket = connected(run, 4);
    for (let i = 0; i < 3; i++) {
      expect(socket.send(new Uint8Array(1400))).toBe(1400);
      run.run((i + 1) * SECOND);
    }
    expect([socket.getOption("SO_ERROR"), socket.getOption("IP_MTU")]).toEqual(["", 1500]);
    expect(drops(run)).toEqual(["r: mtu", "r: mtu", "r: mtu"]);
  });

  test("a host that filters ICMP does not believe it, and one in the middle does not pass it on", () => {
    const hosts = { a: {}, f: { forwards: true, icmpFilter: true }, r: { forwards: true }, b: {} };
    const run = network(hosts, [
      { between: ["a", "f"] },
      { between: ["f", "r"] },
      { between: ["r", "b"], mtu: 1300 },
    ]);
    const socket = udp(run, "a");
    socket.connect(inet("10.0.0.4", 9));
    socket.send(new Uint8Array(1400));
    run.run(SECOND);
    expect(drops(run)).toEqual(["r: mtu", "f: filtered"]);
    expect(socket.getOption("IP_MTU")).toBe(1500);
  });
});

describe("TCP over a path narrower in the middle", () => {
  const transfer = (run: Simulation, version: 4 | 6, discovery?: number) => {
    const family = version === 4 ? "inet" : "inet6";
    const [a, b] = ["a", "b"].map((name) => run.hosts.get(name)?.socket(family, "stream") as SocketCore);
    b.bind(inet(version === 4 ? "0.0.0.0" : "::", 80));
    b.listen(1);
    if (discovery !== undefined)
      a.setOption(version === 4 ? "IP_MTU_DISCOVER" : "IPV6_MTU_DISCOVER", discovery);
    a.connect(inet(FAR[version], 80));
    run.run(SECOND);
    const server = b.accept() as SocketCore;
    a.send(new Uint8Array(10_000));
    let got = 0;
    const read = (): void => {
      for (
        let data = server.recv(65_536);
        data instanceof Uint8Array && data.length > 0;
        data = server.recv(65_536)
      ) {
        got += data.length;
      }
    };
    server.onWake = read;
    run.run(60 * SECOND);
    return { a, got };
  };

  test.each([4, 6] as const)("IPv%i: the segments shrink at the first report, and all arrives", (version) => {
    const run = narrowMiddle(1300);
    const { a, got } = transfer(run, version);
    expect(got).toBe(10_000);
    expect(a.getOption(version === 4 ? "IP_MTU" : "IPV6_MTU")).toBe(1300);
    expect(a.getOption("TCP_MAXSEG")).toBe(1300 - (version === 4 ? 40 : 60) - 12);
  });

  test("where ICMP is filtered the handshake works and the transfer hangs", () => {
    const run = narrowMiddle(1300, { icmpFilter: true });
    const { got } = transfer(run, 4);
    expect(got).toBe(0);
  });

  test("unless it probes: after the third loss in a row segments shrink until they fit", () => {
    const hosts = {
      a: { tcpMtuProbing: 1 },
      r: { forwards: true, icmpFilter: true },
      s: { forwards: true },
      b: {},
    } as const;
    const run = network(hosts, [
      { between: ["a", "r"] },
      { between: ["r", "s"], mtu: 700 },
      { between: ["s", "b"] },
    ]);
    const { a, got } = transfer(run, 4);
    expect([got, a.getOption("TCP_MAXSEG")]).toEqual([10_000, 512]);
  });

  /** Payload bytes of the segments with data that `host` sent, repeats left out. */
  const sizes = (run: Simulation, host: string): number[] => {
    const { packets } = run.trace;
    const all: number[] = [];
    run.trace.transits.forEach(({ from }, row) => {
      const size = packets.payloadLength[row];
      if (from === host && size > 0 && size !== all.at(-1)) all.push(size);
    });
    return all;
  };

  test("on a connection that lives on, what was learnt is forgotten after ten minutes, and segments grow again", () => {
    const run = narrowMiddle(1300);
    const { a } = transfer(run, 4);
    expect(a.getOption("TCP_MAXSEG")).toBe(1248);
    run.run(599 * SECOND);
    const before = sizes(run, "a").length;
    a.send(new Uint8Array(1248 * 4));
    run.run(601.5 * SECOND);
    expect(sizes(run, "a").slice(before)).toEqual([1248]);
    a.send(new Uint8Array(1448 * 4));
    run.run(603 * SECOND);
    // Too long still: told again, and cut again.
    expect(sizes(run, "a").slice(before).slice(0, 3)).toEqual([1248, 1448, 1248]);
    expect(a.getOption("TCP_MAXSEG")).toBe(1248);
  });

  describe("looking for the longest segments from the start, without ICMP", () => {
    /** A megabyte over a path whose middle takes `mtu` and says nothing. */
    const search = (mtu: number): { run: Simulation; a: SocketCore } => {
      const hosts = {
        a: { tcpMtuProbing: 2 },
        r: { forwards: true, icmpFilter: true },
        s: { forwards: true },
        b: {},
      } as const;
      const run = network(hosts, [
        { between: ["a", "r"], delayMs: 10, bandwidthBps: 10e6 },
        { between: ["r", "s"], mtu },
        { between: ["s", "b"] },
      ]);
      const { a } = transfer(run, 4);
      let left = 1e6;
      a.onWake = () => {
        for (let took = 1; left > 0 && took > 0; left -= took) {
          const answer = a.send(new Uint8Array(Math.min(left, 65_536)));
          took = typeof answer === "number" ? answer : 0;
        }
      };
      a.onWake();
      run.run(70 * SECOND);
      expect(left).toBe(0);
      return { run, a };
    };

    test("goes half way each time, as a kernel was seen to, until it is within eight bytes", () => {
      const { run, a } = search(1300);
      const longer = sizes(run, "a").filter((size) => size > 1024);
      const tried = longer.filter((size, i) => longer.indexOf(size) === i);
      expect(tried.filter((size) => [1236, 1342, 1288, 1261, 1248, 1254].includes(size))).toEqual([
        1236, 1342, 1288, 1261, 1248, 1254,
      ]);
      expect(a.getOption("TCP_MAXSEG")).toBe(1248);
      expect((a.info() as TcpInfo).sndCwnd).toBeGreaterThan(20);
    });

    test("comes near what the handshake allows where the path carries that", () => {
      const { a } = search(1500);
      expect(a.getOption("TCP_MAXSEG")).toBeGreaterThan(1448 - 8);
      expect((a.info() as TcpInfo).totalRetrans).toBe(0);
    });
  });

  test("without DF routers cut its segments, and all arrives even so", () => {
    const run = narrowMiddle(1300, { icmpFilter: true });
    const { a, got } = transfer(run, 4, DONT);
    expect(got).toBe(10_000);
    expect(a.getOption("IP_MTU")).toBe(1500);
  });

  test("a path of 300 is taken for 552 and cut on the way", () => {
    const run = narrowMiddle(300);
    const { a, got } = transfer(run, 4);
    expect(got).toBe(10_000);
    expect(a.getOption("IP_MTU")).toBe(552);
  });
});

describe("the options", () => {
  test("IP_MTU wants a peer and cannot be set; discovery takes 0 to 5 and begins at 1", () => {
    const run = narrow(1300);
    const socket = udp(run, "a");
    expect(code(socket.getOption("IP_MTU"))).toBe("ENOTCONN");
    expect(code(socket.setOption("IP_MTU", 1400))).toBe("ENOPROTOOPT");
    expect(socket.getOption("IP_MTU_DISCOVER")).toBe(WANT);
    for (const value of [-1, 6, 1.5]) expect(code(socket.setOption("IP_MTU_DISCOVER", value))).toBe("EINVAL");
    const stream = run.hosts.get("a")?.socket("inet", "stream") as SocketCore;
    expect(code(stream.getOption("IP_MTU"))).toBe("ENOTCONN");
    expect(code(stream.setOption("IP_MTU", 1400))).toBe("ENOPROTOOPT");
    for (const value of [-1, 6]) expect(code(stream.setOption("IP_MTU_DISCOVER", value))).toBe("EINVAL");
    expect(stream.getOption("IP_MTU_DISCOVER")).toBe(WANT);
  });
});

describe("what is learnt", () => {
  test("never more than was known, and no more destinations than there is room for", () => {
    const mtus = new PathMtus();
    mtus.learn("10.0.0.9", 1400, 1300, 0);
    expect(mtus.limit(1500, "10.0.0.9", 0)).toBe(1500);
    for (let i = 0; i < 5000; i++) mtus.learn(`10.1.${i >>> 8}.${i & 255}`, 1300, 1500, 0);
    expect(mtus.limit(1500, "10.1.0.0", 0)).toBe(1500);
    expect(mtus.limit(1500, "10.1.19.135", 0)).toBe(1300);
  });
});
