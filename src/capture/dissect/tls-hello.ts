// What a Server Hello agrees on (RFC 8446 4.1.3, RFC 5246 7.4.1.3): the version, the suite, and what its extensions say.

import { getUint16 } from "../../wire/bytes.ts";
import { latin1 } from "./protocol.ts";

export const RANDOM_LENGTH = 32;

const ALPN = 16;
const EARLY_DATA = 42;
const SUPPORTED_VERSIONS = 43;

/** Bytes of a message before its body: its type and its length. */
const HEADER_LENGTH = 4;
const VERSION_LENGTH = 2;
/** Where a hello's random is in its message, and the session's length behind it. */
export const RANDOM_AT = HEADER_LENGTH + VERSION_LENGTH;
const SESSION_AT = RANDOM_AT + RANDOM_LENGTH;
const SERVER_HELLO_LENGTH_MIN = SESSION_AT + 4;

/** What a Server Hello agrees on. */
export interface ServerHello {
  readonly version: number;
  readonly suite: number;
  /** Where in the message its list of extensions is. */
  readonly extensionsAt: number;
}

/** Reads a Server Hello, a whole message of the handshake; null where it is too short to say. */
export function readServerHello(message: Uint8Array): ServerHello | null {
  if (message.length < SERVER_HELLO_LENGTH_MIN) return null;
  const suiteAt = SESSION_AT + 1 + message[SESSION_AT];
  const extensionsAt = suiteAt + 3;
  const chosen = findExtension(message, extensionsAt, SUPPORTED_VERSIONS);
  const isChosen = chosen !== -1 && extensionLength(message, chosen) === VERSION_LENGTH;
  return {
    version: getUint16(message, isChosen ? chosen : HEADER_LENGTH),
    suite: suiteAt + 2 <= message.length ? getUint16(message, suiteAt) : 0,
    extensionsAt,
  };
}

/** Whether a Client Hello, a whole message, announces early data, which only TLS 1.3 has (RFC 8446 4.2.10). */
export function announcesEarlyData(message: Uint8Array): boolean {
  const suites = SESSION_AT + 1 + (message[SESSION_AT] ?? 0);
  if (suites + 2 > message.length) return false;
  const methods = suites + 2 + getUint16(message, suites);
  return findExtension(message, methods + 1 + (message[methods] ?? 0), EARLY_DATA) !== -1;
}

/** Where the body of the extension of `type` is in the list at `list`, of several whole ones the last; -1 where there is none. */
export function findExtension(bytes: Uint8Array, list: number, type: number): number {
  let found = -1;
  if (list + 2 > bytes.length) return found;
  const end = Math.min(bytes.length, list + 2 + getUint16(bytes, list));
  for (let at = list + 2; at + 4 <= end;) {
    const body = at + 4;
    const next = body + getUint16(bytes, at + 2);
    if (next <= end && getUint16(bytes, at) === type) found = body;
    at = next;
  }
  return found;
}

/** Bytes of the extension's body at `body`. */
export function extensionLength(bytes: Uint8Array, body: number): number {
  return getUint16(bytes, body - 2);
}

/** What the list of extensions at `list` says that both ends call the protocol above (RFC 7301); null where it does not say. */
export function agreedIn(bytes: Uint8Array, list: number): string | null {
  const body = findExtension(bytes, list, ALPN);
  if (body === -1) return null;
  const length = extensionLength(bytes, body);
  // A list of one, its length in front and the name's own.
  return length < 4 ? null : latin1(bytes, body + 3, body + length);
}
