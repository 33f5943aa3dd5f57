// Early data of TLS 1.3: what a client says before its server has answered, taken, refused, or refused for another hello.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";

import { contextOf, decodeCaptureAs } from "../../../src/capture/context.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { printFollow } from "../../../src/capture/statistics/follow.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { classicFile } from "../packets.ts";
import { ascii, end, hex, joined, SampleNetwork } from "../samples/network.ts";
import { SUITES, TlsSample } from "../samples/tls.ts";
import { hasTshark, tshark } from "../shared-captures.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-tls-early-"));
afterAll(() => rmSync(folder, { recursive: true }));

const ENDS = ["taken", "refused", "retried"] as const;
type End = (typeof ENDS)[number];

const SUITES_1_3 = SUITES.filter(({ version }) => version === 0x0304);
const CHANGE = hex("14 0303 0001 01");
const LATE = "GET /late HTTP/1.1\r\nHost: a.test\r\n\r\n";

interface Exchange {
  readonly suite: number;
  readonly end: End;
  /** Early data and how it is cut into records; and whether all of it is in one segment with the hello. */
  readonly early: string;
  readonly records: number;
  readonly isTogether: boolean;
}

function framesOf(network: SampleNetwork, exchange: Exchange, port: number): string {
  const sample = new TlsSample(SUITES_1_3[exchange.suite], port);
  const { log } = sample;
  const connection = network.connect(end("10.0.0.1", port), end("10.0.0.2", 443));
  const contents: Uint8Array[] = [];
  for (let at = 0; at < exchange.early.length; at += exchange.records)
    contents.push(ascii(exchange.early.slice(at, at + exchange.records)));
  const parts = [sample.earlyHello, CHANGE, ...contents.map((content) => sample.early([content]))];
  for (const part of exchange.isTogether ? [joined(...parts)] : parts) connection.say(part);
  if (exchange.end === "retried") {
    connection.answer(joined(sample.helloRetry, CHANGE));
    connection.say(sample.clientHello);
  }
  connection.answer(sample.serverFlight());
  const last = exchange.end === "taken" ? sample.endOfEarlyData : new Uint8Array(0);
  connection.say(joined(last, sample.clientFinish()));
  connection.say(sample.sealed("client", ascii(LATE)));
  connection.answer(sample.sealed("server", ascii("HTTP/1.1 204 No Content\r\n\r\n")));
  return log;
}

/** What a capture of `exchanges` comes to: fields and followed streams, ours and tshark's; with its secrets or without. */
async function answers(exchanges: readonly Exchange[], isOpen: boolean) {
  const network = new SampleNetwork();
  const log = exchanges.map((exchange, i) => framesOf(network, exchange, 40_000 + i)).join("");
  const path = join(folder, "early.pcap");
  const keys = join(folder, "early.keys");
  const frames = network.frames.map((bytes, i) => ({
    seconds: 0,
    fraction: i * 100,
    length: bytes.length,
    bytes,
  }));
  writeFileSync(path, classicFile(frames, { network: LINKTYPE.ethernet }));
  writeFileSync(keys, log);
  const capture = await openCapture(path);
  const logs = isOpen ? [ascii(log)] : [];
  decodeCaptureAs(capture, [], [() => logs.pop() ?? null]);
  const context = contextOf(capture);
  const rows = frames.map((_, row) => row);
  const fields = [...printFields(capture.trace, rows, FIELDS, context)];
  const range = { first: 1, last: Infinity };
  const followed = exchanges.map((_, stream) =>
    [...printFollow(capture.trace, context, "tls", "raw", stream, range)].join("\n").split("\n"),
  );
  capture.close();
  return { path, secrets: isOpen ? ["-o", `tls.keylog_file:${keys}`] : [], fields, followed };
}

const FIELDS = [
  "_ws.col.Protocol",
  "_ws.col.Info",
  "frame.protocols",
  "tls.record.content_type",
  "tls.record.opaque_type",
  "tls.handshake.type",
  "tls.app_data_proto",
  "http.request.uri",
  "http.file_data",
];

const EARLY = "POST /early HTTP/1.1\r\nHost: a.test\r\nContent-Length: 300\r\n\r\n";
const ALL = SUITES_1_3.flatMap((_, suite) =>
  ENDS.flatMap((ending) =>
    [true, false].map((isTogether): Exchange => ({
      suite,
      end: ending,
      early: `${EARLY}${"e".repeat(300)}`,
      records: 200,
      isTogether,
    })),
  ),
);

describe("early data", () => {
  it("is opened whatever the server makes of it, and so is what follows", async () => {
    const { followed } = await answers(ALL, true);
    for (const lines of followed) {
      const told = lines.filter((line) => /^\t?[0-9a-f]+$/.test(line)).map((line) => line.trim());
      const text = Buffer.from(told.join(""), "hex").toString("latin1");
      expect(text).toBe(`${ALL[0].early}${LATE}HTTP/1.1 204 No Content\r\n\r\n`);
    }
  });

  it.runIf(hasTshark).each([true, false])(
    "is tshark's, secrets known: %s (skipped without tshark 4.0)",
    async (isOpen) => {
      const { path, secrets, fields, followed } = await answers(ALL, isOpen);
      const asked = FIELDS.flatMap((field) => ["-e", field]);
      expect(fields).toEqual(tshark([...secrets, "-n", "-r", path, "-T", "fields", ...asked]));
      // tshark begins with what is asked for last.
      const streams = ALL.map((_, stream) => stream).toReversed();
      const follow = streams.flatMap((stream) => ["-z", `follow,tls,raw,${stream}`]);
      expect(followed.flat()).toEqual(tshark([...secrets, "-q", "-r", path, ...follow]));
    },
  );

  it("comes out as it went in, however it is cut into records", async () => {
    const exchange = fc.record({
      suite: fc.nat(SUITES_1_3.length - 1),
      end: fc.constantFrom(...ENDS),
      early: fc.nat(900).map((length) => `${EARLY}${"e".repeat(length)}`),
      records: fc.integer({ min: 1, max: 700 }),
      isTogether: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(exchange, async (said) => {
        const { followed } = await answers([said], true);
        const told = followed[0].filter((line) => /^\t?[0-9a-f]+$/.test(line)).map((line) => line.trim());
        const text = Buffer.from(told.join(""), "hex").toString("latin1");
        expect(text.startsWith(`${said.early}${LATE}`)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});
