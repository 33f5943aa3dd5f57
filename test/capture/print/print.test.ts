// What `read` prints: settings of -T fields, the shape of JSON, refusals by name.

import { describe, expect, it } from "vitest";

import { allFields } from "../../../src/capture/fields.ts";
import { printFields, readFieldsOptions, unknownFieldIn } from "../../../src/capture/print/fields.ts";
import type { FieldsOptions } from "../../../src/capture/print/fields.ts";
import { hexText } from "../../../src/capture/print/hex.ts";
import { printJson } from "../../../src/capture/print/json.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { hex, memoryTrace } from "../memory-trace.ts";
import { hasTshark, tshark } from "../shared-captures.ts";

const PING = hex("4500001c 0001 0000 4011 0000 0a000001 0a000002 0009 0007 0008 0000");
const { trace, context } = memoryTrace([PING, PING], LINKTYPE.raw);

function options(...settings: string[]): FieldsOptions {
  const read = readFieldsOptions(settings);
  if ("problem" in read) throw new Error(read.problem);
  return read;
}

describe("-T fields", () => {
  it("joins several values with a comma and leaves absent fields empty", () => {
    expect([...printFields(trace, [0], ["ip.addr", "tcp.port", "udp.dstport"], context)]).toEqual([
      "10.0.0.1,10.0.0.2\t\t7",
    ]);
  });

  it("lists the packet an ICMP error quotes after the error's own header, as tshark does", () => {
    const error = hex(`45000038 0001 0000 4001 0000 0a000002 0a000001 0303 0000 00000000
      4500001c 03f7 4000 4011 0000 0a000001 0a000002 e9e8 1f3f 0008 fe1c`);
    const quoting = memoryTrace([error], LINKTYPE.raw);
    const fields = ["ip.src", "ip.proto", "icmp.code", "udp.dstport", "frame.protocols"];
    expect([...printFields(quoting.trace, [0], fields, quoting.context)]).toEqual([
      "10.0.0.2,10.0.0.1\t1,17\t3\t7999\traw:ip:icmp:ip:udp",
    ]);
  });

  it("-E changes header, separator, aggregator, occurrence and quotes", () => {
    const fields = ["ip.addr", "tcp.port"];
    const print = (...settings: string[]): string[] => [
      ...printFields(trace, [1], fields, context, options(...settings)),
    ];
    expect(print("header=y", "separator=;")).toEqual(["ip.addr;tcp.port", "10.0.0.1,10.0.0.2;"]);
    expect(print("aggregator=/s", "quote=d")).toEqual(['"10.0.0.1 10.0.0.2"\t']);
    expect(print("occurrence=f")).toEqual(["10.0.0.1\t"]);
    expect(print("occurrence=l", "separator=/s")).toEqual(["10.0.0.2 "]);
  });

  it("-E takes one character of what it is given, as tshark does", () => {
    expect(options("separator=::", "aggregator=;,")).toEqual({ separator: ":", aggregator: ";" });
    expect(options("separator=/tab", "aggregator=/x")).toEqual({ separator: "\t", aggregator: "\\" });
    expect(options("quote=double", "occurrence=first")).toEqual({ quote: "double", occurrence: "first" });
  });

  it.each(["header=maybe", "separator=", "colour=red", "quote"])("refuses -E %s", (setting) => {
    const refused = readFieldsOptions([setting]);
    expect("problem" in refused && refused.problem).toMatch(
      new RegExp(`^-E ${setting} is not understood; there are bom=y\\|n, header=y\\|n, separator=`),
    );
  });

  it("refuses an unknown field by name, with the names near it", () => {
    expect(unknownFieldIn(["ip.src", "ip.srcc"])).toMatch(/^field not known: ip\.srcc; did you mean ip\.src/);
    expect(unknownFieldIn(["ip.src"])).toBeNull();
  });

  it("prints a millisecond after the first packet with nine decimals", () => {
    expect([...printFields(trace, [1], ["frame.time_relative", "frame.time_delta"], context)]).toEqual([
      "0.001000000\t0.001000000",
    ]);
  });
});

describe("-T json and -x", () => {
  it("nests layers and fields as tshark does, with commas between packets only", () => {
    const text = [...printJson(trace, [0, 1], context)].join("\n");
    const packets = JSON.parse(text) as { _source: { layers: Record<string, Record<string, unknown>> } }[];
    expect(packets).toHaveLength(2);
    const { _source: source } = packets[0];
    const { ip, udp } = source.layers;
    expect(ip["ip.flags_tree"]).toEqual({ "ip.flags.rb": "0", "ip.flags.df": "0", "ip.flags.mf": "0" });
    expect(udp["udp.dstport"]).toBe("7");
  });

  it("an empty selection is an empty array", () => {
    expect([...printJson(trace, [], context)]).toEqual(["[", "]"]);
  });

  it("pads the last line of a dump so that its text stays in the column", () => {
    const lines = hexText(Uint8Array.from({ length: 18 }, (_, i) => 0x40 + i)).split("\n");
    expect(lines[1]).toBe(`0010  50 51${" ".repeat(45)}PQ`);
  });
});

describe.skipIf(!hasTshark)("the table of fields (skipped without tshark 4.0)", () => {
  it("has only names that tshark has", () => {
    const known = new Set((tshark(["-G", "fields"]) ?? []).map((line) => line.split("\t")[2]));
    const own = allFields()
      .map((field) => field.name)
      .filter((name) => !name.startsWith("_ws.col."));
    expect(own.filter((name) => !known.has(name))).toEqual([]);
  });
});
