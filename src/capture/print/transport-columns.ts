// The Protocol and Info columns of TCP segments and UDP datagrams, and the fields of applications in them, without dissecting what
// lies below: most segments are told by the packet table and by where their stream's messages begin and end, the others from their
// payload on.

import { NO_STREAM, PROTOCOL } from "../../trace/packets.ts";
import type { SegmentNumbers } from "../../trace/streams.ts";
import type { Trace } from "../../trace/trace.ts";
import { getUint16 } from "../../wire/bytes.ts";
import { TCP_FLAG } from "../../wire/tcp.ts";
import { UDP_HEADER_LENGTH } from "../../wire/udp.ts";
import { conversationsOf } from "../dissect/conversations.ts";
import { COLUMNS, dissectPayload } from "../dissect/dissect.ts";
import type { DetailNode, DissectContext, DissectedPayload, Interest } from "../dissect/dissect.ts";
import { speaks, spokenOnly } from "../dissect/has-message.ts";
import { withLead } from "../dissect/protocol.ts";
import type { Columns } from "../dissect/protocol.ts";
import { analysisInfo } from "../dissect/tcp-analysis.ts";
import { beginningInfo, knownColumns, PAYLOAD, payloadKind, SEGMENT_NOTE } from "../dissect/tcp-payload.ts";
import { datagramColumns } from "../dissect/udp-protocols.ts";
import { isPlain } from "../fields-columns.ts";
import { spelledOut } from "../spelled-out.ts";
import { KeptTexts } from "./kept-texts.ts";
import { LineBytes, pieceOf } from "./line-bytes.ts";
import { writeTcpInfo, writeUdpInfo } from "./transport-info.ts";

/** A row that is to be dissected whole. */
const REFUSED = -1;
type Kind = ReturnType<typeof payloadKind> | typeof REFUSED;

const NO_NODES: readonly DetailNode[] = [];
const BLANK = 32;
const NOTE = pieceOf(SEGMENT_NOTE);

export class TransportColumns {
  readonly #trace: Trace;
  readonly #context: DissectContext;
  readonly #interest: Interest;
  /** What is asked for, where only streams that speak it have it. */
  readonly #spoken: ReadonlySet<string> | null;
  readonly #own = new LineBytes();
  /** Of ports by direction, and of flags. */
  readonly ports: KeptTexts;
  readonly labels: KeptTexts;
  /** The row looked at last: several columns of one are asked for after each other. */
  #row = -1;
  #kind: Kind = REFUSED;
  #known: Columns | null = null;
  #payload: DissectedPayload | null = null;
  /** Of the row that was asked for last. */
  readonly #numbers: SegmentNumbers = { seq: 0, ack: 0, window: 0, direction: NO_STREAM };
  #numbered = -1;

  /** `interest` is what of payloads is asked for beside the columns: applications' fields. */
  constructor(trace: Trace, context: DissectContext, interest: Interest = COLUMNS) {
    this.#trace = trace;
    this.ports = new KeptTexts(trace.packets.memory);
    this.labels = new KeptTexts(trace.packets.memory);
    this.#context = context;
    this.#interest = interest;
    this.#spoken = spokenOnly(interest.layers);
  }

  /** The Protocol column; null for a row that has to be dissected whole. */
  protocol(row: number): string | null {
    const kind = this.#look(row);
    if (kind === REFUSED) return null;
    if (kind !== PAYLOAD.messages) return this.#isTcp(row) ? "TCP" : "UDP";
    return (this.#known ?? this.#dissected(row))?.protocol ?? null;
  }

