// `-z ip_hosts,tree` and its like: addresses, protocols and ports of IPv4 and IPv6 packets, as tshark's tables.

import { PROTOCOL } from "../../trace/packets.ts";
import type { PacketTable } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import { StatsTree } from "./stats-tree.ts";
import type { StatsNode } from "./stats-tree.ts";

type Version = 4 | 6;
/** Counts packet `row`. */
type Count = (row: number) => void;

interface IpTree {
  readonly title: string;
  /** Makes the outermost lines, and what counts packets below them. */
  readonly begin: (tree: StatsTree, table: PacketTable, version: Version) => Count;
}

/** By tshark's names of them, which begin with `ip` or `ipv6`. */
const TREES: Readonly<Record<string, IpTree>> = {
  hosts: { title: "All Addresses", begin: countAddresses },
  ptype: { title: "IP Protocol Types", begin: countProtocols },
  srcdst: { title: "Source and Destination Addresses", begin: countEnds },
  dests: { title: "Destinations and Ports", begin: countPorts },
};

/** The statistics' names, as in `-z ip_hosts,tree`, with the version and the tree that each is. */
export const IP_TREES: ReadonlyMap<string, readonly [tree: string, version: Version]> = new Map([
  ["ip_hosts,tree", ["hosts", 4]],
  ["ip_srcdst,tree", ["srcdst", 4]],
  ["ptype,tree", ["ptype", 4]],
  ["dests,tree", ["dests", 4]],
  ["ipv6_hosts,tree", ["hosts", 6]],
  ["ipv6_srcdst,tree", ["srcdst", 6]],
  ["ipv6_ptype,tree", ["ptype", 6]],
  ["ipv6_dests,tree", ["dests", 6]],
]);

/** The lines of the table called `name` in `IP_TREES` over `rows`. */
export function* printIpTree(trace: Trace, rows: Iterable<number>, name: string): Generator<string> {
  const [kind, version] = IP_TREES.get(name) ?? ["hosts", 4];
  const { title, begin } = TREES[kind];
  const { packets } = trace;
  const tree = new StatsTree();
  const count = begin(tree, packets, version);
  for (const row of rows) {
    if (packets.addresses.family(packets.source[row]) !== version) continue;
    // As tshark, a datagram in fragments is counted once in IPv6, with its last; in IPv4 each of them.
    if (version === 6 && packets.protocol[row] === PROTOCOL.fragment) continue;
    tree.at(packets.relativeNs(row));
    count(row);
  }
  yield* tree.lines(`IPv${version} Statistics/${title}`);
}

function countAddresses(tree: StatsTree, table: PacketTable): Count {
  const all = tree.root("All Addresses");
  return (row) => {
    all.tick();
    all.child(table.addresses.text(table.source[row])).tick();
    all.child(table.addresses.text(table.destination[row])).tick();
  };
}

function countProtocols(tree: StatsTree, table: PacketTable): Count {
  const all = tree.root("IP Protocol Types");
  return (row) => {
    all.tick();
    all.child(transportName(table, row)).tick();
  };
}

function countEnds(tree: StatsTree, table: PacketTable, version: Version): Count {
  const ends = [
    [tree.root(`Source IPv${version} Addresses`), table.source],
    [tree.root(`Destination IPv${version} Addresses`), table.destination],
  ] as const;
  return (row) => {
    for (const [all, addresses] of ends) {
      all.tick();
      all.child(table.addresses.text(addresses[row])).tick();
    }
  };
}

function countPorts(tree: StatsTree, table: PacketTable): Count {
  const all = tree.root("Destinations and Ports");
  return (row) => {
    const transport = transportName(table, row);
    const port = transport === "NONE" ? 0 : table.destinationPort[row];
    const line: readonly string[] = [table.addresses.text(table.destination[row]), transport, String(port)];
    let node: StatsNode = all;
    node.tick();
    for (const name of line) (node = node.child(name)).tick();
  };
}

/** Wireshark's name of what has ports. */
function transportName(table: PacketTable, row: number): string {
  const protocol = table.protocol[row];
  return protocol === PROTOCOL.tcp ? "TCP" : protocol === PROTOCOL.udp ? "UDP" : "NONE";
}
