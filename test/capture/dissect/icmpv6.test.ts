// ICMPv6 and neighbour discovery, in the words of tshark 4.0 for the same bytes.

import { describe, expect, it } from "vitest";

import { dissect } from "../../../src/capture/dissect/dissect.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import type { Trace } from "../../../src/trace/trace.ts";
import { hex, memoryTrace } from "../memory-trace.ts";
import { joined } from "../packets.ts";

const RAW = 101;
const ADDRESS = `fe80${"00".repeat(13)}05`;
const SOURCE = "0101 006097 0769ea";
const TARGET = "0201 006097 0769eb";
const PREFIX = `0304 40c0 00015180 00003840 00000000 20010db8${"00".repeat(12)}`;
const ROUTER = "8600 0000 40000708 0000000000000000";

function traceOf(message: string): Trace {
  const payload = hex(message);
  const head = hex(`6000 0000 0000 3a ff fe80${"00".repeat(13)}01 ff02${"00".repeat(13)}01`);
  head[5] = payload.length;
  return memoryTrace([joined(head, payload)], RAW).trace;
}

const infoOf = (message: string): string => dissect(traceOf(message), 0).info;

function cells(message: string, fields: readonly string[]): string[] {
  const [line] = printFields(traceOf(message), [0], fields);
  return line.split("\t");
}

describe("neighbour discovery names its link addresses", () => {
  it.each([
    [ROUTER, "Router Advertisement"],
    [`${ROUTER} 0501 0000 000005dc ${PREFIX} ${SOURCE}`, "Router Advertisement from 00:60:97:07:69:ea"],
    [`${ROUTER} ${SOURCE} ${TARGET}`, "Router Advertisement from 00:60:97:07:69:ea is at 00:60:97:07:69:eb"],
    [`${ROUTER} 0102 ${"00".repeat(14)}`, "Router Advertisement from 00:00:00:00:00:00:00:00"],
    [`8500 0000 00000000 ${SOURCE}`, "Router Solicitation from 00:60:97:07:69:ea"],
    [`8700 0000 00000000 ${ADDRESS}`, "Neighbor Solicitation for fe80::5"],
    [`8800 0000 00000000 ${ADDRESS}`, "Neighbor Advertisement fe80::5 (none)"],
    [
      `8800 0000 60000000 ${ADDRESS} ${TARGET}`,
      "Neighbor Advertisement fe80::5 (sol, ovr) is at 00:60:97:07:69:eb",
    ],
    [`8900 0000 00000000 ${ADDRESS} ${ADDRESS} ${TARGET}`, "Redirect is at 00:60:97:07:69:eb"],
    [
      `8d00 0000 00000000 ${SOURCE} ${TARGET}`,
      "Inverse Neighbor Discovery Solicitation from 00:60:97:07:69:ea is at 00:60:97:07:69:eb",
    ],
    [`8700 0000 00000000 ${ADDRESS} 0100`, "Neighbor Solicitation for fe80::5"],
    [
      `8700 0000 00000000 ${ADDRESS} 0102 0000 0000 0000`,
      "Neighbor Solicitation for fe80::5[Malformed Packet]",
    ],
    ["8600 0000 40000708 00000000", "Router Advertisement[Malformed Packet]"],
  ])("%s", (message, info) => {
    expect(infoOf(message)).toBe(info);
  });
});

describe("options of router advertisements", () => {
  it("say how long what is good, and for whom", () => {
    const router = ["cur_hop_limit", "router_lifetime", "flag.m"].map((name) => `icmpv6.nd.ra.${name}`);
    expect(cells(ROUTER, router)).toEqual(["64", "1800", "0"]);
    const prefix = ["prefix", "prefix.length", "prefix.flag.a", "prefix.valid_lifetime"];
    const names = prefix.map((name) => `icmpv6.opt.${name}`);
    expect(cells(`${ROUTER} ${PREFIX}`, names)).toEqual(["2001:db8::", "64", "1", "86400"]);
  });

  it("name servers and domains to search", () => {
    const servers = `${ROUTER} 1903 0000 000000ff ${ADDRESS} 1f02 0000 0000ffff 0361626300000000`;
    expect(cells(servers, ["icmpv6.opt.rdnss", "icmpv6.opt.dnssl"])).toEqual(["fe80::5", "abc"]);
  });

  it("end with their message, whatever names say of their length", () => {
    expect(cells(`${ROUTER} 1f02 0000 0000ffff ff61626300000000`, ["icmpv6.opt.type"])).toEqual(["31"]);
  });
});

describe("every type has its name", () => {
  it.each([
    ["8a01", "Router Renumbering (Result)"],
    ["8b00", "Node Information Query (Query subject = IPv6 addresses)"],
    ["8c03", "Node Information Reply (Unknown (3))"],
    ["9300", "Mobile Prefix Advertisement"],
    ["9700", "Multicast Router Advertisement"],
    ["9b02", "RPL Control (Destination Advertisement Object)"],
    ["a104", "Extended Echo reply (Multiple Interfaces Satisfy Query)"],
    ["9a00", "FMIPv6 (Unknown (0))"],
    ["c800", "Private experimentation"],
    ["0000", "Unknown (0)"],
    ["0108", "Destination Unreachable (Unknown)"],
    ["0403", "Parameter Problem (IPv6 First Fragment has incomplete IPv6 Header Chain)"],
    ["0404", "Parameter Problem (Unknown (4))"],
  ])("%s is a %s", (head, info) => {
    expect(infoOf(`${head} 0000 ${"00".repeat(20)}`)).toBe(info);
  });
});
