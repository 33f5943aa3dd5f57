// The process a user's file runs in, beside the command line's own. It watches the thread that does the work.

import type { VerifyJob, VerifyMessage } from "./messages.ts";
import { runWatched } from "./watchdog.ts";

const job = JSON.parse(process.argv[2]) as VerifyJob;
const tell = (message: VerifyMessage): void => {
  process.send?.(message);
};

await runWatched(job, tell);
process.disconnect();
