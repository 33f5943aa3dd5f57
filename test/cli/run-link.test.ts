// `wirelab run --on kernel --link`: real kernels over simulated links, and what it says where it will not.

import { describe, expect, it } from "vitest";
import { wirelabProcess } from "./wirelab.ts";

const LINKED = ["run", "tcp-upper", "--on", "kernel", "--link"];
const plain = wirelabProcess(LINKED);
const refused = plain.code === 2;
if (refused) console.warn(`not run over links: ${plain.stderr}`);

describe("wirelab run --on kernel --link", () => {
  it("runs, or says in one line which call was refused and what to do", () => {
    if (refused) expect(plain.stderr).toMatch(/^wirelab: --link: .+; .+\n$/);
    else expect(plain).toMatchObject({ code: 0, stderr: "" });
  });

  it.skipIf(refused)(
    "holds what the lesson claims over a bad link, and records what was lost and why",
    () => {
      const args = [...LINKED, "delay=5,loss=10%,queuePackets=50", "--seed", "3", "--json"];
      const { code, stdout, stderr } = wirelabProcess(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const run = JSON.parse(stdout) as {
        backend: string;
        packets: number;
        dropped: number;
        outcome: string;
      };
      expect(run).toMatchObject({ backend: "kernel", outcome: "ok" });
      expect(run.packets).toBeGreaterThan(20);
      expect(run.dropped).toBeGreaterThan(0);
    },
  );

  it.each([
    [["--link", "delay=5"], "--link: links are put between the kernel's sockets; add --on kernel"],
    [["--on", "both", "--link"], "--link: links are put between the kernel's sockets; add --on kernel"],
    [["--on", "kernel", "--link", "delay"], "--link delay: want name=value,..., as in delay=20ms,loss=1%"],
    [["--on", "kernel", "--link", "loss=200%"], "--link loss=200%: 200% is not between 0 and 100%"],
    [["--on", "kernel", "--link", "mtu=1"], "link client-server: mtu must be 68 to 65535, not 1"],
  ])("refuses %j in one line", (flags, words) => {
    const { code, stdout, stderr } = wirelabProcess(["run", "tcp-hello", ...flags]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe(`wirelab: ${words}\n`);
  });
});
