// WebSocket messages after the handshake: masks, fragments with control frames between them, close codes, text checked as it
// arrives (RFC 6455 sections 5 to 8).

import * as fc from "fast-check";
import type { ByteQueue } from "../byte-queue.ts";
import type { SyncCodec } from "../codec.ts";
import { FrameBuffer } from "./frame-buffer.ts";
import { payloads, texts } from "../arbitraries/payloads.ts";
import { checkWhole, incomplete, queueDecoder } from "./queue-decoder.ts";
import type { Parser } from "./queue-decoder.ts";
import { Utf8Checker } from "./utf8-checker.ts";
import {
  CONTROL_MAX,
  OPCODE,
  WebSocketError,
  frameBytes,
  maskByte,
  protocolError,
  takeHeader,
} from "./websocket-frame.ts";
import type { FrameHeader } from "./websocket-frame.ts";

export type WebSocketMessage =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "binary" | "ping" | "pong"; readonly data: Uint8Array }
  /** Section 5.5.1; `code` is null for a close frame without a body. What comes behind it is discarded (section 1.4). */
  | { readonly type: "close"; readonly code: number | null; readonly reason: string };

export interface WebSocketOptions {
  /** Who sends: a client's frames are masked, a server's are not (section 5.1). `server` by default. */
  readonly from?: "client" | "server";
  /** Most bytes of a message, over all its fragments; 1 MiB by default. */
  readonly maximum?: number;
  /** Most fragments of a message; 1024 by default. */
  readonly fragmentsMax?: number;
  /** `encode` breaks messages into frames of at most so many bytes; by default it does not. */
  readonly fragmentBytes?: number;
  /**
   * The masking key for a payload. By default a hash of the payload, so that the same message is the same bytes; a client on the open
   * network wants keys that nobody can predict (section 5.3).
   */
  readonly maskKey?: (payload: Uint8Array) => number;
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * WebSocket messages and control frames in one direction. `frames` makes no close frames, as nothing follows those. Errors are
 * `WebSocketError` with the close code: 1002 protocol, 1007 not UTF-8, 1009 too big.
 */
export function webSocket(options: WebSocketOptions = {}): SyncCodec<WebSocketMessage> {
  const { from = "server", maximum = 1 << 20, fragmentsMax = 1024, fragmentBytes = Infinity } = options;
  const masked = from === "client";
  const maskKey = options.maskKey ?? hashOf;
  checkWhole("maximum", maximum, 0, 2 ** 31);
  checkWhole("fragmentsMax", fragmentsMax, 1, 2 ** 31);
  if (fragmentBytes !== Infinity) checkWhole("fragmentBytes", fragmentBytes, 1, 2 ** 31);
  const frame = (fin: boolean, opcode: number, payload: Uint8Array): Uint8Array =>
    frameBytes(
      { fin, opcode, length: payload.length, mask: masked ? maskKey(payload) >>> 0 : null },
      payload,
    );
  return {
    name: `WebSocket, from a ${from}`,
    encode(message) {
      const payload = payloadOf(message);
      const opcode = OPCODE[message.type];
      if (opcode >= 8) {
        if (payload.length > CONTROL_MAX) throw new RangeError("a control frame has at most 125 bytes");
        return frame(true, opcode, payload);
      }
      if (payload.length > maximum)
        throw new RangeError(`a message has at most ${maximum} bytes, not ${payload.length}`);
      if (Math.ceil(payload.length / fragmentBytes) > fragmentsMax)
        throw new RangeError("the message has too many fragments");
      if (payload.length <= fragmentBytes) return frame(true, opcode, payload);
      const parts: Uint8Array[] = [];
      for (let at = 0; at < payload.length; at += fragmentBytes) {
        const last = at + fragmentBytes >= payload.length;
        parts.push(
          frame(last, at === 0 ? opcode : OPCODE.continuation, payload.subarray(at, at + fragmentBytes)),
        );
      }
      return new Uint8Array(Buffer.concat(parts));
    },
    decoder: () => queueDecoder(new WebSocketParser(masked, maximum, fragmentsMax)),
    frames: messages(maximum, fragmentBytes * fragmentsMax),
    maxLength: maximum,
    frameOfLength: (length) => ({ type: "binary", data: new Uint8Array(length) }),
    tooLong: (length) =>
      frameBytes(
        { fin: true, opcode: OPCODE.binary, length, mask: masked ? 0x01020304 : null },
        new Uint8Array(),
      ),
  };
}

/** FNV-1a, 32 bits. */
function hashOf(payload: Uint8Array): number {
  let hash = 0x811c_9dc5;
  for (const byte of payload) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return hash >>> 0;
}

function payloadOf(message: WebSocketMessage): Uint8Array {
  if (message.type === "text") return utf8(message.text);
  if (message.type !== "close") return message.data;
  const { code, reason } = message;
  if (code === null) {
    if (reason !== "") throw new RangeError("a close frame without a code has no reason");
    return new Uint8Array();
  }
  if (!isCloseCode(code)) throw new RangeError(`${code} is no status code to send (RFC 6455 section 7.4)`);
  const text = utf8(reason);
  return Uint8Array.of(code >> 8, code & 0xff, ...text);
}

function utf8(text: string): Uint8Array {
  if (LONE_SURROGATE.test(text))
    throw new RangeError("the text holds half a character, which UTF-8 cannot say");
  return new Uint8Array(Buffer.from(text));
}

/** Section 7.4: 1004 to 1006 and 1015 are never sent; 3000 to 4999 belong to others. 1012 to 1014 are IANA's. */
function isCloseCode(code: number): boolean {
  return (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) || (code >= 3000 && code <= 4999);
}

function messages(maximum: number, most: number): fc.Arbitrary<WebSocketMessage> {
  const max = Math.min(maximum, most, 70_000);
  const text = texts().filter((value) => Buffer.byteLength(value) <= max);
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 3, arbitrary: payloads({ max }).map((data) => ({ type: "binary" as const, data })) },
    { weight: 4, arbitrary: text.map((value) => ({ type: "text" as const, text: value })) },
    { weight: 2, arbitrary: payloads({ max: CONTROL_MAX }).map((data) => ({ type: "ping" as const, data })) },
    { weight: 1, arbitrary: payloads({ max: CONTROL_MAX }).map((data) => ({ type: "pong" as const, data })) },
  );
}

