// Display filters: what passes, what is refused and where.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { contextOf } from "../../../src/capture/context.ts";
import { compileFilter, isFilterError } from "../../../src/capture/filter/compile.ts";
import type { Filter } from "../../../src/capture/filter/compile.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { hex, memoryTrace } from "../memory-trace.ts";
import { capturePath, hasSharedCaptures, hasTshark, tshark } from "../shared-captures.ts";

function filter(text: string): Filter {
  const compiled = compileFilter(text);
  if (isFilterError(compiled)) throw new Error(`${compiled.problem} at ${compiled.column}`);
  return compiled;
}

/** Two packets: a SYN from 10.0.0.1:50000 to 10.0.0.2:80, and a datagram "ping" from 10.0.0.2:9 to 10.0.0.3:7. */
const SYN = hex(
  "45000028 0001 4000 4006 0000 0a000001 0a000002 c350 0050 00000001 00000000 5002 ffff 0000 0000",
);
const PING = hex("45000020 0002 0000 4011 0000 0a000002 0a000003 0009 0007 000c 0000 70696e67");
const { trace, context } = memoryTrace([SYN, PING], LINKTYPE.raw);

function passing(text: string): number[] {
  const passes = filter(text).on(trace, context);
  return [0, 1].filter(passes);
}

describe("what passes a filter", () => {
  it.each<[string, number[]]>([
    ["", [0, 1]],
    ["tcp", [0]],
    ["udp", [1]],
    ["!tcp", [1]],
    ["not tcp and udp.port == 7", [1]],
    ["ip.addr == 10.0.0.2", [0, 1]],
    ["ip.addr == 10.0.0.0/31", [0]],
    ["ip.src == 10.0.0.0/8 && tcp.dstport == 80", [0]],
    ["tcp.port in {22, 80..90}", [0]],
    ["tcp.port in {22 443}", []],
    ["tcp.flags.syn == 1", [0]],
    ["tcp.flags.ack == True", []],
    ["tcp.flags & 0x02", [0]],
    ["tcp.flags & 0x10", []],
    ["frame.number >= 2", [1]],
    ["frame.len eq 40 or frame.len eq 32", [0, 1]],
    ['udp.payload contains "in"', [1]],
    ["udp.payload[0:2] == 70:69", [1]],
    ["udp.payload[-2:] == 6e:67", [1]],
    ["udp.payload[1-2] == 69:6e", [1]],
    ['data matches "P.NG"', [1]],
    ["frame.time_relative > 0.0005", [1]],
    ["len(udp.payload) == 4", [1]],
    ["count(ip.addr) == 2", [0, 1]],
    ["ip.src == ip.dst", []],
    ["tcp ^^ udp", [0, 1]],
    ["ip.ttl == 0100", [0, 1]],
  ])("%s", (text, rows) => {
    expect(passing(text)).toEqual(rows);
  });

  it("!= holds when all values differ, !== when one does, and neither where the field is absent", () => {
    expect(passing("ip.addr != 10.0.0.1")).toEqual([1]);
    expect(passing("ip.addr !== 10.0.0.1")).toEqual([0, 1]);
    expect(passing("tcp.port != 22")).toEqual([0]);
  });

  it("&& binds tighter than ||", () => {
    expect(passing("tcp || udp && frame.number == 1")).toEqual([0]);
  });
});

