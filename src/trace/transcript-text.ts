// The transcript as lines of text: time, host, call, answer.

import type { TraceEvent } from "./events.ts";
import { transcriptOf } from "./transcript.ts";
import type { TranscriptEntry } from "./transcript.ts";
import { answerText, callHead, millisText } from "./words.ts";

/** `recv(16) = "forty bytes, rea"`, `connect(server:7) = ECONNREFUSED`, `recv(65536) … waits for ever`. */
export function callText(entry: TranscriptEntry): string {
  const answer = answerText(entry);
  return answer === null ? `${callHead(entry)} … waits for ever` : `${callHead(entry)} = ${answer}`;
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
      const waited = took > 0 ? `   (${millisText(took)} ms)` : "";
      lines.push({ timeNs: event.timeNs, who: event.socket, what: `${callText(entry)}${waited}` });
    } else if (event.kind === "log")
      lines.push({ timeNs: event.timeNs, who: event.host, what: `» ${event.text}` });
    else if (event.kind === "exit" && event.error !== null) {
      lines.push({ timeNs: event.timeNs, who: event.host, what: `ended: ${event.error}` });
    } else if (event.kind === "intervention")
      lines.push({ timeNs: event.timeNs, who: "*", what: event.text });
  }
  const times = lines.map(({ timeNs }) => millisText(timeNs));
  const timeWidth = Math.max(0, ...times.map((time) => time.length));
  const whoWidth = Math.max(0, ...lines.map(({ who }) => who.length));
  return lines.map(
    ({ who, what }, i) => `${times[i].padStart(timeWidth)} ms  ${who.padEnd(whoWidth)}  ${what}`,
  );
}
