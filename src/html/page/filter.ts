// Which packets pass the words typed above the list: those that have them all, in whatever column, large or small letters alike.

import type { PagePackets } from "./data.ts";

/** What one sees of each packet in the list, as one text in small letters. */
export function listTexts(packets: PagePackets): string[] {
  const again = new Set(packets.again);
  return packets.infos.map((_, packet) => listText(packets, packet, again.has(packet)));
}

function listText(packets: PagePackets, packet: number, isAgain: boolean): string {
  const { names } = packets;
  const rule = packets.rule[packet] < 0 ? "" : packets.rules[packets.rule[packet]].name;
  const fate = packets.lost[packet] === undefined ? "" : `lost ${packets.lost[packet].join(" ")}`;
  return [
    packet + 1,
    names[packets.sources[packet]],
    names[packets.destinations[packet]],
    names[packets.protocols[packet]],
    packets.lengths[packet],
    packets.infos[packet],
    packets.labels[packet],
    rule,
    fate,
    isAgain ? "again" : "",
  ]
    .join(" ")
    .toLowerCase();
}

/** Packets that have all the words of `filter`, ascending; null where it has none. */
export function passing(texts: readonly string[], filter: string): readonly number[] | null {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return null;
  const rows: number[] = [];
  for (const [packet, text] of texts.entries())
    if (words.every((word) => text.includes(word))) rows.push(packet);
  return rows;
}

/** The line of the list nearest to `packet`: its own, or the last before it, or the first. */
export function lineOf(rows: readonly number[] | null, packet: number): number {
  if (rows === null) return packet;
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[middle] <= packet) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/** `lost`, `lost: queue full`, `lost: backlog, at server`; "" for a packet that was not. */
export function lossText(packets: PagePackets, packet: number): string {
  const lost = packets.lost[packet];
  if (lost === undefined) return "";
  const [reason, host] = lost;
  return `lost${reason === "loss" ? "" : `: ${reason}`}${host === "" ? "" : `, at ${host}`}`;
}
