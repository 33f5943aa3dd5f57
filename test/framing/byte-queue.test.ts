import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteQueue } from "../../src/framing/byte-queue.ts";

describe("a byte queue", () => {
  test("gives the bytes that went in, in order, however much is taken at a time", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.uint8Array({ maxLength: 600 }), fc.nat(700)), { maxLength: 40 }),
        (steps) => {
          const queue = new ByteQueue();
          let model = Buffer.alloc(0);
          let taken = 0;
          for (const [chunk, count] of steps) {
            queue.append(chunk);
            chunk.fill(0xa5);
            model = Buffer.concat([model, queue.bytes.subarray(queue.tail - chunk.length, queue.tail)]);
            const length = Math.min(count, queue.length);
            expect(Buffer.from(queue.take(length)).equals(model.subarray(0, length))).toBe(true);
            model = model.subarray(length);
            taken += length;
            expect(queue.length).toBe(model.length);
            expect(queue.taken).toBe(taken);
          }
        },
      ),
    );
  });

  test("gives frames that later chunks do not change", () => {
    const queue = new ByteQueue();
    queue.append(Uint8Array.of(1, 2, 3));
    const frame = queue.take(2);
    queue.append(new Uint8Array(1000).fill(9));
    queue.skip(1001);
    queue.append(new Uint8Array(1000).fill(8));
    expect(frame).toEqual(Uint8Array.of(1, 2));
  });

  test("gives its memory back when a large frame has been taken", () => {
    const queue = new ByteQueue();
    queue.append(new Uint8Array(4 << 20));
    queue.skip(4 << 20);
    expect(queue.bytes.length).toBeLessThan(1 << 20);
  });

  test("finds a byte only among those that wait", () => {
    const queue = new ByteQueue();
    queue.append(Uint8Array.of(7, 0, 7));
    queue.skip(1);
    expect(queue.indexOf(7, 0)).toBe(1);
    queue.skip(2);
    expect(queue.indexOf(7, 0)).toBe(-1);
  });
});
