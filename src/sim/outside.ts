// Hosts of a simulated network whose transports are elsewhere: real stacks, which give packets as bytes and take them as bytes. Their
// links, and the routers between, stay simulated.

import { decodePacket, encodePacket } from "./encode.ts";
import type { Damage } from "./encode.ts";
import { withWire } from "./packet-build.ts";
import type { SimHost } from "./host.ts";
import type { Simulation } from "./simulation.ts";

export class OutsideHosts {
  readonly #simulation: Simulation;

  /** `deliver` takes what arrives for one of `names`, from the IP header on. Throws RangeError for a name that is no host. */
  constructor(
    simulation: Simulation,
    names: readonly string[],
    deliver: (host: string, bytes: Uint8Array) => void,
  ) {
    this.#simulation = simulation;
    for (const name of names) {
      this.#host(name).outside = (packet) => deliver(name, encodePacket(packet));
    }
  }

  /**
   * Puts a packet on its way that the stack of host `name` sends now. `bytes` are kept. Answers what is wrong with a packet that cannot be
   * carried, which is then lost.
   */
  enter(name: string, bytes: Uint8Array): Damage | null {
    const packet = decodePacket(bytes);
    if (typeof packet === "string") return packet;
    this.#host(name).emit(withWire(packet, bytes));
    return null;
  }

  #host(name: string): SimHost {
    const host = this.#simulation.hosts.get(name);
    if (host === undefined) throw new RangeError(`no host ${name}`);
    return host;
  }
}
