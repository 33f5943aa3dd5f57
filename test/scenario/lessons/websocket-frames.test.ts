import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { FrameReader, encodeFrame } from "../../../src/scenario/lessons/websocket-frames.ts";

describe("WebSocket frames", () => {
  test.prop([
    fc.array(
      fc.record({
        opcode: fc.constantFrom(1, 8),
        payload: fc.uint8Array({ maxLength: 300 }),
        mask: fc.option(fc.uint8Array({ minLength: 4, maxLength: 4 })),
      }),
      { maxLength: 4 },
    ),
    fc.integer({ min: 1, max: 40 }),
  ])("come out as they went in, however the stream is cut", (frames, cut) => {
    const stream = Buffer.concat(
      frames.map(({ opcode, payload, mask }) => encodeFrame(opcode, payload, mask)),
    );
    const reader = new FrameReader();
    const read = [];
    for (let at = 0; at < stream.length; at += cut) read.push(...reader.push(stream.subarray(at, at + cut)));
    expect(read).toEqual(
      frames.map(({ opcode, payload, mask }) => ({
        opcode,
        masked: mask !== null,
        payload: Uint8Array.from(payload),
      })),
    );
  });

  test("are RFC 6455's examples (5.7)", () => {
    const hello = new TextEncoder().encode("Hello");
    expect(Buffer.from(encodeFrame(1, hello, null)).toString("hex")).toBe("810548656c6c6f");
    const mask = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);
    expect(Buffer.from(encodeFrame(1, hello, mask)).toString("hex")).toBe("818537fa213d7f9f4d5158");
  });
});
