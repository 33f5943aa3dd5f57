// The transcript: socket calls with their arguments and results, in the order they began.

import type { EventValue, TraceEvent } from "./events.ts";

/** One call. `result` and `error` are both missing while (or because) it never answered. */
export interface TranscriptEntry {
  readonly callId: number;
  readonly timeNs: number;
  /** When it answered; null if it never did. */
  readonly endNs: number | null;
  readonly host: string;
  readonly socket: string;
  readonly call: string;
  readonly args: readonly EventValue[];
  readonly result?: EventValue;
  readonly error?: { readonly code: string; readonly message: string };
}

/** The calls among `events`, or among the first `count` of them. */
export function transcriptOf(
  events: readonly TraceEvent[],
  count: number = events.length,
): TranscriptEntry[] {
  const entries: TranscriptEntry[] = [];
  const byCall = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const event = events[i];
    if (event.kind === "call") {
      const { callId, timeNs, host, socket, call, args } = event;
      byCall.set(callId, entries.push({ callId, timeNs, endNs: null, host, socket, call, args }) - 1);
    } else if (event.kind === "return") {
      const at = byCall.get(event.callId);
      if (at === undefined) continue;
      const { timeNs: endNs, result, error } = event;
      entries[at] = {
        ...entries[at],
        endNs,
        ...(result === undefined ? {} : { result }),
        ...(error === undefined ? {} : { error }),
      };
    }
  }
  return entries;
}
