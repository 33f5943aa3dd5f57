// How a run's hosts share one machine: addresses, mapped ports, and the way back.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HOSTS_MAX, RunHosts } from "../../src/loopback/hosts.ts";
import { netAt } from "../../src/loopback/run-options.ts";

const hosts = (whole = true): RunHosts => new RunHosts(["a", "b"], [9, 7], whole);

describe("hosts of a run", () => {
  test("each have an address, by name and back", () => {
    const run = hosts();
    expect(run.resolve("a", "b", "inet")).toBe("127.9.7.2");
    expect(run.resolve("a", "b", "inet6")).toBe("fd00::2");
    expect(run.hostOf("127.9.7.2")).toBe("b");
    expect(run.hostOf("fd00::1")).toBe("a");
    expect(run.hostOf("127.0.0.1")).toBeNull();
    expect(run.resolve("a", "c", "inet")).toBeNull();
    expect(run.resolve("a", "192.0.2.1", "inet")).toBe("192.0.2.1");
  });

  test("reach themselves by 127.0.0.1, ::1 and localhost", () => {
    const run = hosts();
    expect(run.toReach("b", { family: "inet", address: "127.0.0.1", port: 1 })).toStrictEqual({
      address: "127.9.7.2",
      host: "b",
    });
    expect(run.toReach("b", { family: "inet6", address: "::1", port: 1 })).toStrictEqual({
      address: "::1",
      host: "b",
    });
    expect(run.resolve("b", "localhost", "inet")).toBe("127.9.7.2");
  });

  test("share 127.0.0.1 with mapped ports where only that is the machine's", () => {
    const run = hosts(false);
    expect(run.toBind("a", { family: "inet", address: "0.0.0.0", port: 80 })).toStrictEqual({
      address: "127.0.0.1",
      host: "a",
    });
    expect(run.map("a", "inet", "stream", 80, 50_001)).toBe(80);
    expect(run.map("b", "inet", "stream", 80, 50_002)).toBe(80);
    expect(run.realPort("b", "inet", "stream", 80)).toBe(50_002);
    expect(run.toProgram("inet", "stream", "127.0.0.1", 50_001)).toStrictEqual({
      family: "inet",
      address: "127.9.7.1",
      port: 80,
    });
    expect(run.hostOfPacket("inet", "dgram", "127.0.0.1", 50_001)).toBeNull();
  });

  test("are refused when there are none, too many, or two of a name", () => {
    expect(() => new RunHosts([], [1, 1], true)).toThrow(RangeError);
    const many = Array.from({ length: HOSTS_MAX + 1 }, (_, i) => `h${i}`);
    expect(() => new RunHosts(many, [1, 1], true)).toThrow(RangeError);
    expect(() => new RunHosts(["a", "a"], [1, 1], true)).toThrow(RangeError);
  });

  const bindings = fc.uniqueArray(
    fc.record({
      host: fc.constantFrom("a", "b"),
      port: fc.nat(3),
      realPort: fc.integer({ min: 1, max: 65_535 }),
    }),
    { selector: ({ realPort }) => realPort, maxLength: 20 },
  );

  test("have every mapped port lead back to the program's, the last binding counting", () => {
    fc.assert(
      fc.property(bindings, (list) => {
        const run = hosts(false);
        for (const { host, port, realPort } of list) {
          const programPort = run.map(host, "inet", "stream", port, realPort);
          expect(port === 0 || programPort === port).toBe(true);
          expect(run.realPort(host, "inet", "stream", programPort)).toBe(realPort);
          const back = run.toProgram("inet", "stream", "127.0.0.1", realPort);
          expect(back).toStrictEqual({
            family: "inet",
            address: run.addressOf(host, "inet"),
            port: programPort,
          });
        }
      }),
    );
  });
});

test("no run has the addresses of one that began less than a TIME_WAIT before it", () => {
  const TIME_WAIT_MS = 60_000;
  fc.assert(
    fc.property(
      fc.integer({ min: 1_700_000_000_000, max: 4_000_000_000_000 }),
      fc.integer({ min: 1, max: TIME_WAIT_MS }),
      (began, later) => {
        const [x, y] = netAt(began);
        expect(x).toBeGreaterThanOrEqual(1);
        expect(x).toBeLessThan(255);
        expect(y).toBeLessThan(256);
        expect(netAt(began + later)).not.toEqual([x, y]);
      },
    ),
  );
});
