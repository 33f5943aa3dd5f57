// Which protocol a datagram is of: what the user said, else what its ports say, else what it looks like.

import { dissectBjnp } from "./bjnp.ts";
import { addPlainData } from "./data.ts";
import type { DecodeAs } from "./decode-as.ts";
import { decodeRule } from "./decode-rule.ts";
import { dissectDhcp } from "./dhcp.ts";
import { dnsColumns } from "./dns-columns.ts";
import { dissectDnsDatagram } from "./dns-exchange.ts";
import { looksLikeDns } from "./looks-like-dns.ts";
import { dissectDropboxDiscovery } from "./dropbox.ts";
import { dissectGquic, looksLikeGquic } from "./gquic.ts";
import { dissectNbns } from "./nbns.ts";
import { dissectNtp } from "./ntp.ts";
import { dissectQuic } from "./quic.ts";
import type { Columns } from "./protocol.ts";
import { looksLikeQuic } from "./quic-packets.ts";
import { looksLikeRpcCall } from "./rpc-exchange.ts";
import { dissectRpcDatagram } from "./rpc.ts";
import { dissectSsdp } from "./ssdp.ts";
import type { Dissection } from "./tree.ts";
import type { UdpConversation } from "./udp-conversation.ts";

export interface Datagram {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Payload: [start, end) of `d.bytes`, of which less may have been captured. */
  readonly start: number;
  readonly end: number;
  /** Null where the datagram is quoted, or is of no stream. */
  readonly conversation: UdpConversation | null;
}

interface DatagramProtocol {
  dissect(d: Dissection, datagram: Datagram): void;
  readonly ports: readonly number[];
  readonly looksLike: ((bytes: Uint8Array, start: number, end: number) => boolean) | null;
  /** The columns of the datagram whose payload is in [start, end) of `bytes`, where they are simpler to tell than by `dissect`. */
  columns?(bytes: Uint8Array, start: number, end: number): Columns | null;
}

/** By name as in `frame.protocols`. */
export const DATAGRAM_PROTOCOLS: ReadonlyMap<string, DatagramProtocol> = new Map([
  [
    "dns",
    {
      dissect: (d, datagram) => dissectDnsDatagram(d, "dns", datagram),
      ports: [53],
      looksLike: looksLikeDns,
      columns: dnsColumns,
    },
  ],
  [
    "mdns",
    {
      dissect: (d, datagram) => dissectDnsDatagram(d, "mdns", datagram),
      ports: [5353],
      looksLike: null,
    },
  ],
  [
    "llmnr",
    {
      dissect: (d, datagram) => dissectDnsDatagram(d, "llmnr", datagram),
      ports: [5355],
      looksLike: null,
    },
  ],
  ["dhcp", { dissect: dissectDhcp, ports: [67, 68, 4011], looksLike: null }],
  ["nbns", { dissect: dissectNbns, ports: [137], looksLike: null }],
  ["ssdp", { dissect: dissectSsdp, ports: [1900], looksLike: null }],
  ["ntp", { dissect: dissectNtp, ports: [123], looksLike: null }],
  ["bjnp", { dissect: dissectBjnp, ports: [8611, 8612, 8613, 8614], looksLike: null }],
  ["db-lsp-disc", { dissect: dissectDropboxDiscovery, ports: [17_500], looksLike: null }],
  ["rpc", { dissect: dissectRpcDatagram, ports: [], looksLike: looksLikeRpcCall }],
  ["quic", { dissect: dissectQuic, ports: [], looksLike: looksLikeQuic }],
  ["gquic", { dissect: dissectGquic, ports: [], looksLike: looksLikeGquic }],
] satisfies [string, DatagramProtocol][]);

/** By port, the first that has it, and how far down the list that is. */
const BY_PORT = new Map<number, OfPort>();
for (const [rank, protocol] of [...DATAGRAM_PROTOCOLS.values()].entries()) {
  for (const port of protocol.ports) if (!BY_PORT.has(port)) BY_PORT.set(port, { rank, protocol });
}

interface OfPort {
  readonly rank: number;
  readonly protocol: DatagramProtocol;
}

/** Of the protocols of two ports the one that is first in the list; null where neither has one. */
function firstOf(one: OfPort | undefined, other: OfPort | undefined): DatagramProtocol | null {
  if (one === undefined || other === undefined) return (one ?? other)?.protocol ?? null;
  return one.rank < other.rank ? one.protocol : other.protocol;
}

/** Shows a datagram's payload. */
export function dissectUdpPayload(d: Dissection, datagram: Datagram, decodeAs: readonly DecodeAs[]): void {
  const protocol = protocolOf(d.bytes, datagram, decodeAs);
  if (protocol === null) addPlainData(d, datagram.start, datagram.end);
  else if (d.captured(datagram.end) <= datagram.start) d.stop("cut", "UDP payload", datagram.start);
  else protocol.dissect(d, datagram);
}

/**
 * The columns of a datagram whose payload is in `bytes`: null where it is of none of the protocols known here, undefined where only
 * dissection can tell.
 */
export function datagramColumns(
  bytes: Uint8Array,
  datagram: Datagram,
  decodeAs: readonly DecodeAs[],
): Columns | null | undefined {
  const protocol = protocolOf(bytes, datagram, decodeAs);
  if (protocol === null) return null;
  return protocol.columns?.(bytes, datagram.start, datagram.end) ?? undefined;
}

function protocolOf(
  bytes: Uint8Array,
  { sourcePort, destinationPort, start, end, conversation }: Datagram,
  decodeAs: readonly DecodeAs[],
): DatagramProtocol | null {
  const chosen = decodeRule(decodeAs, "udp", sourcePort, destinationPort);
  if (chosen !== undefined) return DATAGRAM_PROTOCOLS.get(chosen.protocol) ?? null;
  // Replies are known by their calls.
  const isRpc = conversation?.rpc?.isMessage(bytes, start, Math.min(end, bytes.length)) === true;
  if (isRpc) return DATAGRAM_PROTOCOLS.get("rpc") ?? null;
  // Packets of data are known by those that came before them only.
  if (conversation !== null && conversation.quic !== null) return DATAGRAM_PROTOCOLS.get("quic") ?? null;
  // A byte is a header's flags and nothing of what they announce.
  const isGquic = conversation !== null && conversation.gquicVersion !== null && end - start > 1;
  if (isGquic) return DATAGRAM_PROTOCOLS.get("gquic") ?? null;
  const byPort = firstOf(BY_PORT.get(sourcePort), BY_PORT.get(destinationPort));
  if (byPort !== null) return byPort;
  for (const protocol of DATAGRAM_PROTOCOLS.values()) {
    if (protocol.looksLike?.(bytes, start, Math.min(end, bytes.length)) === true) return protocol;
  }
  return null;
}
