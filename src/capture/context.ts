// What dissection asks of an open capture.

import type { Trace } from "../trace/trace.ts";
import type { Capture } from "./capture.ts";
import { Conversations } from "./dissect/conversations.ts";
import type { DecodeAs } from "./dissect/decode-as.ts";
import type { DissectContext, ReassembledPayload } from "./dissect/dissect.ts";
import { payloadOf } from "./reassembly/fragments.ts";

export interface Decoding {
  readonly decodeAs: readonly DecodeAs[];
  readonly conversations: Conversations;
}

const decodings = new WeakMap<Capture, Decoding>();

function decodingOf(capture: Capture): Decoding {
  return decodings.get(capture) ?? decodeCaptureAs(capture, []);
}

/** From now on ports of `capture` carry the protocols that the user says, whatever was taken for them before. */
export function decodeCaptureAs(capture: Capture, decodeAs: readonly DecodeAs[]): Decoding {
  const decoding = decodingAs(capture.trace, capture, decodeAs);
  decodings.set(capture, decoding);
  return decoding;
}

/** What a context has in which ports of `trace` carry what the user says; `reassembly` is that of the capture, where there is one. */
export function decodingAs(
  trace: Trace,
  { reassembly }: Pick<DissectContext, "reassembly">,
  decodeAs: readonly DecodeAs[],
): Decoding {
  const options = reassembly === undefined ? { decodeAs } : { reassembly, decodeAs };
  return { decodeAs, conversations: new Conversations(trace, options) };
}

/** The context in which packets of `capture` are dissected; it follows the capture as that grows. */
export function contextOf(capture: Capture): DissectContext {
  const { trace, streams, reassembly } = capture;
  const numbersInterfaces = capture.format.kind === "pcapng";
  return {
    ...decodingOf(capture),
    streams,
    analysis: capture.analysis,
    reassembly,
    hasTime: (row) => capture.hasTime(row),
    packetFlags: (row) => capture.packetFlags(row),
    verifiesChecksums: false,
    comments: (row) => capture.comments.get(row) ?? [],
    section: (row) =>
      numbersInterfaces ? (capture.interfaces[trace.packets.interfaceId[row]]?.section ?? 0) + 1 : null,
    interfaceId: (row) =>
      numbersInterfaces ? (capture.interfaces[trace.packets.interfaceId[row]]?.id ?? null) : null,
    reassembled: (row): ReassembledPayload | null => {
      const datagram = reassembly.completedBy(row);
      if (datagram === null) return null;
      return {
        bytes: payloadOf(trace, datagram),
        fragments: datagram.fragments,
        protocol: datagram.protocol,
      };
    },
  };
}
