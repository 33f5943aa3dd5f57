// How a capture that would go on for ever is ended, with all that has been captured read.

import type { Input } from "./capture-input.ts";

/** What ends a live capture, which is then read to its end; a second one ends the process. */
const ENDING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** How long a capture program that was told to stop may take to hand over what it has. */
const STOP_MS = 2000;

/**
 * Answers whether to read no further: the time is up, or a signal (Ctrl-C) ended a live capture, whose statistics are then still printed. A
 * capture program is stopped first, and what it has captured read.
 */
export function stopper({ capture, stop }: Input, stopMs: number = Number.POSITIVE_INFINITY): () => boolean {
  let until = performance.now() + stopMs;
  if (capture.isLive) for (const signal of ENDING) process.once(signal, () => (until = performance.now()));
  let isStopping = stop === null;
  return () => {
    if (performance.now() < until) return false;
    if (isStopping) return true;
    isStopping = true;
    stop?.();
    until = performance.now() + STOP_MS;
    return false;
  };
}
