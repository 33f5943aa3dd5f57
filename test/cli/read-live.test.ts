// `read -i`: a capture program is started for it, and never outlives it.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, describe, expect, it } from "vitest";

import { classicFile, udpPacket } from "../capture/packets.ts";

const MAIN = join(import.meta.dirname, "../../dist/cli/main.js");
const folder = mkdtempSync(join(tmpdir(), "wirelab-read-live-"));
afterAll(() => rmSync(folder, { recursive: true }));

const bytes = udpPacket(1, 2, Uint8Array.of(1));
writeFileSync(
  join(folder, "two.pcap"),
  classicFile([1, 2].map((seconds) => ({ seconds, fraction: 0, length: bytes.length, bytes }))),
);
// Captures two packets, and then none.
writeFileSync(
  join(folder, "tcpdump"),
  `#!/bin/sh\necho $$ > ${folder}/pid\ncat ${folder}/two.pcap\nexec sleep 60\n`,
);
chmodSync(join(folder, "tcpdump"), 0o755);

/** `read -i eth0`, or another command, with `flags`, once it has printed something. */
async function reading(command = "read", ...flags: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [MAIN, command, "-i", "eth0", ...flags], {
    env: { ...process.env, PATH: `${folder}:${process.env["PATH"]}` },
    stdio: ["ignore", "pipe", "pipe"],
  });
  await once(child.stdout, "data");
  return child;
}

/** Whether the capture program is gone, or goes soon. */
async function isGone(): Promise<boolean> {
  const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
  for (let i = 0; i < 100; i++) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await sleep(20);
  }
  process.kill(pid);
  return false;
}

describe.skipIf(process.platform === "win32")("reading from an interface", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "ends with %s, and the capture with it",
    async (signal) => {
      const child = await reading();
      child.kill(signal);
      expect(await once(child, "close")).toEqual([0, null]);
      expect(await isGone()).toBe(true);
    },
  );

  it("ends with a signal where packets are told in words, too", async () => {
    const child = await reading("open", "--plain");
    const words: Buffer[] = [];
    child.stdout?.on("data", (chunk: Buffer) => words.push(chunk));
    child.kill("SIGTERM");
    expect(await once(child, "close")).toEqual([0, null]);
    expect(Buffer.concat(words).toString()).toMatch(/2 packets\.\n$/);
    expect(await isGone()).toBe(true);
  });

  it("ends the capture when enough packets came", async () => {
    const child = await reading("read", "-c", "1");
    expect(await once(child, "close")).toEqual([0, null]);
    expect(await isGone()).toBe(true);
  });

  it("ends the capture when nobody reads what is printed", async () => {
    const child = spawn("sh", ["-c", `"${process.execPath}" "${MAIN}" read -i eth0 -l | true`], {
      env: { ...process.env, PATH: `${folder}:${process.env["PATH"]}` },
    });
    await once(child, "close");
    expect(await isGone()).toBe(true);
  });
});
