// The public API of the prover, as the package gives it under `wirelab/framing`: a file that makes a codec loads these and no simulator, no screens.
// What is not here may change without notice.

export { FramingError } from "./codec.ts";
export type {
  AfterError,
  AsyncDecoder,
  Codec,
  DatagramCodec,
  Decoder,
  FramingErrorKind,
  SyncCodec,
} from "./codec.ts";

export { FramingLawsBroken, assertFraming } from "./assert.ts";
export { checkDatagrams } from "./check-datagrams.ts";
export type { DatagramOptions } from "./check-datagrams.ts";
export { checkFraming } from "./check.ts";
export type { FramingOptions } from "./check.ts";
export { CodecProblem } from "./laws/law.ts";
export type { Law, LawOptions } from "./laws/law.ts";

export { DATAGRAM_LAWS } from "./laws/datagram/all.ts";
export { datagramDuplicated } from "./laws/datagram/duplicated.ts";
export { datagramEmpty } from "./laws/datagram/empty.ts";
export { datagramGarbage } from "./laws/datagram/garbage.ts";
export { datagramReordered } from "./laws/datagram/reordered.ts";
export { datagramRoundTrip } from "./laws/datagram/round-trip.ts";
export { datagramTruncated } from "./laws/datagram/truncated.ts";
export { STREAM_LAWS } from "./laws/all.ts";
export { anyChunking } from "./laws/any-chunking.ts";
export { coalesced } from "./laws/coalesced.ts";
export { completion } from "./laws/completion.ts";
export { endOfStream } from "./laws/end-of-stream.ts";
export { garbage } from "./laws/garbage.ts";
export { independence } from "./laws/independence.ts";
export { limits } from "./laws/limits.ts";
export { linearTime } from "./laws/linear-time.ts";
export { noReachingBack } from "./laws/no-reaching-back.ts";
export { promptDelivery } from "./laws/prompt-delivery.ts";
export { reference } from "./laws/reference.ts";
export { roundTrip } from "./laws/round-trip.ts";
export { sameVerdict } from "./laws/same-verdict.ts";
export { splitText } from "./laws/split-text.ts";
export { throughSim } from "./laws/through-sim.ts";

export { fromAsyncIterable } from "./adapters/from-async-iterable.ts";
export { fromCallback } from "./adapters/from-callback.ts";
export type { CallbackParts } from "./adapters/from-callback.ts";
export { fromClass } from "./adapters/from-class.ts";
export { fromEmitter } from "./adapters/from-emitter.ts";
export type { EmitterParts } from "./adapters/from-emitter.ts";
export { fromGenerator } from "./adapters/from-generator.ts";
export { fromParse } from "./adapters/from-parse.ts";
export { fromTransform } from "./adapters/from-transform.ts";
export { fromWebTransform } from "./adapters/from-web-transform.ts";
export type { WebTransform } from "./adapters/from-web-transform.ts";
export { fromWritable } from "./adapters/from-writable.ts";
export type { EventParts } from "./adapters/from-writable.ts";
export type { Parts } from "./adapters/foreign.ts";

export { chunksOf, cuts } from "./arbitraries/cuts.ts";
export { delimitedTexts } from "./arbitraries/delimited-texts.ts";
export type { DelimitedOptions } from "./arbitraries/delimited-texts.ts";
export { linkConditions } from "./arbitraries/link-conditions.ts";
export { payloads, texts } from "./arbitraries/payloads.ts";
export type { PayloadOptions } from "./arbitraries/payloads.ts";
export { carry } from "./carry.ts";
export type { Carried, LinkConditions } from "./carry.ts";

export { cobs } from "./codecs/cobs.ts";
export type { CobsOptions } from "./codecs/cobs.ts";
export { delimited } from "./codecs/delimiter.ts";
export type { DelimiterOptions } from "./codecs/delimiter.ts";
export { dnsTcp } from "./codecs/dns-tcp.ts";
export type { DnsTcpOptions } from "./codecs/dns-tcp.ts";
export { fixedLength } from "./codecs/fixed-length.ts";
export type { FixedLengthOptions } from "./codecs/fixed-length.ts";
export { chunkedBody } from "./codecs/http-chunked.ts";
export type { ChunkedBody, ChunkedOptions } from "./codecs/http-chunked.ts";
export type { HttpField } from "./codecs/http-lines.ts";
export type { HttpRequest, HttpResponse } from "./codecs/http-message.ts";
export { httpRequests, httpResponses } from "./codecs/http.ts";
export type { HttpOptions } from "./codecs/http.ts";
export { jsonLines } from "./codecs/json-lines.ts";
export type { JsonLinesOptions, JsonValue } from "./codecs/json-lines.ts";
export { fromNetty, fromTokio, lengthPrefix } from "./codecs/length-prefix.ts";
export type { LengthPrefixOptions } from "./codecs/length-prefix.ts";
export { lines } from "./codecs/lines.ts";
export type { LinesOptions } from "./codecs/lines.ts";
export { mqtt } from "./codecs/mqtt.ts";
export type { MqttOptions, MqttPacket } from "./codecs/mqtt.ts";
export { netstring } from "./codecs/netstring.ts";
export type { NetstringOptions } from "./codecs/netstring.ts";
export type { RespBody, RespEntry, RespValue } from "./codecs/resp-value.ts";
export { resp } from "./codecs/resp.ts";
export type { RespOptions } from "./codecs/resp.ts";
export { slip } from "./codecs/slip.ts";
export type { SlipOptions } from "./codecs/slip.ts";
export { tlsRecord } from "./codecs/tls-record.ts";
export type { TlsRecord, TlsRecordOptions } from "./codecs/tls-record.ts";
export { tlv } from "./codecs/tlv.ts";
export type { Tlv, TlvOptions } from "./codecs/tlv.ts";
export { WebSocketError } from "./codecs/websocket-frame.ts";
export { webSocket } from "./codecs/websocket.ts";
export type { WebSocketMessage, WebSocketOptions } from "./codecs/websocket.ts";

export type { FeedError, Hang, HangKind } from "./feed.ts";
export { counterexampleTrace } from "./report/capture.ts";
export { junitXml } from "./report/junit.ts";
export { mergeReports } from "./report/merge.ts";
export { pictureText, reportText } from "./report/picture.ts";
export { regressionTest } from "./report/regression-test.ts";
export type { TestTarget } from "./report/regression-test.ts";
export { bytesOf, passes } from "./report/report.ts";
export type {
  ActualFrame,
  Counterexample,
  ExpectedFrame,
  LawReport,
  Played,
  Report,
  Verdict,
} from "./report/report.ts";
