// What both parts of OSPF's dissector call things: types of link state advertisements, and the options of routers.

import type { FlagBit, Reading } from "./reading.ts";

/** Version 2's (RFC 2328 A.4.1, RFC 3101, RFC 5250). */
export const LSA_TYPES = new Map<number, string>([
  [1, "Router-LSA"],
  [2, "Network-LSA"],
  [3, "Summary-LSA (IP network)"],
  [4, "Summary-LSA (ASBR)"],
  [5, "AS-External-LSA (ASBR)"],
  [6, "Group Membership LSA"],
  [7, "NSSA AS-External-LSA"],
  [8, "External Attributes LSA"],
  [9, "Opaque LSA, Link-local scope"],
  [10, "Opaque LSA, Area-local scope"],
  [11, "Opaque LSA, AS-local scope"],
]);

/** Version 3's function codes (RFC 5340 A.4.2.1, RFC 7770). */
export const FUNCTION_CODES = new Map<number, string>([
  [1, "Router-LSA"],
  [2, "Network-LSA"],
  [3, "Inter-Area-Prefix-LSA"],
  [4, "Inter-Area-Router-LSA"],
  [5, "AS-External-LSA"],
  [6, "Group-Membership-LSA"],
  [7, "NSSA-LSA"],
  [8, "Link-LSA"],
  [9, "Intra-Area-Prefix-LSA"],
  [12, "Router Information Opaque-LSA"],
]);

/** Kinds of links between routers (RFC 2328 A.4.2). */
export const LINK_TYPES = new Map<number, string>([
  [1, "Point-to-point connection to another router"],
  [2, "Connection to a transit network"],
  [3, "Connection to a stub network"],
  [4, "Virtual link"],
]);

const SUPPORTED = ["Supported", "Not supported"] as const;
const CAPABLE = ["Capable", "Not capable"] as const;

const N: FlagBit = { mask: 0x08, field: "ospf.v2.options.n", name: "(N) NSSA", words: SUPPORTED };
const P: FlagBit = { mask: 0x08, field: "ospf.v2.options.p", name: "(P) Propagate" };

function optionsWith(eight: FlagBit): readonly FlagBit[] {
  return [
    { mask: 0x80, field: "ospf.v2.options.dn", name: "DN" },
    { mask: 0x40, field: "ospf.v2.options.o", name: "O" },
    { mask: 0x20, field: "ospf.v2.options.dc", name: "(DC) Demand Circuits", words: SUPPORTED },
    { mask: 0x10, field: "ospf.v2.options.l", name: "(L) LLS Data block", words: ["Present", "Not Present"] },
    eight,
    { mask: 0x04, field: "ospf.v2.options.mc", name: "(MC) Multicast", words: CAPABLE },
    { mask: 0x02, field: "ospf.v2.options.e", name: "(E) External Routing", words: CAPABLE },
    { mask: 0x01, field: "ospf.v2.options.mt", name: "(MT) Multi-Topology Routing", words: ["Yes", "No"] },
  ];
}

const OPTIONS_2 = optionsWith(N);
/** Of an LSA from a not-so-stubby area the same bit asks to pass it on (RFC 3101 2.4). */
const OPTIONS_2_NSSA = optionsWith(P);

const OPTIONS_3: readonly FlagBit[] = [
  { mask: 0x400, field: "ospf.v3.options.at", name: "AT" },
  { mask: 0x200, field: "ospf.v3.options.l", name: "L" },
  { mask: 0x100, field: "ospf.v3.options.af", name: "AF" },
  { mask: 0x20, field: "ospf.v3.options.dc", name: "DC" },
  { mask: 0x10, field: "ospf.v3.options.r", name: "R" },
  { mask: 0x08, field: "ospf.v3.options.n", name: "N" },
  { mask: 0x04, field: "ospf.v3.options.mc", name: "MC" },
  { mask: 0x02, field: "ospf.v3.options.e", name: "E" },
  { mask: 0x01, field: "ospf.v3.options.v6", name: "V6" },
];

/** A router's options, a byte (RFC 2328 A.2). */
export function options2(reading: Reading, isNssa = false): void {
  reading.flags("ospf.v2.options", "Options", 1, isNssa ? OPTIONS_2_NSSA : OPTIONS_2);
}

/** The same in version 3, three bytes (RFC 5340 A.2). */
export function options3(reading: Reading): void {
  reading.flags("ospf.v3.options", "Options", 3, OPTIONS_3);
}
