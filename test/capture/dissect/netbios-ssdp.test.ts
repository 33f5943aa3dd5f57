// NetBIOS names and SSDP: DNS's and HTTP's messages where something else is meant.

import { describe, expect, it } from "vitest";

import { dissect } from "../../../src/capture/dissect/dissect.ts";
import type { DissectedPacket } from "../../../src/capture/dissect/dissect.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { hex, memoryTrace } from "../memory-trace.ts";
import { udpPacket } from "../packets.ts";

function packetOf(port: number, payload: Uint8Array): DissectedPacket {
  const { trace, context } = memoryTrace([udpPacket(40_000, port, payload)], LINKTYPE.raw);
  return dissect(trace, 0, context);
}

function fieldsOf(port: number, payload: Uint8Array, names: readonly string[]): string[] {
  const { trace, context } = memoryTrace([udpPacket(40_000, port, payload)], LINKTYPE.raw);
  return [...printFields(trace, [0], names, context)][0].split("\t");
}

describe("NetBIOS names", () => {
  /** A name of 16 bytes, two letters each, behind its length. */
  function encoded(name: string): string {
    const digits = Buffer.from(name, "latin1").toString("hex").split("");
    return `20${Buffer.from(digits.map((digit) => 65 + Number.parseInt(digit, 16))).toString("hex")}`;
  }
  const HOST = encoded("HOST           \x20");
  const question = (name: string): Uint8Array => hex(`1234 0110 0001 0000 0000 0000 ${name} 0020 0001`);
  const infoOf = (name: string): string => packetOf(137, question(name)).info;

  it("are letters, what is none in digits, and a byte that says what they are for", () => {
    expect(infoOf(`${HOST}00`)).toBe("Name query NB HOST<20>");
    expect(infoOf(`${encoded("\x01\x02__MSBROWSE__\x02\x01")}00`)).toBe(
      "Name query NB <01><02>__MSBROWSE__<02><01>",
    );
    expect(infoOf(`${HOST} 03666f6f 00`)).toBe("Name query NB HOST<20>.foo");
    expect(packetOf(137, question(`${HOST}00`)).tree.some(({ field }) => field === "nbns")).toBe(true);
  });

  it("that are none are told why", () => {
    expect(infoOf("0261 62 00")).toBe(
      "Name query NB Illegal NetBIOS name (1st character not between A and Z in first-level encoding)",
    );
    expect(infoOf("0241 62 00")).toBe(
      "Name query NB Illegal NetBIOS name (2nd character not between A and Z in first-level encoding)",
    );
    expect(infoOf("0141 00")).toBe("Name query NB Illegal NetBIOS name (odd number of bytes)");
    expect(infoOf("0241 42 00")).toBe("Name query NB Illegal NetBIOS name (1 bytes long)");
  });

  it("answers say addresses, or how the host fares", () => {
    const answer = (type: string, data: string): Uint8Array =>
      hex(
        `1234 8583 0000 0001 0000 0000 ${HOST}00 ${type} 0001 0000012c ${(data.length / 2).toString(16).padStart(4, "0")} ${data}`,
      );
    const address = answer("0020", "80000a000001");
    expect(packetOf(137, address).info).toBe(
      "Name query response, Requested name does not exist NB 10.0.0.1",
    );
    expect(fieldsOf(137, address, ["nbns.addr", "nbns.nb_flags.group", "nbns.name"])).toEqual([
      "10.0.0.1",
      "1",
      "HOST<20> (Server service)",
    ]);
    const own = Buffer.from("HOST           \x00", "latin1").toString("hex");
    const status = answer("0021", `01${own}0400 020000000001 ${"00".repeat(40)}`.replaceAll(" ", ""));
    expect(packetOf(137, status).info).toBe("Name query response, Requested name does not exist NBSTAT");
    expect(fieldsOf(137, status, ["nbns.netbios_name", "nbns.name_flags.act", "nbns.unit_id"])).toEqual([
      "HOST",
      "1",
      "02:00:00:00:00:01",
    ]);
    expect(packetOf(137, status.subarray(0, 90)).stopped).toBe("malformed");
  });
});

describe("SSDP", () => {
  const search = 'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\n\r\n';

  it("is HTTP in a datagram, one message each", () => {
    const packet = packetOf(1900, Buffer.from(`${search}${search}`));
    expect([packet.protocol, packet.info, packet.protocols]).toEqual([
      "SSDP",
      "M-SEARCH * HTTP/1.1 ",
      "raw:ip:udp:ssdp",
    ]);
    expect(fieldsOf(1900, Buffer.from(search), ["http.request.method", "http.request.full_uri"])).toEqual([
      "M-SEARCH",
      "http://239.255.255.250:1900*",
    ]);
  });

  it("a body is as long as it says, and of what says nothing about it as long as the datagram", () => {
    const dataOf = (head: string): string =>
      fieldsOf(1900, Buffer.from(`${head}\r\n\r\nbody`), ["http.file_data"])[0];
    expect(dataOf("NOTIFY * HTTP/1.1\r\nContent-Length: 2")).toBe("bo");
    expect(dataOf("NOTIFY * HTTP/1.1\r\nContent-Length: 20")).toBe("body");
    expect(dataOf("NOTIFY * HTTP/1.1")).toBe("");
    expect(dataOf("HTTP/1.1 200 OK")).toBe("body");
  });

  it("notifications are no requests, as in Wireshark", () => {
    const names = ["http.request", "http.notification", "http.request.line"];
    expect(fieldsOf(1900, Buffer.from("NOTIFY * HTTP/1.1\r\nHost: a\r\n\r\n"), names)).toEqual(["", "1", ""]);
    expect(fieldsOf(1900, Buffer.from(search), names)[0]).toBe("1");
  });

  it("what is no message is a part of one", () => {
    expect(packetOf(1900, Buffer.from("hello")).info).toBe("Continuation");
  });
});
