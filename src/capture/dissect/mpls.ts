// MPLS (RFC 3032): the labels, and IP behind them, which nothing but its own first bits announces.

import { getUint16, getUint32 } from "../../wire/bytes.ts";
import { PPP_PROTOCOL } from "../../wire/protocols.ts";
import { addPlainData } from "./data.ts";
import { dissectIpv4 } from "./ipv4.ts";
import { dissectIpv6 } from "./ipv6.ts";
import { addBits } from "./protocol.ts";
import { hexText } from "./tree.ts";
import type { Dissection } from "./tree.ts";

const TITLE = "MultiProtocol Label Switching Header";
const LABEL_LENGTH = 4;
/** Labels of one packet. */
const LABELS_MAX = 32;

/** Dissects the labels at `start` in a layer that ends at `end`. */
export function dissectMpls(d: Dissection, start: number, end: number): void {
  d.columns("MPLS", "MPLS Label Switched Packet");
  let at = start;
  for (let isBottom = false, i = 0; !isBottom; i++, at += LABEL_LENGTH) {
    if (i === LABELS_MAX || at + LABEL_LENGTH > d.captured(end)) {
      if (i === 0) d.layer("mpls", TITLE, at, Math.max(0, d.captured(end) - at));
      if (i === LABELS_MAX) d.stop("malformed", TITLE, at);
      else d.has(at, LABEL_LENGTH, end, TITLE);
      return;
    }
    isBottom = addLabel(d, at, i === 0);
  }
  if (at >= end || !d.has(at, 1, end, TITLE)) {
    d.stop("malformed", TITLE, at);
    return;
  }
  d.enter(() => dissectCarried(d, at, end));
  // What follows the packet in its frame is not told from the packet.
  d.networkEnd = -1;
}

/** Labels that are set aside (RFC 7274): what those are that are used. */
const SPECIAL_MAX = 15;
const SPECIAL = new Map<number, string>([
  [0, "IPv4 Explicit-Null"],
  [1, "Router Alert"],
  [2, "IPv6 Explicit-Null"],
  [3, "Implicit-Null"],
  [7, "Entropy Label Indicator (ELI)"],
  [13, "Generic Associated Channel Label (GAL)"],
  [14, "OAM Alert"],
]);

/** Adds the label at `at`, and answers whether it is the last. A stack of labels is one layer. */
function addLabel(d: Dissection, at: number, isFirst: boolean): boolean {
  const word = getUint32(d.bytes, at);
  const [label, exp, bottom, ttl] = [word >>> 12, (word >>> 9) & 7, (word >>> 8) & 1, word & 255];
  const special = label <= SPECIAL_MAX ? ` (${SPECIAL.get(label) ?? "Reserved - Unknown"})` : "";
  const text = `${TITLE}, Label: ${label}${special}, Exp: ${exp}, S: ${bottom}, TTL: ${ttl}`;
  const node = isFirst
    ? d.layer("mpls", text, at, LABEL_LENGTH)
    : d.add(d.root, "mpls", text, at, LABEL_LENGTH);
  const out = node.children;
  const labelText = (value: number): string =>
    value <= SPECIAL_MAX
      ? `${SPECIAL.get(value) ?? "Unknown"} (${value})`
      : `${value} (${hexText(value, 5)})`;
  addBits(d, out, "mpls.label", at, 4, 0xfffff000, "MPLS Label", labelText);
  addBits(d, out, "mpls.exp", at, 4, 0x00000e00, "MPLS Experimental Bits");
  addBits(d, out, "mpls.bottom", at, 4, 0x00000100, "MPLS Bottom Of Label Stack");
  addBits(d, out, "mpls.ttl", at, 4, 0x000000ff, "MPLS TTL");
  return bottom === 1;
}

function dissectCarried(d: Dissection, at: number, end: number): void {
  const version = d.bytes[at] >> 4;
  if (version === 4) dissectIpv4(d, at, end);
  else if (version === 6) dissectIpv6(d, at, end);
  else if (version === 1 && at + 4 <= d.captured(end)) dissectChannel(d, at, end);
  else addPlainData(d, at, end);
}

/** An associated channel of a pseudowire (RFC 4385). */
function dissectChannel(d: Dissection, at: number, end: number): void {
  const channel = getUint16(d.bytes, at + 2);
  const node = d.layer("pwach", "PW Associated Channel Header", at, 4);
  d.add(node.children, "pwach.channel_type", `Channel Type: ${hexText(channel, 4)}`, at + 2, 2, channel);
  if (channel === PPP_PROTOCOL.ipv4) dissectIpv4(d, at + 4, end);
  else if (channel === PPP_PROTOCOL.ipv6) dissectIpv6(d, at + 4, end);
  else addPlainData(d, at + 4, end);
}
