// Which addresses are replaced and which mean the same to everyone and stay.

import { keyOfSeed, PrefixPreserving } from "./prefix-preserving.ts";
import type { Prefix } from "./prefix-preserving.ts";

/** This network, loopback, multicast, broadcast (RFC 6890, RFC 5771). */
const KEPT_IPV4: readonly Prefix[] = [
  { bytes: [0], bits: 8 },
  { bytes: [127], bits: 8 },
  { bytes: [0xe0], bits: 4 },
  { bytes: [255, 255, 255, 255], bits: 32 },
];

/** Unspecified and loopback; multicast; of link-local addresses what says that they are (RFC 4291). */
const KEPT_IPV6: readonly Prefix[] = [
  { bytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], bits: 120 },
  { bytes: [0xff], bits: 8 },
  { bytes: [0xfe, 0x80, 0, 0, 0, 0, 0, 0], bits: 64, isOpen: true },
];

const NO_MAC: readonly Prefix[] = [{ bytes: [0, 0, 0, 0, 0, 0], bits: 48 }];
/** The bits of an Ethernet address that say "locally administered" and "group". */
const MAC_MEANING_BITS = [6, 7];
const MAC_GROUP = 1;

/** Replacements for the addresses of one capture: the same seed gives the same ones. */
export class AnonymousAddresses {
  readonly #ipv4: PrefixPreserving;
  readonly #ipv6: PrefixPreserving;
  readonly #mac: PrefixPreserving;

  constructor(seed: string) {
    const key = keyOfSeed(seed);
    this.#ipv4 = new PrefixPreserving(key, 32, KEPT_IPV4);
    this.#ipv6 = new PrefixPreserving(key, 128, KEPT_IPV6);
    this.#mac = new PrefixPreserving(key, 48, NO_MAC, MAC_MEANING_BITS);
  }

  ipv4(bytes: Uint8Array, at: number): void {
    bytes.set(this.#ipv4.replacement(bytes, at), at);
  }

  ipv6(bytes: Uint8Array, at: number): void {
    bytes.set(this.#ipv6.replacement(bytes, at), at);
  }

  /** Group addresses stay: they say which protocol it is. */
  mac(bytes: Uint8Array, at: number): void {
    if ((bytes[at] & MAC_GROUP) === 0) bytes.set(this.#mac.replacement(bytes, at), at);
  }
}
