// ECN (RFC 3168): how it is agreed on, what carries it, and what a mark costs.

import { describe, expect, test } from "vitest";
import { ECN } from "../../../src/sim/tcp/ecn.ts";
import type { EcnMode } from "../../../src/sim/tcp/ecn.ts";
import { TCP_FLAGS } from "../../../src/sim/packet.ts";
import { createSimulation } from "../../../src/sim/simulation.ts";
import { TCPI_OPT } from "../../../src/socket/options.ts";
import type { SocketCore } from "../../../src/socket/core.ts";
import { A, B, inet, must, SECOND, Wire } from "./wire.ts";
import type { Sent } from "./wire.ts";

const { CWR, ECE, SYN } = TCP_FLAGS;
const MSS = 1448;

interface Talk {
  readonly wire: Wire;
  readonly client: SocketCore;
  readonly server: SocketCore;
}

/** A connection between hosts with these settings of tcp_ecn. */
function talk(client: EcnMode, server: EcnMode, prepare: (wire: Wire) => void = () => {}): Talk {
  const wire = new Wire({ delayNs: 5e6 });
  prepare(wire);
  const a = wire.host(A, { ecn: client });
  const b = wire.host(B, { ecn: server });
  const listener = b.socket("inet");
  must(listener.bind(inet("0.0.0.0", 7000)));
  must(listener.listen(5));
  const socket = a.socket("inet");
  socket.connect(inet(B, 7000));
  wire.pass(3000);
  return { wire, client: socket, server: must(listener.accept()) };
}

const ecnFlags = ({ segment }: Sent): string =>
  `${(segment.flags & ECE) === 0 ? "" : "ECE"}${(segment.flags & CWR) === 0 ? "" : "CWR"}`;
const handshake = (wire: Wire): string[] => wire.sent.slice(0, 3).map(ecnFlags);
const agreed = (socket: SocketCore): boolean => (must(socket.info()).options & TCPI_OPT.ECN) !== 0;

/** The client sends `count` full segments; the server reads. */
function transfer({ wire, client, server }: Talk, count: number): void {
  let left = count * MSS;
  const pump = (): void => {
    while (left > 0) {
      const taken = client.send(new Uint8Array(Math.min(left, MSS)));
      if (typeof taken !== "number") return;
      left -= taken;
    }
  };
  server.onWake = () => {
    while (server.recv(65_536) instanceof Uint8Array);
  };
  client.onWake = pump;
  pump();
  wire.run(wire.nowNs + 5 * SECOND);
}

describe("agreeing (section 6.1.1)", () => {
  test("who asks says ECE and CWR in the SYN, who agrees says ECE in the SYN and ACK", () => {
    for (const server of [1, 2] as const) {
      const { wire, client, server: accepted } = talk(1, server);
      expect(handshake(wire)).toEqual(["ECECWR", "ECE", ""]);
      expect([agreed(client), agreed(accepted)]).toEqual([true, true]);
    }
  });

  test("by default nobody asks", () => {
    const { wire, client, server } = talk(2, 2);
    expect(handshake(wire)).toEqual(["", "", ""]);
    expect([agreed(client), agreed(server)]).toEqual([false, false]);
  });

  test("a host without ECN answers as if not asked", () => {
    const { wire, client } = talk(1, 0);
    expect(handshake(wire)).toEqual(["ECECWR", "", ""]);
    expect(agreed(client)).toBe(false);
  });

  test("a SYN sent again does not ask: it may have been lost for asking", () => {
    const { wire, client } = talk(1, 2, (net) => {
      net.fate = (_segment, _from, index) => (index === 0 ? [] : [5e6]);
    });
    expect(handshake(wire)).toEqual(["ECECWR", "", ""]);
    expect(agreed(client)).toBe(false);
  });
});

describe("what can be marked (sections 6.1.4 and 6.1.5)", () => {
  test("new data can; SYNs, bare ACKs and retransmissions cannot", () => {
    const both = talk(1, 2);
    let lost = false;
    both.wire.fate = (segment) => {
      if (segment.payload.length === 0 || lost) return [5e6];
      lost = true;
      return [];
    };
    transfer(both, 20);
    const data = both.wire.sent.filter(({ segment }) => segment.payload.length > 0);
    const seen = new Set<number>();
    for (const { segment, ecn } of data) {
      expect(ecn).toBe(seen.has(segment.seq) ? ECN.NOT_CAPABLE : ECN.CAPABLE_0);
      seen.add(segment.seq);
    }
    expect(seen.size).toBeLessThan(data.length);
    for (const { segment, ecn } of both.wire.sent) if (segment.payload.length === 0) expect(ecn).toBe(0);
  });
});

