// Link state advertisements of OSPF version 2 (RFC 2328 A.4): a router's links, a network's routers, and routes from elsewhere.

import { readIpv4 } from "../../wire/address.ts";
import { LINK_TYPES, LSA_TYPES, options2 } from "./ospf-names.ts";
import { uint } from "./protocol.ts";
import { Reading } from "./reading.ts";
import { hexText } from "./tree.ts";

const HEADER_LENGTH = 20;
const LINK_LENGTH = 12;
/** Links of a router, routers of a network, metrics of a link: more than fit. */
const ENTRIES_MAX = 5_000;

const LSA = {
  router: 1,
  network: 2,
  summary: 3,
  asbr: 4,
  external: 5,
  nssa: 7,
  firstOpaque: 9,
  lastOpaque: 11,
} as const;

/** There or not: hidden lines to filter by. */
const TYPE_FIELDS = new Map<number, string>([
  [1, "ospf.lsa.router"],
  [2, "ospf.lsa.network"],
  [3, "ospf.lsa.summary"],
  [4, "ospf.lsa.asbr"],
  [5, "ospf.lsa.asext"],
  [6, "ospf.lsa.member"],
  [7, "ospf.lsa.nssa"],
  [8, "ospf.lsa.attr"],
  [9, "ospf.lsa.opaque"],
  [10, "ospf.lsa.opaque"],
  [11, "ospf.lsa.opaque"],
]);

/** Kinds of opaque LSAs, by the first byte of their ids (RFC 5250). */
const OPAQUE_TYPES = new Map<number, string>([
  [1, "Traffic Engineering LSA"],
  [2, "Sycamore Optical Topology Descriptions"],
  [3, "grace-LSA"],
  [4, "Router Information (RI)"],
  [5, "L1VPN LSA"],
  [6, "Inter-AS-TE-v2 LSA"],
  [7, "OSPFv2 Extended Prefix Opaque LSA"],
  [8, "OSPFv2 Extended Link Opaque LSA"],
  [9, "TTZ LSA"],
]);

const YES = ["Yes", "No"] as const;
const ROUTER_FLAGS = [
  { mask: 0x80, field: "ospf.v2.router.lsa.flags.h", name: "(H) flag", words: YES },
  { mask: 0x10, field: "ospf.v2.router.lsa.flags.n", name: "(N) flag", words: YES },
  { mask: 0x08, field: "ospf.v2.router.lsa.flags.w", name: "(W) Wild-card multicast receiver", words: YES },
  { mask: 0x04, field: "ospf.v2.router.lsa.flags.v", name: "(V) Virtual link endpoint", words: YES },
  { mask: 0x02, field: "ospf.v2.router.lsa.flags.e", name: "(E) AS boundary router", words: YES },
  { mask: 0x01, field: "ospf.v2.router.lsa.flags.b", name: "(B) Area border router", words: YES },
] as const;

/** What a link's id and data are by its type: the short name, and what its id is the id of. */
const LINKS = new Map<number, readonly [short: string, id: string]>([
  [1, ["PTP", "Neighboring router's Router ID"]],
  [2, ["Transit", "IP address of Designated Router"]],
  [3, ["Stub", "IP network/subnet number"]],
  [4, ["Virtual", "Neighboring router's Router ID"]],
]);

/** Shows the header of the LSA that comes next. */
export function showLsaHeader(reading: Reading): void {
  showHeaderOf(reading, () => {});
}

/** Shows the LSA that comes next, up to the end its header gives. */
export function showLsa(reading: Reading): void {
  const start = reading.at;
  showHeaderOf(reading, (type, length) => {
    const end = Math.min(reading.end, start + Math.max(HEADER_LENGTH, length));
    const body = new Reading(reading.d, reading.out, reading.at, end, "Open Shortest Path First");
    showBody(body, type);
    reading.at = end;
    reading.isBroken = body.isBroken;
  });
}

function showHeaderOf(reading: Reading, body: (type: number, length: number) => void): void {
  if (!reading.has(HEADER_LENGTH)) return;
  const { d, at: start } = reading;
  const type = d.bytes[start + 3];
  const length = uint(d.bytes, start + 18, 2);
  const title = `LSA-type ${type} (${LSA_TYPES.get(type) ?? "Unknown"}), len ${length}`;
  reading.group(null, title, ({ children }) => {
    reading.bits("ospf.lsa.age", "LS Age (seconds)", 2, 0x7fff);
    reading.bits("ospf.lsa.donotage", "Do Not Age Flag", 2, 0x8000);
    reading.skip(2);
    options2(reading, type === LSA.nssa);
    const typeName = (value: number): string => `${LSA_TYPES.get(value) ?? "Unknown"} (${value})`;
    reading.uint("ospf.lsa", "LS Type", 1, typeName);
    const hidden = TYPE_FIELDS.get(type);
    if (hidden !== undefined) d.add(children, hidden, hidden, start + 3, 1, true);
    showId(reading, type);
    reading.ipv4("ospf.advrouter", "Advertising Router");
    reading.uint("ospf.lsa.seqnum", "Sequence Number", 4, (value) => hexText(value, 8));
    reading.uint("ospf.lsa.chksum", "Checksum", 2, (value) => hexText(value, 4));
    reading.uint("ospf.lsa.length", "Length", 2);
    body(type, length);
  });
}

