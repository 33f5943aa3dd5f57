// What a host has learnt of paths narrower than its own link (RFC 1191, RFC 8201), for as long as Linux believes it.

/** Linux: net.ipv4.route.mtu_expires and net.ipv6.route.mtu_expires. */
const EXPIRES_NS = 600e9;
/** Less than this no path has: RFC 791 for IPv4; links here may be as narrow for IPv6. */
const MTU_MIN = 68;
/** Destinations remembered; past it all are forgotten, and learnt again. */
const DESTINATIONS_MAX = 1024;

export class PathMtus {
  readonly #known = new Map<string, { readonly mtu: number; readonly until: number }>();

  learn(destination: string, mtu: number, nowNs: number): void {
    if (this.#known.size >= DESTINATIONS_MAX && !this.#known.has(destination)) this.#known.clear();
    this.#known.set(destination, { mtu: Math.max(mtu, MTU_MIN), until: nowNs + EXPIRES_NS });
  }

  /** Infinity where nothing is known. */
  get(destination: string, nowNs: number): number {
    if (this.#known.size === 0) return Infinity;
    const known = this.#known.get(destination);
    if (known === undefined) return Infinity;
    if (known.until > nowNs) return known.mtu;
    this.#known.delete(destination);
    return Infinity;
  }
}
