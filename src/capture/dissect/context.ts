// What dissection wants to know beside a packet's bytes, taken from an open capture.

import type { Capture } from "../capture.ts";
import { payloadOf } from "../reassembly/fragments.ts";
import type { DissectContext } from "./dissect.ts";

/** The surroundings of a capture's packets; they follow the capture as it grows. */
export function contextOfCapture(capture: Capture): DissectContext {
  const { trace, streams, reassembly, interfaces, format } = capture;
  return {
    streams,
    hasTime: (row) => capture.hasTime(row),
    interfaceId: (row) =>
      format.kind === "pcapng" ? (interfaces[trace.packets.interfaceId[row]]?.id ?? null) : null,
    reassembled: (row) => {
      const datagram = reassembly.completedBy(row);
      if (datagram === null) return null;
      const { rows, protocol } = datagram;
      return { bytes: payloadOf(trace, datagram), rows, protocol };
    },
  };
}