describe("what is refused", () => {
  it.each<[string, string, number]>([
    ["tcp.prot == 80", '"tcp.prot" is no field known here; did you mean tcp.port', 1],
    ["tcp.port == eighty", '"eighty" is no value for tcp.port (uint16)', 13],
    ["ip.addr == 10.0.0.256", '"10.0.0.256" is no value for ip.addr (ipv4)', 12],
    ["tcp &&", "the filter ends where a field is expected", 7],
    ["(tcp", "expected ) before the end", 5],
    ["tcp)", 'unexpected ")"', 4],
    ['http.host == "a', "the string has no closing quote", 14],
    ['http.host matches "("', '"(" is no regular expression', 19],
    ['http.host matches "\\d"', "\\d is no escape", 20],
    ["tcp.port in {}", "the set is empty", 15],
    ["tcp.port ; 80", 'unexpected character ";"', 10],
  ])("%s", (text, problem, column) => {
    const answer = compileFilter(text);
    expect(isFilterError(answer) ? answer : null).toMatchObject({ column });
    expect(isFilterError(answer) ? answer.problem : "").toContain(problem);
  });

  it("any text is a filter or an error with a column within it, never an exception", () => {
    const word = fc.constantFrom(
      "tcp",
      "ip.addr",
      "==",
      "!=",
      "(",
      ")",
      "{",
      "}",
      "[",
      "0:2",
      "]",
      "&&",
      "!",
      "1.2.3.4",
      '"x"',
      "in",
      "..",
      "contains",
      "len",
      "7",
    );
    const text = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.array(word, { maxLength: 12 }).map((words) => words.join(" ")),
    );
    fc.assert(
      fc.property(text, (input) => {
        const answer = compileFilter(input);
        const isSound = isFilterError(answer)
          ? answer.column >= 1 && answer.column <= input.length + 1
          : [0, 1].every((row) => typeof answer.matches(trace, row, context) === "boolean");
        expect(isSound).toBe(true);
      }),
      { numRuns: 2000, seed: 3 },
    );
  });

  it("a filter nested beyond its bound is refused", () => {
    const answer = compileFilter(`${"(".repeat(5000)}tcp`);
    expect(isFilterError(answer)).toBe(true);
  });
});

const FILTERS: readonly (readonly [capture: string, filters: readonly string[]])[] = [
  [
    "pcapplusplus__many_interfaces-1.pcapng",
    [
      "dns.flags.response == 1 && dns.qry.name contains arpa",
      "ip.addr != 192.168.1.1",
      "udp.port in {53, 123..443} or tcp.flags.syn == 1",
      'dns.qry.name matches "^CLIENTS\\\\d"',
      'dns.qry.name matches r"^CLIENTS\\d"',
      "!(ip.src == 192.168.1.0/24) && frame.len > 100",
      "dns.a == 74.125.228.0/24",
    ],
  ],
  [
    "arkime__wireshark-retrans.pcap",
    [
      "tcp.len > 0 && tcp.window_size >= 17520",
      "tcp.options.timestamp.tsval < 685170",
      'tcp.payload contains "POST"',
      "tcp.flags & 0x01",
    ],
  ],
  [
    "zeek__http-qinq-0.pcap",
    [
      "vlan.id == 0 && tcp.seq > 1000",
      "eth.addr == 00:10:db:88:d2:ef",
      "tcp.payload[0:3] == 47:45:54",
      "eth.src[0:3] == 00:10:db",
    ],
  ],
  [
    "zeek__linux_dlt_sll2.pcap",
    ["arp || icmpv6", "icmp.type == 8", "arp.opcode == 1", "frame.time_relative > 14"],
  ],
];

const cases = FILTERS.flatMap(([capture, filters]) => filters.map((text) => [text, capture] as const));

describe.skipIf(!hasSharedCaptures || !hasTshark)(
  "beside tshark -Y (skipped without it or the captures)",
  () => {
    it.each(cases)("%s on %s passes the same frames", async (text, name) => {
      const path = capturePath(name);
      const theirs = tshark(["-n", "-r", path, "-Y", text, "-T", "fields", "-e", "frame.number"]);
      const capture = await openCapture(path);
      const passes = filter(text).on(capture.trace, contextOf(capture));
      const rows = Array.from({ length: capture.trace.packets.count }, (_, row) => row);
      const ours = rows.filter(passes).map((row) => String(row + 1));
      capture.close();
      expect(ours).toEqual(theirs);
    });
  },
);
