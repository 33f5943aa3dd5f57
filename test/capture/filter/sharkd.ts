// Wireshark's own answers to display filters: one sharkd for many filters, where tshark takes one a run.

import { execFileSync, spawnSync } from "node:child_process";

/** Whether Wireshark 4.0's sharkd is there to be asked. */
export const hasSharkd = isInstalled();

function isInstalled(): boolean {
  try {
    return execFileSync("sharkd", ["--version"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).includes(" 4.0.");
  } catch {
    return false;
  }
}

/** The numbers of the frames that pass, or why Wireshark refuses the filter. */
export type FramesOrRefusal = readonly number[] | string;

interface Answer {
  readonly id: number;
  readonly result?: readonly { readonly num: number }[];
  readonly error?: { readonly message: string };
}

/** What passes each filter on the capture at `path`, in order. Throws where sharkd ends early. */
export function sharkdFrames(path: string, filters: readonly string[]): FramesOrRefusal[] {
  const requests: object[] = [{ jsonrpc: "2.0", id: 1, method: "load", params: { file: path } }];
  for (const [i, filter] of filters.entries()) {
    requests.push({ jsonrpc: "2.0", id: 2 * i + 2, method: "check", params: { filter } });
    requests.push({
      jsonrpc: "2.0",
      id: 2 * i + 3,
      method: "frames",
      params: { filter, column0: "frame.number:1" },
    });
  }
  const { stdout } = spawnSync("sharkd", ["-"], {
    input: requests.map((request) => `${JSON.stringify(request)}\n`).join(""),
    encoding: "utf8",
    maxBuffer: 1 << 30,
    env: { ...process.env, TZ: "UTC" },
  });
  const answers = new Map<number, Answer>();
  for (const line of stdout.split("\n")) {
    if (!line.startsWith("{")) continue;
    const answer = JSON.parse(line) as Answer;
    answers.set(answer.id, answer);
  }
  return filters.map((filter, i) => {
    const refusal = answers.get(2 * i + 2)?.error?.message;
    if (refusal !== undefined) return refusal;
    const frames = answers.get(2 * i + 3)?.result;
    if (frames === undefined) throw new Error(`sharkd gave no answer to ${filter}`);
    return frames.map(({ num }) => num);
  });
}
