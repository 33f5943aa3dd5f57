import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { afterEach, describe, expect, it } from "vitest";

import type { Capture } from "../../src/capture/capture.ts";
import { openCapture, openChunks } from "../../src/capture/open.ts";
import { CAPTURES, captureIndex, HAVE_CAPTURES, referencePackets } from "./shared.ts";

const open: Capture[] = [];

afterEach(() => {
  for (const capture of open.splice(0)) capture.close();
});

async function opened(path: string): Promise<Capture> {
  const capture = await openCapture(path);
  open.push(capture);
  return capture;
}

function timeText(capture: Capture, row: number): string {
  const { seconds, nanoseconds } = capture.trace.packets;
  return `${seconds[row]}.${String(nanoseconds[row]).padStart(9, "0")}`;
}

/** Times, lengths, columns and bytes of all packets. */
function fingerprint(capture: Capture): string {
  const { packets } = capture.trace;
  const hash = createHash("sha256");
  for (let row = 0; row < packets.count; row++) {
    hash.update(
      `${timeText(capture, row)} ${packets.length[row]} ${packets.interfaceId[row]} ${packets.protocol[row]} ` +
        `${packets.stream[row]} ${packets.tcpSeq[row]} ${capture.hasTime(row)} ${capture.direction(row)}\n`,
    );
    hash.update(capture.trace.bytes(row));
  }
  return `${packets.count} ${hash.digest("hex")}`;
}

/** Frames tshark counts that are no packets: pcapng custom blocks. They have no interface. */
function isPacket(frame: Record<string, string>): boolean {
  return frame["frame.encap_type"] !== "";
}

describe.skipIf(!HAVE_CAPTURES)("the shared captures", () => {
  const index = captureIndex();
  const refused = new Set(["libpcap__pcap-invalid-version-1.pcap"]);

  it.each(index.filter(({ file }) => !refused.has(file)).map(({ file }) => file))(
    "%s has the packets, times and lengths tshark finds",
    async (file) => {
      const row = index.find((entry) => entry["file"] === file) ?? {};
      const capture = await opened(join(CAPTURES, file));
      const { packets } = capture.trace;
      const frames = referencePackets(file).filter(isPacket);

      expect(packets.count).toBe(frames.length);
      // The walk counts the record the file ends in, tshark and we do not.
      const cut = file === "derived__cut-in-packet-data.pcap" ? 1 : 0;
      expect(packets.count).toBe(Number(row["packets_walk"]) - cut);
      expect(capture.problems.length).toBe(cut);
      let rowNumber = 0;
      for (const frame of frames) {
        const time = capture.hasTime(rowNumber) ? timeText(capture, rowNumber) : "";
        const ours = {
          time,
          length: packets.length[rowNumber],
          captured: packets.capturedLength[rowNumber],
          bytes: capture.trace.bytes(rowNumber).length,
          // tshark numbers the one interface of a classic file, and shows none.
          interface: String(capture.interfaces[packets.interfaceId[rowNumber]].id),
        };
        const captured = Number(frame["frame.cap_len"]);
        expect(ours).toEqual({
          time: frame["frame.time_epoch"],
          length: Number(frame["frame.len"]),
          captured,
          bytes: captured,
          interface: frame["frame.interface_id"] === "" ? "0" : frame["frame.interface_id"],
        });
        rowNumber += 1;
      }
      const times = Array.from({ length: packets.count }, (_, i) => i).filter((i) => capture.hasTime(i));
      expect(timeText(capture, times[0])).toBe(row["first_ts"]);
      const last = cut === 0 ? row["last_ts"] : frames[frames.length - 1]["frame.time_epoch"];
      expect(timeText(capture, times[times.length - 1])).toBe(last);
    },
  );

  it.each([...refused])("%s is refused by its version", async (file) => {
    await expect(openCapture(join(CAPTURES, file))).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringContaining("pcap version 1."),
    });
  });

  it.each(index.filter(({ file }) => !refused.has(file)).map(({ file }) => file))(
    "%s is the same as a stream in chunks of 997 bytes",
    async (file) => {
      const whole = await opened(join(CAPTURES, file));
      const bytes = readFileSync(join(CAPTURES, file));
      const streamed = await openChunks(pieces(bytes, 997), file);
      open.push(streamed);
      expect(streamed.problems).toEqual(whole.problems);
      expect(streamed.format).toEqual(whole.format);
      expect(streamed.names).toEqual(whole.names);
      expect(streamed.comments).toEqual(whole.comments);
      expect(fingerprint(streamed)).toBe(fingerprint(whole));
    },
  );
});

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield await Promise.resolve(bytes.subarray(at, at + size));
  }
}
