// Conversations: pairs of ends, each with a number, and what is kept of the two directions of a TCP one.
//
// Tuples are found in an open-addressed table of numbers: interned addresses and ports, no strings, nothing allocated a packet.

import { SEPARATE_MEMORY } from "./columns.ts";
import type { ColumnMemory } from "./columns.ts";
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
  protected readonly memory: ColumnMemory;
  #slots: Int32Array;
  /** The conversation found or begun last; while there is none, no ends are those of number 0. */
  #last = 0;

  constructor(memory: ColumnMemory = SEPARATE_MEMORY) {
    this.memory = memory;
    this.firstRow = memory.make(Uint32Array, CAPACITY_MIN);
    this.lowAddress = memory.make(Uint32Array, CAPACITY_MIN);
    this.highAddress = memory.make(Uint32Array, CAPACITY_MIN);
    this.lowPort = memory.make(Uint16Array, CAPACITY_MIN);
    this.highPort = memory.make(Uint16Array, CAPACITY_MIN);
    this.#slots = memory.make(Int32Array, CAPACITY_MIN * 4);
  }

  /** Stream + 1 by where its ends belong, or 0: as many as a power of two. */
  get slots(): Int32Array {
    return this.#slots;
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
    this.firstRow = this.memory.grown(Uint32Array, this.firstRow, size);
    this.lowAddress = this.memory.grown(Uint32Array, this.lowAddress, size);
    this.highAddress = this.memory.grown(Uint32Array, this.highAddress, size);
    this.lowPort = this.memory.grown(Uint16Array, this.lowPort, size);
    this.highPort = this.memory.grown(Uint16Array, this.highPort, size);
    const old = this.#slots;
    this.#slots = this.memory.make(Int32Array, size * 4);
    for (const entry of old) {
      if (entry === 0) continue;
      const s = entry - 1;
      const slot = this.#slot(this.lowAddress[s], this.lowPort[s], this.highAddress[s], this.highPort[s]);
      this.#slots[slot] = entry;
    }
    this.memory.drop(old);
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

/** The bit of a direction's state for one that has states in `earlier`. */
const WAS_OTHERWISE = 16;

/** What a direction looked like to its packets in rows before `row`. */
interface EarlierState {
  readonly row: number;
  readonly base: number;
  readonly windowScale: number;
}

/** TCP conversations with the state of both directions: index `stream * 2` is the low end sending, `stream * 2 + 1` the high end. */
export class TcpConversationTable extends ConversationTable {
  base: Uint32Array;
  /** Row since which the base is known: later than a stream's first where that says nothing of the other direction. */
  baseRow: Uint32Array;
  windowScale: Int8Array;
  state: Uint8Array;
  /** Only of the few directions that sent before what their SYN says was known, oldest first. */
  readonly earlier = new Map<number, EarlierState[]>();

  constructor(memory: ColumnMemory = SEPARATE_MEMORY) {
    super(memory);
    this.base = memory.make(Uint32Array, CAPACITY_MIN * 2);
    this.baseRow = memory.make(Uint32Array, CAPACITY_MIN * 2);
    this.windowScale = memory.make(Int8Array, CAPACITY_MIN * 2).fill(WINDOW_SCALE_UNKNOWN);
    this.state = memory.make(Uint8Array, CAPACITY_MIN * 2);
  }

  /** Before a direction changes at `row`: keeps what its packets so far were sent under. */
  keep(direction: number, row: number): void {
    const states = this.earlier.get(direction) ?? [];
    this.state[direction] |= WAS_OTHERWISE;
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
    const { memory, windowScale } = this;
    const known = windowScale.length;
    this.base = memory.grown(Uint32Array, this.base, size * 2);
    this.baseRow = memory.grown(Uint32Array, this.baseRow, size * 2);
    this.windowScale = memory.grown(Int8Array, windowScale, size * 2).fill(WINDOW_SCALE_UNKNOWN, known);
    this.state = memory.grown(Uint8Array, this.state, size * 2);
  }
}
