// Where a packet leads: along its stream, to the request of an answer, to the original of a retransmission, to a number or a time.

import { findField, nodesOf } from "../../capture/fields.ts";
import { PROTOCOL } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import type { Model } from "../model.ts";
import { dissectedAt, shownTrace } from "./packet-data.ts";

/** Fields that name the other half of an exchange, the request's of an answer first. */
const PARTNERS = [
  "http.request_in",
  "dns.response_to",
  "icmp.resp_to",
  "icmpv6.resp_to",
  "http.response_in",
  "dns.response_in",
  "icmp.resp_in",
  "icmpv6.resp_in",
].flatMap((name) => findField(name) ?? []);

const DAY_S = 86_400;
const UNIT_NS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9 };

/** The next (1) or previous (-1) packet of the stream of `row`; -1 where there is none. */
export function alongStream(trace: Trace, row: number, by: 1 | -1): number {
  const { packets } = trace;
  if (row < 0 || packets.stream[row] < 0) return -1;
  for (let other = row + by; other >= 0 && other < packets.count; other += by) {
    if (packets.stream[other] === packets.stream[row] && packets.protocol[other] === packets.protocol[row])
      return other;
  }
  return -1;
}

/** The request of an answer, the answer of a request; of a TCP segment with data, the other side's data before it. -1 for none. */
export function partnerOf(model: Model, row: number): number {
  if (row < 0) return -1;
  const trace = shownTrace(model);
  const { tree } = dissectedAt(model, row);
  for (const field of PARTNERS) {
    for (const { value } of nodesOf(tree, field)) {
      const other = Number(value) - 1;
      if (Number.isInteger(other) && other >= 0 && other < trace.packets.count && other !== row) return other;
    }
  }
  const { packets } = trace;
  if (packets.payloadLength[row] === 0) return -1;
  for (let other = alongStream(trace, row, -1); other >= 0; other = alongStream(trace, other, -1)) {
    const isOpposite =
      packets.sourcePort[other] !== packets.sourcePort[row] || packets.source[other] !== packets.source[row];
    if (isOpposite && packets.payloadLength[other] > 0) return other;
  }
  return -1;
}

/** The segment that first carried the data (or the SYN, the FIN) that segment `row` carries again; -1 for none. */
export function originalOf(trace: Trace, row: number): number {
  const { packets } = trace;
  if (row < 0 || packets.protocol[row] !== PROTOCOL.tcp) return -1;
  const seq = packets.tcpSeq[row];
  const length = spaceOf(trace, row);
  if (length === 0) return -1;
  let first = -1;
  for (let other = alongStream(trace, row, -1); other >= 0; other = alongStream(trace, other, -1)) {
    if (
      packets.sourcePort[other] !== packets.sourcePort[row] ||
      packets.source[other] !== packets.source[row]
    )
      continue;
    const offset = (seq - packets.tcpSeq[other]) >>> 0;
    if (offset < spaceOf(trace, other)) first = other;
  }
  return first;
}

/** Sequence numbers a segment takes up: its data, and one each for SYN and FIN. */
function spaceOf({ packets }: Trace, row: number): number {
  const flags = packets.tcpFlags[row];
  return packets.payloadLength[row] + (flags & 1) + ((flags >> 1) & 1);
}

/** `1.5s`, a time since the beginning, in ns; null for what is none. */
function elapsedNs(text: string): number | null {
  const match = /^(\d{1,12}(?:\.\d{1,9})?)\s*(ns|us|ms|s|m)$/.exec(text);
  return match === null ? null : Number(match[1]) * UNIT_NS[match[2]];
}

/** `14:03:05.25`, a time of day in UTC, in ns since the first packet: of its day, or of the next where it is over by then. Null for what is none. */
function clockNs({ packets }: Trace, text: string): number | null {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d(?:\.\d{1,9})?))?$/.exec(text);
  if (match === null) return null;
  const asked = Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3] ?? 0);
  const first = packets.count === 0 ? 0 : packets.seconds[0];
  const since = asked - (((first % DAY_S) + DAY_S) % DAY_S);
  // Within the first packet's second it may be before it, and is not a day later.
  return (since < 0 ? since + DAY_S : since) * 1e9 - (packets.count === 0 ? 0 : packets.nanoseconds[0]);
}

/** The row that `12` (a packet's number), `1.5s` (a time since the beginning) or `14:03:05` (a time of day) means; or what is wrong with it. */
export function rowAt(
  trace: Trace,
  text: string,
): number | { readonly message: string; readonly column: number } {
  const { count } = trace.packets;
  const wanted = text.trim();
  if (/^\d{1,15}$/.test(wanted)) {
    const row = Number(wanted) - 1;
    return row >= 0 && row < count ? row : { message: `there are packets 1 to ${count}`, column: 0 };
  }
  const timeNs = elapsedNs(wanted) ?? clockNs(trace, wanted);
  if (timeNs === null)
    return { message: "want a packet's number or a time: 120, 1.5s, 20ms, 14:03:05", column: 0 };
  if (count === 0) return { message: "there are no packets", column: 0 };
  let row = 0;
  // Captures need not be in the order of their times: the first packet at that time or later.
  while (row < count - 1 && trace.packetNs(row) < timeNs) row++;
  return row;
}
