// The process a user's file runs in, beside the command line's own. It watches the thread that does the work.

import type { VerifyJob, VerifyMessage } from "./messages.ts";
import { runWatched } from "./watchdog.ts";

const job = JSON.parse(process.argv[2]) as VerifyJob;
const tell = (message: VerifyMessage): void => {
  if (process.connected) process.send?.(message);
};

// Nobody listens any more.
const leave = (): never => process.exit();
process.on("disconnect", leave);

await runWatched(job, tell);
process.off("disconnect", leave);
process.disconnect();
