// The same program on two backends: calls aligned socket by socket, every difference named and classed.
//
// What may differ without either being wrong: how a stream's bytes were cut into recvs (and what follows from the cut),
// which ephemeral port was drawn, times, and datagrams that the simulated link was told to harm.

import type { EventValue } from "../trace/events.ts";
import type { TranscriptEntry } from "../trace/transcript.ts";
import { hexOf, isBytes, valueText } from "../trace/values.ts";
import type { RunResult } from "./run.ts";

export interface Difference {
  /** `timing`: both are right; `disagreement`: one of the two is wrong about the sockets. */
  readonly kind: "timing" | "disagreement";
  readonly host: string;
  readonly socket: string;
  /** Calls in the two transcripts, or null where one has none. */
  readonly left: number | null;
  readonly right: number | null;
  readonly text: string;
}

export interface Comparison {
  /** No disagreement. */
  readonly agreed: boolean;
  readonly differences: readonly Difference[];
}

/** Compares two runs of one scenario; `left` is the one the texts name first. */
export function compareRuns(left: RunResult, right: RunResult): Comparison {
  const differences: Difference[] = [];
  const harmed = harmsDatagrams(left) || harmsDatagrams(right);
  const seen = (run: RunResult): readonly TranscriptEntry[] =>
    run.scenario.unseeded === undefined ? run.transcript : run.transcript.map(withoutContents);
  const leftSockets = bySocket(seen(left));
  const rightSockets = bySocket(seen(right));
  for (const socket of new Set([...leftSockets.keys(), ...rightSockets.keys()])) {
    differences.push(
      ...compareSocket(
        socket,
        leftSockets.get(socket) ?? [],
        rightSockets.get(socket) ?? [],
        harmed,
        left,
        right,
      ),
    );
  }
  if (left.outcome !== right.outcome) {
    differences.push({
      kind: harmed && usesDatagrams(left) ? "timing" : "disagreement",
      host: "",
      socket: "",
      left: null,
      right: null,
      text: `${left.backend} ended ${describeOutcome(left)}, ${right.backend} ${describeOutcome(right)}`,
    });
  }
  return { agreed: differences.every(({ kind }) => kind !== "disagreement"), differences };
}

/** The entry with zeros for the bytes it holds, as many as they are: for what no seed decides. */
function withoutContents(entry: TranscriptEntry): TranscriptEntry {
  const veiled = (value: EventValue): EventValue =>
    isBytes(value) ? { length: value.length, head: new Uint8Array(value.head.length) } : value;
  const args = entry.args.map(veiled);
  return entry.result === undefined ? { ...entry, args } : { ...entry, args, result: veiled(entry.result) };
}

function describeOutcome(run: RunResult): string {
  return run.failure === null ? run.outcome : `${run.outcome} (${run.failure})`;
}

/** Whether the run's links dropped, doubled or overtook packets: what loopback never does. */
function harmsDatagrams(run: RunResult): boolean {
  if (run.backend !== "sim") return false;
  return (
    run.trace.events.some((event) => event.kind === "drop") ||
    run.trace.transits.some((transit) => transit.copyOf !== null) ||
    overtakes(run)
  );
}

function usesDatagrams({ transcript }: RunResult): boolean {
  return transcript.some(({ call }) => call === "recvFrom" || call === "sendTo");
}

function overtakes(run: RunResult): boolean {
  const latest = new Map<string, number>();
  for (const event of run.trace.events) {
    if (event.kind !== "arrive") continue;
    const { link, from } = run.trace.transits[event.packet];
    const key = `${link} ${from}`;
    if ((latest.get(key) ?? -1) > event.packet) return true;
    latest.set(key, event.packet);
  }
  return false;
}

function bySocket(transcript: readonly TranscriptEntry[]): Map<string, TranscriptEntry[]> {
  const sockets = new Map<string, TranscriptEntry[]>();
  for (const entry of transcript) {
    const calls = sockets.get(entry.socket);
    if (calls === undefined) sockets.set(entry.socket, [entry]);
    else calls.push(entry);
  }
  return sockets;
}

function compareSocket(
  socket: string,
  left: readonly TranscriptEntry[],
  right: readonly TranscriptEntry[],
  harmed: boolean,
  leftRun: RunResult,
  rightRun: RunResult,
): Difference[] {
  const host = socket.slice(0, socket.lastIndexOf("#"));
  const streams = streamsAgree(left, right);
  const differences: Difference[] = [];
  for (const [a, b] of align(left, right)) {
    if (a !== null && b !== null && outline(a) === outline(b)) continue;
    const excuse = excuseFor(a, b, streams, harmed);
    const said = (run: RunResult, entry: TranscriptEntry | null): string =>
      `${run.backend}: ${entry === null ? "no such call" : outline(entry, SHOWN)}`;
    differences.push({
      kind: excuse === null ? "disagreement" : "timing",
      host,
      socket,
      left: a?.callId ?? null,
      right: b?.callId ?? null,
      text: `${said(leftRun, a)}; ${said(rightRun, b)}${excuse === null ? "" : ` (${excuse})`}`,
    });
  }
  return differences;
}

