// Which protocol a TCP stream speaks: what the user said, else what its ports say, else what its first bytes look like.

import type { PduScan } from "../reassembly/pdu-buffer.ts";
import type { DecodeAs } from "./decode-as.ts";
import { decodeRule } from "./decode-rule.ts";
import { DnsStream } from "./dns-stream.ts";
import { GryphonStream } from "./gryphon.ts";
import { Http2Stream, looksLikeHttp2 } from "./http2.ts";
import { HttpStream } from "./http-stream.ts";
import { HTTP_PORTS, lineAt, looksLikeHttp } from "./http-lines.ts";
import { aboveByPort } from "./tls-above.ts";
import { looksLikeTls } from "./tls-beginnings.ts";
import { TlsStream } from "./tls.ts";
import { WebSocketStream } from "./websocket.ts";
import type { StreamAbove, StreamDissector } from "./protocol.ts";
import { looksLikeMqtt, MqttStream } from "./mqtt.ts";
import { looksLikeRpcStream, RpcStream } from "./rpc-stream.ts";
import { looksLikeResp, RespStream } from "./resp.ts";
import { looksLikeSsh, SshStream } from "./ssh.ts";
import { TextStream } from "./text-lines.ts";

interface StreamProtocol {
  make(above: StreamAbove, setup: string): StreamDissector;
  readonly ports: readonly number[];
  /** Whether a stream's first message may be this; where ports say nothing, or something else. */
  readonly looksLike: ((scan: PduScan) => boolean) | null;
}

/** Those that Wireshark takes for TLS's. */
const TLS_PORTS = [
  324, 443, 465, 636, 802, 853, 993, 995, 1300, 2221, 2443, 3249, 3250, 3251, 3252, 3496, 5061, 5671, 5684,
  5868, 8883, 11_207, 19_999, 27_017,
];

/** By name as in `frame.protocols`. In order: the first that takes a stream's first message has it. */
export const STREAM_PROTOCOLS: ReadonlyMap<string, StreamProtocol> = new Map([
  ["dns", { make: (above) => new DnsStream(above), ports: [53, 5353], looksLike: null }],
  ["http2", { make: (above, setup) => new Http2Stream(above, setup), ports: [], looksLike: looksLikeHttp2 }],
  [
    "http",
    {
      make: (above) => new HttpStream(above),
      ports: [...HTTP_PORTS],
      looksLike: ({ bytes, origin, end }) =>
        looksLikeHttp(bytes, origin, end) && lineAt(bytes, origin, end).isWhole,
    },
  ],
  ["tls", { make: (above) => new TlsStream(above), ports: TLS_PORTS, looksLike: looksLikeTls }],
  ["mqtt", { make: () => new MqttStream(), ports: [1883], looksLike: looksLikeMqtt }],
  ["resp", { make: (above) => new RespStream(above), ports: [6379], looksLike: looksLikeResp }],
  ["ssh", { make: (above) => new SshStream(above), ports: [22, 29_418], looksLike: looksLikeSsh }],
  ["rpc", { make: (above) => new RpcStream(above), ports: [], looksLike: looksLikeRpcStream }],
  ["gryphon", { make: () => new GryphonStream(), ports: [7000], looksLike: null }],
  ["websocket", { make: (_, setup) => new WebSocketStream(setup), ports: [], looksLike: null }],
  ["data-text-lines", { make: () => new TextStream(), ports: [], looksLike: null }],
] satisfies [string, StreamProtocol][]);

/** A dissector for one stream, or null where there is none of that name. */
export function makeDissector(name: string, above: StreamAbove, setup: string): StreamDissector | null {
  return STREAM_PROTOCOLS.get(name)?.make(above, setup) ?? null;
}

/** By port: the protocols that have it, in order. */
const BY_PORT = new Map<number, string[]>();
for (const [name, { ports }] of STREAM_PROTOCOLS) {
  for (const port of ports) BY_PORT.set(port, [...(BY_PORT.get(port) ?? []), name]);
}
const NO_NAMES: readonly string[] = [];

/** Every port that is a protocol's. */
export function portsOf(): { readonly name: string; readonly port: number }[] {
  return [...STREAM_PROTOCOLS].flatMap(([name, { ports }]) => ports.map((port) => ({ name, port })));
}

/** Those that content tells. */
const BY_CONTENT = [...STREAM_PROTOCOLS].flatMap(([name, { looksLike }]) =>
  looksLike === null ? [] : [{ name, looksLike }],
);

/** Names of protocols to try on the message of stream `above` that begins at `scan`, in order. */
export function candidates(
  { sourcePort, destinationPort }: StreamAbove,
  scan: PduScan,
  decodeAs: readonly DecodeAs[],
): readonly string[] {
  const chosen = decodeRule(decodeAs, "tcp", sourcePort, destinationPort);
  if (chosen !== undefined) return [chosen.protocol];
  const byPort = namesByPort(sourcePort, destinationPort);
  // What content tells for certain goes before what a port suggests: HTTP/2 is spoken on HTTP's ports.
  let names = looksLikeHttp2(scan) ? ["http2", ...byPort] : null;
  for (const { name, looksLike } of BY_CONTENT) {
    if ((names ?? byPort).includes(name) || !looksLike(scan)) continue;
    names ??= [...byPort];
    names.push(name);
  }
  // Of most messages that nobody knows neither tells anything.
  return names ?? byPort;
}

/** Names of protocols to try on the message that TLS carries in stream `above` and that begins at `scan`, in order. */
export function candidatesInTls(above: StreamAbove, scan: PduScan): readonly string[] {
  const names = ["http2", "http"].filter((name) => STREAM_PROTOCOLS.get(name)?.looksLike?.(scan) === true);
  const name = aboveByPort(above.sourcePort, above.destinationPort)?.name ?? null;
  return name === null ? names : [...names, name];
}

function namesByPort(source: number, destination: number): readonly string[] {
  const one = BY_PORT.get(source) ?? NO_NAMES;
  const other = BY_PORT.get(destination) ?? NO_NAMES;
  if (one.length === 0) return other;
  if (other.length === 0) return one;
  return [...STREAM_PROTOCOLS.keys()].filter((name) => one.includes(name) || other.includes(name));
}
