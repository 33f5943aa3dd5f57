import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openCapture } from "../../src/capture/open.ts";
import { writePcapng } from "../../src/capture/write-pcapng.ts";
import { adjustTopology } from "../../src/scenario/adjust.ts";
import { LESSONS } from "../../src/scenario/catalogue.ts";
import { runScenario } from "../../src/scenario/run.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-tshark-"));
afterAll(() => rmSync(folder, { recursive: true }));

const tshark = (args: readonly string[]): { readonly status: number | null; readonly lines: string[] } => {
  const { status, stdout } = spawnSync("tshark", args, { encoding: "utf8", timeout: 20_000 });
  return { status, lines: (stdout ?? "").split("\n").filter((line) => line !== "") };
};
const installed = tshark(["--version"]).status === 0;
const CHECKED = ["ip", "tcp", "udp"].flatMap((protocol) => ["-o", `${protocol}.check_checksum:TRUE`]);
const BAD =
  "_ws.malformed || ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0";

/** Lessons that share a run of tshark: starting it takes longer than reading. */
const TOGETHER = 8;

interface Written {
  readonly path: string;
  readonly packets: number;
}

/** Every run of a lesson from every place it can be seen from, one file each. */
async function written(lesson: Scenario): Promise<Written[]> {
  const hosts = Object.keys(lesson.topology.hosts);
  const network = adjustTopology(lesson.topology, { loss: "10%", set: ["*.duplicate=5%"] });
  const files: Written[] = [];
  for (const [label, topology] of [
    ["plain", lesson.topology],
    ["bad", network],
  ] as const) {
    const { trace } = await runScenario(lesson, { topology, seed: 3 });
    // Unix sockets put nothing on a wire.
    if (trace.packets.count === 0) continue;
    for (const vantage of [undefined, ...hosts]) {
      const path = join(folder, `${lesson.name}-${label}-${vantage ?? "sender"}.pcapng`);
      writePcapng(path, trace, { calls: true, ...(vantage === undefined ? {} : { vantage }) });
      files.push({ path, packets: (await openCapture(path)).trace.packets.count });
    }
  }
  return files;
}

describe.skipIf(!installed)("tshark (skipped where it is not installed)", () => {
  const groups = Array.from({ length: Math.ceil(LESSONS.length / TOGETHER) }, (_, i) =>
    LESSONS.slice(i * TOGETHER, (i + 1) * TOGETHER),
  );
  it.each(groups.map((lessons) => [lessons.map(({ name }) => name).join(", "), lessons] as const))(
    "finds every packet and nothing malformed, with sound checksums, in %s",
    async (_, lessons) => {
      const files: Written[] = [];
      for (const lesson of lessons) files.push(...(await written(lesson)));
      // Sections of pcapng may follow each other in one file.
      const all = join(folder, `${lessons[0].name}-and-others.pcapng`);
      writeFileSync(all, Buffer.concat(files.map(({ path }) => readFileSync(path))));
      expect(tshark(["-n", "-r", all, ...CHECKED, "-Y", BAD])).toEqual({ status: 0, lines: [] });
      const packets = files.reduce((sum, file) => sum + file.packets, 0);
      expect(tshark(["-n", "-r", all, "-T", "fields", "-e", "frame.number"]).lines).toHaveLength(packets);
    },
    120_000,
  );
});
