// The detail tree of one packet, and the state its dissectors share while they grow it.
//
// Names and wording are Wireshark's. A node says which bytes it came from, so that a hex view can light them: `source`
// is 0 for the packet's own bytes, more for data put together from several packets (`DissectedPacket.sources`).

import { NO_OFFSET } from "../../trace/packets.ts";
import { addExpert } from "./expert.ts";
import type { ExpertFinding, ExpertItem } from "./expert.ts";
import type { SharedNodes } from "./shared-nodes.ts";
import type { Surroundings } from "./surroundings.ts";
import type { WireError } from "../../wire/error.ts";
import { HEX_PAIRS } from "../../wire/hex.ts";

/** What a field holds. Times are nanoseconds as bigint; addresses and names are text; `Uint8Array` is raw bytes. */
export type FieldValue = boolean | number | bigint | string | Uint8Array;

export interface DetailNode {
  /** Wireshark's field name, null for a line that is only text. Protocols are fields too: `tcp`. */
  readonly field: string | null;
  label: string;
  /** Byte range within `source`; length 0 where the line is computed. */
  readonly start: number;
  length: number;
  readonly source: number;
  readonly value: FieldValue | null;
  readonly children: DetailNode[];
}

/** Bytes that nodes point into. */
export interface DataSource {
  /** `Frame`, `Reassembled IPv4`, ... */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What of a dissection somebody will look at: what nobody will, dissectors need not make. */
export interface Interest {
  /** Layers whose lines are wanted, by the first word of their fields' names; null is all of them. */
  readonly layers: ReadonlySet<string> | null;
  /** Whether the lines' texts are wanted. Lines without a field always have theirs. */
  readonly labels: boolean;
}

/** The whole tree. */
export const EVERYTHING: Interest = { layers: null, labels: true };
/** The whole tree, for its values: labels that cost something are left empty. */
export const VALUES: Interest = { layers: null, labels: false };
/** The packet list's columns and the names of the layers. */
export const COLUMNS: Interest = { layers: new Set(), labels: false };

/** A line's text, or what makes it where it is wanted: numbers to text are most of what a tree costs. */
export type Label = string | (() => string);

/** Why dissection stopped before a layer's end. */
export type Stop = "cut" | "malformed" | "unreassembled";

/** What protocols are called in a few letters, where that is not their layer's name in capitals. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  eth: "Ethernet",
  arp: "ARP/RARP",
  pppoes: "PPPoES",
  pppoed: "PPPoED",
  geneve: "Geneve",
  ip: "IPv4",
  ipv6: "IPv6",
  "ipv6.hopopts": "IPv6 Hop-by-Hop",
  "ipv6.dstopts": "IPv6 Destination",
  icmpv6: "ICMPv6",
  dhcp: "DHCP/BOOTP",
  websocket: "WebSocket",
};

/** What is said of a layer that ends too early, of whatever protocol. */
const EXCEPTION: Omit<ExpertItem, "protocol"> = {
  severity: "Error",
  group: "Malformed",
  summary: "Malformed Packet (Exception occurred)",
};

/** Layers within layers (tunnels, errors that quote packets, stacked tags) go no deeper than this. */
const DEPTH_MAX = 24;

/** Nodes a packet may have: a hostile packet must not grow a tree without end. */
const NODES_MAX = 20_000;

/** Stands for each of the lines that nobody will look at, those below it too; nothing is added to it. */
const NOBODYS: DetailNode = {
  field: null,
  get label() {
    return "";
  },
  set label(_) {},
  start: 0,
  length: 0,
  source: 0,
  value: null,
  children: [],
};
// A dissector that looks for a line it added finds this one.
NOBODYS.children.push(NOBODYS);

export class Dissection {
  readonly tree: DetailNode[] = [];
  readonly sources: DataSource[];
  /** `frame.protocols`, one name a layer. */
  readonly layers: string[] = [];
  /** The Protocol and Info columns. */
  protocol = "";
  info = "";
  /** What TCP's analysis puts before Info, whatever protocol has it; and how many messages have added to Info. */
  infoPrefix = "";
  messages = 0;
  /** The messages come behind a part of one that is not complete: what Info says of that stays, and the protocol TCP. */
  isBehindPart = false;
  /** The Source and Destination columns: network addresses, or link addresses under them. */
  addressFrom = "";
  addressTo = "";
  /** The bytes being dissected, which of `sources` they are, and where they would end had all been captured. */
  bytes: Uint8Array;
  source = 0;
  reportedEnd: number;
  stopped: Stop | null = null;
  /** Expert information so far. */
  readonly experts: ExpertFinding[] = [];
  /** Where layers are added: the top, or the message that quotes them. */
  root: DetailNode[] = this.tree;
  /** Inside a packet that an ICMP error quotes: columns are the outer packet's. */
  quoted = 0;
  /** Where the outermost network layer ends by its own length; -1 where it does not say. */
  networkEnd = -1;
  /** What is read is a first fragment only: what goes beyond it may be in others. */
  isPartOfDatagram = false;
  /** Of the innermost IP header that is not quoted; pings show it. -1 before one. */
  hopLimit = -1;
  #depth = 0;
  #nodes = 0;
  /** Nothing is looked at but the columns and the names of the layers: lines need not be made. */
  readonly isForColumns: boolean;

