// Redis's protocol, RESP2 and RESP3: values that nest, read without looking at any byte twice.

import * as fc from "fast-check";
import type { ByteQueue } from "../byte-queue.ts";
import type { SyncCodec } from "../codec.ts";
import { payloads } from "../arbitraries/payloads.ts";
import { checkWhole, incomplete, malformed, queueDecoder, tooLong } from "./queue-decoder.ts";
import type { Parser } from "./queue-decoder.ts";
import { RespBuilder } from "./resp-builder.ts";
import { respBytes } from "./resp-value.ts";
import type { RespBody, RespValue } from "./resp-value.ts";

export interface RespOptions {
  /** 3 by default; 2 has strings, errors, integers and arrays only. */
  readonly version?: 2 | 3;
  /** Most bytes of one string; 1 MiB by default (Redis takes 512 MiB). */
  readonly maximum?: number;
  /** Most values in one value, at all depths together; 65,536 by default. */
  readonly itemsMax?: number;
}

/** Most bytes of a line that is not a bulk's: a simple string, a number, a length. */
const LINE_MAX = 65_536;
const CR = 0x0d;
const LF = 0x0a;

/** Values of RESP. A length beyond the maximum is refused when it is read, as is nesting beyond 64. */
export function resp(options: RespOptions = {}): SyncCodec<RespValue> {
  const { version = 3, maximum = 1 << 20, itemsMax = 65_536 } = options;
  checkWhole("maximum", maximum, 0, 2 ** 31);
  checkWhole("itemsMax", itemsMax, 1, 2 ** 31);
  return {
    name: `RESP${version}`,
    encode: (value) => respBytes(value, version),
    decoder: () => queueDecoder(new RespParser(version, maximum, itemsMax)),
    frames: values(version, maximum),
    maxLength: maximum,
    frameOfLength: (length) => ({ type: "bulk string", bytes: new Uint8Array(length) }),
    tooLong: (length) => Buffer.from(`$${length}\r\n`),
  };
}

function values(version: 2 | 3, maximum: number): fc.Arbitrary<RespValue> {
  const bytes = payloads({ max: Math.min(maximum, 70_000), special: [CR, LF, 0x24, 0x30] });
  const text = fc
    .array(fc.constantFrom("O", "K", " ", "$", "1", "\u00e9"), { maxLength: 6 })
    .map((characters) => characters.join(""));
  const integers = fc.oneof(
    fc.bigInt({ min: -3n, max: 300n }),
    fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n)),
  );
  const { value } = fc.letrec<{ value: RespValue; leaf: RespBody; nest: RespBody }>((tie) => {
    const items = fc.array(tie("value"), { maxLength: 3 });
    const entries = fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 2 });
    const leaves: fc.Arbitrary<RespBody>[] = [
      bytes.map((data) => ({ type: "bulk string", bytes: data })),
      integers.map((integer) => ({ type: "integer", value: integer })),
      fc.constantFrom<RespBody>({ type: "null bulk string" }, { type: "null array" }),
      fc.record({ type: fc.constantFrom("simple string" as const, "simple error" as const), text }),
    ];
    const nests: fc.Arbitrary<RespBody>[] = [items.map((list) => ({ type: "array", items: list }))];
    if (version === 3) {
      leaves.push(
        fc.constantFrom<RespBody>(
          { type: "null" },
          { type: "boolean", value: true },
          { type: "boolean", value: false },
        ),
        fc
          .constantFrom(0, -0, 1.5, 1e300, Infinity, -Infinity, NaN)
          .map((double) => ({ type: "double", value: double })),
        fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map((big) => ({ type: "big number", value: big })),
        bytes.map((data) => ({ type: "bulk error", bytes: data })),
        bytes
          .filter(({ length }) => length + 4 <= maximum)
          .map((data) => ({ type: "verbatim string", format: "txt", bytes: data })),
      );
      nests.push(
        fc.record({ type: fc.constantFrom("set" as const, "push" as const), items }),
        entries.map((list) => ({ type: "map", entries: list })),
      );
    }
    const plain = fc.oneof(
      { depthSize: "small", maxDepth: 3, withCrossShrink: true },
      tie("leaf"),
      tie("nest"),
    );
    const attributed = fc
      .tuple(plain, entries)
      .map(([body, attributes]): RespValue => ({ ...body, attributes }));
    return {
      leaf: fc.oneof({ withCrossShrink: true }, ...leaves),
      nest: fc.oneof({ withCrossShrink: true }, ...nests),
      value:
        version === 2
          ? plain
          : fc.oneof(
              { withCrossShrink: true, maxDepth: 3 },
              { weight: 12, arbitrary: plain },
              { weight: 1, arbitrary: attributed },
            ),
    };
  });
  return value;
}

class RespParser implements Parser<RespValue> {
  readonly #maximum: number;
  readonly #builder: RespBuilder;
  /** Bytes at the head that are known to hold no end of line. */
  #seen = 0;
  /** The bulk under way: its sign and its bytes, -1 between bulks. */
  #sign = "";
  #bulk = -1;

  constructor(version: 2 | 3, maximum: number, itemsMax: number) {
    this.#maximum = maximum;
    this.#builder = new RespBuilder(version, maximum, itemsMax);
  }

  next(queue: ByteQueue): RespValue | undefined {
    while (queue.length > 0) {
      const value = this.#bulk >= 0 ? this.#takeBulk(queue) : this.#takeLine(queue);
      if (value === null) return undefined;
      if (value !== undefined) return value;
    }
    return undefined;
  }

  end(queue: ByteQueue): undefined {
    if (queue.length > 0 || this.#bulk >= 0 || this.#builder.inside) throw incomplete(queue, "a value");
    return undefined;
  }

  /** A value when the line completes one, undefined when it does not, null when it is not all there. */
  #takeLine(queue: ByteQueue): RespValue | undefined | null {
    this.#builder.checkSign(queue);
    const length = this.#lineLength(queue);
    if (length < 0) return null;
    this.#seen = 0;
    const line = queue.takeLatin1(length + 2);
    const announced = this.#builder.line(queue, line.slice(0, 1), line.slice(1, -2));
    if (typeof announced !== "number") return announced;
    this.#sign = line[0];
    this.#bulk = announced;
    return undefined;
  }

  /** Bytes before CR LF; -1 when they are not there yet. */
  #lineLength(queue: ByteQueue): number {
    for (let i = this.#seen; i < queue.length; i++) {
      const byte = queue.at(i);
      if (byte === LF) {
        if (i > 0 && queue.at(i - 1) === CR) return i - 1;
        throw malformed(queue, i, "a line ends with CR LF");
      }
      if (i > 0 && queue.at(i - 1) === CR) throw malformed(queue, i, "a CR stands alone");
      if (i >= LINE_MAX) throw tooLong(queue, i, "a line", LINE_MAX);
    }
    this.#seen = queue.length;
    return -1;
  }

  #takeBulk(queue: ByteQueue): RespValue | undefined | null {
    const length = this.#bulk;
    if (queue.length > length && queue.at(length) !== CR)
      throw malformed(queue, length, "a string is longer than its length");
    if (queue.length < length + 2) return null;
    if (queue.at(length + 1) !== LF) throw malformed(queue, length + 1, "a string is longer than its length");
    const bytes = length === 0 ? new Uint8Array() : queue.take(length);
    const value = this.#builder.bulk(queue, this.#sign, bytes, this.#maximum);
    queue.skip(2);
    this.#bulk = -1;
    return value;
  }
}
