// What IP's numbers are called, worded as Wireshark words them (IANA protocol numbers, DSCP and ECN code points).

const PROTOCOLS = new Map<number, string>([
  [0, "IPv6 Hop-by-Hop Option"],
  [1, "ICMP"],
  [2, "IGMP"],
  [4, "IPIP"],
  [6, "TCP"],
  [17, "UDP"],
  [33, "DCCP"],
  [41, "IPv6"],
  [43, "Routing Header for IPv6"],
  [44, "Fragment Header for IPv6"],
  [47, "Generic Routing Encapsulation"],
  [50, "Encap Security Payload"],
  [51, "Authentication Header"],
  [58, "ICMPv6"],
  [59, "No Next Header for IPv6"],
  [60, "Destination Options for IPv6"],
  [88, "EIGRP"],
  [89, "OSPF IGP"],
  [103, "PIM"],
  [112, "VRRP"],
  [115, "Layer 2 Tunneling"],
  [132, "SCTP"],
  [135, "Mobile IPv6"],
]);

/** `TCP`, or `Unknown`. */
export function protocolName(protocol: number): string {
  return PROTOCOLS.get(protocol) ?? "Unknown";
}

const DSCP_LONG = new Map<number, string>([
  [0, "Default"],
  [46, "Expedited Forwarding"],
  [44, "Voice Admit"],
  [1, "LE"],
]);

/** The short name, as the header's line has it: `CS0`, `AF41`, `EF PHB`. */
export function dscpShort(dscp: number): string {
  if (dscp % 8 === 0) return `CS${dscp / 8}`;
  if (dscp === 46) return "EF PHB";
  if (dscp === 44) return "VOICE-ADMIT";
  if (dscp === 1) return "LE";
  const group = dscp >> 3;
  if (group >= 1 && group <= 4 && dscp % 2 === 0) return `AF${group}${(dscp >> 1) & 3}`;
  return "Unknown";
}

/** The long one, as the code point's own line has it. */
export function dscpLong(dscp: number): string {
  const known = DSCP_LONG.get(dscp);
  if (known !== undefined) return known;
  const short = dscpShort(dscp);
  if (short.startsWith("CS")) return `Class Selector ${dscp / 8}`;
  if (short.startsWith("AF")) return `Assured Forwarding ${short.slice(2)}`;
  return "Unknown";
}

const ECN_SHORT = ["Not-ECT", "ECT(1)", "ECT(0)", "CE"];
const ECN_LONG = [
  "Not ECN-Capable Transport",
  "ECN-Capable Transport codepoint '01'",
  "ECN-Capable Transport codepoint '10'",
  "Congestion Experienced",
];

export function ecnShort(ecn: number): string {
  return ECN_SHORT[ecn & 3];
}

export function ecnLong(ecn: number): string {
  return ECN_LONG[ecn & 3];
}
