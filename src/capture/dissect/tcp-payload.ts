// What a TCP segment's payload is taken for: DNS by its port, HTTP/1 by its first line, data otherwise.
//
// Each segment is looked at alone. A message that spans segments shows what its first segment holds; the rest is data.

import { getUint16 } from "../../wire/bytes.ts";
import { addPlainData } from "./data.ts";
import { dissectDns } from "./dns.ts";
import { dissectHttp, looksLikeHttp } from "./http.ts";
import type { Dissection } from "./tree.ts";

const DNS_PORT = 53;

export function dissectTcpPayload(
  d: Dissection,
  source: number,
  destination: number,
  start: number,
  end: number,
): void {
  const held = d.captured(end);
  // A snapped segment says how long its payload was; there is nothing to say of what.
  if (held <= start) return;
  if (source === DNS_PORT || destination === DNS_PORT) {
    dissectDnsMessages(d, start, end);
  } else if (looksLikeHttp(d.bytes, start, held)) {
    dissectHttp(d, start, end);
  } else {
    addPlainData(d, start, end);
  }
}

/** Messages in one segment: pipelined queries are rare, and a hostile segment could hold thousands. */
const MESSAGES_MAX = 100;

/** DNS over TCP (RFC 1035 4.2.2): each message after its length. */
function dissectDnsMessages(d: Dissection, start: number, end: number): void {
  let at = start;
  for (let i = 0; i < MESSAGES_MAX && at < end; i++) {
    const isWhole = at + 2 <= d.bytes.length && at + 2 + getUint16(d.bytes, at) <= end;
    if (!isWhole) {
      addPlainData(d, at, end);
      return;
    }
    const stop = at + 2 + getUint16(d.bytes, at);
    dissectDns(d, "dns", at + 2, stop, at);
    at = stop;
  }
}
