// Who speaks in a stream: the dissector of its first message, and of what the stream becomes later.

import { PDU } from "./protocol.ts";
import type { PduScan, StreamAbove, StreamDissector } from "./protocol.ts";
import { makeDissector } from "./tcp-protocols.ts";

/** From which message on a dissector has the stream, and who had it before. */
interface Speaker {
  readonly from: number;
  readonly dissector: StreamDissector;
  readonly before: Speaker | null;
}

export class StreamSpeakers {
  readonly #above: StreamAbove;
  /** Nearly always it is the only one. */
  #last: Speaker | null = null;

  constructor(above: StreamAbove) {
    this.#above = above;
  }

  /** Bytes of memory, roughly. */
  get cost(): number {
    let cost = 0;
    for (let one = this.#last; one !== null; one = one.before) cost += one.dissector.cost;
    return cost;
  }

  /** All who spoke, in order. */
  get all(): readonly StreamDissector[] {
    const all: StreamDissector[] = [];
    for (let one = this.#last; one !== null; one = one.before) all.push(one.dissector);
    return all.toReversed();
  }

  /** Who spoke first; null while nobody was chosen. */
  get first(): StreamDissector | null {
    let first = this.#last;
    while (first !== null && first.before !== null) first = first.before;
    return first?.dissector ?? null;
  }

  /** Who speaks now; null while nobody was chosen. */
  get current(): StreamDissector | null {
    return this.#last === null ? null : this.#last.dissector;
  }

  /** The dissector of message `pdu`. */
  of(pdu: number): StreamDissector | null {
    let one = this.#last;
    while (one !== null && one.from > pdu) one = one.before;
    return one === null ? null : one.dissector;
  }

  /** From message `pdu` on the stream is `name`'s. */
  follow(name: string, setup: string, pdu: number): void {
    const dissector = makeDissector(name, this.#above, setup);
    if (dissector !== null) this.#last = { from: pdu, dissector, before: this.#last };
  }

  /** Chooses the first of `names` that takes message `pdu`, and answers what it says of its length; `PDU.reject` where none does. */
  choose(names: readonly string[], scan: PduScan, direction: 0 | 1, pdu: number): number {
    for (const name of names) {
      const dissector = makeDissector(name, this.#above, "");
      if (dissector === null) continue;
      const { passed, phase } = scan;
      const length = dissector.pduLength(scan, direction, pdu);
      if (length !== PDU.reject) {
        this.#last = { from: pdu, dissector, before: this.#last };
        return length;
      }
      scan.passed = passed;
      scan.phase = phase;
    }
    return PDU.reject;
  }
}
