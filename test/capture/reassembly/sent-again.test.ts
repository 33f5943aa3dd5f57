// Segments sent again whose bytes were taken before, as tshark shows them: the messages once more where a segment has them whole, an
// error where it lies in a message put together of several.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { contextOf } from "../../../src/capture/context.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { printText } from "../../../src/capture/print/text.ts";
import { hex } from "../memory-trace.ts";
import { classicFile, joined } from "../packets.ts";
import { hasTshark, tshark } from "../shared-captures.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-again-"));
afterAll(() => rmSync(folder, { recursive: true }));

const CLIENT = 1;
const SERVER = 2;

/** A segment of raw IPv4: from which end, where in its stream, what it acknowledges of the other's. */
function segment(from: number, seq: number, ack: number, text = "", flags = 0x18): Uint8Array {
  const data = new TextEncoder().encode(text);
  const ports = from === CLIENT ? "9c40 0050" : "0050 9c40";
  const numbers = new Uint8Array(8);
  new DataView(numbers.buffer).setUint32(0, 1000 + seq);
  new DataView(numbers.buffer).setUint32(4, flags === 2 ? 0 : 1000 + ack);
  const head = hex("4500 0000 0001 0000 4006 0000 0a000000 0a000000");
  head[15] = from;
  head[19] = 3 - from;
  new DataView(head.buffer).setUint16(2, 40 + data.length);
  return joined(head, hex(ports), numbers, Uint8Array.of(0x50, flags), hex("2000 0000 0000"), data);
}

const ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
const HALVES = ["HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello ", "world!"];
const ASKED = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/** A handshake, a question, and an answer of which a part is sent again after two duplicate acknowledgments. */
function exchange(parts: readonly string[], again: number): Uint8Array[] {
  const packets = [
    segment(CLIENT, 0, 0, "", 2),
    segment(SERVER, 0, 1, "", 0x12),
    segment(CLIENT, 1, 1, "", 0x10),
    segment(CLIENT, 1, 1, ASKED),
  ];
  let at = 1;
  const starts = parts.map((part) => {
    packets.push(segment(SERVER, at, 1 + ASKED.length, part));
    at += part.length;
    return at - part.length;
  });
  const duplicate = segment(CLIENT, 1 + ASKED.length, starts[again], "", 0x10);
  packets.push(duplicate, duplicate, duplicate, duplicate);
  packets.push(segment(SERVER, starts[again], 1 + ASKED.length, parts[again]));
  packets.push(segment(CLIENT, 1 + ASKED.length, at, "", 0x10));
  // A keep-alive: the last byte once more.
  packets.push(segment(SERVER, at - 1, 1 + ASKED.length, "!", 0x10));
  return packets;
}

const FIELDS = [
  "frame.protocols",
  "http.response.code",
  "http.response_number",
  "_ws.malformed",
  "_ws.col.Info",
];

async function beside(
  packets: readonly Uint8Array[],
): Promise<{ ours: string[]; lines: string[]; path: string }> {
  const path = join(folder, "again.pcap");
  const at = (bytes: Uint8Array, i: number) => ({
    seconds: 0,
    fraction: i * 100,
    length: bytes.length,
    bytes,
  });
  writeFileSync(path, classicFile(packets.map(at)));
  const capture = await openCapture(path);
  const rows = packets.map((_, row) => row);
  const ours = [...printFields(capture.trace, rows, FIELDS, contextOf(capture))];
  const lines = [...printText(capture.trace, rows, contextOf(capture))];
  capture.close();
  return { ours, lines, path };
}

describe("a part of an answer that is sent again fast", () => {
  it.each([
    ["the whole of it", [ANSWER], 0],
    ["the first of two", HALVES, 0],
    ["the second of two", HALVES, 1],
    ["one of two answers in a row", [ANSWER, ANSWER], 1],
  ])("%s: is shown as tshark shows it (skipped without tshark)", async (_, parts, again) => {
    const { ours, lines, path } = await beside(exchange(parts, again));
    expect(lines.some((line) => line.includes("Fast Retransmission"))).toBe(true);
    if (!hasTshark) return;
    expect(lines).toEqual(tshark(["-n", "-r", path]));
    const names = FIELDS.flatMap((name) => ["-e", name]);
    expect(ours).toEqual(tshark(["-n", "-r", path, "-T", "fields", ...names]));
  });
});
