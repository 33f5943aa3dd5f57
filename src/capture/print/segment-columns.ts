// The Protocol and Info columns of TCP segments, and the fields of applications in them, without dissecting what lies below: most
// segments are told by the packet table and by where their stream's messages begin and end, the others from their payload on.

import { TCP_FLAG } from "../../wire/tcp.ts";
import type { Trace } from "../../trace/trace.ts";
import { COLUMNS, dissectPayload } from "../dissect/dissect.ts";
import type { DetailNode, DissectContext, DissectedPayload, Interest } from "../dissect/dissect.ts";
import { analysisInfo } from "../dissect/tcp-analysis.ts";
import { beginningInfo, PAYLOAD, payloadKind, SEGMENT_NOTE } from "../dissect/tcp-payload.ts";
import { LineBytes } from "./line-bytes.ts";
import { isPlainSegment } from "../fields-columns.ts";
import { writeTcpInfo } from "./tcp-info.ts";

/** A row that is to be dissected whole. */
const REFUSED = -1;
type Kind = ReturnType<typeof payloadKind> | typeof REFUSED;

const NO_NODES: readonly DetailNode[] = [];

export class SegmentColumns {
  readonly #trace: Trace;
  readonly #context: DissectContext;
  readonly #interest: Interest;
  readonly #own = new LineBytes();
  /** The row looked at last: several columns of one are asked for after each other. */
  #row = -1;
  #kind: Kind = REFUSED;
  #payload: DissectedPayload | null = null;

  /** `interest` is what of payloads is asked for beside the columns: applications' fields. */
  constructor(trace: Trace, context: DissectContext, interest: Interest = COLUMNS) {
    this.#trace = trace;
    this.#context = context;
    this.#interest = interest;
  }

  /** The Protocol column; null for a row that has to be dissected whole. */
  protocol(row: number): string | null {
    const kind = this.#look(row);
    if (kind === REFUSED) return null;
    return kind === PAYLOAD.messages ? (this.#dissected(row)?.protocol ?? null) : "TCP";
  }

  /** Writes the Info column, `spell` applied to what applications say; false, having written nothing, for a row that has to be dissected whole. */
  writeInfo(row: number, out: LineBytes, spell: (text: string) => string): boolean {
    const kind = this.#look(row);
    if (kind === REFUSED) return false;
    if (kind === PAYLOAD.messages) {
      const payload = this.#dissected(row);
      if (payload === null) return false;
      out.text(spell(payload.info));
      return true;
    }
    const start = out.length;
    if (!this.#writeOwn(row, out)) return false;
    if (kind === PAYLOAD.plain) return true;
    const info = kind === PAYLOAD.beginning ? beginningInfo(this.#trace, row, this.#context) : null;
    if (info !== null) {
      out.length = start;
      out.text(spell(`${this.#prefix(row)}${info}`));
    }
    if (out.length > start) out.byte(BLANK);
    out.text(SEGMENT_NOTE);
    return true;
  }

  /** The lines of applications; null for a row that has to be dissected whole. */
  lines(row: number): readonly DetailNode[] | null {
    const kind = this.#look(row);
    if (kind === REFUSED) return null;
    if (kind === PAYLOAD.plain || kind === PAYLOAD.part) return NO_NODES;
    return this.#dissected(row)?.tree ?? null;
  }

  #look(row: number): Kind {
    if (row !== this.#row) {
      this.#row = row;
      this.#payload = null;
      this.#kind = this.#kindOf(row);
    }
    return this.#kind;
  }

  #kindOf(row: number): Kind {
    const { streams, analysis } = this.#context;
    if (streams === undefined || analysis === undefined || !isPlainSegment(this.#trace, row)) return REFUSED;
    const { payloadLength, tcpFlags } = this.#trace.packets;
    // A payload may be a message, and the end of a stream may complete one.
    if (payloadLength[row] === 0 && (tcpFlags[row] & TCP_FLAG.fin) === 0) return PAYLOAD.plain;
    return payloadKind(this.#trace, row, this.#context);
  }

  #dissected(row: number): DissectedPayload | null {
    if (this.#payload === null) {
      this.#own.length = 0;
      if (!this.#writeOwn(row, this.#own)) return null;
      const info = this.#own.textFrom(0);
      this.#payload = dissectPayload(
        this.#trace,
        row,
        this.#context,
        this.#interest,
        this.#prefix(row),
        info,
      );
    }
    return this.#payload;
  }

  #writeOwn(row: number, out: LineBytes): boolean {
    const { streams, analysis } = this.#context;
    if (streams === undefined || analysis === undefined) return false;
    return writeTcpInfo(out, row, this.#trace, streams, analysis);
  }

  #prefix(row: number): string {
    const { analysis } = this.#context;
    return analysis === undefined ? "" : analysisInfo(this.#trace, analysis, row);
  }
}

const BLANK = 32;
