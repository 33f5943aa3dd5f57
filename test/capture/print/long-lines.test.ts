// Lines of detail trees beyond what Wireshark's have room for, cut as tshark cuts them.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { contextOf } from "../../../src/capture/context.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printDetails } from "../../../src/capture/print/details.ts";
import { hex } from "../memory-trace.ts";
import { classicFile, joined } from "../packets.ts";
import { hasTshark, tshark } from "../shared-captures.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-long-lines-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The first segment of a connection of its own. */
function segment(sourcePort: number, port: number, payload: Uint8Array): Uint8Array {
  const head = hex(
    "4500 0000 0001 0000 4006 0000 0a000001 0a000002 0000 0000 00000001 00000001 5018 03e8 0000 0000",
  );
  const view = new DataView(head.buffer);
  view.setUint16(2, head.length + payload.length);
  view.setUint16(20, sourcePort);
  view.setUint16(22, port);
  return joined(head, payload);
}

const of = (letter: string, count: number): string => letter.repeat(count);

function post(type: string, body: string): string {
  const length = Buffer.byteLength(body);
  return `POST /a HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n${body}`;
}

const MESSAGES = [
  `GET /${of("p", 250)}/f?a=${of("q", 240)}&${of("b=", 130)} HTTP/1.1\r\nHost: example.com\r\nX-Long: ${of("y", 300)}\r\n\r\n`,
  `GET / HTTP/1.1\r\nUser-Agent: ${of("M", 300)}\r\nAuthorization: Basic ${of("QUFB", 100)}\r\n\r\n`,
  post("application/x-www-form-urlencoded", `a=${of("b", 301)}`),
  post("application/json", `{"k":"${of("v", 300)}","${of("n", 260)}":1}`),
  post("text/plain", `${of("t", 300)}\nshort\n${of("é", 200)}\n${of("\u0001", 70)}`),
  `NOTIFY * HTTP/1.1\r\nX-L: ${of("z", 300)}\r\nServer: ${of("s", 300)}\r\n\r\n`,
  // Around the length from which on they are cut, in bytes and in characters.
  ...Array.from({ length: 8 }, (_, i) =>
    [
      "GET / HTTP/1.1",
      `Cookie: ${of("c", 222 + i)}`,
      `Referer: ${of("r", 222 + i)}`,
      `X: ${of("é", 112 + i)}${of("q", i % 2)}`,
      "\r\n",
    ].join("\r\n"),
  ),
];

it.skipIf(!hasTshark)("long lines are cut where tshark cuts them (skipped without it)", async () => {
  const path = join(folder, "long.pcap");
  const records = MESSAGES.map((text, i) => {
    const bytes = segment(2000 + i, 80, Buffer.from(text));
    return { seconds: i, fraction: 0, length: bytes.length, bytes };
  });
  writeFileSync(path, classicFile(records));
  const capture = await openCapture(path);
  const rows = records.map((_, row) => row);
  const ours = [...printDetails(capture.trace, rows, contextOf(capture))].flatMap((text) => text.split("\n"));
  capture.close();
  const theirs = tshark(["-n", "-V", "-r", path]) ?? [];
  expect(theirs.filter((line) => line.includes("[truncated]")).length).toBeGreaterThan(30);
  expect(ours.slice(0, theirs.length)).toEqual(theirs);
});