describe("a mark", () => {
  /** Marks the data segments that `choose` names by number. */
  function marked(choose: (index: number) => boolean): Talk & { readonly segments: readonly Sent[] } {
    const both = talk(1, 2);
    let index = 0;
    both.wire.mark = (segment, ecn) =>
      segment.payload.length > 0 && ecn !== 0 && choose(index++) ? ECN.CONGESTION : ecn;
    transfer(both, 60);
    return { ...both, segments: both.wire.sent };
  }

  test("is echoed by ECE until CWR comes, and nothing is sent again", () => {
    const { segments, client, server } = marked((index) => index === 20);
    const acks = segments.filter(({ from, segment }) => from === B && (segment.flags & SYN) === 0);
    const first = acks.findIndex(({ segment }) => (segment.flags & ECE) !== 0);
    const last = acks.findLastIndex(({ segment }) => (segment.flags & ECE) !== 0);
    expect(first).toBeGreaterThan(0);
    for (const ack of acks.slice(first, last + 1)) expect(ecnFlags(ack)).toBe("ECE");
    const cwr = segments.filter(({ segment }) => (segment.flags & (CWR | SYN)) === CWR);
    expect(cwr).toHaveLength(1);
    expect(cwr[0].timeNs).toBeLessThan(acks[last].timeNs + 10e6);
    const info = must(client.info());
    expect(info.totalRetrans).toBe(0);
    expect(info.deliveredCe).toBeGreaterThan(0);
    expect(must(server.info()).options & TCPI_OPT.ECN_SEEN).not.toBe(0);
  });

  test("reduces the window as a loss does: CUBIC to seven tenths", () => {
    const clean = must(marked(() => false).client.info());
    expect(clean.sndSsthresh).toBe(0x7fffffff);
    const { client } = marked((index) => index === 40);
    const { sndSsthresh } = must(client.info());
    expect(sndSsthresh).toBeGreaterThan(10);
    expect(sndSsthresh).toBeLessThan(clean.sndCwnd);
  });

  test("costs once a round trip, however many packets carry it", () => {
    const { segments } = marked((index) => index >= 20 && index < 30);
    expect(segments.filter(({ segment }) => (segment.flags & (CWR | SYN)) === CWR)).toHaveLength(1);
  });
});

describe("a queue that marks", () => {
  test("lets ECN flows keep their packets where others lose them", () => {
    const lost = [true, false].map((ecn) => {
      const simulation = createSimulation({
        topology: {
          hosts: { a: { tcpEcn: ecn ? 1 : 0 }, b: {} },
          links: [{ between: ["a", "b"], delayMs: 10, bandwidthBps: 5e6, queue: "codel", queueEcn: true }],
        },
        seed: 1,
        recording: false,
      });
      const [a, b] = ["a", "b"].map((name) => simulation.hosts.get(name));
      if (a === undefined || b === undefined) throw new Error("no host");
      const listener = b.socket("inet", "stream") as SocketCore;
      must(listener.bind(inet("0.0.0.0", 7000)));
      must(listener.listen(5));
      listener.onWake = () => {
        const server = must(listener.accept());
        server.onWake = () => {
          while (server.recv(65_536) instanceof Uint8Array);
        };
      };
      const client = a.socket("inet", "stream") as SocketCore;
      let left = 3_000_000;
      client.onWake = () => {
        while (left > 0) {
          const taken = client.send(new Uint8Array(Math.min(left, 10_000)));
          if (typeof taken !== "number") return;
          left -= taken;
        }
      };
      client.connect(inet(b.ipv4, 7000));
      simulation.run(8 * SECOND);
      const info = must(client.info());
      // The SYN counts as a byte.
      expect(info.bytesAcked).toBe(3_000_001);
      if (ecn) expect(info.deliveredCe).toBeGreaterThan(0);
      return info.totalRetrans;
    });
    expect(lost[0]).toBe(0);
    expect(lost[1]).toBeGreaterThan(0);
  });

  test("a host's tcpEcn that does not exist is refused by name", () => {
    const topology = { hosts: { a: { tcpEcn: 3 as EcnMode } }, links: [] };
    expect(() => createSimulation({ topology, seed: 1, recording: false })).toThrow(
      "host a: tcpEcn must be 0, 1, 2, not 3",
    );
  });
});
