// What is learnt of a QUIC connection from its datagrams in order: the keys of its Initial packets, what those hold, and how
// long connection ids are.

import { cryptoFrames } from "./quic-frames.ts";
import { initialKeys, openPacket, retryTag } from "./quic-keys.ts";
import type { InitialKeys, OpenPacket } from "./quic-keys.ts";
import { readQuicPackets } from "./quic-packets.ts";
import type { QuicPacket, Span } from "./quic-packets.ts";
import { uint } from "./protocol.ts";

/** Handshake messages that a CRYPTO frame completes, or what it adds to one that goes on elsewhere. */
export interface CryptoMessages {
  readonly isPart: boolean;
  readonly bytes: Uint8Array;
  /** Where they came from, in order; one where the frame has all of them. */
  readonly parts: readonly { readonly row: number; readonly length: number }[];
}

/** What is known of a packet beyond its header. */
export interface QuicFacts {
  readonly open: OpenPacket | null;
  /** By where the frame begins in `open.plain`. */
  readonly messages: ReadonlyMap<number, CryptoMessages>;
  /** Whether a Retry packet's tag is what it should be; null where nothing was said to compare it with. */
  readonly isRetryGood: boolean | null;
}

const NOTHING_KNOWN: QuicFacts = { open: null, messages: new Map(), isRetryGood: null };

/** Bytes kept of Initial packets, and of handshakes put together. */
const KEPT_BYTES_MAX = 64 * 1024;
const PIECES_MAX = 64;

/** The CRYPTO stream of one direction. */
interface CryptoStream {
  readonly pieces: { readonly offset: number; readonly bytes: Uint8Array; readonly row: number }[];
  /** Bytes from the stream's beginning that have been shown in messages, and those that have come without a gap. */
  shown: number;
  come: number;
}

const NO_ID = new Uint8Array(0);

function newStream(): CryptoStream {
  return { pieces: [], shown: 0, come: 0 };
}

function copy(bytes: Uint8Array, { from, to }: Span): Uint8Array {
  return Uint8Array.from(bytes.subarray(from, to));
}

export class QuicConnection {
  /** By row, a packet of the datagram each. */
  readonly #facts = new Map<number, readonly QuicFacts[]>();
  /** The direction of the client's packets; -1 until an Initial packet was seen. */
  #client: 0 | 1 | -1 = -1;
  /** The id that keys are made from. */
  #keyId: Uint8Array | null = null;
  #keys = new Map<number, InitialKeys | null>();
  /** Largest packet numbers so far. */
  readonly #largest: [number, number] = [-1, -1];
  #crypto: [CryptoStream, CryptoStream] = [newStream(), newStream()];
  /** By direction, the id that packets in it are sent to, as far as long headers said. */
  readonly #ids: [Uint8Array, Uint8Array] = [NO_ID, NO_ID];
  #kept = 0;

  /** Bytes of memory, roughly. */
  get cost(): number {
    return 500 + this.#kept + this.#facts.size * 100;
  }

  /** The id in short headers of `direction`, if they have one that was said in the clear; of no bytes where none was. */
  id(direction: 0 | 1): Uint8Array {
    return this.#ids[direction];
  }

  /** What is known of packet `index` of the datagram in `row`. */
  facts(row: number, index: number): QuicFacts {
    return this.#facts.get(row)?.[index] ?? NOTHING_KNOWN;
  }

