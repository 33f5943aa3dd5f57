// What dissection asks of an open capture.

import type { Trace } from "../trace/trace.ts";
import type { Capture } from "./capture.ts";
import { Conversations } from "./dissect/conversations.ts";
import type { DecodeAs } from "./dissect/decode-as.ts";
import type { DissectContext, ReassembledPayload } from "./dissect/dissect.ts";
import { TlsKeys } from "./dissect/tls-keys.ts";
import type { KeyLogSource } from "./dissect/tls-keys.ts";
import { payloadOf } from "./reassembly/fragments.ts";

export interface Decoding {
  readonly decodeAs: readonly DecodeAs[];
  readonly keys: TlsKeys | null;
  readonly conversations: Conversations;
}

const decodings = new WeakMap<Capture, Decoding>();

function decodingOf(capture: Capture): Decoding {
  return decodings.get(capture) ?? decodeCaptureAs(capture, []);
}

/**
 * From now on ports of `capture` carry the protocols that the user says, whatever was taken for them before, and TLS is opened with the
 * secrets in `keyLogs` beside those in the capture itself.
 */
export function decodeCaptureAs(
  capture: Capture,
  decodeAs: readonly DecodeAs[],
  keyLogs: readonly KeyLogSource[] = [],
): Decoding {
  const hasLogs = keyLogs.length > 0;
  const mayHold = (): boolean => hasLogs || capture.secrets.length > 0;
  const keys =
    hasLogs || capture.format.kind === "pcapng"
      ? new TlsKeys([...keyLogs, secretsIn(capture)], mayHold)
      : null;
  const decoding = decodingAs(capture.trace, { reassembly: capture.reassembly, keys }, decodeAs);
  decodings.set(capture, decoding);
  return decoding;
}

/** What a context has in which ports of `trace` carry what the user says; `reassembly` and `keys` are those of the capture, where there is one. */
export function decodingAs(
  trace: Trace,
  { reassembly, keys = null }: Pick<DissectContext, "reassembly" | "keys">,
  decodeAs: readonly DecodeAs[],
): Decoding {
  const options = reassembly === undefined ? { decodeAs, keys } : { reassembly, decodeAs, keys };
  return { decodeAs, keys, conversations: new Conversations(trace, options) };
}

/** The type of a block of secrets that is a key log of TLS. */
const TLS_KEY_LOG = 0x544c534b;

/** The secrets in a capture's own blocks, as they come. */
function secretsIn({ secrets }: Capture): KeyLogSource {
  let next = 0;
  return () => {
    if (next >= secrets.length) return null;
    // Each block's last line ends with it.
    const lines = secrets
      .slice(next)
      .flatMap(({ type, data }) => (type === TLS_KEY_LOG ? [data, LINE_BREAK] : []));
    next = secrets.length;
    return Buffer.concat(lines);
  };
}

const LINE_BREAK = Uint8Array.of(10);

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
