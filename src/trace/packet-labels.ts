// What a packet is called on the ladder: its flags, the numbers that matter and the beginning of what it carries.

import { PROTOCOL } from "./packets.ts";
import type { SequenceBases } from "./sequence-bases.ts";
import type { Trace } from "./trace.ts";
import { textOf } from "./values.ts";

const SYN = 0x002;
const ACK = 0x010;
const FLAG_NAMES = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"] as const;
/** The order flags are named in: what a segment is before what it carries. */
const FLAG_ORDER = [1, 0, 2, 3, 4, 5, 6, 7] as const;
const PREVIEW_MAX = 24;
const LABELS_MAX = 1000;

const ICMP_NAMES: ReadonlyMap<number, string> = new Map([
  [0, "echo reply"],
  [0x0300, "network unreachable"],
  [0x0301, "host unreachable"],
  [0x0303, "port unreachable"],
  [0x0304, "fragmentation needed"],
  [0x0800, "echo request"],
  [0x0b00, "time exceeded in transit"],
  [0x0b01, "reassembly time exceeded"],
]);

const ICMPV6_NAMES: ReadonlyMap<number, string> = new Map([
  [0x0100, "no route"],
  [0x0103, "address unreachable"],
  [0x0104, "port unreachable"],
  [0x0200, "packet too big"],
  [0x0300, "hop limit exceeded"],
  [0x0301, "reassembly time exceeded"],
  [0x8000, "echo request"],
  [0x8100, "echo reply"],
]);

/** The labels of a trace's packets, each made when it is first asked for. */
export class PacketLabels {
  readonly #trace: Trace;
  readonly #sequences: SequenceBases;
  /** Labels made so far: a frame shows those of the one before, and of a simulated packet they take its bytes being made. */
  readonly #labels = new Map<number, string>();

  constructor(trace: Trace, sequences: SequenceBases) {
    this.#trace = trace;
    this.#sequences = sequences;
  }

  /** `SYN Seq=0 Win=64240`, `ACK Seq=1 Ack=15`, `PSH ACK Seq=1 Len=14 "Hello, server!"`, `UDP Len=5 "ping!"`. */
  label(packet: number): string {
    let label = this.#labels.get(packet);
    if (label !== undefined) return label;
    label = this.#label(packet);
    if (this.#labels.size >= LABELS_MAX) this.#labels.clear();
    this.#labels.set(packet, label);
    return label;
  }

  #label(packet: number): string {
    const table = this.#trace.packets;
    const length = table.payloadLength[packet];
    switch (table.protocol[packet]) {
      case PROTOCOL.tcp:
        return this.#tcpLabel(packet);
      case PROTOCOL.udp:
        return `UDP Len=${length}${this.#preview(packet)}`;
      case PROTOCOL.icmp:
        return `ICMP${this.#icmp(packet, ICMP_NAMES)}`;
      case PROTOCOL.icmpv6:
        return `ICMPv6${this.#icmp(packet, ICMPV6_NAMES)}`;
      case PROTOCOL.arp:
        return "ARP";
      case PROTOCOL.fragment:
        return `IP fragment, ${table.length[packet]} bytes`;
      default:
        return `${table.length[packet]} bytes`;
    }
  }

  #tcpLabel(packet: number): string {
    const table = this.#trace.packets;
    const flags = table.tcpFlags[packet];
    const length = table.payloadLength[packet];
    const names = FLAG_ORDER.filter((bit) => (flags & (1 << bit)) !== 0).map((bit) => FLAG_NAMES[bit]);
    let text = `${names.join(" ")} Seq=${this.#sequences.relativeSeq(packet)}`;
    if ((flags & ACK) !== 0 && length === 0) text += ` Ack=${this.#sequences.relativeAck(packet)}`;
    if ((flags & SYN) !== 0 || table.tcpWindow[packet] === 0) text += ` Win=${table.tcpWindow[packet]}`;
    if (length > 0) text += ` Len=${length}${this.#preview(packet)}`;
    return text;
  }

  #preview(packet: number): string {
    const offset = this.#trace.packets.payloadOffset[packet];
    const length = this.#trace.packets.payloadLength[packet];
    if (offset === 0xffff || length === 0) return "";
    const bytes = this.#trace.bytes(packet);
    const head = bytes.subarray(offset, offset + Math.min(length, PREVIEW_MAX * 2));
    const raw = head.length === 0 ? null : textOf({ length, head });
    if (raw === null) return "";
    const escaped = JSON.stringify(raw).slice(1, -1);
    // Characters wider or narrower than a column would bend the lifelines.
    const text = escaped.replaceAll(/[^\u0020-\u007e\u00a1-\u024f]/gu, "·");
    return text.length > PREVIEW_MAX || head.length < length
      ? ` "${text.slice(0, PREVIEW_MAX)}…"`
      : ` "${text}"`;
  }

  #icmp(packet: number, names: ReadonlyMap<number, string>): string {
    const offset = this.#trace.packets.transportOffset[packet];
    if (offset === 0xffff) return "";
    const bytes = this.#trace.bytes(packet);
    if (offset + 2 > bytes.length) return "";
    const name = names.get(bytes[offset] * 256 + bytes[offset + 1]) ?? names.get(bytes[offset] * 256);
    return name === undefined ? ` type ${bytes[offset]} code ${bytes[offset + 1]}` : ` ${name}`;
  }
}
