// Frame Relay with addresses of two bytes (Q.922) and IP in it (RFC 2427).

import { getUint16 } from "../../wire/bytes.ts";
import { NLPID } from "../../wire/protocols.ts";
import { addPlainData } from "./data.ts";
import { dissectIpv4 } from "./ipv4.ts";
import { dissectIpv6 } from "./ipv6.ts";
import { hexText } from "./tree.ts";
import type { Dissection } from "./tree.ts";

const TITLE = "Frame Relay";
const HEADER_LENGTH = 4;
/** The control field of frames without numbers. */
const UNNUMBERED = 3;

export function dissectFrameRelay(d: Dissection, start: number, end: number): void {
  const held = d.captured(end);
  const node = d.layer("fr", TITLE, start, Math.min(HEADER_LENGTH, Math.max(0, held - start)));
  d.columns("FR", "");
  if (!d.has(start, HEADER_LENGTH, end, TITLE)) return;
  const out = node.children;
  const address = getUint16(d.bytes, start);
  const dlci = ((address >> 6) & 0x3f0) | ((address >> 4) & 0xf);
  d.add(out, "fr.dlci", `DLCI: ${dlci}`, start, 2, dlci);
  const [control, nlpid] = [d.bytes[start + 2], d.bytes[start + 3]];
  d.add(out, "fr.control", `Control field: ${hexText(control, 2)}`, start + 2, 1, control);
  d.add(out, "fr.nlpid", `NLPID: ${hexText(nlpid, 2)}`, start + 3, 1, nlpid);
  const isShort = (address & 0x0101) === 1;
  const next = start + HEADER_LENGTH;
  d.enter(() => {
    if (isShort && control === UNNUMBERED && nlpid === NLPID.ipv4) dissectIpv4(d, next, end);
    else if (isShort && control === UNNUMBERED && nlpid === NLPID.ipv6) dissectIpv6(d, next, end);
    else {
      d.columns("FR", `DLCI ${dlci}${control === UNNUMBERED ? ", U, func=UI" : ""}`);
      addPlainData(d, next, end);
    }
  });
}
