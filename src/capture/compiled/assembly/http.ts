// Heads of plain HTTP/1 messages (RFC 9112): where a message ends, and what Info says of it. Of any head that is not written as nearly all are,
// and of any message whose end or type takes more than its head's lines to tell, nothing is said.
//
// `dissect/http-lines.ts` and `dissect/http-stream.ts` say what is to come out, and a test holds both alike.

/** Names of media types, as `compiled/media-names.ts` hands them over: entries of a length, a kind and the name. Without any no body is told. */
export let mediaNames: usize = 0;
export let mediaNamesLength: u32 = 0;

/** Of the head told last: whether it is a response, the bytes of its first line without the line break, and those of its body. */
export let headIsResponse: u32 = 0;
export let titleLength: u32 = 0;
export let bodyLength: u32 = 0;

/** Where its first line is, and its type, and how many bytes Info has of that; how often it gives a type, and whether it gives a length. */
let titleAt: usize = 0;
let typeAt: usize = 0;
let typeLength: u32 = 0;
let types: u32 = 0;
let hasLength: bool = false;

/** No line that is looked at elsewhere is longer than that, so neither is one of these. */
const HEAD_MAX: usize = 16_384;
const HEADERS_MAX: u32 = 100;
const TITLE_MAX: u32 = 512;
const TYPE_MAX: u32 = 128;
/** `HTTP/1.1 200 `, the shortest first line. */
const TITLE_MIN: u32 = 13;
/** Digits of a length that fits. */
const LENGTH_DIGITS_MAX: u32 = 9;

const BLANK: u8 = 32;
const COLON: u8 = 58;
const SEMICOLON: u8 = 59;
const SLASH: u8 = 47;
const CLOSE: u8 = 41;
/** ` (`, and CR LF. */
const BLANK_OPEN: u16 = 0x2820;
const BREAK: u16 = 0x0a0d;
const BREAK_BYTES: usize = 2;

/** What sets small letters apart from capitals, in all bytes of a word: of what lines are made of, nothing else becomes a letter by it. */
const CASE: u64 = 0x2020202020202020;
const BLANKS: u64 = 0x2020202020202020;
const ONES: u64 = 0x0101010101010101;
const HIGHEST: u64 = 0x8080808080808080;

/** Words as they lie in memory: `content-`, `transfer`, `-encodin`, `encoding`, `upgrade:`, `upgrade `, `leng`, `th`, `type`. */
const CONTENT: u64 = 0x2d746e65746e6f63;
const TRANSFER: u64 = 0x726566736e617274;
const OF_ENCODING: u64 = 0x6e69646f636e652d;
const ENCODING: u64 = 0x676e69646f636e65;
const UPGRADE: u64 = 0x3a65646172677075;
const UPGRADE_BLANK: u64 = 0x2065646172677075;
const LENG: u32 = 0x676e656c;
const TH: u32 = 0x6874;
const TYPE: u32 = 0x65707974;

/** `HTTP/1.0`, `HTTP/1.1` and ` HTTP/1.`. */
const HTTP_10: u64 = 0x302e312f50545448;
const HTTP_11: u64 = 0x312e312f50545448;
const VERSION: u64 = 0x2e312f5054544820;
const VERSION_BYTES: usize = 9;

/** `GET `, `PUT `, `POST`, `DELE`, `TE `, `PATC`, `H ` and `OPTIONS `. */
const GET: u32 = 0x20544547;
const PUT: u32 = 0x20545550;
const POST: u32 = 0x54534f50;
const DELE: u32 = 0x454c4544;
const TE: u32 = 0x204554;
const PATC: u32 = 0x43544150;
const H: u32 = 0x2048;
const OPTIONS: u64 = 0x20534e4f4954504f;

/** What `compiled/media-names.ts` calls so: a type that more is said of than its name, and one that Info leaves out. */
const READ: u32 = 1;
const UNTYPED: u32 = 2;

/**
 * Reads the head of the HTTP/1 message that begins at `at`; answers its bytes, the empty line among them; 0 where it is not one that is told
 * here, or not whole by `end`.
 */
