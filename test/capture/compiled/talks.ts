// Connections made by hand, of what their ends say: packets of Ethernet with a handshake, segments of any size, and acknowledgements.

import type { ClassicPacket } from "../packets.ts";

/** What one side says before the other has its turn, in segments of `sizes` bytes in turn. 0 is the client. */
export interface Turn {
  readonly side: 0 | 1;
  readonly bytes: Uint8Array;
  readonly sizes: readonly number[];
  /** A segment that gets lost, and comes again behind so many others, which the receiver asks for it. */
  readonly lost?: number;
  readonly resentAfter?: number;
}

export interface Talk {
  readonly ports: readonly [client: number, server: number];
  readonly turns: readonly Turn[];
  /** Neither side has sent a SYN that was captured; the client's has data; both close. */
  readonly isJoinedLate?: boolean;
  readonly isFast?: boolean;
  readonly isClosed?: boolean;
  /** Bytes of each frame that are captured. */
  readonly snapLength?: number;
}

const FLAG = { fin: 1, syn: 2, psh: 8, ack: 16 } as const;
const TIMESTAMPS = [1, 1, 8, 10, 0, 0, 1, 2, 0, 0, 0, 9];
const SYN_OPTIONS = [2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7];
const FIRST_SEQ = [0xffff_ff00, 1000] as const;
const NOTHING = new Uint8Array(0);

/** The frames of a connection; `number` tells it from others. */
export function framesOf(talk: Talk, number: number): Uint8Array[] {
  const { turns, isJoinedLate = false, isFast = false, isClosed = true, snapLength = Infinity } = talk;
  const frames: Uint8Array[] = [];
  const seqs: [number, number] = [...FIRST_SEQ];
  const put = (bytes: Uint8Array): void => {
    frames.push(bytes.subarray(0, Math.min(bytes.length, snapLength)));
  };
  const send = (side: 0 | 1, flags: number, payload: Uint8Array): void => {
    put(frame(talk.ports, number, side, flags, seqs, payload));
    const ends = (flags & (FLAG.syn | FLAG.fin)) === 0 ? 0 : 1;
    seqs[side] = (seqs[side] + payload.length + ends) >>> 0;
  };
  if (!isJoinedLate) {
    send(0, FLAG.syn, isFast ? Buffer.from("fast") : NOTHING);
    send(1, FLAG.syn | FLAG.ack, NOTHING);
    send(0, FLAG.ack, NOTHING);
  }
  for (const { side, bytes, sizes, lost = -1, resentAfter = 3 } of turns) {
    const other = side === 0 ? 1 : 0;
    let missing: Uint8Array | null = null;
    let asked = seqs;
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const end = Math.min(bytes.length, at + (sizes[i % sizes.length] ?? bytes.length));
      if (i === lost) asked = [...seqs];
      send(side, end === bytes.length ? FLAG.ack | FLAG.psh : FLAG.ack, bytes.subarray(at, end));
      if (i === lost) missing = frames.pop() ?? null;
      // The receiver says with each of the others what it waits for.
      if (missing !== null) put(frame(talk.ports, number, other, FLAG.ack, asked, NOTHING));
      if (missing !== null && (i === lost + resentAfter || end === bytes.length)) {
        put(missing);
        missing = null;
      }
      at = end;
    }
    send(other, FLAG.ack, NOTHING);
  }
  if (isClosed) {
    send(0, FLAG.fin | FLAG.ack, NOTHING);
    send(1, FLAG.fin | FLAG.ack, NOTHING);
  }
  return frames;
}

function frame(
  ports: Talk["ports"],
  number: number,
  side: 0 | 1,
  flags: number,
  seqs: readonly [number, number],
  payload: Uint8Array,
): Uint8Array {
  const options = (flags & FLAG.syn) === 0 ? TIMESTAMPS : SYN_OPTIONS;
  const ip = 14;
  const tcp = 34;
  const bytes = new Uint8Array(tcp + 20 + options.length + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(12, 0x0800);
  view.setUint8(ip, 0x45);
  view.setUint16(ip + 2, bytes.length - ip);
  view.setUint8(ip + 8, 64);
  view.setUint8(ip + 9, 6);
  const hosts = [0x0a000001 + number, 0x0a010001] as const;
  view.setUint32(ip + 12, hosts[side]);
  view.setUint32(ip + 16, hosts[1 - side]);
  view.setUint16(tcp, ports[side]);
  view.setUint16(tcp + 2, ports[1 - side]);
  view.setUint32(tcp + 4, seqs[side]);
  if ((flags & FLAG.ack) !== 0) view.setUint32(tcp + 8, seqs[1 - side]);
  view.setUint16(tcp + 12, ((20 + options.length) << 10) | flags);
  view.setUint16(tcp + 14, 500);
  bytes.set(options, tcp + 20);
  bytes.set(payload, tcp + 20 + options.length);
  return bytes;
}

/** The records of a classic capture: a frame a millisecond. */
export function recordsOf(frames: readonly Uint8Array[]): ClassicPacket[] {
  return frames.map((bytes, i) => ({
    seconds: 1_700_000_000 + Math.floor(i / 1000),
    fraction: (i % 1000) * 1000,
    length: bytes.length,
    bytes,
  }));
}

/** A record of TLS. */
export function tlsRecord(type: number, body: Uint8Array, version = 3): Uint8Array {
  return Buffer.concat([Uint8Array.of(type, 3, version, body.length >> 8, body.length & 255), body]);
}

/** A message of TLS's handshake. */
export function tlsMessage(type: number, body: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(type, 0, body.length >> 8, body.length & 255), body]);
}

/** A client's hello, or a server's with one suite; `extensions` are types and bodies. */
export function tlsHello(
  type: 1 | 2,
  { session = 32, random = 7, version = 3 },
  extensions: readonly (readonly [type: number, body: readonly number[]])[],
): Uint8Array {
  const list = extensions.flatMap(([type, body]) => [
    type >> 8,
    type & 255,
    body.length >> 8,
    body.length & 255,
    ...body,
  ]);
  const chosen = type === 1 ? [0, 2, 0x13, 1, 1, 0] : [0x13, 1, 0];
  const head = [3, version, ...randomOf(random), session, ...Array<number>(session).fill(5), ...chosen];
  return tlsMessage(type, Uint8Array.from([...head, list.length >> 8, list.length & 255, ...list]));
}

/** 32 bytes; those of the server hello that asks for another client hello begin with 0xcf. */
function randomOf(first: number): number[] {
  const retry = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c";
  return first === 0xcf ? [...Buffer.from(retry, "hex")] : Array<number>(32).fill(first);
}
