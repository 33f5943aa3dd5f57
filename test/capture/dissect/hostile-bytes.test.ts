// Whatever the bytes, dissection answers: no exception, a bounded tree, byte ranges within their source.

import * as fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import { dissect } from "../../../src/capture/dissect/dissect.ts";
import type { DetailNode } from "../../../src/capture/dissect/dissect.ts";
import { printDetails } from "../../../src/capture/print/details.ts";
import { printText } from "../../../src/capture/print/text.ts";
import { printJson } from "../../../src/capture/print/json.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { hex, memoryTrace } from "../memory-trace.ts";

const LINK_TYPES = [...Object.values(LINKTYPE), 147];

function count(nodes: readonly DetailNode[], check: (node: DetailNode) => void): number {
  let total = 0;
  for (const node of nodes) {
    check(node);
    total += 1 + count(node.children, check);
  }
  return total;
}

/** What is wrong with the answer to these bytes; an exception would be another. */
function faultsOf(bytes: Uint8Array, linkType: number, length: number): string[] {
  const { trace, context } = memoryTrace([bytes], linkType, [length]);
  const packet = dissect(trace, 0, context);
  const faults: string[] = [];
  const nodes = count(packet.tree, (node) => {
    const { bytes: source } = packet.sources[node.source];
    const isWithin = node.start >= 0 && node.length >= 0 && node.start + node.length <= source.length;
    // Lines that are computed cover nothing.
    if (node.length !== 0 && !isWithin) {
      faults.push(`${node.label} covers ${node.start}+${node.length} of ${source.length}`);
    }
  });
  if (nodes > 20_100) faults.push(`${nodes} nodes`);
  const lines = [...printText(trace, [0], context), ...printDetails(trace, [0], context)];
  // oxlint-disable-next-line no-control-regex -- what must not reach a terminal
  faults.push(...lines.filter((line) => /[\u0000-\u001f]/.test(line)));
  JSON.parse([...printJson(trace, [0], context)].join("\n"));
  return faults;
}

/** Whole packets to damage: a DNS answer, an HTTP request, an ICMP error that quotes, IPv6 with extension headers. */
const DNS_ANSWER = hex(`
  000102030405 0a0b0c0d0e0f 0800
  45000053 0001 0000 4011 0000 c0a80001 c0a80002
  0035 8235 003f 0000
  1234 8180 0001 0001 0000 0001
  03777777 076578616d706c65 03636f6d 00 0001 0001
  c00c 0001 0001 0000003c 0004 5db8d822
  00 0029 1000 00 00 8000 0000`);
const HTTP_REQUEST = Buffer.concat([
  hex("45000000 0001 4000 4006 0000 0a000001 0a000002"),
  hex("c350 0050 00000001 00000001 5018 ffff 0000 0000"),
  Buffer.from("GET /a?b=c HTTP/1.1\r\nHost: example.com\r\nContent-Length: 3\r\n\r\nabc"),
]);
const ICMP_ERROR = hex(`
  45000038 0001 0000 4001 0000 0a000002 0a000001
  0303 0000 00000000
  4500001d 03f7 4000 4011 0000 0a000001 0a000002 e9e8 1f3f 0009 fe1c`);
const IPV6_CHAIN = hex(`
  60000000 0030 00 40 ${"20010db8".padEnd(32, "0")} ${"20010db8".padEnd(31, "0")}1
  3c 00 0502 0000 0100  2b 00 0b01 0901 0100  06 00 00 00 00000000
  c350 0050 00000001 00000000 6002 ffff 0000 0000 020405b4`);

const SEEDS: readonly (readonly [Uint8Array, number])[] = [
  [DNS_ANSWER, LINKTYPE.ethernet],
  [HTTP_REQUEST, LINKTYPE.raw],
  [ICMP_ERROR, LINKTYPE.raw],
  [IPV6_CHAIN, LINKTYPE.ipv6],
];

describe("dissection of hostile bytes", () => {
  it("never throws and stays within its bytes, for random bytes of every link type", () => {
    const packet = fc.uint8Array({ maxLength: 200 });
    const linkType = fc.constantFrom(...LINK_TYPES);
    fc.assert(
      fc.property(packet, linkType, fc.nat(300), (bytes, type, extra) => {
        expect(faultsOf(bytes, type, bytes.length + extra)).toEqual([]);
      }),
      { numRuns: 1500, seed: 7 },
    );
  });

  it("never throws and stays within its bytes, for sound packets with bytes changed and cut", () => {
    const change = fc.tuple(fc.nat(400), fc.nat(255));
    const seed = fc.constantFrom(...SEEDS);
    fc.assert(
      fc.property(seed, fc.array(change, { maxLength: 6 }), fc.nat(200), ([whole, type], changes, cut) => {
        const bytes = Uint8Array.from(whole);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        const kept = bytes.subarray(0, Math.max(0, bytes.length - (cut > 100 ? cut - 100 : 0)));
        expect(faultsOf(kept, type, whole.length)).toEqual([]);
      }),
      { numRuns: 3000, seed: 11 },
    );
  });

  it("dissects the seeds whole, so that the changes above begin from something", () => {
    const protocols = SEEDS.map(([bytes, type]) => {
      const { trace, context } = memoryTrace([bytes], type);
      return dissect(trace, 0, context).protocol;
    });
    expect(protocols).toEqual(["DNS", "HTTP", "ICMP", "TCP"]);
  });

  it("bounds the tree of a DNS message that promises 65,535 records", () => {
    const record = hex("c00c 0001 0001 00000000 0000");
    const body = Buffer.concat([
      hex("1234 8180 0001 ffff ffff ffff 00 0001 0001"),
      ...Array.from({ length: 5400 }, () => record),
    ]);
    const udp = Buffer.concat([
      hex("45000000 0001 0000 4011 0000 0a000001 0a000002 0035 8235 0000 0000"),
      body,
    ]);
    expect(faultsOf(udp, LINKTYPE.raw, udp.length)).toEqual([]);
  });

  it("bounds IP packets nested in each other", () => {
    const header = hex("45000000 0001 0000 4004 0000 0a000001 0a000002");
    const nested = Buffer.concat(Array.from({ length: 3000 }, () => header));
    const { trace, context } = memoryTrace([nested], LINKTYPE.raw);
    const packet = dissect(trace, 0, context);
    expect(packet.stopped).toBe("malformed");
    expect(packet.protocols.split(":").length).toBeLessThan(30);
  });
});

const SHARED = new URL("../../../../shared/captures/", import.meta.url);
const files = ((): string[] => {
  try {
    return readdirSync(SHARED).filter((name) => name.endsWith(".pcap"));
  } catch {
    return [];
  }
})();

describe.skipIf(files.length === 0)("dissection of shared captures' bytes under other link types", () => {
  it("never throws, wherever in a file a packet is taken to begin", () => {
    for (const name of files) {
      const bytes = readFileSync(new URL(name, SHARED));
      for (let at = 0; at < Math.min(bytes.length, 4000); at += 97) {
        const part = Uint8Array.from(bytes.subarray(at, at + 300));
        expect(faultsOf(part, LINK_TYPES[at % LINK_TYPES.length], part.length), `${name} at ${at}`).toEqual(
          [],
        );
      }
    }
  });
});
