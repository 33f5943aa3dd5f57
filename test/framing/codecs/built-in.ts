// The built-in codecs in the variants that the tests try.

import type { Codec } from "../../../src/framing/codec.ts";
import { cobs } from "../../../src/framing/codecs/cobs.ts";
import { delimited } from "../../../src/framing/codecs/delimiter.ts";
import { dnsTcp } from "../../../src/framing/codecs/dns-tcp.ts";
import { fixedLength } from "../../../src/framing/codecs/fixed-length.ts";
import { chunkedBody } from "../../../src/framing/codecs/http-chunked.ts";
import { httpRequests, httpResponses } from "../../../src/framing/codecs/http.ts";
import { jsonLines } from "../../../src/framing/codecs/json-lines.ts";
import { fromNetty, fromTokio, lengthPrefix } from "../../../src/framing/codecs/length-prefix.ts";
import { lines } from "../../../src/framing/codecs/lines.ts";
import { mqtt } from "../../../src/framing/codecs/mqtt.ts";
import { netstring } from "../../../src/framing/codecs/netstring.ts";
import { resp } from "../../../src/framing/codecs/resp.ts";
import { slip } from "../../../src/framing/codecs/slip.ts";
import { tlsRecord } from "../../../src/framing/codecs/tls-record.ts";
import { tlv } from "../../../src/framing/codecs/tlv.ts";
import { webSocket } from "../../../src/framing/codecs/websocket.ts";

const text = (value: string): Uint8Array => Buffer.from(value);

export const BUILT_IN: readonly Codec<unknown>[] = [
  named("fixed, 3", fixedLength({ length: 3 })),
  named("fixed, 7", fixedLength({ length: 7 })),
  named("8 bits", lengthPrefix({ bits: 8 })),
  named("16 bits, little", lengthPrefix({ bits: 16, endian: "little" })),
  named("24 bits", lengthPrefix({ bits: 24 })),
  named("32 bits, small maximum", lengthPrefix({ maximum: 300 })),
  named(
    "64 bits, little, header kept and counted",
    lengthPrefix({ bits: 64, endian: "little", strip: 0, headerIncluded: true }),
  ),
  named("varint, small maximum", lengthPrefix({ bits: "varint", maximum: 200 })),
  named("varint kept", lengthPrefix({ bits: "varint", strip: 0, offset: 2 })),
  named("16 bits, skips", lengthPrefix({ bits: 16, maximum: 40, whenTooLong: "skip" })),
  named("16 bits, skips late", lengthPrefix({ bits: 16, maximum: 40, whenTooLong: "skip", failFast: false })),
  named(
    "netty",
    lengthPrefix(
      fromNetty({
        maxFrameLength: 500,
        lengthFieldOffset: 1,
        lengthFieldLength: 2,
        lengthAdjustment: 1,
        initialBytesToStrip: 3,
      }),
    ),
  ),
  named(
    "tokio",
    lengthPrefix(fromTokio({ lengthFieldLength: 2, lengthAdjustment: 2, numSkip: 0, maxFrameLength: 1000 })),
  ),
  named("delimiter, overlapping itself", delimited({ delimiters: [text("aab")], maximum: 300 })),
  named(
    "several delimiters, kept",
    delimited({ delimiters: [text("\n"), text("\r\n"), Uint8Array.of(0)], strip: false }),
  ),
  named("delimiter, skips", delimited({ delimiters: [text("||")], maximum: 20, whenTooLong: "skip" })),
  named(
    "delimiter, skips late",
    delimited({ delimiters: [text("||")], maximum: 20, whenTooLong: "skip", failFast: false }),
  ),
  named("delimiter, rest is a frame", delimited({ delimiters: [text("\r\n\r\n")], rest: "frame" })),
  named("lines, lf", lines()),
  named("lines, crlf", lines({ ending: "crlf", rest: "incomplete", maximum: 100 })),
  named("lines, any", lines({ ending: "any" })),
  named("lines, skips", lines({ whenWrong: "skip", maximum: 30 })),
  named("netstring", netstring({ maximum: 1000 })),
  named("COBS", cobs({ maximum: 1000 })),
  named("COBS/R", cobs({ reduced: true, maximum: 1000 })),
  named("SLIP", slip()),
  named("SLIP, strict", slip({ leadingEnd: false, badEscape: "malformed", maximum: 1006 })),
  named("TLV", tlv()),
  named(
    "TLV, 16 and 32 bits, little",
    tlv({ typeBits: 16, lengthBits: 32, endian: "little", maximum: 2000 }),
  ),
  named("TLV, header included", tlv({ headerIncluded: true })),
  named("JSON lines", jsonLines()),
  named("JSON lines, skips", jsonLines({ whenWrong: "skip", blank: "skip", maximum: 100 })),
  named("DNS over TCP", dnsTcp()),
  named("TLS record", tlsRecord()),
  named("MQTT 3.1.1", mqtt({ maximum: 100_000 })),
  named("MQTT 5", mqtt({ version: 5, maximum: 100_000 })),
  named("RESP2", resp({ version: 2, maximum: 70_000 })),
  named("RESP3", resp({ maximum: 70_000 })),
  named("WebSocket, from a server", webSocket()),
  named(
    "WebSocket, from a client, fragmented",
    webSocket({ from: "client", fragmentBytes: 3, maximum: 300 }),
  ),
  named("HTTP chunked body", chunkedBody({ chunkBytes: 5, maximum: 2000 })),
  named("HTTP requests", httpRequests()),
  named("HTTP responses", httpResponses({ chunkBytes: 3, maximum: 500 })),
  named("HTTP responses to HEAD", httpResponses({ requestMethod: "HEAD" })),
];

function named<F>(name: string, codec: Codec<F>): Codec<unknown> {
  return { ...codec, name } as unknown as Codec<unknown>;
}
