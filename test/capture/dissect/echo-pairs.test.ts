// Which reply answers which request: as tshark pairs them.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { array, boolean, integer, nat, record, sample } from "fast-check";
import type { Arbitrary } from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { Conversations } from "../../../src/capture/dissect/conversations.ts";
import { contextOf } from "../../../src/capture/context.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { fillIcmpChecksum, fillIcmpv6Checksum } from "../../../src/wire/icmp.ts";
import { hex } from "../memory-trace.ts";
import { classicFile, joined } from "../packets.ts";
import { hasTshark, tshark } from "../shared-captures.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-echo-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ping {
  readonly isV6: boolean;
  readonly isReply: boolean;
  /** Last bytes of the addresses. */
  readonly from: number;
  readonly to: number;
  readonly ident: number;
  readonly number: number;
  readonly data: number;
  readonly isDamaged: boolean;
}

function packet({ isV6, isReply, from, to, ident, number, data, isDamaged }: Ping): Uint8Array {
  const type = isV6 ? (isReply ? 129 : 128) : isReply ? 0 : 8;
  const message = Uint8Array.of(type, 0, 0, 0, 0, ident, 0, number, data, data, data, data);
  const head = isV6
    ? joined(
        hex("60000000 000c 3a40"),
        hex(`fe80${"00".repeat(13)}`),
        Uint8Array.of(from),
        hex(`fe80${"00".repeat(13)}`),
        Uint8Array.of(to),
      )
    : joined(hex("4500 0020 0001 0000 4001 0000"), Uint8Array.of(10, 0, 0, from, 10, 0, 0, to));
  const bytes = joined(head, message);
  if (isV6) fillIcmpv6Checksum(bytes, 0, head.length, bytes.length);
  else fillIcmpChecksum(bytes, head.length, bytes.length);
  if (isDamaged) bytes[head.length + 3] ^= 1;
  return bytes;
}

const few = (most: number): Arbitrary<number> => integer({ min: 1, max: most });
const pings = array(
  record({
    isV6: boolean(),
    isReply: boolean(),
    from: few(2),
    to: few(2),
    ident: few(2),
    number: few(2),
    data: few(2),
    isDamaged: nat(9).map((n) => n === 0),
  }),
  { minLength: 400, maxLength: 400 },
);

const FIELDS = ["icmp.resp_to", "icmpv6.resp_to", "icmp.resptime", "icmpv6.resptime", "_ws.col.Info"];

async function captureOf(packets: readonly Uint8Array[]): Promise<string> {
  const path = join(folder, "pings.pcap");
  const at = (bytes: Uint8Array, i: number) => ({ seconds: i, fraction: i, length: bytes.length, bytes });
  writeFileSync(path, classicFile(packets.map(at)));
  return path;
}

describe("a reply to a ping", () => {
  it.skipIf(!hasTshark)("answers the request that tshark says (skipped without tshark)", async () => {
    const [packets] = sample(pings, { numRuns: 1, seed: 7 });
    const path = await captureOf(packets.map(packet));
    const capture = await openCapture(path);
    const rows = packets.map((_, row) => row);
    const ours = [...printFields(capture.trace, rows, FIELDS, contextOf(capture))];
    capture.close();
    expect(ours.filter((line) => line.includes("request in")).length).toBeGreaterThan(20);
    const names = FIELDS.flatMap((name) => ["-e", name]);
    expect(ours).toEqual(tshark(["-n", "-r", path, "-T", "fields", ...names]));
  });

  it("is told of a request where somebody looks ahead, and never otherwise, in whatever order packets are looked at", async () => {
    const one = { isV6: false, from: 1, to: 2, ident: 1, number: 1, data: 1, isDamaged: false };
    const packets = [
      { ...one, isReply: false },
      { ...one, isReply: true, from: 2, to: 1 },
    ].map(packet);
    const capture = await openCapture(await captureOf(packets));
    const info = (row: number, lookAhead: boolean): string => {
      const conversations = new Conversations(capture.trace, { lookAhead });
      conversations.echoes.partner(1);
      const context = { ...contextOf(capture), conversations };
      return [...printFields(capture.trace, [row], ["_ws.col.Info"], context)].join();
    };
    const texts = [info(0, false), info(0, true), info(1, false)];
    capture.close();
    expect(texts).toEqual([
      "Echo (ping) request  id=0x0001, seq=1/256, ttl=64",
      "Echo (ping) request  id=0x0001, seq=1/256, ttl=64 (reply in 2)",
      "Echo (ping) reply    id=0x0001, seq=1/256, ttl=64 (request in 1)",
    ]);
  });
});
