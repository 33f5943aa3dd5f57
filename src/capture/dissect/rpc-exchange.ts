// Which reply of ONC RPC belongs to which call of a stream: a reply has the call's number and nothing of what it asked.

import { uint } from "./protocol.ts";
import { isRpcProgram } from "./rpc-programs.ts";

export const RPC_VERSION = 2;
export const MESSAGE = { call: 0, reply: 1 } as const;
/** A call's number, kind, version of RPC, program, its version and procedure. */
export const CALL_BYTES = 24;
const REPLY_BYTES = 8;

/** Calls remembered of one stream. */
const CALLS_MAX = 100_000;

export interface RpcCall {
  readonly row: number;
  /** The first reply's row, -1 while there is none. */
  reply: number;
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
}

/** Whether [start, end) begins as a call to a program known here. */
export function looksLikeRpcCall(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < CALL_BYTES || uint(bytes, start + 4, 4) !== MESSAGE.call) return false;
  return uint(bytes, start + 8, 4) === RPC_VERSION && isRpcProgram(uint(bytes, start + 12, 4));
}

export class RpcExchange {
  /** By number. */
  readonly #calls = new Map<number, RpcCall>();

  /** Bytes of memory, roughly. */
  get cost(): number {
    return this.#calls.size * 120;
  }

  /** Takes the stream's next message, which begins at `bytes[start]` in packet `row`. */
  add(row: number, bytes: Uint8Array, start: number): void {
    if (bytes.length - start < REPLY_BYTES) return;
    const id = uint(bytes, start, 4);
    const call = this.#calls.get(id);
    if (uint(bytes, start + 4, 4) === MESSAGE.reply) {
      if (call !== undefined && call.reply === -1) call.reply = row;
      return;
    }
    if (!looksLikeRpcCall(bytes, start, bytes.length) || this.#calls.size >= CALLS_MAX) return;
    // As in Wireshark: what has the number of a call before it is that call again.
    if (call !== undefined) return;
    const [program, version, procedure] = [12, 16, 20].map((at) => uint(bytes, start + at, 4));
    this.#calls.set(id, { row, reply: -1, program, version, procedure });
  }

  /** Whether [start, end) begins as a call, or as the reply to one of the stream's. */
  isMessage(bytes: Uint8Array, start: number, end: number): boolean {
    if (looksLikeRpcCall(bytes, start, end)) return true;
    if (end - start < REPLY_BYTES || uint(bytes, start + 4, 4) !== MESSAGE.reply) return false;
    return this.#calls.has(uint(bytes, start, 4));
  }

  /** The call of number `id`; null where none was seen. */
  call(id: number): RpcCall | null {
    return this.#calls.get(id) ?? null;
  }
}
