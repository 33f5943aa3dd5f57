// What an IP protocol number leads to.

import { IP_PROTOCOL } from "../../wire/protocols.ts";
import { addPlainData } from "./data.ts";
import { dissectGre } from "./gre.ts";
import { dissectIcmp } from "./icmp.ts";
import { dissectIcmpv6 } from "./icmpv6.ts";
import { dissectIgmp } from "./igmp.ts";
import { dissectIp } from "./ipv4.ts";
import { dissectIpv6, isIpv6 } from "./ipv6.ts";
import { dissectEthernet } from "./link.ts";
import { dissectMpls } from "./mpls.ts";
import { dissectOspf } from "./ospf.ts";
import { dissectTcp } from "./tcp.ts";
import { dissectUdp } from "./udp.ts";
import type { Dissection } from "./tree.ts";

/** The IP header above a payload. */
export interface IpAbove {
  readonly version: 4 | 6;
  /** Where the header is in the same bytes; -1 when the payload was put together from fragments. */
  readonly start: number;
  readonly protocol: number;
  /** Where the final destination is, in a routing header; the header's own by default. */
  readonly destinationAt?: number;
  /** Whether the payload is the first part of a longer one. */
  readonly isFragment?: boolean;
}

export function dissectIpPayload(d: Dissection, ip: IpAbove, start: number, end: number): void {
  // An error may quote no more than the header.
  if (d.quoted > 0 && d.captured(end) <= start) return;
  d.enter(() => {
    switch (ip.protocol) {
      case IP_PROTOCOL.tcp:
        dissectTcp(d, ip, start, end);
        break;
      case IP_PROTOCOL.udp:
        dissectUdp(d, ip, start, end);
        break;
      case IP_PROTOCOL.icmp:
        dissectIcmp(d, start, end);
        break;
      case IP_PROTOCOL.icmpv6:
        dissectIcmpv6(d, ip, start, end);
        break;
      case IP_PROTOCOL.igmp:
        dissectIgmp(d, start, end);
        break;
      case IP_PROTOCOL.ipv4:
        dissectIp(d, start, end);
        break;
      case IP_PROTOCOL.ipv6:
        if (isIpv6(d, start, end)) dissectIpv6(d, start, end);
        else addUnknownVersion(d, start, end);
        break;
      case IP_PROTOCOL.gre:
        dissectGre(d, start, end);
        break;
      case IP_PROTOCOL.mpls:
        dissectMpls(d, start, end);
        break;
      case IP_PROTOCOL.ethernet:
        dissectEthernet(d, start, end);
        break;
      case IP_PROTOCOL.etherIp:
        d.layer("etherip", "Ethernet over IP", start, Math.min(2, Math.max(0, d.captured(end) - start)));
        if (d.has(start, 2, end, "Ethernet over IP")) dissectEthernet(d, start + 2, end);
        break;
      case IP_PROTOCOL.ospf:
        dissectOspf(d, ip, start, end);
        break;
      default:
        addPlainData(d, start, end);
    }
  });
}

function addUnknownVersion(d: Dissection, start: number, end: number): void {
  d.columns("IPv6", d.info);
  d.remarkMalformed(d.root, start);
  addPlainData(d, start, end);
}
