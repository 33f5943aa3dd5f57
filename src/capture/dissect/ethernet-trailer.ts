// What follows the packet inside an Ethernet frame: padding up to the least frame size, and maybe a check sequence.

import { bytesText, hexText } from "./tree.ts";
import { getUint32 } from "../../wire/bytes.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** Least frame without its check sequence (IEEE 802.3). */
const FRAME_LENGTH_MIN = 60;

/** Adds the bytes that the network layer's length leaves over, if there are any and all of them were captured. */
export function addTrailer(d: Dissection, node: DetailNode, end: number): void {
  const from = d.networkEnd;
  if (from === -1 || from >= end || end > d.bytes.length || d.stopped !== null) return;
  const out = node.children;
  const length = end - from;
  if (end <= FRAME_LENGTH_MIN) {
    const bytes = d.bytes.subarray(from, end);
    d.add(out, "eth.padding", `Padding: ${bytesText(d.bytes, from, length)}`, from, length, bytes);
    return;
  }
  // From 64 bytes on the last four may be a frame check sequence; Wireshark takes them for one.
  const hasCheck = end >= FRAME_LENGTH_MIN + 4 && length >= 4;
  const trailer = hasCheck ? length - 4 : length;
  if (trailer > 0) {
    const bytes = d.bytes.subarray(from, from + trailer);
    d.add(out, "eth.trailer", `Trailer: ${bytesText(d.bytes, from, trailer)}`, from, trailer, bytes);
  }
  if (hasCheck) {
    const check = getUint32(d.bytes, end - 4);
    d.add(out, "eth.fcs", `Frame check sequence: ${hexText(check, 8)} [unverified]`, end - 4, 4, check);
  }
}