/** Why a difference is no disagreement, or null. */
function excuseFor(
  a: TranscriptEntry | null,
  b: TranscriptEntry | null,
  streamsAgreed: boolean,
  harmed: boolean,
): string | null {
  const calls = [a, b].filter((entry) => entry !== null);
  if (
    calls.every(
      ({ call }) => call === "recvFrom" || call === "sendTo" || call === "recv" || call === "send",
    ) &&
    harmed
  ) {
    if (calls.some(({ call }) => call === "recvFrom" || call === "sendTo"))
      return "the simulated link harms datagrams";
  }
  const isStreamData = (entry: TranscriptEntry): boolean =>
    (entry.call === "recv" || entry.call === "send" || entry.call === "sendAll") && entry.error === undefined;
  if (calls.every(isStreamData) && streamsAgreed) return "the same bytes, cut elsewhere";
  if (calls.every(({ call }) => call === "info")) return "counters and estimates";
  return null;
}

/** Whether both transcripts of a socket received the same bytes and sent the same bytes, however cut, and ended alike. */
function streamsAgree(left: readonly TranscriptEntry[], right: readonly TranscriptEntry[]): boolean {
  return (
    streamOf(left, "recv") === streamOf(right, "recv") && streamOf(left, "send") === streamOf(right, "send")
  );
}

function streamOf(entries: readonly TranscriptEntry[], call: "recv" | "send"): string {
  let stream = "";
  for (const entry of entries) {
    if (entry.error !== undefined && entry.call === call) stream += `!${entry.error.code}`;
    else if (call === "recv" && entry.call === "recv" && isBytes(entry.result)) stream += hexOf(entry.result);
    else if (
      call === "send" &&
      (entry.call === "send" || entry.call === "sendAll") &&
      isBytes(entry.args[0])
    ) {
      const taken = typeof entry.result === "number" ? entry.result : entry.args[0].length;
      stream += hexOf(entry.args[0]).slice(0, taken * 2);
    }
  }
  return stream;
}

/**
 * Pairs the calls of two transcripts: the longest common subsequence of alike calls, and between them, the ones of the same name.
 * Quadratic, so long transcripts are paired in order instead.
 */
function align(
  left: readonly TranscriptEntry[],
  right: readonly TranscriptEntry[],
): [TranscriptEntry | null, TranscriptEntry | null][] {
  const keysLeft = left.map((entry) => outline(entry));
  const keysRight = right.map((entry) => outline(entry));
  if (left.length * right.length > 4_000_000) return pairInOrder(left, right);
  const common = lcsTable(keysLeft, keysRight);
  const pairs: [TranscriptEntry | null, TranscriptEntry | null][] = [];
  let i = 0;
  let j = 0;
  let heldLeft: TranscriptEntry[] = [];
  let heldRight: TranscriptEntry[] = [];
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && keysLeft[i] === keysRight[j]) {
      pairs.push(...pairInOrder(heldLeft, heldRight), [left[i++], right[j++]]);
      heldLeft = [];
      heldRight = [];
    } else if (j >= right.length || (i < left.length && common[i + 1][j] >= common[i][j + 1]))
      heldLeft.push(left[i++]);
    else heldRight.push(right[j++]);
  }
  pairs.push(...pairInOrder(heldLeft, heldRight));
  return pairs;
}

function lcsTable(a: readonly string[], b: readonly string[]): Uint16Array[] {
  const table = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i][j] = a[i] === b[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  return table;
}

function pairInOrder(
  left: readonly TranscriptEntry[],
  right: readonly TranscriptEntry[],
): [TranscriptEntry | null, TranscriptEntry | null][] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) => [
    left[i] ?? null,
    right[i] ?? null,
  ]);
}

/** Characters of text, or three times the bytes, of each value that are compared, and that are shown. */
const COMPARED = 1000;
const SHOWN = 60;

/** A call and its answer as text, without what is allowed to vary: times, and ports drawn by the system. */
function outline(entry: TranscriptEntry, most: number = COMPARED): string {
  const args = entry.args.map((value) => comparable(value, most)).join(", ");
  const answer =
    entry.error === undefined
      ? entry.result === undefined
        ? "never answers"
        : comparable(entry.result, most)
      : entry.error.code;
  return `${entry.call}(${args}) = ${answer}`;
}

const EPHEMERAL_PORT_MIN = 32_768;

function comparable(value: EventValue, most: number): string {
  return valueText(value, most).replaceAll(/:(\d{5})\b/g, (whole, port: string) =>
    Number(port) >= EPHEMERAL_PORT_MIN ? ":*" : whole,
  );
}
