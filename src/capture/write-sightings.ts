// What somebody at a vantage point of a trace would have captured, in order, with what wirelab knows besides.

import type { TraceEvent } from "../trace/events.ts";
import type { Trace } from "../trace/trace.ts";
import { transcriptOf } from "../trace/transcript.ts";
import type { TranscriptEntry } from "../trace/transcript.ts";
import { answerText, callHead, durationText } from "../trace/words.ts";

export interface SightingOptions {
  /**
   * Where the packets are seen. `sender`, the default: each packet once, when and where it was sent, lost ones too,
   * copies a link made left out. A host's name: what tcpdump on that host would show, outgoing packets when sent and
   * incoming ones when they arrived. (A host called `sender` cannot be asked for.)
   */
  readonly vantage?: string;
  /** Only these rows, copies too; all by default. */
  readonly rows?: Iterable<number>;
  /** Socket calls as comments on the packet that follows them; false by default. */
  readonly calls?: boolean;
  /** Why a packet was dropped as a comment on it; true by default. */
  readonly drops?: boolean;
  /** A capture's own directions: 1 inbound, 2 outbound, 0 not said. Of a run they are known. */
  readonly direction?: (row: number) => 0 | 1 | 2;
}

/** One packet seen. */
export interface Sighting {
  readonly row: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  /** The interface of the receiving end where that is not the row's own. */
  readonly seenAt: string | null;
  readonly direction: 0 | 1 | 2;
  readonly comments: readonly string[];
}

/** Throws RangeError for a vantage host no packet of the trace comes from or goes to. */
export function* sightings(trace: Trace, options: SightingOptions): Generator<Sighting> {
  const host = options.vantage === undefined || options.vantage === "sender" ? null : options.vantage;
  if (host !== null) checkHost(trace, host);
  const rows = options.rows === undefined ? null : new Set(options.rows);
  const drops = options.drops === false ? new Map<number, string[]>() : dropComments(trace);
  const calls = options.calls === true ? new CallWords(trace) : null;
  // One is held back, because calls after the last packet can only be told on it.
  let held: Sighting | null = null;
  for (let i = 0; i < trace.length; i++) {
    const step = trace.step(i);
    if ("event" in step) calls?.take(trace.events[step.event]);
    const seen =
      "event" in step
        ? arrival(trace, trace.events[step.event], host)
        : departure(trace, step.packet, host, rows !== null, options);
    if (seen === null || (rows !== null && !rows.has(seen.row))) continue;
    if (held !== null) yield held;
    const words = [...(drops.get(seen.row) ?? []), ...(calls?.taken() ?? [])];
    held = words.length === 0 ? seen : { ...seen, comments: words };
  }
  if (held === null) return;
  const after = calls?.taken().map((words) => `after this packet: ${words}`) ?? [];
  yield after.length === 0 ? held : { ...held, comments: [...held.comments, ...after] };
}

function checkHost(trace: Trace, host: string): void {
  const hosts = new Set<string>();
  for (const { from, to } of trace.transits) hosts.add(from).add(to);
  if (hosts.size === 0) throw new RangeError("only packets of a run can be seen from a host");
  if (!hosts.has(host)) {
    throw new RangeError(`no packet passes a host called ${host} (there are: ${[...hosts].join(", ")})`);
  }
}

function departure(
  trace: Trace,
  row: number,
  host: string | null,
  copies: boolean,
  options: SightingOptions,
): Sighting | null {
  const { packets, transits } = trace;
  const transit = row < transits.length ? transits[row] : null;
  if (transit !== null) {
    if (host !== null && transit.from !== host) return null;
    if (transit.copyOf !== null && (host !== null || !copies)) return null;
  }
  return {
    row,
    seconds: packets.seconds[row],
    nanoseconds: packets.nanoseconds[row],
    seenAt: null,
    direction: options.direction?.(row) ?? (transit === null ? 0 : 2),
    comments: [],
  };
}

function arrival(trace: Trace, event: TraceEvent, host: string | null): Sighting | null {
  if (host === null || event.kind !== "arrive" || event.host !== host) return null;
  const { from, to, link } = trace.transits[event.packet];
  // What a host sends itself passes its lo once, as tcpdump shows it.
  if (from === to) return null;
  return {
    row: event.packet,
    seconds: Math.floor(event.timeNs / 1e9),
    nanoseconds: event.timeNs % 1e9,
    seenAt: `${host}/${link}`,
    direction: 1,
    comments: [],
  };
}

/** `dropped: loss on client-server at 12.3 ms`, by row. */
function dropComments(trace: Trace): Map<number, string[]> {
  const byRow = new Map<number, string[]>();
  for (const event of trace.events) {
    if (event.kind !== "drop") continue;
    const { packet, where, reason, timeNs } = event;
    const onLink = packet < trace.transits.length && trace.transits[packet].link === where;
    const words = `dropped: ${reason} ${onLink ? "on" : "by"} ${where} at ${durationText(timeNs)}`;
    const list = byRow.get(packet);
    if (list === undefined) byRow.set(packet, [words]);
    else list.push(words);
  }
  return byRow;
}

/** Calls in words as they begin and end. */
class CallWords {
  readonly #entries = new Map<number, TranscriptEntry>();
  #waiting: string[] = [];

  constructor(trace: Trace) {
    for (const entry of transcriptOf(trace.events)) this.#entries.set(entry.callId, entry);
  }

  take(event: TraceEvent): void {
    if (event.kind !== "call" && event.kind !== "return") return;
    const entry = this.#entries.get(event.callId);
    if (entry === undefined) return;
    const call = `${entry.host} ${entry.socket}: ${callHead(entry)}`;
    if (event.kind === "call") {
      // A call that answers at once is told once, with its answer.
      if (entry.endNs !== entry.timeNs) this.#waiting.push(`${call} called at ${durationText(event.timeNs)}`);
      return;
    }
    this.#waiting.push(`${call} = ${answerText(entry) ?? ""} at ${durationText(event.timeNs)}`);
  }

  /** The words since the last time. */
  taken(): string[] {
    const words = this.#waiting;
    this.#waiting = [];
    return words;
  }
}
