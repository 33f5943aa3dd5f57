// To whom a segment belongs: a connection by its four-tuple, else a listener by its address and port.

import { covers } from "./addresses.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Listener } from "./listener.ts";

/** Both ports in one small integer: the key of the hot look-up; addresses are compared after. */
function portsKey(localPort: number, remotePort: number): number {
  return (localPort << 16) | remotePort;
}

function isBetween(
  { local, remote, connection }: Endpoint,
  here: string,
  herePort: number,
  there: string,
  therePort: number,
): boolean {
  return (
    connection.localPort === herePort &&
    connection.remotePort === therePort &&
    local === here &&
    remote === there
  );
}

export class Demux {
  /** The first of those with the same ports; each knows the next. */
  readonly #endpoints = new Map<number, Endpoint>();
  readonly #listeners = new Map<number, Listener[]>();
  /** The connection found last: segments come in trains. */
  #last: Endpoint | null = null;

  find(local: string, localPort: number, remote: string, remotePort: number): Endpoint | null {
    const last = this.#last;
    if (last !== null && isBetween(last, local, localPort, remote, remotePort)) return last;
    const found = this.#find(local, localPort, remote, remotePort);
    if (found !== null) this.#last = found;
    return found;
  }

  #find(local: string, localPort: number, remote: string, remotePort: number): Endpoint | null {
    let endpoint = this.#endpoints.get(portsKey(localPort, remotePort)) ?? null;
    while (endpoint !== null && (endpoint.local !== local || endpoint.remote !== remote)) {
      endpoint = endpoint.nextOfPorts;
    }
    return endpoint;
  }

  add(endpoint: Endpoint): void {
    const { localPort, remotePort } = endpoint.connection;
    const key = portsKey(localPort, remotePort);
    endpoint.nextOfPorts = this.#endpoints.get(key) ?? null;
    this.#endpoints.set(key, endpoint);
  }

  remove(endpoint: Endpoint): void {
    if (this.#last === endpoint) this.#last = null;
    const { localPort, remotePort } = endpoint.connection;
    const key = portsKey(localPort, remotePort);
    const { nextOfPorts } = endpoint;
    const first = this.#endpoints.get(key) ?? null;
    if (first === endpoint) {
      if (nextOfPorts === null) this.#endpoints.delete(key);
      else this.#endpoints.set(key, nextOfPorts);
      return;
    }
    for (let before = first; before !== null; before = before.nextOfPorts) {
      if (before.nextOfPorts === endpoint) before.nextOfPorts = nextOfPorts;
    }
  }

  addListener(listener: Listener): void {
    const port = listener.binding.port;
    const there = this.#listeners.get(port);
    if (there === undefined) this.#listeners.set(port, [listener]);
    else there.push(listener);
  }

  removeListener(listener: Listener): void {
    const port = listener.binding.port;
    const there = this.#listeners.get(port);
    const at = there?.indexOf(listener) ?? -1;
    if (there === undefined || at < 0) return;
    if (there.length === 1) this.#listeners.delete(port);
    else there.splice(at, 1);
  }

  /** The listener bound most narrowly; among several sharing a port (SO_REUSEPORT), one by the peer's port. */
  listener(local: string, localPort: number, remotePort: number): Listener | null {
    const there = this.#listeners.get(localPort);
    if (there === undefined) return null;
    const fitting = there.filter(({ binding }) => covers(binding.address, binding.v6Only, local));
    const exact = fitting.filter(({ binding }) => binding.address === local);
    const group = exact.length > 0 ? exact : fitting;
    return group.length === 0 ? null : group[remotePort % group.length];
  }
}
