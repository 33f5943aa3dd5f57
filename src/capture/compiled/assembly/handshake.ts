// TLS from its first record on (RFC 8446, RFC 5246), while all of it is as usual: hellos, whole messages of the handshake in whole records, changes
// of ciphers, then data. `dissect/tls.ts` says what is to come out; what is rare is left to it, with all of its stream.

import { be16, be32 } from "./bytes";
import { say } from "./words";

/** What is known of a side: what it is, that it encrypts, and above that which version a server has chosen. */
const CLIENT: u32 = 1;
const SERVER: u32 = 2;
const ENCRYPTED: u32 = 4;
const VERSION_SHIFT: u32 = 8;

const HEADER: u32 = 5;
const CHANGE_CIPHER_SPEC: u32 = 20;
const HANDSHAKE: u32 = 22;
const APPLICATION_DATA: u32 = 23;
const RECORD_LIMIT: u32 = 16_384 + 2048;
const RECORDS_MAX: u32 = 64;

const CLIENT_HELLO: u32 = 1;
const SERVER_HELLO: u32 = 2;
/** Where in a hello its random is, and what is behind that. */
const RANDOM: u32 = 6;
const SESSION: u32 = 38;
const SERVER_HELLO_MIN: u32 = 42;
/** The random of a server hello that asks for another client hello begins so. */
const RETRY: u32 = 0xcf21ad74;
const EARLY_DATA: u32 = 42;
const SUPPORTED_VERSIONS: u32 = 43;
const TLS_1_0: u32 = 0x0301;
const TLS_1_3: u32 = 0x0304;
const NOT_THERE: usize = 0;

/** What is known of the two sides of the connection, from the segment's sender on; told and taken back by who calls. */
export let own: u32 = 0;
export let other: u32 = 0;
/** How many bytes the record lacks that begins last, and how many records ended. */
export let missing: u32 = 0;
export let ended: u32 = 0;
/** The version of what was told last: that agreed on, before that the record's own. */
export let version: u32 = 0;

export function setSides(sender: u32, receiver: u32): void {
  own = sender;
  other = receiver;
}

/** Whether both sides encrypt: there is nothing to be learnt. */
export function isSettled(): bool {
  return (own & other & ENCRYPTED) != 0;
}

/**
 * Takes the records in a segment of `length` bytes at `bytes`, behind `lacks` bytes of the record of data that is under way, and says what
 * they are; false where anything is not as usual.
 */
export function records(bytes: usize, length: u32, lacks: u32): bool {
  let at: u32 = lacks;
  ended = 0;
  missing = 0;
  if (lacks > 0 && !endData()) return false;
  for (let i: u32 = 0; at < length; i++) {
    if (length - at < HEADER || i == RECORDS_MAX) return false;
    const header = bytes + at;
    const type = <u32>load<u8>(header);
    const size = be16(header + 3);
    if (load<u8>(header, 1) != 3 || load<u8>(header, 2) > 3 || size == 0 || size >= RECORD_LIMIT)
      return false;
    at += HEADER + size;
    if (at > length) {
      // Of a message of the handshake it takes more to say what it is.
      if (type != APPLICATION_DATA || agreed() == 0) return false;
      missing = at - length;
    } else if (!record(type, header + HEADER, size)) {
      return false;
    } else if (agreed() == 0) {
      version = be16(header + 1);
    }
  }
  if (agreed() != 0) version = agreed();
  return true;
}

/** The version that the server has chosen; 0 before. */
export function agreed(): u32 {
  return (own | other) >> VERSION_SHIFT;
}

/** A version as the Protocol column has it. */
export function versionName(version: u32): string {
  switch (version) {
    case 0x0300:
      return "SSLv3";
    case 0x0301:
      return "TLSv1";
    case 0x0302:
      return "TLSv1.1";
    case 0x0303:
      return "TLSv1.2";
    case 0x0304:
      return "TLSv1.3";
    default:
      // Drafts have numbers of their own.
      return version >> 8 == 0x7f ? "TLSv1.3" : "TLS";
  }
}

