// What a link's script is shown of a packet.

import { TCP_FLAGS } from "./packet.ts";
import type { IpPacket } from "./packet.ts";
import type { ScriptPacket } from "./topology.ts";

const FLAG_NAMES = Object.entries(TCP_FLAGS);
/** Flows whose first sequence number is remembered; past it the oldest is forgotten. */
const FLOWS_MAX = 10_000;

/** First sequence numbers of the TCP flows of one direction. */
export class ScriptFlows {
  readonly #first = new Map<string, number>();

  /** `seq` relative to its flow's first; a SYN begins a flow anew. */
  relative(flow: string, seq: number, syn: boolean): number {
    let first = this.#first.get(flow);
    if (first === undefined || (syn && first !== seq)) {
      first = seq;
      this.#first.delete(flow);
      this.#first.set(flow, first);
      if (this.#first.size > FLOWS_MAX) {
        for (const oldest of this.#first.keys()) {
          this.#first.delete(oldest);
          break;
        }
      }
    }
    return (seq - first) >>> 0;
  }
}

const NONE: readonly string[] = [];

export function scriptPacket(
  packet: IpPacket,
  index: number,
  timeNs: number,
  flows: ScriptFlows,
): ScriptPacket {
  const { payload, length } = packet;
  const base = { index, timeNs, length, protocol: payload.kind };
  if (payload.kind === "udp") {
    return { ...base, payloadLength: payload.payload.length, flags: NONE, relativeSeq: 0 };
  }
  if (payload.kind !== "tcp") return { ...base, payloadLength: 0, flags: NONE, relativeSeq: 0 };
  const flow = `${packet.source} ${payload.sourcePort} ${packet.destination} ${payload.destinationPort}`;
  return {
    ...base,
    payloadLength: payload.payload.length,
    flags: FLAG_NAMES.filter(([, bit]) => (payload.flags & bit) !== 0).map(([name]) => name),
    relativeSeq: flows.relative(flow, payload.seq, (payload.flags & TCP_FLAGS.SYN) !== 0),
  };
}
