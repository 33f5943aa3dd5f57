// DNS and HTTP messages as trees and summary lines.

import { describe, expect, it } from "vitest";

import { dissect } from "../../../src/capture/dissect/dissect.ts";
import type { DissectedPacket } from "../../../src/capture/dissect/dissect.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { hex, memoryTrace } from "../memory-trace.ts";
import { end, SampleNetwork } from "../samples/network.ts";

function udp(port: number, payload: Uint8Array): Uint8Array {
  const length = (8 + payload.length).toString(16).padStart(4, "0");
  const ports = `${port.toString(16).padStart(4, "0")} c000`;
  const header = hex(`45000000 0001 0000 4011 0000 0a000001 0a000002 ${ports} ${length} 0000`);
  return Buffer.concat([header, payload]);
}

function tcp(payload: string): Uint8Array {
  const header = hex(
    "45000000 0001 4000 4006 0000 0a000001 0a000002 0050 c350 00000001 00000001 5018 ffff 0000 0000",
  );
  return Buffer.concat([header, Buffer.from(payload, "latin1")]);
}

function packetOf(bytes: Uint8Array): DissectedPacket {
  const { trace, context } = memoryTrace([bytes], LINKTYPE.raw);
  return dissect(trace, 0, context);
}

function fieldsOf(bytes: Uint8Array, names: readonly string[]): string[] {
  const { trace, context } = memoryTrace([bytes], LINKTYPE.raw);
  return [...printFields(trace, [0], names, context)][0].split("\t");
}

const NAME = "076578616d706c6503636f6d00";

describe("DNS", () => {
  it("questions of one segment are answered each by its own, and what is answered twice is said twice", () => {
    const question = (id: string): Uint8Array => hex(`001d ${id} 0100 0001 0000 0000 0000 ${NAME} 0001 0001`);
    const answer = (id: string): Uint8Array => hex(`001d ${id} 8180 0001 0000 0000 0000 ${NAME} 0001 0001`);
    const network = new SampleNetwork();
    const connection = network.connect(end("10.0.0.1", 40_000), end("10.0.0.2", 53));
    const asked = network.frames.length;
    connection.say(Buffer.concat([question("0001"), question("0002")]));
    connection.answer(answer("0002"));
    connection.answer(answer("0001"));
    connection.answer(answer("0002"));
    connection.say(question("0002"));
    connection.answer(answer("0002"));
    const { trace, context } = memoryTrace(network.frames, LINKTYPE.ethernet);
    const names = ["dns.response_to", "dns.retransmit_response_in"];
    const rows = Array.from({ length: 6 }, (_, i) => asked + i);
    // The capture's first packet is number 1.
    const first = `${asked + 1}`;
    expect([...printFields(trace, rows, names, context)]).toEqual([
      "\t",
      `${first}\t`,
      `${first}\t`,
      `\t${asked + 2}`,
      "\t",
      `${asked + 5}\t`,
    ]);
  });

  it("a query shows its AD bit where it is set", () => {
    const query = (flags: string): Uint8Array => hex(`1234 ${flags} 0001 0000 0000 0000 ${NAME} 0001 0001`);
    const fields = ["dns.flags.authenticated", "dns.qry.name"];
    expect(fieldsOf(udp(53, query("0120")), fields)).toEqual(["1", "example.com"]);
    expect(fieldsOf(udp(53, query("0100")), fields)).toEqual(["", "example.com"]);
  });

  it("an answer's record data is in the Info column and in fields", () => {
    const answer = hex(`1234 8180 0001 0002 0000 0000 ${NAME} 0001 0001
      c00c 0005 0001 0000003c 0006 03777777c00c
      c029 0001 0001 0000003c 0004 01020304`);
    expect(packetOf(udp(53, answer)).info).toBe(
      "Standard query response 0x1234 A example.com CNAME www.example.com A 1.2.3.4",
    );
    expect(fieldsOf(udp(53, answer), ["dns.a", "dns.cname", "dns.resp.ttl"])).toEqual([
      "1.2.3.4",
      "www.example.com",
      "60,60",
    ]);
  });

  it("records before a damaged one stay shown, and the message is called malformed", () => {
    const damaged = hex(`1234 8180 0001 0002 0000 0000 ${NAME} 0001 0001
      c00c 0001 0001 0000003c 0004 01020304
      c0ff 0001 0001 0000003c 0004 01020304`);
    const packet = packetOf(udp(53, damaged));
    expect(packet.stopped).toBe("malformed");
    expect(packet.info).toBe("Standard query response 0x1234 A example.com A 1.2.3.4[Malformed Packet]");
  });

  it("a name that is not as names are is told as such, and what follows is read on", () => {
    const nameOf = (name: string): string => {
      const query = hex(`1234 0100 0001 0000 0000 0000 ${name} 0001 0001`);
      expect(packetOf(udp(53, query)).info).toBe(
        `Standard query 0x1234 A ${fieldsOf(udp(53, query), ["dns.qry.name"])[0]}`,
      );
      return fieldsOf(udp(53, query), ["dns.qry.name"])[0];
    };
    const label = (length: number): string => length.toString(16).padStart(2, "0") + "61".repeat(length);
    expect(nameOf("c00c")).toBe("<Name contains a pointer that loops>");
    expect(nameOf("0161 c00c")).toBe("<Name contains a pointer that loops>");
    expect(nameOf("0161 42")).toBe("<Unknown extended label>");
    expect(nameOf(`${label(63)}${label(63)}${label(63)}${label(61)}00`)).toHaveLength(253);
    expect(nameOf(`${label(63)}${label(63)}${label(63)}${label(62)}00`)).toBe("<Name too long>");
    expect(nameOf("06 610007085c7f 04 c3a4ff1b 00")).toBe("a\\000\\a\\b\\\\177.ä�\\033");
  });

  it("an extended label alone, or one that is pointed at, is damage", () => {
    for (const name of ["42", "80", "0161 a5", "01 61 c0ff"]) {
      const query = hex(`1234 0100 0001 0000 0000 0000 ${name} 0001 0001`);
      expect(packetOf(udp(53, query)).stopped).toBe("malformed");
    }
  });

  it("records that say nothing on a line say whose they are, others what they hold", () => {
    const infoOf = (type: number, data: string): string => {
      const [code, length] = [type, data.length / 2].map((n) => n.toString(16).padStart(4, "0"));
      const answer = hex(
        `1234 8180 0001 0001 0000 0000 ${NAME} 0001 0001 c00c ${code} 0001 0000003c ${length} ${data}`,
      );
      return packetOf(udp(53, answer)).info.replace("Standard query response 0x1234 A example.com ", "");
    };
    expect(infoOf(10, "abcdef")).toBe("NULL example.com");
    expect(infoOf(13, "0363707502 6f73".replace(" ", ""))).toBe("HINFO cpu os");
    expect(infoOf(35, "000100020175037369700000")).toBe("NAPTR 1 2 u");
    expect(infoOf(36, "00010161c00c")).toBe("KX 1 a.example.com");
    expect(infoOf(39, "0161c00c")).toBe("DNAME a.example.com");
    expect(infoOf(47, "0161c00c000140")).toBe("NSEC a.example.com");
    expect(infoOf(0, "ab")).toBe("Unused");
  });

  it("mDNS questions say that an answer by unicast will do", () => {
    const question = hex(`0000 0000 0001 0000 0000 0000 ${NAME} 0001 8001`);
    const packet = packetOf(udp(5353, question));
    expect([packet.protocol, packet.info]).toEqual([
      "MDNS",
      'Standard query 0x0000 A example.com, "QU" question',
    ]);
  });
});