  readonly around: Surroundings;
  readonly interest: Interest;

  constructor(
    bytes: Uint8Array,
    reportedLength: number,
    around: Surroundings,
    interest: Interest = EVERYTHING,
  ) {
    this.around = around;
    this.interest = interest;
    this.isForColumns = interest.layers?.size === 0;
    this.bytes = bytes;
    this.reportedEnd = Math.max(reportedLength, bytes.length);
    this.sources = [{ name: "Frame", bytes }];
  }

  /** Whether lines of fields that begin with `layer` are looked at: where not, a dissector may leave its own out. */
  wants(layer: string): boolean {
    const { layers } = this.interest;
    return layers === null || layers.has(layer);
  }

  /** Appends a line to `parent`. Past the bound on nodes it makes them and keeps them out of the tree. */
  add(
    parent: DetailNode[],
    field: string | null,
    label: Label,
    start: number,
    length: number,
    value: FieldValue | null = null,
  ): DetailNode {
    if (this.isForColumns) return NOBODYS;
    return this.#line(parent, field, label, start, length, value);
  }

  /** Appends the line `name: value`. */
  addNamed(
    parent: DetailNode[],
    field: string,
    name: string,
    start: number,
    length: number,
    value: number | string,
  ): DetailNode {
    if (this.isForColumns) return NOBODYS;
    const label = this.interest.labels ? `${name}: ${value}` : "";
    return this.#line(parent, field, label, start, length, value);
  }

  /** The same in brackets: of what no byte says, but what is known besides. */
  addComputed(
    parent: DetailNode[],
    field: string,
    name: string,
    start: number,
    length: number,
    value: number | string,
  ): DetailNode {
    if (this.isForColumns) return NOBODYS;
    const label = this.interest.labels ? `[${name}: ${value}]` : "";
    return this.#line(parent, field, label, start, length, value);
  }

  /**
   * Appends to `parent` what `make` adds to the list that it is given, once for all packets with the same `key`: its lines' bytes and where they
   * are, what they say and their values must follow from that, nothing is found to be wrong in them, and nobody adds to them.
   */
  addShared(parent: DetailNode[], among: SharedNodes, key: number, make: (out: DetailNode[]) => void): void {
    if (this.isForColumns) return;
    // Where bytes are includes whose they are.
    if (this.source !== 0) {
      make(parent);
      return;
    }
    const { labels } = this.interest;
    const kept = among.find(key, labels);
    if (kept !== undefined && this.#nodes + kept.count < NODES_MAX) {
      this.#nodes += kept.count;
      for (const node of kept.nodes) parent.push(node);
      return;
    }
    const nodes: DetailNode[] = [];
    const before = this.#nodes;
    make(nodes);
    if (this.#nodes < NODES_MAX) among.keep(key, labels, nodes, this.#nodes - before);
    for (const node of nodes) parent.push(node);
  }

  #line(
    parent: DetailNode[],
    field: string | null,
    label: Label,
    start: number,
    length: number,
    value: FieldValue | null,
  ): DetailNode {
    const text = this.#text(label, field);
    const node: DetailNode = { field, label: text, start, length, source: this.source, value, children: [] };
    if (this.#nodes < NODES_MAX) {
      this.#nodes++;
      parent.push(node);
    }
    return node;
  }

  /** Whether no network layer has been met yet, neither here nor above. */
  isOutermost(): boolean {
    return this.quoted === 0 && !this.layers.includes("ip") && !this.layers.includes("ipv6");
  }

  /** Whether the transport header at `start` is the one that the row's columns hold, and neither quoted nor around a tunnel. */
  isOwn(start: number): boolean {
    const own = this.around.trace.packets.transportOffset[this.around.row];
    // The header of a datagram put together from fragments is in none of the row's bytes.
    return this.quoted === 0 && (this.source === 0 ? start === own : own === NO_OFFSET);
  }

  /** The stream of the transport header at `start`, or NO_STREAM. */
  streamAt(start: number): number {
    const { around } = this;
    return this.isOwn(start) ? around.trace.packets.stream[around.row] : around.streamBesides(start);
  }

