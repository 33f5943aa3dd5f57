// Packets through tcpdump or dumpcap: a child that captures on the loopback interface and writes classic pcap to a pipe.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import type { LoopbackBackend } from "./loopback-backend.ts";
import { PcapPipe } from "./tap-pcap-pipe.ts";
import type { PacketSource, SourcePacket } from "./tap-source.ts";

/** A capture program's blocks are handed over after up to a second, by libpcap's timeout. */
const READY_MS_MAX = 5_000;
const SETTLE_MS_MAX = 3_000;
const PROBE_EVERY_MS = 50;
const STOP_MS_MAX = 2_000;
const STDERR_MAX = 2_000;

interface Command {
  readonly via: "tcpdump" | "dumpcap";
  arguments(device: string, filter: string): string[];
}

const TCPDUMP = "-n -U -s 66000 -B 65536 --time-stamp-precision=nano -w -".split(" ");
const DUMPCAP = "-q -P -s 66000 -B 64 -w -".split(" ");

const COMMANDS: readonly Command[] = [
  { via: "tcpdump", arguments: (device, filter) => ["-i", device, ...TCPDUMP, filter] },
  { via: "dumpcap", arguments: (device, filter) => ["-i", device, ...DUMPCAP, "-f", filter] },
];

/** Starts the first of them that works; the reasons of all when none does. */
export async function openCaptureCommand(
  backend: LoopbackBackend,
  device: string,
): Promise<PacketSource | { readonly unavailable: string }> {
  const reasons: string[] = [];
  for (const command of COMMANDS) {
    const source = new CaptureCommand(backend, command, device);
    const failure = await source.ready();
    if (failure === null) return source;
    await source.stop();
    reasons.push(`${command.via}: ${failure}`);
  }
  return { unavailable: reasons.join("; ") };
}

class CaptureCommand implements PacketSource {
  readonly via: "tcpdump" | "dumpcap";
  readonly #backend: LoopbackBackend;
  readonly #child: ChildProcess;
  readonly #pipe = new PcapPipe();
  readonly #exited: Promise<void>;
  #failure: string | null = null;
  #stderr = "";
  #packets: SourcePacket[] = [];
  /** Called for each batch that arrives, and when the child ends. */
  #onChange: (() => void) | null = null;
  #probes = 0;
  #awaited = "";
  #seen = false;

  constructor(backend: LoopbackBackend, command: Command, device: string) {
    this.#backend = backend;
    this.via = command.via;
    const filter = `net ${backend.runHosts.net}.0/24 or (ip6 and host ::1)`;
    this.#child = spawn(command.via, command.arguments(device, filter), {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.on("data", (chunk: Uint8Array) => this.#arrived(chunk));
    this.#child.stderr?.on("data", (chunk: Uint8Array) => {
      this.#stderr = (this.#stderr + Buffer.from(chunk).toString()).slice(-STDERR_MAX);
    });
    this.#exited = new Promise((resolve) => {
      this.#child.once("error", (error) => {
        const missing = "code" in error && error.code === "ENOENT";
        this.#failure = missing ? "not installed" : error.message;
        this.#onChange?.();
        resolve();
      });
      this.#child.once("close", () => {
        this.#failure ??= complaint(this.#stderr) || "ended at once";
        this.#onChange?.();
        resolve();
      });
    });
  }

  get linkType(): number {
    return this.#pipe.linkType;
  }

  /** Null once a probe has come through, else why none will. */
  async ready(): Promise<string | null> {
    if (await this.#probe(READY_MS_MAX)) return null;
    return this.#failure ?? "no packet came within five seconds";
  }

  read(): SourcePacket[] {
    const packets = this.#packets;
    this.#packets = [];
    return packets;
  }

  async settle(): Promise<void> {
    await this.#probe(SETTLE_MS_MAX);
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGINT");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_MS_MAX);
    await this.#exited;
    clearTimeout(timer);
  }

  /** What tcpdump prints when it ends: `3 packets dropped by kernel`. */
  dropped(): number {
    return Number(/(\d+) packets? dropped by kernel/.exec(this.#stderr)?.[1] ?? 0);
  }

  /** Sends probes until one comes back; what was sent before it has then come, too. */
  #probe(msMax: number): Promise<boolean> {
    if (this.#failure !== null) return Promise.resolve(false);
    this.#seen = false;
    this.#awaited = `wirelab probe ${++this.#probes}`;
    return new Promise((resolve) => {
      const again = setInterval(() => this.#backend.probe(this.#awaited), PROBE_EVERY_MS);
      const finish = (seen: boolean): void => {
        clearInterval(again);
        clearTimeout(limit);
        this.#onChange = null;
        resolve(seen);
      };
      const limit = setTimeout(() => finish(false), msMax);
      this.#onChange = () => {
        if (this.#seen) finish(true);
        else if (this.#failure !== null) finish(false);
      };
      this.#backend.probe(this.#awaited);
    });
  }

  #arrived(chunk: Uint8Array): void {
    for (const packet of this.#pipe.push(chunk)) {
      if (Buffer.from(packet.bytes).includes(this.#awaited)) this.#seen = true;
      this.#packets.push(packet);
    }
    this.#onChange?.();
  }
}

/** The first line that is not the announcement of what is captured on. */
function complaint(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  const first = lines.find((line) => line !== "" && !/listening on|capturing on/i.test(line)) ?? "";
  return first.replace(/^(tcpdump|dumpcap): /, "");
}
