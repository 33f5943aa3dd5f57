// SSDP (UPnP Device Architecture 1): HTTP's messages in multicast datagrams, one each.

import { dissectHttpMessage } from "./http.ts";
import type { HttpAround, HttpForm } from "./http.ts";
import { beginsMessage, contentLength, readHead } from "./http-lines.ts";
import type { ShownPdu } from "./protocol.ts";
import type { Dissection } from "./tree.ts";
import type { Datagram } from "./udp-protocols.ts";

const SSDP: HttpForm = { layers: ["ssdp"], protocol: "SSDP", title: "Simple Service Discovery Protocol" };

/** Who answers whom is not looked for: many may. */
const AROUND: HttpAround = {
  number: 0,
  exchange: null,
  previous: null,
  next: null,
  scheme: "http",
  betweenNs: () => 0n,
};

export function dissectSsdp(d: Dissection, { start, end }: Datagram): void {
  d.columns(SSDP.protocol, "");
  const shown: ShownPdu = { pdu: -1, direction: 0, slice: { node: null, before: null } };
  dissectHttpMessage(d, start, messageEnd(d, start, end), shown, AROUND, SSDP);
}

/** Where the datagram's message ends: what follows it is nothing. */
function messageEnd({ bytes }: Dissection, start: number, end: number): number {
  const held = Math.min(end, bytes.length);
  if (!beginsMessage(bytes, start, held)) return end;
  const head = readHead(bytes, start, held);
  if (!head.isWhole) return end;
  const length = contentLength(head) ?? (head.isResponse ? end - head.end : 0);
  return Math.min(end, head.end + length);
}