  /** A protocol's line, and its name in `frame.protocols`. */
  layer(name: string, label: Label, start: number, length: number): DetailNode {
    this.layers.push(name);
    if (!this.isForColumns) return this.#line(this.root, name, label, start, length, null);
    return {
      field: name,
      label: "",
      start,
      length,
      source: this.source,
      value: null,
      children: NOBODYS.children,
    };
  }

  #text(label: Label, field: string | null): string {
    if (typeof label === "string") return label;
    return this.interest.labels || field === null ? label() : "";
  }

  /** Whether `need` bytes from `start` are there and belong to a layer that ends at `end`; says why not in the tree. */
  has(start: number, need: number, end: number, what: string): boolean {
    // Of what the capture cut nobody knows whether it was too short.
    const held = Math.min(end, this.bytes.length);
    if (start + need <= held) return true;
    this.stop(held < end ? "cut" : "malformed", what, start);
    return false;
  }

  /** Records that `what` could not be dissected at `start` and why. Only the first reason counts. */
  stop(why: Stop, what: string, start: number): void {
    // Errors quote as much of a packet as they please.
    if (this.stopped !== null || this.quoted > 0) return;
    this.stopped = why === "malformed" && this.isPartOfDatagram ? "unreassembled" : why;
    const at = Math.min(start, this.bytes.length);
    const length = this.bytes.length - at;
    const layer = this.layers.at(-1);
    const name = layer === undefined ? what : (SHORT_NAMES[layer] ?? layer.toUpperCase());
    if (why === "cut") {
      this.add(this.tree, "_ws.short", `[Packet size limited during capture: ${name} truncated]`, at, length);
    } else {
      if (this.stopped === "unreassembled") {
        const text = `[BoundError Unreassembled Packet: ${name}]`;
        this.add(
          this.add(this.tree, "_ws.unreassembled", text, at, length).children,
          null,
          `[${what}]`,
          at,
          0,
        );
        return;
      }
      const node = this.add(this.tree, "_ws.malformed", `[Malformed Packet: ${name}]`, at, length);
      addExpert(this, node.children, "_ws.malformed.expert", { ...EXCEPTION, protocol: name }, at, 0);
      this.add(node.children, null, `[${what}]`, at, 0);
    }
  }

  /** The same for what a wire decoder answered. */
  damaged(error: WireError, what: string): void {
    this.stop(error.cut ? "cut" : "malformed", `${what}: ${error.problem}`, error.offset);
  }

  /** Notes among a layer's lines `out` that something is wrong with it which does not keep it from being read. */
  remarkMalformed(out: DetailNode[], start: number): void {
    this.add(out, "_ws.malformed", "_ws.malformed", start, 0);
  }

  /** Where the bytes of a layer that ends at `end` end for us. */
  captured(end: number): number {
    return Math.min(end, this.bytes.length);
  }

  /** Sets the columns, unless the layer is only quoted by another packet. */
  columns(protocol: string, info: string): void {
    if (this.quoted > 0) return;
    this.protocol = protocol;
    this.info = info;
  }

  /** Runs a layer's dissector one level deeper; past the bound it is malformed instead. */
  enter(dissect: () => void): void {
    if (this.#depth >= DEPTH_MAX) {
      this.stop("malformed", "too many layers", this.bytes.length);
      return;
    }
    this.#depth++;
    dissect();
    this.#depth--;
  }

  /** Runs the dissector of a packet that `node`'s message quotes: its layers go under the message and leave the columns. */
  quote(node: DetailNode, dissect: () => void): void {
    const outer = this.root;
    this.root = node.children;
    this.quoted++;
    this.enter(dissect);
    this.quoted--;
    this.root = outer;
  }

  /** Runs a dissector over another buffer, as reassembled data needs. */
  within(name: string, bytes: Uint8Array, dissect: () => void): void {
    const { bytes: outer, source, reportedEnd } = this;
    this.source = this.sources.push({ name, bytes }) - 1;
    this.bytes = bytes;
    this.reportedEnd = bytes.length;
    this.enter(dissect);
    this.bytes = outer;
    this.source = source;
    this.reportedEnd = reportedEnd;
  }
}

/** `0x` and at least `digits` hexadecimal digits. */
export function hexText(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

/** Bytes as hexadecimal digits, cut after `max` bytes with an ellipsis as Wireshark cuts them. */
export function bytesText(bytes: Uint8Array, start: number, length: number, max = 36): string {
  const end = Math.min(start + length, bytes.length);
  const shown = Math.min(end, start + max);
  let text = "";
  for (let i = start; i < shown; i++) text += HEX_PAIRS[bytes[i]];
  return shown < end ? `${text}…` : text;
}
