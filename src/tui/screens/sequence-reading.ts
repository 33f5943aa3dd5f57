// What the Sequence screen shows of packets beyond their lines: dissected a slice at a time, behind the frame where that takes long.

import type { Model } from "../model.ts";
import { dissectSome, isUndissected, selectedRow } from "./packet-data.ts";
import { sequenceTop } from "./sequence.ts";
import { lifelinesOf, sequenceOf } from "./sequence-data.ts";
import { sequenceLayout } from "./sequence-layout.ts";

/** What the frame of a key waits for it at most. */
const SOON_MS = 6;
/** Labels that are made ready: fewer than packets are kept. */
const LABELS_MAX = 400;

/** The packet selected, and those with a label on the screen. */
function packetsShown(model: Model): number[] {
  const selected = selectedRow(model);
  if (selected < 0) return [];
  const height = sequenceLayout(model).find(({ part }) => part === "sequence")?.height ?? 0;
  const top = sequenceTop(model, height - 3);
  const packets = [selected];
  for (const item of sequenceOf(model, lifelinesOf(model)).items) {
    const isShown = item.kind === "packet" && item.y >= top - 1 && item.y < top + height;
    if (isShown && packets.length < LABELS_MAX) packets.push(item.packet);
  }
  return packets;
}

export function isSequenceUnread(model: Model): boolean {
  return isUndissected(model, packetsShown(model));
}

/** Dissects some more of the packets shown. */
export function readSequence(model: Model): void {
  dissectSome(model, packetsShown(model));
}

/** As many of them as the frame of a key can wait for. */
export function readSequenceSoon(model: Model): void {
  dissectSome(model, packetsShown(model), undefined, SOON_MS);
}
