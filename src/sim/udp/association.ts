// Where a UDP socket is bound and to whom it is connected, and which datagrams are for it in view of that.

import { isIpv6 } from "../../wire/address.ts";
import { ANY_INET, ANY_INET6 } from "../../socket/address.ts";
import type { InetAddress } from "../../socket/address.ts";
import { shownAs } from "./addresses.ts";

export class Association {
  readonly family: "inet" | "inet6";
  /** The unspecified address of the family. */
  readonly any: string;
  /** Local port, 0 while unbound. */
  port = 0;
  /** Local address as packets have it: an IPv4 one for a mapped one. */
  local: string;
  /** Whether bind chose the port and the address, which connect and unconnect leave alone then. */
  boundPort = false;
  boundAddress = false;
  /** "" while not connected. */
  peer = "";
  peerPort = 0;
  peerIsV6 = false;

  constructor(family: "inet" | "inet6") {
    this.family = family;
    this.any = family === "inet" ? ANY_INET : ANY_INET6;
    this.local = this.any;
  }

  get isConnected(): boolean {
    return this.peer !== "";
  }

  /** To a peer that packets from `source` reach. */
  connect(peer: string, peerPort: number, source: string): void {
    this.peer = peer;
    this.peerPort = peerPort;
    this.peerIsV6 = isIpv6(peer);
    if (!this.boundAddress) this.local = source;
  }

  dissolve(): void {
    this.peer = "";
    this.peerPort = 0;
    if (!this.boundAddress) this.local = this.any;
  }

  /** How well a datagram over that `version` of IP, to `local` from `remote`, fits (it has come to the port): -1 not at all. */
  match(version: 4 | 6, local: string, remote: string, remotePort: number, v6Only: boolean): number {
    let score = 0;
    if (this.local === this.any) {
      if (this.family === "inet") {
        if (version === 6) return -1;
        score = 1;
      } else if (version === 4 && v6Only) return -1;
    } else {
      if (this.local !== local) return -1;
      score = 4;
    }
    if (this.peer === "") return score;
    return this.peer === remote && this.peerPort === remotePort ? score + 8 : -1;
  }

  /** As programs see them. */
  get localAddress(): InetAddress {
    return { family: this.family, address: shownAs(this.family, this.local), port: this.port };
  }

  get peerAddress(): InetAddress {
    return { family: this.family, address: shownAs(this.family, this.peer), port: this.peerPort };
  }
}
