// `-z conv,...` and `-z endpoints,...`: who talked to whom, how much and when, as tshark's tables.
//
// Packets are counted by the addresses and ports of their columns, so nothing is dissected. Ethernet addresses are in no
// column and read from the bytes.

import { readMac } from "../../wire/address.ts";
import { LINKTYPE } from "../../wire/link-types.ts";
import { PROTOCOL } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";

export type ConversationKind = "eth" | "ip" | "ipv6" | "tcp" | "udp";

export const CONVERSATION_KINDS: readonly ConversationKind[] = ["eth", "ip", "ipv6", "tcp", "udp"];

const TITLES: Record<ConversationKind, string> = {
  eth: "Ethernet",
  ip: "IPv4",
  ipv6: "IPv6",
  tcp: "TCP",
  udp: "UDP",
};

/** One direction of one packet, or null where the packet has no such layer. */
interface Ends {
  readonly from: string;
  readonly fromPort: number;
  readonly to: string;
  readonly toPort: number;
  /** Number of the stream, so that reused ports count apart; -1 for kinds without streams. */
  readonly stream: number;
}

interface Conversation {
  readonly from: string;
  readonly fromPort: number;
  readonly to: string;
  readonly toPort: number;
  packetsOut: number;
  bytesOut: number;
  packetsIn: number;
  bytesIn: number;
  /** Nanoseconds since the first packet; packets may be out of order. */
  startNs: number;
  endNs: number;
}

interface Endpoint {
  readonly address: string;
  readonly port: number;
  packetsOut: number;
  bytesOut: number;
  packetsIn: number;
  bytesIn: number;
}

function hasPorts(kind: ConversationKind): boolean {
  return kind === "tcp" || kind === "udp";
}

function endsOf(trace: Trace, row: number, kind: ConversationKind): Ends | null {
  const table = trace.packets;
  if (kind === "eth") {
    if (trace.interfaces[table.interfaceId[row]]?.linkType !== LINKTYPE.ethernet) return null;
    const bytes = trace.bytes(row);
    if (bytes.length < 12) return null;
    return { from: readMac(bytes, 6), fromPort: 0, to: readMac(bytes, 0), toPort: 0, stream: -1 };
  }
  const { addresses } = table;
  const family = addresses.family(table.source[row]);
  if (family === 0) return null;
  const from = addresses.text(table.source[row]);
  const to = addresses.text(table.destination[row]);
  if (kind === "ip" || kind === "ipv6") {
    return family === (kind === "ip" ? 4 : 6) ? { from, fromPort: 0, to, toPort: 0, stream: -1 } : null;
  }
  if (table.protocol[row] !== (kind === "tcp" ? PROTOCOL.tcp : PROTOCOL.udp)) return null;
  const [fromPort, toPort] = [table.sourcePort[row], table.destinationPort[row]];
  return { from, fromPort, to, toPort, stream: table.stream[row] };
}

/** The lines of tshark's conversation table over `rows`. */
export function* printConversations(
  trace: Trace,
  rows: Iterable<number>,
  kind: ConversationKind,
  filter: string = "",
): Generator<string> {
  const conversations = new Map<string, Conversation>();
  for (const row of rows) {
    const ends = endsOf(trace, row, kind);
    if (ends !== null)
      countConversation(conversations, ends, trace.packets.relativeNs(row), trace.packets.length[row]);
  }
  const width = hasPorts(kind) ? 26 : 20;
  const blank = " ".repeat(width * 2 + 7);
  yield "=".repeat(80);
  yield `${TITLES[kind]} Conversations`;
  yield `Filter:${filter === "" ? "<No Filter>" : filter}`;
  yield `${blank}|       <-      | |       ->      | |     Total     |    Relative    |   Duration   |`;
  yield `${blank}| Frames  Bytes | | Frames  Bytes | | Frames  Bytes |      Start     |              |`;
  const sorted = [...conversations.values()].sort(
    (a, b) => b.packetsIn + b.packetsOut - (a.packetsIn + a.packetsOut),
  );
  for (const conversation of sorted) yield conversationLine(conversation, kind, width);
  yield "=".repeat(80);
}

