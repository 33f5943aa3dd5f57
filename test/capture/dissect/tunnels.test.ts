// Packets within links and tunnels: layers, streams and fields are those of tshark 4.0 for the same bytes.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { dissect } from "../../../src/capture/dissect/dissect.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { PROTOCOL } from "../../../src/trace/packets.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { hex, memoryTrace } from "../memory-trace.ts";
import { GENEVE, TUNNELS, VXLAN, behind, ethernet, frame, inner, ipv4, udp } from "../tunnel-packets.ts";

describe("what links and tunnels carry", () => {
  it.each(TUNNELS)("%s", (protocols, linkType, packet) => {
    const { trace, context } = memoryTrace([packet], linkType);
    const dissected = dissect(trace, 0, context);
    expect(dissected).toMatchObject({ protocols, protocol: "TCP", stopped: null, source: "10.0.0.1" });
    expect(dissected.info).toContain("1000 → 80 [ACK]");
    expect(trace.packets).toMatchObject({ count: 1 });
    expect(trace.packets.protocol[0]).toBe(PROTOCOL.tcp);
    expect(trace.packets.stream[0]).toBe(0);
  });

  it("may be cut or changed anywhere, and nothing throws", () => {
    const changes = fc.array(fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 255 })), { maxLength: 4 });
    fc.assert(
      fc.property(
        fc.constantFrom(...TUNNELS),
        changes,
        fc.nat({ max: 90 }),
        ([, linkType, packet], patches, cut) => {
          const bytes = packet.slice(0, cut);
          for (const [at, value] of patches) if (at < bytes.length) bytes[at] = value;
          const { trace, context } = memoryTrace([bytes], linkType, [packet.length]);
          expect(dissect(trace, 0, context).tree.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("streams of tunnels", () => {
  const vxlan = (payload: Uint8Array): Uint8Array =>
    ipv4(17, udp(50_000, 4789, behind(VXLAN, ethernet("0800", payload))));

  it("are numbered before those of what they carry", () => {
    const within = ipv4(17, udp(5, 6, hex("616263")));
    const packets = [vxlan(within), ipv4(17, udp(7, 8, hex("00"))), vxlan(inner)];
    const { trace, context } = memoryTrace(packets, LINKTYPE.raw);
    const lines = [...printFields(trace, [0, 1, 2], ["udp.stream", "tcp.stream"], context)];
    expect(lines).toEqual(["0,1\t", "2\t", "0\t0"]);
  });

  it("stay a datagram's own where nothing is known in it", () => {
    const { trace, context } = memoryTrace([ipv4(17, udp(50_000, 4789, hex("616263")))], LINKTYPE.raw);
    const fields = ["udp.stream", "udp.dstport", "_ws.col.Protocol", "_ws.col.Info"];
    const [line] = printFields(trace, [0], fields, context);
    expect(line).toBe("0\t4789\tVxLAN\t[Malformed Packet]");
  });
});

describe("fields of tunnels", () => {
  it.each([
    ["mpls.label,mpls.ttl", LINKTYPE.ethernet, ethernet("8847", behind("00064140")), "100\t64"],
    ["ppp.protocol", LINKTYPE.ppp, behind("ff03 0021"), "0x0021"],
    ["ppp.direction", LINKTYPE.pppWithDirection, behind("00 ff03 0021"), "1"],
    ["frame.p2p_dir", LINKTYPE.pppWithDirection, behind("01 ff03 0021"), "0"],
    ["gre.key,gre.proto", LINKTYPE.raw, ipv4(47, behind("2000 0800 00000007")), "0x00000007\t0x0800"],
    ["vxlan.vni", LINKTYPE.raw, ipv4(17, udp(1, 4789, behind(VXLAN, frame))), "123"],
    ["geneve.vni", LINKTYPE.raw, ipv4(17, udp(1, 6081, behind(GENEVE, frame))), "0x00007b"],
    ["nflog.prefix", LINKTYPE.nflog, behind("02 00 0005 0800 0a00 70667800 2c00 0900"), "pfx"],
  ])("%s", (fields, linkType, packet, expected) => {
    const { trace, context } = memoryTrace([packet], linkType);
    expect([...printFields(trace, [0], fields.split(","), context)]).toEqual([expected]);
  });
});

describe("what is no packet in a link", () => {
  const columns = (packet: Uint8Array, linkType: number = LINKTYPE.ethernet): string => {
    const { trace, context } = memoryTrace([packet], linkType);
    const { protocol, info } = dissect(trace, 0, context);
    return `${protocol} | ${info}`;
  };

  it.each([
    ["8863", "1109 0000 0004 0101 0000", "PPPoED | Active Discovery Initiation (PADI)"],
    [
      "8863",
      "1107 0000 000b 0101 0000 0102 0003 414243",
      "PPPoED | Active Discovery Offer (PADO) AC-Name='ABC'",
    ],
    ["8864", "1100 0001 0006 c021 0901 0004", "PPP LCP | Echo Request"],
    ["8864", "1100 0001", "PPPoES | Session Data[Malformed Packet]"],
    ["9000", "0000 0100 0500 0000", "LOOP | Reply"],
    ["9000", "0000 0300", "LOOP | Unknown function (3)"],
    ["88e5", "00", "0x88e5 | 802.1AE (MACsec)"],
    ["fff0", "00", "0xfff0 | Ethernet II"],
  ])("%s %s", (type, payload, expected) => {
    expect(columns(ethernet(type, hex(payload)))).toBe(expected);
  });

  it.each([
    ["0000 00 00", "I, N(R)=0, N(S)=0; DSAP NULL LSAP Individual, SSAP NULL LSAP Command"],
    ["0001 01 01", "S F, func=RR, N(R)=0; DSAP NULL LSAP Individual, SSAP NULL LSAP Response"],
    ["4410 00 34", "I, N(R)=26, N(S)=0; DSAP 0x44 Individual, SSAP NetWare (unofficial?) Command"],
    ["f0f0 7f", "U P, func=SABME; DSAP NetBIOS Individual, SSAP NetBIOS Command"],
    ["0001 1f", "U F, func=DM; DSAP NULL LSAP Individual, SSAP NULL LSAP Response"],
    ["aaaa 03 112233 abcd", "U, func=UI; SNAP, OUI 0x112233 (Unknown), PID 0xABCD"],
    ["aaaa 03", "U, func=UI[Malformed Packet]"],
  ])("802.2 LLC %s", (llc, info) => {
    const payload = hex(`${llc}${llc === "aaaa 03" ? "" : "616263"}`);
    const length = payload.length.toString(16).padStart(4, "0");
    expect(columns(ethernet(length, payload))).toBe(`LLC | ${info}`);
  });
});

describe("address resolution", () => {
  const arp = (
    opcode: string,
    { sender = "0a000001", target = "0a000002", mac = "000000000000" } = {},
  ): string => {
    const packet = hex(`0001 0800 06 04 ${opcode} 020000000001 ${sender} ${mac} ${target}`);
    const { trace, context } = memoryTrace([ethernet("0806", packet)], LINKTYPE.ethernet);
    const { protocol, info } = dissect(trace, 0, context);
    return `${protocol} | ${info}`;
  };

  it("tells announcements, probes and gratuitous messages apart", () => {
    expect(arp("0001", { target: "0a000001" })).toBe("ARP | ARP Announcement for 10.0.0.1");
    const known = { target: "0a000001", mac: "ffffffffffff" };
    expect(arp("0001", known)).toBe("ARP | Gratuitous ARP for 10.0.0.1 (Request)");
    expect(arp("0002", known)).toBe("ARP | Gratuitous ARP for 10.0.0.1 (Reply)");
    expect(arp("0001", { sender: "00000000" })).toBe("ARP | Who has 10.0.0.2? (ARP Probe)");
  });

  it.each([
    ["0000", "ARP | Reserved opcode 0"],
    ["0003", "RARP | Who is 00:00:00:00:00:00? Tell 02:00:00:00:00:01"],
    ["0006", "DRARP | 00:00:00:00:00:00 is at 10.0.0.2"],
    ["0009", "Inverse ARP | 02:00:00:00:00:01 is at 10.0.0.1"],
    ["000e", "MARS | MARS JOIN request from 02:00:00:00:00:01 at 10.0.0.1"],
    ["0018", "ARP | Experimental 1 ( opcode 24 )"],
    ["5901", "ARP | Unknown ARP opcode 0x5901"],
  ])("opcode %s", (opcode, expected) => {
    expect(arp(opcode)).toBe(expected);
  });

  it("says where there is no address", () => {
    const packet = ethernet("0806", hex("0001 0800 00 00 0002"));
    const { trace } = memoryTrace([packet], LINKTYPE.ethernet);
    expect(dissect(trace, 0).info).toBe("<No address> is at <No address>");
  });
});
