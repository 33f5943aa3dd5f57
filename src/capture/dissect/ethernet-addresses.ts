// The addresses of an Ethernet header, and what their first bits say.

import { getUint16, getUint32 } from "../../wire/bytes.ts";
import { bitsText } from "./bit-pictures.ts";
import { addExpert } from "./expert.ts";
import type { ExpertItem } from "./expert.ts";
import { SharedNodes } from "./shared-nodes.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const GROUP_AS_SOURCE: ExpertItem = {
  severity: "Warning",
  group: "Protocol",
  protocol: "Ethernet",
  summary: "Source MAC must not be a group address: IEEE 802.3-2002, Section 3.2.3(b)",
};

/** Where a packet's own link header has its addresses, and their lines. */
const OWN_ADDRESSES = {
  "eth.dst": { at: 0, lines: new SharedNodes() },
  "eth.src": { at: 6, lines: new SharedNodes() },
} as const;

/** The line of the address at `at`, whose text is `text`, with what its first byte says. */
export function addMac(
  d: Dissection,
  out: DetailNode[],
  field: "eth.dst" | "eth.src",
  at: number,
  text: string,
): void {
  const isGroup = (d.bytes[at] & 1) !== 0;
  const own = OWN_ADDRESSES[field];
  if (at !== own.at || (isGroup && field === "eth.src")) {
    addMacLines(d, out, field, at, text);
    return;
  }
  const address = getUint16(d.bytes, at) * 2 ** 32 + getUint32(d.bytes, at + 2);
  d.addShared(out, own.lines, address, (into) => addMacLines(d, into, field, at, text));
}

function addMacLines(
  d: Dissection,
  out: DetailNode[],
  field: "eth.dst" | "eth.src",
  at: number,
  text: string,
): void {
  const name = field === "eth.dst" ? "Destination" : "Source";
  const node = d.add(out, field, () => `${name}: ${text}`, at, 6, text);
  const first = d.bytes[at];
  const isLocal = (first & 2) !== 0;
  const isGroup = (first & 1) !== 0;
  const word = first * 0x10000;
  const lg = isLocal
    ? "Locally administered address (this is NOT the factory default)"
    : "Globally unique address (factory default)";
  if (isGroup && field === "eth.src")
    addExpert(d, node.children, "eth.src_not_group", GROUP_AS_SOURCE, at, 6);
  const ig = isGroup ? "Group address (multicast/broadcast)" : "Individual address (unicast)";
  d.add(node.children, "eth.addr", () => `Address: ${text}`, at, 6, text);
  d.add(
    node.children,
    `${field}.lg`,
    () => `${bitsText(word, 0x020000, 24)} = LG bit: ${lg}`,
    at,
    3,
    isLocal,
  );
  d.add(
    node.children,
    `${field}.ig`,
    () => `${bitsText(word, 0x010000, 24)} = IG bit: ${ig}`,
    at,
    3,
    isGroup,
  );
}
