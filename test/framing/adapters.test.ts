// One line protocol, decoded in each style that adapters know, right and wrong.

import { EventEmitter } from "node:events";
import { Transform, Writable } from "node:stream";
import { TransformStream } from "node:stream/web";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromAsyncIterable } from "../../src/framing/adapters/from-async-iterable.ts";
import { fromCallback } from "../../src/framing/adapters/from-callback.ts";
import { fromClass } from "../../src/framing/adapters/from-class.ts";
import { fromEmitter } from "../../src/framing/adapters/from-emitter.ts";
import { fromGenerator } from "../../src/framing/adapters/from-generator.ts";
import { fromParse } from "../../src/framing/adapters/from-parse.ts";
import { fromTransform } from "../../src/framing/adapters/from-transform.ts";
import { fromWebTransform } from "../../src/framing/adapters/from-web-transform.ts";
import { fromWritable } from "../../src/framing/adapters/from-writable.ts";
import { foreignErrorKind } from "../../src/framing/adapters/foreign.ts";
import type { Parts } from "../../src/framing/adapters/foreign.ts";
import { checkFraming } from "../../src/framing/check.ts";
import type { Codec } from "../../src/framing/codec.ts";

const parts: Parts<string> = {
  encode: (line) => `${line}\n`,
  frames: fc
    .array(fc.constantFrom("a", "b", "é"), { minLength: 1, maxLength: 4 })
    .map((text) => text.join("")),
};

/** Lines; a wrong one makes text of each chunk by itself. */
class Lines {
  #parts: Uint8Array[] = [];
  readonly #wrong: boolean;

  constructor(wrong: boolean) {
    this.#wrong = wrong;
  }

  feed(given: Uint8Array): string[] {
    const chunk = this.#wrong ? Buffer.from(Buffer.from(given).toString()) : Buffer.from(given);
    const lines: string[] = [];
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      lines.push(Buffer.concat([...this.#parts, chunk.subarray(from, at)]).toString());
      this.#parts = [];
      from = at + 1;
    }
    if (from < chunk.length) this.#parts.push(chunk.subarray(from));
    return lines;
  }

  finish(): void {
    if (this.#parts.length > 0) throw new Error("the last line has no end");
  }
}

function transform(wrong: boolean): Transform {
  const lines = new Lines(wrong);
  return new Transform({
    readableObjectMode: true,
    transform(chunk: Buffer, _encoding, callback) {
      for (const line of lines.feed(chunk)) this.push(line);
      callback();
    },
    flush(callback) {
      try {
        lines.finish();
        callback();
      } catch (error) {
        callback(error as Error);
      }
    },
  });
}

function writable(wrong: boolean): Writable {
  const lines = new Lines(wrong);
  return new Writable({
    write(this: Writable, chunk: Buffer, _encoding, callback) {
      for (const line of lines.feed(chunk)) this.emit("line", line);
      callback();
    },
    final(callback) {
      try {
        lines.finish();
        callback();
      } catch (error) {
        callback(error as Error);
      }
    },
  });
}

class Emitting extends EventEmitter {
  readonly lines: Lines;
  constructor(wrong: boolean) {
    super();
    this.lines = new Lines(wrong);
  }
  write(chunk: Uint8Array): void {
    for (const line of this.lines.feed(chunk)) this.emit("line", line);
  }
  end(): void {
    this.lines.finish();
  }
}

const STYLES: Readonly<Record<string, (wrong: boolean) => Codec<string>>> = {
  "a Transform stream": (wrong) => fromTransform(() => transform(wrong), parts),
  "a Writable with events": (wrong) => fromWritable(() => writable(wrong), { ...parts, events: ["line"] }),
  "an EventEmitter": (wrong) => fromEmitter(() => new Emitting(wrong), { ...parts, events: ["line"] }),
  "a callback parser": (wrong) =>
    fromCallback((onFrame) => {
      const lines = new Lines(wrong);
      return {
        execute: (chunk: Uint8Array) => {
          for (const line of lines.feed(chunk)) onFrame(line);
        },
        finish: () => lines.finish(),
      };
    }, parts),
  "a class": (wrong) => fromClass(() => new Lines(wrong), parts),
  "a generator": (wrong) =>
    fromGenerator(function* () {
      const lines = new Lines(wrong);
      let found: string[] = [];
      for (;;) {
        const chunk: Buffer | null = yield found;
        if (chunk === null) return lines.finish();
        found = lines.feed(chunk);
      }
    }, parts),
  "an async iterable": (wrong) =>
    fromAsyncIterable(async function* (source) {
      const lines = new Lines(wrong);
      for await (const chunk of source) yield* lines.feed(chunk);
      lines.finish();
    }, parts),
  "a web TransformStream": (wrong) =>
    fromWebTransform(() => {
      const lines = new Lines(wrong);
      return new TransformStream<Uint8Array, string>({
        transform: (chunk, controller) => {
          for (const line of lines.feed(chunk)) controller.enqueue(line);
        },
        flush: () => lines.finish(),
      });
    }, parts),
  "a function of the buffer": (wrong) =>
    fromParse((buffer) => {
      const at = buffer.lastIndexOf(10) + 1;
      const lines = buffer.toString("utf8", 0, at).split("\n").slice(0, -1);
      const rest = buffer.subarray(at);
      return [lines, wrong ? Buffer.from(rest.toString()) : rest];
    }, parts),
};

describe("decoders in the style of", () => {
  for (const [style, make] of Object.entries(STYLES)) {
    it(`${style} keep the laws when they are right`, async () => {
      const report = await checkFraming(make(false), { runs: 25 });
      expect(report.laws.filter(({ verdict }) => verdict === "broken")).toEqual([]);
    });

    it(`${style} are caught when a cut breaks a character`, async () => {
      const report = await checkFraming(make(true), { runs: 25 });
      const broken = report.laws.find(({ law }) => law === "any-chunking")?.counterexample;
      expect(broken).toMatchObject({ bytes: "c3a90a", cuts: [1] });
    });
  }
});

describe("the errors of foreign decoders", () => {
  it("are answers to bad input unless a program's mistake makes them", () => {
    expect(foreignErrorKind(new Error("invalid header"))).toBe("malformed");
    expect(foreignErrorKind(new SyntaxError("Unexpected token"))).toBe("malformed");
    expect(foreignErrorKind(Object.assign(new RangeError("reserved bits"), { code: "WS_ERR_X" }))).toBe(
      "malformed",
    );
    expect(foreignErrorKind(new TypeError("x is undefined"))).toBeNull();
    expect(
      foreignErrorKind(Object.assign(new RangeError("offset"), { code: "ERR_OUT_OF_RANGE" })),
    ).toBeNull();
    expect(foreignErrorKind("a text")).toBeNull();
  });
});
