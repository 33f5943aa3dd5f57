// The fields by name: what each is, how its values print, and which names are near one that is not known.

import type { DetailNode, FieldValue, Interest } from "./dissect/tree.ts";
import { nsText } from "./dissect/times.ts";
import { ANALYSIS_FIELD_ROWS } from "./fields-analysis.ts";
import { APPLICATION_FIELD_ROWS } from "./fields-applications.ts";
import { EXPERT_FIELD_ROWS } from "./fields-expert.ts";
import { IP_OPTION_FIELD_ROWS } from "./fields-ip-options.ts";
import { TCP_OPTION_FIELD_ROWS } from "./fields-tcp-options.ts";
import { FIELD_ROWS } from "./fields-table.ts";
import { TUNNEL_FIELD_ROWS } from "./fields-tunnels.ts";
import { spelledOut } from "./spelled-out.ts";

/** What a field's values are. An `x` at the end prints hexadecimal; `time` is nanoseconds, `date` text. */
export type FieldType =
  | "boolean"
  | "uint8"
  | "uint16"
  | "uint24"
  | "uint32"
  | "uint64"
  | "int32"
  | "double"
  | "uint8x"
  | "uint16x"
  | "uint24x"
  | "uint32x"
  | "uint64x"
  | "ipv4"
  | "ipv6"
  | "ether"
  | "string"
  | "bytes"
  | "time"
  | "date"
  /** There or not, without a value; prints as 1. */
  | "flag"
  | "protocol";

export interface FieldInfo {
  readonly name: string;
  readonly type: FieldType;
  readonly title: string;
  /** The fields in the tree that hold its values: itself, or both ends for `ip.addr` and its like. */
  readonly nodes: readonly string[];
  /** What numbers are called, where a filter may name them: `Note`. */
  readonly values?: Readonly<Record<string, number>>;
}

type Either = readonly [name: string, type: FieldType, title: string, nodes: readonly string[]];

/** What either address of an IPv6 header was made from. */
const ADDRESS_ORIGINS: readonly (readonly [name: string, type: FieldType, title: string])[] = [
  ["6to4_gw_ipv4", "ipv4", "6to4 Gateway IPv4"],
  ["6to4_sla_id", "uint16", "6to4 SLA ID"],
  ["ts_ipv4", "ipv4", "Teredo Server IPv4"],
  ["tc_port", "uint16", "Teredo Port"],
  ["tc_ipv4", "ipv4", "Teredo Client IPv4"],
  ["slaac_mac", "ether", "SLAAC MAC"],
  ["isatap_ipv4", "ipv4", "ISATAP IPv4"],
];

/** Fields that are either of two others; IPv6 headers have IP's version. */
const EITHER: readonly Either[] = [
  ["eth.addr", "ether", "Address", ["eth.dst", "eth.src"]],
  ["ip.addr", "ipv4", "Source or Destination Address", ["ip.src", "ip.dst"]],
  ["ip.version", "uint8", "Version", ["ip.version", "ipv6.version"]],
  ...ADDRESS_ORIGINS.map(([name, type, title]): Either => [
    `ipv6.${name}`,
    type,
    title,
    [`ipv6.src_${name}`, `ipv6.dst_${name}`],
  ]),
  ["ipv6.addr", "ipv6", "Source or Destination Address", ["ipv6.src", "ipv6.dst", "ipv6.routing.src.addr"]],
  ["tcp.port", "uint16", "Source or Destination Port", ["tcp.srcport", "tcp.dstport"]],
  ["udp.port", "uint16", "Source or Destination Port", ["udp.srcport", "udp.dstport"]],
];

/** Columns of the packet list, as fields. */
const COLUMNS: readonly (readonly [name: string, title: string])[] = [
  ["_ws.col.Protocol", "Protocol"],
  ["_ws.col.Info", "Info"],
  ["_ws.col.Source", "Source"],
  ["_ws.col.Destination", "Destination"],
];

const FIELDS = new Map<string, FieldInfo>();
for (const [name, type, title] of [
  ...FIELD_ROWS,
  ...IP_OPTION_FIELD_ROWS,
  ...TCP_OPTION_FIELD_ROWS,
  ...TUNNEL_FIELD_ROWS,
  ...ANALYSIS_FIELD_ROWS,
  ...APPLICATION_FIELD_ROWS,
])
  FIELDS.set(name, { name, type, title, nodes: [name] });
for (const [name, type, title, values] of EXPERT_FIELD_ROWS)
  FIELDS.set(name, { name, type, title, nodes: [name], ...(values === undefined ? {} : { values }) });
for (const [name, type, title, nodes] of EITHER) FIELDS.set(name, { name, type, title, nodes });
for (const [name, title] of COLUMNS) FIELDS.set(name, { name, type: "string", title, nodes: [name] });

