// What the hosts of a generated capture say to each other: TLS 1.3 sessions, HTTP/1.1 exchanges, transfers of a protocol nobody
// knows, and DNS lookups. Heads of messages are real; what follows them is noise of the right length.

/** Numbers that look random and are the same each time (xorshift32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  /** 0 to 2^32 - 1. */
  next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 0;
  }

  /** A whole number from 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor((this.next() / 2 ** 32) * count);
  }

  chance(probability: number): boolean {
    return this.next() < probability * 2 ** 32;
  }

  /** Lengths as files and answers have them: most short, a few very long. From `least` to `most`, about `least` times ln(most / least) on average. */
  heavyTail(least: number, most: number): number {
    return Math.min(most, Math.floor((least * 2 ** 32) / (this.next() + 1)));
  }
}

/** `head`, and noise up to `length` bytes in all. */
export interface Message {
  readonly head: Uint8Array;
  readonly length: number;
}

/** Messages that one side sends before it waits for the other. 0 is the client. */
export interface Turn {
  readonly side: 0 | 1;
  readonly messages: readonly Message[];
}

const TLS_RECORD_MAX = 16_384;
const TLS_SEALED = 23;
const NOISE_BYTES = 1 << 16;
/** Noise is read from any offset on for a segment's length. */
const noise = new Uint8Array(NOISE_BYTES + 2048);
const noiseDice = new Dice(77);
for (let i = 0; i < noise.length; i++) noise[i] = noiseDice.next() >>> 24;

/** Bytes [offset, offset + length) of a turn, written to `out` at `at`. `length` is a segment's at most. */
export function writeTurn(
  { messages }: Turn,
  offset: number,
  length: number,
  out: Uint8Array,
  at: number,
): void {
  let skip = offset;
  let to = at;
  const end = at + length;
  for (const { head, length: size } of messages) {
    if (skip >= size) {
      skip -= size;
      continue;
    }
    for (; skip < head.length && to < end; skip++, to++) out[to] = head[skip];
    const rest = Math.min(size - skip, end - to);
    const from = (skip * 31) & (NOISE_BYTES - 1);
    out.set(noise.subarray(from, from + rest), to);
    to += rest;
    if (to === end) return;
    skip = 0;
  }
}

export function turnLength({ messages }: Turn): number {
  return messages.reduce((sum, { length }) => sum + length, 0);
}

/** A TLS 1.3 session: hellos, the rest of the handshake sealed, then requests and their answers. */
export function tlsSession(dice: Dice, host: string): Turn[] {
  const sealed = (bytes: number): Message[] => sealedRecords(bytes);
  const turns: Turn[] = [
    { side: 0, messages: [clientHello(dice, host)] },
    { side: 1, messages: [serverHello(dice), CHANGE_CIPHER_SPEC, ...sealed(2500 + dice.below(2500))] },
    { side: 0, messages: [CHANGE_CIPHER_SPEC, ...sealed(58)] },
  ];
  const exchanges = 1 + dice.below(4);
  for (let i = 0; i < exchanges; i++) {
    turns.push({ side: 0, messages: sealed(120 + dice.below(900)) });
    turns.push({ side: 1, messages: sealed(dice.heavyTail(4_000, 20_000_000)) });
  }
  return turns;
}

