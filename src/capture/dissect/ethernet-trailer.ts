// What follows the packet inside an Ethernet frame: padding up to the least frame size, and maybe a check sequence.

import { getUint32 } from "../../wire/bytes.ts";
import { addExpert } from "./expert.ts";
import { addBytes } from "./protocol.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** Least frame without its check sequence (IEEE 802.3). */
const FRAME_LENGTH_MIN = 60;
const NO_ZEROS =
  "Didn't find padding of zeros, and an undecoded trailer exists. There may be padding of non-zeros.";
/** What Wireshark calls the status of a check sequence that it leaves alone. */
const UNVERIFIED = 2;

/** Adds the bytes that the network layer's length leaves over, if there are any and all of them were captured. */
export function addTrailer(d: Dissection, node: DetailNode, end: number): void {
  const from = d.networkEnd;
  if (from === -1 || from >= end || end > d.bytes.length || d.stopped === "cut") return;
  const out = node.children;
  // Wireshark takes for padding only what fills the frame up with zeros.
  const padding = Math.max(0, FRAME_LENGTH_MIN - from);
  const isPadded = padding > 0 && end >= FRAME_LENGTH_MIN && isZero(d.bytes, from, FRAME_LENGTH_MIN);
  const start = isPadded ? FRAME_LENGTH_MIN : from;
  if (isPadded) addBytes(d, out, "eth.padding", "Padding", from, start);
  const length = end - start;
  // From 64 bytes on the last four may be a frame check sequence; Wireshark takes them for one.
  const hasCheck = end >= FRAME_LENGTH_MIN + 4 && length >= 4;
  const trailer = hasCheck ? length - 4 : length;
  if (trailer > 0) {
    const line = addBytes(d, out, "eth.trailer", "Trailer", start, start + trailer);
    const item = { severity: "Note", group: "Protocol", protocol: "Ethertype", summary: NO_ZEROS } as const;
    if (!isPadded && padding > 0 && end >= FRAME_LENGTH_MIN)
      addExpert(d, line.children, "eth.padding_bad", item, start, trailer);
  }
  if (hasCheck) {
    const check = getUint32(d.bytes, end - 4);
    d.add(out, "eth.fcs", `Frame check sequence: ${hexText(check, 8)} [unverified]`, end - 4, 4, check);
    d.add(out, "eth.fcs.status", "[FCS Status: Unverified]", end - 4, 0, UNVERIFIED);
  }
}

function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== 0) return false;
  return true;
}
