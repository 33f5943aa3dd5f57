// "Decode as": the user's word for a port goes before its number and before what the bytes look like.

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Capture } from "../../../src/capture/capture.ts";
import { contextOf, decodeCaptureAs } from "../../../src/capture/context.ts";
import { Conversations } from "../../../src/capture/dissect/conversations.ts";
import { isDecodeAsError, readDecodeAs } from "../../../src/capture/dissect/decode-as.ts";
import type { DecodeAs } from "../../../src/capture/dissect/decode-as.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { memoryTrace } from "../memory-trace.ts";
import type { MemoryTrace } from "../memory-trace.ts";
import { APPLICATIONS } from "../samples/applications.ts";
import { end, noise, SampleNetwork } from "../samples/network.ts";

let capture: Capture;

/** A stream on HTTP's port that begins in the middle of something. */
function continuation(): MemoryTrace {
  const network = new SampleNetwork();
  network.connect(end("10.0.0.1", 40_000), end("10.0.0.2", 80)).say(noise(60, 7));
  return memoryTrace(network.frames, LINKTYPE.ethernet);
}

beforeAll(async () => {
  capture = await openCapture(APPLICATIONS);
});
afterAll(() => capture.close());

function decodeAs(...texts: readonly string[]): void {
  const list: DecodeAs[] = [];
  for (const text of texts) {
    const read = readDecodeAs(text);
    if (!isDecodeAsError(read)) list.push(read);
  }
  expect(list).toHaveLength(texts.length);
  decodeCaptureAs(capture, list);
}

/** The last layers of the packets of a port, each once. */
function layersOf(field: string, port: number): string[] {
  const rows = Array.from({ length: capture.trace.packets.count }, (_, row) => row);
  const names = [`${field}.srcport`, `${field}.dstport`, "frame.protocols"];
  const lines = [...printFields(capture.trace, rows, names, contextOf(capture))];
  const of = lines
    .map((line) => line.split("\t"))
    .filter((values) => values.slice(0, 2).includes(String(port)));
  return [...new Set(of.map(([, , layers]) => layers.split(":").at(-1) ?? ""))].toSorted();
}

describe("decode as", () => {
  it("gives a protocol's port to another, and to none", () => {
    decodeAs();
    expect(layersOf("tcp", 6379)).toEqual(["resp", "tcp"]);
    decodeAs("tcp.port==6379,data-text-lines");
    expect(layersOf("tcp", 6379)).toEqual(["data-text-lines", "tcp"]);
    decodeAs("tcp.port==6379,data");
    expect(layersOf("tcp", 6379)).toEqual(["data", "tcp"]);
  });

  it("takes ranges of UDP ports, and goes before what content looks like", () => {
    decodeAs("udp.port==120-125,data", "udp.port==443,data");
    expect([layersOf("udp", 123), layersOf("udp", 443), layersOf("udp", 4433)]).toEqual([
      ["data"],
      ["data"],
      ["quic", "tls"],
    ]);
  });

  it("leaves the streams that no rule names as they were", () => {
    const { trace, context } = continuation();
    const layers = (texts: readonly string[]): string[] => {
      const rules = texts.map(readDecodeAs).flatMap((read) => (isDecodeAsError(read) ? [] : [read]));
      const decoding = { decodeAs: rules, conversations: new Conversations(trace, { decodeAs: rules }) };
      return [...printFields(trace, [3], ["frame.protocols"], { ...context, ...decoding })];
    };
    // HTTP's port, and what is nothing of HTTP: Wireshark takes it and shows no more.
    expect(layers([])).toEqual(["eth:ethertype:ip:tcp"]);
    expect(layers(["tcp.port==9999,http"])).toEqual(["eth:ethertype:ip:tcp"]);
    expect(layers(["udp.port==80,dns"])).toEqual(["eth:ethertype:ip:tcp"]);
    expect(layers(["tcp.port==80,data"])).toEqual(["eth:ethertype:ip:tcp:data"]);
  });

  it("says of what it does not know what there is", () => {
    const problem = (text: string): string => {
      const read = readDecodeAs(text);
      return isDecodeAsError(read) ? read.problem : "";
    };
    expect(problem("tcp.port==80")).toContain("write it as tcp.port==8888,http");
    expect(problem("tcp.port==80,gopher")).toContain("no tcp dissector called gopher; there are data,");
    expect(problem("udp.port==90000,dns")).toContain("no such ports");
    expect(problem("udp.port==9-8,dns")).toContain("no such ports");
  });
});
