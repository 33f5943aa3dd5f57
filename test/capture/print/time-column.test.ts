// The time column of packets' lines, beside tshark's.

import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";

import { contextOf } from "../../../src/capture/context.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { LineBytes } from "../../../src/capture/print/line-bytes.ts";
import { TIME_WAYS, timeColumn } from "../../../src/capture/print/time-column.ts";
import type { TimeWay } from "../../../src/capture/print/time-column.ts";
import { textWriter } from "../../../src/capture/print/text.ts";
import { PacketTable } from "../../../src/trace/packets.ts";
import { capturePath, hasSharedCaptures, hasTshark, tshark } from "../shared-captures.ts";

const WAYS = Object.keys(TIME_WAYS) as TimeWay[];

/** The times of two packets, the second printed without the first. */
function times(seconds: number, nanoseconds: number, decimals = 6): Record<string, string> {
  const table = new PacketTable();
  for (const second of [1, seconds]) table.seconds[table.append()] = second;
  table.nanoseconds[1] = nanoseconds;
  const answers = WAYS.map((way) => {
    const out = new LineBytes();
    timeColumn(table, way)(out, 1, -1, decimals);
    return [way, Buffer.from(out.take()).toString()];
  });
  return Object.fromEntries(answers) as Record<string, string>;
}

describe("the time column", () => {
  it("has each of tshark's ways, dates in UTC", () => {
    expect(times(1_709_251_199, 987_654_321)).toEqual({
      r: "1709251198.987654",
      d: "1709251198.987654",
      dd: "0.000000",
      e: "1709251199.987654",
      a: "23:59:59.987654",
      ad: "2024-02-29 23:59:59.987654",
      adoy: "2024/060 23:59:59.987654",
      u: "23:59:59.987654",
      ud: "2024-02-29 23:59:59.987654",
      udoy: "2024/060 23:59:59.987654",
    });
    expect(times(1_709_251_199, 987_654_321, 0)).toMatchObject({
      e: "1709251199",
      ad: "2024-02-29 23:59:59",
    });
    expect(times(1_709_251_199, 987_654_321, 9).a).toBe("23:59:59.987654321");
  });

  it("is a number of seconds beyond the last day there is", () => {
    expect(times(2 ** 52, 5).ad).toBe("4503599627370496.000000");
  });

  test.prop([fc.integer({ min: 0, max: 2 ** 33 }), fc.integer({ min: 0, max: 999_999_999 })])(
    "says one instant in all ways",
    (seconds, nanoseconds) => {
      const { e, a, ad, adoy } = times(seconds, nanoseconds, 9);
      expect(Date.parse(`${ad.slice(0, 19).replace(" ", "T")}Z`) / 1000).toBe(seconds);
      expect(ad.slice(-18)).toBe(a);
      const [year, day] = adoy.split(" ")[0].split("/").map(Number);
      expect(new Date(Date.UTC(year, 0, day)).toISOString().slice(0, 10)).toBe(ad.slice(0, 10));
      expect(e.split(".")[1]).toBe(a.split(".")[1]);
    },
  );

  it.skipIf(!hasTshark || !hasSharedCaptures).each(WAYS)(
    "-t %s is tshark's (skipped without it or the captures)",
    async (way) => {
      for (const name of ["pcapplusplus__nanosecs_big_endian.pcap", "pcapplusplus__one_tcp_stream.pcap"]) {
        const path = capturePath(name);
        const capture = await openCapture(path);
        let printed = -1;
        const write = textWriter(
          capture.trace,
          { ...contextOf(capture), shownBefore: () => printed },
          { timeWay: way, timeDecimals: () => (name.includes("nano") ? 9 : 6) },
        );
        const out = new LineBytes();
        const { packets } = capture.trace;
        for (let row = 0; row < packets.count; row++) {
          if (packets.payloadLength[row] === 0) continue;
          write(row, out);
          out.newline();
          printed = row;
        }
        capture.close();
        const ours = Buffer.from(out.take()).toString().trimEnd().split("\n");
        expect(ours).toEqual(tshark(["-n", "-r", path, "-t", way, "-Y", "tcp.len > 0"]));
        expect(ours.length).toBeGreaterThan(2);
      }
    },
  );
});
