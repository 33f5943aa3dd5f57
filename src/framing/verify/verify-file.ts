// Verifies the codecs of one file in a process of its own, so that nothing the file does reaches the caller.

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { entryModule } from "../../package-files.ts";
import type { LawReport } from "../report/report.ts";
import type { VerifiedCodec, VerifyJob, VerifyMessage } from "./messages.ts";

export type FileResult = { readonly codecs: readonly VerifiedCodec[] } | { readonly problem: string };

const PROCESS = entryModule("framing/verify/process");
/** What loading, and making a hang small, may take besides the laws. */
const SPARE_MS = 20_000;

/** Runs the laws on what `job.module` exports. What the file prints goes to standard error. `onLaw` is told of each law as it is tried. Never rejects for what the file does. */
export function verifyFile(
  job: VerifyJob,
  onLaw: (codec: string, law: LawReport) => void = () => {},
): Promise<FileResult> {
  return new Promise((resolve) => {
    // Not the terminal itself: Node sets a terminal it was given back to what it was when the process began, whoever has it by then.
    const child = fork(fileURLToPath(PROCESS), [JSON.stringify(job)], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const printed of [child.stdout, child.stderr])
      printed?.on("data", (bytes: Uint8Array) => process.stderr.write(bytes));
    const codecs: VerifiedCodec[] = [];
    let names: readonly string[] = [];
    let ended = false;
    const end = (result: FileResult): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      child.kill("SIGKILL");
      resolve(result);
    };
    const timer = setTimeout(
      () =>
        end({ problem: `is not done after ${Math.round((job.timeMs + SPARE_MS) / 1000)} s: give it --time` }),
      job.timeMs + SPARE_MS,
    );
    child.on("message", (message: VerifyMessage) => {
      if (message.kind === "loaded") names = message.codecNames;
      else if (message.kind === "law") onLaw(names[message.codec] ?? job.module, message.report);
      else if (message.kind === "codec") codecs.push(message.verified);
      else if (message.kind === "problem") end({ problem: message.message });
      else if (message.kind === "done") end({ codecs });
    });
    child.on("error", (error) => end({ problem: `cannot be run: ${error.message}` }));
    child.on("exit", (code, signal) =>
      end({ problem: `ends the process it runs in (${signal ?? `exit code ${code ?? 0}`})` }),
    );
  });
}
