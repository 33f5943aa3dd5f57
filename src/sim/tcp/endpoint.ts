// A connection where it meets its host: addresses, the one timer, segments out, events recorded, whom to wake.

import { PMTUDISC } from "../../socket/options.ts";
import type { PmtuDiscovery } from "../../socket/options.ts";
import { TCP_FLAGS } from "../packet.ts";
import type { FastOpenOption, IpPacket, Segment } from "../packet.ts";
import type { IcmpError, Timer } from "../network.ts";
import { isInet6 } from "./addresses.ts";
import { arrive } from "./arrival.ts";
import { Connection } from "./connection.ts";
import { ConnectionRecords } from "./connection-records.ts";
import { dispatch } from "./departure.ts";
import { expire } from "./expiry.ts";
import type { TcpHost } from "./host.ts";
import type { Listener } from "./listener.ts";
import { open, openEarly, openPassive } from "./opening.ts";
import type { Binding } from "./ports.ts";
import { resetFor } from "./segments.ts";
import { before } from "./seq.ts";
import type { SocketSettings } from "./settings.ts";

const { ACK, RST, SYN } = TCP_FLAGS;
const { DONT, INTERFACE, OMIT } = PMTUDISC;
const RANDOM_LIMIT = 2 ** 32;
const HEADERS_INET = 40;
const HEADERS_INET6 = 60;

export interface EndpointSetup {
  readonly local: string;
  readonly localPort: number;
  readonly remote: string;
  readonly remotePort: number;
  readonly settings: SocketSettings;
  readonly binding: Binding;
  /** The listener whose SYN queue it begins in; null for an active open. */
  readonly listener: Listener | null;
  /** Null for a random one. */
  readonly iss: number | null;
}

