import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SendBuffer } from "../../../src/sim/tcp/send-buffer.ts";

/** What programs send again and again, and what is like it but for a byte somewhere. */
const CHUNK = Uint8Array.from({ length: 65_536 }, (_, i) => i % 251);

const write = fc.record({
  length: fc.oneof(fc.constant(65_536), fc.integer({ min: 1, max: 65_536 })),
  changed: fc.option(fc.nat(65_535), { freq: 2 }),
  acknowledged: fc.double({ min: 0, max: 1, noNaN: true }),
});

test.each([true, false])(
  "what was handed out stays what was sent, wherever writes repeat the ones before (kept for a trace: %s)",
  (kept) => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 12 }), (writes) => {
        const buffer = new SendBuffer();
        const handed: { readonly slice: Uint8Array; readonly sent: Uint8Array }[] = [];
        let sent = new Uint8Array();
        for (const { length, changed, acknowledged } of writes) {
          const bytes = CHUNK.slice(0, length);
          if (changed !== null && changed < length) bytes[changed] ^= 1;
          buffer.append(bytes, 0, length, kept);
          sent = Uint8Array.from(Buffer.concat([sent, bytes]));
          expect(buffer.length).toBe(sent.length);
          for (let at = Math.max(0, sent.length - length - 500); at < sent.length; at += 1448) {
            const count = Math.min(1448, sent.length - at);
            handed.push({ slice: buffer.slice(at, count), sent: sent.slice(at, at + count) });
          }
          const gone = Math.floor(acknowledged * sent.length);
          buffer.discard(gone);
          sent = sent.slice(gone);
        }
        for (const { slice, sent } of handed) expect(Buffer.compare(slice, sent)).toBe(0);
      }),
      { numRuns: 40 },
    );
  },
);

test("a trace keeps chunks that are alike once", () => {
  const buffer = new SendBuffer();
  for (let i = 0; i < 16; i++) buffer.append(CHUNK, 0, CHUNK.length, true);
  const buffers = new Set(Array.from({ length: 16 }, (_, i) => buffer.slice(i * 65_536, 1448).buffer));
  expect(buffers.size).toBe(1);
});
