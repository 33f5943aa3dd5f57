// What a TCP segment is in the light of those before it: Wireshark 4.0's sequence analysis ("TCP Analysis" in its User's Guide),
// one pass over the packet table as it grows.
//
// Each direction's state is 16 numbers in one typed array (a cache line); what is found goes to the table's `analysis`
// column and to `RowNumbers`. Nothing is allocated a packet.

import { SEPARATE_MEMORY } from "../../trace/columns.ts";
import type { ColumnMemory } from "../../trace/columns.ts";
import { ANALYSIS } from "../../trace/analysis-flags.ts";
import { NO_OFFSET, NO_STREAM, PROTOCOL } from "../../trace/packets.ts";
import type { PacketTable } from "../../trace/packets.ts";
import { WINDOW_SCALE_UNKNOWN } from "../../trace/conversation-table.ts";
import type { StreamTable } from "../../trace/streams.ts";
import { TCP_FLAG, TCP_HEADER_LENGTH_MIN } from "../../wire/tcp.ts";
import { getUint32 } from "../../wire/bytes.ts";
import { Handshakes, sinceNs } from "./handshakes.ts";
import { hasFastOpenCookie, isOnlyTimestamps, sackedBytes, UNREADABLE } from "./options.ts";
import { RowFindings, SHOWN } from "./row-findings.ts";
import { RowNumbers } from "./row-numbers.ts";
import type { AnalysisColumns } from "./row-numbers.ts";
import { NO_ROW, UnackedSegments } from "./segments.ts";

/** Words of a direction's state. Sequence numbers are as on the wire; 0 is "not known", as in Wireshark. */
const STATE = 16;
/** The highest sequence number expected next, and the row that set it. */
const NEXT_SEQ = 0;
const NEXT_SEQ_ROW = 1;
/** The end of what was seen without a gap: acknowledging more acknowledges what was not captured. */
const MAX_ACKABLE = 2;
/** What its latest segment said, and which that was. */
const LAST_ACK = 3;
const LAST_ACK_ROW = 4;
/** Plus one: 0 is before the first segment. */
const WINDOW = 5;
const LAST_FLAGS = 6;
/** The latest row + 1 that is no duplicate ACK, and how many duplicates came since. */
const LAST_NEW_ACK_ROW = 7;
const DUPLICATE_ACKS = 8;
const PUSH_BYTES = 9;
const MARKS = 10;
/** What sequence numbers are relative to. */
const BASE = 11;
/** Bytes it reported as received out of order. */
const SACKED = 12;

/** Bits of MARKS. */
const PUSHED = 1;
const WINDOW_NOT_SCALED = 2;
const HOLE = 4;
const ACKED_UNSEEN = 8;
const BASE_KNOWN = 16;
const FAST_OPEN_DATA = 32;

/** A retransmission so soon after the duplicate ACKs that ask for it is a fast one. */
const FAST_RETRANSMIT_NS = 20_000_000;
/** A segment so soon after the one that went before it is late rather than sent again, where the handshake's time is not known. */
const OUT_OF_ORDER_NS = 3_000_000;
/** More in flight than this is a mistake in the numbers. */
const IN_FLIGHT_MAX = 2_000_000_000;

/** Directions. Small, as in `packets.ts`. */
const CAPACITY_MIN = 8;
const CONTROL = TCP_FLAG.syn | TCP_FLAG.fin | TCP_FLAG.rst;

export class TcpAnalysis extends RowFindings {
  readonly #table: PacketTable;
  readonly #streams: StreamTable;
  readonly #memory: ColumnMemory;
  readonly #unacked: UnackedSegments;
  #state: Uint32Array;
  readonly #handshakes: Handshakes;
  readonly #rows: RowNumbers;