class WebSocketParser implements Parser<WebSocketMessage> {
  readonly #masked: boolean;
  readonly #maximum: number;
  readonly #fragmentsMax: number;
  #header: FrameHeader | null = null;
  /** Bytes of the frame's payload that have been read. */
  #read = 0;
  /** The message under way: its opcode, 0 between messages. */
  #opcode = 0;
  #fragments = 0;
  readonly #message = new FrameBuffer();
  readonly #utf8 = new Utf8Checker();
  #closed = false;

  constructor(masked: boolean, maximum: number, fragmentsMax: number) {
    this.#masked = masked;
    this.#maximum = maximum;
    this.#fragmentsMax = fragmentsMax;
  }

  next(queue: ByteQueue): WebSocketMessage | undefined {
    if (this.#closed) queue.skip(queue.length);
    while (queue.length > 0 || this.#header !== null) {
      if (this.#header === null) {
        this.#header = this.#begin(queue);
        if (this.#header === null) return undefined;
      }
      if (this.#header.opcode >= 8) return this.#control(queue, this.#header);
      if (!this.#data(queue, this.#header)) return undefined;
      const { fin } = this.#header;
      this.#header = null;
      if (fin) return this.#whole(queue);
    }
    return undefined;
  }

  end(queue: ByteQueue): undefined {
    if (queue.length > 0 || this.#header !== null || this.#opcode !== 0) throw incomplete(queue, "a message");
    return undefined;
  }

  #begin(queue: ByteQueue): FrameHeader | null {
    if (queue.length > 0) this.#checkSequence(queue);
    const start = queue.taken;
    const header = takeHeader(queue, this.#masked);
    if (header === null || header.opcode >= 8) return header;
    if (header.opcode !== OPCODE.continuation) this.#opcode = header.opcode;
    this.#fragments++;
    const total = this.#message.length + header.length;
    if (total > this.#maximum)
      throw new WebSocketError(1009, queue.taken, `a message is longer than ${this.#maximum} bytes`);
    if (this.#fragments > this.#fragmentsMax)
      throw new WebSocketError(1009, start, `a message has more than ${this.#fragmentsMax} fragments`);
    this.#read = 0;
    return header;
  }

  /** Section 5.4: fragments follow one another, with nothing but control frames between them. */
  #checkSequence(queue: ByteQueue): void {
    if ((queue.at(0) & 0x70) !== 0) return;
    const opcode = queue.at(0) & 0x0f;
    if (opcode === OPCODE.continuation && this.#opcode === 0)
      throw protocolError(queue, 0, "a continuation frame continues nothing");
    if ((opcode === OPCODE.text || opcode === OPCODE.binary) && this.#opcode !== 0)
      throw protocolError(queue, 0, "a new message begins before the last one is complete");
  }

  /** Takes what there is of a data frame; true when that was all of it. */
  #data(queue: ByteQueue, { length, mask }: FrameHeader): boolean {
    const count = Math.min(queue.length, length - this.#read);
    const { bytes, head } = queue;
    if (mask !== null) for (let i = 0; i < count; i++) bytes[head + i] ^= maskByte(mask, this.#read + i);
    if (this.#opcode === OPCODE.text) {
      for (let i = 0; i < count; i++)
        if (!this.#utf8.accepts(bytes[head + i]))
          throw new WebSocketError(1007, queue.taken + i, "a text is not UTF-8");
    }
    this.#message.append(bytes, head, head + count);
    queue.skip(count);
    this.#read += count;
    return this.#read === length;
  }

  #whole(queue: ByteQueue): WebSocketMessage {
    const isText = this.#opcode === OPCODE.text;
    if (isText && !this.#utf8.whole)
      throw new WebSocketError(1007, queue.taken, "a text ends inside a character");
    this.#opcode = 0;
    this.#fragments = 0;
    this.#utf8.reset();
    const data = this.#message.take();
    return isText
      ? { type: "text", text: Buffer.from(data.buffer, 0, data.length).toString() }
      : { type: "binary", data };
  }

  #control(queue: ByteQueue, { opcode, length, mask }: FrameHeader): WebSocketMessage | undefined {
    if (opcode === OPCODE.close && length === 1)
      throw protocolError(queue, 0, "a close frame has half a status code");
    if (queue.length < length) return undefined;
    this.#header = null;
    const start = queue.taken;
    const data = queue.take(length);
    if (mask !== null) for (let i = 0; i < length; i++) data[i] ^= maskByte(mask, i);
    if (opcode !== OPCODE.close) return { type: opcode === OPCODE.ping ? "ping" : "pong", data };
    this.#closed = true;
    this.#opcode = 0;
    this.#message.clear();
    const close = closeOf(data, start);
    queue.skip(queue.length);
    return close;
  }
}

function closeOf(data: Uint8Array, start: number): WebSocketMessage {
  if (data.length === 0) return { type: "close", code: null, reason: "" };
  const code = (data[0] << 8) | data[1];
  if (!isCloseCode(code)) throw new WebSocketError(1002, start + 1, `${code} is no status code to send`);
  const utf8 = new Utf8Checker();
  for (let i = 2; i < data.length; i++)
    if (!utf8.accepts(data[i])) throw new WebSocketError(1007, start + i, "the reason is not UTF-8");
  if (!utf8.whole) throw new WebSocketError(1007, start + data.length, "the reason ends inside a character");
  return { type: "close", code, reason: Buffer.from(data.buffer, 2, data.length - 2).toString() };
}
