// The filters that find the packets of a line in the Statistics screen's tables.

import { hasPorts } from "../../capture/statistics/traffic-counts.ts";
import type { EndCounts, TrafficCounts } from "../../capture/statistics/traffic-counts.ts";

/** `ip` or `ipv6` by the look of an address. */
function family(address: string): "ip" | "ipv6" {
  return address.includes(":") ? "ipv6" : "ip";
}

/** Of the conversation on `line`. */
export function conversationFilter({ ends, pairs, kind }: TrafficCounts, line: number): string {
  const [from, to] = [ends.addresses[pairs.from[line]], ends.addresses[pairs.to[line]]];
  if (kind === "eth") return `eth.addr == ${from} && eth.addr == ${to}`;
  if (hasPorts(kind) && pairs.stream[line] >= 0) return `${kind}.stream == ${pairs.stream[line]}`;
  const ip = family(from);
  const addresses = `${ip}.addr == ${from} && ${ip}.addr == ${to}`;
  if (!hasPorts(kind)) return addresses;
  const [a, b] = [ends.ports[pairs.from[line]], ends.ports[pairs.to[line]]];
  return `${addresses} && ${kind}.port == ${a} && ${kind}.port == ${b}`;
}

/** Of the endpoint on `line`. */
export function endpointFilter(ends: EndCounts, line: number, kind: TrafficCounts["kind"]): string {
  const address = ends.addresses[line];
  if (kind === "eth") return `eth.addr == ${address}`;
  const ip = family(address);
  if (!hasPorts(kind)) return `${ip}.addr == ${address}`;
  const port = ends.ports[line];
  return `(${ip}.src == ${address} && ${kind}.srcport == ${port}) || (${ip}.dst == ${address} && ${kind}.dstport == ${port})`;
}