  /** Analyses the rows of `table`, whose streams `streams` numbered. */
  constructor(table: PacketTable, streams: StreamTable, memory: ColumnMemory = SEPARATE_MEMORY) {
    const rows = new RowNumbers(memory);
    super(table, rows);
    this.#table = table;
    this.#streams = streams;
    this.#memory = memory;
    this.#unacked = new UnackedSegments(memory);
    this.#state = memory.make(Uint32Array, CAPACITY_MIN * STATE);
    this.#handshakes = new Handshakes(table, memory);
    this.#rows = rows;
  }

  get columns(): AnalysisColumns {
    return {
      states: this.#state,
      handshakes: this.#handshakes.state,
      unacked: this.#unacked.columns,
      rows: this.#rows,
    };
  }

  /** Makes room for `row`, before it is added. */
  reserve(row: number): void {
    if (row >= this.#rows.acks.length) this.#rows.reserve(this.#table.stream.length);
  }

  /** Analyses `row`, whose captured bytes begin at `bytes[start]`. Rows come in order, each once. */
  add(row: number, bytes: Uint8Array, start: number): void {
    const table = this.#table;
    const stream = table.stream[row];
    this.reserve(row);
    if (stream === NO_STREAM || table.protocol[row] !== PROTOCOL.tcp) return;
    if ((stream + 1) * 2 * STATE > this.#state.length) this.#growStreams(stream);
    const transport = table.transportOffset[row];
    const payload = table.payloadOffset[row];
    // Without an end the header is cut or damaged; without a start too, its datagram came in fragments.
    const isCut = payload === NO_OFFSET && transport !== NO_OFFSET;
    if (isCut && (table.analysis[row] & ANALYSIS.unreadable) === 0) return;
    const direction = this.#streams.direction(table, row);
    const flags = table.tcpFlags[row];
    this.#segment(row, stream, direction, flags);
    this.#handshakes.add(row, stream, direction, flags);
    const state = (stream * 2 + direction) * STATE;
    const options = start + transport + TCP_HEADER_LENGTH_MIN;
    const hasOptions = transport !== NO_OFFSET && payload - transport > TCP_HEADER_LENGTH_MIN;
    this.#state[state + SACKED] = 0;
    if (isCut) this.#giveUp(row);
    if (isCut || !hasOptions) return;
    if (isOnlyTimestamps(bytes, options, start + payload)) {
      table.analysis[row] |= ANALYSIS.onlyTimestamps;
      this.#rows.tsVal[row] = getUint32(bytes, options + 4);
      this.#rows.tsEcr[row] = getUint32(bytes, options + 8);
      return;
    }
    const base = this.#state[(stream * 2 + (1 - direction)) * STATE + BASE];
    const ack = table.tcpAck[row] - ((flags & TCP_FLAG.ack) === 0 ? 0 : base);
    const sacked = sackedBytes(bytes, options, start + payload, ack, base);
    if (sacked === UNREADABLE) this.#giveUp(row);
    this.#state[state + SACKED] = Math.max(0, sacked);
    if (
      (flags & (TCP_FLAG.syn | TCP_FLAG.ack)) === TCP_FLAG.syn &&
      hasFastOpenCookie(bytes, options, start + payload)
    ) {
      table.analysis[row] |= ANALYSIS.tfoSyn;
      if (table.payloadLength[row] > 0) this.#state[state + MARKS] |= FAST_OPEN_DATA;
    }
  }

  /** Takes back what `row` shows, for what comes after it stays as it was. */
  #giveUp(row: number): void {
    const { analysis, payloadOffset } = this.#table;
    analysis[row] = (analysis[row] & ~SHOWN) | ANALYSIS.unreadable;
    // A header without an end is dissected, and no column tells of it.
    payloadOffset[row] = NO_OFFSET;
    this.#rows.acks[row] = 0;
    this.#rows.related[row] = 0;
    this.#rows.inFlight[row] = 0;
    this.#rows.pushed[row] = 0;
  }

  #segment(row: number, stream: number, direction: 0 | 1, flags: number): void {
    const table = this.#table;
    const state = this.#state;
    const unacked = this.#unacked;
    const own = stream * 2 + direction;
    const other = own ^ 1;
    const f = own * STATE;
    const r = other * STATE;
    const seq = table.tcpSeq[row];
    const ack = table.tcpAck[row];
    const length = table.payloadLength[row];
    const window = table.tcpWindow[row];
    const control = flags & CONTROL;
    const nextSeq = state[f + NEXT_SEQ];

    let found = this.#bases(row, f, r, flags);
    if (this.#streams.reusesPorts(stream) && this.#streams.tcpFirstRow(stream) === row)
      found |= ANALYSIS.reusedPorts;
    if (length === 1 && seq === nextSeq && state[r + WINDOW] === 1) {
      found |= ANALYSIS.zeroWindowProbe;
    } else {
      found |= this.#windows(row, stream, direction, length, window, control);
    }

    if (ack !== state[f + LAST_ACK]) {
      state[f + LAST_NEW_ACK_ROW] = row + 1;
      state[f + DUPLICATE_ACKS] = 0;
      state[f + MARKS] &= ~ACKED_UNSEEN;
    }
    const ackable = state[r + MAX_ACKABLE];
    if (ackable !== 0 && ((ack - ackable) | 0) > 0 && (flags & TCP_FLAG.ack) !== 0) {
      found |= this.#beyond(r);
    }

    const spans = length > 0 || (flags & (TCP_FLAG.syn | TCP_FLAG.fin)) !== 0;
    const end = (seq + length + ((flags & (TCP_FLAG.syn | TCP_FLAG.fin)) !== 0 ? 1 : 0)) >>> 0;
    if (spans && (found & ANALYSIS.keepAlive) === 0) {
      found |= this.#again(row, own, length, end | 0);
    }

    if (spans) unacked.add(own, seq | 0, end | 0, row);
    if ((found & ANALYSIS.zeroWindowProbe) === 0) {
      if (nextSeq === 0 || ((end - nextSeq) | 0) > 0) {
        state[f + NEXT_SEQ] = end;
        state[f + NEXT_SEQ_ROW] = row;
      }
      if (state[f + MAX_ACKABLE] === 0 || seq === state[f + MAX_ACKABLE])
        state[f + MAX_ACKABLE] = state[f + NEXT_SEQ];
    }
    state[f + WINDOW] = window + 1;
    // A SYN's window is not scaled, and for Wireshark none after it until an ACK.
    if ((flags & TCP_FLAG.syn) !== 0) state[f + MARKS] |= WINDOW_NOT_SCALED;
    else if ((flags & TCP_FLAG.ack) !== 0) state[f + MARKS] &= ~WINDOW_NOT_SCALED;
    state[f + LAST_ACK] = ack;
    state[f + LAST_ACK_ROW] = row;
    state[f + LAST_FLAGS] = found;
    table.analysis[row] = found;

    const acked = unacked.acknowledge(other, ack | 0);
    if ((flags & TCP_FLAG.ack) !== 0) state[r + MARKS] &= ~HOLE;
    this.#rows.acks[row] = acked === NO_ROW ? 0 : acked + 1;
    if (length > 0) {
      table.analysis[row] |= this.#flight(row, f, own, flags, length);
    }
  }

  /** Learns where sequence numbers begin; a SYN+ACK of other numbers than those so far is another connection's. */
  #bases(row: number, f: number, r: number, flags: number): number {
    const state = this.#state;
    const seq = this.#table.tcpSeq[row];
    const ack = this.#table.tcpAck[row];
    let found = 0;
    const isSynAck = (flags & (TCP_FLAG.syn | TCP_FLAG.ack)) === (TCP_FLAG.syn | TCP_FLAG.ack);
    if ((state[f + MARKS] & BASE_KNOWN) === 0) {
      state[f + BASE] = (flags & TCP_FLAG.syn) === 0 ? seq - 1 : seq;
      state[f + MARKS] |= BASE_KNOWN;
    } else if (isSynAck && state[f + BASE] !== seq) {
      state[f + BASE] = seq;
      found |= ANALYSIS.reusedPorts;
    }
    if ((flags & TCP_FLAG.ack) !== 0 && (state[r + MARKS] & BASE_KNOWN) === 0) {
      state[r + BASE] = ack - 1;
      state[r + MARKS] |= BASE_KNOWN;
    }
    if (isSynAck) {
      if ((ack - state[r + BASE]) >>> 0 > 1) found |= ANALYSIS.tfoAck;
      else if ((state[r + MARKS] & FAST_OPEN_DATA) !== 0) found |= ANALYSIS.tfoIgnored;
    }
    return found;
  }

