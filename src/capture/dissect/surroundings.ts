// What dissectors ask of the capture around the packet they show.

import type { Trace } from "../../trace/trace.ts";
import type { TcpAnalysis } from "../analysis/tcp.ts";
import type { DatagramFragment } from "../reassembly/fragments.ts";
import type { Conversations } from "./conversations.ts";
import type { DecodeAs } from "./decode-as.ts";

export interface Surroundings {
  readonly trace: Trace;
  readonly row: number;
  /** How the connection of TCP packet `row` counts, or null where nothing is known: numbers are then shown as sent. */
  tcp(row: number): TcpView | null;
  /** The stream of the transport header at `offset` of the row that is not the row's own; NO_STREAM where there is none. */
  streamBesides(offset: number): number;
  /** What is known of TCP packets in the light of those before them; null where no analysis has run. */
  readonly analysis: TcpAnalysis | null;
  /** `frame.interface_id`, null where the file numbers no interfaces. */
  interfaceId(row: number): number | null;
  /** False for a packet whose block holds no timestamp. */
  hasTime(row: number): boolean;
  /** pcapng's flags of the packet, null where the file has none. */
  packetFlags(row: number): number | null;
  /** The section of its file that the packet is in, from 1; null where the file has none. */
  section(row: number): number | null;
  /** What the file remarks on the packet. */
  comments(row: number): readonly string[];
  /** Whether the user has marked the packet. */
  isMarked(row: number): boolean;
  /** The packet shown before this one, -1 for none. */
  shownBefore(row: number): number;
  /** Whether checksums of IP, TCP and UDP are worked out. */
  readonly verifiesChecksums: boolean;
  /** The datagram whose last missing fragment is packet `row`, or null. */
  reassembled(row: number): ReassembledPayload | null;
  /** What is known of the streams. */
  readonly conversations: Conversations;
  /** Protocols that the user chose for ports. */
  readonly decodeAs: readonly DecodeAs[];
}

/** What turns a segment's numbers into the ones Wireshark shows. */
export interface TcpView {
  /** Sequence numbers at which this direction and the other one begin. */
  readonly seqBase: number;
  readonly ackBase: number;
  /** Shift of this direction's window; -1 where the handshake was not seen, -2 where it agreed on no scaling. */
  readonly windowShift: number;
}

/** The payload of a fragmented datagram, put together. */
export interface ReassembledPayload {
  readonly bytes: Uint8Array;
  /** What it came from, by where in it each is. */
  readonly fragments: readonly DatagramFragment[];
  /** Its IP protocol number. */
  readonly protocol: number;
}
