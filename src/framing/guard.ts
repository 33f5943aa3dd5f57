// Ends code that does not return. A thread of V8's own watches the clock, so that a loop without an end in a decoder is
// stopped in the thread it runs in, and the next input can be tried at once.

import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";

const SLOT = Symbol.for("wirelab.guarded");
const slots = globalThis as unknown as Record<symbol, (() => void) | undefined>;
const script = new Script(`globalThis[Symbol.for("wirelab.guarded")]()`);

/**
 * Runs `work` for at most `limitMs`; false when it had to be stopped, wherever it was then (no `finally` of it runs). What it throws comes
 * through. Costs some 0.3 ms a call: guard many short pieces of work together. Promises that `work` makes go on unguarded.
 */
export function guarded(work: () => void, limitMs: number): boolean {
  const outer = slots[SLOT];
  const { stackTraceLimit } = Error;
  slots[SLOT] = work;
  // Nobody sees the stacks of the many errors that decoders throw, and a stack takes ten times as long as the error.
  Error.stackTraceLimit = 0;
  try {
    script.runInThisContext({ timeout: limitMs });
    return true;
  } catch (error) {
    if (isTimeout(error)) return false;
    throw error;
  } finally {
    slots[SLOT] = outer;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/**
 * The same in a turn of the event loop of its own. `work` is given a call that runs the promise callbacks that wait: `async` code that waits for
 * nothing outside then runs to its end, or is stopped. Callbacks of `process.nextTick` and of timers come later, unguarded.
 */
export function guardedTurn(work: (settle: () => void) => void, limitMs: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    // A turn begins with no promise callbacks waiting: V8 forgets all that wait when it stops one.
    setImmediate(() => {
      try {
        resolve(guarded(() => work(runPromiseCallbacks), limitMs));
      } catch (error) {
        reject(error);
      }
    });
  });
}

let checkpoint: (() => void) | null = null;

/** Runs the promise callbacks that wait. Node has no call for it; V8 has one, by its own syntax. */
function runPromiseCallbacks(): void {
  if (checkpoint === null) {
    setFlagsFromString("--allow-natives-syntax");
    checkpoint = new Script("(() => %PerformMicrotaskCheckpoint())").runInThisContext() as () => void;
    // Compiled by its first call, which needs the syntax.
    checkpoint();
    setFlagsFromString("--no-allow-natives-syntax");
  } else checkpoint();
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}
