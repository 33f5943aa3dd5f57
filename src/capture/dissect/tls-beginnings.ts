// Where a record of TLS begins, and what is none.

import { uint } from "./protocol.ts";
import type { PduScan } from "./protocol.ts";
import { CONTENT } from "./tls-names.ts";
import { RECORD_HEADER_LENGTH } from "./tls-record.ts";

/** Longer than any record: 2^14 and what encryption and compression may add (RFC 5246 6.2.3). */
export const RECORD_BYTES_LIMIT = 16_384 + 2_048;

/** Whether a stream is TLS by its bytes alone, as Wireshark sees it: a record of a handshake or of data, of a sound version and length. */
export function looksLikeTls({ bytes, origin, end }: PduScan): boolean {
  if (end - origin < RECORD_HEADER_LENGTH || !beginsRecord(bytes, origin)) return false;
  const type = bytes[origin];
  const length = uint(bytes, origin + 3, 2);
  const isTold = type === CONTENT.handshake || type === CONTENT.applicationData;
  return isTold && length > 0 && length < RECORD_BYTES_LIMIT;
}

/** Whether a record may begin here: TLS 1.3 gives its own the version of TLS 1.2 (RFC 8446 5.1). */
export function beginsRecord(bytes: Uint8Array, at: number): boolean {
  return isContentType(bytes[at]) && bytes[at + 1] === 3 && bytes[at + 2] <= 3;
}

export function isContentType(type: number): boolean {
  return type >= CONTENT.changeCipherSpec && type <= CONTENT.connectionId;
}

/** Whether a segment begins with four characters of ASCII. */
export function isText(bytes: Uint8Array): boolean {
  for (let i = 0; i < 4; i++) if (bytes[i] < 0x20 || bytes[i] > 0x7e) return false;
  return true;
}
