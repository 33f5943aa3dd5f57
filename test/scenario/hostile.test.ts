// Mistakes in what users write: scenarios, topologies, settings. Each ends in one line that says where, never in a crash or a run that pretends.

import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { adjustTopology } from "../../src/scenario/adjust.ts";
import { InputError } from "../../src/scenario/input-error.ts";
import { checkScenario } from "../../src/scenario/load.ts";
import { TopologyError } from "../../src/sim/settings.ts";
import { createSimulation } from "../../src/sim/simulation.ts";
import { LINK_DEFAULTS } from "../../src/sim/topology.ts";
import type { Topology } from "../../src/sim/topology.ts";

const RUNS = 200;

const sound = {
  name: "mine",
  title: "Mine",
  lesson: "What it teaches.",
  topology: { hosts: { a: {}, b: {} }, links: [{ between: ["a", "b"] }] },
  programs: { a: async () => {} },
  expect: () => [],
};

/** The line a user sees, or "" when nothing was found wrong. */
function complaint(scenario: unknown): string {
  try {
    const { topology } = checkScenario(scenario, "mine.ts");
    createSimulation({ topology, seed: 1, recording: false });
    return "";
  } catch (error) {
    if (!(error instanceof InputError) && !(error instanceof TopologyError)) throw error;
    return error.message;
  }
}

const withLink = (settings: object): unknown => ({
  ...sound,
  topology: { ...sound.topology, links: [{ between: ["a", "b"], ...settings }] },
});

const withHosts = (hosts: unknown, links: unknown = []): unknown => ({
  ...sound,
  topology: { hosts, links },
});

describe("a scenario", () => {
  test("that is right is taken", () => {
    expect(complaint(sound)).toBe("");
  });

  test.each([
    ["nothing", undefined, /exports no scenario/],
    ["a list", [], /exports no scenario/],
    ["a name of no text", { ...sound, name: 5 }, /name must be a text/],
    ["no lesson", { ...sound, lesson: "" }, /lesson must be a text/],
    ["no topology", { ...sound, topology: null }, /topology.hosts must name the hosts/],
    ["hosts as a list", withHosts([]), /topology.hosts must name the hosts/],
    ["no hosts", withHosts({}), /no host|hosts are missing/],
    ["a host that is null", withHosts({ a: null }), /hosts?[. ]a/],
    ["a host that is a number", withHosts({ a: 5 }), /hosts?[. ]a/],
    ["an unknown field of a host", withHosts({ a: { ip: "1.2.3.4" } }), /host a: ip is not known/],
    [
      "an address that is none",
      withHosts({ a: { ipv4: "1.2.3" } }),
      /host a: ipv4 is not an IPv4 address: 1.2.3/,
    ],
    ["an address of the wrong kind", withHosts({ a: { ipv4: 5 } }), /host a: ipv4/],
    [
      "one address twice",
      withHosts({ a: {}, b: { ipv4: "10.0.0.1" } }),
      /host b: address 10.0.0.1 is a's already/,
    ],
    [
      "a switch that is none",
      withHosts({ a: { forwards: "yes" } }),
      /host a: forwards must be true or false, not yes/,
    ],
    [
      "a system nobody knows",
      withHosts({ a: { personality: "beos" } }),
      /host a: personality must be one of/,
    ],
    ["an ECN mode of 3", withHosts({ a: { tcpEcn: 3 } }), /host a: tcpEcn must be 0, 1, 2, not 3/],
    ["links as a map", withHosts({ a: {} }, {}), /topology.links must be a list/],
    ["a link that is null", withHosts({ a: {} }, [null]), /topology.links\[0\].between must name two hosts/],
    ["a link to nobody", withHosts({ a: {} }, [{ between: ["a", "z"] }]), /no host z/],
    ["a link to itself", withHosts({ a: {} }, [{ between: ["a", "a"] }]), /two different hosts/],
    ["a link's name that is no text", withLink({ name: 5 }), /name must be a text/],
    [
      "two links of one name",
      withHosts({ a: {}, b: {} }, [{ between: ["a", "b"] }, { between: ["a", "b"] }]),
      /two links are called a-b/,
    ],
    ["a direction that is null", withLink({ forward: null }), /forward/],
    ["a direction that is a number", withLink({ backward: 7 }), /backward/],
    ["an unknown setting", withLink({ lag: 5 }), /link a-b: lag is not known/],
    ["an unknown setting of one direction", withLink({ forward: { lag: 5 } }), /link a-b forward: lag/],
    ["no programs", { ...sound, programs: {} }, /programs must have/],
    ["a program of nobody", { ...sound, programs: { z: async () => {} } }, /programs.z: no host/],
    ["a program that is no function", { ...sound, programs: { a: 5 } }, /programs.a must be a function/],
    ["no expect", { ...sound, expect: null }, /expect must be a function/],
    ["an unknown backend", { ...sound, backends: ["sim", "cloud"] }, /backends/],
    ["backends that are no list", { ...sound, backends: "sim" }, /backends/],
    ["a limit of nothing", { ...sound, limitMs: 0 }, /limitMs/],
    ["a limit that is a text", { ...sound, limitMs: "long" }, /limitMs/],
    ["an unknown read policy", { ...sound, readPolicy: { kind: "some" } }, /readPolicy/],
    ["a read policy without its number", { ...sound, readPolicy: { kind: "at-most" } }, /readPolicy/],
    ["a field misspelt", { ...sound, progams: {} }, /progams/],
  ])("with %s is told so in one line", (_, scenario, message) => {
    const line = complaint(scenario);
    expect(line).toMatch(message);
    expect(line).not.toContain("\n");
  });

  prop.prop(
    [
      fc.dictionary(
        fc.constantFrom(
          "name",
          "title",
          "topology",
          "programs",
          "expect",
          "limitMs",
          "backends",
          "readPolicy",
        ),
        fc.anything(),
      ),
    ],
    { numRuns: RUNS },
  )("with anything at all in its fields never crashes what checks it", (fields) => {
    expect(complaint({ ...sound, ...fields })).not.toContain("\n");
  });
});