function showId(reading: Reading, type: number): void {
  if (type < LSA.firstOpaque || type > LSA.lastOpaque) {
    reading.ipv4("ospf.lsa.id", "Link State ID");
    return;
  }
  const name = (value: number): string => `${OPAQUE_TYPES.get(value) ?? "Unknown"} (${value})`;
  const kind = reading.uint("ospf.lsid_opaque_type", "Link State ID Opaque Type", 1, name);
  if (kind === 1) {
    reading.uint("ospf.lsid_te_lsa.reserved", "Link State ID TE-LSA Reserved", 1);
    reading.uint("ospf.lsid_te_lsa.instance", "Link State ID TE-LSA Instance", 2);
  } else reading.uint("ospf.lsid.opaque_id", "Link State ID Opaque ID", 3);
}

function showBody(reading: Reading, type: number): void {
  switch (type) {
    case LSA.router: {
      reading.flags("ospf.v2.router.lsa.flags", "Flags", 1, ROUTER_FLAGS);
      reading.skip(1);
      const count = reading.uint("ospf.lsa.number_of_links", "Number of Links", 2) ?? 0;
      for (let i = 0; i < Math.min(count, ENTRIES_MAX) && reading.has(LINK_LENGTH); i++) showLink(reading);
      return;
    }
    case LSA.network:
      reading.ipv4("ospf.lsa.network.netmask", "Netmask");
      for (let i = 0; i < ENTRIES_MAX && reading.left >= 4; i++)
        reading.ipv4("ospf.lsa.network.attchrtr", "Attached Router");
      return;
    case LSA.summary:
    case LSA.asbr:
      reading.ipv4("ospf.lsa.asbr.netmask", "Netmask");
      for (let i = 0; i < ENTRIES_MAX && reading.left >= 4; i++) {
        reading.uint("ospf.lsa.tos", "TOS", 1);
        reading.uint("ospf.metric", "Metric", 3);
      }
      return;
    case LSA.external:
    case LSA.nssa:
      reading.ipv4("ospf.lsa.asext.netmask", "Netmask");
      for (let i = 0; i < ENTRIES_MAX && reading.left >= 12; i++) showExternal(reading);
      return;
    default:
      // What opaque LSAs and their like hold is for others than routers.
      reading.rest("Data");
  }
}

function showLink(reading: Reading): void {
  const { d, at } = reading;
  const id = readIpv4(d.bytes, at);
  const data = readIpv4(d.bytes, at + 4);
  const type = d.bytes[at + 8];
  const [short, idOf] = LINKS.get(type) ?? ["Unknown", "Unknown link type"];
  const metric = uint(d.bytes, at + 10, 2);
  const columns = [short.padEnd(8), " ID: ", id.padEnd(15), " Data: ", data.padEnd(15)].join("");
  reading.group(null, `Type: ${columns} Metric: ${metric}`, () => {
    reading.ipv4("ospf.lsa.router.linkid", "Link ID", ` - ${idOf}`);
    reading.ipv4("ospf.lsa.router.linkdata", "Link Data");
    const name = (value: number): string => `${value} - ${LINK_TYPES.get(value) ?? "Unknown link type"}`;
    reading.uint("ospf.lsa.router.linktype", "Link Type", 1, name);
    const metrics = "ospf.lsa.router.nummetrics";
    const count = reading.uint(metrics, "Number of Metrics", 1, (value) => `${value} - TOS`) ?? 0;
    reading.uint("ospf.lsa.router.metric0", "0 Metric", 2);
    for (let i = 0; i < count && reading.has(4); i++) {
      const [tos, cost] = [d.bytes[reading.at], uint(d.bytes, reading.at + 2, 2)];
      d.add(reading.out, null, `TOS: ${tos}, Metric: ${cost}`, reading.at, 4);
      reading.skip(4);
    }
  });
}

const EXTERNAL = {
  mask: 0x80,
  field: "ospf.lsa.asext.type",
  name: "External Type",
  words: [
    "Type 2 (metric is larger than any other link state path)",
    "Type 1 (metric is specified in the same units as interface cost)",
  ],
} as const;

function showExternal(reading: Reading): void {
  reading.flag(1, EXTERNAL);
  reading.bits("ospf.lsa.tos", "TOS", 1, 0x7f);
  reading.skip(1);
  reading.uint("ospf.metric", "Metric", 3);
  reading.ipv4("ospf.lsa.asext.fwdaddr", "Forwarding Address");
  reading.uint("ospf.lsa.asext.extrttag", "External Route Tag", 4);
}
