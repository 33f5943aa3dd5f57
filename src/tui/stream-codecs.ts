// The built-in codecs a stream can be looked at through. Loaded when somebody does: they bring a library that the other screens
// can do without.

import type { Codec, Decoder } from "../framing/codec.ts";
import { cobs } from "../framing/codecs/cobs.ts";
import { dnsTcp } from "../framing/codecs/dns-tcp.ts";
import { httpRequests, httpResponses } from "../framing/codecs/http.ts";
import { jsonLines } from "../framing/codecs/json-lines.ts";
import { lengthPrefix } from "../framing/codecs/length-prefix.ts";
import { lines } from "../framing/codecs/lines.ts";
import { mqtt } from "../framing/codecs/mqtt.ts";
import { netstring } from "../framing/codecs/netstring.ts";
import { resp } from "../framing/codecs/resp.ts";
import { slip } from "../framing/codecs/slip.ts";
import { tlsRecord } from "../framing/codecs/tls-record.ts";
import { webSocket } from "../framing/codecs/websocket.ts";
import type { StreamCodec } from "./screens/stream-frames.ts";

/** By the names the Stream screen knows them by. */
export function streamCodecs(): readonly StreamCodec[] {
  return [
    codecOf("lines", lines()),
    codecOf("JSON lines", jsonLines()),
    codecOf("length prefix, 8 bits", lengthPrefix({ bits: 8 })),
    codecOf("length prefix, 16 bits", lengthPrefix({ bits: 16 })),
    codecOf("length prefix, 32 bits", lengthPrefix({ bits: 32 })),
    codecOf("netstrings", netstring()),
    codecOf("HTTP requests", httpRequests()),
    codecOf("HTTP responses", httpResponses()),
    codecOf("TLS records", tlsRecord()),
    codecOf("WebSocket, from a server", webSocket()),
    codecOf("WebSocket, from a client", webSocket({ from: "client" })),
    codecOf("MQTT packets", mqtt()),
    codecOf("RESP values", resp()),
    codecOf("DNS messages", dnsTcp()),
    codecOf("COBS", cobs()),
    codecOf("SLIP", slip()),
  ];
}

/** All of these answer at once. */
function codecOf(name: string, codec: Codec<unknown>): StreamCodec {
  return { name, decoder: () => codec.decoder() as Decoder<unknown> };
}
