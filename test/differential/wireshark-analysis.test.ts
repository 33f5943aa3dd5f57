// What Wireshark's analysis says of a simulated capture, beside what the simulator knows it did. A capture sees one place only, so
// some things have other names there: every one of them is a line of the table, and docs/parity.md gives the reasons.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FINDINGS } from "../../src/capture/analysis/findings.ts";
import { openCapture } from "../../src/capture/open.ts";
import { writePcapng } from "../../src/capture/write-pcapng.ts";
import { runScenario } from "../../src/scenario/run.ts";
import type { Trace } from "../../src/trace/trace.ts";
import { analysisDifferences, analysisLines } from "../capture/analysis/tshark-analysis.ts";
import { hasTshark } from "../capture/shared-captures.ts";
import { rowsSeenBy, truthsOf } from "./causes.ts";
import { KNOWN_CAUSES, scenarioOf } from "./known-causes.ts";

const PREFIX = "tcp.analysis.";
const NOTHING = "nothing";
const RESENT = ["retransmission", "fast_retransmission+retransmission", "out_of_order"];
const NEEDLESS = "spurious_retransmission+retransmission";

/**
 * What a packet may be called: `own` packets are captured where they were sent, `other` ones where they arrived; then why it was sent, and for
 * packets with data whether it begins where the last one seen ended, beyond that, or before.
 */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  // At the sender every cause shows.
  "own new": [NOTHING],
  "own new, to the edge of the window": ["window_full"],
  "own timeout": ["retransmission"],
  "own timeout, needless": ["retransmission"],
  "own loss probe": ["retransmission"],
  "own loss probe, needless": ["retransmission"],
  "own recovery": RESENT,
  "own recovery, needless": RESENT,
  "own keep-alive": ["keep_alive"],
  "own window probe": ["keep_alive"],
  // At the receiver a segment whose first sending was lost is just late, or not even that.
  "other new in order": [NOTHING],
  "other new in order, to the edge of the window": [NOTHING, "window_full"],
  "other new beyond": ["lost_segment"],
  "other new late": RESENT,
  "other timeout in order": [NOTHING],
  "other timeout late": ["retransmission"],
  "other timeout late, needless": [NEEDLESS],
  "other loss probe in order": [NOTHING],
  "other loss probe late": ["retransmission"],
  "other loss probe late, needless": ["retransmission", NEEDLESS],
  "other recovery in order": [NOTHING],
  "other recovery beyond": ["lost_segment"],
  "other recovery late": RESENT,
  "other recovery late, needless": ["retransmission", NEEDLESS],
  "other copy of data": ["retransmission", NEEDLESS],
  "other keep-alive": ["keep_alive"],
  "other window probe": ["keep_alive"],
  // ACKs, the same at both ends unless the link changes their order.
  "own ack of data in order": [NOTHING, "window_update"],
  "other ack of data in order": [NOTHING, "window_update", "duplicate_ack", "keep_alive"],
  "own ack of a gap": ["duplicate_ack", "window_update", NOTHING],
  "other ack of a gap": ["duplicate_ack", "window_update", NOTHING],
  "own ack of old data": ["duplicate_ack", "window_update", NOTHING],
  "other ack of old data": ["duplicate_ack", "window_update", NOTHING, "keep_alive"],
  "own keep-alive answer": ["keep_alive_ack", "window_update"],
  "other keep-alive answer": ["keep_alive_ack", "window_update"],
  "own window probe answer": ["window_update", "keep_alive_ack", NOTHING],
  "other window probe answer": ["window_update", "duplicate_ack", NOTHING],
  "own other ack": [NOTHING, "duplicate_ack"],
  "other other ack": [NOTHING, "duplicate_ack"],
  "other copy of an ack": ["duplicate_ack", NOTHING],
  // A closed window is nothing else.
  "own closed window": ["zero_window"],
  "other closed window": ["zero_window"],
};

/** Of these there must be some, or the runs show too little. */
const SHOWN = [
  "own new, to the edge of the window",
  "own timeout",
  "own timeout, needless",
  "own loss probe",
  "own recovery",
  "own recovery, needless",
  "own keep-alive",
  "own window probe",
  "own closed window",
  "own ack of a gap",
  "own keep-alive answer",
  "other new beyond",
  "other new late",
  "other timeout late, needless",
  "other recovery late",
  "other recovery late, needless",
  "other copy of data",
];

/** The key of `NAMES` for each packet a capture on `host` has. */
function kindsSeen(trace: Trace, host: string): string[] {
  const { packets, transits } = trace;
  const truths = truthsOf(trace);
  /** Where the data seen so far ends, by direction. */
  const ends = new Map<string, number>();
  return rowsSeenBy(trace, host).map((row) => {
    const { copyOf, from } = transits[row];
    const truth = truths[copyOf ?? row];
    if (truth === null) throw new Error(`packet ${row} has no cause`);
    const side = from === host ? "own" : "other";
    const { cause, end, length, seq } = { ...truth, seq: packets.tcpSeq[row] };
    const seen = ends.get(from) ?? seq;
    const place = seq === seen ? " in order" : seq > seen ? " beyond" : " late";
    if (length > 0) ends.set(from, Math.max(seen, end));
    if (copyOf !== null) return length > 0 ? "other copy of data" : "other copy of an ack";
    if (truth.closesWindow) return `${side} closed window`;
    if (length === 0) return `${side} ${cause}`;
    const edge = cause === "new" && truth.fillsWindow ? ", to the edge of the window" : "";
    const needless = truth.needless ? ", needless" : "";
    return `${side} ${cause}${side === "own" ? "" : place}${edge}${needless}`;
  });
}

const RUNS = KNOWN_CAUSES.flatMap((known) =>
  Array.from({ length: known.seeds ?? 1 }, (_, index) => ({
    title: known.seeds === undefined ? known.name : `${known.name}, seed ${index + 1}`,
    known,
    seed: index + 1,
  })),
);

describe("Wireshark's analysis of a simulated capture", () => {
  let folder = "";
  const shown = new Set<string>();
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "wirelab-causes-"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each(RUNS)(
    "says what the simulator did: $title",
    async ({ known, seed }) => {
      const { trace, failure } = await runScenario(scenarioOf(known), { seed });
      expect(failure).toBeNull();
      const wrong: string[] = [];
      for (const vantage of ["client", "server"]) {
        const path = join(folder, "seen.pcapng");
        writePcapng(path, trace, { vantage });
        const capture = await openCapture(path);
        const lines = analysisLines(
          capture,
          FINDINGS.map(({ field }) => field),
        );
        capture.close();
        const kinds = kindsSeen(trace, vantage);
        expect(lines).toHaveLength(kinds.length);
        for (const [index, line] of lines.entries()) {
          const names = line
            .split("\t")
            .flatMap((value, column) => (value === "" ? [] : [FINDINGS[column].field.slice(PREFIX.length)]));
          const name = names.join("+") || NOTHING;
          const kind = kinds[index];
          shown.add(kind);
          if (!(NAMES[kind] ?? []).includes(name))
            wrong.push(`${vantage} ${index + 1}: ${kind} is called ${name}`);
        }
        // What is printed here is what tshark prints, where it is installed to be asked.
        if (hasTshark) expect(await analysisDifferences(path)).toEqual([]);
      }
      expect(wrong).toEqual([]);
    },
    60_000,
  );

  it("has been asked of everything it has a name for", () => {
    expect(SHOWN.filter((kind) => !shown.has(kind))).toEqual([]);
  });
});
