// "Decode as": the user's word for what a port carries, `tcp.port==8888,http` as tshark's -d takes it.

import { STREAM_PROTOCOLS } from "./tcp-protocols.ts";
import { DATAGRAM_PROTOCOLS } from "./udp-protocols.ts";

export interface DecodeAs {
  readonly transport: "tcp" | "udp";
  /** Ports from the first to the last. */
  readonly first: number;
  readonly last: number;
  /** A dissector's name, as in `frame.protocols`; `data` for none. */
  readonly protocol: string;
}

export interface DecodeAsError {
  readonly problem: string;
}

const PATTERN = /^(tcp|udp)\.port\s*==\s*(\d{1,5})(?:-(\d{1,5}))?\s*,\s*([\w-]+)$/;

/** Reads `tcp.port==8888,http` or `udp.port==5000-5010,dns`; answers an error, never throws. */
export function readDecodeAs(text: string): DecodeAs | DecodeAsError {
  const match = PATTERN.exec(text.trim());
  if (match === null) return { problem: `${text}: write it as tcp.port==8888,http or udp.port==5353,dns` };
  const [, transport, first, last = first, name] = match;
  const known = transport === "tcp" ? streamNames() : datagramNames();
  const protocol = name.toLowerCase();
  if (!known.includes(protocol)) {
    return { problem: `${text}: no ${transport} dissector called ${name}; there are ${known.join(", ")}` };
  }
  if (Number(last) > 65_535 || Number(first) > Number(last)) return { problem: `${text}: no such ports` };
  return {
    transport: transport === "tcp" ? "tcp" : "udp",
    first: Number(first),
    last: Number(last),
    protocol,
  };
}

/** A rule as `readDecodeAs` takes it. */
export function decodeAsText({ transport, first, last, protocol }: DecodeAs): string {
  return `${transport}.port==${first === last ? first : `${first}-${last}`},${protocol}`;
}

/** Names that `readDecodeAs` takes for TCP. */
export function streamNames(): string[] {
  return [...STREAM_PROTOCOLS.keys(), "data"].toSorted();
}

/** The same for UDP. */
export function datagramNames(): string[] {
  return [...DATAGRAM_PROTOCOLS.keys(), "data"].toSorted();
}

export function isDecodeAsError(read: DecodeAs | DecodeAsError): read is DecodeAsError {
  return "problem" in read;
}