function countConversation(
  conversations: Map<string, Conversation>,
  { from, fromPort, to, toPort, stream }: Ends,
  atNs: number,
  length: number,
): void {
  const forward = `${stream} ${from} ${fromPort} ${to} ${toPort}`;
  const backward = `${stream} ${to} ${toPort} ${from} ${fromPort}`;
  let key = forward;
  let known = conversations.get(forward);
  const isBack = known === undefined && conversations.has(backward);
  if (isBack) {
    key = backward;
    known = conversations.get(backward);
  }
  if (known === undefined) {
    known = {
      from,
      fromPort,
      to,
      toPort,
      packetsOut: 0,
      bytesOut: 0,
      packetsIn: 0,
      bytesIn: 0,
      startNs: atNs,
      endNs: atNs,
    };
    conversations.set(key, known);
  }
  known.startNs = Math.min(known.startNs, atNs);
  known.endNs = Math.max(known.endNs, atNs);
  if (isBack) {
    known.packetsIn++;
    known.bytesIn += length;
  } else {
    known.packetsOut++;
    known.bytesOut += length;
  }
}

function conversationLine(c: Conversation, kind: ConversationKind, width: number): string {
  const start = c.startNs / 1e9;
  const duration = (c.endNs - c.startNs) / 1e9;
  const end = (address: string, port: number): string => (hasPorts(kind) ? `${address}:${port}` : address);
  const left = end(c.from, c.fromPort).padEnd(width);
  const right = end(c.to, c.toPort).padEnd(width);
  const counts = [
    [c.packetsIn, c.bytesIn],
    [c.packetsOut, c.bytesOut],
    [c.packetsIn + c.packetsOut, c.bytesIn + c.bytesOut],
  ].map(([packets, bytes]) => `${String(packets).padStart(6)} ${sizeText(bytes).padEnd(9)}`);
  return `${left} <-> ${right}  ${counts.join("  ")}  ${start.toFixed(9).padStart(14)}   ${duration.toFixed(4).padStart(12)}`;
}

/** `520 bytes`, from 10,000 on in kB, MB, GB: as tshark shortens them. */
export function sizeText(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 10_000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${Math.floor(value)} ${units[unit]}`;
}

/** The lines of tshark's endpoint table over `rows`. */
export function* printEndpoints(
  trace: Trace,
  rows: Iterable<number>,
  kind: ConversationKind,
  filter: string = "",
): Generator<string> {
  const endpoints = new Map<string, Endpoint>();
  const at = (address: string, port: number): Endpoint => {
    const key = `${address} ${port}`;
    let known = endpoints.get(key);
    if (known === undefined) {
      endpoints.set(key, (known = { address, port, packetsOut: 0, bytesOut: 0, packetsIn: 0, bytesIn: 0 }));
    }
    return known;
  };
  for (const row of rows) {
    const ends = endsOf(trace, row, kind);
    if (ends === null) continue;
    const length = trace.packets.length[row];
    const [from, to] = [at(ends.from, ends.fromPort), at(ends.to, ends.toPort)];
    from.packetsOut++;
    from.bytesOut += length;
    to.packetsIn++;
    to.bytesIn += length;
  }
  const port = hasPorts(kind) ? "|  Port  |" : "";
  yield "=".repeat(80);
  yield `${TITLES[kind]} Endpoints`;
  yield `Filter:${filter === "" ? "<No Filter>" : filter}`;
  const heads = ["Packets", " Bytes", "Tx Packets", "Tx Bytes", "Rx Packets", "Rx Bytes"];
  yield `${" ".repeat(23)}${port}|  ${heads[0]}  | | ${heads[1]}  | | ${heads.slice(2).join(" | | ")} |`;
  const sorted = [...endpoints.values()].sort(
    (a, b) => b.packetsIn + b.packetsOut - (a.packetsIn + a.packetsOut),
  );
  for (const endpoint of sorted) yield endpointLine(endpoint, kind);
  yield "=".repeat(80);
}

function endpointLine(e: Endpoint, kind: ConversationKind): string {
  const port = hasPorts(kind) ? `      ${String(e.port).padStart(5)}` : "";
  const cell = (value: number, width: number): string => String(value).padStart(width);
  const total = `${cell(e.packetsIn + e.packetsOut, 6)}     ${cell(e.bytesIn + e.bytesOut, 9)}`;
  const tx = `${cell(e.packetsOut, 6)}       ${cell(e.bytesOut, 9)}`;
  const rx = `${cell(e.packetsIn, 6)}       ${cell(e.bytesIn, 9)}`;
  const name = `${e.address.padEnd(20)}${hasPorts(kind) ? "" : " "}`;
  return `${name}${port}     ${total}     ${tx}      ${rx}   `;
}
