// A stream that another one carries, as records of TLS do: cut into messages by the same readers, its segments being the records. Of the bytes
// nothing is kept; who opened a record opens it again.

import { messageOf, partsOf } from "../reassembly/pdu-parts.ts";
import type { PduPart, Segments } from "../reassembly/pdu-parts.ts";
import type { PduTable } from "../reassembly/pdu-table.ts";
import { StreamPdus } from "../reassembly/pdus.ts";
import type { PduBytes, PduReader } from "../reassembly/pdus.ts";
import type { PduScan, StreamAbove, StreamDissector } from "./protocol.ts";
import { StreamSpeakers } from "./stream-speakers.ts";
import { candidatesInTls } from "./tcp-protocols.ts";
import { aboveByAgreement, aboveByPort } from "./tls-above.ts";

/** What is asked of who carries. */
export interface Carrier {
  /** The content of record `index`, not to be kept. */
  content(index: number): Uint8Array;
}

export class CarriedStream implements PduReader, PduBytes, Segments, StreamAbove {
  readonly pdus: StreamPdus;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly scheme = "https";
  /** Within what is encrypted nothing is decrypted again. */
  readonly keys = null;
  readonly #above: StreamAbove;
  readonly #carrier: Carrier;
  readonly #speakers = new StreamSpeakers(this);
  /** By record: the packet that completes it, and its length. */
  readonly #rows: number[] = [];
  readonly #lengths: number[] = [];
  readonly #seq: [number, number] = [0, 0];
  /** The record with which the protocol was chosen; -1 where both ends had agreed on it before. */
  #chosenAt = -1;

  /** `agreed` is what both ends called the protocol, empty where they did not (RFC 7301). */
  constructor(above: StreamAbove, carrier: Carrier, agreed: string) {
    this.#above = above;
    this.#carrier = carrier;
    this.sourcePort = above.sourcePort;
    this.destinationPort = above.destinationPort;
    this.pdus = new StreamPdus(this, this);
    const name = aboveByAgreement(agreed)?.name ?? null;
    if (name !== null) this.follow(name, "");
  }

  /** Bytes of memory, roughly. */
  get cost(): number {
    return 500 + this.#rows.length * 16 + this.table.cost + this.#speakers.cost;
  }

  get table(): PduTable {
    return this.pdus.table;
  }

  /** Takes the next record, which packet `row` completes; answers its number. */
  add(row: number, direction: 0 | 1, length: number): number {
    const index = this.#rows.push(row) - 1;
    this.#lengths.push(length);
    const seq = this.#seq[direction];
    this.#seq[direction] = (seq + length) >>> 0;
    const segment = { row: index, direction, seq, length, held: length, isLast: false };
    this.pdus.add({ ...segment, isAgain: false, isLate: false, isKeepAlive: false });
    return index;
  }

  /** The packet that completes record `index`. */
  rowOf(index: number): number {
    return this.#rows[index];
  }

  dissectorOf(pdu: number): StreamDissector | null {
    return this.#speakers.of(pdu);
  }

  /** What the protocol is called that record `index`, or one before it, told by its contents; null for none. */
  titleAt(index: number): string | null {
    const speaker = this.#speakers.first;
    if (speaker === null || this.#chosenAt === -1 || index < this.#chosenAt) return null;
    // As in Wireshark: HTTP that only its contents tell is looked for anew in each record.
    return speaker.layers.at(-1) === "http" ? null : speaker.title;
  }

  /** Whether what no protocol here makes anything of is HTTP's all the same, by its port: Wireshark then shows nothing of it. */
  get isClaimed(): boolean {
    return aboveByPort(this.sourcePort, this.destinationPort)?.name === "http";
  }

  pduLength(scan: PduScan, direction: 0 | 1, pdu: number): number {
    const speaker = this.#speakers.current;
    if (speaker !== null) return speaker.pduLength(scan, direction, pdu);
    const length = this.#speakers.choose(candidatesInTls(this, scan), scan, direction, pdu);
    if (this.#speakers.current !== null) this.#chosenAt = this.#rows.length - 1;
    return length;
  }

  completed(
    pdu: number,
    index: number,
    direction: 0 | 1,
    read: (max: number) => Uint8Array,
    firstByte: number,
  ): void {
    this.#speakers.of(pdu)?.completed(pdu, this.#rows[index], direction, read, firstByte);
  }

  follow(name: string, setup: string): void {
    this.#speakers.follow(name, setup, this.table.count);
  }

  betweenNs(earlier: number, later: number): bigint {
    return this.#above.betweenNs(earlier, later);
  }

  carry(carrier: Carrier, agreed: string): CarriedStream {
    return new CarriedStream(this, carrier, agreed);
  }

  message(pdu: number, max: number): Uint8Array {
    return messageOf(this, pdu, max);
  }

  /** Where a complete message's bytes are, by the packet that completes each record. */
  parts(pdu: number): PduPart[] {
    return partsOf(this, pdu, Infinity).map((part) => ({ ...part, row: this.#rows[part.row] }));
  }

  payloadLength(index: number): number {
    return this.#lengths[index];
  }

  nextInRun(): number {
    return -1;
  }

  payload(index: number): Uint8Array {
    return this.#carrier.content(index);
  }
}
