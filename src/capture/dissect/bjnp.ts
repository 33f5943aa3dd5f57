// BJNP, by which Canon's printers and scanners are found and asked over UDP: a header of 16 bytes and a payload of no known form.

import { named } from "./protocol.ts";
import { Reading } from "./reading.ts";
import type { Dissection } from "./tree.ts";
import type { Datagram } from "./udp-protocols.ts";

const TITLE = "Canon BJNP";

const TYPES = new Map<number, string>([
  [0x01, "Printer Command"],
  [0x02, "Scanner Command"],
  [0x81, "Printer Response"],
  [0x82, "Scanner Response"],
]);

const CODES = new Map<number, string>([
  [0x01, "Discover"],
  [0x10, "Print Job Details"],
  [0x11, "Request Closure"],
  [0x20, "Get Printer Status"],
  [0x21, "Print"],
  [0x30, "Get Printer Identity"],
  [0x32, "Scan Job Details"],
]);

export function dissectBjnp(d: Dissection, { start, end }: Datagram): void {
  const node = d.layer("bjnp", TITLE, start, Math.max(0, d.captured(end) - start));
  d.columns("BJNP", "");
  const reading = new Reading(d, node.children, start, end, TITLE);
  reading.text("bjnp.id", "Id", 4);
  const type = reading.uint("bjnp.type", "Type", 1, (value) => named(TYPES, value));
  const code = reading.uint("bjnp.code", "Code", 1, (value) => named(CODES, value));
  if (type !== null && code !== null) {
    const typeText = TYPES.get(type) ?? `Unknown type (${type})`;
    const info = `${typeText}: ${CODES.get(code) ?? `Unknown code (${code})`}`;
    if (!d.isForColumns) node.label = `${TITLE}, ${info}`;
    d.columns("BJNP", info);
  }
  reading.uint("bjnp.seq_no", "Sequence Number", 4);
  reading.uint("bjnp.session_id", "Session Id", 2);
  const length = reading.uint("bjnp.payload_len", "Payload Length", 4);
  if (length !== null && length > 0) reading.bytes("bjnp.payload", "Payload", length);
}
