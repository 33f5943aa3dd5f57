// Builds traces by hand for tests of views: hosts a (10.0.0.1) and b (10.0.0.2), raw IPv4 packets with true headers.

import type { TraceEvent, EventValue, DropReason } from "../../src/trace/events.ts";
import { PROTOCOL } from "../../src/trace/packets.ts";
import { LINKTYPE, Trace } from "../../src/trace/trace.ts";
import type { TcpState } from "../../src/socket/options.ts";

const FLAGS = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16 } as const;
const encoder = new TextEncoder();

export interface TcpShape {
  readonly from: string;
  readonly to: string;
  readonly flags: readonly (keyof typeof FLAGS)[];
  readonly seq: number;
  readonly ack?: number;
  readonly data?: string;
}

export class TraceBuilder {
  readonly trace: Trace;
  readonly #bytes: Uint8Array[] = [];
  readonly #hosts: string[];
  #calls = 0;
  timeNs = 0;

  constructor(hosts: readonly string[] = ["client", "server"]) {
    this.trace = new Trace({ read: (row) => this.#bytes[row] });
    this.#hosts = [...hosts];
    for (const host of hosts) {
      this.trace.interfaces.push({ name: `${host}/net`, linkType: LINKTYPE.raw, snapLength: 0 });
    }
  }

  at(ms: number): this {
    this.timeNs = Math.round(ms * 1e6);
    return this;
  }

  address(host: string): string {
    return `10.0.0.${this.#hosts.indexOf(host) + 1}`;
  }

  tcp(shape: TcpShape): number {
    const payload = encoder.encode(shape.data ?? "");
    const ports = shape.from < shape.to ? [51_234, 80] : [80, 51_234];
    const header = new Uint8Array(20);
    const view = new DataView(header.buffer);
    view.setUint16(0, ports[0]);
    view.setUint16(2, ports[1]);
    view.setUint32(4, shape.seq);
    view.setUint32(8, shape.ack ?? 0);
    const flags = shape.flags.reduce((bits, name) => bits | FLAGS[name], 0);
    view.setUint16(12, (5 << 12) | flags);
    view.setUint16(14, 64_240);
    const row = this.#packet(shape.from, shape.to, 6, header, payload);
    const table = this.trace.packets;
    table.protocol[row] = PROTOCOL.tcp;
    [table.sourcePort[row], table.destinationPort[row]] = ports;
    table.tcpSeq[row] = shape.seq;
    table.tcpAck[row] = shape.ack ?? 0;
    table.tcpFlags[row] = flags;
    table.tcpWindow[row] = 64_240;
    table.stream[row] = 0;
    return row;
  }

  udp(from: string, to: string, data: string): number {
    const payload = encoder.encode(data);
    const header = new Uint8Array(8);
    const view = new DataView(header.buffer);
    view.setUint16(0, 40_000);
    view.setUint16(2, 9000);
    view.setUint16(4, 8 + payload.length);
    const row = this.#packet(from, to, 17, header, payload);
    const table = this.trace.packets;
    table.protocol[row] = PROTOCOL.udp;
    table.sourcePort[row] = 40_000;
    table.destinationPort[row] = 9000;
    table.stream[row] = 0;
    return row;
  }

  arrive(packet: number): this {
    return this.event({ kind: "arrive", timeNs: this.timeNs, packet, host: this.trace.transits[packet].to });
  }

  drop(packet: number, reason: DropReason = "loss"): this {
    return this.event({ kind: "drop", timeNs: this.timeNs, packet, where: "client-server", reason });
  }

  /** Begins a call and answers its number. */
  call(socket: string, call: string, ...args: EventValue[]): number {
    const callId = this.#calls++;
    const host = socket.slice(0, socket.lastIndexOf("#"));
    this.event({ kind: "call", timeNs: this.timeNs, callId, host, socket, call, args });
    return callId;
  }

  answer(callId: number, result: EventValue = null): this {
    return this.event({ kind: "return", timeNs: this.timeNs, callId, result });
  }

  /** A call that answers at once. */
  did(socket: string, call: string, args: readonly EventValue[], result: EventValue = null): this {
    return this.answer(this.call(socket, call, ...args), result);
  }

  fail(callId: number, code: "ECONNRESET" | "ECONNREFUSED"): this {
    return this.event({ kind: "return", timeNs: this.timeNs, callId, error: { code, message: code } });
  }

  state(host: string, from: TcpState, to: TcpState): this {
    const [local, remote] = this.#ends(host);
    return this.event({ kind: "state", timeNs: this.timeNs, host, local, remote, from, to });
  }

  buffers(host: string, sendQueue: number, receiveQueue: number): this {
    const [local, remote] = this.#ends(host);
    return this.event({
      kind: "buffers",
      timeNs: this.timeNs,
      host,
      local,
      remote,
      sendQueue,
      inFlight: sendQueue,
      receiveQueue,
      outOfOrder: 0,
      sendBuffer: 16_384,
      receiveBuffer: 65_536,
    });
  }

  exit(host: string, error: string | null = null): this {
    return this.event({ kind: "exit", timeNs: this.timeNs, host, error });
  }

  event(event: TraceEvent): this {
    this.trace.addEvent(event);
    return this;
  }

  #ends(host: string): [string, string] {
    const client = `${this.address(this.#hosts[0])}:51234`;
    const server = `${this.address(this.#hosts[1])}:80`;
    return host === this.#hosts[0] ? [client, server] : [server, client];
  }

  #packet(from: string, to: string, protocol: number, header: Uint8Array, payload: Uint8Array): number {
    const length = 20 + header.length + payload.length;
    const bytes = new Uint8Array(length);
    const view = new DataView(bytes.buffer);
    bytes[0] = 0x45;
    view.setUint16(2, length);
    bytes[8] = 64;
    bytes[9] = protocol;
    bytes.set([10, 0, 0, this.#hosts.indexOf(from) + 1], 12);
    bytes.set([10, 0, 0, this.#hosts.indexOf(to) + 1], 16);
    bytes.set(header, 20);
    bytes.set(payload, 20 + header.length);
    const row = this.trace.addPacket(
      this.timeNs,
      this.trace.way({ link: "client-server", from, to, copyOf: null }),
    );
    this.#bytes[row] = bytes;
    const table = this.trace.packets;
    table.length[row] = length;
    table.capturedLength[row] = length;
    table.interfaceId[row] = this.#hosts.indexOf(from);
    table.source[row] = table.addresses.internIpv4(view.getUint32(12));
    table.destination[row] = table.addresses.internIpv4(view.getUint32(16));
    table.networkOffset[row] = 0;
    table.transportOffset[row] = 20;
    table.payloadOffset[row] = 20 + header.length;
    table.payloadLength[row] = payload.length;
    return row;
  }
}

/** Bytes as an event keeps them. */
export function preview(text: string): EventValue {
  const head = encoder.encode(text);
  return { length: head.length, head };
}

/** The tcp-hello conversation: the client's greeting is lost once, the answer comes back, both close. */
export function helloTrace(): Trace {
  const b = new TraceBuilder();
  const greeting = "Hello, server!";
  const answer = "Hello, client!";
  b.at(0)
    .did("server#1", "bind", [":80"])
    .did("server#1", "listen", [128])
    .state("server", "CLOSED", "LISTEN");
  const accept = b.call("server#1", "accept");
  const connect = b.call("client#1", "connect", "server:80");
  b.state("client", "CLOSED", "SYN_SENT");
  const syn = b.tcp({ from: "client", to: "server", flags: ["SYN"], seq: 1000 });
  b.at(10).arrive(syn).state("server", "LISTEN", "SYN_RCVD");
  const synAck = b.tcp({ from: "server", to: "client", flags: ["SYN", "ACK"], seq: 5000, ack: 1001 });
  b.at(20).arrive(synAck).state("client", "SYN_SENT", "ESTABLISHED");
  const ack = b.tcp({ from: "client", to: "server", flags: ["ACK"], seq: 1001, ack: 5001 });
  b.answer(connect);
  b.did("client#1", "send", [preview(greeting)], 14).buffers("client", 14, 0);
  const lost = b.tcp({
    from: "client",
    to: "server",
    flags: ["PSH", "ACK"],
    seq: 1001,
    ack: 5001,
    data: greeting,
  });
  b.drop(lost);
  const clientRecv = b.call("client#1", "recv", 1024);
  b.at(30).arrive(ack).state("server", "SYN_RCVD", "ESTABLISHED");
  b.answer(accept, "server#2");
  const serverRecv = b.call("server#2", "recv", 1024);
  b.at(220).event({
    kind: "timer",
    timeNs: b.timeNs,
    host: "client",
    local: "10.0.0.1:51234",
    remote: "10.0.0.2:80",
    timer: "rto",
  });
  const again = b.tcp({
    from: "client",
    to: "server",
    flags: ["PSH", "ACK"],
    seq: 1001,
    ack: 5001,
    data: greeting,
  });
  b.at(230)
    .arrive(again)
    .buffers("server", 0, 14)
    .answer(serverRecv, preview(greeting))
    .buffers("server", 0, 0);
  const dataAck = b.tcp({ from: "server", to: "client", flags: ["ACK"], seq: 5001, ack: 1015 });
  b.did("server#2", "send", [preview(answer)], 14).buffers("server", 14, 0);
  const reply = b.tcp({
    from: "server",
    to: "client",
    flags: ["PSH", "ACK"],
    seq: 5001,
    ack: 1015,
    data: answer,
  });
  b.did("server#2", "close", []).state("server", "ESTABLISHED", "FIN_WAIT_1").exit("server");
  const fin = b.tcp({ from: "server", to: "client", flags: ["FIN", "ACK"], seq: 5015, ack: 1015 });
  b.at(240).arrive(dataAck).buffers("client", 0, 0).arrive(reply).buffers("client", 0, 14);
  b.answer(clientRecv, preview(answer)).buffers("client", 0, 0);
  b.did("client#1", "close", []).exit("client");
  b.arrive(fin).state("client", "ESTABLISHED", "CLOSE_WAIT").state("client", "CLOSE_WAIT", "LAST_ACK");
  const lastFin = b.tcp({ from: "client", to: "server", flags: ["FIN", "ACK"], seq: 1015, ack: 5016 });
  b.at(250).arrive(lastFin).state("server", "FIN_WAIT_1", "TIME_WAIT");
  const lastAck = b.tcp({ from: "server", to: "client", flags: ["ACK"], seq: 5016, ack: 1016 });
  b.at(260).arrive(lastAck).state("client", "LAST_ACK", "CLOSED");
  return b.trace;
}
