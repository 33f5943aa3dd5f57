// ECN (RFC 3168) between a real kernel and a simulated stack over a queue that marks: what the packets say, whichever of them sends.

import { deepEqual, equal, ok } from "node:assert/strict";
import { TCP_FLAGS } from "../../src/sim/packet.ts";
import { TCPI_OPT } from "../../src/socket/options.ts";
import { PROTOCOL } from "../../src/trace/packets.ts";
import { TunLab, otherEnd } from "./lab.ts";
import type { End } from "./lab.ts";

const { CWR, ECE, SYN } = TCP_FLAGS;
const CONGESTION = 3;
/** Half a second of transfer, which makes a queue longer than CoDel's target. */
const BYTES = 700_000;
const LINK = { delayMs: 5, bandwidthBps: 10e6, queue: "codel", queueEcn: true } as const;
const LIMIT_MS = 15_000;

interface Said {
  readonly from: End;
  readonly flags: number;
  readonly payload: number;
  /** The ECN field as it left the queue. */
  readonly ecn: number;
}

/** `sender` connects and sends; throws where the packets are not as RFC 3168 has them. */
export async function markedTransfer(sender: End): Promise<void> {
  const lab = TunLab.open(LINK, 1, { tcpEcn: 1 });
  if (!(lab instanceof TunLab)) throw new Error(lab.unavailable);
  try {
    lab.sysctl("tcp_ecn", "1");
    const ends = await lab.connect(sender);
    const [client, server] = [ends[sender], ends[otherEnd(sender)]];
    client.setOption("TCP_CONGESTION", "cubic");
    const [, got] = await lab.within(LIMIT_MS, Promise.all([client.sendAll(new Uint8Array(BYTES)), drain()]));
    equal(got, BYTES);
    const { options, deliveredCe, totalRetrans } = client.info();
    ok((options & TCPI_OPT.ECN) !== 0, "the sender has not agreed on ECN");
    ok((server.info().options & TCPI_OPT.ECN_SEEN) !== 0, "the receiver has not seen it");
    ok(deliveredCe > 0, "the sender has not heard of a mark");
    equal(totalRetrans, 0);
    check(segments(lab), sender);

    async function drain(): Promise<number> {
      let count = 0;
      while (count < BYTES) count += (await server.recv()).length;
      return count;
    }
  } finally {
    await lab.close();
  }
}

function check(said: readonly Said[], sender: End): void {
  deepEqual(
    said.slice(0, 2).map(({ flags }) => flags & (SYN | ECE | CWR)),
    [SYN | ECE | CWR, SYN | ECE],
  );
  const talk = said.slice(2);
  const data = talk.filter(({ from, payload }) => from === sender && payload > 0);
  ok(
    data.every(({ ecn }) => ecn !== 0),
    "data that cannot be marked",
  );
  ok(
    talk.every(({ payload, ecn }) => payload > 0 || ecn === 0),
    "an ACK that can be marked",
  );
  const marks = data.filter(({ ecn }) => ecn === CONGESTION).length;
  const reductions = data.filter(({ flags }) => (flags & CWR) !== 0).length;
  ok(marks > 0, "nothing was marked");
  ok(reductions > 0 && reductions <= marks, `${reductions} reductions for ${marks} marks`);
  const first = (what: (segment: Said) => boolean): number => talk.findIndex(what);
  const marked = first(({ ecn }) => ecn === CONGESTION);
  const echoed = first(({ flags }) => (flags & ECE) !== 0);
  const reduced = first(({ flags }) => (flags & CWR) !== 0);
  ok(marked < echoed && echoed < reduced, `mark ${marked}, echo ${echoed}, reduction ${reduced}`);
  ok(
    talk.slice(reduced).some(({ from, flags }) => from !== sender && (flags & ECE) === 0),
    "echoes for ever",
  );
}

/** TCP segments of the trace in order. */
function segments({ backend: { trace } }: TunLab): Said[] {
  const { packets } = trace;
  const found: Said[] = [];
  for (let row = 0; row < packets.count; row++) {
    if (packets.protocol[row] !== PROTOCOL.tcp) continue;
    found.push({
      from: trace.transits[row].from === "kernel" ? "kernel" : "sim",
      flags: packets.tcpFlags[row],
      payload: packets.payloadLength[row],
      ecn: trace.bytes(row)[1] & CONGESTION,
    });
  }
  return found;
}
