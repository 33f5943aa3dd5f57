// One packet's dissection: its detail tree, the columns of a packet list, and the layers by name.
//
// Files beside this one hold a protocol each; `tree.ts` has what they share. Any bytes give an answer: what could not be
// read is a line in the tree that says so.

import type { StreamTable } from "../../trace/streams.ts";
import { NO_STREAM, PROTOCOL } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import type { TcpAnalysis } from "../analysis/tcp.ts";
import { spelledOut } from "../spelled-out.ts";
import { conversationsOf } from "./conversations.ts";
import type { Conversations } from "./conversations.ts";
import type { DecodeAs } from "./decode-as.ts";
import type { ExpertFinding } from "./expert.ts";
import type { Reassembly } from "../reassembly/fragments.ts";
import { addComments, addFrame } from "./frame.ts";
import { dissectLink } from "./link.ts";
import { dissectTcpPayload } from "./tcp-payload.ts";
import type { TlsKeys } from "./tls-keys.ts";
import { dissectUdpPayload } from "./udp-protocols.ts";
import { Dissection, EVERYTHING } from "./tree.ts";
import type { ReassembledPayload, Surroundings, TcpView } from "./surroundings.ts";
import type { DataSource, DetailNode, Interest, Stop } from "./tree.ts";

export { COLUMNS, VALUES } from "./tree.ts";
export type { ReassembledPayload } from "./surroundings.ts";
export type { DataSource, DetailNode, FieldValue, Interest } from "./tree.ts";

/** What is known of a capture beside its trace. Everything is optional: less is shown without it. */
export interface DissectContext {
  /** The table that numbered the trace's streams: relative sequence numbers and scaled windows come from it. */
  readonly streams?: StreamTable;
  /** What the segments are in the light of those before them: `tcp.analysis` fields and Info prefixes come from it. */
  readonly analysis?: TcpAnalysis;
  /** Where `reassembled` comes from, for what follows whole streams. */
  readonly reassembly?: Reassembly;
  /** The datagram whose last missing fragment came in packet `row`. */
  readonly reassembled?: (row: number) => ReassembledPayload | null;
  /** `frame.interface_id` of a packet; null (the default) where the file numbers no interfaces. */
  readonly interfaceId?: (row: number) => number | null;
  /** What is known of the streams; the trace's own by default. */
  readonly conversations?: Conversations;
  /** Protocols that the user chose for ports: those `conversations` was made with. */
  readonly decodeAs?: readonly DecodeAs[];
  /** Secrets with which TLS is opened; null where there can be none. */
  readonly keys?: TlsKeys | null;
  /** False for a packet without a timestamp; all have one by default. */
  readonly hasTime?: (row: number) => boolean;
  /** pcapng's flags of a packet; null (the default) where the file has none. */
  readonly packetFlags?: (row: number) => number | null;
  /** The section of its file that a packet is in, from 1; null (the default) where the file has none. */
  readonly section?: (row: number) => number | null;
  /** Comments of a packet; none by default. */
  readonly comments?: (row: number) => readonly string[];
  /** Whether the user has marked a packet; none by default. */
  readonly isMarked?: (row: number) => boolean;
  /** The packet shown before `row`, -1 for none; by default the one before it. */
  readonly shownBefore?: (row: number) => number;
  /** Whether checksums of IP, TCP and UDP are worked out; true by default. */
  readonly verifiesChecksums?: boolean;
}

export interface DissectedPacket {
  /** The Protocol column: `TCP`, `DNS`, ... */
  readonly protocol: string;
  /** The Info column, worded as tshark words it. */
  readonly info: string;
  /** The Source and Destination columns: network addresses, or link addresses where there are none; "" for neither. */
  readonly source: string;
  readonly destination: string;
  /** `frame.protocols`: `eth:ethertype:ip:tcp`. */
  readonly protocols: string;
  readonly tree: readonly DetailNode[];
  /** What `source` of a node counts: the frame's bytes, then data put together from several packets. */
  readonly sources: readonly DataSource[];
  /** Expert information, in the order it was found. */
  readonly experts: readonly ExpertFinding[];
  /** Why dissection ended early: the capture kept too little, or the packet is damaged; null when it did not. */
  readonly stopped: Stop | null;
}

/**
 * Dissects packet `row`; `interest` is what of it will be looked at. Throws RangeError for a row that is not there, nothing else.
 */
export function dissect(
  trace: Trace,
  row: number,
  context: DissectContext = {},
  interest: Interest = EVERYTHING,
): DissectedPacket {
  const bytes = trace.bytes(row);
  const table = trace.packets;
  const linkType = trace.interfaces[table.interfaceId[row]]?.linkType ?? -1;
  const d = new Dissection(bytes, table.length[row], new PacketSurroundings(trace, row, context), interest);
  dissectLink(d, linkType);
  addFrame(d, linkType);
  addComments(d);
  return new Dissected(d);
}