export function httpHead(at: usize, end: usize): u32 {
  const stop = end - at > HEAD_MAX ? at + HEAD_MAX : end;
  const titleEnd = plainEnd(at, stop);
  if (!isBreak(titleEnd, stop) || !firstLine(at, titleEnd)) return 0;
  types = 0;
  hasLength = false;
  bodyLength = 0;
  let here = titleEnd + BREAK_BYTES;
  for (let i: u32 = 0; i <= HEADERS_MAX; i++) {
    const lineEnd = plainEnd(here, stop);
    if (!isBreak(lineEnd, stop)) return 0;
    if (lineEnd == here) return isTold() ? <u32>(lineEnd + BREAK_BYTES - at) : 0;
    if (!header(here, lineEnd)) return 0;
    here = lineEnd + BREAK_BYTES;
  }
  return 0;
}

/** Writes what Info says of the message whose head was told last, and answers the place behind it. The head is to be where it was. */
export function httpInfo(at: usize): usize {
  const last = titleLength - 8;
  for (let i: u32 = 0; i < last; i += 8) store<u64>(at + i, load<u64>(titleAt + i));
  store<u64>(at + last, load<u64>(titleAt + last));
  let here = at + titleLength;
  store<u8>(here, BLANK);
  here++;
  if (typeLength == 0) return here;
  store<u16>(here, BLANK_OPEN);
  here += 2;
  for (let i: u32 = 0; i < typeLength; i++) store<u8>(here + i, lowerCase(load<u8>(typeAt + i)));
  here += typeLength;
  store<u8>(here, CLOSE);
  return here + 1;
}

/** The place of the first byte from `at` on that is no sign of ASCII; `end` where there is none. */
function plainEnd(at: usize, end: usize): usize {
  let here = at;
  while (end - here >= 8) {
    const word = load<u64>(here);
    // Of bytes behind the first other one it may be wrong.
    const others = ((word - BLANKS) | (word + ONES)) & HIGHEST;
    if (others != 0) return here + (<usize>ctz<u64>(others) >> 3);
    here += 8;
  }
  while (here < end && <u32>load<u8>(here) - 0x20 < 0x5f) here++;
  return here;
}

function isBreak(at: usize, end: usize): bool {
  return end - at >= BREAK_BYTES && load<u16>(at) == BREAK;
}

/** Reads the first line; answers whether it begins a message whose end its head tells. */
function firstLine(at: usize, end: usize): bool {
  const length = <u32>(end - at);
  if (length < TITLE_MIN || length > TITLE_MAX) return false;
  titleAt = at;
  titleLength = length;
  const word = load<u64>(at);
  const isResponse = word == HTTP_11 || word == HTTP_10;
  headIsResponse = u32(isResponse);
  return isResponse ? statusLine(at) : requestLine(at, end);
}

/** Responses of 1xx, 204 and 304 have no body, and the first may make another protocol of the stream. */
function statusLine(at: usize): bool {
  if (load<u8>(at, 8) != BLANK || load<u8>(at, 12) != BLANK) return false;
  const hundreds = digit(at + 9);
  const tens = digit(at + 10);
  const ones = digit(at + 11);
  if (hundreds > 9 || tens > 9 || ones > 9) return false;
  const status = hundreds * 100 + tens * 10 + ones;
  return hundreds != 1 && status != 204 && status != 304;
}

/** A method, a target without blanks and a version. HEAD and CONNECT decide what the response is like. */
function requestLine(at: usize, end: usize): bool {
  const targetEnd = end - VERSION_BYTES;
  let target = at + methodBytes(at);
  if (target == at || target >= targetEnd) return false;
  if (load<u64>(targetEnd) != VERSION || digit(end - 1) > 9) return false;
  while (target < targetEnd && load<u8>(target) != BLANK) target++;
  return target == targetEnd;
}

/** Bytes of the method at `at` and of the blank behind it; 0 where it is another one. */
function methodBytes(at: usize): usize {
  const word = load<u32>(at);
  if (word == GET || word == PUT) return 4;
  if (word == POST) return load<u8>(at, 4) == BLANK ? 5 : 0;
  if (word == DELE) return (load<u32>(at, 4) & 0xffffff) == TE ? 7 : 0;
  if (word == PATC) return <u32>load<u16>(at, 4) == H ? 6 : 0;
  return load<u64>(at) == OPTIONS ? 8 : 0;
}

