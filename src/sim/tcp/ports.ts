// Who holds which local port, and the choice of free ports. Whether two may have one is bind-rule.ts's to say.

import { conflict } from "../bind-rule.ts";
import type { PortHolder } from "../bind-rule.ts";
import type { TcpPersonality } from "./personality.ts";

/** A local address and port in use: by a bound socket, a listener, or a connection down to the end of its TIME_WAIT. */
export interface Binding extends PortHolder {
  readonly port: number;
  /** Whether bind was called, so that the port outlives a failed connection. */
  readonly explicit: boolean;
  reuseAddr: boolean;
  reusePort: boolean;
  listening: boolean;
  peer: PortHolder["peer"];
}

export class Ports {
  readonly #byPort = new Map<number, Set<Binding>>();
  readonly #first: number;
  readonly #count: number;
  readonly #random: (limit: number) => number;

  readonly #personality: TcpPersonality;

  constructor(personality: TcpPersonality, random: (limit: number) => number) {
    this.#personality = personality;
    this.#first = personality.portFirst;
    this.#count = personality.portLast - personality.portFirst + 1;
    this.#random = random;
  }

  /** Whether `binding` may stand beside what is there. */
  allows(binding: Binding): boolean {
    const holders = this.#byPort.get(binding.port);
    if (holders === undefined) return true;
    for (const other of holders) {
      if (other !== binding && conflict(this.#personality.bindRule, binding, other)) return false;
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
