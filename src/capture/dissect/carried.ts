// What tunnels that name by EtherTypes carry: packets, PPP, or whole Ethernet frames.

import { redirectedPacket } from "../../wire/encapsulation.ts";
import { ETHER_TYPE_MIN } from "../../wire/ethernet.ts";
import { ETHER_TYPE } from "../../wire/protocols.ts";
import { addPlainData } from "./data.ts";
import { dissectIpv4 } from "./ipv4.ts";
import { dissectEthernet, dissectEtherType, isKnownEtherType } from "./link.ts";
import { dissectPpp } from "./ppp.ts";
import type { Dissection } from "./tree.ts";

/** The payload of type `type` in [start, end); the columns stay the tunnel's where nothing is known of it. */
export function dissectCarried(d: Dissection, type: number, start: number, end: number): void {
  d.enter(() => {
    if (type === ETHER_TYPE.ethernet) dissectEthernet(d, start, end);
    else if (type === ETHER_TYPE.ppp) dissectPpp(d, start, end);
    else if (type === ETHER_TYPE.redirected)
      dissectIpv4(d, redirectedPacket(d.bytes, start, d.captured(end)), end);
    else if (type >= ETHER_TYPE_MIN && isKnownEtherType(type)) dissectEtherType(d, type, start, end);
    else addPlainData(d, start, end);
  });
}
