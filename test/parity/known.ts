// Differences from tshark that are understood, each with its reason: docs/parity.md tells them at length.

import { allFields } from "../../src/capture/fields.ts";

/** Layers that can be in `frame.protocols` here: protocols, and parts of certificates. */
const LAYERS = new Set([
  ...allFields()
    .filter(({ type }) => type === "protocol")
    .map(({ name }) => name),
  "ethertype",
  "ns_cert_exts",
  "ocsp",
  "logotypecertextn",
  "pkcs-1",
  "pkix1explicit",
  "pkix1implicit",
  "pkixqualified",
  "x509af",
  "x509ce",
  "x509sat",
]);

/** What tshark says of a TCP header it gives up on, and what comes of it. */
export const BROKEN_TCP = "[Malformed Packet: TCP]";
export const BROKEN = "tshark gives up on a header with a broken option";

/** As runs of wirelab begin; how long a gap may last to be taken for overtaking hangs on that time. */
export const FROM_ZERO = "a connection from time 0, which tshark takes for no time";

/** Its published keys are RFC 9369's. */
const QUIC_2 = "tshark 4.0 opens QUIC version 2 with keys of a draft";

/** Why field `what` differs in a packet of which tshark prints `theirs`, and in whole `packet`; null where nobody knows. */
export function reasonOf(
  what: string,
  ours: string | undefined,
  theirs: string | undefined,
  packet: ReadonlyMap<string, string>,
): string | null {
  if (ours === undefined || theirs === undefined) return null;
  const isQuic2 = packet.get("quic.version") === "0x6b3343cf";
  switch (what) {
    case "frame.protocols": {
      const layers = theirs.split(":");
      if (layers.some((layer) => !LAYERS.has(layer))) return "a protocol not dissected here";
      if (ours.endsWith(":rpc") && theirs.startsWith(`${ours}:`))
        return "a message of RPC in several fragments";
      if (ours === `${theirs}:tls` && isQuic2) return QUIC_2;
      if (ours === theirs.replace(/:data$/, ":ssh")) return "SSH is known by its banner on any port";
      if (theirs === `${ours}:resp`) return "tshark shows the pieces of a RESP message before it is whole";
      return null;
    }
    case "_ws.malformed":
      if (theirs === "_ws.malformed") return "a dissector's note that is not made here";
      if (ours !== "" && theirs !== "") return "worded otherwise";
      return null;
    case "tcp.analysis":
      return packet.get("tcp.flags") === "0x0002" && ours === "" ? "a SYN captured after its answer" : null;
    case "udp.stream":
    case "tcp.stream":
      return ours === "" && /:icmp(v6)?:/.test(packet.get("frame.protocols") ?? "")
        ? "the stream of a packet that an error quotes"
        : null;
    default:
      if (what.startsWith("tls.") && theirs === "" && isQuic2) return QUIC_2;
      return null;
  }
}
