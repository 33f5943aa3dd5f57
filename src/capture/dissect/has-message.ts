// Which TCP segments show something that an application says: most are in the middle of a message, or hold none.

import type { Trace } from "../../trace/trace.ts";
import { TCP_FLAG } from "../../wire/tcp.ts";
import type { DissectContext } from "./dissect.ts";
import { PAYLOAD, payloadKind } from "./tcp-payload.ts";

/** Whether TCP segment `row`, not tunnelled, completes a message or begins one. */
export function hasMessage(trace: Trace, row: number, context: DissectContext): boolean {
  const { payloadLength, tcpFlags } = trace.packets;
  // The end of a stream may complete a message.
  if (payloadLength[row] === 0 && (tcpFlags[row] & TCP_FLAG.fin) === 0) return false;
  const kind = payloadKind(trace, row, context);
  return kind === PAYLOAD.messages || kind === PAYLOAD.beginning;
}
