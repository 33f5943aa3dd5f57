// Protocols on ports that say nothing: the first message of a stream tells, and what it does not tell stays data.

import { describe, expect, it } from "vitest";

import { looksLikeDns } from "../../../src/capture/dissect/looks-like-dns.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { memoryTrace } from "../memory-trace.ts";
import { ascii, end, hex, noise, SampleNetwork } from "../samples/network.ts";

/** The Protocol column of what a client and a server say in turn on a port that nobody knows. */
function protocolsOf(...said: readonly Uint8Array[]): string[] {
  const network = new SampleNetwork();
  const connection = network.connect(end("10.0.0.1", 40_000), end("10.0.0.2", 9_999));
  for (const [i, bytes] of said.entries()) {
    if (i % 2 === 0) connection.say(bytes);
    else connection.answer(bytes);
  }
  const { trace, context } = memoryTrace(network.frames, LINKTYPE.ethernet);
  const rows = network.frames.map((_, row) => row).slice(3);
  return [...printFields(trace, rows, ["_ws.col.Protocol"], context)];
}

describe("protocols told by content", () => {
  it.each([
    ["MQTT", hex("100d 0004 4d515454 04 02 003c 0001 61"), hex("20020000")],
    ["RESP", ascii("*1\r\n$4\r\nPING\r\n"), ascii("+PONG\r\n")],
    ["SSH", ascii("SSH-2.0-client\r\n"), ascii("SSH-2.0-server\r\n")],
    ["HTTP", ascii("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), ascii("HTTP/1.1 204 No Content\r\n\r\n")],
    ["TLSv1.2", hex("17 0303 0004 aabbccdd"), hex("17 0303 0002 aabb")],
    ["HTTP2", ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), hex("000000 04 00 00000000")],
  ])("%s", (protocol, request, answer) => {
    const [first, second] = protocolsOf(request, answer);
    expect([first, second.replace("SSHv2", "SSH")]).toEqual([protocol, protocol]);
  });

  it.each([
    ["a protocol of lines", ascii("220 mail.example ESMTP\r\n"), ascii("EHLO client\r\n")],
    ["a word like a method", ascii("GETTING THERE\r\n"), ascii("ok\r\n")],
    ["what begins as RESP does and goes on otherwise", ascii("*1\r\nhello\r\n"), ascii("+OK\r\n")],
    [
      "a type byte like MQTT's with another name",
      hex("100d 0004 4d515455 04 02 003c 0001 61"),
      hex("20020000"),
    ],
    [
      "a TLS record without a byte, of a later version or too long",
      hex("17 0303 0000 17"),
      hex("17 0304 0001 aa"),
    ],
    ["noise", noise(200, 1), noise(200, 2)],
  ])("not %s", (_, request, answer) => {
    expect(protocolsOf(request, answer)).toEqual(["TCP", "TCP"]);
  });

  it("nothing that comes after sixteen messages nobody knows: the stream is data", () => {
    const unknown = Array.from({ length: 18 }, (_, i) => noise(40, 100 + i));
    const late = ascii("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(new Set(protocolsOf(...unknown, late))).toEqual(new Set(["TCP"]));
  });
});

const QUESTION = "03777777 0765786d706c65 00 0001 0001";

describe("DNS on any port", () => {
  it.each([
    ["a question", `1234 0100 0001 0000 0000 0000 ${QUESTION}`, true],
    ["a question with ten additional records", `1234 0100 0001 0000 0000 000a ${QUESTION}`, true],
    ["an answer, to no question even", `1234 8180 0000 0001 0000 0000 ${QUESTION}`, true],
    ["two questions", `1234 0100 0002 0000 0000 0000 ${QUESTION}`, false],
    ["an answer in a question", `1234 0100 0001 0001 0000 0000 ${QUESTION}`, false],
    ["more records than are likely", `1234 8180 0001 0001 000b 0000 ${QUESTION}`, false],
    ["an update", `1234 2800 0001 0000 0000 0000 ${QUESTION}`, false],
    ["a header alone", "1234 0100 0001 0000 0000 0000", false],
  ])("%s", (_, bytes, isDns) => {
    const data = hex(bytes);
    expect(looksLikeDns(data, 0, data.length)).toBe(isDns);
  });
});