  /** Zero windows, gaps before this segment, keep-alives, window updates, full windows and the ACKs of probes. */
  #windows(
    row: number,
    stream: number,
    direction: 0 | 1,
    length: number,
    window: number,
    control: number,
  ): number {
    const state = this.#state;
    const seq = this.#table.tcpSeq[row];
    const ack = this.#table.tcpAck[row];
    const own = stream * 2 + direction;
    const f = own * STATE;
    const r = (own ^ 1) * STATE;
    const nextSeq = state[f + NEXT_SEQ];
    let found = 0;
    if (window === 0 && control === 0) found |= ANALYSIS.zeroWindow;
    if (nextSeq !== 0 && ((seq - nextSeq) | 0) > 0 && (control & TCP_FLAG.rst) === 0) {
      found |= ANALYSIS.lostSegment;
      state[f + MARKS] |= HOLE;
    }
    if (control !== 0) return found;
    if (length <= 1 && seq === (nextSeq - 1) >>> 0) found |= ANALYSIS.keepAlive;
    if (length > 0) {
      const shift = this.#streams.windowScale(stream, 1 - direction, row);
      if (shift !== WINDOW_SCALE_UNKNOWN) {
        const isScaled = shift > 0 && (state[r + MARKS] & WINDOW_NOT_SCALED) === 0;
        const open = state[r + WINDOW] - 1;
        const limit = (state[r + LAST_ACK] + (isScaled ? open << shift : open)) >>> 0;
        if ((seq + length) >>> 0 === limit) found |= ANALYSIS.windowFull;
      }
      return found;
    }
    if (seq !== nextSeq) return found;
    const isSameAck = ack === state[f + LAST_ACK];
    const isSameWindow = window + 1 === state[f + WINDOW];
    if (window !== 0 && !isSameWindow && isSameAck) found |= ANALYSIS.windowUpdate;
    if (!isSameWindow) return found;
    if (window !== 0 && isSameAck && (state[r + LAST_FLAGS] & ANALYSIS.keepAlive) !== 0) {
      return found | ANALYSIS.keepAliveAck;
    }
    if (window === 0 && isSameAck && (state[r + LAST_FLAGS] & ANALYSIS.zeroWindowProbe) !== 0) {
      return found | ANALYSIS.zeroWindowProbeAck;
    }
    if (window !== 0 && isSameAck) {
      found |= ANALYSIS.duplicateAck;
      this.#rows.inFlight[row] = ++state[f + DUPLICATE_ACKS];
      this.#rows.related[row] = state[f + LAST_NEW_ACK_ROW];
    }
    return found;
  }

  /** What an ACK is that acknowledges more than direction `r` was seen to send without a gap. */
  #beyond(r: number): number {
    const state = this.#state;
    let found: number = ANALYSIS.ackLostSegment;
    if (state[r + MAX_ACKABLE] === state[r + NEXT_SEQ]) {
      if (state[r + DUPLICATE_ACKS] > 0 || (state[r + MARKS] & ACKED_UNSEEN) !== 0) found = ANALYSIS.unshown;
      state[r + DUPLICATE_ACKS] = 0;
      state[r + MARKS] |= ACKED_UNSEEN;
    }
    state[r + MAX_ACKABLE] = state[r + NEXT_SEQ];
    return found;
  }

  /** What a segment is that begins before the highest sequence number seen. */
  #again(row: number, own: number, length: number, end: number): number {
    const state = this.#state;
    const seq = this.#table.tcpSeq[row];
    const f = own * STATE;
    const r = (own ^ 1) * STATE;
    const nextSeq = state[f + NEXT_SEQ];
    const lastAck = state[r + LAST_ACK];
    if (length > 0 && lastAck !== 0 && ((seq + length - lastAck) | 0) <= 0)
      return ANALYSIS.spuriousRetransmission | ANALYSIS.retransmission;
    if (nextSeq === 0 || ((seq - nextSeq) | 0) >= 0) return 0;
    // What follows a zero window probe may begin with the probe's byte.
    if (length > 1 && seq === (nextSeq - 1) >>> 0) return 0;
    const isAskedFor = state[r + DUPLICATE_ACKS] >= 2 || (state[r + MARKS] & ACKED_UNSEEN) !== 0;
    if (isAskedFor && lastAck === seq && this.#isWithin(row, state[r + LAST_ACK_ROW], FAST_RETRANSMIT_NS)) {
      return ANALYSIS.fastRetransmission | ANALYSIS.retransmission;
    }
    const rtt = this.initialRttNs(row) || OUT_OF_ORDER_NS;
    if (this.#isWithin(row, state[f + NEXT_SEQ_ROW], rtt) && end >>> 0 !== nextSeq) {
      return ANALYSIS.outOfOrder;
    }
    const sent = this.#unacked.oldestRow(own);
    this.#rows.related[row] = (sent === NO_ROW ? state[f + NEXT_SEQ_ROW] : sent) + 1;
    return ANALYSIS.retransmission;
  }

  #flight(row: number, f: number, own: number, flags: number, length: number): number {
    const state = this.#state;
    if ((state[f + MARKS] & HOLE) !== 0 || this.#unacked.isEmpty(own)) return 0;
    state[f + PUSH_BYTES] = (state[f + MARKS] & PUSHED) !== 0 ? length : state[f + PUSH_BYTES] + length;
    if ((flags & TCP_FLAG.psh) !== 0) state[f + MARKS] |= PUSHED;
    else state[f + MARKS] &= ~PUSHED;
    const span = this.#unacked.span(own, state[f + BASE] | 0);
    const bytes =
      ((flags & (TCP_FLAG.syn | TCP_FLAG.fin)) !== 0 ? span - 1 : span) - state[(own ^ 1) * STATE + SACKED];
    if (bytes <= 0 || bytes >= IN_FLIGHT_MAX) return ANALYSIS.unshown;
    this.#rows.inFlight[row] = bytes;
    this.#rows.pushed[row] = state[f + PUSH_BYTES];
    return 0;
  }

  /** Whether `row`, a FIN, is of the side that closed first; the other's is the answer. */
  closesFirst(row: number): boolean {
    return this.#handshakes.closesFirst(this.#table.stream[row], this.#streams.direction(this.#table, row));
  }

  /** Whether less than `ns` went by since an earlier row; where the clock ran backwards that is not known, and so not. */
  #isWithin(row: number, earlier: number, ns: number): boolean {
    const since = sinceNs(this.#table, earlier, row);
    return since >= 0 && since < ns;
  }

  /** `tcp.analysis.initial_rtt` as known at TCP packet `row`: nanoseconds from SYN to the ACK that ends the handshake; 0 while not known. */
  initialRttNs(row: number): number {
    return this.#handshakes.initialRttNs(this.#table.stream[row], row);
  }

  #growStreams(stream: number): void {
    const size = (stream + 1) * 2;
    this.#state = this.#memory.grown(Uint32Array, this.#state, size * 2 * STATE);
    this.#unacked.reserve(size * 2);
  }
}
