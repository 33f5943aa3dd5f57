// One UDP stream: which datagram answers which, and what later datagrams need of earlier ones.

import type { Trace } from "../../trace/trace.ts";
import type { ConversationsOptions } from "./conversations.ts";
import { decodeRule } from "./decode-rule.ts";
import { DnsExchange } from "./dns-exchange.ts";
import { gquicVersion } from "./gquic.ts";
import { QuicConnection } from "./quic-connection.ts";
import { looksLikeDns } from "./looks-like-dns.ts";
import { looksLikeQuic } from "./quic-packets.ts";
import { looksLikeRpcCall, RpcExchange } from "./rpc-exchange.ts";

/** Datagrams that say nothing before the stream is looked at no more. */
const UNKNOWN_MAX = 64;

/** Datagrams of a QUIC connection that are looked at: keys are made from its first ones. */
const QUIC_DATAGRAMS_MAX = 256;

/** DNS, mDNS and LLMNR, and their ports. */
const DNS_NAMES: ReadonlySet<string> = new Set(["dns", "mdns", "llmnr"]);
const DNS_PORTS: ReadonlySet<number> = new Set([53, 5353, 5355]);

/** Ports of protocols that keep nothing from one datagram to the next: DHCP, NTP, NetBIOS names, SSDP, BJNP, Dropbox's discovery. */
const STATELESS_PORTS: ReadonlySet<number> = new Set([
  67, 68, 123, 137, 1900, 8611, 8612, 8613, 8614, 17_500,
]);

/** Whether a datagram's ports say what it is, whatever its stream was before: nothing that `UdpConversation` learns of these changes it. */
export function portsTell(source: number, destination: number): boolean {
  const isTold = (port: number): boolean => DNS_PORTS.has(port) || STATELESS_PORTS.has(port);
  return isTold(source) || isTold(destination);
}

export class UdpConversation {
  /** Nothing more is read of it. */
  isData = false;
  readonly dns: DnsExchange;
  /** Once a datagram looked like QUIC's. */
  quic: QuicConnection | null = null;
  /** The version of Google's QUIC once a datagram said it, which later ones do not; null before. */
  gquicVersion: number | null = null;
  /** Once a datagram called a program of RPC. */
  rpc: RpcExchange | null = null;
  readonly #trace: Trace;
  #isDns: boolean;
  readonly #source: number;
  readonly #sourcePort: number;
  #unknown = 0;
  /** No datagram was looked at yet, and nothing else says what they are. */
  #isUntold: boolean;

  constructor(trace: Trace, first: number, options: ConversationsOptions) {
    const { packets } = trace;
    this.#trace = trace;
    this.#source = packets.source[first];
    this.#sourcePort = packets.sourcePort[first];
    const from = packets.sourcePort[first];
    const to = packets.destinationPort[first];
    const chosen = options.decodeAs === undefined ? undefined : decodeRule(options.decodeAs, "udp", from, to);
    if (chosen?.protocol === "quic") this.quic = new QuicConnection();
    else if (chosen?.protocol === "rpc") this.rpc = new RpcExchange();
    else if (chosen !== undefined)
      this.isData = chosen.protocol !== "gquic" && !DNS_NAMES.has(chosen.protocol);
    else this.isData = STATELESS_PORTS.has(from) || STATELESS_PORTS.has(to);
    this.#isDns =
      chosen === undefined ? DNS_PORTS.has(from) || DNS_PORTS.has(to) : DNS_NAMES.has(chosen.protocol);
    this.#isUntold = chosen === undefined && !this.#isDns;
    this.dns = new DnsExchange(this);
  }

  /** Bytes of memory, roughly. */
  get cost(): number {
    return 300 + this.dns.cost + (this.quic?.cost ?? 0) + (this.rpc?.cost ?? 0);
  }

  /** 0: from the sender of the stream's first packet; 1: to it. */
  direction(row: number): 0 | 1 {
    const { packets } = this.#trace;
    return packets.source[row] === this.#source && packets.sourcePort[row] === this.#sourcePort ? 0 : 1;
  }

  /** Takes the stream's next datagram; `payload` reads what it holds. */
  add(row: number, payload: (row: number) => Uint8Array): void {
    if (this.isData) return;
    const bytes = payload(row);
    if (this.#isUntold && looksLikeDns(bytes, 0, bytes.length)) this.#isDns = true;
    this.#isUntold = false;
    if (this.#isDns) {
      this.dns.add(row, bytes, 0);
      return;
    }
    if (this.rpc === null && looksLikeRpcCall(bytes, 0, bytes.length)) this.rpc = new RpcExchange();
    if (this.rpc !== null) {
      this.rpc.add(row, bytes, 0);
      return;
    }
    this.#unknown++;
    if (this.quic === null && looksLikeQuic(bytes, 0, bytes.length)) this.quic = new QuicConnection();
    this.quic?.add(row, this.direction(row), bytes);
    const version = this.quic === null ? gquicVersion(bytes, 0, bytes.length) : -1;
    if (version !== -1) {
      this.gquicVersion = version;
      this.isData = true;
      return;
    }
    this.isData = this.#unknown >= (this.quic === null ? UNKNOWN_MAX : QUIC_DATAGRAMS_MAX);
  }

  betweenNs(earlier: number, later: number): bigint {
    return this.#trace.packets.betweenNs(earlier, later);
  }
}
