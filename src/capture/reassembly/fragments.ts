// IP reassembly (RFC 791 3.2, RFC 8200 4.5) over the rows of a trace, as Wireshark does it: a datagram belongs to the
// frame that completes it, and where fragments overlap the one with the smaller offset wins.
//
// There is no timeout; what waits is bounded in bytes, and the datagram waiting longest gives way.

import { PROTOCOL } from "../../trace/packets.ts";
import { indexTransport } from "../../trace/index-packet.ts";
import type { StreamTable } from "../../trace/streams.ts";
import type { Trace } from "../../trace/trace.ts";
import { findFragment } from "./fragment-header.ts";
import type { FragmentHeader } from "./fragment-header.ts";

/** Payload of an IP datagram; jumbograms are not fragmented. */
const DATAGRAM_BYTES_MAX = 65_535;

/** Fragments of one datagram: those of the smallest legal MTU fit. */
const FRAGMENTS_MAX = 2048;

/** Bytes waiting for the rest of their datagrams. */
const WAITING_BYTES_MAX = 16 * 1024 * 1024;

/** What a waiting fragment is charged beyond its bytes. */
const FRAGMENT_COST_BYTES = 128;

/** A run of a datagram's payload: bytes [start, end) of packet `row`. */
export interface DatagramPiece {
  readonly row: number;
  readonly start: number;
  readonly end: number;
}

/** A fragment: `length` bytes at `offset` of the payload. */
export interface DatagramFragment {
  readonly row: number;
  readonly offset: number;
  readonly length: number;
}

/** A datagram put together from fragments. */
export interface Datagram {
  readonly version: 4 | 6;
  /** IP protocol number of the payload, from the first fragment. */
  readonly protocol: number;
  /** `ip.reassembled.length`: bytes of payload. */
  readonly length: number;
  /** Rows of all fragments, duplicates too, in the order they arrived; the last completed it. */
  readonly rows: readonly number[];
  /** The same by where in the payload they are. */
  readonly fragments: readonly DatagramFragment[];
  /** The payload in order, without what overlaps. */
  readonly pieces: readonly DatagramPiece[];
}

interface WaitingFragment {
  readonly row: number;
  readonly header: FragmentHeader;
  readonly data: Uint8Array;
}

interface WaitingDatagram {
  readonly rows: number[];
  /** By offset, equal offsets in the order they arrived. */
  readonly fragments: WaitingFragment[];
  /** Payload length, once the last fragment is there; -1 before. */
  length: number;
  cost: number;
}

/**
 * The datagrams of a trace. A capture has its own, made while it was read: `capture.reassembly`; for any other trace
 * call `reassembleFragments(trace)`. When showing row `r`:
 *
 *     const datagram = reassembly.completedBy(r);      // not null: the transport header is shown here,
 *     if (datagram !== null) payloadOf(trace, datagram) // dissected from these bytes as IP protocol datagram.protocol
 *     else if (reassembly.completedIn(r) !== -1)        // a fragment of the datagram shown in that row ("Reassembled in #n")
 */
export class Reassembly {
  readonly #waiting = new Map<string, WaitingDatagram>();
  #waitingBytes = 0;
  readonly #completed = new Map<number, Datagram>();
  readonly #rowToLast = new Map<number, number>();

  /** The datagram whose last missing fragment `row` is, or null. */
  completedBy(row: number): Datagram | null {
    return this.#completed.get(row) ?? null;
  }

  /** The row that completes the datagram `row` is a fragment of; -1 when none does (so far). */
  completedIn(row: number): number {
    return this.#rowToLast.get(row) ?? -1;
  }

  /** Datagrams completed, by completing row in ascending order. */
  get datagrams(): ReadonlyMap<number, Datagram> {
    return this.#completed;
  }