  /** Writes the Info column; false, having written nothing, for a row that has to be dissected whole. */
  writeInfo(row: number, out: LineBytes): boolean {
    const kind = this.#look(row);
    if (kind === REFUSED) return false;
    if (kind === PAYLOAD.messages) return this.#writeMessages(row, out);
    const start = out.length;
    if (!this.#writeOwn(row, out)) return false;
    if (kind === PAYLOAD.plain) return true;
    const info = kind === PAYLOAD.beginning ? beginningInfo(this.#trace, row, this.#context) : null;
    if (info !== null) {
      out.length = start;
      out.text(spelledOut(`${this.#prefix(row)}${info}`));
    }
    if (out.length > start) out.byte(BLANK);
    out.piece(NOTE);
    return true;
  }

  #writeMessages(row: number, out: LineBytes): boolean {
    const columns = this.#known;
    if (columns !== null) {
      const prefix = withLead(this.#prefix(row), columns.lead);
      out.text(spelledOut(prefix === "" ? columns.info : `${prefix}${columns.info}`));
      return true;
    }
    const payload = this.#dissected(row);
    if (payload === null) return false;
    out.text(payload.info);
    return true;
  }

  /** The numbers of TCP packet `row` of a trace whose streams are known; they hold until the next call. */
  numbers(row: number): SegmentNumbers {
    if (row === this.#numbered) return this.#numbers;
    this.#numbered = row;
    this.#context.streams?.numbers(this.#trace.packets, row, this.#numbers);
    return this.#numbers;
  }

  /** The lines of applications; null for a row that has to be dissected whole. */
  lines(row: number): readonly DetailNode[] | null {
    const kind = this.#look(row);
    if (kind === REFUSED) return null;
    if (kind === PAYLOAD.plain || kind === PAYLOAD.part) return NO_NODES;
    const spoken = this.#spoken;
    if (spoken !== null && this.#isTcp(row) && !speaks(this.#trace, row, this.#context, spoken))
      return NO_NODES;
    return this.#dissected(row)?.tree ?? null;
  }

  #isTcp(row: number): boolean {
    return this.#trace.packets.protocol[row] === PROTOCOL.tcp;
  }

  #look(row: number): Kind {
    if (row !== this.#row) {
      this.#row = row;
      this.#payload = null;
      this.#known = null;
      this.#kind = this.#kindOf(row);
    }
    return this.#kind;
  }

  #kindOf(row: number): Kind {
    const { streams, analysis } = this.#context;
    const { stream, payloadLength, tcpFlags } = this.#trace.packets;
    if (streams === undefined || analysis === undefined) return REFUSED;
    if (stream[row] === NO_STREAM || !isPlain(this.#trace, row)) return REFUSED;
    if (!this.#isTcp(row)) return this.#kindOfDatagram(row);
    // A payload may be a message, and the end of a stream may complete one.
    if (payloadLength[row] === 0 && (tcpFlags[row] & TCP_FLAG.fin) === 0) return PAYLOAD.plain;
    const kind = payloadKind(this.#trace, row, this.#context);
    if (kind === PAYLOAD.messages) this.#known = knownColumns(this.#trace, row, this.#context);
    return kind;
  }

  /** A datagram is refused where not all of it was captured, or where it says another length than its packet. */
  #kindOfDatagram(row: number): Kind {
    const { packets } = this.#trace;
    const bytes = this.#trace.glance(row);
    const start = packets.payloadOffset[row];
    const end = start + packets.payloadLength[row];
    const network = packets.networkOffset[row];
    const above = UDP_HEADER_LENGTH + packets.payloadLength[row];
    const isWhole =
      end <= bytes.length &&
      (packets.addresses.family(packets.source[row]) === 6
        ? getUint16(bytes, network + 4) === above
        : getUint16(bytes, network + 2) === above + packets.transportOffset[row] - network);
    if (!isWhole) return REFUSED;
    if (end === start) return PAYLOAD.plain;
    const { conversations = conversationsOf(this.#trace), decodeAs = [] } = this.#context;
    const datagram = {
      sourcePort: packets.sourcePort[row],
      destinationPort: packets.destinationPort[row],
      start,
      end,
      conversation: conversations.udp(row),
    };
    const columns = datagramColumns(bytes, datagram, decodeAs);
    this.#known = columns ?? null;
    return columns === null ? PAYLOAD.plain : PAYLOAD.messages;
  }

  #dissected(row: number): DissectedPayload | null {
    if (this.#payload === null) {
      this.#own.length = 0;
      if (!this.#writeOwn(row, this.#own)) return null;
      const info = this.#own.textFrom(0);
      const prefix = this.#prefix(row);
      this.#payload = dissectPayload(this.#trace, row, this.#context, this.#interest, prefix, info);
    }
    return this.#payload;
  }

  /** What the transport itself says. */
  #writeOwn(row: number, out: LineBytes): boolean {
    const { streams, analysis } = this.#context;
    if (streams === undefined || analysis === undefined) return false;
    if (this.#isTcp(row))
      return writeTcpInfo(out, row, this.#trace, streams, analysis, this.numbers(row), this);
    writeUdpInfo(out, row, this.#trace.packets);
    return true;
  }

  #prefix(row: number): string {
    const { analysis } = this.#context;
    return analysis === undefined || !this.#isTcp(row) ? "" : analysisInfo(this.#trace, analysis, row);
  }
}
