// The layers a packet is made of: one tagged shape a header kind, for decoding (with where it lies) and for encoding.

import { arpLength, encodeArp } from "./arp.ts";
import type { ArpHeader } from "./arp.ts";
import { ETHERNET_HEADER_LENGTH, VLAN_TAG_LENGTH, encodeEthernet, encodeVlan } from "./ethernet.ts";
import type { EthernetHeader, VlanTag } from "./ethernet.ts";
import { ICMP_HEADER_LENGTH, encodeIcmp } from "./icmp.ts";
import type { IcmpHeader } from "./icmp.ts";
import { encodeIpv4, ipv4HeaderLength } from "./ipv4.ts";
import type { Ipv4Fields, Ipv4Header } from "./ipv4.ts";
import { encodeIpv6Extension, ipv6ExtensionLength } from "./ipv6-extensions.ts";
import type { Ipv6Extension, Ipv6ExtensionFields } from "./ipv6-extensions.ts";
import { IPV6_HEADER_LENGTH, encodeIpv6 } from "./ipv6.ts";
import type { Ipv6Header } from "./ipv6.ts";
import { LOOPBACK_HEADER_LENGTH, encodeLoopback } from "./loopback.ts";
import type { LoopbackHeader } from "./loopback.ts";
import { SLL2_HEADER_LENGTH, SLL_HEADER_LENGTH, encodeSll, encodeSll2 } from "./sll.ts";
import type { Sll2Header, SllHeader } from "./sll.ts";
import { SNAP_HEADER_LENGTH, encodeSnap } from "./snap.ts";
import type { SnapHeader } from "./snap.ts";
import { encodeTcp, tcpHeaderLength } from "./tcp.ts";
import type { TcpFields, TcpHeader } from "./tcp.ts";
import { UDP_HEADER_LENGTH, encodeUdp } from "./udp.ts";
import type { UdpHeader } from "./udp.ts";

type SameBothWays =
  | { readonly kind: "ethernet"; readonly header: EthernetHeader }
  | { readonly kind: "vlan"; readonly header: VlanTag }
  | { readonly kind: "snap"; readonly header: SnapHeader }
  | { readonly kind: "sll"; readonly header: SllHeader }
  | { readonly kind: "sll2"; readonly header: Sll2Header }
  | { readonly kind: "loopback"; readonly header: LoopbackHeader }
  | { readonly kind: "arp"; readonly header: ArpHeader }
  | { readonly kind: "ipv6"; readonly header: Ipv6Header }
  | { readonly kind: "udp"; readonly header: UdpHeader }
  | { readonly kind: "icmp"; readonly header: IcmpHeader }
  | { readonly kind: "icmpv6"; readonly header: IcmpHeader };

/** A layer as an encoder is given it. */
export type LayerFields =
  | SameBothWays
  | { readonly kind: "ipv4"; readonly header: Ipv4Fields }
  | { readonly kind: "ipv6Extension"; readonly header: Ipv6ExtensionFields }
  | { readonly kind: "tcp"; readonly header: TcpFields };

/** A layer as a decoder finds it: its header is the bytes from `start` up to, not including, `end`. */
export type Layer = (
  | SameBothWays
  | { readonly kind: "ipv4"; readonly header: Ipv4Header }
  | { readonly kind: "ipv6Extension"; readonly header: Ipv6Extension }
  | { readonly kind: "tcp"; readonly header: TcpHeader }
) & { readonly start: number; readonly end: number };

/** Bytes the layer's header takes. */
export function layerLength(layer: LayerFields): number {
  switch (layer.kind) {
    case "ethernet":
      return ETHERNET_HEADER_LENGTH;
    case "vlan":
      return VLAN_TAG_LENGTH;
    case "snap":
      return SNAP_HEADER_LENGTH;
    case "sll":
      return SLL_HEADER_LENGTH;
    case "sll2":
      return SLL2_HEADER_LENGTH;
    case "loopback":
      return LOOPBACK_HEADER_LENGTH;
    case "arp":
      return arpLength(layer.header);
    case "ipv4":
      return ipv4HeaderLength(layer.header);
    case "ipv6":
      return IPV6_HEADER_LENGTH;
    case "ipv6Extension":
      return ipv6ExtensionLength(layer.header);
    case "tcp":
      return tcpHeaderLength(layer.header);
    case "udp":
      return UDP_HEADER_LENGTH;
    case "icmp":
    case "icmpv6":
      break;
  }
  return ICMP_HEADER_LENGTH;
}

/** Writes the layer's header at `at` as given, answers its length. */
export function encodeLayer(layer: LayerFields, out: Uint8Array, at: number): number {
  switch (layer.kind) {
    case "ethernet":
      return encodeEthernet(layer.header, out, at);
    case "vlan":
      return encodeVlan(layer.header, out, at);
    case "snap":
      return encodeSnap(layer.header, out, at);
    case "sll":
      return encodeSll(layer.header, out, at);
    case "sll2":
      return encodeSll2(layer.header, out, at);
    case "loopback":
      return encodeLoopback(layer.header, out, at);
    case "arp":
      return encodeArp(layer.header, out, at);
    case "ipv4":
      return encodeIpv4(layer.header, out, at);
    case "ipv6":
      return encodeIpv6(layer.header, out, at);
    case "ipv6Extension":
      return encodeIpv6Extension(layer.header, out, at);
    case "tcp":
      return encodeTcp(layer.header, out, at);
    case "udp":
      return encodeUdp(layer.header, out, at);
    case "icmp":
    case "icmpv6":
      break;
  }
  return encodeIcmp(layer.header, out, at);
}
