// ONC RPC over TCP (RFC 5531 11): messages in fragments, each after its length and whether it is the last.

import { bitsText } from "./bit-pictures.ts";
import { messageColumns, PDU, protocolNode, uint } from "./protocol.ts";
import type { PduScan, ShownPdu, StreamAbove, StreamDissector } from "./protocol.ts";
import { Reading } from "./reading.ts";
import { CALL_BYTES, looksLikeRpcCall, RpcExchange } from "./rpc-exchange.ts";
import { showRpc } from "./rpc.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const TITLE = "Remote Procedure Call";
const MARK_BYTES = 4;
const LAST_FRAGMENT = 0x80000000;
const LENGTH_BITS = 0x7fffffff;
/** More than any program here sends at once: NFS stays below a few megabytes. */
const FRAGMENT_BYTES_MAX = 16 * 1024 * 1024;

/** Whether a stream begins with a call to a program known here. */
export function looksLikeRpcStream({ bytes, origin, end }: PduScan): boolean {
  if (end - origin < MARK_BYTES + CALL_BYTES) return false;
  const length = (uint(bytes, origin, MARK_BYTES) & LENGTH_BITS) >>> 0;
  if (length < CALL_BYTES || length > FRAGMENT_BYTES_MAX) return false;
  return looksLikeRpcCall(bytes, origin + MARK_BYTES, end);
}

export class RpcStream implements StreamDissector {
  readonly layers = ["rpc"];
  readonly isLayerOfBeginning = false;
  readonly title = TITLE;
  readonly #above: StreamAbove;
  readonly #exchange = new RpcExchange();
  /** By direction, whether the next fragment goes on with a message. */
  readonly #isInside: [boolean, boolean] = [false, false];
  /** Fragments that are not a message of their own. */
  readonly #parts = new Set<number>();

  constructor(above: StreamAbove) {
    this.#above = above;
  }

  get cost(): number {
    return this.#exchange.cost + this.#parts.size * 16;
  }

  pduLength({ bytes, origin, end }: PduScan): number {
    if (end - origin < MARK_BYTES) return PDU.more;
    const length = (uint(bytes, origin, MARK_BYTES) & LENGTH_BITS) >>> 0;
    return length > FRAGMENT_BYTES_MAX ? PDU.reject : MARK_BYTES + length;
  }

  completed(pdu: number, row: number, direction: 0 | 1, read: (max: number) => Uint8Array): void {
    const bytes = read(MARK_BYTES + CALL_BYTES);
    const isLast = bytes.length > 0 && bytes[0] >= 0x80;
    if (this.#isInside[direction] || !isLast) this.#parts.add(pdu);
    else this.#exchange.add(row, bytes, MARK_BYTES);
    this.#isInside[direction] = !isLast;
  }

  dissect(d: Dissection, start: number, end: number, shown: ShownPdu): void {
    const node = protocolNode(d, shown, this.layers, TITLE, start, d.captured(end) - start);
    const reading = new Reading(d, node.children, start, end, TITLE);
    showMark(reading);
    if (this.#parts.has(shown.pdu)) {
      if (!d.isForColumns) node.label = `${TITLE} Fragment`;
      if (reading.left > 0) reading.bytes("rpc.fragment_data", "Fragment Data", reading.left);
      messageColumns(d, "RPC", "Fragment", "  ; ");
      return;
    }
    const around = {
      exchange: this.#exchange,
      betweenNs: (earlier: number, later: number) => this.#above.betweenNs(earlier, later),
    };
    const { protocol, info } = showRpc(d, node, reading, around);
    messageColumns(d, protocol, info, "  ; ");
  }

  beginning(): string | null {
    return null;
  }
}

function showMark(reading: Reading): void {
  const mark = reading.peek(MARK_BYTES);
  if (mark === null) return;
  const isLast = mark >= LAST_FRAGMENT;
  const length = (mark & LENGTH_BITS) >>> 0;
  reading.group(null, `Fragment header: ${isLast ? "Last fragment, " : ""}${length} bytes`, () => {
    const { d, at } = reading;
    const add = (field: string, mask: number, label: string, value: number | boolean): DetailNode =>
      d.add(reading.out, field, () => `${bitsText(mark, mask, 32)} = ${label}`, at, MARK_BYTES, value);
    add("rpc.lastfrag", LAST_FRAGMENT, `Last Fragment: ${isLast ? "Yes" : "No"}`, isLast);
    add("rpc.fraglen", LENGTH_BITS, `Fragment Length: ${length}`, length);
    reading.skip(MARK_BYTES);
  });
}
