// What the queues of one end of a connection hold, for the trace: an event whenever that has changed.

import type { Trace } from "./trace.ts";

export class ConnectionQueues {
  readonly #trace: Trace;
  readonly #end: number;
  #wasRecorded = false;
  #sendQueue = 0;
  #inFlight = 0;
  #receiveQueue = 0;
  #outOfOrder = 0;

  /** `local` and `remote` are as `formatAddress` prints them. */
  constructor(trace: Trace, host: string, local: string, remote: string) {
    this.#trace = trace;
    this.#end = trace.log.connection(host, local, remote);
  }

  /** Bytes to send, of those in flight, to be read, and out of order; and the sizes of the buffers, which alone are no news. */
  sample(
    timeNs: number,
    sendQueue: number,
    inFlight: number,
    receiveQueue: number,
    outOfOrder: number,
    sendBuffer: number,
    receiveBuffer: number,
  ): void {
    const isAsBefore =
      sendQueue === this.#sendQueue &&
      inFlight === this.#inFlight &&
      receiveQueue === this.#receiveQueue &&
      outOfOrder === this.#outOfOrder;
    if (isAsBefore && this.#wasRecorded) return;
    this.#wasRecorded = true;
    this.#sendQueue = sendQueue;
    this.#inFlight = inFlight;
    this.#receiveQueue = receiveQueue;
    this.#outOfOrder = outOfOrder;
    this.#trace.addBuffers(
      timeNs,
      this.#end,
      sendQueue,
      inFlight,
      receiveQueue,
      outOfOrder,
      sendBuffer,
      receiveBuffer,
    );
  }
}
