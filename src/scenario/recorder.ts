// Turns the calls of the programs into trace events, and knows at any time who waits in which call.

import { formatAddress } from "../socket/address.ts";
import type { SocketAddress } from "../socket/address.ts";
import { ABANDONED, BlockingSocket } from "../socket/blocking.ts";
import type { CallObserver, CallValue } from "../socket/blocking.ts";
import type { SocketError } from "../socket/errno.ts";
import type { EventValue, TraceEvent } from "../trace/events.ts";
import type { CallSites } from "./call-sites.ts";
import type { ConnectionRecords } from "./connection-records.ts";
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
  /** What is noted of connections beside the calls. */
  connections: ConnectionRecords;
  /** Which lines make the calls. */
  sites: CallSites;
}

interface Pending extends Waiter {
  readonly callId: number;
  /** The socket itself, by its label. */
  readonly on: BlockingSocket;
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
    this.#pending.set(callId, { callId, host, socket: socket.label, call, on: socket });
    this.#options.connections.sample(timeNs, socket);
    this.#options.sites.note(callId);
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
    const pending = this.#settle(callId);
    if (pending === null) return;
    const timeNs = this.#options.now();
    this.#options.add({ kind: "return", timeNs, callId, result: this.#value(result) });
    const { connections } = this.#options;
    const { host, call, on } = pending;
    if (call === "connect") connections.connected(host, on);
    else if (result instanceof BlockingSocket) connections.connected(host, result);
    connections.sample(timeNs, on);
  }

  fail(callId: number, error: SocketError): void {
    if (this.#settle(callId) === null) return;
    const { code, message } = error;
    this.#options.add({ kind: "return", timeNs: this.#options.now(), callId, error: { code, message } });
  }

  /** The call that ends, or null for one nobody waits for any more. */
  #settle(callId: number): Pending | null {
    const pending = this.#pending.get(callId);
    if (this.#over || pending === undefined) return null;
    this.#pending.delete(callId);
    this.#settled++;
    return pending;
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
