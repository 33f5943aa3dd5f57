// What the messages of a TCP stream carry, for following HTTP and WebSocket: heads and bodies, chunks put together and
// decompressed; frames without their masks.

import { dissect } from "../dissect/dissect.ts";
import type { DissectContext, Interest } from "../dissect/dissect.ts";
import type { DetailNode } from "../dissect/tree.ts";
import { PROTOCOL } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import type { FollowEnd } from "../reassembly/follow.ts";

export type MessageProtocol = "http" | "websocket";

/** A piece of a message, and who sent it. */
export interface MessagePart {
  /** The packet that completes it. */
  readonly row: number;
  readonly from: FollowEnd;
  readonly to: FollowEnd;
  readonly bytes: Uint8Array;
}

/** What of a message's lines holds its bytes: HTTP's own line covers the head. */
const PARTS: Record<MessageProtocol, ReadonlySet<string>> = {
  http: new Set(["http", "http.file_data"]),
  websocket: new Set(["websocket.payload"]),
};

/** The parts in the order of the packets that complete them. */
export function* messageParts(
  trace: Trace,
  context: DissectContext,
  protocol: MessageProtocol,
  stream: number,
): Generator<MessagePart> {
  const { packets } = trace;
  const interest: Interest = { layers: new Set([protocol]), labels: false };
  for (let row = 0; row < packets.count; row++) {
    if (packets.protocol[row] !== PROTOCOL.tcp || packets.stream[row] !== stream) continue;
    const packet = dissect(trace, row, context, interest);
    const { addresses } = packets;
    const from = { address: addresses.text(packets.source[row]), port: packets.sourcePort[row] };
    const to = { address: addresses.text(packets.destination[row]), port: packets.destinationPort[row] };
    for (const node of partsIn(packet.tree, protocol)) {
      const bytes = packet.sources[node.source].bytes.subarray(node.start, node.start + node.length);
      if (bytes.length > 0) yield { row, from, to, bytes };
    }
  }
}

function partsIn(tree: readonly DetailNode[], protocol: MessageProtocol): DetailNode[] {
  const found: DetailNode[] = [];
  for (const message of tree) {
    if (message.field !== protocol) continue;
    for (const node of [message, ...message.children]) {
      if (node.field !== null && PARTS[protocol].has(node.field)) found.push(node);
    }
  }
  return found;
}
