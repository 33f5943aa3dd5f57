// What scripts read besides columns: chosen fields as JSON and for Elasticsearch, and dumps of packets with several kinds of bytes.

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Capture } from "../../../src/capture/capture.ts";
import { contextOf } from "../../../src/capture/context.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printEk } from "../../../src/capture/print/ek.ts";
import type { FieldsOptions } from "../../../src/capture/print/fields.ts";
import { printHex } from "../../../src/capture/print/hex.ts";
import { jsonFieldsWriter, jsonWriter } from "../../../src/capture/print/json.ts";
import { linesOf } from "../../../src/capture/print/line-bytes.ts";
import { hasTshark, tshark } from "../shared-captures.ts";

const HELLO = "fixtures/captures/tcp-hello-loopback.pcapng";
const APPLICATIONS = "fixtures/captures/applications.pcapng";
const NAMES = ["ip.addr", "tcp.flags", "udp.port", "tcp.payload", "_ws.col.Info", "frame.time", "tcp"];
const wanted = NAMES.flatMap((name) => ["-e", name]);

describe.skipIf(!hasTshark)("beside tshark (skipped without tshark 4.0)", () => {
  let hello: Capture;
  beforeAll(async () => (hello = await openCapture(HELLO)));
  afterAll(() => hello.close());

  const rowsOf = ({ trace }: Capture): number[] =>
    Array.from({ length: trace.packets.count }, (_, row) => row);

  it.each([
    [[], {}],
    [["-E", "occurrence=l"], { occurrence: "last" }],
  ] satisfies [string[], FieldsOptions][])(
    "-T json -e %j has a list of each field's values",
    (settings, options) => {
      const writer = jsonFieldsWriter(hello.trace, NAMES, contextOf(hello), options);
      const objects = [...linesOf(writer, rowsOf(hello))].join(",\n");
      expect(`[\n${objects}\n]`.split("\n")).toEqual(
        tshark(["-n", "-r", HELLO, "-T", "json", ...wanted, ...settings]),
      );
    },
  );

  it("-T json has a stream's times below a key without brackets", () => {
    const [line] = linesOf(jsonWriter(hello.trace, contextOf(hello)), [0]);
    const { _source: source } = JSON.parse(line) as { _source: { layers: { tcp: { Timestamps: unknown } } } };
    expect(source.layers.tcp.Timestamps).toEqual({
      "tcp.time_relative": "0.000000000",
      "tcp.time_delta": "0.000000000",
    });
  });

  it("-T ek -e has as many of the values as -E wants, and three digits of milliseconds even in the first second", () => {
    const options = { occurrence: "first" } as const;
    expect([...printEk(hello.trace, rowsOf(hello), contextOf(hello), NAMES, options)]).toEqual(
      tshark(["-n", "-r", HELLO, "-T", "ek", ...wanted, "-E", "occurrence=f"]),
    );
  });

  it("-x dumps what was decrypted right below the packet", async () => {
    const capture = await openCapture(APPLICATIONS);
    const quic = rowsOf(capture).filter((row) => capture.trace.packets.destinationPort[row] === 443);
    const lines = [...printHex(capture.trace, quic, contextOf(capture))];
    capture.close();
    expect(lines).toContain("Decrypted QUIC (1160 bytes):");
    expect(lines).toEqual(
      tshark(["-n", "-r", APPLICATIONS, "-x", "-Y", "tcp.dstport == 443 || udp.dstport == 443"]),
    );
  });
});