class Dissected implements DissectedPacket {
  readonly protocol: string;
  readonly source: string;
  readonly destination: string;
  readonly protocols: string;
  readonly tree: readonly DetailNode[];
  readonly sources: readonly DataSource[];
  readonly experts: readonly ExpertFinding[];
  readonly stopped: Stop | null;
  readonly #d: Dissection;
  #info: string | null = null;

  constructor(d: Dissection) {
    this.protocol = d.protocol;
    this.source = d.addressFrom;
    this.destination = d.addressTo;
    this.protocols = d.layers.join(":");
    this.tree = d.tree;
    this.sources = d.sources;
    this.experts = d.experts;
    this.stopped = d.stopped;
    this.#d = d;
  }

  // Who looks at the tree alone never asks.
  get info(): string {
    return (this.#info ??= infoOf(this.#d));
  }
}

/** What the payload of a segment or datagram holds, and the columns it makes of the packet. */
export interface DissectedPayload {
  readonly protocol: string;
  readonly info: string;
  readonly tree: readonly DetailNode[];
}

/**
 * The same of a TCP segment or UDP datagram that is not tunnelled, from its payload on: the layers below are left out of the tree.
 * `prefix` and `info` are the transport's own part of the Info column.
 */
export function dissectPayload(
  trace: Trace,
  row: number,
  context: DissectContext,
  interest: Interest,
  prefix: string,
  info: string,
): DissectedPayload {
  const table = trace.packets;
  const around = new PacketSurroundings(trace, row, context);
  const d = new Dissection(trace.bytes(row), table.length[row], around, interest);
  const start = table.payloadOffset[row];
  const ports = { sourcePort: table.sourcePort[row], destinationPort: table.destinationPort[row] };
  const end = start + table.payloadLength[row];
  if (table.protocol[row] === PROTOCOL.udp) {
    d.columns("UDP", info);
    const conversation = around.conversations.datagrams(row);
    if (end > start) dissectUdpPayload(d, { ...ports, start, end, conversation }, around.decodeAs);
  } else {
    d.columns("TCP", info);
    d.infoPrefix = prefix;
    dissectTcpPayload(d, d.layer("tcp", "", start, 0), ports, start, end);
  }
  return { protocol: d.protocol, info: infoOf(d), tree: d.tree };
}

const STOPPED: Readonly<Record<Stop, string>> = {
  cut: "[Packet size limited during capture]",
  malformed: "[Malformed Packet]",
  unreassembled: "[BoundErrorUnreassembled Packet]",
};

/** The Info column with why it ends early. */
function infoOf(d: Dissection): string {
  const info = spelledOut(d.info);
  if (d.stopped === null) return info;
  return `${info}${STOPPED[d.stopped]}`;
}

const NO_COMMENTS: readonly string[] = [];

/** One packet in its capture. */
class PacketSurroundings implements Surroundings {
  readonly trace: Trace;
  readonly row: number;
  readonly analysis: TcpAnalysis | null;
  readonly conversations: Conversations;
  readonly decodeAs: readonly DecodeAs[];
  readonly #context: DissectContext;

  constructor(trace: Trace, row: number, context: DissectContext) {
    this.trace = trace;
    this.row = row;
    this.analysis = context.analysis ?? null;
    this.conversations = context.conversations ?? conversationsOf(trace);
    this.decodeAs = context.decodeAs ?? [];
    this.#context = context;
  }

  tcp(row: number): TcpView | null {
    const { streams } = this.#context;
    return streams === undefined ? null : tcpView(this.trace, streams, row);
  }

  streamBesides(offset: number): number {
    return this.#context.streams?.streamBesides(this.row, offset) ?? NO_STREAM;
  }

  interfaceId(row: number): number | null {
    return this.#context.interfaceId?.(row) ?? null;
  }

  hasTime(row: number): boolean {
    return this.#context.hasTime?.(row) ?? true;
  }

  packetFlags(row: number): number | null {
    return this.#context.packetFlags?.(row) ?? null;
  }

  section(row: number): number | null {
    return this.#context.section?.(row) ?? null;
  }

  comments(row: number): readonly string[] {
    return this.#context.comments?.(row) ?? NO_COMMENTS;
  }

  isMarked(row: number): boolean {
    return this.#context.isMarked?.(row) ?? false;
  }

  shownBefore(row: number): number {
    return this.#context.shownBefore?.(row) ?? row - 1;
  }

  get verifiesChecksums(): boolean {
    return this.#context.verifiesChecksums ?? true;
  }

  reassembled(row: number): ReassembledPayload | null {
    return this.#context.reassembled?.(row) ?? null;
  }
}

function tcpView(trace: Trace, streams: StreamTable, row: number): TcpView | null {
  const table = trace.packets;
  const stream = table.stream[row];
  if (table.protocol[row] !== PROTOCOL.tcp || stream === NO_STREAM) return null;
  const direction = streams.direction(table, row);
  const own = streams.tcpDirection(stream, direction, row);
  const other = streams.tcpDirection(stream, direction === 0 ? 1 : 0, row);
  return {
    seqBase: own.base ?? 0,
    ackBase: other.base ?? 0,
    windowShift: own.windowScale,
  };
}