/** Requests and responses over one connection. */
export function httpSession(dice: Dice, host: string): Turn[] {
  const turns: Turn[] = [];
  const exchanges = 1 + dice.below(5);
  for (let i = 0; i < exchanges; i++) {
    const path = `/assets/${dice.next().toString(36)}/${dice.below(1000)}`;
    const request =
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0\r\n` +
      "Accept: */*\r\nAccept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\n\r\n";
    const head = text(request);
    turns.push({ side: 0, messages: [{ head, length: head.length }] });
    const size = dice.heavyTail(3_000, 8_000_000);
    const response =
      "HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Sat, 14 Mar 2026 10:00:00 GMT\r\n" +
      `Content-Type: application/octet-stream\r\nContent-Length: ${size}\r\nConnection: keep-alive\r\n\r\n`;
    turns.push({ side: 1, messages: [{ head: text(response), length: response.length + size }] });
  }
  return turns;
}

/** A protocol no dissector knows: short requests and bulk, either way. */
export function unknownSession(dice: Dice): Turn[] {
  const turns: Turn[] = [];
  const exchanges = 1 + dice.below(6);
  for (let i = 0; i < exchanges; i++) {
    const head = Uint8Array.of(0xfa, 0xce, i, 0x01);
    const isUpload = dice.chance(0.3);
    const bulk = { head, length: dice.heavyTail(2_000, 20_000_000) };
    const short = { head, length: 16 + dice.below(200) };
    turns.push({ side: 0, messages: [isUpload ? bulk : short] });
    turns.push({ side: 1, messages: [isUpload ? short : bulk] });
  }
  return turns;
}

/** A lookup of `host`'s IPv4 address, and the answer. */
export function dnsLookup(dice: Dice, host: string, address: number): readonly [Uint8Array, Uint8Array] {
  const id = dice.next() & 0xffff;
  const name = host.split(".").flatMap((label) => [label.length, ...text(label)]);
  const question = [...name, 0, 0, 1, 0, 1];
  const ask = [...two(id), 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0, ...question];
  const four = [address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255];
  const record = [0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0x01, 0x2c, 0, 4, ...four];
  const answer = [...two(id), 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, ...question, ...record];
  return [Uint8Array.from(ask), Uint8Array.from(answer)];
}

function sealedRecords(bytes: number): Message[] {
  const records: Message[] = [];
  for (let left = bytes; left > 0; left -= TLS_RECORD_MAX) {
    const size = Math.min(left, TLS_RECORD_MAX) + 17;
    records.push({ head: record(TLS_SEALED, size), length: 5 + size });
  }
  return records;
}

function record(type: number, size: number): Uint8Array {
  return Uint8Array.of(type, 3, 3, size >>> 8, size & 255);
}

const CHANGE_CIPHER_SPEC: Message = { head: Uint8Array.of(20, 3, 3, 0, 1, 1), length: 6 };

function clientHello(dice: Dice, host: string): Message {
  const name = text(host);
  const serverName = extension(0, [...two(name.length + 3), 0, ...two(name.length), ...name]);
  const alpn = extension(16, [0, 12, 2, ...text("h2"), 8, ...text("http/1.1")]);
  const versions = extension(43, [2, 3, 4]);
  const groups = extension(10, [0, 4, 0, 29, 0, 23]);
  const keyShare = extension(51, [0, 36, 0, 29, 0, 32, ...random(dice, 32)]);
  const extensions = [...serverName, ...alpn, ...groups, ...versions, ...keyShare];
  const suites = [0x13, 0x01, 0x13, 0x02, 0x13, 0x03, 0xc0, 0x2b, 0xc0, 0x2f];
  const body = [3, 3, ...random(dice, 32), 32, ...random(dice, 32), 0, suites.length, ...suites, 1, 0];
  return handshake(1, [...body, ...two(extensions.length), ...extensions]);
}

function serverHello(dice: Dice): Message {
  const extensions = [...extension(43, [3, 4]), ...extension(51, [0, 29, 0, 32, ...random(dice, 32)])];
  const body = [3, 3, ...random(dice, 32), 32, ...random(dice, 32), 0x13, 0x01, 0];
  return handshake(2, [...body, ...two(extensions.length), ...extensions]);
}

function handshake(type: number, body: readonly number[]): Message {
  const head = Uint8Array.of(...record(22, body.length + 4), type, 0, ...two(body.length), ...body);
  return { head, length: head.length };
}

function extension(type: number, body: readonly number[]): number[] {
  return [...two(type), ...two(body.length), ...body];
}

function random(dice: Dice, count: number): number[] {
  return Array.from({ length: count }, () => dice.below(256));
}

function two(value: number): [number, number] {
  return [value >>> 8, value & 255];
}

function text(words: string): Uint8Array {
  return Buffer.from(words, "latin1");
}
