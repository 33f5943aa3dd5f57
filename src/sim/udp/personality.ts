// What an operating system's UDP decides on its own. The values, each with its source, are in src/sim/personality.

import type { Errno } from "../../socket/errno.ts";
import type { OptionName } from "../../socket/options.ts";
import type { BindRule } from "../tcp/personality.ts";

/** Sizes in bytes. */
export interface UdpPersonality {
  readonly receiveBufferDefault: number;
  readonly receiveBufferMin: number;
  readonly sendBufferDefault: number;
  readonly sendBufferMin: number;
  /** Largest value SO_RCVBUF and SO_SNDBUF take; beyond it the answer is `socketBufferErrno`, or with null this value. */
  readonly socketBufferLimit: number;
  readonly socketBufferErrno: Errno | null;
  /** Doublings between what a program asks of a buffer and what the system counts. */
  readonly socketBufferShift: 0 | 1;
  /** Whether a buffer counts what datagrams cost the kernel (Linux's truesize); else their length. */
  readonly countsOverhead: boolean;
  /** Whether datagrams that wait for the link fill the send buffer, so that further ones wait for room; else they go, or are dropped. */
  readonly sendBufferQueues: boolean;
  /** Whether no datagram may be longer than the send buffer. */
  readonly sendBufferLimitsDatagrams: boolean;
  /** Longest payload a datagram may have, if that is less than IP allows. */
  readonly payloadMax: number;
  /** How ICMP's port unreachable is told. */
  readonly portUnreachable: Errno;
  /** Whether a send is told of it, too; else only a receive is. */
  readonly sendTellsErrors: boolean;
  /** Whether a socket that is not connected hears of it. */
  readonly unconnectedHearsErrors: boolean;
  /** Whether a datagram longer than the read is an error, though its beginning was there. */
  readonly truncationIsError: boolean;
  readonly shutdownErrno: Errno;
  readonly portFirst: number;
  readonly portLast: number;
  readonly bindRule: BindRule;
  readonly lacks: readonly OptionName[];
}