  /** Takes the next datagram. */
  add(row: number, direction: 0 | 1, bytes: Uint8Array): void {
    // Data says nothing that is not sealed.
    if (bytes.length === 0 || bytes[0] < 0x80 || this.#kept > KEPT_BYTES_MAX) return;
    const packets = readQuicPackets(bytes, 0, bytes.length, this.id(direction));
    const facts = packets.map((packet) => this.#learn(row, direction, bytes, packet));
    if (facts.some((known) => known !== NOTHING_KNOWN)) this.#facts.set(row, facts);
  }

  #learn(row: number, direction: 0 | 1, bytes: Uint8Array, packet: QuicPacket): QuicFacts {
    const { kind, source, version, destination } = packet;
    if (source !== null && kind !== "negotiation") {
      this.#ids[direction === 0 ? 1 : 0] = copy(bytes, source);
    }
    if (kind === "handshake") this.#ids[direction] = copy(bytes, destination);
    if (kind === "retry") return this.#retry(direction, bytes, packet);
    if (kind !== "initial") return NOTHING_KNOWN;
    if (this.#client === -1) this.#client = direction;
    const isClient = direction === this.#client;
    if (this.#keyId === null && isClient) this.#keyId = copy(bytes, destination);
    let open = this.#open(direction, bytes, packet, this.#keysOf(version));
    if (open === null && isClient) {
      // Perhaps another connection between the same two.
      const id = copy(bytes, destination);
      open = this.#open(direction, bytes, packet, initialKeys(version, id));
      if (open !== null) this.#begin(id);
    }
    if (open === null) return NOTHING_KNOWN;
    this.#largest[direction] = Math.max(this.#largest[direction], open.number);
    this.#kept += open.plain.length;
    return { open, messages: this.#messages(row, direction, open.plain), isRetryGood: null };
  }

  #begin(keyId: Uint8Array): void {
    this.#keyId = keyId;
    this.#keys.clear();
    this.#largest.fill(-1);
    this.#crypto = [newStream(), newStream()];
  }

  #keysOf(version: number): InitialKeys | null {
    if (this.#keyId === null) return null;
    let keys = this.#keys.get(version);
    if (keys === undefined) {
      keys = initialKeys(version, this.#keyId);
      this.#keys.set(version, keys);
    }
    return keys;
  }

  #open(
    direction: 0 | 1,
    bytes: Uint8Array,
    packet: QuicPacket,
    keys: InitialKeys | null,
  ): OpenPacket | null {
    if (keys === null) return null;
    const own = keys[direction === this.#client ? 0 : 1];
    return openPacket(own, bytes, packet.start, packet.rest, packet.end, this.#largest[direction]);
  }

  /** The client begins again, with the server's new id for keys (RFC 9001 5.2). */
  #retry(direction: 0 | 1, bytes: Uint8Array, packet: QuicPacket): QuicFacts {
    const { start, end, rest, version, source, original } = packet;
    if (this.#keyId === null || source === null || direction === this.#client) return NOTHING_KNOWN;
    const tag = retryTag(version, this.#keyId, bytes.subarray(start, rest));
    const isRetryGood = tag === null ? null : Buffer.compare(tag, bytes.subarray(rest, end)) === 0;
    const isAnswer = original !== null && Buffer.compare(copy(bytes, original), this.#keyId) === 0;
    if (isRetryGood === true || isAnswer) {
      this.#keyId = copy(bytes, source);
      this.#keys.clear();
    }
    return { ...NOTHING_KNOWN, isRetryGood };
  }

  /** Takes a packet's CRYPTO frames; answers the messages that they complete. */
  #messages(row: number, direction: 0 | 1, plain: Uint8Array): ReadonlyMap<number, CryptoMessages> {
    const messages = new Map<number, CryptoMessages>();
    const stream = this.#crypto[direction];
    for (const { at, offset, data } of cryptoFrames(plain)) {
      if (stream.pieces.length >= PIECES_MAX || offset + data.to - data.from <= stream.shown) continue;
      const bytes = plain.subarray(data.from, data.to);
      stream.pieces.push({ offset, bytes, row });
      stream.pieces.sort((a, b) => a.offset - b.offset);
      const whole = takeMessages(stream);
      if (whole !== null) messages.set(at, whole);
    }
    return messages;
  }
}

/** Takes the whole handshake messages off the front of what has come without a gap; where there are none, what of one has; null where nothing has. */
function takeMessages(stream: CryptoStream): CryptoMessages | null {
  const chunks: Uint8Array[] = [];
  const parts: { readonly row: number; readonly length: number }[] = [];
  let end = stream.shown;
  for (const { offset, bytes, row } of stream.pieces) {
    // As in Wireshark: nothing is looked at while anything before the last byte is missing.
    if (offset > end) return null;
    const chunk = bytes.subarray(end - offset);
    if (chunk.length === 0 || offset + bytes.length <= end) continue;
    chunks.push(chunk);
    parts.push({ row, length: chunk.length });
    end += chunk.length;
  }
  const all = Buffer.concat(chunks);
  let size = 0;
  while (size + 4 <= all.length && size + 4 + uint(all, size + 1, 3) <= all.length) {
    size += 4 + uint(all, size + 1, 3);
  }
  const isPart = size === 0;
  const hasMore = end > stream.come;
  stream.come = end;
  if (isPart && !hasMore) return null;
  stream.shown += size;
  return { isPart, bytes: Uint8Array.from(isPart ? all : all.subarray(0, size)), parts };
}
