// The transcript as lines of text: time, host, call, answer.

import type { TraceEvent } from "./events.ts";
import { transcriptOf } from "./transcript.ts";
import type { TranscriptEntry } from "./transcript.ts";
import { valueText } from "./values.ts";

/** `recv(16) = "forty bytes, rea"`, `connect(server:7) = ECONNREFUSED`, `recv(65536) … waits`. */
export function callText(entry: TranscriptEntry): string {
  const call = `${entry.call}(${entry.args.map((arg) => valueText(arg)).join(", ")})`;
  if (entry.error !== undefined) return `${call} = ${entry.error.code}`;
  if (entry.result === undefined) return `${call} … waits for ever`;
  return entry.result === null ? call : `${call} = ${valueText(entry.result)}`;
}

/** Calls in the order they began, with what programs logged and how they ended between them. */
export function transcriptText(events: readonly TraceEvent[]): string[] {
  const lines: { readonly timeNs: number; readonly who: string; readonly what: string }[] = [];
  const entries = transcriptOf(events);
  let call = 0;
  for (const event of events) {
    if (event.kind === "call") {
      const entry = entries[call++];
      const took = entry.endNs === null ? 0 : entry.endNs - entry.timeNs;
      const waited = took > 0 ? `   (${milliseconds(took)} ms)` : "";
      lines.push({ timeNs: event.timeNs, who: event.socket, what: `${callText(entry)}${waited}` });
    } else if (event.kind === "log")
      lines.push({ timeNs: event.timeNs, who: event.host, what: `» ${event.text}` });
    else if (event.kind === "exit" && event.error !== null) {
      lines.push({ timeNs: event.timeNs, who: event.host, what: `ended: ${event.error}` });
    } else if (event.kind === "intervention")
      lines.push({ timeNs: event.timeNs, who: "*", what: event.text });
  }
  const times = lines.map(({ timeNs }) => milliseconds(timeNs));
  const timeWidth = Math.max(0, ...times.map((time) => time.length));
  const whoWidth = Math.max(0, ...lines.map(({ who }) => who.length));
  return lines.map(
    ({ who, what }, i) => `${times[i].padStart(timeWidth)} ms  ${who.padEnd(whoWidth)}  ${what}`,
  );
}

function milliseconds(ns: number): string {
  return (ns / 1e6).toFixed(3);
}