export class Endpoint {
  static readonly #due = (endpoint: Endpoint): void => {
    endpoint.#expire();
  };
  readonly connection: Connection;
  readonly local: string;
  readonly remote: string;
  readonly binding: Binding;
  listener: Listener | null;
  /** Whom to wake when a program's call may fare better now. */
  socket: { readonly onWake: (() => void) | null } | null = null;
  /** Another connection of this host between the same ports: demux's. */
  nextOfPorts: Endpoint | null = null;
  readonly #host: TcpHost;
  readonly #v6: boolean;
  readonly #timer: Timer;
  #armedNs = Infinity;
  #settling = false;
  #removed = false;
  /** Null when nobody records. */
  readonly #records: ConnectionRecords | null;

  constructor(host: TcpHost, setup: EndpointSetup) {
    this.#host = host;
    this.local = setup.local;
    this.remote = setup.remote;
    this.#v6 = isInet6(setup.remote);
    this.binding = setup.binding;
    this.listener = setup.listener;
    const { network, personality } = host;
    this.connection = new Connection({
      personality,
      settings: setup.settings,
      localPort: setup.localPort,
      remotePort: setup.remotePort,
      pathMtu: network.mtuFor(setup.remote),
      headerBytes: this.#v6 ? HEADERS_INET6 : HEADERS_INET,
      iss: setup.iss ?? network.random("isn", RANDOM_LIMIT),
      tsOffset: network.random("tsval", RANDOM_LIMIT),
      ecn: host.ecn,
      mtuProbing: host.mtuProbing,
    });
    this.connection.recording = network.recording;
    const { connection, local, remote } = this;
    this.#records = network.recording ? new ConnectionRecords(network, connection, local, remote) : null;
    this.connection.pathUntilNs = network.mtuUntil(setup.remote);
    this.#timer = network.timer(Endpoint.#due, this);
    host.demux.add(this);
    host.ports.add(setup.binding);
  }

  now(): number {
    return this.#host.network.now();
  }

  open(inherits: boolean): void {
    open(this.connection, this.now(), inherits);
    this.settle();
  }

  openPassive(syn: Segment): void {
    openPassive(this.connection, syn, this.now());
    this.settle();
  }

  openEarly(syn: Segment): void {
    openEarly(this.connection, syn, this.now());
    this.settle();
  }

  input(packet: IpPacket, segment: Segment): void {
    const { connection } = this;
    if (
      this.listener !== null &&
      connection.state === "SYN_RCVD" &&
      (segment.flags & (ACK | RST | SYN)) === ACK &&
      this.listener.full
    ) {
      // The last ACK of the handshake finds no room: the peer believes it is connected, we do not (as Linux does).
      this.#host.network.dropped(packet, "backlog");
      if (this.#host.personality.backlogOverflow !== "resets handshakes") return;
      connection.reply = resetFor(segment);
      connection.finish();
      this.settle();
      return;
    }
    arrive(connection, segment, packet.ecn, this.now());
    this.settle();
  }

  #discovery(): PmtuDiscovery {
    const { settings } = this.connection;
    return this.#v6 ? settings.pathMtuV6 : settings.pathMtuV4;
  }

  icmpError(error: IcmpError): void {
    const { connection } = this;
    const { sender } = connection;
    const seq = error.seq | 0;
    // RFC 5927 section 4: an error must quote something we have in flight.
    if (before(seq, sender.sndUna) || !before(seq, sender.sndNxt)) return;
    if (error.errno === "EMSGSIZE") {
      const discovery = this.#discovery();
      if (discovery === DONT || discovery === INTERFACE || discovery === OMIT) return;
      const mtu = Math.min(this.#host.network.learnMtu(this.remote, error.mtu), connection.pathMtu);
      connection.pathUntilNs = this.#host.network.mtuUntil(this.remote);
      connection.syncMtu(mtu);
      if (connection.synchronized) sender.resendTooLong();
    } else if (connection.state === "SYN_SENT") {
      connection.fail(error.errno);
    } else {
      connection.softError = error.errno;
    }
    this.settle();
  }

  /** Lets out what the connection has to say, tells who must know, and sets the timer. To be called after everything done to it. */
  settle(): void {
    // A segment to ourselves may come back before this is done; the loop below then finds what it led to.
    if (this.#settling) return;
    this.#settling = true;
    const { connection } = this;
    const { network } = this.#host;
    const nowNs = network.now();
    this.#records?.events();
    if (connection.pathUntilNs <= nowNs) this.#forgetPath();
    for (let segment = dispatch(connection, nowNs); segment !== null; segment = dispatch(connection, nowNs)) {
      const { field } = connection.ecn;
      const failure = network.sendSegment(this.local, this.remote, segment, field, this.#discovery());
      if (failure !== null) {
        if (connection.state === "SYN_SENT") connection.fail(failure);
        else connection.softError = failure;
      }
    }
    // Not only where somebody records and looks at it.
    connection.growSendBuffer();
    if (this.#records !== null) {
      this.#records.events();
      this.#records.queues();
      this.#records.sample();
    }
    this.#settling = false;
    if (this.listener !== null && connection.state !== "SYN_RCVD") this.#leaveQueue(this.listener);
    if (connection.state === "CLOSED") this.#remove();
    if (connection.givenCookie !== null) this.#learn(connection.givenCookie);
    this.#arm();
    if (connection.wake) {
      connection.wake = false;
      this.socket?.onWake?.();
    }
  }

  /** What ICMP has told of the path is too old to be believed: it may carry more by now. */
  #forgetPath(): void {
    const { network } = this.#host;
    this.connection.pathUntilNs = network.mtuUntil(this.remote);
    this.connection.syncMtu(network.mtuFor(this.remote));
  }

  #learn(given: FastOpenOption): void {
    this.connection.givenCookie = null;
    this.#host.fastOpen.learn(this.remote, given);
  }

  /** The handshake is over, one way or the other. */
  #leaveQueue(listener: Listener): void {
    // No program knows of it yet; whoever accepts it looks for itself.
    this.connection.wake = false;
    if (this.connection.state === "CLOSED") listener.forget(this);
    else listener.established(this);
  }

  #expire(): void {
    this.#armedNs = Infinity;
    const nowNs = this.now();
    if (this.connection.timers.earliestNs <= nowNs) {
      expire(this.connection, nowNs);
      this.settle();
    } else {
      this.#arm();
    }
  }

  /** The timer is moved forward at once, but backward only when it fires: segments that restart a timeout then cost nothing. */
  #arm(): void {
    const { timers } = this.connection;
    const leastNs = timers.leastNs;
    if (leastNs === Infinity) {
      if (this.#armedNs !== Infinity) this.#timer.clear();
      this.#armedNs = Infinity;
    } else if (leastNs < this.#armedNs) {
      const atNs = timers.earliestNs;
      if (atNs >= this.#armedNs) return;
      this.#armedNs = atNs;
      this.#timer.setAt(atNs);
    }
  }

  #remove(): void {
    if (this.#removed) return;
    this.#removed = true;
    const { demux, ports } = this.#host;
    demux.remove(this);
    // A program's own bind holds the port until the program closes the socket.
    if (!this.binding.explicit || this.connection.orphan) ports.remove(this.binding);
  }

  /** Records what the queues hold, if that has changed. Enough after a read that calls for no ACK. */
  recordQueues(): void {
    this.#records?.queues();
  }
}

/** The number the next connection of the same addresses and ports begins at: safely beyond what the last one sent. */
export function nextIss(connection: Connection): number {
  const gap = 65_537;

  return (connection.sender.sndNxt + gap) >>> 0;
}
