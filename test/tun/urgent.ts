// Urgent data between a real kernel and a simulated stack: each finds the other's urgent byte, and points alike.

import { deepEqual, equal, rejects } from "node:assert/strict";
import { PROTOCOL } from "../../src/trace/packets.ts";
import { TunLab, otherEnd } from "./lab.ts";
import type { End } from "./lab.ts";

const OOB = { oob: true } as const;
const LIMIT_MS = 10_000;
const URG = 0x20;

/** `sender` sends `abc`, the last of it urgent, and `de`; throws where the other end or the packets have it otherwise. */
export async function urgentBytes(sender: End): Promise<void> {
  const lab = TunLab.open({ delayMs: 5 }, 1);
  if (!(lab instanceof TunLab)) throw new Error(lab.unavailable);
  try {
    const ends = await lab.connect(sender);
    const [from, to] = [ends[sender], ends[otherEnd(sender)]];
    const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    await lab.within(LIMIT_MS, from.send("abc", OOB));
    await lab.within(LIMIT_MS, from.send("de"));
    await lab.until(
      () => to.core.readiness().urgent,
      () => "no urgent byte",
      LIMIT_MS,
    );
    equal(text(await to.recv()), "ab");
    equal(to.atMark(), true);
    equal(text(await to.recv(1, OOB)), "c");
    equal(text(await lab.within(LIMIT_MS, to.recv())), "de");
    equal(to.atMark(), false);
    await rejects(to.recv(1, OOB), { code: "EINVAL" });
    deepEqual(pointers(lab, sender), [
      [3, 3],
      [2, 0],
    ]);
  } finally {
    await lab.close();
  }
}

/** Payload length and urgent pointer of each segment with data, 0 without the flag. */
function pointers({ backend: { trace } }: TunLab, sender: End): number[][] {
  const { packets } = trace;
  const found: number[][] = [];
  for (let row = 0; row < packets.count; row++) {
    const length = packets.payloadLength[row];
    if (packets.protocol[row] !== PROTOCOL.tcp || length === 0 || trace.transits[row].from !== sender)
      continue;
    const bytes = trace.bytes(row);
    const at = packets.transportOffset[row] + 18;
    found.push([length, (packets.tcpFlags[row] & URG) === 0 ? 0 : bytes[at] * 256 + bytes[at + 1]]);
  }
  return found;
}
