// What a host has learnt of paths narrower than its own link (RFC 1191, RFC 8201), for as long as Linux believes it.

import { PMTUDISC } from "../socket/options.ts";
import type { PmtuDiscovery } from "../socket/options.ts";

/** Linux: net.ipv4.route.mtu_expires and net.ipv6.route.mtu_expires. */
const EXPIRES_NS = 600e9;
/** Linux: net.ipv4.route.min_pmtu. A report of less is taken for this much, and routers may cut what is sent from then on. */
const MTU_MIN_V4 = 552;
/** RFC 8201 section 4: IPv6's least MTU, whatever is reported. */
const MTU_MIN_V6 = 1280;
/** Destinations remembered; past it all are forgotten, and learnt again. */
const DESTINATIONS_MAX = 1024;

interface Known {
  readonly mtu: number;
  readonly until: number;
  /** Less was reported than is believed: DF would make a black hole of it. */
  readonly locked: boolean;
}

export class PathMtus {
  readonly #known = new Map<string, Known>();

  /** ICMP reports `mtu` on the way to `destination`, towards which `present` bytes were thought to fit. A report of more is not believed. */
  learn(destination: string, mtu: number, present: number, nowNs: number): void {
    if (mtu >= present) return;
    const least = destination.includes(":") ? MTU_MIN_V6 : MTU_MIN_V4;
    const locked = mtu < least && least === MTU_MIN_V4;
    if (this.#known.size >= DESTINATIONS_MAX && !this.#known.has(destination)) this.#known.clear();
    const believed = Math.min(Math.max(mtu, least), present);
    this.#known.set(destination, { mtu: believed, until: nowNs + EXPIRES_NS, locked });
  }

  /** What of `mtu` bytes, the first link's, is known to fit. */
  limit(mtu: number, destination: string, nowNs: number): number {
    const known = this.#find(destination, nowNs);
    return known === null || known.mtu > mtu ? mtu : known.mtu;
  }

  /** When that is forgotten, in ns; Infinity where nothing is known. */
  until(destination: string, nowNs: number): number {
    return this.#find(destination, nowNs)?.until ?? Infinity;
  }

  /** Whether IPv4 packets of a socket with that setting say that they must not be cut. */
  forbidsFragments(discovery: PmtuDiscovery, destination: string, nowNs: number): boolean {
    if (discovery !== PMTUDISC.WANT) return discovery === PMTUDISC.DO;
    return this.#known.size === 0 || this.#find(destination, nowNs)?.locked !== true;
  }

  #find(destination: string, nowNs: number): Known | null {
    if (this.#known.size === 0) return null;
    const known = this.#known.get(destination);
    if (known === undefined) return null;
    if (known.until > nowNs) return known;
    this.#known.delete(destination);
    return null;
  }
}
