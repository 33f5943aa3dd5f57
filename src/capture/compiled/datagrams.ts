// What compiled code is told to write Info of datagrams: which ports are whose, and what DNS calls things.

import { opcodeName, rcodeName, typeName } from "../dissect/dns-names.ts";
import { DATAGRAM_PROTOCOLS } from "../dissect/udp-protocols.ts";
import type { CompiledCode } from "./code.ts";
import type { CompiledMemory } from "./memory.ts";

const PORTS = 65_536;
/** Types of records up to `URI` and `CAA`, among them those of nearly all queries; and numbers of four bits. */
const TYPES = 258;
const CODES = 16;
/** Bytes of a name, and how many of them may be its text; the last is its length. */
const NAME_BYTES = 32;
const NAME_MAX = 24;

export class CompiledDatagrams {
  readonly #ranks: Uint8Array;
  readonly #types: Uint8Array;
  readonly #opcodes: Uint8Array;
  readonly #rcodes: Uint8Array;
  readonly #hasPorts: boolean;

  /** `hasPorts` says whether ports say what a datagram is, as they do where the user has said nothing else. */
  constructor(memory: CompiledMemory, hasPorts: boolean) {
    this.#hasPorts = hasPorts;
    this.#ranks = memory.make(Uint8Array, PORTS);
    for (const [i, { ports }] of [...DATAGRAM_PROTOCOLS.values()].entries()) {
      for (const port of ports) this.#ranks[port] ||= i + 1;
    }
    this.#types = namesIn(memory, TYPES, typeName);
    this.#opcodes = namesIn(memory, CODES, opcodeName);
    this.#rcodes = namesIn(memory, CODES, rcodeName);
  }

  place(code: CompiledCode): void {
    code.place({ portRanks: this.#ranks });
    code.place({ dnsTypes: this.#types, dnsOpcodes: this.#opcodes, dnsRcodes: this.#rcodes });
    code.number("dnsTypesMax").value = TYPES;
    code.number("dnsRank").value = [...DATAGRAM_PROTOCOLS.keys()].indexOf("dns") + 1;
    code.number("hasPorts").value = Number(this.#hasPorts);
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
