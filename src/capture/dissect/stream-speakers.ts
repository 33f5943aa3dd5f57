// Who speaks in a stream: the dissector of its first message, and of what the stream becomes later.

import { PDU } from "./protocol.ts";
import type { PduScan, StreamAbove, StreamDissector } from "./protocol.ts";
import { makeDissector } from "./tcp-protocols.ts";

/** Who had the stream before somebody else, from message `from` on. */
interface Earlier {
  readonly from: number;
  readonly dissector: StreamDissector;
  readonly before: Earlier | null;
}

export class StreamSpeakers {
  readonly #above: StreamAbove;
  /** Who speaks now, and from which message on. */
  #current: StreamDissector | null = null;
  #from = 0;
  /** Nearly always there is nobody. */
  #before: Earlier | null = null;

  constructor(above: StreamAbove) {
    this.#above = above;
  }

  /** Bytes of memory, roughly. */
  get cost(): number {
    let cost = this.#current === null ? 0 : this.#current.cost;
    for (let one = this.#before; one !== null; one = one.before) cost += one.dissector.cost;
    return cost;
  }

  /** All who spoke, in order. */
  get all(): readonly StreamDissector[] {
    const all: StreamDissector[] = this.#current === null ? [] : [this.#current];
    for (let one = this.#before; one !== null; one = one.before) all.push(one.dissector);
    return all.toReversed();
  }

  /** Who spoke first; null while nobody was chosen. */
  get first(): StreamDissector | null {
    let first = this.#current;
    for (let one = this.#before; one !== null; one = one.before) first = one.dissector;
    return first;
  }

  /** Who speaks now; null while nobody was chosen. */
  get current(): StreamDissector | null {
    return this.#current;
  }

  /** The dissector of message `pdu`. */
  of(pdu: number): StreamDissector | null {
    if (this.#from <= pdu) return this.#current;
    let one = this.#before;
    while (one !== null && one.from > pdu) one = one.before;
    return one === null ? null : one.dissector;
  }

  /** From message `pdu` on the stream is `name`'s. */
  follow(name: string, setup: string, pdu: number): void {
    const dissector = makeDissector(name, this.#above, setup);
    if (dissector !== null) this.#set(dissector, pdu);
  }

  #set(dissector: StreamDissector, from: number): void {
    if (this.#current !== null)
      this.#before = { from: this.#from, dissector: this.#current, before: this.#before };
    this.#current = dissector;
    this.#from = from;
  }

  /** Chooses the first of `names` that takes message `pdu`, and answers what it says of its length; `PDU.reject` where none does. */
  choose(names: readonly string[], scan: PduScan, direction: 0 | 1, pdu: number): number {
    for (const name of names) {
      const dissector = makeDissector(name, this.#above, "");
      if (dissector === null) continue;
      const { passed, phase } = scan;
      const length = dissector.pduLength(scan, direction, pdu);
      if (length !== PDU.reject) {
        this.#set(dissector, pdu);
        return length;
      }
      scan.passed = passed;
      scan.phase = phase;
    }
    return PDU.reject;
  }
}
