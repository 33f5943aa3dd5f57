import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import type { Capture } from "../../../src/capture/capture.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { followStream, segmentBytes } from "../../../src/capture/reassembly/follow.ts";
import type { Direction, Followed } from "../../../src/capture/reassembly/follow.ts";
import { CAPTURES, HAVE_CAPTURES, readTable } from "../shared.ts";

function endText({ address, port }: { address: string; port: number }): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** What tshark prints of a direction: it writes words where bytes are missing. */
function shownBytes(capture: Capture, followed: Followed, direction: Direction): Buffer {
  return Buffer.concat(
    followed.segments
      .filter((segment) => segment.direction === direction)
      .map((segment) => {
        if (segment.kind === "data") return segmentBytes(capture.trace, segment, capture.reassembly);
        const words = `[${segment.length} bytes missing in capture file]\0`;
        return Buffer.from(segment.reason === "missing packets" ? words : "");
      }),
  );
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

describe.skipIf(!HAVE_CAPTURES)("the shared captures' TCP streams", () => {
  const rows = HAVE_CAPTURES ? readTable(readFileSync(join(CAPTURES, "follow.tsv"), "utf8")) : [];

  it.each(rows.map((row) => ({ file: row["file"], stream: row["stream"], row })))(
    "$file stream $stream has the bytes tshark follows",
    async ({ file, stream, row }) => {
      const capture = await openCapture(join(CAPTURES, file));
      const followed = followStream(capture.trace, Number(stream), { reassembly: capture.reassembly });
      const shown = ([0, 1] as const).map((direction) => shownBytes(capture, followed, direction));
      const ours = {
        ends: followed.ends?.map(endText),
        bytes: shown.map(({ length }) => String(length)),
        sha256: shown.map(sha256),
      };
      capture.close();
      expect(ours).toEqual({
        ends: [row["node0"], row["node1"]],
        bytes: [row["bytes_from_node0"], row["bytes_from_node1"]],
        sha256: [row["sha256_0"], row["sha256_1"]],
      });
    },
  );
});
