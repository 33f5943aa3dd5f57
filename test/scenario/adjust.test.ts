import { describe, expect, it } from "vitest";
import { adjustTopology } from "../../src/scenario/adjust.ts";
import type { Topology } from "../../src/sim/topology.ts";

const topology: Topology = {
  hosts: { a: {}, b: {}, c: {} },
  links: [
    { between: ["a", "b"], delayMs: 10, forward: { loss: 0.5 } },
    { between: ["b", "c"], name: "wan" },
  ],
};

describe("adjusting links", () => {
  it("takes settings of every link at once, by their names or without the unit at the end", () => {
    const { links } = adjustTopology(
      { hosts: { a: {}, b: {} }, links: [{ between: ["a", "b"], backward: { delayMs: 7 } }] },
      { link: "delay=20,jitterMs=2ms, bandwidth=10mbit,loss=burst:1%,30%,mtu=576" },
    );
    expect(links[0]).toMatchObject({
      delayMs: 20,
      jitterMs: 2,
      bandwidthBps: 10e6,
      loss: { enterBad: 0.01, leaveBad: 0.3 },
      mtu: 576,
      backward: { delayMs: 20 },
    });
  });

  it("sets a loss rate on every link and in every direction", () => {
    const { links } = adjustTopology(topology, { loss: "10%" });
    expect(links).toEqual([
      { between: ["a", "b"], delayMs: 10, loss: 0.1, forward: { loss: 0.1 } },
      { between: ["b", "c"], name: "wan", loss: 0.1 },
    ]);
  });

  it("takes times with units", () => {
    const delays = ["50", "50ms", "0.05s", "50000us"].map(
      (delay) => adjustTopology(topology, { delay }).links[1].delayMs,
    );
    expect(delays).toEqual([50, 50, 50, 50]);
  });

  it("changes one field of one link, or of one direction", () => {
    const { links } = adjustTopology(topology, { set: ["a-b.mtu=576", "wan.backward.bandwidthBps=100mbit"] });
    expect(links[0].mtu).toBe(576);
    expect(links[1]).toEqual({ between: ["b", "c"], name: "wan", backward: { bandwidthBps: 1e8 } });
  });

  it("changes every link named *", () => {
    const { links } = adjustTopology(topology, { set: ["*.loss=burst:1%,30%"] });
    expect(links.map(({ loss }) => loss)).toEqual([
      { enterBad: 0.01, leaveBad: 0.3 },
      { enterBad: 0.01, leaveBad: 0.3 },
    ]);
  });

  it("sets bandwidth and queue of every link, and a queue's settings", () => {
    const { links } = adjustTopology(topology, {
      bandwidth: "10mbit",
      queue: "fq-codel",
      set: ["wan.queue=codel", "wan.queueTargetMs=10", "wan.queueEcn=true"],
    });
    expect(links[0]).toMatchObject({ bandwidthBps: 10e6, queue: "fq-codel" });
    expect(links[1]).toMatchObject({ queue: "codel", queueTargetMs: 10, queueEcn: true });
  });

  it("leaves the topology it was given alone", () => {
    const before = structuredClone(topology);
    adjustTopology(topology, { loss: "1", delay: "1", set: ["*.mtu=600"] });
    expect(topology).toEqual(before);
  });

  it.each([
    [{ loss: "lots" }, '--loss: "lots" is not a number such as 10% or 0.1'],
    [{ loss: "101%" }, "--loss: 101% is not between 0 and 100%"],
    [{ delay: "-1ms" }, "--delay: -1ms is negative"],
    [{ queue: "red" }, "--queue red: want drop-tail, codel or fq-codel"],
    [{ set: ["wan.queue=red"] }, "--set wan.queue=red: want drop-tail, codel or fq-codel"],
    [{ bandwidth: "fast" }, '--bandwidth: "fast" is not a number of bits a second'],
    [{ set: ["wan"] }, "--set wan: want link.field=value, as in client-server.delayMs=50"],
    [{ set: ["van.mtu=1"] }, "--set van.mtu=1: no link van (did you mean wan?)"],
    [{ set: ["wan.mut=1"] }, "--set wan.mut=1: a link has no mut (did you mean mtu?)"],
    [{ set: ["wan.up.mtu=1"] }, "--set wan.up.mtu=1: up is no direction (known: forward, backward)"],
    [{ set: ["wan.mtu=big"] }, '--set wan.mtu=big: "big" is not a number'],
  ])("refuses %j, saying what and where", (adjustments, message) => {
    expect(() => adjustTopology(topology, adjustments)).toThrow(message);
  });
});

describe("adjusting hosts", () => {
  it("gives a setting to one host, or to all", () => {
    const one = adjustTopology(topology, { set: ["b.personality=windows", "b.tcpEcn=1"] });
    expect(one.hosts).toEqual({ a: {}, b: { personality: "windows", tcpEcn: 1 }, c: {} });
    const all = adjustTopology(topology, { set: ["*.personality=bsd"] });
    expect(Object.values(all.hosts)).toEqual([
      { personality: "bsd" },
      { personality: "bsd" },
      { personality: "bsd" },
    ]);
  });

  it.each([
    ["b.personality=beos", "--set b.personality=beos: personality must be linux, windows, bsd, not beos"],
    ["b.tcpEcn=", "--set b.tcpEcn=: tcpEcn must be 0, 1, 2, not "],
    ["b.persona=bsd", "--set b.persona=bsd: a host has no persona (did you mean personality?)"],
    [
      "b.character=bsd",
      "--set b.character=bsd: a host has no character (known: icmpFilter, personality, tcpEcn, tcpMtuProbing, tcpFastOpen)",
    ],
    ["d.personality=bsd", "--set d.personality=bsd: no host d (did you mean a, b, c?)"],
  ])("%s is one line that says what to do", (text, message) => {
    expect(() => adjustTopology(topology, { set: [text] })).toThrow(message);
  });
});
