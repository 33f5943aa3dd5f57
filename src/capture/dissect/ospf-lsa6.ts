// Link state advertisements of OSPF version 3 (RFC 5340 A.4): topology without addresses, and the prefixes that go with it.

import { readIpv6 } from "../../wire/address.ts";
import { FUNCTION_CODES, LINK_TYPES, options3 } from "./ospf-names.ts";
import { named, uint } from "./protocol.ts";
import { Reading } from "./reading.ts";
import { hexText } from "./tree.ts";

const HEADER_LENGTH = 20;
/** Entries of one LSA: more than fit. */
const ENTRIES_MAX = 5_000;
const PREFIX_BYTES_MAX = 16;

const CODE = {
  router: 1,
  network: 2,
  interAreaPrefix: 3,
  interAreaRouter: 4,
  external: 5,
  nssa: 7,
  link: 8,
  intraAreaPrefix: 9,
} as const;

/** There or not: hidden lines to filter by. */
const CODE_FIELDS = new Map<number, string>([
  [1, "ospf.v3.lsa.router"],
  [2, "ospf.v3.lsa.network"],
  [3, "ospf.v3.lsa.interprefix"],
  [4, "ospf.v3.lsa.interrouter"],
  [5, "ospf.v3.lsa.asext"],
  [6, "ospf.v3.lsa.member"],
  [7, "ospf.v3.lsa.nssa"],
  [8, "ospf.v3.lsa.link"],
  [9, "ospf.v3.lsa.intraprefix"],
  [12, "ospf.v3.lsa.opaque"],
]);

const SCOPES = new Map<number, string>([
  [0, "Link-Local Scoping - Flooded only on originating link"],
  [1, "Area Scoping - Flooded only in originating area"],
  [2, "AS Scoping - Flooded throughout AS"],
  [3, "Reserved"],
]);

const HANDLING = {
  mask: 0x8000,
  field: "ospf.v3.lsa.u",
  name: "LSA Handling",
  words: [
    "Treat the LSA as if it had link-local flooding scope",
    "Store and flood the LSA as if the type is understood",
  ],
} as const;

const DO_NOT_AGE = {
  mask: 0x8000,
  field: "ospf.v3.lsa.do_not_age",
  name: "Do Not Age",
  words: ["True", "False"],
} as const;

const YES = ["Yes", "No"] as const;
const ROUTER_FLAGS = [
  { mask: 0x08, field: "ospf.v3.router.lsa.flags.w", name: "(W) Wild-card multicast receiver", words: YES },
  { mask: 0x04, field: "ospf.v3.router.lsa.flags.v", name: "(V) Virtual link endpoint", words: YES },
  { mask: 0x02, field: "ospf.v3.router.lsa.flags.e", name: "(E) AS boundary router", words: YES },
  { mask: 0x01, field: "ospf.v3.router.lsa.flags.b", name: "(B) Area border router", words: YES },
] as const;

const EXTERNAL = "ospf.v3.as.external.flags";
const EXTERNAL_FLAG = { forwarding: 0x02, tag: 0x01 } as const;
const EXTERNAL_FLAGS = [
  { mask: 0x04, field: `${EXTERNAL}.e`, name: "(E) External Metric", words: ["Type 2", "Type 1"] },
  {
    mask: EXTERNAL_FLAG.forwarding,
    field: `${EXTERNAL}.f`,
    name: "(F) Forwarding Address",
    words: ["Present", "Absent"],
  },
  {
    mask: EXTERNAL_FLAG.tag,
    field: `${EXTERNAL}.t`,
    name: "(T) External Route Tag",
    words: ["Present", "Not Present"],
  },
] as const;

const PREFIX_OPTIONS = [
  { mask: 0x08, field: "ospf.v3.prefix.options.p", name: "(P) Propagate" },
  { mask: 0x04, field: "ospf.v3.prefix.options.mc", name: "(MC) Multicast" },
  { mask: 0x02, field: "ospf.v3.prefix.options.la", name: "(LA) Local Address" },
  { mask: 0x01, field: "ospf.v3.prefix.options.nu", name: "(NU) NoUnicast" },
] as const;

