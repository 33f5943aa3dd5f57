// ns-3 as a peer: the same work, compiled and run here, where Debian's libns3-dev and g++ are installed.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Modules of ns-3, by the names of their libraries. */
const LIBRARIES = ["core", "network", "internet", "point-to-point", "applications"];
const SECONDS_MAX = 600;

/** ns-3's program, compiled. */
export class Ns3 {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Compiles the program; null where ns-3 or a compiler is missing. */
  static compile(): Ns3 | null {
    const folder = mkdtempSync(join(tmpdir(), "wirelab-ns3-"));
    const source = join(
      import.meta.dirname,
      import.meta.filename.endsWith(".ts") ? "." : "../../bench",
      "ns3.cc",
    );
    const libraries = LIBRARIES.map((name) => `-lns3-${name}`);
    // What they were built with besides is not needed to link with them.
    const linking = ["-Wl,--no-as-needed", ...libraries, "-Wl,--allow-shlib-undefined"];
    const { status } = spawnSync("g++", ["-O2", "-o", join(folder, "ns3"), source, ...linking]);
    if (status === 0) return new Ns3(folder);
    rmSync(folder, { recursive: true });
    return null;
  }

  /** Packets per second of processor time at the work that `args` say; with `recorded` it writes captures too. */
  rate(args: readonly string[], recorded: boolean): number {
    const capture = recorded ? [`--pcap=${join(this.#folder, "ns3")}`] : [];
    const { stdout, stderr, status } = spawnSync(join(this.#folder, "ns3"), [...args, ...capture], {
      encoding: "utf8",
      timeout: SECONDS_MAX * 1000,
    });
    if (status !== 0) throw new Error(`ns-3 failed: ${stderr}`);
    const [packets, seconds] = stdout.trim().split(" ").map(Number);
    return packets / seconds;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }
}
