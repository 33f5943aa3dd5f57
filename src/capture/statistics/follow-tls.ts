// What a TLS connection carries, for following it: the application data of each record that was opened.

import { conversationsOf } from "../dissect/conversations.ts";
import type { DissectContext } from "../dissect/dissect.ts";
import type { TcpConversation } from "../dissect/tcp-conversation.ts";
import { TlsStream } from "../dissect/tls.ts";
import type { FollowEnd } from "../reassembly/follow.ts";
import { PROTOCOL } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import type { MessagePart } from "./follow-messages.ts";

export interface TlsContents {
  /** Who sent the first record that was opened, of whatever it carries; null where none was. */
  readonly first: FollowEnd | null;
  /** In the order of the packets that complete the records. */
  readonly parts: readonly MessagePart[];
}

/** The TLS that a connection speaks, or came to speak; null for none. */
export function tlsOf(conversation: TcpConversation): TlsStream | null {
  return conversation.speakers.find((speaker) => speaker instanceof TlsStream) ?? null;
}

/** What is known of `stream`, all of it. */
export function tlsContents(trace: Trace, context: DissectContext, stream: number): TlsContents {
  const { packets } = trace;
  let last = -1;
  for (let row = 0; row < packets.count; row++)
    if (packets.protocol[row] === PROTOCOL.tcp && packets.stream[row] === stream) last = row;
  const conversation = last === -1 ? null : (context.conversations ?? conversationsOf(trace)).tcp(last);
  const tls = conversation === null ? null : tlsOf(conversation);
  if (tls === null || tls.firstOpened === -1) return { first: null, parts: [] };
  const { addresses } = packets;
  const from = (row: number): FollowEnd => ({
    address: addresses.text(packets.source[row]),
    port: packets.sourcePort[row],
  });
  const to = (row: number): FollowEnd => ({
    address: addresses.text(packets.destination[row]),
    port: packets.destinationPort[row],
  });
  const parts = Array.from({ length: tls.carriesCount }, (_, index): MessagePart => {
    const row = tls.carriedIn(index);
    return { row, from: from(row), to: to(row), bytes: tls.content(index) };
  });
  return { first: from(tls.firstOpened), parts: parts.filter(({ bytes }) => bytes.length > 0) };
}
