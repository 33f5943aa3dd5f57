// A listening socket's two queues: SYNs not yet acknowledged, and connections not yet accepted.
//
// On Linux a backlog of n lets n + 1 connections wait (it compares with "greater than"). Beyond that SYNs are dropped in silence;
// the peer's retransmission finds room after an accept. Other systems count and answer otherwise (personality.ts). The SYN queue itself has no bound: Linux answers with SYN cookies
// where it would overflow, which looks the same from outside.

import type { Segment } from "../packet.ts";
import { abort } from "./closing.ts";
import { Endpoint } from "./endpoint.ts";
import type { TcpHost } from "./host.ts";
import type { Binding } from "./ports.ts";
import { SocketSettings } from "./settings.ts";

export class Listener {
  readonly binding: Binding;
  backlog: number;
  /** Called when accept may fare better now. */
  onWake: (() => void) | null = null;
  readonly #host: TcpHost;
  readonly #settings: SocketSettings;
  readonly #pending = new Set<Endpoint>();
  readonly #accepted: Endpoint[] = [];
  /** Handed out before their handshakes were over. */
  #early: Endpoint[] = [];

  constructor(host: TcpHost, binding: Binding, settings: SocketSettings, backlog: number) {
    this.#host = host;
    this.binding = binding;
    this.#settings = settings;
    this.backlog = backlog;
    host.demux.addListener(this);
  }

  /** Whether no further connection may wait for accept. */
  get full(): boolean {
    return this.#accepted.length >= this.#room;
  }

  /** Whether a SYN finds no room: where SYNs are reset, handshakes under way count, too, so that none comes to nothing. */
  get refusesSyns(): boolean {
    const { backlogOverflow } = this.#host.personality;
    if (backlogOverflow === "resets handshakes") return false;
    return backlogOverflow === "drops SYNs"
      ? this.full
      : this.#accepted.length + this.#pending.size >= this.#room;
  }

  get #room(): number {
    const { backlogFactor, backlogExtra } = this.#host.personality;
    return Math.max(Math.floor(this.backlog * backlogFactor) + backlogExtra, 1);
  }

  get waiting(): number {
    return this.#accepted.length;
  }

  /** A SYN for nobody yet: opens a connection. `iss`: the number to begin at, null for a random one. */
  syn(local: string, remote: string, segment: Segment, iss: number | null): void {
    const { address: _, ...bound } = this.binding;
    const endpoint = new Endpoint(this.#host, {
      local,
      localPort: segment.destinationPort,
      remote,
      remotePort: segment.sourcePort,
      settings: new SocketSettings(this.#settings.current),
      // The connection did not choose the port: when it is over, it holds none.
      binding: { ...bound, address: local, listening: false, explicit: false, peer: "accepted" },
      listener: this,
      iss,
    });
    if (segment.fastOpen !== null && this.#opensFast) {
      const { fastOpen } = this.#host;
      const { cookie, experimental } = segment.fastOpen;
      if (fastOpen.isOurs(cookie, remote, local)) {
        this.#early.push(endpoint);
        endpoint.listener = null;
        endpoint.openEarly(segment);
        this.#accepted.push(endpoint);
        this.onWake?.();
        return;
      }
      // It asks for a cookie, or shows one that is not ours.
      endpoint.connection.synCookie = { cookie: fastOpen.cookieFor(remote, local), experimental };
    }
    this.#pending.add(endpoint);
    endpoint.openPassive(segment);
  }

  /** Whether SYNs with a cookie are let in: TCP_FASTOPEN, and no more handshakes under way than that says. */
  get #opensFast(): boolean {
    const { fastOpenQueue } = this.#settings.current;
    if (fastOpenQueue === 0 || !this.#host.fastOpen.isServer) return false;
    this.#early = this.#early.filter(({ connection }) => connection.early);
    return this.#early.length < fastOpenQueue;
  }

  /** A handshake has completed. */
  established(endpoint: Endpoint): void {
    endpoint.listener = null;
    this.#pending.delete(endpoint);
    this.#accepted.push(endpoint);
    this.onWake?.();
  }

  /** A handshake has failed. */
  forget(endpoint: Endpoint): void {
    endpoint.listener = null;
    endpoint.connection.orphan = true;
    this.#pending.delete(endpoint);
  }

  /** The connection that waits longest, or null. It may have been reset meanwhile: accept hands it out all the same. */
  take(): Endpoint | null {
    return this.#accepted.shift() ?? null;
  }

  /** Stops listening: connections nobody accepted are reset, handshakes forgotten. */
  close(): void {
    this.#host.demux.removeListener(this);
    for (const endpoint of this.#pending) {
      endpoint.listener = null;
      endpoint.connection.orphan = true;
      endpoint.connection.finish();
      endpoint.settle();
    }
    this.#pending.clear();
    for (const endpoint of this.#accepted.splice(0)) {
      endpoint.connection.orphan = true;
      abort(endpoint.connection);
      endpoint.settle();
    }
  }
}
