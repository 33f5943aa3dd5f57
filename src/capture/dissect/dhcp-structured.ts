// DHCP options with an inside of their own: client identifiers, user classes, names, relay agents, routes.

import { readIpv4, readMac } from "../../wire/address.ts";
import { nameAt } from "./dns-message.ts";
import { addBits, addBytes, addFlag, addText, addUint, uint, utf8 } from "./protocol.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const NAME = "DHCP/BOOTP";
const ETHERNET = 1;
const PARTS_MAX = 100;

/** The data of an option: [at, end) of `d.bytes`, all of which is there. */
type Reader = (d: Dissection, out: DetailNode[], at: number, end: number) => boolean;

const READERS = new Map<number, Reader>([
  [61, addClientId],
  [77, addUserClasses],
  [81, addClientName],
  [82, addAgentInformation],
  [94, addNetworkInterface],
  [97, addUuid],
  [119, addSearchList],
  [121, addRoutes],
  [249, addRoutes],
]);

/** Adds the inside of option `code`, whose `length` bytes begin at `at`; false where it has none that is known. */
export function addStructuredOption(
  d: Dissection,
  out: DetailNode[],
  code: number,
  at: number,
  length: number,
): boolean {
  return length > 0 && (READERS.get(code)?.(d, out, at, at + length) ?? false);
}

/** A hardware address, a DUID behind an IAID (RFC 4361), or what the client likes (RFC 2132 9.14). */
function addClientId(d: Dissection, out: DetailNode[], at: number, end: number): boolean {
  const { bytes } = d;
  const type = bytes[at];
  if (type === ETHERNET && end - at === 7) {
    d.add(out, "dhcp.hw.type", "Hardware type: Ethernet (0x01)", at, 1, type);
    const address = readMac(bytes, at + 1);
    d.add(out, "dhcp.hw.mac_addr", `Client MAC address: ${address}`, at + 1, 6, address);
    return true;
  }
  if (type === 255 && end - at > 7) {
    addDuid(d, out, at, end);
    return true;
  }
  addUint(d, out, "dhcp.client_id.type", at, 1, end, (value) => `Type: ${value}`);
  if (at + 1 >= end) return true;
  if (type === 0) addText(d, out, "dhcp.client_id.undef", "Client Identifier", at + 1, end);
  else addBytes(d, out, "dhcp.client_id", "Client Identifier", at + 1, end);
  return true;
}

const DUID_TYPES = new Map<number, string>([
  [1, "link-layer address plus time"],
  [2, "assigned by vendor based on Enterprise number"],
  [3, "link-layer address"],
  [4, "Universally Unique Identifier (UUID)"],
]);

/** RFC 8415 11. */
function addDuid(d: Dissection, out: DetailNode[], at: number, end: number): void {
  const { bytes } = d;
  const iaid = Buffer.from(bytes.subarray(at + 1, at + 5)).toString("hex");
  d.add(out, "dhcp.client_id.iaid", `IAID: ${iaid}`, at + 1, 4, iaid);
  const type = uint(bytes, at + 5, 2);
  const typeText = `DUID Type: ${DUID_TYPES.get(type) ?? "Unknown"} (${type})`;
  d.add(out, "dhcp.client_id.duid_type", typeText, at + 5, 2, type);
  let from = at + 7;
  if (type !== 1 && type !== 3) {
    if (from < end) addBytes(d, out, "dhcp.client_id", "Client Identifier", from, end);
    return;
  }
  const field = type === 1 ? "duid_llt_hw_type" : "duid_ll_hw_type";
  const hardware = (value: number): string =>
    `Hardware type: ${value === 1 ? "Ethernet" : "Unknown"} (${value})`;
  if (addUint(d, out, `dhcp.client_id.${field}`, from, 2, end, hardware) === null) return;
  from += 2;
  if (type === 1) {
    addUint(d, out, "dhcp.client_id.time", from, 4, end, (value) => `Time: ${value}`);
    from += 4;
  }
  if (from + 6 > end) return;
  const address = readMac(bytes, from);
  d.add(
    out,
    "dhcp.client_id.link_layer_address",
    `Link layer address: ${address}`,
    from,
    end - from,
    address,
  );
}

/** RFC 3004. */
function addUserClasses(d: Dissection, out: DetailNode[], at: number, end: number): boolean {
  const { bytes } = d;
  for (let i = 0, from = at; i < PARTS_MAX && from < end; i++) {
    const length = Math.min(bytes[from], end - from - 1);
    const title = `Instance of User Class: [${i}]`;
    const node = d.add(out, "dhcp.option.user_class", title, from, 1 + length, i);
    const into = node.children;
    addUint(d, into, "dhcp.option.user_class.length", from, 1, end, (value) => `User Class Length: ${value}`);
    if (length > 0)
      addBytes(d, into, "dhcp.option.user_class.data", "User Class Data", from + 1, from + 1 + length);
    from += 1 + length;
  }
  return true;
}