/** The type of an LSA: what it is, how far it goes, and what a router does that does not know it. */
export function showLsType3(reading: Reading): void {
  const type = reading.peek(2);
  if (type === null) return;
  reading.group("ospf.v3.lsa", `LS Type: ${hexText(type, 4)}`, () => showTypeParts(reading), type);
}

function showTypeParts(reading: Reading): void {
  reading.flag(2, HANDLING);
  const scope = (value: number): string => `${SCOPES.get(value) ?? ""} (${hexText(value, 1)})`;
  reading.bits("ospf.v3.lsa.s12", "Flooding Scope", 2, 0x6000, scope);
  reading.bits("ospf.v3.lsa.fc", "Function Code", 2, 0x1fff, (value) => named(FUNCTION_CODES, value));
  reading.skip(2);
}

/** Shows the header of the LSA that comes next. */
export function showLsa3Header(reading: Reading): void {
  showHeaderOf(reading, () => {});
}

/** Shows the LSA that comes next, up to the end its header gives. */
export function showLsa3(reading: Reading): void {
  const start = reading.at;
  showHeaderOf(reading, (code, length) => {
    const end = Math.min(reading.end, start + Math.max(HEADER_LENGTH, length));
    const body = new Reading(reading.d, reading.out, reading.at, end, "Open Shortest Path First");
    showBody(body, code);
    reading.at = end;
    reading.isBroken = body.isBroken;
  });
}

function showHeaderOf(reading: Reading, body: (code: number, length: number) => void): void {
  if (!reading.has(HEADER_LENGTH)) return;
  const { d, at: start } = reading;
  const code = uint(d.bytes, start + 2, 2) & 0x1fff;
  const length = uint(d.bytes, start + 18, 2);
  const title = `LSA-type ${code} (${FUNCTION_CODES.get(code) ?? "Unknown"}), len ${length}`;
  reading.group(null, title, ({ children }) => {
    reading.bits("ospf.lsa.age", "LS Age (seconds)", 2, 0x7fff);
    reading.flag(2, DO_NOT_AGE);
    reading.skip(2);
    showLsType3(reading);
    const hidden = CODE_FIELDS.get(code);
    if (hidden !== undefined) d.add(children, hidden, hidden, start + 2, 2, true);
    reading.ipv4("ospf.link_state_id", "Link State ID");
    reading.ipv4("ospf.advrouter", "Advertising Router");
    reading.uint("ospf.lsa.seqnum", "Sequence Number", 4, (value) => hexText(value, 8));
    reading.uint("ospf.lsa.chksum", "Checksum", 2, (value) => hexText(value, 4));
    reading.uint("ospf.lsa.length", "Length", 2);
    body(code, length);
  });
}

function showBody(reading: Reading, code: number): void {
  switch (code) {
    case CODE.router:
      showRouter(reading);
      return;
    case CODE.network:
      reading.bytes("ospf.reserved", "Reserved", 1);
      options3(reading);
      for (let i = 0; i < ENTRIES_MAX && reading.left >= 4; i++)
        reading.ipv4("ospf.v3.lsa.attached_router", "Attached Router");
      return;
    case CODE.interAreaPrefix:
      reading.bytes("ospf.reserved", "Reserved", 1);
      reading.uint("ospf.metric", "Metric", 3);
      showPrefix(reading, "reserved");
      return;
    case CODE.interAreaRouter:
      reading.bytes("ospf.reserved", "Reserved", 1);
      options3(reading);
      reading.bytes("ospf.reserved", "Reserved", 1);
      reading.uint("ospf.metric", "Metric", 3);
      reading.ipv4("ospf.v3.lsa.destination_router_id", "Destination Router ID");
      return;
    case CODE.external:
    case CODE.nssa:
      showExternal(reading);
      return;
    case CODE.link: {
      reading.uint("ospf.v3.lsa.router_priority", "Router Priority", 1);
      options3(reading);
      reading.ipv6("ospf.v3.lsa.link_local_interface_address.ipv6", "Link-local Interface Address");
      const count = reading.uint("ospf.v3.lsa.num_prefixes", "# prefixes", 4) ?? 0;
      for (let i = 0; i < Math.min(count, ENTRIES_MAX) && !reading.isBroken; i++)
        showPrefix(reading, "reserved");
      return;
    }
    case CODE.intraAreaPrefix: {
      const count = reading.uint("ospf.v3.lsa.num_prefixes", "# prefixes", 2) ?? 0;
      showReferencedType(reading);
      reading.ipv4("ospf.v3.lsa.referenced_link_state_id", "Referenced Link State ID");
      reading.ipv4("ospf.v3.lsa.referenced_advertising_router", "Referenced Advertising Router");
      for (let i = 0; i < Math.min(count, ENTRIES_MAX) && !reading.isBroken; i++)
        showPrefix(reading, "metric");
      return;
    }
    default:
      reading.rest("Data");
  }
}

