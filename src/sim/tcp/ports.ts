// Who holds which local port: bind's rules as Linux has them, and the choice of free ports.

import { overlap } from "./addresses.ts";

/** A local address and port in use: by a bound socket, a listener, or a connection down to the end of its TIME_WAIT. */
export interface Binding {
  readonly address: string;
  readonly port: number;
  readonly v6Only: boolean;
  /** Whether bind was called, so that the port outlives a failed connection. */
  readonly explicit: boolean;
  reuseAddr: boolean;
  reusePort: boolean;
  listening: boolean;
}

export class Ports {
  readonly #byPort = new Map<number, Set<Binding>>();
  readonly #first: number;
  readonly #count: number;
  readonly #random: (limit: number) => number;

  constructor(first: number, last: number, random: (limit: number) => number) {
    this.#first = first;
    this.#count = last - first + 1;
    this.#random = random;
  }

  /** Whether `binding` may stand beside what is there: both reuse the address and neither listens, or both reuse the port. */
  allows(binding: Binding): boolean {
    const holders = this.#byPort.get(binding.port);
    if (holders === undefined) return true;
    for (const other of holders) {
      if (other === binding || !overlap(binding.address, binding.v6Only, other.address, other.v6Only))
        continue;
      const sharesAddress = binding.reuseAddr && other.reuseAddr && !other.listening;
      if (!sharesAddress && !(binding.reusePort && other.reusePort)) return false;
    }
    return true;
  }

  add(binding: Binding): void {
    const holders = this.#byPort.get(binding.port);
    if (holders === undefined) this.#byPort.set(binding.port, new Set([binding]));
    else holders.add(binding);
  }

  remove(binding: Binding): void {
    const holders = this.#byPort.get(binding.port);
    if (holders?.delete(binding) === true && holders.size === 0) this.#byPort.delete(binding.port);
  }

  /** A port nobody holds, from a random place on; 0 when there is none. */
  free(): number {
    return this.#search((port) => !this.#byPort.has(port));
  }

  /** A port for a connection: holders that connected themselves may share it as long as `isFree` says that the four-tuple is new. */
  forConnection(isFree: (port: number) => boolean): number {
    return this.#search((port) => {
      const holders = this.#byPort.get(port);
      if (holders !== undefined) {
        for (const holder of holders) if (holder.explicit) return false;
      }
      return isFree(port);
    });
  }

  #search(fits: (port: number) => boolean): number {
    const from = this.#random(this.#count);
    for (let i = 0; i < this.#count; i++) {
      const port = this.#first + ((from + i) % this.#count);
      if (fits(port)) return port;
    }
    return 0;
  }
}
