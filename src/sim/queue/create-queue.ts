// A link's queue from its settings.

import type { LinkSettings } from "../topology.ts";
import { CodelQueue } from "./codel.ts";
import { DropTailQueue } from "./drop-tail.ts";
import { FqCodelQueue } from "./fq-codel.ts";
import type { LinkQueue, QueueDrops, QueueParameters } from "./link-queue.ts";

const NS_PER_MS = 1e6;

export function queueParameters(settings: LinkSettings): QueueParameters {
  // A drop-tail queue is passed by when the transmitter is idle; the others see every packet and must have room for it.
  const packetsLeast = settings.queue === "drop-tail" ? 0 : 1;
  return {
    packetsMax: Math.max(settings.queuePackets, packetsLeast),
    targetNs: settings.queueTargetMs * NS_PER_MS,
    intervalNs: settings.queueIntervalMs * NS_PER_MS,
    marks: settings.queueEcn,
    quantumBytes: settings.queueQuantum,
    mtu: settings.mtu,
  };
}

/** `key` decides which flows share a queue of FQ-CoDel's. */
export function createQueue(settings: LinkSettings, drops: QueueDrops, key: number): LinkQueue {
  const parameters = queueParameters(settings);
  switch (settings.queue) {
    case "drop-tail":
      return new DropTailQueue(drops, parameters);
    case "codel":
      return new CodelQueue(drops, parameters);
    case "fq-codel":
      return new FqCodelQueue(drops, parameters, settings.queueFlows, key);
  }
}

/** Whether a queue made for `before` can go on with `after`. */
export function isSameQueue(before: LinkSettings, after: LinkSettings): boolean {
  return before.queue === after.queue && before.queueFlows === after.queueFlows;
}
