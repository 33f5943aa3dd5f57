// Streams of which segments are missing or come out of their order, as tshark shows them: what is late fills what waits for it and no
// more, and behind a gap TLS reads on where a segment begins.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { contextOf } from "../../../src/capture/context.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { hex } from "../memory-trace.ts";
import { classicFile, joined } from "../packets.ts";
import { hasTshark, tshark } from "../shared-captures.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-places-"));
afterAll(() => rmSync(folder, { recursive: true }));

const PORT = 443;
const CLIENT_HELLO = hex(`16 0301 002d 01 000029 0303 ${"52".repeat(32)} 00 0002 002f 0100`);
const HELLO_1_2 = hex(`16 0303 002a 02 000026 0303 ${"53".repeat(32)} 00 002f 00`);
const HELLO_1_3 = hex(`16 0303 0032 02 00002e 0303 ${"53".repeat(32)} 00 1301 00 0006 002b 0002 0304`);

/** A record of application data whose bytes are no text and no header. */
function record(length: number): Uint8Array {
  const bytes = Uint8Array.from({ length: 5 + length }, (_, i) => 0x80 | ((i * 37) & 0x7f));
  bytes.set(hex("17 0303 0000"));
  new DataView(bytes.buffer).setUint16(3, length);
  return bytes;
}

interface Sent {
  readonly bytes: Uint8Array;
  /** Nanoseconds since the segment before. */
  readonly wait: number;
}

/** One connection: a handshake, and what the server sends, `from` the offset in its stream. */
class Connection {
  readonly packets: Sent[] = [];
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
    this.add(false, 0x02, 0, 0, new Uint8Array(0));
    this.add(true, 0x12, 0, 1, new Uint8Array(0), 20_000_000);
    this.add(false, 0x10, 1, 1, new Uint8Array(0), 20_000_000);
  }

  add(isServer: boolean, flags: number, seq: number, ack: number, data: Uint8Array, wait = 200_000): void {
    const head = hex(
      "4500 0000 0001 4000 4006 0000 0a000001 0a000002 0000 0000 00000000 00000000 5000 ffff 0000 0000",
    );
    const view = new DataView(head.buffer);
    view.setUint16(2, head.length + data.length);
    if (isServer) [head[15], head[19]] = [2, 1];
    view.setUint16(isServer ? 22 : 20, this.#port);
    view.setUint16(isServer ? 20 : 22, PORT);
    view.setUint32(24, 1000 + seq);
    view.setUint32(28, flags === 2 ? 0 : 1000 + ack);
    head[33] = flags;
    this.packets.push({ bytes: joined(head, data), wait });
  }
}

const FIELDS = [
  "frame.protocols",
  "tls.record.length",
  "tls.ignored_unknown_record",
  "tcp.segment",
  "_ws.col.Protocol",
  "_ws.col.Info",
];

async function shown(packets: readonly Sent[]): Promise<{ ours: string[]; path: string }> {
  const path = join(folder, "places.pcap");
  let at = 1_700_000_000_000_000_000n;
  const records = packets.map(({ bytes, wait }) => {
    at += BigInt(wait);
    return {
      seconds: Number(at / 1_000_000_000n),
      fraction: Number((at % 1_000_000_000n) / 1000n),
      length: bytes.length,
      bytes,
    };
  });
  writeFileSync(path, classicFile(records));
  const capture = await openCapture(path);
  const rows = packets.map((_, row) => row);
  const ours = [...printFields(capture.trace, rows, FIELDS, contextOf(capture))];
  capture.close();
  return { ours, path };
}