function endData(): bool {
  ended++;
  own |= ENCRYPTED;
  return say("Application Data");
}

function record(type: u32, body: usize, size: u32): bool {
  if (type == HANDSHAKE && (own & ENCRYPTED) == 0) return messages(body, size);
  if (agreed() == 0) return false;
  if (type == APPLICATION_DATA) return endData();
  ended++;
  if (type == HANDSHAKE) return say("Encrypted Handshake Message");
  if (type != CHANGE_CIPHER_SPEC || size != 1) return false;
  // In TLS 1.3 it means nothing.
  if (agreed() != TLS_1_3) own |= ENCRYPTED;
  return say("Change Cipher Spec");
}

/** Messages of the handshake, all of them whole in the record's `size` bytes at `body`. */
function messages(body: usize, size: u32): bool {
  ended++;
  let at: u32 = 0;
  while (at < size) {
    if (size - at < 4) return false;
    const message = body + at;
    const type = <u32>load<u8>(message);
    const length: u32 = 4 + (be32(message) & 0xffffff);
    if (length > size - at) return false;
    if (type == CLIENT_HELLO) {
      if ((own | other) != 0 || !isPlainHello(message, length)) return false;
      own = CLIENT;
    } else if (type == SERVER_HELLO) {
      if (own != 0 || other != CLIENT || !learn(message, length)) return false;
    } else if (agreed() == 0) {
      return false;
    }
    if (!sayMessage(type)) return false;
    at += length;
  }
  return true;
}

/** Whether the client hello has a list of extensions that does not announce early data. */
function isPlainHello(hello: usize, length: u32): bool {
  const end = hello + length;
  if (length <= SESSION) return false;
  const suites = hello + SESSION + 1 + load<u8>(hello, SESSION);
  if (suites + 2 > end) return false;
  const methods = suites + 2 + be16(suites);
  if (methods + 1 > end) return false;
  return extension(methods + 1 + load<u8>(methods), end, EARLY_DATA) == NOT_THERE;
}

/** Learns the version from a server hello. */
function learn(hello: usize, length: u32): bool {
  if (length < SERVER_HELLO_MIN || be32(hello + RANDOM) == RETRY) return false;
  const list = hello + SESSION + 1 + load<u8>(hello, SESSION) + 3;
  const chosen = extension(list, hello + length, SUPPORTED_VERSIONS);
  const isChosen = chosen != NOT_THERE && be16(chosen - 2) == 2;
  const choice = be16(isChosen ? chosen : hello + 4);
  if (choice < TLS_1_0 || choice > TLS_1_3) return false;
  own = SERVER | (choice << VERSION_SHIFT);
  return true;
}

/** Where the body of the extension of `type` is in the list at `list`, of several whole ones the last; NOT_THERE where there is none. */
function extension(list: usize, to: usize, type: u32): usize {
  let found = NOT_THERE;
  if (list + 2 > to) return found;
  const stop = list + 2 + be16(list);
  const end = stop < to ? stop : to;
  for (let at = list + 2; at + 4 <= end;) {
    const next = at + 4 + be16(at + 2);
    if (next <= end && be16(at) == type) found = at + 4;
    at = next;
  }
  return found;
}

/** Says what a message of the handshake is; false for what is rare. */
function sayMessage(type: u32): bool {
  switch (type) {
    case CLIENT_HELLO:
      return say("Client Hello");
    case SERVER_HELLO:
      return say("Server Hello");
    case 4:
      return say("New Session Ticket");
    case 11:
      return say("Certificate");
    case 12:
      return say("Server Key Exchange");
    case 13:
      return say("Certificate Request");
    case 14:
      return say("Server Hello Done");
    case 15:
      return say("Certificate Verify");
    case 16:
      return say("Client Key Exchange");
    case 22:
      return say("Certificate Status");
    default:
      return false;
  }
}