/** Takes the header in the line [at, end); answers whether what it says of the message is told here. */
function header(at: usize, end: usize): bool {
  // It would go on with the line before it, or be one with blanks before its name.
  if (load<u8>(at) == BLANK) return false;
  if (end - at < 8) return true;
  const word = load<u64>(at) | CASE;
  if (word == CONTENT) return contentHeader(at + 8, end);
  if (word == UPGRADE || word == UPGRADE_BLANK) return false;
  const isTransfer = word == TRANSFER && end - at > 17 && (load<u64>(at, 8) | CASE) == OF_ENCODING;
  return !isTransfer || lowerCase(load<u8>(at, 16)) != 103 || !endsName(at + 17);
}

/** The same for one whose name goes on with what is at `at`. */
function contentHeader(at: usize, end: usize): bool {
  const length = end - at;
  if (length > 4 && lowerWord(at) == TYPE && endsName(at + 4)) {
    typeAt = at + 5;
    // Its end is where the line's is; what of it is the type is looked at where the message has a body.
    typeLength = <u32>(end - typeAt);
    types++;
    return load<u8>(at, 4) == COLON;
  }
  if (length > 6 && lowerWord(at) == LENG && (<u32>load<u16>(at, 4) | 0x2020) == TH && endsName(at + 6)) {
    if (hasLength || load<u8>(at, 6) != COLON) return false;
    hasLength = true;
    return takeLength(at + 7, end);
  }
  return length <= 8 || (load<u64>(at) | CASE) != ENCODING || !endsName(at + 8);
}

/** Whether a name ends before `at`: blanks may be before the colon. */
function endsName(at: usize): bool {
  const byte = load<u8>(at);
  return byte == COLON || byte == BLANK;
}

/** Reads the number in [at, end), which may have blanks around it; answers whether it is one. */
function takeLength(at: usize, end: usize): bool {
  const from = behindBlanks(at, end);
  const to = beforeBlanks(from, end);
  const digits = <u32>(to - from);
  if (digits == 0 || digits > LENGTH_DIGITS_MAX) return false;
  let value: u32 = 0;
  for (let here = from; here < to; here++) {
    const next = digit(here);
    if (next > 9) return false;
    value = value * 10 + next;
  }
  bodyLength = value;
  return true;
}

/** Whether the message whose head has been read is told: its end, and its type where it has a body. */
function isTold(): bool {
  if (headIsResponse != 0 && !hasLength) return false;
  if (types == 0 || bodyLength == 0) typeLength = 0;
  return bodyLength == 0 || (types <= 1 && takeType());
}

/** Finds the type in its header's value; answers whether it is all that is said of the body. */
function takeType(): bool {
  const valueEnd = typeAt + typeLength;
  const from = behindBlanks(typeAt, valueEnd);
  let to = from;
  while (to < valueEnd && load<u8>(to) != SEMICOLON) to++;
  typeAt = from;
  typeLength = <u32>(beforeBlanks(from, to) - from);
  if (typeLength > TYPE_MAX || mediaNamesLength == 0) return false;
  const end = mediaNames + mediaNamesLength;
  for (let entry = mediaNames; entry < end;) {
    const length = <u32>load<u8>(entry);
    const name = entry + 2;
    if (isNamed(name, length)) {
      if (<u32>load<u8>(entry, 1) == READ) return false;
      typeLength = 0;
      return true;
    }
    entry = name + length;
  }
  return true;
}

/** Whether the type is called by the name of `length` bytes at `name`, of which one that ends in a slash is of all that begin with it. */
function isNamed(name: usize, length: u32): bool {
  if (length != typeLength) {
    if (length == 0 || length > typeLength || load<u8>(name + length - 1) != SLASH) return false;
  }
  for (let i: u32 = 0; i < length; i++) {
    if (lowerCase(load<u8>(typeAt + i)) != load<u8>(name + i)) return false;
  }
  return true;
}

function behindBlanks(at: usize, end: usize): usize {
  let here = at;
  while (here < end && load<u8>(here) == BLANK) here++;
  return here;
}

function beforeBlanks(at: usize, end: usize): usize {
  let here = end;
  while (here > at && load<u8>(here - 1) == BLANK) here--;
  return here;
}

/** The digit at `at`; more than 9 where it is none. */
function digit(at: usize): u32 {
  return <u32>load<u8>(at) - 48;
}

function lowerWord(at: usize): u32 {
  return load<u32>(at) | <u32>CASE;
}

function lowerCase(byte: u8): u8 {
  return <u32>byte - 65 < 26 ? byte + 32 : byte;
}
