// Numbers that say what comes next: IP protocols and EtherTypes, the ones wire/ knows.

/** IANA protocol numbers: ip.proto and ipv6.nxt. */
export const IP_PROTOCOL = {
  hopByHop: 0,
  icmp: 1,
  igmp: 2,
  ipv4: 4,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  routing: 43,
  fragment: 44,
  gre: 47,
  authentication: 51,
  icmpv6: 58,
  noNextHeader: 59,
  destinationOptions: 60,
  ospf: 89,
  pim: 103,
  etherIp: 97,
  mpls: 137,
  ethernet: 143,
} as const;

/** EtherTypes: eth.type. */
export const ETHER_TYPE = {
  ipv4: 0x0800,
  arp: 0x0806,
  vlan: 0x8100,
  ipv6: 0x86dd,
  /** IEEE 802.1ad service tags, the outer ones of QinQ. */
  serviceVlan: 0x88a8,
  /** What QinQ used before 802.1ad. */
  oldQinq: 0x9100,
  /** Whole Ethernet frames, in tunnels. */
  ethernet: 0x6558,
  ppp: 0x880b,
  /** What a cache redirects to itself (WCCP), maybe behind a header of four bytes. */
  redirected: 0x883e,
  mpls: 0x8847,
  mplsMulticast: 0x8848,
  pppoeDiscovery: 0x8863,
  pppoeSession: 0x8864,
  configurationTest: 0x9000,
} as const;

/** Protocols of PPP: ppp.protocol. */
export const PPP_PROTOCOL = { ipv4: 0x0021, ipv6: 0x0057, mpls: 0x0281, mplsMulticast: 0x0283 } as const;

/** What Frame Relay carries (RFC 2427): fr.nlpid. */
export const NLPID = { ipv4: 0xcc, ipv6: 0x8e } as const;

/** Whether an EtherType announces a VLAN tag. */
export function isVlanType(etherType: number): boolean {
  return (
    etherType === ETHER_TYPE.vlan || etherType === ETHER_TYPE.serviceVlan || etherType === ETHER_TYPE.oldQinq
  );
}
