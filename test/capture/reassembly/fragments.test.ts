import { join } from "node:path";

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { openCapture } from "../../../src/capture/open.ts";
import { payloadOf, Reassembly } from "../../../src/capture/reassembly/fragments.ts";
import { CAPTURES, HAVE_CAPTURES, referencePackets } from "../shared.ts";

/** An IPv4 packet without link header that carries `data` at `offset` of a datagram. */
function ipv4Fragment(id: number, offset: number, more: boolean, data: Uint8Array): Uint8Array {
  const packet = new Uint8Array(20 + data.length);
  const view = new DataView(packet.buffer);
  view.setUint8(0, 0x45);
  view.setUint16(2, packet.length);
  view.setUint16(4, id);
  view.setUint16(6, (more ? 0x2000 : 0) | (offset / 8));
  view.setUint8(9, 17);
  view.setUint32(12, 0x0a000001);
  view.setUint32(16, 0x0a000002);
  packet.set(data, 20);
  return packet;
}

describe.skipIf(!HAVE_CAPTURES)("the shared fragments", () => {
  it.each([
    ["pcapplusplus__ip4_fragments.pcap", "ip.reassembled.length"],
    ["pcapplusplus__ip6_fragments.pcap", "ipv6.reassembled.length"],
  ])("%s are put together in the frames where tshark does, with the ports it shows", async (file, field) => {
    const capture = await openCapture(join(CAPTURES, file));
    const frames = referencePackets(file);
    const { packets } = capture.trace;
    const seen = frames.map((_, row) => ({
      length: String(capture.reassembly.completedBy(row)?.length ?? ""),
      udp: packets.stream[row] === -1 ? "" : String(packets.stream[row]),
      port: packets.sourcePort[row] === 0 ? "" : String(packets.sourcePort[row]),
    }));
    expect(seen).toEqual(
      frames.map((frame) => ({
        length: frame[field],
        udp: frame["udp.stream"],
        port: frame["udp.srcport"],
      })),
    );
    const [first] = capture.reassembly.datagrams.values();
    expect(payloadOf(capture.trace, first).length).toBe(first.length);
    capture.close();
  });
});

describe("Reassembly", () => {
  it("gives back a datagram whatever its cuts, order and duplicates", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 9, maxLength: 600 }),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 30 }),
        fc.infiniteStream(fc.nat()),
        (data, sizes, choices) => {
          const fragments: Uint8Array[] = [];
          for (let at = 0, i = 0; at < data.length; i++) {
            const size = sizes[i % sizes.length] * 8;
            fragments.push(ipv4Fragment(7, at, at + size < data.length, data.subarray(at, at + size)));
            at += size;
          }
          fc.pre(fragments.length > 1);
          const twice = [...fragments, ...fragments.slice(0, -1)];
          for (let i = twice.length - 1; i > 0; i--) {
            const j = choices.next().value % (i + 1);
            [twice[i], twice[j]] = [twice[j], twice[i]];
          }
          const reassembly = new Reassembly();
          const payloads = twice.map((packet, row) => reassembly.add(row, packet, 0, packet.length));
          expect(payloads.filter((payload) => payload !== null)).toEqual([data]);
        },
      ),
    );
  });

  it("gives the smaller offset the bytes that overlap", () => {
    const reassembly = new Reassembly();
    const a = ipv4Fragment(1, 8, false, new Uint8Array(8).fill(2));
    const b = ipv4Fragment(1, 0, true, new Uint8Array(12).fill(1));
    expect(reassembly.add(0, a, 0, a.length)).toBe(null);
    expect(reassembly.add(1, b, 0, b.length)).toEqual(new Uint8Array([...Array(12).fill(1), 2, 2, 2, 2]));
    expect(reassembly.completedIn(0)).toBe(1);
  });

  it("leaves fragments the capture has cut alone", () => {
    const reassembly = new Reassembly();
    const a = ipv4Fragment(1, 0, true, new Uint8Array(16));
    const b = ipv4Fragment(1, 16, false, new Uint8Array(16));
    expect(reassembly.add(0, a.subarray(0, 30), 0, 36)).toBe(null);
    expect(reassembly.add(1, b, 0, b.length)).toBe(null);
  });

  it("holds no more than 16 MiB of what waits: the oldest goes", () => {
    const reassembly = new Reassembly();
    for (let id = 0; id < 400; id++) {
      const part = ipv4Fragment(id, 0, true, new Uint8Array(60_000));
      reassembly.add(id, part, 0, part.length);
    }
    const last = (id: number): Uint8Array | null => {
      const part = ipv4Fragment(id, 60_000, false, new Uint8Array(8));
      return reassembly.add(1000 + id, part, 0, part.length);
    };
    expect(last(0)).toBe(null);
    expect(last(399)?.length).toBe(60_008);
  });
});
