// The analysis of every packet of the shared captures is tshark 4.0's.

import { describe, expect, it } from "vitest";

import { FINDINGS } from "../../../src/capture/analysis/findings.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { ANALYSIS } from "../../../src/trace/analysis-flags.ts";
import { captureIndex } from "../shared.ts";
import {
  captureNames,
  capturePath,
  hasSharedCaptures,
  hasTshark,
  referenceRows,
} from "../shared-captures.ts";
import { analysisDifferences } from "./tshark-analysis.ts";

/** tshark makes frames of their custom blocks. */
const CUSTOM_BLOCKS = /test[12]02\.pcapng$/;
const names = captureNames().filter((name) => referenceRows(name) !== null && !name.startsWith("libpcap__"));

/** Frames that differ, and why. */
const EXCEPTED = new Map([
  // A SYN captured after its answer: tshark shows an empty [SEQ/ACK analysis].
  ["zeek__tcp_handshake-reorder.pcap", /^frame 2: /],
]);

/** The reference's column names what it joined; fast open's answers are not among that. */
const NAMED = [...FINDINGS, { bit: ANALYSIS.tfoSyn, field: "tcp.analysis.tfo_syn" }].map(
  ({ bit, field }) => ({ bit, name: field.slice("tcp.analysis.".length) }),
);

async function flagsOf(name: string): Promise<string[]> {
  const capture = await openCapture(capturePath(name));
  const { count, analysis } = capture.trace.packets;
  capture.close();
  return Array.from({ length: count }, (_, row) =>
    NAMED.flatMap((flag) => ((analysis[row] & flag.bit) === 0 ? [] : [flag.name]))
      .toSorted()
      .join(","),
  );
}

describe.skipIf(!hasSharedCaptures)("analysis of the shared captures (skipped where they are absent)", () => {
  it.each(names)("%s has tshark's flags on every packet", async (name) => {
    const theirs = (referenceRows(name) ?? [])
      .filter((row) => !CUSTOM_BLOCKS.test(name) || row["frame.protocols"] !== "data")
      .map(({ analysis }) =>
        analysis
          .split(",")
          .filter((flag) => flag !== "")
          .toSorted()
          .join(","),
      );
    expect(await flagsOf(name)).toEqual(theirs);
  });

  it("counts of each flag are the index's, file by file", async () => {
    for (const record of captureIndex()) {
      if (!names.includes(record["file"]) || CUSTOM_BLOCKS.test(record["file"])) continue;
      const flags = (await flagsOf(record["file"])).flatMap((line) => line.split(","));
      for (const { name } of NAMED) {
        const count = flags.filter((flag) => flag === name).length;
        expect(`${record["file"]} ${name} ${count}`).toBe(`${record["file"]} ${name} ${record[name]}`);
      }
    }
  });
});

describe.skipIf(!hasSharedCaptures || !hasTshark)(
  "beside tshark (skipped without it or the captures)",
  () => {
    it.each(names.filter((name) => !CUSTOM_BLOCKS.test(name) && !name.startsWith("zeek__echo")))(
      "%s has tshark's round trip times, bytes in flight, duplicate ACK numbers and timeouts",
      async (name) => {
        const excepted = EXCEPTED.get(name);
        const found = await analysisDifferences(capturePath(name));
        expect(found.filter((line) => excepted?.test(line) !== true)).toEqual([]);
      },
    );
  },
);
