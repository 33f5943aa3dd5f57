// Whatever comes in the name of an application protocol, dissection answers: no exception, a bounded tree, byte ranges within
// their source. Whole conversations are damaged, since what is learnt of one packet is used for the next.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { dissect } from "../../../src/capture/dissect/dissect.ts";
import type { DetailNode } from "../../../src/capture/dissect/dissect.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { hex, memoryTrace } from "../memory-trace.ts";
import { addCertificates } from "../samples/certificates.ts";
import { addBjnp, addDropbox } from "../samples/discovery.ts";
import { addDns } from "../samples/dns.ts";
import { addGquic } from "../samples/gquic.ts";
import { ascii, end, joined, number, SampleNetwork } from "../samples/network.ts";
import { addOspf } from "../samples/ospf.ts";
import { addInitials, addQuic, addQuicBeyond } from "../samples/quic.ts";
import { addResp, addRespBeyond } from "../samples/resp.ts";
import { addRpc, addRpcBeyond } from "../samples/rpc.ts";
import { addDhcp, addIgmp, addNtp, addNtpBeyond } from "../samples/services.ts";
import { addSsh, addSshBeyond } from "../samples/ssh.ts";

const HEADERS = 14;
const NODES_MAX = 20_100;

function framesOf(...add: readonly ((network: SampleNetwork) => void)[]): readonly Uint8Array[] {
  const network = new SampleNetwork();
  for (const one of add) one(network);
  return network.frames;
}

const CONVERSATIONS = {
  dhcp: framesOf(addDhcp),
  igmp: framesOf(addIgmp),
  ntp: framesOf(addNtp, addNtpBeyond),
  resp: framesOf(addResp, addRespBeyond),
  ssh: framesOf(addSsh, addSshBeyond),
  quic: framesOf(addQuic, addQuicBeyond),
  dns: framesOf(addDns),
  ospf: framesOf(addOspf),
  discovery: framesOf(addBjnp, addDropbox),
  gquic: framesOf(addGquic),
  rpc: framesOf(addRpc, addRpcBeyond),
  certificates: framesOf(addCertificates),
};

function countNodes(nodes: readonly DetailNode[], check: (node: DetailNode) => void): number {
  let total = 0;
  for (const node of nodes) {
    check(node);
    total += 1 + countNodes(node.children, check);
  }
  return total;
}

/** What is wrong with the answers to these frames; an exception would be another. */
function faultsOf(frames: readonly Uint8Array[], lengths: readonly number[] = []): string[] {
  const { trace, context } = memoryTrace(frames, LINKTYPE.ethernet, lengths);
  const faults: string[] = [];
  for (let row = 0; row < frames.length; row++) {
    const packet = dissect(trace, row, context);
    const nodes = countNodes(packet.tree, (node) => {
      const { bytes } = packet.sources[node.source];
      const isWithin = node.start >= 0 && node.length >= 0 && node.start + node.length <= bytes.length;
      if (node.length !== 0 && !isWithin)
        faults.push(`row ${row}: ${node.label} covers ${node.start}+${node.length} of ${bytes.length}`);
    });
    if (nodes > NODES_MAX) faults.push(`row ${row}: ${nodes} nodes`);
  }
  return faults;
}

/** A frame with some bytes behind its link header changed. */
function changed(frame: Uint8Array, changes: readonly (readonly [number, number])[]): Uint8Array {
  const bytes = Uint8Array.from(frame);
  for (const [at, value] of changes) bytes[HEADERS + 20 + (at % (bytes.length - HEADERS - 20))] = value;
  return bytes;
}