  /**
   * Takes the packet of `row`, whose outermost IP header is at `networkOffset` in `bytes` and which was `wireLength`
   * bytes long. Answers the datagram's payload when this completes one; `completedBy(row)` then has the rest.
   */
  add(row: number, bytes: Uint8Array, networkOffset: number, wireLength: number): Uint8Array | null {
    const header = findFragment(bytes, networkOffset, wireLength);
    if (header === null) return null;
    const size = header.end - header.start;
    if (header.offset + size > DATAGRAM_BYTES_MAX) return null;
    let datagram = this.#waiting.get(header.key);
    if (datagram === undefined) {
      datagram = { rows: [], fragments: [], length: -1, cost: 0 };
      this.#waiting.set(header.key, datagram);
    } else if (datagram.fragments.length >= FRAGMENTS_MAX) {
      return null;
    }
    insert(datagram.fragments, {
      row,
      header,
      data: new Uint8Array(bytes.subarray(header.start, header.end)),
    });
    datagram.rows.push(row);
    if (!header.more && datagram.length === -1) datagram.length = header.offset + size;
    datagram.cost += size + FRAGMENT_COST_BYTES;
    this.#waitingBytes += size + FRAGMENT_COST_BYTES;

    const payload = assemble(datagram);
    if (payload === null) {
      this.#makeRoom();
      return null;
    }
    this.#forget(header.key, datagram);
    this.#complete(row, datagram);
    return payload;
  }

  #complete(row: number, { rows, fragments, length }: WaitingDatagram): void {
    const { version, protocol } = fragments[0].header;
    const pieces: DatagramPiece[] = [];
    let have = 0;
    for (const { row: from, header, data } of fragments) {
      const skip = have - header.offset;
      if (skip >= data.length || have >= length) continue;
      const take = Math.min(data.length - skip, length - have);
      pieces.push({ row: from, start: header.start + skip, end: header.start + skip + take });
      have += take;
    }
    const parts = fragments.map((one) => ({
      row: one.row,
      offset: one.header.offset,
      length: one.data.length,
    }));
    this.#completed.set(row, { version, protocol, length, rows, fragments: parts, pieces });
    for (const fragmentRow of rows) this.#rowToLast.set(fragmentRow, row);
  }

  #makeRoom(): void {
    while (this.#waitingBytes > WAITING_BYTES_MAX) {
      const oldest = this.#waiting.entries().next();
      if (oldest.done === true) return;
      this.#forget(oldest.value[0], oldest.value[1]);
    }
  }

  #forget(key: string, datagram: WaitingDatagram): void {
    this.#waiting.delete(key);
    this.#waitingBytes -= datagram.cost;
  }
}

function insert(fragments: WaitingFragment[], fragment: WaitingFragment): void {
  let at = fragments.length;
  while (at > 0 && fragments[at - 1].header.offset > fragment.header.offset) at -= 1;
  fragments.splice(at, 0, fragment);
}

/** The payload when nothing of it is missing, otherwise null. */
function assemble({ fragments, length }: WaitingDatagram): Uint8Array | null {
  if (length === -1) return null;
  let have = 0;
  for (const { header, data } of fragments) {
    if (header.offset > have) return null;
    have = Math.max(have, header.offset + data.length);
  }
  if (have < length) return null;
  const payload = new Uint8Array(length);
  have = 0;
  for (const { header, data } of fragments) {
    const skip = have - header.offset;
    if (skip >= data.length || have >= length) continue;
    const part = data.subarray(skip, skip + length - have);
    payload.set(part, have);
    have += part.length;
  }
  return payload;
}

/**
 * Reassembles the fragments among the rows of `trace`. With `streams` (the table its rows were indexed with) the
 * completing rows get the transport columns of their datagram, as tshark shows them there; only sound when no row
 * after the fragments has been numbered yet, as while a trace is being built.
 */
export function reassembleFragments(trace: Trace, streams?: StreamTable): Reassembly {
  const reassembly = new Reassembly();
  const { packets } = trace;
  for (let row = 0; row < packets.count; row++) {
    if (packets.protocol[row] !== PROTOCOL.fragment) continue;
    const payload = reassembly.add(row, trace.bytes(row), packets.networkOffset[row], packets.length[row]);
    const datagram = payload === null ? null : reassembly.completedBy(row);
    if (payload !== null && datagram !== null && streams !== undefined) {
      indexTransport(packets, row, payload, datagram.protocol, streams);
    }
  }
  return reassembly;
}

/** The payload of `datagram`, read again from the packets of `trace`; shorter if their bytes are gone. */
export function payloadOf(trace: Trace, datagram: Datagram): Uint8Array {
  const payload = new Uint8Array(datagram.length);
  let have = 0;
  for (const { row, start, end } of datagram.pieces) {
    const part = trace.bytes(row).subarray(start, end);
    payload.set(part, have);
    have += part.length;
  }
  return have === payload.length ? payload : payload.subarray(0, have);
}
