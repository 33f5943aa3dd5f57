import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { wirelab } from "./wirelab.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-export-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("what export writes", () => {
  test.each([
    ["run.html", "<!doctype html>"],
    ["run.json", "{"],
    ["run.mmd", "sequenceDiagram"],
    ["RUN.SVG", "<svg"],
    ["run.txt", " "],
  ])("is what the end of the name %s says", async (name, start) => {
    const file = join(folder, name);
    expect(await wirelab(["export", "udp-empty", "-o", file])).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(readFileSync(file, "utf8").startsWith(start)).toBe(true);
  });

  test("is a page on standard output with --html, in the colours of --theme", async () => {
    const { code, stdout } = await wirelab(["export", "udp-empty", "--html", "--theme", "light"]);
    expect(code).toBe(0);
    expect(stdout).toContain('<html lang="en" data-theme="light">');
  });

  test.each([
    [["tcp-hello"], /^wirelab: --to: say which format \(pcapng, .*\), or name a file with --output\n$/],
    [["tcp-hello", "-o", "run.foo"], /^wirelab: --output run\.foo: its name says no format; give --to, or/],
    [["tcp-hello", "--to", "json", "--html"], /^wirelab: --to json and --html: choose one\n$/],
    [["tcp-hello", "--to", "json", "--theme", "light"], /^wirelab: --theme light: is for --to html\n$/],
    [["tcp-hello", "--html", "--theme", "mono"], /^wirelab: --theme mono: no such choice/],
    [["tls-echo", "--html", "--on", "both"], /^wirelab: --on both: no such choice/],
    [
      ["raw-tap", "--html", "--on", "node", "--change", "1s:*.down=true"],
      /^wirelab: --change: only simulated/,
    ],
    [
      ["fixtures/captures/udp-loss-reorder.pcapng", "--html", "--on", "kernel"],
      /is a capture; only scenarios run\n$/,
    ],
  ])("is refused in one line where the words contradict each other: %j", async (words, message) => {
    const { code, stdout, stderr } = await wirelab(["export", ...words]);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, ""]);
  });

  test("of a run on real sockets has their calls", async () => {
    const { code, stdout } = await wirelab(["export", "udp-empty", "--html", "--on", "node"]);
    expect(code).toBe(0);
    expect(stdout).toContain("on node");
    expect(stdout).toContain("recvFrom");
  });
});
