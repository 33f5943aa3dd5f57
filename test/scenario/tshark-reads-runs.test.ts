import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { writePcapng } from "../../src/capture/write-pcapng.ts";
import { adjustTopology } from "../../src/scenario/adjust.ts";
import { LESSONS } from "../../src/scenario/catalogue.ts";
import { runScenario } from "../../src/scenario/run.ts";

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

describe.skipIf(!installed)("tshark (skipped where it is not installed)", () => {
  it.each(LESSONS.map((lesson) => [lesson.name, lesson] as const))(
    "finds every packet of %s and nothing malformed, with sound checksums",
    async (name, lesson) => {
      const hosts = Object.keys(lesson.topology.hosts);
      const network = adjustTopology(lesson.topology, { loss: "10%", set: ["*.duplicate=5%"] });
      for (const [label, topology] of [
        ["plain", lesson.topology],
        ["bad", network],
      ] as const) {
        const { trace } = await runScenario(lesson, { topology, seed: 3 });
        for (const vantage of [undefined, ...hosts]) {
          const path = join(folder, `${name}-${label}-${vantage ?? "sender"}.pcapng`);
          writePcapng(path, trace, { calls: true, ...(vantage === undefined ? {} : { vantage }) });
          expect(tshark(["-n", "-r", path, ...CHECKED, "-Y", BAD])).toEqual({ status: 0, lines: [] });
          if (vantage !== undefined) continue;
          const copies = trace.transits.filter(({ copyOf }) => copyOf !== null).length;
          expect(tshark(["-n", "-r", path]).lines).toHaveLength(trace.packets.count - copies);
        }
      }
    },
    60_000,
  );
});
