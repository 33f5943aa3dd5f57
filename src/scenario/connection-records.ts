// What a run notes of its connections beside the trace's steps: which socket has which, and on real sockets what TCP_INFO says of it over time.

import { formatAddress } from "../socket/address.ts";
import type { BlockingSocket } from "../socket/blocking.ts";
import { isFailure } from "../socket/core.ts";
import type { TcpInfo } from "../socket/options.ts";
import { SSTHRESH_INFINITE, TcpSeries } from "../trace/tcp-series.ts";
import type { ConnectedSocket, Trace } from "../trace/trace.ts";

/** States before there is a connection, in which a kernel's numbers mean something else. */
const UNCONNECTED = new Set(["CLOSED", "LISTEN", "SYN_SENT"]);

export class ConnectionRecords {
  readonly #sockets: ConnectedSocket[] = [];
  readonly #series = new Map<BlockingSocket, TcpSeries>();
  readonly #ends = new Map<BlockingSocket, ConnectedSocket>();
  readonly #sampled: boolean;

  /** `sampled` is whether TCP_INFO is asked at every call: where the network below does not record it itself. */
  constructor(sampled: boolean) {
    this.#sampled = sampled;
  }

  /** Socket `socket` is connected now, if it is. */
  connected(host: string, socket: BlockingSocket): void {
    if (socket.type !== "stream" || this.#ends.has(socket)) return;
    const local = socket.core.localAddress();
    const remote = socket.core.peerAddress();
    if (isFailure(local) || isFailure(remote)) return;
    const ends = { host, socket: socket.label, local: formatAddress(local), remote: formatAddress(remote) };
    this.#ends.set(socket, ends);
    this.#sockets.push(ends);
  }

  /** Asks TCP_INFO of a connected socket: a call on it begins or ends. */
  sample(timeNs: number, socket: BlockingSocket): void {
    const ends = this.#ends.get(socket);
    if (!this.#sampled || ends === undefined || socket.family === "unix") return;
    const info = socket.core.info();
    if (isFailure(info) || UNCONNECTED.has(info.state)) return;
    let series = this.#series.get(socket);
    if (series === undefined) {
      this.#series.set(socket, (series = new TcpSeries(ends.host, ends.local, ends.remote)));
    }
    sampleInfo(series, timeNs, info);
  }

  /** Puts what was noted into `trace`. */
  addTo(trace: Trace): void {
    trace.sockets.push(...this.#sockets);
    trace.tcp.push(...this.#series.values());
  }
}

/** The kernel counts windows and thresholds in segments; retransmissions in flight are in `unacked` already. */
function sampleInfo(series: TcpSeries, timeNs: number, info: TcpInfo): void {
  const mss = Math.max(1, info.sndMss);
  series.sample(timeNs, {
    cwnd: info.sndCwnd * mss,
    ssthresh: info.sndSsthresh >= SSTHRESH_INFINITE ? SSTHRESH_INFINITE : info.sndSsthresh * mss,
    window: info.sndWnd,
    inFlight: Math.max(0, info.unacked - info.sacked - info.lost + info.retrans) * mss,
    acked: info.bytesAcked,
    rttUs: info.rttUs,
    rtoUs: info.rtoUs,
  });
}
