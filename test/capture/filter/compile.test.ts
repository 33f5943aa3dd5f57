// Display filters: what passes, what is refused and where.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { compileFilter, isFilterError } from "../../../src/capture/filter/compile.ts";
import type { Filter } from "../../../src/capture/filter/compile.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { hex, memoryTrace } from "../memory-trace.ts";
import { joined } from "../packets.ts";

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
  it("bodies are among HTTP's bytes, as in Wireshark", () => {
    const text = "POST / HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nsecret";
    const post = joined(SYN, Buffer.from(text));
    new DataView(post.buffer).setUint16(2, post.length);
    post[33] = 0x18;
    const { trace: one, context: known } = memoryTrace([post], LINKTYPE.raw);
    const passes = (filterText: string): boolean => filter(filterText).on(one, known)(0);
    expect(['http contains "secret"', "http[60] >= 00", "data-text-lines[0] == 's'"].map(passes)).toEqual([
      true,
      true,
      true,
    ]);
    expect(['http contains "secrets"', "data-text-lines[6] >= 00"].map(passes)).toEqual([false, false]);
  });

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
    ["all tcp.port in {80..50000}", [0]],
    ["all tcp.port in {80, 50000}", []],
    ["all tcp.port in {1, 80..50000}", [0]],
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
    ["ip.ttl == 0b1000000", [0, 1]],
    ["ip.ttl == '@'", [0, 1]],
    ["udp.payload[0,2-3] == 70:6e:67", [1]],
    ["udp.payload[0:2][1] == 'i'", [1]],
    ["udp.payload[0:5]", []],
    ["udp.payload[0] & 0x10", [1]],
    ["ip.src & 255.0.0.0 == 10.0.0.0", [0, 1]],
    ['upper(lower(string(ip.src))) == "10.0.0.1"', [0]],
    ["len(udp.payload[1:]) == 3", [1]],
    ["max(ip.ttl, 100) == 100", [0, 1]],
    ["min(udp.srcport, udp.dstport) == 7", [1]],
    ["abs(udp.dstport - udp.srcport) == 2", [1]],
    ["tcp.srcport - 1 == 2 * {tcp.dstport + 24920} - 1", [0]],
    ["ip.ttl / 0 == 0", []],
    ["-udp.srcport < -8", [1]],
    ["udp.srcport > udp.dstport > 0", [1]],
    ["all ip.addr > 10.0.0.1", [1]],
    ["any ip.addr != 10.0.0.1", [0, 1]],
    ["all udp.port in {7, 9}", []],
    ["all udp.port in {7..9}", [1]],
    ["udp.port not in {7..9}", [0]],
    ["@ip.src == 0a:00:00:02", [1]],
    ["ip.src#1", [0, 1]],
    ["ip.src#2", []],
    ["ip.src#[1-2] == 10.0.0.2", [1]],
    ["frame.time_relative + 1 > 1.0005", [1]],
    ['frame.time < "2000-01-01 00:00:00Z"', [0, 1]],
    ['frame.time > "Jan  1, 2000 00:00:00"', []],
    ['udp contains "ing"', [1]],
    ["udp contains ping", [1]],
    ['udp.payload matches "^p.{3}$"', [1]],
    ['udp.payload matches "(?-i)PING"', []],
    ['udp.payload contains "\\x70\\151ng"', [1]],
    ["ipv6", []],
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
    ["tcp &&", "the filter ends where a field or a value is expected", 7],
    ["(tcp", "expected ) before the end", 5],
    ["tcp)", 'unexpected ")"', 4],
    ['http.host == "a', "the string has no closing quote", 14],
    ['http.host matches "("', '"(" is no regular expression', 19],
    ['http.host matches "\\d"', "\\d is no escape", 20],
    ["tcp.port in {}", "the set is empty", 14],
    ["tcp.port ; 80", 'unexpected character ";"', 10],
    ["40 <= frame.len", '"40" is no field known here', 1],
    ["ip.ttl == 256", '"256" is no value for ip.ttl (uint8)', 11],
    ["ip.src == tcp.port", "tcp.port (uint16) cannot be compared with ip.src (ipv4)", 11],
    ["len(tcp)", "len(...) is always something: compare it", 1],
    ["size(tcp) > 3", '"size" is no function; there are len, count', 1],
    ['upper(tcp.port) == "A"', "upper cannot take tcp.port (uint16)", 7],
    ["tcp.port[0] == 1", "tcp.port (uint16) has no bytes to take a slice of", 9],
    ["tcp[3:-1] == 1", '"3:-1" is no slice', 5],
    ["ip.src + 1 == 2", "ip.src (ipv4) cannot be calculated with by +", 8],
    ["all tcp", "all wants a comparison, and has the end", 8],
    ["tcp.analysis.flags == 1", "tcp.analysis.flags is there or not", 20],
    ["tcp.len contains 1", "tcp.len (uint32) cannot be searched with contains", 9],
    ["frame.len > ${frame.len}", "no packet here", 13],
    ["frame.len == tcp.lem", "did you mean tcp.len", 14],
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
      "max(",
      "&",
      "-",
      "#",
      "@",
      "all",
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
      { numRuns: 800, seed: 3 },
    );
  });

  it("a filter nested beyond its bound is refused", () => {
    const answer = compileFilter(`${"(".repeat(5000)}tcp`);
    expect(isFilterError(answer)).toBe(true);
  });
});
