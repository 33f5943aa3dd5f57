// Suites of TLS one by one: every one that is opened here by connections sealed in the test, in tshark's words too, and what all of them,
// groups, signature schemes, extensions and alerts are called.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

import { contextOf, decodeCaptureAs } from "../../../src/capture/context.ts";
import { groupName, signatureName } from "../../../src/capture/dissect/tls-groups.ts";
import { ALERTS, extensionName } from "../../../src/capture/dissect/tls-names.ts";
import { suiteName } from "../../../src/capture/dissect/tls-suites.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printDetails } from "../../../src/capture/print/details.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { printFollow } from "../../../src/capture/statistics/follow.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { classicFile } from "../packets.ts";
import { ascii, end, SampleNetwork } from "../samples/network.ts";
import { SUITES, TlsSample } from "../samples/tls.ts";
import { hasTshark, tshark } from "../shared-captures.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-tls-suites-"));

const REQUESTS = ["GET /one HTTP/1.1\r\nHost: a.test\r\n\r\n", "GET /two HTTP/1.1\r\nHost: a.test\r\n\r\n"];
const ANSWERS = [
  "HTTP/1.1 204 No Content\r\n\r\n",
  `HTTP/1.1 200 OK\r\nContent-Length: 700\r\n\r\n${"w".repeat(700)}`,
];

/** A capture with a connection of each suite, and its key log. */
function everySuite(): { readonly path: string; readonly keys: string; readonly log: string } {
  const network = new SampleNetwork();
  const log: string[] = [];
  for (const [i, suite] of SUITES.entries()) {
    const sample = new TlsSample(suite, 10 * i);
    log.push(sample.log);
    const connection = network.connect(end("10.0.0.1", 40_000 + i), end("10.0.0.2", 443));
    connection.say(sample.clientHello);
    connection.answer(sample.serverFlight());
    connection.say(sample.clientFinish());
    for (const [at, request] of REQUESTS.entries()) {
      connection.say(sample.sealed("client", ascii(request)));
      connection.answer(sample.sealed("server", ascii(ANSWERS[at])));
    }
  }
  const path = join(folder, "suites.pcap");
  const keys = join(folder, "suites.keys");
  const records = network.frames.map((bytes, i) => ({
    seconds: 0,
    fraction: i * 100,
    length: bytes.length,
    bytes,
  }));
  writeFileSync(path, classicFile(records, { network: LINKTYPE.ethernet }));
  writeFileSync(keys, log.join(""));
  return { path, keys, log: log.join("") };
}

const FIELDS = [
  "frame.number",
  "_ws.col.Protocol",
  "_ws.col.Info",
  "frame.protocols",
  "tls.record.version",
  "tls.record.content_type",
  "tls.handshake.ciphersuite",
  "tls.handshake.type",
  "tls.handshake.extension.type",
  "tls.app_data",
  "tls.app_data_proto",
  "http.request.uri",
  "http.response.code",
  "http.file_data",
];

afterAll(() => rmSync(folder, { recursive: true }));

/** The lines of TLS: those of others say more where later packets are known. */
function layerOfTls(details: readonly string[]): string[] {
  let isTls = false;
  return details.filter((line) => {
    if (!line.startsWith(" ")) isTls = line === "Transport Layer Security";
    return isTls;
  });
}

describe("a connection of each suite", async () => {
  const { path, keys, log } = everySuite();
  const capture = await openCapture(path);
  const logs = [ascii(log)];
  decodeCaptureAs(capture, [], [() => logs.pop() ?? null]);
  const context = contextOf(capture);
  const { trace } = capture;
  const rows = Array.from({ length: trace.packets.count }, (_, row) => row);
  const follow = (stream: number): string[] =>
    [...printFollow(trace, context, "tls", "raw", stream, { first: 1, last: Infinity })]
      .join("\n")
      .split("\n");

  it.each(SUITES.map((suite, stream) => [suiteName(suite.number), suite.version.toString(16), stream]))(
    "is opened: %s of version %s",
    (_name, _version, stream) => {
      const told = follow(stream).filter((line) => /^\t?[0-9a-f]+$/.test(line));
      const text = told.map((line) => Buffer.from(line.trim(), "hex").toString("latin1"));
      expect(text).toEqual([REQUESTS[0], ANSWERS[0], REQUESTS[1], ANSWERS[1]]);
    },
  );

  it.runIf(hasTshark)("is to tshark what it is here (skipped without tshark 4.0)", () => {
    const secrets = ["-o", `tls.keylog_file:${keys}`];
    const asked = FIELDS.flatMap((field) => ["-e", field]);
    expect([...printFields(trace, rows, FIELDS, context)]).toEqual(
      tshark([...secrets, "-n", "-r", path, "-T", "fields", ...asked]),
    );
    const details = [...printDetails(trace, rows, context)].flatMap((line) => line.split("\n"));
    expect(layerOfTls(details)).toEqual(layerOfTls(tshark([...secrets, "-n", "-V", "-r", path]) ?? []));
    // tshark begins with what is asked for last.
    const streams = SUITES.map((_, stream) => stream).toReversed();
    const followed = streams.flatMap((stream) => ["-z", `follow,tls,raw,${stream}`]);
    expect(SUITES.flatMap((_, stream) => follow(stream))).toEqual(
      tshark([...secrets, "-q", "-r", path, ...followed]),
    );
  });
});

describe.runIf(hasTshark)("names are tshark's (skipped without tshark 4.0)", () => {
  const values = (tshark(["-G", "values"]) ?? []).map((line) => line.split("\t"));

  it.each([
    ["tls.handshake.ciphersuite", suiteName],
    ["tls.handshake.extensions_supported_group", groupName],
    ["tls.handshake.sig_hash_alg", signatureName],
    ["tls.handshake.extension.type", extensionName],
    ["tls.alert_message.desc", (value: number) => ALERTS.get(value)],
  ])("%s", (field, nameOf) => {
    const listed = values.filter(([kind, name]) => kind === "V" && name === field);
    expect(listed.length).toBeGreaterThan(30);
    expect(listed.map(([, , value]) => nameOf(Number(value)))).toEqual(listed.map(([, , , text]) => text));
  });
});
