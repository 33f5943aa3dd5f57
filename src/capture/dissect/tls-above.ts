// What is above TLS where that need not be read: what its ports say, and what both ends agreed on (RFC 7301).

import { HTTP } from "./http.ts";

/** A protocol above TLS. */
export interface ProtocolAbove {
  /** As in `frame.protocols`; null for one that is not known here. */
  readonly name: string | null;
  /** What Wireshark calls it. */
  readonly title: string;
}

const HTTP_1: ProtocolAbove = { name: "http", title: HTTP.title };
const HTTP_2: ProtocolAbove = { name: "http2", title: "HyperText Transfer Protocol 2" };
const DNS: ProtocolAbove = { name: "dns", title: "Domain Name System" };
const OMNI_PATH = "Intel Omni-Path FE Header - Omni-Path Fabric Executive Header";

/** By port, as Wireshark has them. */
const BY_PORT = new Map<number, ProtocolAbove>([
  [443, HTTP_1],
  [853, DNS],
  [8883, { name: "mqtt", title: "MQ Telemetry Transport Protocol" }],
  ...(
    [
      [324, "RPKI-Router Protocol"],
      [465, "Simple Mail Transfer Protocol"],
      [636, "Lightweight Directory Access Protocol"],
      [802, "Modbus/TCP"],
      [993, "Internet Message Access Protocol"],
      [995, "Post Office Protocol"],
      [1300, "Q.931"],
      [2221, "EtherNet/IP (Industrial Protocol)"],
      [2443, "Skinny Client Control Protocol"],
      [3249, OMNI_PATH],
      [3250, OMNI_PATH],
      [3251, OMNI_PATH],
      [3252, OMNI_PATH],
      [3389, "TPKT - ISO on TCP - RFC1006"],
      [3496, "DoIP (ISO13400) Protocol"],
      [5061, "Session Initiation Protocol"],
      [5671, "Advanced Message Queuing Protocol"],
      [5684, "Constrained Application Protocol"],
      [5868, "Diameter Protocol"],
      [11_207, "Couchbase Protocol"],
      [19_999, "Distributed Network Protocol 3.0"],
      [27_017, "Mongo Wire Protocol"],
    ] as const
  ).map(([port, title]): [number, ProtocolAbove] => [port, { name: null, title }]),
]);

const BY_AGREEMENT = new Map([
  ["http/1.0", HTTP_1],
  ["http/1.1", HTTP_1],
  ["h2", HTTP_2],
  ["dot", DNS],
]);

/** What ports say is above TLS; null where they say nothing. */
export function aboveByPort(sourcePort: number, destinationPort: number): ProtocolAbove | null {
  return BY_PORT.get(sourcePort) ?? BY_PORT.get(destinationPort) ?? null;
}

/** What both ends called `agreed`; null for what is not known here. */
export function aboveByAgreement(agreed: string): ProtocolAbove | null {
  return BY_AGREEMENT.get(agreed) ?? null;
}
