// Info of UDP datagrams that compiled code writes is what is written without it: of DNS, usual and not, and of what no protocol knows.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as fc from "fast-check";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";

import { contextOf } from "../../../src/capture/context.ts";
import type { DecodeAs } from "../../../src/capture/dissect/decode-as.ts";
import { DATAGRAM_PROTOCOLS } from "../../../src/capture/dissect/udp-protocols.ts";
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
async function notCompiled(
  capture: Uint8Array,
  fields: readonly string[] = FIELDS,
  rules: readonly DecodeAs[] = [],
): Promise<number[]> {
  writeFileSync(path, capture);
  const asked = vi.spyOn(TransportColumns.prototype, "writeInfo");
  const lines = await linesAtOnce(path, fields, rules);
  // One that is to be dissected whole is asked for twice.
  const rows = [...new Set(asked.mock.calls.map(([row]) => row))];
  asked.mockRestore();
  expect(lines).toEqual(await linesEach(capture, fields, rules));
  expect(await linesAtOnce(path, "list", rules)).toEqual(await linesEach(capture, "list", rules));
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

  it("is left where a name is longer than names are, not of signs alone, or points elsewhere than back", async () => {
    const full = name(...Array.from({ length: 3 }, () => "x".repeat(63)), "x".repeat(61));
    const names = [
      full,
      name(...Array.from({ length: 4 }, () => "x".repeat(63))),
      name("a\u007fb"),
      name("a b"),
      name("a.b"),
      name("\u00e9"),
      // To behind itself, where there is a name.
      joined(Uint8Array.of(0xc0, 18), new Uint8Array(4), example),
      Uint8Array.of(0xc0, 12),
    ];
    const payloads = names.map((name) => message({ id: 1, flags: 0 }, [question(name, 1)], []));
    const datagrams = payloads.map((payload) => ({ ...between, payload }));
    expect(await notCompiled(captureOf([first, ...datagrams]))).toEqual([0, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("stands where Info is not the last field, too", async () => {
    const query = message({ id: 1, flags: 0 }, [question(example, 1)], []);
    const capture = captureOf([first, { ...between, payload: query }]);
    expect(await notCompiled(capture, [INFO, "frame.number"])).toEqual([0]);
  });
});

/** Between ports that nobody has. */
const unknown = { ...between, destinationPort: 5004 };
const unknownBack = { ...back, sourcePort: 5004 };
const noise = Uint8Array.of(0x80, 0x60, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
/** A call of the portmapper, and what is a reply to it and nothing else. */
const call = Uint8Array.of(0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0x86, 0xa0, 0, 0, 0, 2, 0, 0, 0, 0);
const reply = Uint8Array.of(0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

describe("Info of datagrams that no protocol knows, written by compiled code", () => {
  it("is their ports and lengths, of empty ones too", async () => {
    const payloads = [new Uint8Array(0), noise, reply, new Uint8Array(300)];
    const datagrams = payloads.flatMap((payload) => [
      { ...unknown, payload },
      { ...unknownBack, payload },
    ]);
    expect(await notCompiled(captureOf([first, ...datagrams]))).toEqual([0]);
    const lines = await linesAtOnce(path, [INFO]);
    expect(lines?.slice(1, 5)).toEqual([
      "40000 → 5004 Len=0",
      "5004 → 40000 Len=0",
      "40000 → 5004 Len=16",
      "5004 → 40000 Len=16",
    ]);
  });

  it("is theirs no more from one on that looks like something", async () => {
    const quic = joined(Uint8Array.of(0xc0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 20), new Uint8Array(20));
    const gquic = joined(Uint8Array.of(9, 1, 2, 3, 4, 5, 6, 7, 8), Buffer.from("Q025"), new Uint8Array(20));
    const query = message({ id: 1, flags: 0 }, [question(example, 1)], []);
    for (const payload of [call, quic, gquic, query]) {
      const payloads = [noise, payload, noise, reply];
      const datagrams = payloads.map((one) => ({ ...unknown, payload: one }));
      const other = { ...unknown, sourcePort: 40_001, payload: noise };
      expect(await notCompiled(captureOf([first, ...datagrams, other]))).toEqual([0, 2, 3, 4]);
    }
  });

  it("is theirs no more from one on that is damaged", async () => {
    const datagrams = [
      { ...unknown, payload: noise },
      { ...unknown, payload: noise, packetLies: -1 },
      { ...unknown, payload: noise },
    ];
    expect(await notCompiled(captureOf([first, ...datagrams]))).toEqual([0, 2, 3]);
  });

  it("is not theirs to tell for a writer that was not asked for all before", async () => {
    const payloads = [noise, call, reply];
    writeFileSync(path, captureOf([first, ...payloads.map((payload) => ({ ...unknown, payload }))]));
    const capture = await openCapture(path, { lazy: true });
    await capture.indexSome(0);
    const { packets } = capture.trace;
    const out = new LineBytes(packets.memory);
    const { many } = fieldsWriter(capture.trace, [INFO], contextOf(capture));
    expect(many?.(0, 2, out)).toBe(2);
    // What calls is left out.
    expect(many?.(3, 4, out)).toBe(4);
    expect(out.textFrom(0).split("\n").slice(1, 3)).toEqual([
      "40000 → 5004 Len=16",
      expect.stringContaining("Reply"),
    ]);
    capture.close();
  });

  it("knows every protocol that is told by its looks", () => {
    const byLooks = [...DATAGRAM_PROTOCOLS].filter(([, { looksLike }]) => looksLike !== null);
    // `mayBeKnown` in `assembly/datagrams.ts`.
    expect(byLooks.map(([name]) => name)).toEqual(["dns", "rpc", "quic", "gquic"]);
  });
});

describe("Info of datagrams where the user says what ports are", () => {
  it("is not written by compiled code, but for empty ones", async () => {
    const query = message({ id: 1, flags: 0 }, [question(example, 1)], []);
    const rules = [
      { transport: "udp", first: 53, last: 53, protocol: "data" },
      { transport: "udp", first: 5004, last: 5004, protocol: "dns" },
    ] as const;
    const datagrams = [
      first,
      { ...between, payload: query },
      { ...unknown, payload: query },
      { ...unknown, sourcePort: 40_001, payload: noise },
      { ...unknown, payload: new Uint8Array(0) },
    ];
    expect(await notCompiled(captureOf(datagrams), FIELDS, rules)).toEqual([0, 1, 2, 3]);
    const lines = await linesAtOnce(path, [INFO], rules);
    expect(lines?.slice(1)).toEqual([
      "40000 → 53 Len=33",
      "Standard query 0x0001 A www.example.com",
      expect.stringContaining("0x8060"),
      "40000 → 5004 Len=0",
    ]);
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
