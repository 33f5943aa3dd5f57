// What a trace is told of a connection: its states and timers, what its queues hold, and what its sender knows of the way.

import { ZERO_NS } from "../clock.ts";
import { formatAddress } from "../../socket/address.ts";
import type { ConnectionQueues } from "../../trace/connection-queues.ts";
import { SSTHRESH_INFINITE } from "../../trace/tcp-series.ts";
import type { TcpSeries } from "../../trace/tcp-series.ts";
import type { HostNetwork } from "../network.ts";
import { isInet6, toProgram } from "./addresses.ts";
import type { Connection } from "./connection.ts";

/** The sample being taken: read at once, so one does for all connections. */
const told = {
  cwnd: ZERO_NS,
  ssthresh: ZERO_NS,
  window: ZERO_NS,
  inFlight: ZERO_NS,
  acked: ZERO_NS,
  rttUs: ZERO_NS,
  rtoUs: ZERO_NS,
};

export class ConnectionRecords {
  readonly #network: HostNetwork;
  readonly #connection: Connection;
  readonly #local: string;
  readonly #remote: string;
  #series: TcpSeries | null = null;
  #queues: ConnectionQueues | null = null;

  /** `local` and `remote` are addresses. */
  constructor(network: HostNetwork, connection: Connection, local: string, remote: string) {
    this.#network = network;
    this.#connection = connection;
    this.#local = named(local, connection.localPort);
    this.#remote = named(remote, connection.remotePort);
  }

  /** The states passed through and the timers fired since last time. */
  events(): void {
    const { transitions, fired } = this.#connection;
    if (transitions.length === 0 && fired.length === 0) return;
    const network = this.#network;
    const { host } = network;
    const timeNs = network.now();
    const local = this.#local;
    const remote = this.#remote;
    for (const timer of fired.splice(0)) {
      network.record({ kind: "timer", timeNs, host, local, remote, timer });
    }
    const states = transitions.splice(0);
    for (let i = 0; i < states.length; i += 2) {
      network.record({ kind: "state", timeNs, host, local, remote, from: states[i], to: states[i + 1] });
    }
  }

  /** What the queues hold, if that has changed. */
  queues(): void {
    this.#queues ??= this.#network.connectionQueues(this.#local, this.#remote);
    const { sender, receiver, sendCapacity } = this.#connection;
    const sendQueue = sender.buffer.length;
    this.#queues?.sample(
      this.#network.now(),
      sendQueue,
      sender.finSent ? sendQueue : sendQueue - sender.unsent,
      receiver.buffer.length,
      receiver.reassembly.length,
      Math.floor(sendCapacity),
      receiver.space,
    );
  }

  /** What the sender knows, once both SYNs have been exchanged. */
  sample(): void {
    const { sender, synchronized } = this.#connection;
    if (this.#series === null) {
      if (!synchronized) return;
      this.#series = this.#network.tcpSeries(this.#local, this.#remote);
    }
    const { mss, window, rtt, peer } = sender;
    told.cwnd = window.cwnd * mss;
    told.ssthresh = window.ssthresh >= SSTHRESH_INFINITE ? SSTHRESH_INFINITE : window.ssthresh * mss;
    told.window = peer.sndWnd;
    told.inFlight = sender.flight;
    told.acked = sender.bytesAcked;
    told.rttUs = Math.round(rtt.srttNs / 1000);
    told.rtoUs = Math.round(rtt.rtoNs / 1000);
    this.#series?.sample(this.#network.now(), told);
  }
}

/** As programs name it. */
function named(address: string, port: number): string {
  return formatAddress(toProgram(isInet6(address) ? "inet6" : "inet", address, port));
}