describe("a link's settings", () => {
  const junk = [-1, Number.NaN, Infinity, -Infinity, 1e300, "5", null, {}, [], () => 5, 2n, Symbol.iterator];

  test.each(Object.keys(LINK_DEFAULTS))("%s refuses what it cannot be, and says so", (field) => {
    for (const value of junk) {
      // Scripts are functions, or none.
      if (field === "script" && (value === null || typeof value === "function")) continue;
      if (field === "partitions" && Array.isArray(value)) continue;
      const line = complaint(withLink({ [field]: value }));
      expect(line).toMatch(new RegExp(`^link a-b: ${field}`));
      expect(line).not.toContain("\n");
    }
  });

  prop.prop([fc.constantFrom(...Object.keys(LINK_DEFAULTS)), fc.anything()], { numRuns: RUNS })(
    "take a value or name the setting",
    (field, value) => {
      expect(complaint(withLink({ [field]: value }))).toMatch(new RegExp(`^$|^link a-b: ${field}`));
    },
  );
});

describe("settings from the command line", () => {
  const topology: Topology = { hosts: { a: {}, b: {} }, links: [{ between: ["a", "b"] }] };

  prop.prop(
    [
      fc.constantFrom("link", "loss", "delay", "bandwidth", "queue", "set"),
      fc.oneof(
        fc.string(),
        fc
          .tuple(
            fc.constantFrom("a-b", "a", "*", "z", ""),
            fc.constantFrom(...Object.keys(LINK_DEFAULTS), "personality", "tcpEcn", "icmpFilter", "x"),
            fc.oneof(
              fc.string(),
              fc.constantFrom("-1", "1e99", "NaN", "Infinity", "1", "50ms", "200%", "0x10", " 5", "burst:,"),
            ),
          )
          .map(([who, field, value]) => `${who}.${field}=${value}`),
      ),
    ],
    { numRuns: 1000 },
  )("make a network that can be built, or end in one line", (flag, text) => {
    let changed: Topology;
    try {
      changed = adjustTopology(topology, { [flag]: flag === "set" ? [text] : text });
      createSimulation({ topology: changed, seed: 1, recording: false });
    } catch (error) {
      if (!(error instanceof InputError) && !(error instanceof TopologyError)) throw error;
      expect(error.message.split("\n").length).toBeLessThanOrEqual(1 + text.split("\n").length);
    }
  });
});
