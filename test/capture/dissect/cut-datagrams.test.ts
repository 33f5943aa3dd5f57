// Datagrams of which the capture, or the error that quotes them, has the beginning only.

import { describe, expect, it } from "vitest";

import { dissect } from "../../../src/capture/dissect/dissect.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { hex, memoryTrace } from "../memory-trace.ts";
import { joined, udpPacket } from "../packets.ts";

const MESSAGE = hex("1234 8180 0001 0000 0000 0000 0161 00 0001 0001");

/** Layers, Protocol and Info of a datagram to `port` of which `held` bytes of the payload were captured. */
function cut(port: number, held: number): string {
  const packet = udpPacket(40_000, port, MESSAGE);
  const { trace, context } = memoryTrace([packet.subarray(0, 28 + held)], LINKTYPE.raw, [packet.length]);
  const { protocols, protocol, info } = dissect(trace, 0, context);
  return `${protocols} | ${protocol} | ${info.replace("[Packet size limited during capture]", "…")}`;
}

describe("a datagram that was cut", () => {
  it("is UDP where nothing of its payload is left", () => {
    for (const port of [53, 123, 67, 137, 1900])
      expect(cut(port, 0)).toBe(`raw:ip:udp | UDP | 40000 → ${port} Len=19…`);
  });

  it("says of DNS what its flags say", () => {
    expect(cut(53, 3)).toBe("raw:ip:udp:dns | DNS | …");
    expect(cut(53, 4)).toBe("raw:ip:udp:dns | DNS | Standard query response 0x1234…");
    expect(cut(5353, 11)).toBe("raw:ip:udp:mdns | MDNS | Standard query response 0x1234…");
  });

  it("is cut rather than malformed: nobody knows what followed", () => {
    expect(cut(123, 2)).toBe("raw:ip:udp:ntp | NTP | NTP Version 2, symmetric passive…");
    expect(cut(67, 3)).toBe("raw:ip:udp:dhcp | BOOTP | Unknown BOOTP message type (18)…");
  });
});

describe("a datagram that an error quotes", () => {
  const layersOf = (held: number): string => {
    const quoted = udpPacket(40_000, 53, MESSAGE).subarray(0, 20 + held);
    const packet = joined(hex("4500 0000 0001 0000 40 01 0000 0a000001 0a000002 0303 0000 00000000"), quoted);
    new DataView(packet.buffer).setUint16(2, packet.length);
    const { trace, context } = memoryTrace([packet], LINKTYPE.raw);
    return dissect(trace, 0, context).protocols.replace("raw:ip:icmp:", "");
  };

  it("has the layers of which there is something", () => {
    expect([0, 8, 11, 12].map(layersOf)).toEqual(["ip", "ip:udp", "ip:udp", "ip:udp:dns"]);
  });
});
