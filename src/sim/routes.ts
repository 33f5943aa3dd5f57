// A host's addresses, and which way its packets leave it.

import { isIpv6 } from "../wire/address.ts";
import type { LinkDirection } from "./link.ts";

export class Routes {
  /** Directions out, one a link. */
  readonly out: LinkDirection[] = [];
  loopback: LinkDirection | null = null;
  /** Whether the destination last asked for has an IPv6 address. */
  lastIsV6 = false;
  readonly #ipv4: string;
  readonly #ipv6: string;
  readonly #subnetBroadcast: string;
  readonly #byDestination = new Map<string, LinkDirection>();
  /** The last one asked for: packets come in trains. */
  #lastDestination = "";
  #last: LinkDirection | null = null;
  #lastUnicast = "";

  constructor(ipv4: string, ipv6: string) {
    this.#ipv4 = ipv4;
    this.#ipv6 = ipv6;
    this.#subnetBroadcast = `${ipv4.slice(0, ipv4.lastIndexOf("."))}.255`;
  }

  /** Sends what is for `address` by `direction`. */
  add(address: string, direction: LinkDirection): void {
    this.#byDestination.set(address, direction);
  }

  isLocal(address: string): boolean {
    return address === this.#ipv4 || address === this.#ipv6 || this.isLoopback(address);
  }

  /** Whether packets from `address` never leave their host. */
  isLoopback(address: string): boolean {
    if (address === this.#ipv4 || address === this.#ipv6) return false;
    return address === "::1" || address.startsWith("127.");
  }

  isBroadcast(address: string): boolean {
    if (address === this.#lastUnicast) return false;
    const broadcast = address === this.#subnetBroadcast || address === "255.255.255.255";
    if (!broadcast) this.#lastUnicast = address;
    return broadcast;
  }

  /** Where to send what is for `destination`, or null. */
  to(destination: string): LinkDirection | null {
    if (destination === this.#lastDestination) return this.#last;
    const route = this.#byDestination.get(destination) ?? (this.isLocal(destination) ? this.loopback : null);
    this.#lastDestination = destination;
    this.lastIsV6 = isIpv6(destination);
    this.#last = route;
    return route;
  }

  /** Whether `destination` is an IPv6 address; of the one last asked for it is known. */
  isV6(destination: string): boolean {
    return destination === this.#lastDestination ? this.lastIsV6 : isIpv6(destination);
  }

  /** The address this host would send from to reach `destination`, or null without a route. */
  sourceFor(destination: string): string | null {
    if (destination === this.#ipv4 || destination === this.#ipv6) return destination;
    if (destination.startsWith("127.")) return "127.0.0.1";
    if (destination === "::1") return "::1";
    if (this.isBroadcast(destination)) return this.out.length > 0 ? this.#ipv4 : null;
    if (this.to(destination) === null) return null;
    return isIpv6(destination) ? this.#ipv6 : this.#ipv4;
  }
}
