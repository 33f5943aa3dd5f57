// What the analysis found of each row, by the names of its fields.

import { ANALYSIS, ANALYSIS_FLAGS } from "../../trace/analysis-flags.ts";
import type { PacketTable } from "../../trace/packets.ts";
import type { RowNumbers } from "./row-numbers.ts";

/** Flags that show in a packet that it was analysed. */
export const SHOWN = ANALYSIS_FLAGS | ANALYSIS.unshown;

export class RowFindings {
  readonly #table: PacketTable;
  readonly #rows: RowNumbers;

  constructor(table: PacketTable, rows: RowNumbers) {
    this.#table = table;
    this.#rows = rows;
  }

  /** Nanoseconds from row `earlier` to `row`, exact; negative where the clock ran backwards. */
  betweenNs(earlier: number, row: number): bigint {
    return this.#table.betweenNs(earlier, row);
  }

  /** Whether anything is known of `row`: whether it has a `tcp.analysis` at all, which is where the initial RTT is shown too. */
  has(row: number): boolean {
    return (
      (this.#table.analysis[row] & SHOWN) !== 0 ||
      this.#rows.acks[row] !== 0 ||
      this.#rows.inFlight[row] !== 0 ||
      this.#rows.pushed[row] !== 0
    );
  }

  /** Row of the segment that `row` acknowledges to its last byte, or -1: `tcp.analysis.acks_frame`. */
  acksRow(row: number): number {
    return this.#rows.acks[row] - 1;
  }

  /** For a duplicate ACK the row of the first one; for a retransmission the row its timeout counts from; else -1. */
  relatedRow(row: number): number {
    return this.#rows.related[row] - 1;
  }

  /** `tcp.analysis.duplicate_ack_num`, for a row that is one. */
  duplicateAckNumber(row: number): number {
    return this.#rows.inFlight[row];
  }

  /** `tcp.analysis.bytes_in_flight` of a row with payload; 0 where not known. */
  bytesInFlight(row: number): number {
    return this.#table.payloadLength[row] === 0 ? 0 : this.#rows.inFlight[row];
  }

  /** `tcp.analysis.push_bytes_sent`; 0 where not known. */
  pushBytesSent(row: number): number {
    return this.#rows.pushed[row];
  }

  /** `tcp.options.timestamp.tsval` of a row with `ANALYSIS.onlyTimestamps`; `tsEcr` is the other. */
  tsVal(row: number): number {
    return this.#rows.tsVal[row];
  }

  tsEcr(row: number): number {
    return this.#rows.tsEcr[row];
  }
}
