// What compiled code is told to write Info of datagrams: which ports are whose, what DNS calls things, and which streams it may go on with.

import { opcodeName, rcodeName, typeName } from "../dissect/dns-names.ts";
import { DATAGRAM_PROTOCOLS } from "../dissect/udp-protocols.ts";
import { NO_STREAM, PROTOCOL } from "../../trace/packets.ts";
import type { PacketTable } from "../../trace/packets.ts";
import type { CompiledCode } from "./code.ts";
import type { CompiledMemory } from "./memory.ts";

const PORTS = 65_536;
/** Types of records up to `URI` and `CAA`, among them those of nearly all queries; and numbers of four bits. */
const TYPES = 258;
const CODES = 16;
/** Bytes of a name, and how many of them may be its text; the last is its length. */
const NAME_BYTES = 32;
const NAME_MAX = 24;
/** Streams. Small, as in `trace/packets.ts`. */
const CAPACITY_MIN = 4;
/** A stream one of whose datagrams compiled code left. */
const LEFT = 2;

export class CompiledDatagrams {
  readonly #ranks: Uint8Array;
  readonly #types: Uint8Array;
  readonly #opcodes: Uint8Array;
  readonly #rcodes: Uint8Array;
  readonly #isUnruled: boolean;
  readonly #table: PacketTable;
  readonly #memory: CompiledMemory;
  /** By stream: what became of its datagrams so far. */
  #states: Uint8Array;
  /** The row that is to come, and whether the states hold: each was asked for in turn, and nothing but datagrams decides what they are. */
  #next = 0;
  #isKnown: boolean;

  /** `isUnruled` as in `CompiledLinesOptions`. */
  constructor(memory: CompiledMemory, table: PacketTable, isUnruled: boolean) {
    this.#isUnruled = isUnruled;
    this.#isKnown = isUnruled;
    this.#table = table;
    this.#memory = memory;
    this.#states = memory.make(Uint8Array, isUnruled ? CAPACITY_MIN : 0);
    this.#ranks = memory.make(Uint8Array, PORTS);
    for (const [i, { ports }] of [...DATAGRAM_PROTOCOLS.values()].entries()) {
      for (const port of ports) this.#ranks[port] ||= i + 1;
    }
    this.#types = namesIn(memory, TYPES, typeName);
    this.#opcodes = namesIn(memory, CODES, opcodeName);
    this.#rcodes = namesIn(memory, CODES, rcodeName);
  }

  /** Before rows from `from` on are written, of a table with so many streams. */
  begin(from: number, streams: number): void {
    if (!this.#isKnown) return;
    if (from !== this.#next) {
      this.#isKnown = false;
      this.#memory.drop(this.#states);
      this.#states = this.#memory.make(Uint8Array, 0);
    } else if (streams > this.#states.length) {
      this.#states = this.#memory.grown(Uint8Array, this.#states, streams * 2);
    }
  }

  /** When rows before `next` were. */
  end(next: number): void {
    this.#next = next;
  }

  /** Compiled code left `row`: what its stream is may be others' to say from there on. */
  leave(row: number): void {
    const { protocol, stream } = this.#table;
    if (protocol[row] === PROTOCOL.udp && stream[row] !== NO_STREAM) this.#states[stream[row]] = LEFT;
  }

  place(code: CompiledCode): void {
    code.place({ portRanks: this.#ranks, datagramStates: this.#states });
    code.number("datagramStatesMax").value = this.#states.length;
    code.place({ dnsTypes: this.#types, dnsOpcodes: this.#opcodes, dnsRcodes: this.#rcodes });
    code.number("dnsTypesMax").value = TYPES;
    code.number("dnsRank").value = [...DATAGRAM_PROTOCOLS.keys()].indexOf("dns") + 1;
    code.number("isUnruled").value = Number(this.#isUnruled);
  }
}

/** What the numbers below `count` are called; nothing for one whose name is too long. */
function namesIn(memory: CompiledMemory, count: number, nameOf: (number: number) => string): Uint8Array {
  const names = memory.make(Uint8Array, count * NAME_BYTES);
  for (let number = 0; number < count; number++) {
    const name = Buffer.from(nameOf(number));
    if (name.length > NAME_MAX) continue;
    names.set(name, number * NAME_BYTES);
    names[(number + 1) * NAME_BYTES - 1] = name.length;
  }
  return names;
}
