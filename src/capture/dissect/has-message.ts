// Which TCP segments show something that an application says: most are in the middle of a message, or hold none.

import type { Trace } from "../../trace/trace.ts";
import { NO_PDU } from "../reassembly/pdu-table.ts";
import { conversationsOf } from "./conversations.ts";
import type { DissectContext } from "./dissect.ts";
import { PAYLOAD, payloadKind } from "./tcp-payload.ts";

/** Protocols that TCP's streams speak and nothing else in them carries, but for TLS that is decrypted. */
const SPOKEN: ReadonlySet<string> = new Set(["dns", "http", "http2", "mqtt", "resp", "ssh", "tls"]);

/** `layers`, where all of them are such that only streams that speak them have them; null where others may. */
export function spokenOnly(layers: ReadonlySet<string> | null): ReadonlySet<string> | null {
  return layers !== null && [...layers].every((layer) => SPOKEN.has(layer)) ? layers : null;
}

/**
 * Whether TCP segment `row`, which is not tunnelled and has data or ends its stream, completes a message or begins one; where `spoken` is not
 * null, one of those protocols or one that may carry them.
 */
export function hasMessage(
  trace: Trace,
  row: number,
  context: DissectContext,
  spoken: ReadonlySet<string> | null,
): boolean {
  const kind = payloadKind(trace, row, context);
  if (kind !== PAYLOAD.messages && kind !== PAYLOAD.beginning) return false;
  return spoken === null || speaks(trace, row, context, spoken);
}

/** Whether what plain TCP segment `row` has of messages is of one of `spoken`, or may carry it. */
export function speaks(
  trace: Trace,
  row: number,
  context: DissectContext,
  spoken: ReadonlySet<string>,
): boolean {
  const { conversations = conversationsOf(trace) } = context;
  const conversation = conversations.tcp(row);
  if (conversation === null || !conversations.middles.isSealed()) return true;
  const { table } = conversation.pdus;
  const index = conversation.segment(row);
  if (index === -1) return true;
  const isSpoken = (pdu: number): boolean =>
    conversation.dissectorOf(pdu)?.layers.some((layer) => spoken.has(layer)) !== false;
  const continued = table.continued(index);
  if (continued !== NO_PDU && isSpoken(continued)) return true;
  const to = table.begunTo(index);
  for (let pdu = table.begunFrom(index); pdu < to; pdu++) if (isSpoken(pdu)) return true;
  return false;
}