/** A connection whose server sends `sizes` of records behind `hello`, in segments of `cut` bytes, those of `order` by their number. */
function connection(
  port: number,
  hello: Uint8Array | null,
  stream: Uint8Array,
  cut: number,
  order: readonly number[],
): Connection {
  const made = new Connection(port);
  let from = 1;
  let ack = 1;
  if (hello !== null) {
    made.add(false, 0x18, 1, 1, CLIENT_HELLO);
    ack += CLIENT_HELLO.length;
    made.add(true, 0x18, 1, ack, hello);
    from += hello.length;
  }
  for (const index of order)
    made.add(true, 0x18, from + index * cut, ack, stream.subarray(index * cut, (index + 1) * cut));
  return made;
}

describe("what a late segment completes", () => {
  it("is listed and not read, and what waits for nobody begins nothing", async () => {
    const stream = joined(record(295), record(95), record(40));
    const { packets } = connection(40_000, null, stream, 100, [0, 2, 1, 3, 4]);
    const { ours } = await shown(packets);
    expect(ours.slice(3).map((line) => line.split("\t").slice(0, 4).join(" ").trimEnd())).toEqual([
      "raw:ip:tcp:tls",
      "raw:ip:tcp",
      "raw:ip:tcp   4,6,5",
      "raw:ip:tcp:tls 95",
      "raw:ip:tcp:tls 40",
    ]);
  });
});

describe("TLS behind a gap", () => {
  it("is unknown records up to TLS 1.2 and continuation data from TLS 1.3 on and before a hello, until a segment begins with one", async () => {
    const stream = joined(record(295), record(95), record(40));
    const info = async (hello: Uint8Array | null): Promise<string[]> => {
      const { ours } = await shown(connection(40_000, hello, stream, 100, [1, 2, 3]).packets);
      return ours.slice(-3).map((line) => line.split("\t").slice(4).join(": "));
    };
    const gap = "[TCP Previous segment not captured] ";
    expect(await info(HELLO_1_2)).toEqual([
      `TLSv1.2: ${gap}, Ignored Unknown Record`,
      "TLSv1.2: Ignored Unknown Record",
      "TLSv1.2: Application Data",
    ]);
    expect(await info(HELLO_1_3)).toEqual([
      `TLSv1.3: ${gap}, Continuation Data`,
      "TLSv1.3: Continuation Data",
      "TLSv1.3: Application Data",
    ]);
    expect(await info(null)).toEqual([
      `SSL: ${gap}, Continuation Data`,
      "SSL: Continuation Data",
      "TLSv1.2: Application Data",
    ]);
  });
});

describe.skipIf(!hasTshark)(
  "streams with segments missing, late and doubled (skipped without tshark)",
  () => {
    it("are shown as tshark shows them, packet by packet", async () => {
      const arbitrary = fc.record({
        hello: fc.constantFrom(HELLO_1_2, HELLO_1_3, null),
        sizes: fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 }),
        cut: fc.integer({ min: 20, max: 300 }),
        steps: fc.array(fc.constantFrom("send", "send", "send", "send", "lose", "swap", "double"), {
          minLength: 40,
          maxLength: 40,
        }),
      });
      const packets: Sent[] = [];
      for (const [i, { hello, sizes, cut, steps }] of fc
        .sample(arbitrary, { numRuns: 150, seed: 7 })
        .entries()) {
        const stream = joined(...sizes.map(record));
        const order: number[] = [];
        for (let at = 0; at * cut < stream.length; at++) {
          const step = steps[at % steps.length];
          if (step === "lose") continue;
          if (step === "double") order.push(at);
          if (step === "swap" && order.length > 0) order.splice(-1, 0, at);
          else order.push(at);
        }
        packets.push(...connection(20_000 + i, hello, stream, cut, order).packets);
      }
      const { ours, path } = await shown(packets);
      const names = FIELDS.flatMap((name) => ["-e", name]);
      const theirs = tshark(["-n", "-r", path, "-T", "fields", ...names]) ?? [];
      const differences = theirs.flatMap((line, i) =>
        line === ours[i] ? [] : [`frame ${i + 1}: ${ours[i]} instead of ${line}`],
      );
      expect(differences).toEqual([]);
    });
  },
);
