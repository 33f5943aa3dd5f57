// When two sockets may have the same local port. The systems agree on neither SO_REUSEADDR nor SO_REUSEPORT.

import { isAny } from "../socket/address.ts";
import { overlap } from "./tcp/addresses.ts";
import type { BindRule } from "./tcp/personality.ts";

/** What holds a local port, as far as it matters to others who want it. */
export interface PortHolder {
  readonly address: string;
  readonly v6Only: boolean;
  readonly reuseAddr: boolean;
  readonly reusePort: boolean;
  readonly listening: boolean;
  /** Whether it has a peer: it connected, or a listener made it. */
  readonly peer: "none" | "connected" | "accepted";
}

/** Whether `wanted` cannot have its port because of `other`, which has it. */
export function conflict(rule: BindRule, wanted: PortHolder, other: PortHolder): boolean {
  if (!overlap(wanted.address, wanted.v6Only, other.address, other.v6Only)) return false;
  const bothReuseAddress = wanted.reuseAddr && other.reuseAddr;
  const bothReusePort = wanted.reusePort && other.reusePort;
  switch (rule) {
    case "linux":
      // Both reuse the address and the other does not listen, or both reuse the port.
      return !(bothReuseAddress && !other.listening) && !bothReusePort;
    case "windows":
      // Connections that a listener made are in nobody's way; a wildcard and an address may share a port; the same address both
      // must want to share, and then both may listen.
      return other.peer !== "accepted" && sameAddress(wanted, other) && !bothReuseAddress;
    case "bsd":
      // Without SO_REUSEADDR everything is in the way; with it only a socket without a peer on the very same address.
      if (!wanted.reuseAddr && !wanted.reusePort) return true;
      return other.peer === "none" && sameAddress(wanted, other) && !bothReusePort;
  }
}

function sameAddress(a: PortHolder, b: PortHolder): boolean {
  return a.address === b.address || (isAny(a.address) && isAny(b.address));
}
