// The TLS record layer: type, version, length, fragment (RFC 8446 section 5.1 and 5.2, RFC 5246 section 6.2).

import * as fc from "fast-check";
import type { ByteQueue } from "../byte-queue.ts";
import type { SyncCodec } from "../codec.ts";
import { payloads } from "../arbitraries/payloads.ts";
import { checkWhole, incomplete, malformed, queueDecoder, tooLong } from "./queue-decoder.ts";
import type { Parser } from "./queue-decoder.ts";

export interface TlsRecord {
  /** 20 change_cipher_spec, 21 alert, 22 handshake, 23 application_data, 24 heartbeat (RFC 6520). */
  readonly contentType: number;
  /** 0x0301 to 0x0304. */
  readonly version: number;
  readonly fragment: Uint8Array;
}

export interface TlsRecordOptions {
  /**
   * Most bytes of a fragment: 2^14 for plaintext, 2^14 + 256 for TLS 1.3's ciphertext (RFC 8446 section 5.2; the default),
   * 2^14 + 2048 for TLS 1.2's (RFC 5246 section 6.2.3).
   */
  readonly maximum?: number;
}

const HEADER_BYTES = 5;
const PLAINTEXT_MAX = 1 << 14;
const APPLICATION_DATA = 23;

/** TLS records. Only application data may be empty (RFC 8446 section 5.1); the type and the version are checked as they come in. */
export function tlsRecord(options: TlsRecordOptions = {}): SyncCodec<TlsRecord> {
  const { maximum = PLAINTEXT_MAX + 256 } = options;
  checkWhole("maximum", maximum, 1, PLAINTEXT_MAX + 2048);
  const record = (length: number): TlsRecord => ({
    contentType: APPLICATION_DATA,
    version: 0x0303,
    fragment: new Uint8Array(length),
  });
  return {
    name: "TLS record",
    encode(frame) {
      const { contentType, version, fragment } = frame;
      checkWhole("contentType", contentType, 20, 24);
      checkWhole("version", version, 0x0301, 0x0304);
      if (fragment.length > maximum)
        throw new RangeError(`a fragment has at most ${maximum} bytes, not ${fragment.length}`);
      if (fragment.length === 0 && contentType !== APPLICATION_DATA)
        throw new RangeError("only application data may be empty");
      return encode(frame);
    },
    decoder: () => queueDecoder(new TlsRecordParser(maximum)),
    frames: fc
      .record({
        contentType: fc.constantFrom(23, 22, 21, 20, 24),
        version: fc.constantFrom(0x0303, 0x0301, 0x0302, 0x0304),
        fragment: payloads({ max: maximum }),
      })
      .filter(({ contentType, fragment }) => fragment.length > 0 || contentType === APPLICATION_DATA),
    maxLength: maximum,
    frameOfLength: record,
    tooLong: (length) => {
      if (length > 0xffff) throw new RangeError(`the length field cannot say ${length}`);
      return encode(record(length)).subarray(0, HEADER_BYTES);
    },
  };
}

function encode({ contentType, version, fragment }: TlsRecord): Uint8Array {
  const { length } = fragment;
  const bytes = new Uint8Array(HEADER_BYTES + length);
  bytes.set([contentType, version >> 8, version & 0xff, length >> 8, length & 0xff]);
  bytes.set(fragment, HEADER_BYTES);
  return bytes;
}

class TlsRecordParser implements Parser<TlsRecord> {
  readonly #maximum: number;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  next(queue: ByteQueue): TlsRecord | undefined {
    const { length: waiting } = queue;
    if (waiting === 0) return undefined;
    // A plain-text peer is told from the first bytes; nobody waits for what it would take for a length.
    const contentType = queue.at(0);
    if (contentType < 20 || contentType > 24) throw malformed(queue, 0, `${contentType} is no content type`);
    if (waiting > 1 && queue.at(1) !== 3)
      throw malformed(queue, 1, `${queue.at(1)} is no major version of TLS`);
    if (waiting > 2 && (queue.at(2) < 1 || queue.at(2) > 4))
      throw malformed(queue, 2, `3.${queue.at(2)} is no version of TLS`);
    if (waiting < HEADER_BYTES) return undefined;
    const version = 0x0300 | queue.at(2);
    const length = (queue.at(3) << 8) | queue.at(4);
    if (length === 0 && contentType !== APPLICATION_DATA)
      throw malformed(queue, 3, "only application data may be empty");
    if (length > this.#maximum) throw tooLong(queue, HEADER_BYTES, "a fragment", this.#maximum);
    if (waiting < HEADER_BYTES + length) return undefined;
    queue.skip(HEADER_BYTES);
    return { contentType, version, fragment: length === 0 ? new Uint8Array() : queue.take(length) };
  }

  end(queue: ByteQueue): undefined {
    if (queue.length > 0) throw incomplete(queue, "a record");
    return undefined;
  }
}
