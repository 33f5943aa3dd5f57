// The play of a captured UDP stream: datagrams, empty ones too, each after those of the other side that came before it.

import { NO_OFFSET, PROTOCOL } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import { UDP_HEADER_LENGTH } from "../../wire/udp.ts";
import type { DissectContext } from "../dissect/dissect.ts";
import { payloadOf } from "../reassembly/fragments.ts";
import type { Conversation, ReplayProblem, ReplayStep, SideIndex } from "./conversation.ts";

/** The play of `udp.stream` number `stream`, or why there is none. */
export function udpConversation(
  trace: Trace,
  stream: number,
  context: DissectContext,
): Conversation | ReplayProblem {
  const { packets } = trace;
  const rows: number[] = [];
  for (let row = 0; row < packets.count; row++) {
    if (packets.stream[row] === stream && packets.protocol[row] === PROTOCOL.udp) rows.push(row);
  }
  if (rows.length === 0) return { problem: `no UDP stream ${stream} in the capture` };
  const first = rows[0];
  const steps: [ReplayStep[], ReplayStep[]] = [[], []];
  const bytes: [number, number] = [0, 0];
  const heard: [number, number] = [0, 0];
  let missing = 0;
  let lastNs = 0;
  for (const row of rows) {
    const isSame =
      packets.source[row] === packets.source[first] && packets.sourcePort[row] === packets.sourcePort[first];
    const side: SideIndex = isSame ? 0 : 1;
    const captured = datagramIn(trace, row, context);
    const payload = new Uint8Array(Math.max(captured.length, Math.min(65_535, packets.payloadLength[row])));
    payload.set(captured);
    missing += payload.length - captured.length;
    const atNs = Math.max(lastNs, packets.relativeNs(row) - packets.relativeNs(first));
    steps[side].push({
      kind: "data",
      bytes: payload,
      after: heard[side],
      afterEnd: false,
      thinkNs: atNs - lastNs,
      atNs,
    });
    bytes[side] += payload.length;
    heard[side === 0 ? 1 : 0]++;
    lastNs = atNs;
  }
  const { addresses } = packets;
  return {
    protocol: "udp",
    stream,
    client: {
      end: { address: addresses.text(packets.source[first]), port: packets.sourcePort[first] },
      steps: steps[0],
      bytes: bytes[0],
      ends: false,
    },
    server: {
      end: { address: addresses.text(packets.destination[first]), port: packets.destinationPort[first] },
      steps: steps[1],
      bytes: bytes[1],
      ends: false,
    },
    missing,
    rttNs: 0,
    durationNs: lastNs,
    rows,
  };
}

function datagramIn(trace: Trace, row: number, context: DissectContext): Uint8Array {
  const { packets } = trace;
  const start = packets.payloadOffset[row];
  const length = packets.payloadLength[row];
  if (start !== NO_OFFSET) return trace.bytes(row).subarray(start, start + length);
  const datagram = context.reassembly?.completedBy(row) ?? null;
  if (datagram === null) return new Uint8Array(0);
  return payloadOf(trace, datagram).subarray(UDP_HEADER_LENGTH, UDP_HEADER_LENGTH + length);
}
