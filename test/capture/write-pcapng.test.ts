import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Capture } from "../../src/capture/capture.ts";
import { openCapture, openChunks } from "../../src/capture/open.ts";
import { pcapngChunks, writePcapng } from "../../src/capture/write-pcapng.ts";
import type { WriteOptions } from "../../src/capture/write-pcapng.ts";
import { LINKTYPE, Trace } from "../../src/trace/trace.ts";
import { udpPacket } from "./packets.ts";
import { CAPTURES, captureIndex, HAVE_CAPTURES } from "./shared.ts";

function haveTshark(): boolean {
  try {
    execFileSync("tshark", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Two hosts: a sends three packets, the second of which is lost; b answers the third; the link copies the answer. */
function smallRun(): Trace {
  const packets = [1, 2, 3, 4].map((i) => udpPacket(5000, 6000, new Uint8Array(i * 10).fill(i + 100)));
  const rows = [0, 1, 2, 3, 3];
  const trace = new Trace({ read: (row) => packets[rows[row]] });
  trace.interfaces.push({ name: "a/a-b", linkType: LINKTYPE.raw, snapLength: 0 });
  trace.interfaces.push({ name: "b/a-b", linkType: LINKTYPE.raw, snapLength: 0 });
  const send = (timeNs: number, from: string, to: string, copyOf: number | null): number => {
    const row = trace.addPacket(timeNs, trace.way({ link: "a-b", from, to, copyOf }));
    trace.packets.interfaceId[row] = from === "a" ? 0 : 1;
    trace.packets.length[row] = packets[rows[row]].length;
    trace.packets.capturedLength[row] = packets[rows[row]].length;
    return row;
  };
  const socket = { host: "a", socket: "s1", line: null };
  trace.addEvent({ kind: "call", timeNs: 0, callId: 0, ...socket, call: "connect", args: ["b:6000"] });
  trace.addEvent({ kind: "return", timeNs: 0, callId: 0, result: null });
  send(1_000, "a", "b", null);
  send(2_000, "a", "b", null);
  trace.addEvent({ kind: "drop", timeNs: 12_300_000, packet: 1, where: "a-b", reason: "loss" });
  send(20_000_000, "a", "b", null);
  trace.addEvent({ kind: "arrive", timeNs: 20_001_000, packet: 0, host: "b" });
  trace.addEvent({ kind: "arrive", timeNs: 30_000_000, packet: 2, host: "b" });
  send(2_000_000_007, "b", "a", null);
  send(2_000_000_007, "b", "a", 3);
  trace.addEvent({ kind: "arrive", timeNs: 3_000_000_001, packet: 3, host: "a" });
  trace.addEvent({ kind: "arrive", timeNs: 3_000_000_002, packet: 4, host: "a" });
  trace.addEvent({ kind: "call", timeNs: 4e9, callId: 1, ...socket, call: "recv", args: [16] });
  return trace;
}

function reopened(trace: Trace, options: WriteOptions = {}): Promise<Capture> {
  return openChunks(asynchronously(pcapngChunks(trace, options)), "written");
}

async function* asynchronously(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

/** Time in ns, length, direction and interface of each packet. */
function shown(capture: Capture): string[] {
  const { packets } = capture.trace;
  return Array.from({ length: packets.count }, (_, row) => {
    const ns = packets.seconds[row] * 1e9 + packets.nanoseconds[row];
    const name = capture.interfaces[packets.interfaceId[row]].name;
    return `${ns} ${packets.length[row]} ${["?", "in", "out"][capture.direction(row)]} ${name}`;
  });
}

describe("pcapngChunks", () => {
  it("shows each packet once as sent, lost ones too, copies not", async () => {
    const capture = await reopened(smallRun());
    expect(shown(capture)).toEqual([
      "1000 38 out a/a-b",
      "2000 48 out a/a-b",
      "20000000 58 out a/a-b",
      "2000000007 68 out b/a-b",
    ]);
    expect(capture.comments.get(1)).toEqual(["dropped: loss on a-b at 12.3 ms"]);
    expect(capture.sections[0].application).toBe("wirelab");
  });

  it("shows from a host what reached it, when it did", async () => {
    expect(shown(await reopened(smallRun(), { vantage: "b" }))).toEqual([
      "20001000 38 in b/a-b",
      "30000000 58 in b/a-b",
      "2000000007 68 out b/a-b",
    ]);
    expect(shown(await reopened(smallRun(), { vantage: "a" }))).toEqual([
      "1000 38 out a/a-b",
      "2000 48 out a/a-b",
      "20000000 58 out a/a-b",
      "3000000001 68 in a/a-b",
      "3000000002 68 in a/a-b",
    ]);
  });

  it("refuses a host it does not know, naming those it does", () => {
    expect(() => [...pcapngChunks(smallRun(), { vantage: "c" })]).toThrow("(there are: a, b)");
  });

  it("tells calls on the packet that follows them, those after the last on the last", async () => {
    const capture = await reopened(smallRun(), { calls: true, drops: false });
    expect([...capture.comments]).toEqual([
      [0, ["a s1: connect(b:6000) = ok at 0 ns"]],
      [3, ["after this packet: a s1: recv(16) called at 4 s"]],
    ]);
  });

  it("writes chosen rows only", async () => {
    const capture = await reopened(smallRun(), { rows: [2, 4] });
    expect(shown(capture)).toEqual(["20000000 58 out a/a-b", "2000000007 68 out b/a-b"]);
  });

  it("keeps every time a file can hold to the nanosecond", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 18_446_744_072 }),
        fc.integer({ min: 0, max: 999_999_999 }),
        async (seconds, nanoseconds) => {
          const trace = new Trace({ read: () => new Uint8Array(0) });
          trace.interfaces.push({ name: "x", linkType: LINKTYPE.raw, snapLength: 0 });
          const row = trace.packets.append();
          trace.packets.seconds[row] = seconds;
          trace.packets.nanoseconds[row] = nanoseconds;
          const { packets } = (await reopened(trace)).trace;
          expect([packets.seconds[0], packets.nanoseconds[0]]).toEqual([seconds, nanoseconds]);
        },
      ),
    );
  });

  it("cuts a comment that no option can hold at a character", async () => {
    const trace = smallRun();
    const capture = await reopened(trace, { comments: new Map([[0, ["é".repeat(40_000)]]]) });
    expect(capture.comments.get(0)).toEqual(["é".repeat(32_500)]);
    expect(capture.problems).toEqual([]);
  });

  it.skipIf(!haveTshark())("is read by tshark without complaint", () => {
    const folder = mkdtempSync(join(tmpdir(), "wirelab-test-"));
    try {
      const path = join(folder, "run.pcapng");
      writePcapng(path, smallRun(), { calls: true });
      const fields = [
        "frame.time_epoch",
        "frame.interface_name",
        "frame.comment",
        "udp.length",
        "_ws.malformed",
      ];
      const out = execFileSync(
        "tshark",
        ["-n", "-r", path, "-T", "fields", ...fields.flatMap((field) => ["-e", field])],
        { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
      );
      expect(out.trimEnd().split("\n")).toEqual([
        "0.000001000\ta/a-b\ta s1: connect(b:6000) = ok at 0 ns\t18\t",
        "0.000002000\ta/a-b\tdropped: loss on a-b at 12.3 ms\t28\t",
        "0.020000000\ta/a-b\t\t38\t",
        "2.000000007\tb/a-b\tafter this packet: a s1: recv(16) called at 4 s\t48",
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe.skipIf(!HAVE_CAPTURES)("a capture written again", () => {
  const files = captureIndex().map(({ file }) => file);
  const small = files.filter((file) => !file.startsWith("libpcap__") && !file.endsWith(".gz"));

  it.each(small)("%s has the same packets", async (file) => {
    const before = await openCapture(join(CAPTURES, file));
    const after = await reopened(before.trace, {
      comments: before.comments,
      direction: (row) => before.direction(row),
    });
    expect(after.problems).toEqual([]);
    expect(shown(after)).toEqual(shown(before));
    expect(after.comments).toEqual(before.comments);
    for (let row = 0; row < before.trace.packets.count; row++) {
      expect(Buffer.compare(after.trace.bytes(row), before.trace.bytes(row))).toBe(0);
    }
    before.close();
  });
});
