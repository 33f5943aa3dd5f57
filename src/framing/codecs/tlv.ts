// Type, length, value, the fields of fixed width: RADIUS attributes, LLDP-like options, many device protocols.

import * as fc from "fast-check";
import type { ByteQueue } from "../byte-queue.ts";
import type { SyncCodec } from "../codec.ts";
import { payloads } from "../arbitraries/payloads.ts";
import { checkWhole, incomplete, malformed, queueDecoder, tooLong } from "./queue-decoder.ts";
import type { Parser } from "./queue-decoder.ts";

export interface TlvOptions {
  /** Bits of the type; 8 by default. */
  readonly typeBits?: 8 | 16 | 32;
  /** Bits of the length; 8 by default. */
  readonly lengthBits?: 8 | 16 | 24 | 32;
  /** Byte order of both; big by default. */
  readonly endian?: "big" | "little";
  /** Whether the length counts type and length too (as RADIUS attributes do, RFC 2865 section 5). */
  readonly headerIncluded?: boolean;
  /** Most bytes of a value; 64 KiB or what the length can say by default. */
  readonly maximum?: number;
}

export interface Tlv {
  readonly type: number;
  readonly value: Uint8Array;
}

const MAXIMUM_DEFAULT = 65_536;

/** TLVs with a type and a length of fixed width. */
export function tlv(options: TlvOptions = {}): SyncCodec<Tlv> {
  const { typeBits = 8, lengthBits = 8, endian = "big", headerIncluded = false } = options;
  const layout = {
    typeSize: typeBits / 8,
    lengthSize: lengthBits / 8,
    little: endian === "little",
    headerIncluded,
  };
  const header = layout.typeSize + layout.lengthSize;
  const lengthMax = 2 ** lengthBits - 1 - (headerIncluded ? header : 0);
  const maximum = options.maximum ?? Math.min(MAXIMUM_DEFAULT, lengthMax);
  checkWhole("maximum", maximum, 0, lengthMax);
  const headerOf = (type: number, length: number): Uint8Array => {
    if (length > lengthMax) throw new RangeError(`the length field cannot say ${length}`);
    const bytes = new Uint8Array(header);
    write(bytes, 0, layout.typeSize, layout.little, type);
    write(bytes, layout.typeSize, layout.lengthSize, layout.little, length + (headerIncluded ? header : 0));
    return bytes;
  };
  const typeMax = 2 ** typeBits - 1;
  return {
    name: `TLV, type ${typeBits} bits, length ${lengthBits} bits, ${endian}-endian${headerIncluded ? ", header included" : ""}`,
    encode({ type, value }) {
      checkWhole("type", type, 0, typeMax);
      if (value.length > maximum)
        throw new RangeError(`a value has at most ${maximum} bytes, not ${value.length}`);
      const bytes = new Uint8Array(header + value.length);
      bytes.set(headerOf(type, value.length));
      bytes.set(value, header);
      return bytes;
    },
    decoder: () => queueDecoder(new TlvParser(layout, maximum)),
    frames: fc.record({ type: fc.integer({ min: 0, max: typeMax }), value: payloads({ max: maximum }) }),
    maxLength: maximum,
    frameOfLength: (length) => ({ type: 1, value: new Uint8Array(length) }),
    tooLong: (length) => headerOf(1, length),
    // Without a maximum of its own every length is one.
    acceptsAnything: maximum === lengthMax && !headerIncluded,
  };
}

interface TlvLayout {
  readonly typeSize: number;
  readonly lengthSize: number;
  readonly little: boolean;
  readonly headerIncluded: boolean;
}

class TlvParser implements Parser<Tlv> {
  readonly #layout: TlvLayout;
  readonly #maximum: number;

  constructor(layout: TlvLayout, maximum: number) {
    this.#layout = layout;
    this.#maximum = maximum;
  }

  next(queue: ByteQueue): Tlv | undefined {
    const { typeSize, lengthSize, little, headerIncluded } = this.#layout;
    const header = typeSize + lengthSize;
    if (queue.length < header) return undefined;
    const said = read(queue, typeSize, lengthSize, little);
    const length = headerIncluded ? said - header : said;
    if (length < 0) throw malformed(queue, typeSize, `a length of ${said} does not count the header`);
    if (length > this.#maximum) throw tooLong(queue, header, "a value", this.#maximum);
    if (queue.length < header + length) return undefined;
    const type = read(queue, 0, typeSize, little);
    queue.skip(header);
    return { type, value: length === 0 ? new Uint8Array() : queue.take(length) };
  }

  end(queue: ByteQueue): undefined {
    if (queue.length > 0) throw incomplete(queue, "a TLV");
    return undefined;
  }
}

function read(queue: ByteQueue, at: number, size: number, little: boolean): number {
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + queue.at(little ? at + size - 1 - i : at + i);
  return value;
}

function write(bytes: Uint8Array, at: number, size: number, little: boolean, value: number): void {
  let rest = value;
  for (let i = 0; i < size; i++) {
    bytes[little ? at + i : at + size - 1 - i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}
