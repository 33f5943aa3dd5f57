import { describe, expect, test } from "vitest";
import { firstLinks, planTopology } from "../../src/sim/plan.ts";
import { TopologyError, withSettings } from "../../src/sim/settings.ts";
import { LINK_DEFAULTS } from "../../src/sim/topology.ts";
import type { LinkConfig, LinkSettings, Topology } from "../../src/sim/topology.ts";

const hosts = { a: {}, b: {} };

function problem(topology: unknown): string {
  try {
    planTopology(topology as Topology);
  } catch (error) {
    if (error instanceof TopologyError) return error.message;
    throw error;
  }
  return "none";
}

describe("topology", () => {
  test("hosts count from 10.0.0.1 and fd00::1, links are named after their ends and both ways alike", () => {
    const plan = planTopology({
      hosts,
      links: [{ between: ["a", "b"], delayMs: 5, backward: { loss: 0.5 } }],
    });
    expect(plan.hosts[1]).toMatchObject({ name: "b", ipv4: "10.0.0.2", ipv6: "fd00::2", forwards: false });
    expect(plan.links[0].name).toBe("a-b");
    expect(plan.links[0].forward).toEqual({ ...LINK_DEFAULTS, delayMs: 5 });
    expect(plan.links[0].backward).toEqual({ ...LINK_DEFAULTS, delayMs: 5, loss: 0.5 });
  });

  test.each<[string, unknown]>([
    ["link a-b: loss must be 0 to 1, not 2", { hosts, links: [{ between: ["a", "b"], loss: 2 }] }],
    [
      "link a-b backward: mtu must be 68 to 65535, not 20",
      { hosts, links: [{ between: ["a", "b"], backward: { mtu: 20 } }] },
    ],
    ["link x: between names c, which is no host", { hosts, links: [{ name: "x", between: ["a", "c"] }] }],
    ["host a b: name must be", { hosts: { "a b": {} }, links: [] }],
    ["host b: address 10.0.0.1 is a's already", { hosts: { a: {}, b: { ipv4: "10.0.0.1" } }, links: [] }],
    ["host a: ipv6 is not an IPv6 address: 10.0.0.1", { hosts: { a: { ipv6: "10.0.0.1" } }, links: [] }],
    ["host a: ipv4 cannot be a host's: 127.0.0.1", { hosts: { a: { ipv4: "127.0.0.1" } }, links: [] }],
    ["link a-b: name is taken", { hosts, links: [{ between: ["a", "b"] }, { between: ["a", "b"] }] }],
    ["link a-b: lossy is not known", { hosts, links: [{ between: ["a", "b"], lossy: 1 }] }],
  ])("refuses with one line: %s", (message, topology) => {
    expect(problem(topology)).toContain(message);
  });

  test.each<[string, Partial<Record<keyof LinkSettings | "speed", unknown>>]>([
    ["delayMs must be 0 to 600000, not NaN", { delayMs: Number.NaN }],
    ["queuePackets must be a whole number, not 1.5", { queuePackets: 1.5 }],
    [
      "jitterDistribution must be one of uniform, normal, exponential, pareto",
      { jitterDistribution: "cauchy" },
    ],
    ["queue must be one of drop-tail, codel, fq-codel, not red", { queue: "red" }],
    ["queueTargetMs must be 0.001 to 600000, not 0", { queue: "codel", queueTargetMs: 0 }],
    ["queueIntervalMs must be 0.001 to 600000, not -1", { queueIntervalMs: -1 }],
    ["queueQuantum must be a whole number, not 1514.5", { queueQuantum: 1514.5 }],
    ["queueFlows must be 1 to 65536, not 0", { queueFlows: 0 }],
    ["queueEcn must be true or false", { queueEcn: 1 }],
    ["queueEcn needs a queue that marks: set queue to codel or fq-codel", { queueEcn: true }],
    ["loss.leaveBad is missing", { loss: { enterBad: 0.1 } }],
    ["loss.often is not known", { loss: { enterBad: 0.1, leaveBad: 0.1, often: 1 } }],
    ["partitions must be spans", { partitions: [{ fromMs: 5, untilMs: 5 }] }],
    ["script must be a function or null", { script: "drop" }],
    ["speed is not a link setting", { speed: 1 }],
  ])("a link refuses: %s", (message, changes) => {
    expect(() => withSettings("link", LINK_DEFAULTS, changes as Partial<LinkSettings>)).toThrow(message);
  });

  test("ways go through hosts that forward, by the fewest links, and nowhere else", () => {
    const links: LinkConfig[] = [
      { between: ["a", "r"] },
      { between: ["r", "b"] },
      { between: ["a", "c"] },
      { between: ["c", "b"] },
      { between: ["c", "d"] },
    ];
    const plan = planTopology({ hosts: { a: {}, r: { forwards: true }, b: {}, c: {}, d: {} }, links });
    // From a: r and c directly, b through r, d not at all, for c does not forward.
    expect([...firstLinks(plan, 0)]).toEqual([-1, 0, 0, 2, -1]);
  });
});
