// A capture that takes long to read is shown meanwhile, and keys are answered between the slices of reading.

import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, expect, test } from "vitest";

import type { Capture } from "../../src/capture/capture.ts";
import { openCapture } from "../../src/capture/open.ts";
import { CaptureSource } from "../../src/cli/inspector.ts";
import type { TerminalHost } from "../../src/tui/terminal.ts";
import type { Message } from "../../src/tui/messages.ts";
import { classicFile, udpPacket } from "../capture/packets.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-inspector-"));
const PATH = join(folder, "one.pcap");
const BYTES = udpPacket(1000, 7000, Uint8Array.of(1));
writeFileSync(PATH, classicFile([{ seconds: 1, fraction: 0, length: BYTES.length, bytes: BYTES }]));
afterAll(() => rmSync(folder, { recursive: true }));

const APPLICATIONS = join(import.meta.dirname, "../../fixtures/captures/applications.pcapng");

/** Slices after which a reading that nobody ends is given up. */
const SLICES_MAX = 100;

/** A capture of which every slice brings a packet and none is the last, until `slice` says so. */
async function endless(slice: (count: number) => boolean): Promise<Capture> {
  const capture = await openCapture(PATH);
  let slices = 0;
  capture.indexSome = () => {
    capture.trace.packets.append();
    return Promise.resolve(slice(++slices) || slices === SLICES_MAX);
  };
  return capture;
}

/** What the terminal does with messages: one frame for all of a turn of the event loop. */
function hostOf(dispatched: () => void, painted: () => void): TerminalHost<Message> {
  let isDue = false;
  return {
    dispatch() {
      dispatched();
      if (isDue) return;
      isDue = true;
      setImmediate(() => {
        isDue = false;
        painted();
      });
    },
    after() {},
    cancel() {},
    control() {},
    quit() {},
  };
}

test("a key typed while a capture is read comes through before the third slice after it", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  const keyboard = connect(address.port, "127.0.0.1");
  const [[terminal]] = (await Promise.all([once(server, "connection"), once(keyboard, "connect")])) as [
    [NodeJS.ReadableStream],
    unknown[],
  ];
  let answeredAfter = -1;
  let slices = 0;
  const typedAt = 5;
  const capture = await endless((count) => {
    slices = count;
    if (count === typedAt) keyboard.write("G");
    return answeredAfter >= 0;
  });
  terminal.on("data", () => {
    answeredAfter = slices - typedAt;
  });
  await new CaptureSource(capture).begin(
    hostOf(
      () => {},
      () => {},
    ),
  );
  keyboard.destroy();
  server.close();
  expect(slices).toBeLessThan(SLICES_MAX);
  expect(answeredAfter).toBeLessThan(3);
});

test("what a slice of reading brought is painted before the next is read", async () => {
  const order: string[] = [];
  const capture = await endless((count) => {
    order.push("read");
    return count === 4;
  });
  await new CaptureSource(capture).begin(
    hostOf(
      () => order.push("shown"),
      () => order.push("painted"),
    ),
  );
  await new Promise(setImmediate);
  expect(order).toEqual(Array.from({ length: 4 }, () => ["read", "shown", "painted"]).flat());
});

test("nothing is shown of a slice that came after the source was closed", async () => {
  let shown = 0;
  const source = new CaptureSource(
    await endless((count) => {
      if (count === 3) source.close();
      return false;
    }),
  );
  await source.begin(
    hostOf(
      () => shown++,
      () => {},
    ),
  );
  expect(shown).toBe(2);
});

test("packets that are shown are written to a new file; one that is there already stays as it was", async () => {
  const capture = await openCapture(APPLICATIONS);
  while (!(await capture.indexSome(1000)));
  const source = new CaptureSource(capture);
  const done: Message[] = [];
  const host = {
    ...hostOf(
      () => {},
      () => {},
    ),
    dispatch: (message: Message) => void done.push(message),
  };
  const path = join(folder, "shown.pcapng");
  await source.perform({ kind: "write", path, rows: [1, 30, 192] }, host);
  expect(done).toEqual([{ kind: "done", what: `wrote 3 packets to ${path}` }]);
  const before = readFileSync(path);
  const written = await openCapture(path);
  while (!(await written.indexSome(1000)));
  const bytesOf = (of: Capture, rows: readonly number[]): string[] =>
    rows.map((row) => Buffer.from(of.trace.bytes(row)).toString("hex"));
  expect(bytesOf(written, [0, 1, 2])).toEqual(bytesOf(capture, [1, 30, 192]));
  expect(written.trace.packetNs(2)).toBe(191e6);
  written.close();
  await expect(source.perform({ kind: "write", path, rows: null }, host)).rejects.toThrow("is there already");
  expect(readFileSync(path).equals(before)).toBe(true);
  source.close();
});
