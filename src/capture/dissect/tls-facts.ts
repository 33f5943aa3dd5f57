// What was known when each record of a stream came, by message number: of nearly all of them the same as of the one before, and then kept once.

import { keepAt } from "./protocol.ts";
import type { Columns } from "./protocol.ts";
import { versionColumn } from "./tls-names.ts";
import { SEPARATOR } from "./tls-record.ts";
import type { RecordFacts } from "./tls-record.ts";

/** Bytes of memory of what is known of a record, roughly, and of a place in the list. */
const FACTS_BYTES = 150;
const PLACE_BYTES = 8;

export class KeptFacts {
  readonly #facts: (RecordFacts | undefined)[] = [];
  #latest: RecordFacts | null = null;
  /** How many are not the same as the one before. */
  #count = 0;

  /** Bytes of memory, roughly. */
  get cost(): number {
    return this.#count * FACTS_BYTES + this.#facts.length * PLACE_BYTES;
  }

  /** Those of message `pdu`; undefined where nothing was noted of it. */
  of(pdu: number): RecordFacts | undefined {
    return pdu < this.#facts.length ? this.#facts[pdu] : undefined;
  }

  note(pdu: number, facts: RecordFacts): void {
    if (this.#latest === null || !isSame(this.#latest, facts)) {
      this.#latest = facts;
      this.#count++;
    }
    keepAt(this.#facts, pdu, this.#latest);
  }
}

function isSame(one: RecordFacts, other: RecordFacts): boolean {
  return (
    one.before === other.before &&
    one.after === other.after &&
    one.suite === other.suite &&
    one.column === other.column &&
    one.held === other.held &&
    one.isEncrypted === other.isEncrypted &&
    one.isResumed === other.isResumed &&
    one.info === other.info &&
    one.opened === other.opened &&
    one.carries === other.carries
  );
}

/** The columns told last. */
let columnsTold: Columns = { protocol: "", info: "", separator: SEPARATOR, lead: SEPARATOR };

/** The columns of a record, or of what is none: those of most are the same as of the one before. */
export function columnsWith(protocol: string, info: string): Columns {
  if (columnsTold.protocol !== protocol || columnsTold.info !== info)
    columnsTold = { protocol, info, separator: SEPARATOR, lead: SEPARATOR };
  return columnsTold;
}

/** As the Protocol column has a record. */
export function columnOf(facts: RecordFacts): string {
  return versionColumn(facts.column ?? facts.after);
}
