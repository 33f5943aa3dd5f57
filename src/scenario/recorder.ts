// Turns the calls of the programs into trace events, and knows at any time who waits in which call.

import { formatAddress } from "../socket/address.ts";
import type { SocketAddress } from "../socket/address.ts";
import { ABANDONED, BlockingSocket } from "../socket/blocking.ts";
import type { CallObserver, CallValue } from "../socket/blocking.ts";
import type { SocketError } from "../socket/errno.ts";
import type { EventValue, TraceEvent } from "../trace/events.ts";
import type { Waiter } from "./scenario.ts";

/** A program that makes this many calls without time passing is in a loop that nothing can end. */
const CALLS_PER_INSTANT_MAX = 20_000;

export interface RecorderOptions {
  /** Nanoseconds since the run began. */
  now(): number;
  add(event: TraceEvent): void;
  hostOf(address: string): string | null;
  /** Bytes of each argument and result that are kept. */
  previewBytes: number;
}

interface Pending extends Waiter {
  readonly callId: number;
}

export class CallRecorder implements CallObserver {
  readonly #options: RecorderOptions;
  readonly #pending = new Map<number, Pending>();
  #calls = 0;
  #settled = 0;
  #over = false;
  /** Calls made since the clock last moved. */
  #instantCalls = 0;
  #instantNs = -1;
  #runaway: Waiter | null = null;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Grows with every call that settles and every `advance`. */
  get progress(): number {
    return this.#settled;
  }

  /** The program that made calls without end at one instant, or null. */
  get runaway(): Waiter | null {
    return this.#runaway;
  }

  /** Calls that have begun and not ended, oldest first. */
  waiting(): Waiter[] {
    return [...this.#pending.values()].map(({ host, socket, call }) => ({ host, socket, call }));
  }

  /** From now on no call is begun or ended any more: the run is over. */
  finish(): void {
    this.#over = true;
  }

  /** Something other than a call let a program go on. */
  advance(): void {
    this.#settled++;
  }

  begin(socket: BlockingSocket, call: string, args: readonly CallValue[]): number {
    if (this.#over || this.#runaway !== null) return ABANDONED;
    const host = socket.label.slice(0, socket.label.lastIndexOf("#"));
    const timeNs = this.#options.now();
    if (timeNs !== this.#instantNs) {
      this.#instantNs = timeNs;
      this.#instantCalls = 0;
    }
    if (++this.#instantCalls > CALLS_PER_INSTANT_MAX) {
      this.#runaway = { host, socket: socket.label, call };
      return ABANDONED;
    }
    const callId = this.#calls++;
    this.#pending.set(callId, { callId, host, socket: socket.label, call });
    this.#options.add({
      kind: "call",
      timeNs,
      callId,
      host,
      socket: socket.label,
      call,
      args: args.map((value) => this.#value(value)),
    });
    return callId;
  }

  end(callId: number, result: CallValue): void {
    if (!this.#settle(callId)) return;
    this.#options.add({ kind: "return", timeNs: this.#options.now(), callId, result: this.#value(result) });
  }

  fail(callId: number, error: SocketError): void {
    if (!this.#settle(callId)) return;
    const { code, message } = error;
    this.#options.add({ kind: "return", timeNs: this.#options.now(), callId, error: { code, message } });
  }

  #settle(callId: number): boolean {
    if (this.#over || !this.#pending.delete(callId)) return false;
    this.#settled++;
    return true;
  }

  #value(value: CallValue): EventValue {
    if (value === null || typeof value !== "object") return value;
    if (value instanceof Uint8Array) {
      return { length: value.length, head: new Uint8Array(value.subarray(0, this.#options.previewBytes)) };
    }
    if (value instanceof BlockingSocket) return value.label;
    if ("family" in value) return this.#address(value);
    if ("data" in value) {
      return { data: this.#value(value.data), from: this.#address(value.from), truncated: value.truncated };
    }
    return { ...value };
  }

  #address(address: SocketAddress): string {
    if (address.family === "unix") return formatAddress(address);
    const host = this.#options.hostOf(address.address);
    return host === null ? formatAddress(address) : `${host}:${address.port}`;
  }
}
