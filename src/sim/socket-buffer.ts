// What SO_SNDBUF and SO_RCVBUF come to, by each system's bounds (socket(7)).

import type { Errno } from "../socket/errno.ts";

export interface BufferBounds {
  /** The most a program may ask for; beyond it the answer is `socketBufferErrno`, or with null this much. */
  readonly socketBufferLimit: number;
  readonly socketBufferErrno: Errno | null;
  /** Linux doubles what is asked for, as it counts its own overhead. */
  readonly socketBufferShift: number;
}

/** Bytes that `asked` makes, `least` or more. To Linux a negative number is a very large one. */
export function bufferSize(asked: number, least: number, bounds: BufferBounds): number {
  const { socketBufferLimit, socketBufferErrno, socketBufferShift } = bounds;
  const wanted = asked < 0 && socketBufferErrno === null ? socketBufferLimit : Math.max(asked, 0);
  return Math.max(Math.min(wanted, socketBufferLimit) * 2 ** socketBufferShift, least);
}
