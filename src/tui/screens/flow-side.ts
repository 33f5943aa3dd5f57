// One direction of a TCP stream: its segments by the bytes they carry, and for graphs what came back for them.

import { SeenBytes } from "../../capture/statistics/seen-bytes.ts";
import { NO_OFFSET } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import { Points } from "../widgets/points.ts";

const SEGMENTS_MIN = 64;

/** What one direction sent, and what came back for it. Columns, some thirty bytes a segment: a stream may have millions. */
export class FlowSide {
  /** Segments with payload, in the order they were sent: so many, in columns. */
  count = 0;
  rows = new Uint32Array(SEGMENTS_MIN);
  starts = new Float64Array(SEGMENTS_MIN);
  lengths = new Uint32Array(SEGMENTS_MIN);
  /** Bytes of each that had not been on that link before. */
  fresh = new Uint32Array(SEGMENTS_MIN);
  /** The largest end of a segment up to each. */
  reach = new Float64Array(SEGMENTS_MIN);
  /** How far before the end of what was sent until then a segment has begun at most: by it one knows where to stop looking for bytes. */
  back = 0;
  /** By time: where segments end; those sent again, by where they start. */
  readonly sent = new Points();
  readonly again = new Points();
  /** By time: bytes that had left the end that sends, and those of them it had not sent before. Routers hand on, and are not counted. */
  readonly left = new Points();
  readonly leftFresh = new Points();
  /** By time of what came back: bytes acknowledged, the same with the window, starts of SACK blocks. */
  readonly acked = new Points();
  readonly allowed = new Points();
  readonly sacked = new Points();
  /** What the analysis says: ns of round trip by the time of the ACK, bytes in flight after each segment, the window offered. */
  readonly roundTrips = new Points();
  readonly inFlight = new Points();
  readonly window = new Points();
  /** Its segments are records that TLS carried. */
  readonly isCarried: boolean;
  readonly #trace: Trace;
  readonly #drawn: boolean;
  readonly #contentOf: ((at: number) => Uint8Array) | null;
  /** By the host that put them on a link; one for all where a trace does not say. */
  readonly #seen = new Map<string, SeenBytes>();
  /** Whoever puts the first segment on a link. */
  #sender: string | null = null;
  #nextStart = 0;
  #nextAck = 0;
  #left = 0;
  #leftFresh = 0;

  /**
   * `drawn` is whether graphs are made of it: without, there are segments and no points. `contentOf` has the bytes of what is no packet's
   * payload.
   */
  constructor(trace: Trace, drawn: boolean, contentOf: ((at: number) => Uint8Array) | null = null) {
    this.#trace = trace;
    this.#drawn = drawn;
    this.#contentOf = contentOf;
    this.isCarried = contentOf !== null;
  }

  /** What has the bytes of segment `at`, from `offset` on; null where nothing does. */
  bytesOf(at: number): { readonly bytes: Uint8Array; readonly offset: number } | null {
    if (this.#contentOf !== null) return { bytes: this.#contentOf(at), offset: 0 };
    const offset = this.#trace.packets.payloadOffset[this.rows[at]];
    return offset === NO_OFFSET ? null : { bytes: this.#trace.bytes(this.rows[at]), offset };
  }

  /** Bytes of payload, each counted once. */
  get length(): number {
    return this.count === 0 ? 0 : this.reach[this.count - 1];
  }

  /** A segment that `hop` sent or handed on. */
  segment(row: number, relativeSeq: number, wireSeq: number, length: number, hop: string): void {
    const start = this.#nextStart + ((relativeSeq - 1 - this.#nextStart) | 0);
    const end = start + length;
    this.#nextStart = end;
    let seen = this.#seen.get(hop);
    if (seen === undefined) {
      this.#seen.set(hop, (seen = new SeenBytes()));
      // What comes before the first segment seen may come yet.
      seen.add((wireSeq - start) >>> 0, 0);
    }
    const fresh = seen.add(wireSeq, length);
    this.#sender ??= hop;
    const reach = Math.max(this.length, end);
    this.back = Math.max(this.back, this.length - start);
    if (this.count === this.rows.length) this.#grow();
    const at = this.count++;
    this.rows[at] = row;
    this.starts[at] = start;
    this.lengths[at] = length;
    this.fresh[at] = fresh;
    this.reach[at] = reach;
    if (this.#drawn) this.#draw(row, start, end, fresh, hop === this.#sender);
  }

  #draw(row: number, start: number, end: number, fresh: number, isOwn: boolean): void {
    const timeNs = this.#trace.packetNs(row);
    this.sent.push(timeNs, end);
    if (fresh < end - start) this.again.push(timeNs, start);
    if (!isOwn) return;
    this.#left += end - start;
    this.#leftFresh += fresh;
    this.left.push(timeNs, this.#left);
    this.leftFresh.push(timeNs, this.#leftFresh);
  }

  #grow(): void {
    const size = Math.ceil(this.count * 1.5);
    this.rows = longer(this.rows, new Uint32Array(size));
    this.starts = longer(this.starts, new Float64Array(size));
    this.lengths = longer(this.lengths, new Uint32Array(size));
    this.fresh = longer(this.fresh, new Uint32Array(size));
    this.reach = longer(this.reach, new Float64Array(size));
  }

  /** Something that came back acknowledges up to `relativeAck`; answers whether that is more than before. */
  acknowledged(timeNs: number, relativeAck: number, window: number): boolean {
    const before = this.#nextAck;
    this.#nextAck += (relativeAck - 1 - this.#nextAck) | 0;
    // The FIN takes a number too, but is no byte.
    const bytes = this.#nextAck === this.length + 1 ? this.length : Math.max(0, this.#nextAck);
    this.acked.push(timeNs, bytes);
    this.allowed.push(timeNs, bytes + window);
    this.window.push(timeNs, window);
    return this.#nextAck > before;
  }

  /** A SACK block that starts at `relativeSeq`. */
  selective(timeNs: number, relativeSeq: number): void {
    this.sacked.push(timeNs, Math.max(0, this.#nextAck + ((relativeSeq - 1 - this.#nextAck) | 0)));
  }

  /** How many segments were sent by `timeNs`. */
  sentBy(timeNs: number): number {
    return this.#first((at) => this.#trace.packetNs(this.rows[at]) > timeNs);
  }

  /** Index behind the last segment that may carry a byte before `offset`. */
  endBefore(offset: number): number {
    return Math.min(this.count, this.firstBeyond(offset + this.back) + 1);
  }

  /** Index of the first segment that may reach beyond `offset`: all before it end at or before. */
  firstBeyond(offset: number): number {
    return this.#first((at) => this.reach[at] > offset);
  }

  /** The first index for which `isBeyond` holds, which stays true once it is. */
  #first(isBeyond: (at: number) => boolean): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBeyond(middle)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function longer<T extends Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
