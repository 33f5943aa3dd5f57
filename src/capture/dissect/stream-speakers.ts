// Who speaks in a stream: the dissector of its first message, and of what the stream becomes later.

import { PDU } from "./protocol.ts";
import type { PduScan, StreamAbove, StreamDissector } from "./protocol.ts";
import { makeDissector } from "./tcp-protocols.ts";

export class StreamSpeakers {
  readonly #above: StreamAbove;
  /** From which message on, in order. */
  readonly #speakers: { readonly from: number; readonly dissector: StreamDissector }[] = [];

  constructor(above: StreamAbove) {
    this.#above = above;
  }

  /** Bytes of memory, roughly. */
  get cost(): number {
    return this.#speakers.reduce((sum, { dissector }) => sum + dissector.cost, 0);
  }

  /** All who spoke, in order. */
  get all(): readonly StreamDissector[] {
    return this.#speakers.map(({ dissector }) => dissector);
  }

  /** Who spoke first; null while nobody was chosen. */
  get first(): StreamDissector | null {
    return this.#speakers.length === 0 ? null : this.#speakers[0].dissector;
  }

  /** Who speaks now; null while nobody was chosen. */
  get current(): StreamDissector | null {
    return this.#speakers.at(-1)?.dissector ?? null;
  }

  /** The dissector of message `pdu`. */
  of(pdu: number): StreamDissector | null {
    for (let i = this.#speakers.length - 1; i >= 0; i--) {
      if (this.#speakers[i].from <= pdu) return this.#speakers[i].dissector;
    }
    return null;
  }

  /** From message `pdu` on the stream is `name`'s. */
  follow(name: string, setup: string, pdu: number): void {
    const dissector = makeDissector(name, this.#above, setup);
    if (dissector !== null) this.#speakers.push({ from: pdu, dissector });
  }

  /** Chooses the first of `names` that takes message `pdu`, and answers what it says of its length; `PDU.reject` where none does. */
  choose(names: readonly string[], scan: PduScan, direction: 0 | 1, pdu: number): number {
    for (const name of names) {
      const dissector = makeDissector(name, this.#above, "");
      if (dissector === null) continue;
      const { passed, phase } = scan;
      const length = dissector.pduLength(scan, direction, pdu);
      if (length !== PDU.reject) {
        this.#speakers.push({ from: pdu, dissector });
        return length;
      }
      scan.passed = passed;
      scan.phase = phase;
    }
    return PDU.reject;
  }
}
