// DHCP options (RFC 2132 and others): type, length, value.

import { macText } from "./dhcp.ts";
import { addBytes, latin1, uint } from "./protocol.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const NAME = "DHCP/BOOTP";
const PAD = 0;
const END = 255;
const OPTIONS_MAX = 500;

type Shape = "address" | "text" | "u8" | "u16" | "u32" | "seconds" | "bytes" | "flag";

interface Option {
  readonly name: string;
  readonly shape: Shape;
  readonly field: string;
  /** Of one value, where it is not the option's. */
  readonly value?: string;
}

function option(name: string, shape: Shape, field: string, value?: string): Option {
  const full = `dhcp.option.${field}`;
  return value === undefined ? { name, shape, field: full } : { name, shape, field: full, value };
}

const OPTIONS = new Map<number, Option>([
  [1, option("Subnet Mask", "address", "subnet_mask")],
  [3, option("Router", "address", "router")],
  [4, option("Time Server", "address", "time_server")],
  [5, option("Name Server", "address", "name_server")],
  [6, option("Domain Name Server", "address", "domain_name_server")],
  [7, option("Log Server", "address", "log_server")],
  [12, option("Host Name", "text", "hostname")],
  [15, option("Domain Name", "text", "domain_name")],
  [17, option("Root Path", "text", "root_path")],
  [19, option("IP Forwarding", "flag", "ip_forwarding")],
  [23, option("Default IP Time-to-Live", "u8", "default_ip_ttl")],
  [26, option("Interface MTU", "u16", "interface_mtu")],
  [28, option("Broadcast Address", "address", "broadcast_address")],
  [40, option("Network Information Service Domain", "text", "nis_domain")],
  [41, option("Network Information Service Servers", "address", "nis_server")],
  [42, option("Network Time Protocol Servers", "address", "ntp_server", "Network Time Protocol Server")],
  [44, option("NetBIOS over TCP/IP Name Server", "address", "netbios_over_tcpip_name_server")],
  [50, option("Requested IP Address", "address", "requested_ip_address")],
  [51, option("IP Address Lease Time", "seconds", "ip_address_lease_time")],
  [54, option("DHCP Server Identifier", "address", "dhcp_server_id")],
  [56, option("Message", "text", "message")],
  [57, option("Maximum DHCP Message Size", "u16", "dhcp_max_message_size")],
  [58, option("Renewal Time Value", "seconds", "renewal_time_value")],
  [59, option("Rebinding Time Value", "seconds", "rebinding_time_value")],
  [60, option("Vendor class identifier", "text", "vendor_class_id")],
  [66, option("TFTP Server Name", "text", "tftp_server_name")],
  [67, option("Bootfile name", "text", "bootfile_name")],
]);

/** Names of options shown as bytes, and of those on a client's list. */
const NAMES = new Map<number, string>([
  [2, "Time Offset"],
  [31, "Perform Router Discover"],
  [33, "Static Route"],
  [43, "Vendor-Specific Information"],
  [46, "NetBIOS over TCP/IP Node Type"],
  [47, "NetBIOS over TCP/IP Scope"],
  [52, "Option Overload"],
  [53, "DHCP Message Type"],
  [55, "Parameter Request List"],
  [61, "Client identifier"],
  [77, "User Class Information"],
  [80, "Rapid commit"],
  [81, "Client Fully Qualified Domain Name"],
  [82, "Agent Information Option"],
  [93, "Client System Architecture"],
  [94, "Client Network Device Interface"],
  [97, "UUID/GUID-based Client Identifier"],
  [114, "DHCP Captive-Portal"],
  [118, "Subnet Selection Option"],
  [119, "Domain Search"],
  [121, "Classless Static Route"],
  [150, "TFTP Server Address"],
  [249, "Private/Classless Static Route (Microsoft)"],
  [252, "Private/Proxy autodiscovery"],
]);

const MESSAGES = new Map<number, string>([
  [1, "Discover"],
  [2, "Offer"],
  [3, "Request"],
  [4, "Decline"],
  [5, "ACK"],
  [6, "NAK"],
  [7, "Release"],
  [8, "Inform"],
  [9, "Force Renew"],
  [10, "Lease query"],
  [11, "Lease Unassigned"],
  [12, "Lease Unknown"],
  [13, "Lease Active"],
]);

function optionName(code: number): string {
  return OPTIONS.get(code)?.name ?? NAMES.get(code) ?? "Unassigned";
}

