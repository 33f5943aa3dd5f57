// What messages count against the send buffer, beside how many Linux 6.18 took before EAGAIN with the default of 212,992.

import { describe, expect, test } from "vitest";
import { datagramCost, streamCost, streamPiece } from "../../../src/sim/unix/cost.ts";

const SEND_BUFFER = 212_992;

/** Messages that go before the buffer is full: the last may go beyond it. */
function taken(cost: number): number {
  return Math.ceil(SEND_BUFFER / cost);
}

describe("cost", () => {
  test.each([
    [0, 278],
    [192, 278],
    [193, 167],
    [704, 167],
    [705, 93],
    [1728, 93],
    [1729, 49],
    [3776, 49],
    [3777, 26],
    [7872, 26],
    [7873, 13],
    [16_064, 13],
    [16_065, 11],
    [20_160, 11],
    [20_161, 9],
    [40_000, 6],
    [100_000, 3],
  ])("datagrams of %i bytes: %i", (bytes, count) => {
    expect(taken(datagramCost(bytes))).toBe(count);
  });

  test.each([
    [1, 278],
    [193, 167],
    [1000, 93],
    [3776, 49],
    [3777, 44],
    [10_000, 17],
    [36_544, 6],
  ])("pieces of a stream of %i bytes: %i", (bytes, count) => {
    expect(taken(streamCost(bytes))).toBe(count);
  });

  test("a stream is cut into pieces of at most 36,544 bytes, and less than half the buffer", () => {
    expect(streamPiece(100_000, SEND_BUFFER)).toBe(36_544);
    expect(streamPiece(100_000, 4608)).toBe(2240);
    expect(streamPiece(10, SEND_BUFFER)).toBe(10);
  });
});