/** The field called `name`, or null. */
export function findField(name: string): FieldInfo | null {
  return FIELDS.get(name) ?? null;
}

/** All known fields, by name. */
export function allFields(): readonly FieldInfo[] {
  return [...FIELDS.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

const HEX_DIGITS: Partial<Record<FieldType, number>> = {
  uint8x: 2,
  uint16x: 4,
  uint24x: 6,
  uint32x: 8,
  uint64x: 16,
};

/** A value as `-T fields` and JSON print it. `label` is the node's line, which is what fields without a value print. */
export function formatValue(type: FieldType, value: FieldValue | null, label: string): string {
  if (type === "flag") return "1";
  if (type === "protocol" || value === null) return label;
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "bigint") return nsText(value);
  if (typeof value === "string") return spelledOut(value);
  if (typeof value === "number") {
    const digits = HEX_DIGITS[type];
    return digits === undefined ? String(value) : `0x${value.toString(16).padStart(digits, "0")}`;
  }
  if (value.length === 0) return NO_BYTES;
  return Buffer.from(value.buffer, value.byteOffset, value.length).toString("hex");
}

/**
 * The same of a line of `field`. A protocol's line that says nothing but its title prints as the protocol's name, and data of no
 * protocol as its bytes.
 */
export function formatNode({ name, type, title }: FieldInfo, { value, label, children }: DetailNode): string {
  if (name === "data" && children.length > 0) return formatValue("bytes", children[0].value, label);
  if (name === EXPERT) return spelledOut(label.slice(1, -1));
  return type === "protocol" && label === title ? name : formatValue(type, value, label);
}

const EXPERT = "_ws.expert";
/** Wireshark's word for bytes of which there are none. */
const NO_BYTES = "<MISSING>";
const MALFORMED = "_ws.malformed";

/** What a value is called, where its field has names for values; null where it has none. */
export function valueName({ values }: FieldInfo, value: FieldValue | null): string | null {
  return Object.entries(values ?? {}).find(([, known]) => known === value)?.[0] ?? null;
}

/** What of packets is to be dissected for the values of these fields. */
export function interestIn(fields: readonly FieldInfo[]): Interest {
  const layers = new Set<string>();
  let labels = false;
  let isAny = false;
  for (const { nodes, type } of fields) {
    for (const name of nodes) layers.add(layerOf(name));
    // Any layer may have something to say of a packet.
    isAny ||= nodes[0].startsWith(EXPERT) || nodes[0] === MALFORMED;
    // Their values print as labels.
    labels ||= type === "protocol";
  }
  return { layers: isAny ? null : layers, labels };
}

/** The first word of a field's name: the protocol it is of. */
export function layerOf(field: string): string {
  const dot = field.indexOf(".");
  return dot <= 0 ? field : field.slice(0, dot);
}

/** The layers that columns or a whole dissection tell of; all others are applications'. */
const LOWER_LAYERS: ReadonlySet<string> = new Set([
  ..."_ws pkt_comment frame eth vlan ieee8021ad llc sll null raw arp ip ipv6 icmp icmpv6 igmp ospf tcp udp data".split(
    " ",
  ),
  ...TUNNEL_FIELD_ROWS.map(([name]) => layerOf(name)),
]);

/** Whether only applications have the field: no packet without a payload does. */
export function isOfApplications({ nodes }: FieldInfo): boolean {
  return nodes.every((name) => !LOWER_LAYERS.has(layerOf(name)));
}

/** The nodes of `tree` that hold values of `field`, in order. */
export function nodesOf(
  tree: readonly DetailNode[],
  field: FieldInfo,
  into: DetailNode[] = [],
): DetailNode[] {
  for (const node of tree) {
    if (node.field !== null && field.nodes.includes(node.field)) into.push(node);
    if (node.children.length > 0) nodesOf(node.children, field, into);
  }
  return into;
}

/** Known names like an unknown one, nearest first, at most `max`. */
export function nearFields(name: string, max = 3): string[] {
  const wanted = name.toLowerCase().slice(0, 64);
  const scored: { name: string; score: number }[] = [];
  for (const known of FIELDS.keys()) {
    const isWithin = wanted.length > 3 && known.includes(wanted);
    const score = isWithin ? 1 : distance(wanted, known);
    if (score <= Math.max(2, wanted.length / 3)) scored.push({ name: known, score });
  }
  scored.sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1));
  return scored.slice(0, max).map((near) => near.name);
}

/** Levenshtein distance: letters added, dropped or changed. */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = above[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, above[j] + 1, row[j - 1] + 1));
    }
    above = row;
  }
  return above[b.length];
}

/** What to tell a user who named a field that is not known. */
export function unknownField(name: string): string {
  const near = nearFields(name);
  const hint = near.length === 0 ? "" : `; did you mean ${near.join(", ")}?`;
  return `field not known: ${name}${hint}`;
}
