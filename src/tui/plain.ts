// What a run or a capture is, told line by line: no boxes, no columns, nothing that only its place or its colour would say. For screen readers,
// braille lines, and wherever one line after the other is what is wanted.

import { dissect } from "../capture/dissect/dissect.ts";
import type { DissectContext } from "../capture/dissect/dissect.ts";
import { analysisOf } from "../capture/analysis/trace-analysis.ts";
import type { RunResult } from "../scenario/run.ts";
import type { TraceEvent } from "../trace/events.ts";
import { streamsOf } from "../trace/run-streams.ts";
import type { Trace } from "../trace/trace.ts";
import { transcriptOf } from "../trace/transcript.ts";
import type { TranscriptEntry } from "../trace/transcript.ts";
import { answerText, callHead, millisText } from "../trace/words.ts";

/** A finished run: what the lesson says, every step in its order, how it ended, what was claimed. */
export function* plainRun(result: RunResult): Generator<string> {
  const { scenario, backend, network, seed, trace } = result;
  yield `${scenario.title}. Run on ${backend}${network === "simulated" ? `, seed ${seed}` : ""}.`;
  yield scenario.lesson;
  const calls = new Map(transcriptOf(trace.events).map((entry) => [entry.callId, entry]));
  const context = { streams: streamsOf(trace), analysis: analysisOf(trace) };
  for (let step = 0; step < trace.length; step++) {
    const entry = trace.step(step);
    const what =
      "packet" in entry
        ? sentLine(trace, entry.packet, context)
        : eventLine(trace.events[entry.event], calls);
    if (what !== null) yield `${millisText(trace.timeNs(step))} ms: ${what}`;
  }
  yield endLine(result);
  for (const { text, holds } of result.claims) yield `${holds ? "Holds" : "Does not hold"}: ${text}.`;
  if (result.packetsNote !== null) yield `No packets: ${result.packetsNote}.`;
  else yield `${trace.packets.count} packets, ${result.dropped} dropped.`;
}

/** The packets `from` to `to` (exclusive) of a capture, a line each; of those that pass, where `passes` is given. */
export function* plainPackets(
  trace: Trace,
  context: DissectContext,
  from: number,
  to: number,
  passes: (row: number) => boolean = () => true,
): Generator<string> {
  for (let row = from; row < to; row++) {
    if (!passes(row)) continue;
    const { source, destination, protocol, info } = dissect(trace, row, context);
    const time = (trace.packetNs(row) / 1e9).toFixed(6);
    const bytes = trace.packets.length[row];
    yield plain(
      `Packet ${row + 1}, ${time} s, ${source} to ${destination}, ${protocol}, ${bytes} bytes: ${info}`,
    );
  }
}

function sentLine(trace: Trace, row: number, context: DissectContext): string {
  const { protocol, info } = dissect(trace, row, context);
  const { from, to, copyOf } = trace.transits[row] ?? { from: "", to: "", copyOf: null };
  const way = from === "" ? "" : ` from ${from} to ${to}`;
  const copy = copyOf === null ? "" : `, a copy of packet ${copyOf + 1} made on the way`;
  return plain(`packet ${row + 1}${way}${copy}, ${protocol}: ${info}`);
}

function eventLine(event: TraceEvent, calls: ReadonlyMap<number, TranscriptEntry>): string | null {
  switch (event.kind) {
    case "call": {
      const entry = calls.get(event.callId);
      return entry === undefined ? null : plain(`${event.socket} calls ${callHead(entry)}${waits(entry)}`);
    }
    case "return": {
      const entry = calls.get(event.callId);
      if (entry === undefined) return null;
      const failed = entry.error === undefined ? "answers" : "fails with";
      return plain(`${entry.socket}: ${entry.call} ${failed} ${answerText(entry) ?? ""}`);
    }
    case "state":
      return `${event.host}: the connection ${event.local} to ${event.remote} goes from ${event.from} to ${event.to}`;
    case "arrive":
      return `packet ${event.packet + 1} reaches ${event.host}`;
    case "drop":
      return `packet ${event.packet + 1} is lost at ${event.where}: ${event.reason}`;
    case "timer":
      return `${event.host}: the ${event.timer} timer of ${event.local} to ${event.remote} fires`;
    case "log":
      return plain(`${event.host} says: ${event.text}`);
    case "exit":
      return event.error === null
        ? `${event.host}'s program ends`
        : plain(`${event.host}'s program fails: ${event.error}`);
    case "intervention":
      return plain(`the network is changed: ${event.text}`);
    default:
      return null;
  }
}

/** How long a call takes is said where it begins: what comes between is what it waited for. */
function waits({ timeNs, endNs }: TranscriptEntry): string {
  if (endNs === null) return ", and waits for ever";
  return endNs > timeNs ? `, and waits ${millisText(endNs - timeNs)} ms` : "";
}

function endLine({ outcome, failure, waiting }: RunResult): string {
  if (failure !== null) return `Failed: ${failure}.`;
  if (outcome !== "deadlock") return "Every program came to its end.";
  const who = waiting.map(({ host, socket, call }) => `${host} in ${call} on ${socket}`);
  return `Deadlock: ${who.join(", ")} will wait for ever.`;
}

/** Words instead of arrows, and no character a terminal would obey. */
function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  return text.replaceAll(/ ?(?:→|->) ?/g, " to ").replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "·");
}
