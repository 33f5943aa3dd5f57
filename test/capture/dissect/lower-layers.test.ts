// Small things of the layers below applications, as tshark 4.0 prints them: what follows a frame, ends of option lists, pings' times,
// listener discovery. The expected values are tshark's own for the same bytes.

import { describe, expect, it } from "vitest";

import { dissect } from "../../../src/capture/dissect/dissect.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import type { Trace } from "../../../src/trace/trace.ts";
import { hex, memoryTrace } from "../memory-trace.ts";
import { joined } from "../packets.ts";

const ETHERNET = 1;
const SECONDS = 1_700_000_000;

function ipv4(protocol: number, payload: Uint8Array): Uint8Array {
  const head = hex("020000000002 020000000001 0800 4500 0000 0001 0000 40 00 0000 0a000001 0a000002");
  head[17] = 20 + payload.length;
  head[23] = protocol;
  return joined(head, payload);
}

function ipv6(payload: Uint8Array): Uint8Array {
  const head = hex("020000000002 020000000001 86dd 60000000 0000 3a 01");
  head[19] = payload.length;
  return joined(head, hex(`fe80${"00".repeat(13)}01 ff02${"00".repeat(13)}16`), payload);
}

function segment(options = ""): Uint8Array {
  const bytes = hex(`03e8 0050 00000001 00000000 00 02 03e8 0000 0000 ${options}`);
  bytes[12] = (bytes.length / 4) << 4;
  return bytes;
}

const ping = (data: string): Uint8Array => ipv4(1, hex(`0800 0000 00010001 ${data}`));

function traceOf(frame: Uint8Array): Trace {
  const { trace } = memoryTrace([frame], ETHERNET);
  trace.packets.seconds[0] = SECONDS;
  return trace;
}

/** What `fields` print of one packet. */
function cells(frame: Uint8Array, fields: readonly string[]): string[] {
  const [line] = printFields(traceOf(frame), [0], fields);
  return line.split("\t");
}

describe("what follows the packet in an Ethernet frame", () => {
  const fields = ["eth.padding", "eth.trailer", "eth.fcs"];
  const zeros = "000000000000";

  it.each([
    ["zeros up to the least length are padding", zeros, [zeros, "", ""]],
    ["and what comes after them a check sequence", `${zeros}aabbccdd`, [zeros, "", "0xaabbccdd"]],
    ["or, of less than four bytes, a trailer", `${zeros}0102`, [zeros, "0102", ""]],
    ["anything but zeros is a trailer", "010203040506", ["", "010203040506", ""]],
    ["also when only the last is none", "000000000001", ["", "000000000001", ""]],
    ["and zeros that do not fill the frame", "00000000", ["", "00000000", ""]],
    [
      "from 64 bytes on its end is a check sequence",
      "00000000000102030405",
      ["", "000000000001", "0x02030405"],
    ],
  ])("%s", (_, tail, expected) => {
    expect(cells(joined(ipv4(6, segment()), hex(tail)), fields)).toEqual(expected);
  });
});

describe("the end of TCP's list of options", () => {
  it.each([
    ["00000000", "0,0,0,0", "00,00,00,00"],
    ["020405b400010100", "2,0", "00"],
    ["0100000303070101", "1,0,0", "00,00"],
  ])("%s: counts zeros after it as well, and nothing else", (options, kinds, ends) => {
    const fields = ["tcp.option_kind", "tcp.options.eol"];
    expect(cells(ipv4(6, segment(options)), fields)).toEqual([kinds, ends]);
  });
});

describe("a TCP header that an error quotes", () => {
  const quoted = (bytes: Uint8Array): Uint8Array =>
    ipv4(1, joined(hex("0303 0000 00000000 4500 0028 0001 0000 4006 0000 0a000001 0a000002"), bytes));
  const fields = ["tcp.srcport", "tcp.dstport", "tcp.seq", "tcp.seq_raw", "tcp.len", "_ws.col.Info"];
  const expected = ["1000", "80", "1", "", "", "Destination unreachable (Port unreachable)"];

  it("has its number as it was sent, and no length", () => {
    expect(cells(quoted(segment()), fields)).toEqual(expected);
  });

  it("may be its first eight bytes", () => {
    expect(cells(quoted(segment().subarray(0, 8)), fields)).toEqual(expected);
  });
});

describe("the time in a ping's data", () => {
  const fields = ["icmp.data_time", "icmp.data_time_relative", "data.data"];
  const time = "Nov 14, 2023 22:13:20.005000000 UTC";

  it.each([
    ["of network byte order", "6553f100 00001388 78", [time, "-0.005000000", "78"]],
    ["of the other", "00f15365 88130000 78", [time, "-0.005000000", "78"]],
    ["more than a day away is data", "65555090 00001388", ["", "", "6555509000001388"]],
    ["with a million microseconds is data", "6553f100 000f4240", ["", "", "6553f100000f4240"]],
    ["cut is data", "6553f100", ["", "", "6553f100"]],
  ])("%s", (_, data, expected) => {
    expect(cells(ping(data), fields)).toEqual(expected);
  });
});

describe("multicast listener discovery", () => {
  const group = `ff02${"00".repeat(10)}00010003`;
  const source = `20010db8${"00".repeat(11)}05`;

  it("shows a report's records, with sources and what is beside them", () => {
    const records = `03 00 0001 ${group} ${source} 02 01 0000 ${group} 61626364`;
    const frame = ipv6(hex(`8f 00 0000 0000 0002 ${records}`));
    const fields = "nb_mcast_records mar mar.record_type mar.source_address mar.auxiliary_data";
    const names = fields.split(" ").map((name) => `icmpv6.mldr.${name}`);
    expect(cells(frame, names)).toEqual(["2", "1,1", "3,2", "2001:db8::5", "61626364"]);
  });

  it("tells the two versions' queries apart by their length", () => {
    const first = `82 00 0000 03e8 0000 ${group}`;
    const fields = "maximum_response_delay maximum_response_code flag.s flag.qrv qqi source_address";
    const names = fields.split(" ").map((name) => `icmpv6.mld.${name}`);
    expect(cells(ipv6(hex(first)), names)).toEqual(["1000", "", "", "", "", ""]);
    const second = ipv6(hex(`${first} 0a 7d 0001 ${source}`));
    expect(cells(second, names)).toEqual(["", "1000", "1", "2", "125", "2001:db8::5"]);
  });

  it("says of sources that are not there that the packet is damaged", () => {
    const frame = ipv6(hex(`8f 00 0000 0000 0001 04 00 ffff ${group}`));
    expect(dissect(traceOf(frame), 0)).toMatchObject({
      stopped: "malformed",
      info: "Multicast Listener Report Message v2[Malformed Packet]",
    });
  });
});
