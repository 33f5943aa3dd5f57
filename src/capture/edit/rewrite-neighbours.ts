// The addresses in messages of IPv6's neighbour discovery (RFC 4861) and their options.

import type { AnonymousAddresses } from "./anonymous-addresses.ts";

/** ICMPv6 types. */
const ROUTER_SOLICITATION = 133;
const ROUTER_ADVERTISEMENT = 134;
const NEIGHBOR_SOLICITATION = 135;
const NEIGHBOR_ADVERTISEMENT = 136;
const REDIRECT = 137;

/** Replaces in place the addresses of the ICMPv6 message at `bytes[at, end)`, where it is one of neighbour discovery. */
export function rewriteNeighbours(
  bytes: Uint8Array,
  at: number,
  end: number,
  addresses: AnonymousAddresses,
): void {
  const type = bytes[at];
  const targets =
    type === NEIGHBOR_SOLICITATION || type === NEIGHBOR_ADVERTISEMENT ? 1 : type === REDIRECT ? 2 : 0;
  const fixed = type === ROUTER_SOLICITATION ? 0 : type === ROUTER_ADVERTISEMENT ? 8 : targets * 16;
  if (targets === 0 && type !== ROUTER_SOLICITATION && type !== ROUTER_ADVERTISEMENT) return;
  for (let i = 0; i < targets; i++) {
    const place = at + 8 + i * 16;
    if (place + 16 <= end) addresses.ipv6(bytes, place);
  }
  for (let option = at + 8 + fixed; option + 8 <= end;) {
    const length = bytes[option + 1] * 8;
    if (length === 0 || option + length > end) return;
    // Link-layer addresses of source and target; a prefix; recursive DNS servers (RFC 8106).
    if (bytes[option] === 1 || bytes[option] === 2) addresses.mac(bytes, option + 2);
    else if (bytes[option] === 3 && length === 32) addresses.ipv6(bytes, option + 16);
    else if (bytes[option] === 25) {
      for (let place = option + 8; place + 16 <= option + length; place += 16) addresses.ipv6(bytes, place);
    }
    option += length;
  }
}
