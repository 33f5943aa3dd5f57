// Conversations: pairs of ends, each with a number, and what is kept of the two directions of a TCP one.
//
// Tuples are found in an open-addressed table of numbers: interned addresses and ports, no strings, nothing allocated a packet.

import { grown } from "./columns.ts";
import { NO_STREAM } from "./packets.ts";

/** Small, as in `packets.ts`. */
const CAPACITY_MIN = 4;

/** A stream's window shift while no SYN was seen. */
export const WINDOW_SCALE_UNKNOWN = -1;
/** A stream's window shift when the handshake agreed on none. */
export const WINDOW_SCALE_NONE = -2;

/** Finds the latest conversation of a pair of ends, whichever of them sends. */
export class ConversationTable {
  count = 0;
  /** Row of the first packet. */
  firstRow: Uint32Array;
  /** The two ends, the one with the smaller (address, port) first. */
  lowAddress: Uint32Array;
  highAddress: Uint32Array;
  lowPort: Uint16Array;
  highPort: Uint16Array;
  /** Stream + 1, or 0 for a free slot. */
  #slots: Int32Array;
  /** The conversation found or begun last; while there is none, no ends are those of number 0. */
  #last = 0;

  constructor() {
    this.firstRow = new Uint32Array(CAPACITY_MIN);
    this.lowAddress = new Uint32Array(CAPACITY_MIN);
    this.highAddress = new Uint32Array(CAPACITY_MIN);
    this.lowPort = new Uint16Array(CAPACITY_MIN);
    this.highPort = new Uint16Array(CAPACITY_MIN);
    this.#slots = new Int32Array(CAPACITY_MIN * 4);
  }

  /** The latest conversation between two ends, or NO_STREAM. */
  find(lowAddress: number, lowPort: number, highAddress: number, highPort: number): number {
    // Packets of one conversation often follow each other.
    const last = this.#last;
    if (this.#isBetween(last, lowAddress, lowPort, highAddress, highPort)) return last;
    const stream = this.#slots[this.#slot(lowAddress, lowPort, highAddress, highPort)] - 1;
    if (stream !== NO_STREAM) this.#last = stream;
    return stream;
  }

  #isBetween(
    stream: number,
    lowAddress: number,
    lowPort: number,
    highAddress: number,
    highPort: number,
  ): boolean {
    return (
      this.lowAddress[stream] === lowAddress &&
      this.highAddress[stream] === highAddress &&
      this.lowPort[stream] === lowPort &&
      this.highPort[stream] === highPort
    );
  }

  /** Begins a conversation, hiding an earlier one between the same ends. */
  add(row: number, lowAddress: number, lowPort: number, highAddress: number, highPort: number): number {
    const stream = this.count;
    if (stream === this.firstRow.length) this.grow(stream * 2);
    this.count = stream + 1;
    this.firstRow[stream] = row;
    this.lowAddress[stream] = lowAddress;
    this.highAddress[stream] = highAddress;
    this.lowPort[stream] = lowPort;
    this.highPort[stream] = highPort;
    this.#slots[this.#slot(lowAddress, lowPort, highAddress, highPort)] = stream + 1;
    this.#last = stream;
    return stream;
  }

  protected grow(size: number): void {
    this.firstRow = grown(this.firstRow, new Uint32Array(size));
    this.lowAddress = grown(this.lowAddress, new Uint32Array(size));
    this.highAddress = grown(this.highAddress, new Uint32Array(size));
    this.lowPort = grown(this.lowPort, new Uint16Array(size));
    this.highPort = grown(this.highPort, new Uint16Array(size));
    const old = this.#slots;
    this.#slots = new Int32Array(size * 4);
    for (const entry of old) {
      if (entry === 0) continue;
      const s = entry - 1;
      const slot = this.#slot(this.lowAddress[s], this.lowPort[s], this.highAddress[s], this.highPort[s]);
      this.#slots[slot] = entry;
    }
  }

  /** The slot of these ends, or the free one where they belong: at most a quarter of the slots are taken. */
  #slot(lowAddress: number, lowPort: number, highAddress: number, highPort: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let hash = Math.imul(lowAddress, 0x9e3779b1) ^ Math.imul(highAddress, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15) ^ ((lowPort << 16) | highPort), 0xc2b2ae35);
    for (let slot = (hash ^ (hash >>> 13)) & mask; ; slot = (slot + 1) & mask) {
      const stream = slots[slot] - 1;
      if (stream === NO_STREAM || this.#isBetween(stream, lowAddress, lowPort, highAddress, highPort)) {
        return slot;
      }
    }
  }
}

/** What a direction looked like to its packets in rows before `row`. */
interface EarlierState {
  readonly row: number;
  readonly base: number;
  readonly windowScale: number;
}

/** TCP conversations with the state of both directions: index `stream * 2` is the low end sending, `stream * 2 + 1` the high end. */
export class TcpConversationTable extends ConversationTable {
  base = new Uint32Array(CAPACITY_MIN * 2);
  /** Row since which the base is known: later than a stream's first where that says nothing of the other direction. */
  baseRow = new Uint32Array(CAPACITY_MIN * 2);
  windowScale = new Int8Array(CAPACITY_MIN * 2).fill(WINDOW_SCALE_UNKNOWN);
  state = new Uint8Array(CAPACITY_MIN * 2);
  /** Only of the few directions that sent before what their SYN says was known, oldest first. */
  readonly earlier = new Map<number, EarlierState[]>();

  /** Before a direction changes at `row`: keeps what its packets so far were sent under. */
  keep(direction: number, row: number): void {
    const states = this.earlier.get(direction) ?? [];
    states.push({ row, base: this.base[direction], windowScale: this.windowScale[direction] });
    this.earlier.set(direction, states);
  }

  /** 0, which leaves numbers as they are, while nothing is known. */
  baseAt(direction: number, row: number): number {
    return this.#stateAt(direction, row)?.base ?? this.base[direction];
  }

  windowScaleAt(direction: number, row: number): number {
    return this.#stateAt(direction, row)?.windowScale ?? this.windowScale[direction];
  }

  /** The earliest state that ended behind `row`. */
  #stateAt(direction: number, row: number): EarlierState | undefined {
    if (this.earlier.size === 0) return undefined;
    const states = this.earlier.get(direction);
    if (states === undefined) return undefined;
    // A hostile capture changes its numbers with every packet.
    let [low, high] = [0, states.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (states[middle].row > row) high = middle;
      else low = middle + 1;
    }
    return states[low];
  }

  protected override grow(size: number): void {
    super.grow(size);
    this.base = grown(this.base, new Uint32Array(size * 2));
    this.baseRow = grown(this.baseRow, new Uint32Array(size * 2));
    this.windowScale = grown(this.windowScale, new Int8Array(size * 2).fill(WINDOW_SCALE_UNKNOWN));
    this.state = grown(this.state, new Uint8Array(size * 2));
  }
}
