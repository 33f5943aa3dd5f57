// Info of UDP datagrams that compiled code writes is what is written without it: of DNS, usual and not.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as fc from "fast-check";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";

import { contextOf, decodeCaptureAs } from "../../../src/capture/context.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { fieldsWriter } from "../../../src/capture/print/fields.ts";
import { LineBytes } from "../../../src/capture/print/line-bytes.ts";
import { TransportColumns } from "../../../src/capture/print/transport-columns.ts";
import { classicFile, joined } from "../packets.ts";
import { linesAtOnce, linesEach } from "./both-ways.ts";
import { anyDatagram, message, name, packetOf, question, record } from "./datagrams.ts";
import type { Datagram } from "./datagrams.ts";

const ETHERNET = 1;
const INFO = "_ws.col.Info";
const FIELDS = ["frame.number", "ip.src", "ipv6.src", INFO];
const folder = mkdtempSync(join(tmpdir(), "wirelab-datagrams-"));
const path = join(folder, "capture.pcap");

afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** A capture of `datagrams`, of each of which `snap` bytes at most. */
function captureOf(datagrams: readonly Datagram[], snap = Infinity): Uint8Array {
  const packets = datagrams.map((datagram, i) => {
    const bytes = packetOf(datagram);
    return { seconds: i, fraction: 0, length: bytes.length, bytes: bytes.subarray(0, snap) };
  });
  return classicFile(packets, { network: ETHERNET });
}

/** Holds the lines of a capture to those written one by one, and answers which of its packets' Info was not written by compiled code. */
async function notCompiled(capture: Uint8Array, fields: readonly string[] = FIELDS): Promise<number[]> {
  writeFileSync(path, capture);
  const asked = vi.spyOn(TransportColumns.prototype, "writeInfo");
  const lines = await linesAtOnce(path, fields);
  // One that is to be dissected whole is asked for twice.
  const rows = [...new Set(asked.mock.calls.map(([row]) => row))];
  asked.mockRestore();
  expect(lines).toEqual(await linesEach(capture, fields));
  return rows;
}

const between = { source: 1, destination: 2, sourcePort: 40_000, destinationPort: 53 };
const back = { source: 2, destination: 1, sourcePort: 53, destinationPort: 40_000 };
/** One that is always left, so that the texts of both addresses are known when the others come. */
const first: Datagram = { ...between, destinationPort: 137, payload: new Uint8Array(30) };

const example = name("www", "example", "com");

describe("Info of DNS written by compiled code", () => {
  it("is that of a query and of its answers of addresses and aliases", async () => {
    const query = message({ id: 0x1a2b, flags: 0x0100 }, [question(example, 1)], []);
    const pointer = Uint8Array.of(0xc0, 12);
    const answer = message(
      { id: 0x1a2b, flags: 0x8180 },
      [question(example, 1)],
      [
        record(pointer, 5, joined(Uint8Array.of(3, 99, 100, 110), Uint8Array.of(0xc0, 16))),
        record(name("cdn"), 1, Uint8Array.of(192, 0, 2, 255)),
        record(pointer, 1, Uint8Array.of(0, 10, 100, 9)),
        record(name(), 41, new Uint8Array(11)),
      ],
    );
    const none = message({ id: 7, flags: 0x8183 }, [question(name(), 28)], []);
    const datagrams = [
      first,
      { ...between, payload: query },
      { ...back, payload: answer },
      { ...back, payload: none },
    ];
    expect(await notCompiled(captureOf(datagrams))).toEqual([0]);
    const lines = await linesAtOnce(path, [INFO]);
    expect(lines?.slice(1)).toEqual([
      "Standard query 0x1a2b A www.example.com",
      "Standard query response 0x1a2b A www.example.com CNAME cdn.example.com A 192.0.2.255 A 0.10.100.9 OPT",
      "Standard query response 0x0007 No such name AAAA <Root>",
    ]);
  });

  it("is that of queries of all types, of all kinds, and of answers with every code", async () => {
    const types = Array.from({ length: 300 }, (_, type) =>
      message({ id: type, flags: 0x0100 }, [question(example, type)], []),
    );
    const kinds = Array.from({ length: 16 }, (_, kind) =>
      message({ id: kind, flags: kind << 11 }, [question(example, 1)], []),
    );
    const codes = Array.from({ length: 16 }, (_, code) =>
      message({ id: code, flags: 0x8000 | code }, [question(example, 1)], []),
    );
    const datagrams = [...types, ...kinds, ...codes].map((payload) => ({ ...between, payload }));
    const left = await notCompiled(captureOf([first, ...datagrams]));
    // Types beyond the names that it has, and none of the others.
    expect(left).toEqual([0, ...Array.from({ length: 42 }, (_, i) => 259 + i)]);
  });

  it("is left where it would be longer than there is room for", async () => {
    const long = name(...Array.from({ length: 4 }, () => "x".repeat(61)));
    const questions = (count: number): Uint8Array =>
      message(
        { id: 1, flags: 0 },
        Array.from({ length: count }, () => question(long, 1)),
        [],
      );
    const datagrams = [1, 5, 8, 12, 64].map((count) => ({ ...between, payload: questions(count) }));
    expect(await notCompiled(captureOf([first, ...datagrams]))).toEqual([0, 3, 4, 5]);
  });

  it("stands where Info is not the last field, too", async () => {
    const query = message({ id: 1, flags: 0 }, [question(example, 1)], []);
    const capture = captureOf([first, { ...between, payload: query }]);
    expect(await notCompiled(capture, [INFO, "frame.number"])).toEqual([0]);
  });
});

describe("Info where the user says what ports are", () => {
  it("is left", async () => {
    const query = message({ id: 1, flags: 0 }, [question(example, 1)], []);
    writeFileSync(path, captureOf([first, { ...between, payload: query }]));
    const capture = await openCapture(path);
    decodeCaptureAs(capture, [{ transport: "udp", first: 53, last: 53, protocol: "data" }]);
    const { packets } = capture.trace;
    const out = new LineBytes(packets.memory);
    const { many } = fieldsWriter(capture.trace, [INFO], contextOf(capture));
    expect(many?.(0, 2, out)).toBe(2);
    expect(out.textFrom(0).split("\n")[1]).toBe("40000 → 53 Len=33");
    capture.close();
  });
});

describe("Info of any datagrams, compiled code writing what it can of it", () => {
  it(
    "is the same: of messages, of what looks like some, and of what says wrong lengths",
    { timeout: 60_000 },
    async () => {
      let [written, all] = [0, 0];
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyDatagram, { minLength: 1, maxLength: 80, size: "max" }),
          fc.constantFrom(Infinity, Infinity, Infinity, 90),
          fc.constantFrom(FIELDS, [INFO, "frame.number"]),
          async (datagrams, snap, fields) => {
            const left = await notCompiled(captureOf(datagrams, snap), fields);
            all += datagrams.length;
            written += datagrams.length - left.length;
          },
        ),
        { numRuns: 120 },
      );
      expect(written).toBeGreaterThan(all / 20);

      expect(written).toBeLessThan(all);
    },
  );
});
