// The packets of the list that are on the screen: dissected a slice at a time. Until then a line shows what the table knows.

import { PROTOCOL } from "../../trace/packets.ts";
import type { DissectedPacket } from "../../capture/dissect/dissect.ts";
import type { Model } from "../model.ts";
import { tableRows } from "../widgets/table.ts";
import { dissectSome, isUndissected, listCount, listRow, selectedRow, shownTrace } from "./packet-data.ts";
import { insideOf } from "./packets-layout.ts";
import { ruleOf } from "./packets-rules.ts";

/** What the frame of a key waits for it at most: of packets met before, a screenful takes less. */
const SOON_MS = 6;
/** Lines of a list that are made ready: more do not fit on a screen, and fewer than packets are kept. */
const LINES_MAX = 400;

const PROTOCOL_NAMES: Readonly<Record<number, string>> = {
  [PROTOCOL.arp]: "ARP",
  [PROTOCOL.ipv4]: "IPv4",
  [PROTOCOL.ipv6]: "IPv6",
  [PROTOCOL.icmp]: "ICMP",
  [PROTOCOL.icmpv6]: "ICMPv6",
  [PROTOCOL.tcp]: "TCP",
  [PROTOCOL.udp]: "UDP",
  [PROTOCOL.fragment]: "IPv4",
};

/** What a line shows of packet `row` that is yet to be dissected. */
export function undissected(model: Model, row: number): DissectedPacket {
  const { addresses, destination, protocol, source } = shownTrace(model).packets;
  return {
    protocol: PROTOCOL_NAMES[protocol[row]] ?? "",
    info: "…",
    source: source[row] === 0 ? "" : addresses.text(source[row]),
    destination: destination[row] === 0 ? "" : addresses.text(destination[row]),
    protocols: "",
    tree: [],
    sources: [],
    experts: [],
    stopped: null,
  };
}

/** The packets on the screen, the one selected first: the list's others can wait. */
function rowsShown(model: Model): number[] {
  const count = listCount(model);
  if (count === 0) return [];
  const { top } = model.packets;
  const end = Math.min(count, top + Math.min(LINES_MAX, tableRows(insideOf(model, "list").height)));
  const rows = [selectedRow(model)];
  for (let line = top; line < end; line++) rows.push(listRow(model, line));
  return rows;
}

export function isListUnread(model: Model): boolean {
  return isUndissected(model, rowsShown(model));
}

/** Dissects some more of the packets shown, and has the colour rules look at them. */
export function readList(model: Model, ms?: number): void {
  dissectSome(model, rowsShown(model), (row) => ruleOf(model, row), ms);
}

/** As many of them as the frame of a key can wait for. */
export function readListSoon(model: Model): void {
  readList(model, SOON_MS);
}