describe("HTTP", () => {
  it("is ASCII in fields and UTF-8 in Info, and a body's text ends at its first zero, as in tshark", () => {
    const target = Buffer.from("/\u00e9").toString("latin1");
    const request = tcp(`GET ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\na\xffb\0`);
    expect(packetOf(request).info).toBe("GET /\u00e9 HTTP/1.1 ");
    expect(fieldsOf(request, ["http.request.uri", "http.file_data", "data"])).toEqual([
      "/\ufffd\ufffd",
      "a\ufffdb",
      "61ff6200",
    ]);
  });

  it("names a body's type in Info, but for a stream of octets", () => {
    const infoOf = (type: string): string =>
      packetOf(tcp(`HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: 4\r\n\r\nabcd`)).info;
    expect(infoOf("application/octet-stream")).toBe("HTTP/1.1 200 OK ");
    expect(infoOf("application/foo")).toBe("HTTP/1.1 200 OK  (application/foo)");
  });

  it("a request's first line and headers are fields", () => {
    const request = tcp("GET /a?b HTTP/1.1\r\nHost: example.com\r\nUser-Agent: lab\r\n\r\n");
    const names = [
      "http.request.method",
      "http.request.uri",
      "http.host",
      "http.user_agent",
      "http.request.full_uri",
    ];
    expect(fieldsOf(request, names)).toEqual(["GET", "/a?b", "example.com", "lab", "http://example.com/a?b"]);
    expect(packetOf(request).info).toBe("GET /a?b HTTP/1.1 ");
  });

  it("answers back to back are messages of their own", () => {
    const both = tcp("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    expect(fieldsOf(both, ["http.response.code", "http.file_data"])).toEqual(["204,200", "hi"]);
  });

  it("a payload that begins no message yet is a segment of one to come", () => {
    expect(packetOf(tcp("GET it")).protocols).toBe("raw:ip:tcp");
  });

  it("control characters in a header do not reach the lines", () => {
    const packet = packetOf(tcp("GET /\u001b[2J HTTP/1.1\r\n\r\n"));
    expect(fieldsOf(tcp("GET /\u001b[2J HTTP/1.1\r\n\r\n"), ["http.request.uri"])).toEqual(["/\\033[2J"]);
    expect([packet.protocol, packet.info]).toEqual(["HTTP", "GET /\\033[2J HTTP/1.1 "]);
  });
});
