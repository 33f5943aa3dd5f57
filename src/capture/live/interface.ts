// Captures on a network interface through tcpdump or dumpcap, whichever is there and may: a child that writes to a pipe.

import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import type { Readable } from "node:stream";

import type { Capture } from "../capture.ts";
import { CaptureError } from "../error.ts";
import { openChunks } from "../open.ts";
import type { OpenOptions } from "../open.ts";

interface CaptureProgram {
  readonly name: string;
  arguments(device: string, filter: string): string[];
}

/** A snap length that holds loopback's largest packets; with libpcap's default the ring has few, large places. */
const SNAP_LENGTH = "66000";

const TCPDUMP = `-n -U -s ${SNAP_LENGTH} -B 65536 --time-stamp-precision=nano -w -`.split(" ");
const DUMPCAP = `-q -s ${SNAP_LENGTH} -B 64 -w -`.split(" ");

const PROGRAMS: readonly CaptureProgram[] = [
  {
    name: "tcpdump",
    arguments: (device, filter) => ["-i", device, ...TCPDUMP, ...(filter === "" ? [] : ["--", filter])],
  },
  {
    name: "dumpcap",
    arguments: (device, filter) => ["-i", device, ...DUMPCAP, ...(filter === "" ? [] : ["-f", filter])],
  },
];

const STDERR_MAX = 4000;

export interface InterfaceOptions extends OpenOptions {
  /** A capture filter in libpcap's language (pcap-filter(7)); all packets by default. */
  readonly filter?: string;
  /** Programs to try instead of tcpdump and dumpcap, for a test. */
  readonly programs?: readonly CaptureProgram[];
}

/** A capture under way. */
export interface InterfaceCapture {
  /** Closing it stops it at once. */
  readonly capture: Capture;
  /** Captures no more; what has been captured still comes, until `indexSome` says that it is all. */
  stop(): void;
}

/**
 * Begins to capture on `device` (`any` where the system has it). Packets come with `indexSome`, up to a second late: libpcap hands
 * them over in blocks. Throws CaptureError with each program's reason when none may or is there.
 */
export async function openInterface(
  device: string,
  options: InterfaceOptions = {},
): Promise<InterfaceCapture> {
  const reasons: string[] = [];
  for (const program of options.programs ?? PROGRAMS) {
    const child = new CaptureChild(program, device, options.filter ?? "");
    try {
      const capture = await openChunks(child, device, { ...options, lazy: true });
      return { capture, stop: () => child.stop() };
    } catch (error) {
      await child.return();
      const own = error instanceof CaptureError ? error.message.replace(`${device}: `, "") : String(error);
      reasons.push(`${program.name}: ${child.failure() ?? own}`);
    }
  }
  throw new CaptureError(
    "UNREADABLE",
    `${device}: no capture: ${reasons.join("; ")}${advice(device, reasons)}`,
  );
}

/** What to do where it is clear. */
function advice(device: string, reasons: readonly string[]): string {
  if (reasons.some((reason) => /permi/i.test(reason)))
    return `; run it as root, or pipe: sudo tcpdump -U -i ${device} -w - | wirelab open -`;
  return reasons.every((reason) => reason.endsWith(`: ${NOT_INSTALLED}`)) ? "; install one of them" : "";
}

const NOT_INSTALLED = "not installed";

/** The bytes of a capture program's standard output; ending the iteration ends the program. */
class CaptureChild implements AsyncIterableIterator<Uint8Array> {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #output: AsyncIterator<Uint8Array>;
  readonly #ended: Promise<void>;
  #failure: string | null = null;
  #stderr = "";

  constructor(program: CaptureProgram, device: string, filter: string) {
    this.#child = spawn(program.name, program.arguments(device, filter), {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#output = this.#child.stdout[Symbol.asyncIterator]();
    this.#child.stderr.on("data", (chunk: Uint8Array) => {
      this.#stderr = (this.#stderr + Buffer.from(chunk).toString()).slice(-STDERR_MAX);
    });
    // Where nobody closes it: a program without a reader would notice with its next packet only, which may be long.
    const stop = (): void => this.stop();
    process.once("exit", stop);
    this.#ended = new Promise((resolve) => {
      this.#child.once("error", (error) => {
        const isMissing = "code" in error && error.code === "ENOENT";
        this.#failure = isMissing ? NOT_INSTALLED : error.message;
        resolve();
      });
      this.#child.once("close", () => resolve());
    });
    void this.#ended.then(() => process.off("exit", stop));
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    return this.#output.next();
  }

  stop(): void {
    this.#child.kill("SIGINT");
  }

  /** Stops the program; what it has sent is not read any more. */
  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#child.kill("SIGINT");
    this.#child.stdout.destroy();
    await this.#ended;
    return { done: true, value: undefined };
  }

  /** Why it failed, once it has ended: its first complaint; null when it said nothing. */
  failure(): string | null {
    if (this.#failure !== null) return this.#failure;
    const lines = this.#stderr.split("\n").map((line) => line.trim());
    const first = lines.find((line) => line !== "" && !/listening on|capturing on|^File: /i.test(line));
    return first === undefined ? null : first.replace(/^(tcpdump|dumpcap): /, "").replace(/\.$/, "");
  }
}
