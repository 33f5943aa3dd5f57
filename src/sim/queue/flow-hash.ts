// Which flow a packet belongs to: a number made of its addresses, protocol and ports (RFC 8290, 4.1.1), keyed so that which
// flows share a queue depends on the seed.

import type { IpPacket } from "../packet.ts";
import { hash32, mix32 } from "../random.ts";

const PROTOCOLS = { tcp: 6, udp: 17, icmp: 1, fragment: 0 } as const;
/** Addresses whose hashes are kept; past it they are computed anew. */
const ADDRESSES_MAX = 4096;

export class FlowHash {
  readonly #key: number;
  readonly #addresses = new Map<string, number>();

  constructor(key: number) {
    this.#key = key;
  }

  /** 32 bits. A fragment has no ports that one could be sure of: all of a pair of hosts are one flow. */
  of(packet: IpPacket): number {
    const { payload } = packet;
    let ports = 0;
    if (payload.kind === "tcp" || payload.kind === "udp") {
      ports = (payload.sourcePort << 16) | payload.destinationPort;
    }
    const source = mix32(this.#key ^ PROTOCOLS[payload.kind], this.#address(packet.source));
    return mix32(mix32(source, this.#address(packet.destination)), ports);
  }

  #address(text: string): number {
    const known = this.#addresses.get(text);
    if (known !== undefined) return known;
    const hash = hash32(text);
    if (this.#addresses.size < ADDRESSES_MAX) this.#addresses.set(text, hash);
    return hash;
  }
}
