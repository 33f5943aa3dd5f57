// A captured conversation in words.

import type { Capture } from "../capture/capture.ts";
import type { Conversation, ReplaySide } from "../capture/replay/conversation.ts";
import { durationText } from "../trace/words.ts";

/** One line on what is replayed, and one more where some of it is not in the capture. */
export function conversationText(capture: Capture, conversation: Conversation): string {
  const { protocol, stream, client, server, durationNs, missing } = conversation;
  const head = `${protocol} stream ${stream} of ${capture.path}: ${endText(client)} → ${endText(server)}`;
  const what = `${client.bytes} bytes there, ${server.bytes} back, in ${durationText(durationNs)}`;
  const gap = missing === 0 ? "" : `\n${missing} bytes are missing from the capture: zeros stand in for them`;
  return `${head}, ${what}${gap}`;
}

function endText({ end }: ReplaySide): string {
  return end.address.includes(":") ? `[${end.address}]:${end.port}` : `${end.address}:${end.port}`;
}
