// A connected net.Socket as a core sees it: reads that take what they ask for, writes with a mark, and errors told as BSD tells them -
// once, then the end of the stream.

import type { Socket } from "node:net";
import type { Failure } from "../socket/core.ts";
import type { Errno } from "../socket/errno.ts";
import { ReceiveQueue } from "./node-stream-data.ts";
import type { NodeRun } from "./node-run.ts";
import { errnoOfError } from "./platform.ts";

/** Bytes read ahead; beyond it the data stays with the kernel, whose window closes. */
const READ_AHEAD = 65_536;
/** Bytes Node may hold for writing before a send has to wait. */
const WRITE_MARK = 262_144;

export class NodeConnection {
  readonly socket: Socket;
  readonly #wake: () => void;
  readonly #queue = new ReceiveQueue();
  readonly #written = (): void => this.#wake();
  #ended = false;
  #broken = false;
  #shutRead = false;
  #shutWrite = false;
  /** What the next call is told, once. */
  #error: Errno | "" = "";
  #handleClosed = false;

  constructor(run: NodeRun, socket: Socket, wake: () => void) {
    this.socket = socket;
    this.#wake = wake;
    run.open.add(this);
    socket.on("readable", () => {
      this.#pull();
      wake();
    });
    socket.on("end", () => {
      this.#ended = true;
      wake();
    });
    socket.on("error", (error) => {
      const code = errnoOfError(error);
      // A reset after the peer's FIN is EPIPE to writers and nothing to readers (Linux, tcp_reset).
      if (code !== "EPIPE" && !this.#ended) this.#error = code;
      this.#broken = true;
      wake();
    });
    socket.on("close", () => {
      this.#handleClosed = true;
      this.#broken = true;
      run.open.delete(this);
      wake();
    });
  }

  get readable(): boolean {
    this.#pull();
    return this.#queue.length > 0 || this.#ended || this.#broken || this.#shutRead;
  }

  get writable(): boolean {
    return this.#broken || this.#shutWrite || this.socket.writableLength < WRITE_MARK;
  }

  get hasError(): boolean {
    return this.#error !== "";
  }

  get hungUp(): boolean {
    return this.#broken || (this.#ended && this.#shutWrite);
  }

  /** The pending error, cleared; "" for none. */
  takeError(): Errno | "" {
    const error = this.#error;
    this.#error = "";
    return error;
  }

  recv(max: number, peek: boolean): Uint8Array | Failure {
    if (max === 0) return new Uint8Array();
    this.#pull();
    if (this.#queue.length > 0) {
      const data = this.#queue.take(max, peek);
      this.#pull();
      return data;
    }
    if (this.#error !== "") return this.takeError() || "EAGAIN";
    return this.#ended || this.#broken || this.#shutRead ? new Uint8Array() : "EAGAIN";
  }

  send(bytes: Uint8Array): number | Failure {
    if (this.#error !== "") return this.takeError() || "EAGAIN";
    if (this.#broken || this.#shutWrite) return "EPIPE";
    if (bytes.length === 0) return 0;
    const room = WRITE_MARK - this.socket.writableLength;
    if (room <= 0) return "EAGAIN";
    const taken = Buffer.from(bytes.subarray(0, room));
    this.socket.write(taken, this.#written);
    return taken.length;
  }

  shutdownRead(): void {
    this.#shutRead = true;
    this.#wake();
  }

  shutdownWrite(): null | Failure {
    if (this.#broken) return "ENOTCONN";
    if (!this.#shutWrite) this.socket.end();
    this.#shutWrite = true;
    this.#wake();
    return null;
  }

  /** close(2): a reset when bytes were left unread, else what is still to be written goes out first. */
  close(): void {
    if (this.#handleClosed) return;
    const unread = this.#queue.length + this.socket.readableLength;
    if (unread > 0 && this.socket.remoteAddress !== undefined) this.socket.resetAndDestroy();
    else if (this.socket.writableLength > 0) this.socket.end(() => this.socket.destroy());
    else this.socket.destroy();
  }

  /** Lets go of the handle, whatever was still to be sent. */
  destroy(): Promise<void> {
    if (this.#handleClosed) return Promise.resolve();
    return new Promise((resolve) => {
      this.socket.once("close", () => resolve());
      this.socket.destroy();
    });
  }

  #pull(): void {
    while (this.#queue.length < READ_AHEAD && !this.socket.destroyed) {
      const chunk: unknown = this.socket.read();
      if (!(chunk instanceof Uint8Array)) return;
      this.#queue.push(chunk);
    }
  }
}
