// Packets within links and tunnels of every kind known here.

import { LINKTYPE } from "../../src/wire/link-types.ts";
import { hex } from "./memory-trace.ts";
import { joined } from "./packets.ts";

export const ADDRESSES = "020000000002 020000000001";

export function ipv4(protocol: number, payload: Uint8Array): Uint8Array {
  const head = hex("4500 0000 0001 0000 40 00 0000 0a000001 0a000002");
  head[2] = (20 + payload.length) >> 8;
  head[3] = (20 + payload.length) & 255;
  head[9] = protocol;
  return joined(head, payload);
}

export function udp(source: number, destination: number, payload: Uint8Array): Uint8Array {
  const bytes = joined(new Uint8Array(8), payload);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, source);
  view.setUint16(2, destination);
  view.setUint16(4, bytes.length);
  return bytes;
}

export const ethernet = (type: string, payload: Uint8Array): Uint8Array =>
  joined(hex(`${ADDRESSES} ${type}`), payload);
export const behind = (head: string, payload: Uint8Array = inner): Uint8Array => joined(hex(head), payload);

/** A TCP segment without data from port 1000 to 80. */
export const inner = ipv4(6, hex("03e8 0050 00000001 00000000 50 10 03e8 0000 0000"));
export const frame = ethernet("0800", inner);
export const VXLAN = "0800 0000 00007b00";
export const GENEVE = "0000 6558 00007b00";

/** What is in the tunnel, by what tshark calls it. */
export const TUNNELS: readonly (readonly [protocols: string, linkType: number, packet: Uint8Array])[] = [
  ["ppp:ip:tcp", LINKTYPE.ppp, behind("ff03 0021")],
  ["ppp:ip:tcp", LINKTYPE.pppHdlc, behind("0021")],
  ["ppp:ip:tcp", LINKTYPE.ppp, behind("21")],
  ["ppp:ip:tcp", LINKTYPE.pppWithDirection, behind("00 ff03 0021")],
  ["ppp:mpls:ip:tcp", LINKTYPE.ppp, behind("0281 0006413f")],
  ["ppp:chdlc:ip:tcp", LINKTYPE.pppHdlc, behind("0f00 0800")],
  ["chdlc:ip:tcp", LINKTYPE.ciscoHdlc, behind("8f00 0800")],
  ["fr:ip:tcp", LINKTYPE.frameRelay, behind("1841 03 cc")],
  ["llc:ip:tcp", LINKTYPE.llc, behind("aaaa03 000000 0800")],
  ["nflog:ip:tcp", LINKTYPE.nflog, behind("02 00 0005 0800 0a00 70667800 2c00 0900")],
  ["pppoes:ppp:ip:tcp", LINKTYPE.pppEther, behind("1100 0001 002a 0021")],
  ["eth:ethertype:pppoes:ppp:ip:tcp", LINKTYPE.ethernet, ethernet("8864", behind("1100 0001 002a 0021"))],
  ["eth:ethertype:mpls:ip:tcp", LINKTYPE.ethernet, ethernet("8847", behind("00064040 000c8140"))],
  ["eth:ethertype:mpls:pwach:ip:tcp", LINKTYPE.ethernet, ethernet("8847", behind("00064140 10000021"))],
  ...(
    [
      ["gre:ip:tcp", 47, behind("0000 0800")],
      ["gre:ip:tcp", 47, behind("b000 0800 00000000 00000001 00000002")],
      ["gre:ip:tcp", 47, behind("4000 0800 00000000 00000000")],
      ["gre:ip:tcp", 47, behind("0000 883e 00000000")],
      ["gre:ppp:ip:tcp", 47, behind("3081 880b 0030000a 00000005 00000001 ff03 0021")],
      ["gre:eth:ethertype:ip:tcp", 47, behind("2000 6558 00000107", frame)],
      ["gre:ip:gre:ip:tcp", 47, behind("0000 0800", ipv4(47, behind("0000 0800")))],
      ["mpls:ip:tcp", 137, behind("00005140")],
      ["etherip:eth:ethertype:ip:tcp", 97, behind("3000", frame)],
      ["eth:ethertype:ip:tcp", 143, frame],
      ["ip:tcp", 4, inner],
      ["udp:vxlan:eth:ethertype:ip:tcp", 17, udp(50_000, 4789, behind(VXLAN, frame))],
      ["udp:geneve:eth:ethertype:ip:tcp", 17, udp(50_000, 6081, behind(GENEVE, frame))],
      ["udp:geneve:ip:tcp", 17, udp(50_000, 6081, behind("0200 0800 00007b00 0102800100000001"))],
    ] as const
  ).map(([name, protocol, payload]) => [`raw:ip:${name}`, LINKTYPE.raw, ipv4(protocol, payload)] as const),
];