/** RFC 4702. */
function addClientName(d: Dissection, out: DetailNode[], at: number, end: number): boolean {
  if (end - at < 3) return false;
  const flags = d.bytes[at];
  const words = (flags & 0x01) === 0 ? "" : ", Server";
  const node = d.add(out, "dhcp.fqdn.flags", `Flags: ${hexText(flags, 2)}${words}`, at, 1, flags);
  const into = node.children;
  addBits(d, into, "dhcp.fqdn.mbz", at, 1, 0xf0, "Reserved flags", (value) => hexText(value, 1));
  addFlag(d, into, "dhcp.fqdn.n", at, 1, 0x08, "Server DDNS", ["No server updates", "Some server updates"]);
  addFlag(d, into, "dhcp.fqdn.e", at, 1, 0x04, "Encoding", ["Binary encoding", "ASCII encoding"]);
  addFlag(d, into, "dhcp.fqdn.o", at, 1, 0x02, "Server overrides", ["Override", "No override"]);
  addFlag(d, into, "dhcp.fqdn.s", at, 1, 0x01, "Server", ["Server", "Client"]);
  addUint(d, out, "dhcp.fqdn.rcode1", at + 1, 1, end, (value) => `A-RR result: ${value}`);
  addUint(d, out, "dhcp.fqdn.rcode2", at + 2, 1, end, (value) => `PTR-RR result: ${value}`);
  if (end - at === 3) return true;
  if ((flags & 0x04) === 0) {
    addText(d, out, "dhcp.fqdn.name", "Client name", at + 3, end);
    return true;
  }
  // Labels as in DNS, without its pointers.
  const data = d.bytes.subarray(at + 3, end);
  const name = nameAt(Buffer.from(data), 0)?.text ?? utf8(data, 0, data.length);
  d.add(out, "dhcp.fqdn.name", `Client name: ${name}`, at + 3, end - at - 3, name);
  return true;
}

const AGENT_OPTIONS = new Map([
  [1, { name: "Agent Circuit ID", field: "agent_circuit_id" }],
  [2, { name: "Agent Remote ID", field: "agent_remote_id" }],
]);

/** RFC 3046: what the relay adds. */
function addAgentInformation(d: Dissection, out: DetailNode[], at: number, end: number): boolean {
  const base = "dhcp.option.agent_information_option";
  for (let i = 0, from = at; i < PARTS_MAX && from + 2 <= end; i++) {
    const type = d.bytes[from];
    const length = Math.min(d.bytes[from + 1], end - from - 2);
    const { name, field } = AGENT_OPTIONS.get(type) ?? { name: "Unknown", field: "" };
    const title = `Option 82 Suboption: (${type}) ${name}`;
    const node = d.add(out, `${base}.suboption`, title, from, 2 + length, type);
    d.add(node.children, "dhcp.option.suboption_length", `Length: ${length}`, from + 1, 1, length);
    const to = from + 2 + length;
    if (length > 0 && field !== "") addBytes(d, node.children, `${base}.${field}`, name, from + 2, to);
    else if (length > 0) addBytes(d, node.children, "dhcp.option.value", "Value", from + 2, to);
    from = to;
  }
  return true;
}

/** RFC 4578 2.2. */
function addNetworkInterface(d: Dissection, out: DetailNode[], at: number, end: number): boolean {
  if (end - at !== 3) return false;
  addUint(d, out, "dhcp.client_network_id_major", at + 1, 1, end, (value) => `Major Version: ${value}`);
  addUint(d, out, "dhcp.client_network_id_minor", at + 2, 1, end, (value) => `Minor Version: ${value}`);
  return true;
}

/** RFC 4578 2.3: a GUID, its first three parts little-endian. */
function addUuid(d: Dissection, out: DetailNode[], at: number, end: number): boolean {
  if (end - at !== 17) return false;
  const digits = (from: number, to: number): string =>
    Buffer.from(d.bytes.subarray(at + 1 + from, at + 1 + to)).toString("hex");
  const reversed = (from: number, to: number): string =>
    Buffer.from(d.bytes.subarray(at + 1 + from, at + 1 + to).toReversed()).toString("hex");
  const parts = [reversed(0, 4), reversed(4, 6), reversed(6, 8), digits(8, 10), digits(10, 16)];
  const uuid = parts.join("-");
  d.add(out, "dhcp.client_id.uuid", `Client Identifier (UUID): ${uuid}`, at + 1, 16, uuid);
  return true;
}

/** RFC 3397: names as in DNS, whose pointers count from the option's data. */
function addSearchList(d: Dissection, out: DetailNode[], at: number, end: number): boolean {
  const data = Buffer.from(d.bytes.subarray(at, end));
  for (let i = 0, from = at; i < PARTS_MAX && from < end; i++) {
    const name = nameAt(data, from - at);
    if (name === null) {
      d.stop("malformed", NAME, from);
      return true;
    }
    const field = "dhcp.option.dhcp_dns_domain_search_list_fqdn";
    d.add(out, field, `FQDN: ${name.text}`, from, name.length, name.text);
    from += name.length;
  }
  return true;
}

/** RFC 3442: the bytes of a network that its mask has, then a router. */
function addRoutes(d: Dissection, out: DetailNode[], at: number, end: number): boolean {
  if (end - at < 5) return false;
  const { bytes } = d;
  for (let i = 0, from = at; i < PARTS_MAX && from < end; i++) {
    const width = bytes[from];
    const size = Math.ceil(width / 8);
    const length = 1 + size + 4;
    if (width > 32 || from + length > end) return true;
    const network = Array.from({ length: 4 }, (_, byte) => (byte < size ? bytes[from + 1 + byte] : 0));
    const prefix = width === 0 ? "default" : `${network.join(".")}/${width}`;
    const route = `${prefix}-${readIpv4(bytes, from + 1 + size)}`;
    const value = bytes.subarray(from, from + length);
    d.add(out, "dhcp.option.classless_static_route", ` ${route}`, from, length, value);
    from += length;
  }
  return true;
}