/** Adds the options in [start, end); answers the message type's name, null where there is none. */
export function addDhcpOptions(d: Dissection, out: DetailNode[], start: number, end: number): string | null {
  const { bytes } = d;
  const held = d.captured(end);
  let message: string | null = null;
  let at = start;
  for (let i = 0; i < OPTIONS_MAX && at < held; i++) {
    const code = bytes[at];
    if (code === PAD || code === END) {
      const name = code === PAD ? "Padding" : "End";
      const node = d.add(out, null, `Option: (${code}) ${name}`, at, 1);
      d.add(node.children, "dhcp.option.type", `Option: (${code}) ${name}`, at, 1, code);
      at++;
      if (code === PAD) continue;
      if (at < held) addBytes(d, out, "dhcp.option.padding", "Padding", at, held);
      return message;
    }
    if (!d.has(at, 2, end, NAME) || !d.has(at + 2, bytes[at + 1], end, NAME)) return message;
    const length = bytes[at + 1];
    const type = addOption(d, out, code, at + 2, length);
    if (code === 53) message = type;
    at += 2 + length;
  }
  if (at >= held && held < end) d.stop("cut", NAME, held);
  return message;
}

/** Adds one option whose `length` bytes of data begin at `at`; answers what its line says in brackets, "" for nothing. */
function addOption(d: Dissection, out: DetailNode[], code: number, at: number, length: number): string {
  const name = optionName(code);
  const node = d.add(out, null, `Option: (${code}) ${name}`, at - 2, length + 2);
  const into = node.children;
  d.add(into, "dhcp.option.type", `Option: (${code}) ${name}`, at - 2, 1, code);
  d.add(into, "dhcp.option.length", `Length: ${length}`, at - 1, 1, length);
  const note = addData(d, into, code, at, length);
  if (note !== "") node.label += ` (${note})`;
  return note;
}

function addData(d: Dissection, out: DetailNode[], code: number, at: number, length: number): string {
  const { bytes } = d;
  switch (code) {
    case 53: {
      if (length !== 1) return "";
      const name = MESSAGES.get(bytes[at]) ?? "Unknown";
      d.add(out, "dhcp.option.dhcp", `DHCP: ${name} (${bytes[at]})`, at, 1, bytes[at]);
      return name;
    }
    case 55:
      for (let i = 0; i < length; i++) {
        const wanted = bytes[at + i];
        const label = `Parameter Request List Item: (${wanted}) ${optionName(wanted)}`;
        d.add(out, "dhcp.option.request_list_item", label, at + i, 1, wanted);
      }
      return "";
    case 61:
      addClientId(d, out, at, length);
      return "";
    default:
  }
  const known = OPTIONS.get(code);
  if (known === undefined) {
    if (length > 0) addBytes(d, out, "dhcp.option.value", "Value", at, at + length);
    return "";
  }
  return addKnown(d, out, known, at, length);
}

function addClientId(d: Dissection, out: DetailNode[], at: number, length: number): void {
  const { bytes } = d;
  if (length === 7 && bytes[at] === 1) {
    d.add(out, "dhcp.hw.type", "Hardware type: Ethernet (0x01)", at, 1, 1);
    const address = macText(bytes, at + 1);
    d.add(out, "dhcp.hw.mac_addr", `Client MAC address: ${address}`, at + 1, 6, address);
  } else if (length > 0) {
    d.add(out, "dhcp.client_id.type", `Type: ${bytes[at]}`, at, 1, bytes[at]);
    addBytes(d, out, "dhcp.client_id", "Client Identifier", at + 1, at + length);
  }
}

function addKnown(d: Dissection, out: DetailNode[], known: Option, at: number, length: number): string {
  const { bytes } = d;
  const { name, shape, field } = known;
  switch (shape) {
    case "address": {
      let first = "";
      for (let i = 0; i + 4 <= length; i += 4) {
        const address = Array.from(bytes.subarray(at + i, at + i + 4)).join(".");
        if (i === 0 && length === 4) first = address;
        d.add(out, field, `${known.value ?? name}: ${address}`, at + i, 4, address);
      }
      const isNoted = ["Subnet Mask", "Requested IP Address", "DHCP Server Identifier", "Broadcast Address"];
      return isNoted.includes(name) ? first : "";
    }
    case "text": {
      const text = latin1(bytes, at, at + length);
      d.add(out, field, `${name}: ${text}`, at, length, text);
      return "";
    }
    case "flag":
      if (length === 1)
        d.add(out, field, `${name}: ${bytes[at] === 0 ? "Disabled" : "Enabled"}`, at, 1, bytes[at] !== 0);
      return "";
    case "bytes":
      addBytes(d, out, field, name, at, at + length);
      return "";
    default: {
      const size = shape === "u8" ? 1 : shape === "u16" ? 2 : 4;
      if (length !== size) return "";
      const value = uint(bytes, at, size);
      const text = shape === "seconds" ? `(${value}s) ${durationText(value)}` : String(value);
      d.add(out, field, `${name}: ${text}`, at, size, value);
      return "";
    }
  }
}

/** `1 day, 2 hours`; `infinity` for the largest number (RFC 2131 3.3). */
function durationText(seconds: number): string {
  if (seconds === 0xffffffff) return "infinity";
  const units: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), "day"],
    [Math.floor(seconds / 3600) % 24, "hour"],
    [Math.floor(seconds / 60) % 60, "minute"],
    [seconds % 60, "second"],
  ];
  const parts = units
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`);
  return parts.length === 0 ? "0 seconds" : parts.join(", ");
}
