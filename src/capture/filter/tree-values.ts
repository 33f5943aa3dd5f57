// Values of a packet's fields out of its detail tree.

import type { DissectedPacket } from "../dissect/dissect.ts";
import { nsText } from "../dissect/times.ts";
import type { DetailNode, FieldValue } from "../dissect/tree.ts";
import { nodesOf } from "../fields.ts";
import { parseDate } from "./dates.ts";
import type { ValueSource } from "./evaluate.ts";
import { kindOf } from "./expression.ts";
import type { FieldExpression, Value } from "./expression.ts";
import { addressBytes } from "./literals.ts";
import type { Slice } from "./syntax.ts";

/** Protocols that carry others: a search goes on into what they carry, and each time one comes is a layer of its own. */
const CARRIERS = new Set(
  "frame eth vlan ieee8021ad llc sll null raw arp ip ipv6 ipv6.fraghdr ipv6.hopopts ipv6.dstopts ipv6.routing ah icmp icmpv6 igmp tcp udp".split(
    " ",
  ),
);

/** Their bytes are all they carry: Wireshark sets where their headers end too late for filters. Bodies of HTTP are found so. */
const WITHOUT_HEADER = new Set(["ah", "http", "ipv6.routing", "raw", "rpc", "tcp"]);

const NOTHING = new Uint8Array(0);

export class TreeValues implements ValueSource {
  readonly #packet: DissectedPacket;

  constructor(packet: DissectedPacket) {
    this.#packet = packet;
  }

  values(expression: FieldExpression): Value[] {
    const column = this.#column(expression.field.name);
    if (column !== null) return [column];
    const { layers } = expression;
    const nodes =
      layers === null
        ? nodesOf(this.#packet.tree, expression.field)
        : nodesInLayers(this.#packet.tree, expression, layers);
    return nodes.map((node) => this.#value(node, expression));
  }

  #column(name: string): string | null {
    if (!name.startsWith("_ws.col.")) return null;
    switch (name) {
      case "_ws.col.Protocol":
        return this.#packet.protocol;
      case "_ws.col.Info":
        return this.#packet.info;
      case "_ws.col.Source":
        return this.#packet.source;
      default:
        return this.#packet.destination;
    }
  }

  #value(node: DetailNode, expression: FieldExpression): Value {
    if (expression.isRaw) return this.#covered(node, node.start + node.length);
    if (expression.type === "protocol") return this.#protocol(node, expression.isReaching);
    const value = plain(expression, node.value);
    return (
      value ?? (kindOf(expression.type) === "presence" ? 1 : this.#covered(node, node.start + node.length))
    );
  }

  #covered({ source, start }: DetailNode, end: number): Uint8Array {
    return this.#packet.sources[source]?.bytes.subarray(start, Math.max(start, end)) ?? NOTHING;
  }

  /** A protocol's header, or all it carries. */
  #protocol(node: DetailNode, isReaching: boolean): Uint8Array {
    const name = node.field ?? "";
    const isWhole = WITHOUT_HEADER.has(name) || (isReaching && CARRIERS.has(name));
    return this.#covered(node, isWhole ? this.#reach(node) : node.start + node.length);
  }

  /** Where what a protocol was found in ends: by the innermost header before it that says how far it reaches. */
  #reach(node: DetailNode): number {
    let end = this.#packet.sources[node.source]?.bytes.length ?? 0;
    const look = (nodes: readonly DetailNode[]): boolean => {
      for (const one of nodes) {
        if (one.source === node.source && one.field !== null) {
          const own = ownEnd(one);
          if (own !== null && own <= end && own >= node.start) end = own;
        }
        if (one === node || look(one.children)) return true;
      }
      return false;
    };
    look(this.#packet.tree);
    return end;
  }
}

/** Where a header says that it and all it carries end. */
function ownEnd({ field, start, length, children }: DetailNode): number | null {
  const said = (name: string): number | null => {
    const value = children.find((child) => child.field === name)?.value;
    return typeof value === "number" ? value : null;
  };
  switch (field) {
    case "ip":
      return ending(start, said("ip.len"));
    case "ipv6":
      return ending(start + 40, said("ipv6.plen"));
    case "udp":
      return ending(start, said("udp.length"));
    case "tcp":
      return ending(start + length, said("tcp.len"));
    default:
      return null;
  }
}

/** A length of 0 says nothing: segments that a network card is to cut have it. */
function ending(start: number, length: number | null): number | null {
  return length === null || length === 0 ? null : start + length;
}

/** Layers whose headers' lengths say where what they carry ends. */
export const LENGTH_LAYERS: readonly string[] = ["ip", "ipv6", "udp", "tcp"];

/** A field's value as filters see it; null for none. */
export function plain({ type }: FieldExpression, value: FieldValue | null): Value | null {
  if (value === null) return null;
  switch (kindOf(type)) {
    case "number":
    case "boolean":
      // Numbers of eight bytes are kept as digits where they would not be exact, or are shown as such.
      if (typeof value === "string")
        return /^(0x[0-9a-f]{1,16}|\d{1,20})$/.test(value) ? BigInt(value) : null;
      return typeof value === "number" || typeof value === "boolean" ? Number(value) : null;
    case "time":
      return typeof value === "bigint" ? value : null;
    case "date":
      return typeof value === "string" ? parseDate(value) : null;
    case "text":
      return typeof value === "string" ? value : typeof value === "bigint" ? nsText(value) : String(value);
    case "ipv4":
    case "ipv6":
      return typeof value === "string" ? keptAddressBytes(value) : null;
    case "bytes":
      if (value instanceof Uint8Array) return value;
      return type === "ether" && typeof value === "string" ? keptAddressBytes(value) : null;
    case "presence":
      return 1;
  }
}

/** Addresses read before: captures have few, and reading one costs more than a packet's other tests together. */
const addresses = new Map<string, Uint8Array | null>();
const ADDRESSES_MAX = 4096;

function keptAddressBytes(text: string): Uint8Array | null {
  let bytes = addresses.get(text);
  if (bytes === undefined) {
    bytes = addressBytes(text);
    if (addresses.size >= ADDRESSES_MAX) addresses.clear();
    addresses.set(text, bytes);
  }
  return bytes;
}

/**
 * The nodes that lie in one of `layers` of the field's protocol, which are counted from the outermost. Several messages in one segment
 * are of one layer.
 */
function nodesInLayers(
  tree: readonly DetailNode[],
  { field }: FieldExpression,
  layers: readonly Slice[],
): DetailNode[] {
  const found: DetailNode[] = [];
  const protocols = new Set(field.nodes.map((name) => name.split(".", 1)[0]));
  let layer = 0;
  const walk = (nodes: readonly DetailNode[]): void => {
    for (const node of nodes) {
      if (node.field !== null && protocols.has(node.field) && (layer === 0 || CARRIERS.has(node.field)))
        layer++;
      // mDNS and LLMNR have DNS's fields without its layer.
      const own = Math.max(layer, 1);
      const isWanted = layers.some(
        ({ offset, length }) => own >= offset && (length === null || own < offset + length),
      );
      if (isWanted && node.field !== null && field.nodes.includes(node.field)) found.push(node);
      walk(node.children);
    }
  };
  walk(tree);
  return found;
}