describe("application dissectors and hostile bytes", () => {
  it.each(Object.entries(CONVERSATIONS))("%s: any bytes changed and any packets cut", (_, frames) => {
    const change = fc.tuple(fc.nat(1500), fc.nat(255));
    const damage = fc.record({
      frame: fc.nat(frames.length - 1),
      changes: fc.array(change, { maxLength: 4 }),
      cut: fc.nat(200),
    });
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), (damages) => {
        const damaged = [...frames];
        const lengths = frames.map((frame) => frame.length);
        for (const { frame, changes, cut } of damages) {
          const bytes = changed(damaged[frame], changes);
          damaged[frame] = bytes.subarray(0, bytes.length - (cut > 100 ? Math.min(cut - 100, 60) : 0));
        }
        expect(faultsOf(damaged, lengths)).toEqual([]);
      }),
      { numRuns: 12, seed: 5 },
    );
  });

  it("any payload at their ports, and any that begins as theirs do", () => {
    const beginnings = [
      "",
      "c000000001",
      "8000000000",
      "01010600",
      "2a310d0a24",
      "5353482d322e302d",
      "0000002c0614",
      "000000010000000000000002000186a30000000300000000",
      "80000028000000010000000000000002000186a30000000300000000",
      "0d010203040506070851303235",
      "7b2261223a5b",
    ];
    const port = fc.constantFrom(22, 67, 111, 123, 443, 2049, 6379, 8612, 17_500, 40_000);
    const payload = fc.tuple(fc.constantFrom(...beginnings), fc.uint8Array({ maxLength: 300 }));
    fc.assert(
      fc.property(port, fc.array(payload, { minLength: 1, maxLength: 3 }), (to, payloads) => {
        const network = new SampleNetwork();
        const [client, server] = [end("10.0.0.1", 40_001), end("10.0.0.2", to)];
        const connection = network.connect(client, server);
        for (const [beginning, rest] of payloads) {
          const bytes = joined(hex(beginning), rest);
          connection.say(bytes);
          connection.answer(bytes);
          network.udp(client, server, bytes);
        }
        expect(faultsOf(network.frames)).toEqual([]);
      }),
      { numRuns: 60, seed: 6 },
    );
  });

  it("counts that promise more than there is, and values within values", () => {
    const network = new SampleNetwork();
    const redis = network.connect(end("10.0.0.1", 40_001), end("10.0.0.2", 6379));
    redis.say(ascii(`${"*1\r\n".repeat(2000)}:1\r\n`));
    redis.answer(ascii("*99999999999\r\n"));
    redis.answer(ascii(`*90000\r\n${":1\r\n".repeat(10_000)}`));
    const dropbox = end("10.0.0.1", 17_500);
    network.udp(dropbox, end("10.0.0.2", 17_500), ascii("[".repeat(700) + "]".repeat(700)));
    network.udp(
      dropbox,
      end("10.0.0.2", 17_500),
      ascii(`{${'"a":{'.repeat(100)}"b":[1${",1".repeat(300)}]${"}".repeat(101)}`),
    );
    const ssh = network.connect(end("10.0.0.1", 40_002), end("10.0.0.2", 22));
    ssh.say(ascii("SSH-2.0-x\r\n"));
    ssh.say(joined(number(0x3ffff, 4), hex("0414"), new Uint8Array(16), number(0xffffffff, 4), ascii("abc")));
    ssh.answer(ascii("SSH-2.0-y\r\n"));
    ssh.answer(joined(number(40, 4), hex("0414"), new Uint8Array(38).fill(255)));
    network.ip("10.0.0.1", "224.0.0.22", 2, joined(hex("22000000 0000ffff"), new Uint8Array(1400)));
    network.ip("10.0.0.1", "224.0.0.1", 2, joined(hex("11000000 00000000 0000ffff"), new Uint8Array(1400)));
    const options = joined(hex("0101060039 03f326"), new Uint8Array(228), hex("63825363"));
    network.udp(end("10.0.0.1", 68), end("10.0.0.2", 67), joined(options, new Uint8Array(60_000).fill(80)));
    network.udp(
      end("10.0.0.1", 68),
      end("10.0.0.2", 67),
      joined(options, hex("77ff"), new Uint8Array(255).fill(0xc0)),
    );
    expect(faultsOf(network.frames)).toEqual([]);
  });

  it("bounds the frames of an Initial packet full of the smallest", () => {
    const network = new SampleNetwork();
    const [client, server] = [end("10.0.0.1", 40_001), end("10.0.0.2", 443)];
    const pings = new Uint8Array(1100).fill(1);
    const acknowledgements = joined(hex("02 bf 00 bfffffff"), new Uint8Array(1000));
    const pieces = Array.from({ length: 200 }, (_, i) =>
      joined(hex("06"), number(0x4000 + i * 2, 2), hex("01aa")),
    );
    addInitials(network, client, server, [pings, acknowledgements, joined(...pieces)]);
    expect(faultsOf(network.frames)).toEqual([]);
  });
});
