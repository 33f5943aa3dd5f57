// What dissection asks of an open capture.

import type { Capture } from "./capture.ts";
import type { DissectContext, ReassembledPayload } from "./dissect/dissect.ts";
import { payloadOf } from "./reassembly/fragments.ts";

/** The context in which packets of `capture` are dissected; it follows the capture as that grows. */
export function contextOf(capture: Capture): DissectContext {
  const { trace, streams, reassembly } = capture;
  const numbersInterfaces = capture.format.kind === "pcapng";
  return {
    streams,
    analysis: capture.analysis,
    reassembly,
    hasTime: (row) => capture.hasTime(row),
    interfaceId: (row) =>
      numbersInterfaces ? (capture.interfaces[trace.packets.interfaceId[row]]?.id ?? null) : null,
    reassembled: (row): ReassembledPayload | null => {
      const datagram = reassembly.completedBy(row);
      if (datagram === null) return null;
      return { bytes: payloadOf(trace, datagram), rows: datagram.rows, protocol: datagram.protocol };
    },
  };
}
