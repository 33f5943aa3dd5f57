// What a record of TLS carries, shown: the messages of the protocol above that it completes, and what it holds of one that another record
// completes. Columns are put together as Wireshark does, where each record's messages take the place of those before it.

import { NO_PDU } from "../reassembly/pdu-table.ts";
import type { CarriedStream } from "./carried-stream.ts";
import { addPlainData } from "./data.ts";
import { bytesCount } from "./protocol.ts";
import type { KeptColumns, Slice } from "./protocol.ts";
import { addReassembledParts } from "./reassembled-parts.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** Bytes shown of one message put together; a longer one is cut there. */
const MESSAGE_BYTES_MAX = 8 * 1024 * 1024;
const SEGMENT_NOTE = "[TLS segment of a reassembled PDU]";

/** A record being shown. */
export interface ShownContent {
  /** TLS's own lines. */
  readonly out: DetailNode[];
  readonly carried: CarriedStream;
  /** The record's number in it, and its content. */
  readonly index: number;
  readonly plain: Uint8Array;
  /** What the Protocol column says of TLS. */
  readonly column: string;
}

/** Shows what the record carries; `kept` is of the records of TLS that are shown together. */
export function showCarried(d: Dissection, kept: KeptColumns, content: ShownContent): void {
  if (content.plain.length === 0) return;
  const { infoPrefix } = d;
  d.within("Decrypted TLS", content.plain, () => new Content(d, kept, content).show());
  kept.isCarrying = true;
  d.infoPrefix = infoPrefix;
  d.messages = Math.max(1, d.messages);
}

class Content {
  readonly #d: Dissection;
  readonly #kept: KeptColumns;
  readonly #content: ShownContent;

  constructor(d: Dissection, kept: KeptColumns, content: ShownContent) {
    this.#d = d;
    this.#kept = kept;
    this.#content = content;
  }

  show(): void {
    const d = this.#d;
    const { carried, index, plain } = this.#content;
    const { table } = carried;
    const segment = table.find(index);
    if (segment === -1) {
      this.#addData(0);
      return;
    }
    let slice: Slice = { node: null, before: null };
    let at = 0;
    let isNew = true;
    const continued = table.continued(segment);
    if (continued !== NO_PDU) {
      const isComplete = table.lastRow(continued) === index;
      const from = table.rowStart(segment) - table.start(continued);
      at = isComplete ? Math.min(plain.length, table.length(continued) - from) : plain.length;
      this.#addSegmentData(continued, 0, at);
      if (!isComplete) {
        this.#note();
        return;
      }
      this.#begin();
      this.#showReassembled(continued, slice);
      isNew = false;
      // Where nobody knew how long it is, what follows was read together with it.
      if (!carried.pdus.isReread(index) && at < plain.length) {
        this.#kept.info = d.info;
        this.#kept.protocol = d.protocol;
        slice = { node: null, before: null };
        isNew = true;
      }
    }
    const to = table.begunTo(segment);
    for (let pdu = table.begunFrom(segment); pdu < to; pdu++) {
      const begin = table.start(pdu) - table.rowStart(segment);
      if (table.lastRow(pdu) !== index) {
        if (isNew) this.#note();
        this.#addSegmentData(pdu, begin, plain.length);
        return;
      }
      if (isNew) this.#begin();
      isNew = false;
      at = begin + table.length(pdu);
      this.#dissect(pdu, begin, at, slice);
    }
    if (at < plain.length) this.#addData(at);
  }

  /** What nobody makes anything of. */
  #addData(from: number): void {
    const { carried, plain } = this.#content;
    if (!carried.isClaimed) addPlainData(this.#d, from, plain.length);
  }

  /** What the messages above say is to take the place of what Info says of the record. */
  #begin(): void {
    const d = this.#d;
    if (d.quoted > 0) return;
    d.info = this.#kept.info;
    d.infoPrefix = this.#kept.info;
    d.messages = 0;
  }

  #dissect(pdu: number, start: number, end: number, slice: Slice): void {
    const { carried } = this.#content;
    const direction = carried.table.direction(pdu);
    const dissector = carried.dissectorOf(pdu);
    dissector?.dissect(this.#d, start, end, { pdu, direction, slice });
    if (this.#kept.protocol !== null) this.#d.protocol = this.#kept.protocol;
    // What messages of HTTP say stays, each behind the one before.
    if (dissector?.layers.at(-1) === "http") this.#kept.info = this.#d.info;
  }

  #showReassembled(pdu: number, slice: Slice): void {
    const d = this.#d;
    const { carried } = this.#content;
    const bytes = carried.message(pdu, MESSAGE_BYTES_MAX);
    d.within("Reassembled TLS", bytes, () => {
      const length = carried.table.length(pdu);
      if (d.wants("tls")) addReassembledParts(d, "tls", carried.parts(pdu), length, bytes);
      this.#dissect(pdu, 0, length, slice);
    });
  }

  /** Info of a record that completes nothing. */
  #note(): void {
    const d = this.#d;
    if (d.quoted > 0) return;
    d.info = `${this.#kept.info}${SEGMENT_NOTE}`;
    d.protocol = this.#kept.protocol ?? this.#content.column;
  }

  #addSegmentData(pdu: number, start: number, end: number): void {
    const d = this.#d;
    const { carried, index, out } = this.#content;
    if (!d.wants("tls") || end <= start) return;
    const last = carried.table.lastRow(pdu);
    if (last > index && carried.rowOf(last) > carried.rowOf(index)) {
      const frame = carried.rowOf(last) + 1;
      d.add(out, "tls.reassembled_in", `[Reassembled PDU in frame: ${frame}]`, start, 0, frame);
    }
    const text = (): string => `TLS segment data (${bytesCount(end - start)})`;
    d.add(out, "tls.segment.data", text, start, end - start, d.bytes.subarray(start, end));
  }
}
