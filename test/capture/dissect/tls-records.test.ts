// Records of TLS: parts of messages, empty ones, heartbeats, and the hello of SSL 2.

import { describe, expect, it } from "vitest";

import { dissect } from "../../../src/capture/dissect/dissect.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { hex, memoryTrace } from "../memory-trace.ts";
import { end, joined, number, SampleNetwork } from "../samples/network.ts";

const CLIENT = end("10.0.0.1", 40_000);
const SERVER = end("10.0.0.2", 443);

function record(type: number, content: Uint8Array): Uint8Array {
  return joined(Uint8Array.of(type), hex("0301"), number(content.length, 2), content);
}

/** A message of 100 bytes whose type is that of a Client Hello. */
const HELLO = joined(hex("01 000060 0303"), new Uint8Array(94));

/** A record of handshake with bytes [from, to) of `HELLO`, and more. */
function part(from: number, to: number, more: Uint8Array = new Uint8Array(0)): Uint8Array {
  return record(22, joined(HELLO.subarray(from, to), more));
}

const WHOLE = part(0, 100);

/** What is said of segments with these bytes. */
function said(fields: readonly string[], ...segments: readonly Uint8Array[]): string[] {
  const network = new SampleNetwork();
  const connection = network.connect(CLIENT, SERVER);
  const first = network.frames.length;
  for (const segment of segments) connection.say(segment);
  const { trace, context } = memoryTrace(network.frames, LINKTYPE.ethernet);
  const rows = segments.map((_, i) => first + i);
  return [...printFields(trace, rows, fields, context)];
}

function infoOf(...segments: readonly Uint8Array[]): string[] {
  return said(["_ws.col.Info"], ...segments);
}

describe("a message in several records", () => {
  it("is named where it ends, and where nothing ends by its beginning", () => {
    expect(infoOf(part(0, 50), part(50, 100))).toEqual(["[Client Hello Fragment]", "Client Hello"]);
    expect(infoOf(joined(part(0, 50), part(50, 100)))).toEqual(["[Client Hello Fragment], Client Hello"]);
    expect(infoOf(joined(part(0, 100, HELLO.subarray(0, 50)), part(50, 100)))).toEqual([
      "Client Hello, Client Hello",
    ]);
    expect(infoOf(part(0, 2), part(2, 100))).toEqual(["[Client Hello Fragment]", "Client Hello"]);
  });

  it("of its middle nothing is said", () => {
    expect(infoOf(part(0, 30), part(30, 60), part(60, 100))).toEqual([
      "[Client Hello Fragment]",
      "",
      "Client Hello",
    ]);
    expect(infoOf(joined(part(0, 30), part(30, 60), part(60, 100)))).toEqual([
      "[Client Hello Fragment], Client Hello",
    ]);
  });
});

describe("a record in several segments", () => {
  const layersOf = (...segments: readonly Uint8Array[]): string[] =>
    said(["frame.protocols"], ...segments).map((line) => line.replace("eth:ethertype:ip:tcp", ""));

  it("is a layer, and what follows it another", () => {
    expect(layersOf(WHOLE.subarray(0, 60), joined(WHOLE.subarray(60), WHOLE))).toEqual([":tls", ":tls:tls"]);
  });

  it("has its beginning in the layer of those before it", () => {
    const network = new SampleNetwork();
    network.connect(CLIENT, SERVER).say(joined(WHOLE, WHOLE.subarray(0, 20)));
    const { trace, context } = memoryTrace(network.frames, LINKTYPE.ethernet);
    const { tree } = dissect(trace, network.frames.length - 1, context);
    // As tshark -T pdml has it.
    expect(tree.find(({ field }) => field === "tls")?.length).toBe(WHOLE.length + 20);
  });

  it("of which the segments before did not tell the length shares its layer with what follows", () => {
    for (const size of [1, 4])
      expect(layersOf(WHOLE.subarray(0, size), joined(WHOLE.subarray(size), WHOLE))[1]).toBe(":tls");
    expect(layersOf(WHOLE.subarray(0, 5), joined(WHOLE.subarray(5), WHOLE))[1]).toBe(":tls:tls");
    const [, , last] = layersOf(
      WHOLE.subarray(0, 3),
      WHOLE.subarray(3, 10),
      joined(WHOLE.subarray(10), WHOLE),
    );
    expect(last).toBe(":tls:tls");
  });
});

describe("a record without content", () => {
  it("is malformed where nothing follows it, as Wireshark has it", () => {
    expect(infoOf(joined(WHOLE, record(23, new Uint8Array(0))))).toEqual(["Client Hello[Malformed Packet]"]);
    expect(infoOf(joined(record(23, new Uint8Array(0)), record(23, new Uint8Array(3))))).toEqual([
      "Application Data, Application Data",
    ]);
  });
});

describe("a heartbeat", () => {
  const heartbeat = (type: number, length: number): Uint8Array =>
    record(24, joined(Uint8Array.of(type), number(length, 2), new Uint8Array(19)));

  it("says what it is, or that it is encrypted", () => {
    expect(infoOf(joined(WHOLE, heartbeat(1, 3)))).toEqual(["Client Hello, Heartbeat Request"]);
    expect(infoOf(joined(WHOLE, heartbeat(2, 3)))).toEqual(["Client Hello, Heartbeat Response"]);
    expect(infoOf(joined(WHOLE, heartbeat(77, 3)))).toEqual(["Client Hello, Encrypted Heartbeat"]);
  });

  it("that asks for more than it has is found out", () => {
    const field = "tls.heartbeat_message.payload_length.invalid";
    expect(said([field], joined(WHOLE, heartbeat(1, 255)))).toEqual(["1"]);
    expect(said([field], joined(WHOLE, heartbeat(1, 3)))).toEqual([""]);
  });
});

describe("the hello of SSL 2", () => {
  const hello = hex(`801f 01 0301 0006 0000 0010 010080 00002f ${"ab".repeat(16)}`);
  const names = ["_ws.col.Protocol", "_ws.col.Info", "tls.handshake.version", "tls.handshake.cipherspec"];

  it("is told from a record of later versions", () => {
    expect(said(names, hello)).toEqual(["SSLv2\tClient Hello\t0x0301\t0x010080,0x00002f"]);
    expect(said(names, hello.subarray(0, 10), hello.subarray(10))[1]).toBe(
      "SSLv2\tClient Hello\t0x0301\t0x010080,0x00002f",
    );
  });
});

describe("a Server Hello that asks for another Client Hello", () => {
  const RETRY = hex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");
  const body = joined(hex("0303"), RETRY, hex("00 1301 00 0006 002b 0002 0304"));
  const retry = record(22, joined(hex("02"), number(body.length, 3), body));
  const change = record(20, Uint8Array.of(1));

  it("is named so, and a change of ciphers before the other encrypts nothing", () => {
    const network = new SampleNetwork();
    const connection = network.connect(CLIENT, SERVER);
    connection.say(WHOLE);
    connection.answer(joined(retry, change));
    connection.say(joined(change, WHOLE));
    const { trace, context } = memoryTrace(network.frames, LINKTYPE.ethernet);
    const columns = ["_ws.col.Protocol", "_ws.col.Info"];
    expect([...printFields(trace, [3, 4, 5], columns, context)]).toEqual([
      "TLSv1\tClient Hello",
      "TLSv1.3\tHello Retry Request, Change Cipher Spec",
      "TLSv1.3\tChange Cipher Spec, Client Hello",
    ]);
  });
});