function showRouter(reading: Reading): void {
  reading.flags("ospf.v3.router.lsa.flags", "Flags", 1, ROUTER_FLAGS);
  options3(reading);
  if (reading.left === 0) return;
  reading.group(null, "Router Interfaces", () => {
    for (let i = 1; i <= ENTRIES_MAX && reading.left > 0; i++) {
      reading.group(null, `Entry #${i}`, () => {
        reading.uint("ospf.v3.lsa.type", "Type", 1, (value) => named(LINK_TYPES, value));
        reading.bytes("ospf.reserved", "Reserved", 1);
        reading.uint("ospf.metric", "Metric", 2);
        reading.uint("ospf.v3.lsa.interface_id", "Interface ID", 4);
        reading.uint("ospf.v3.lsa.neighbor_interface_id", "Neighbor Interface ID", 4);
        reading.ipv4("ospf.v3.lsa.neighbor_router_id", "Neighbor Router ID");
      });
    }
  });
}

function showExternal(reading: Reading): void {
  const flags = reading.flags(EXTERNAL, "Flags", 1, EXTERNAL_FLAGS) ?? 0;
  reading.uint("ospf.metric", "Metric", 3);
  const referenced = showPrefix(reading, "referenced");
  if ((flags & EXTERNAL_FLAG.forwarding) !== 0)
    reading.ipv6("ospf.v3.lsa.forwarding_address.ipv6", "Forwarding Address");
  if ((flags & EXTERNAL_FLAG.tag) !== 0)
    reading.uint("ospf.v3.lsa.external_route_tag", "External Route Tag", 4);
  if (referenced > 0) reading.ipv4("ospf.v3.lsa.referenced_link_state_id", "Referenced Link State ID");
}

function showReferencedType(reading: Reading): number {
  const name = (value: number): string => `${FUNCTION_CODES.get(value) ?? "Unknown"} (${hexText(value, 4)})`;
  return reading.uint("ospf.v3.lsa.referenced_ls_type", "Referenced LS type", 2, name) ?? 0;
}

/** A prefix in as many words as it has (RFC 5340 A.4.1), `middle` being the two bytes in it; answers those of a referenced type. */
function showPrefix(reading: Reading, middle: "reserved" | "metric" | "referenced"): number {
  const bits = reading.uint("ospf.prefix_length", "PrefixLength", 1) ?? 0;
  reading.flags("ospf.v3.prefix.options", "PrefixOptions", 1, PREFIX_OPTIONS);
  let referenced = 0;
  if (middle === "reserved") reading.bytes("ospf.reserved", "Reserved", 2);
  else if (middle === "metric") reading.uint("ospf.metric", "Metric", 2);
  else referenced = showReferencedType(reading);
  const size = Math.ceil(bits / 32) * 4;
  if (size > PREFIX_BYTES_MAX) {
    reading.has(Infinity);
    return referenced;
  }
  if (!reading.has(size)) return referenced;
  const { d, at } = reading;
  const whole = new Uint8Array(PREFIX_BYTES_MAX);
  whole.set(d.bytes.subarray(at, at + size));
  const prefix = readIpv6(whole, 0);
  d.add(reading.out, "ospf.v3.address_prefix.ipv6", `Address Prefix: ${prefix}`, at, size, prefix);
  reading.skip(size);
  return referenced;
}
