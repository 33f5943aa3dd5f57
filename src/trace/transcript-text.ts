// The transcript as lines of text: time, host, call, answer.

import type { TraceEvent } from "./events.ts";
import { transcriptOf } from "./transcript.ts";
import type { TranscriptEntry } from "./transcript.ts";
import { answerText, callHead, millisText } from "./words.ts";

/** What a line tells: a call that was answered, failed, or waits for ever; a program's own words; a program's end by an error; a change of the network. */
export type TranscriptRole = "answered" | "failed" | "waiting" | "log" | "ended" | "intervention";

/** One line, in the columns of all of them. */
export interface TranscriptLine {
  /** `  12.500 ms`. */
  readonly time: string;
  /** The socket or host, as wide as the widest. */
  readonly who: string;
  readonly what: string;
  readonly role: TranscriptRole;
}

/** `recv(16) = "forty bytes, rea"`, `connect(server:7) = ECONNREFUSED`, `recv(65536) … waits for ever`. */
export function callText(entry: TranscriptEntry): string {
  const answer = answerText(entry);
  return answer === null ? `${callHead(entry)} … waits for ever` : `${callHead(entry)} = ${answer}`;
}

/** Calls in the order they began, with what programs logged and how they ended between them. */
export function transcriptLines(events: readonly TraceEvent[]): TranscriptLine[] {
  const lines: {
    readonly timeNs: number;
    readonly who: string;
    readonly what: string;
    readonly role: TranscriptRole;
  }[] = [];
  const entries = transcriptOf(events);
  let call = 0;
  for (const event of events) {
    const { timeNs } = event;
    if (event.kind === "call") {
      const entry = entries[call++];
      const took = entry.endNs === null ? 0 : entry.endNs - entry.timeNs;
      const waited = took > 0 ? `   (${millisText(took)} ms)` : "";
      const role = entry.error !== undefined ? "failed" : entry.endNs === null ? "waiting" : "answered";
      lines.push({ timeNs, who: event.socket, what: `${callText(entry)}${waited}`, role });
    } else if (event.kind === "log")
      lines.push({ timeNs, who: event.host, what: `» ${event.text}`, role: "log" });
    else if (event.kind === "exit" && event.error !== null) {
      lines.push({ timeNs, who: event.host, what: `ended: ${event.error}`, role: "ended" });
    } else if (event.kind === "intervention")
      lines.push({ timeNs, who: "*", what: event.text, role: "intervention" });
  }
  const times = lines.map(({ timeNs }) => millisText(timeNs));
  const timeWidth = Math.max(0, ...times.map((time) => time.length));
  const whoWidth = Math.max(0, ...lines.map(({ who }) => who.length));
  return lines.map(({ who, what, role }, i) => ({
    time: `${times[i].padStart(timeWidth)} ms`,
    who: who.padEnd(whoWidth),
    what,
    role,
  }));
}

/** The lines as text. */
export function transcriptText(events: readonly TraceEvent[]): string[] {
  return transcriptLines(events).map(({ time, who, what }) => `${time}  ${who}  ${what}`);
}
