// DHCP (RFC 2131) and BOOTP (RFC 951): the fixed part. The options are dhcp-options.ts's.

import { readIpv4, readMac } from "../../wire/address.ts";
import { addDhcpOptions, messageName } from "./dhcp-options.ts";
import { addBits, addBytes, addFlag, addUint, latin1, uint } from "./protocol.ts";
import { bytesText, hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";
import type { Datagram } from "./udp-protocols.ts";

const TITLE = "Dynamic Host Configuration Protocol";
const NAME = "DHCP/BOOTP";

/** Bytes before the options, without the cookie that begins them. */
const FIXED_LENGTH = 236;
const COOKIE = 0x63825363;

const OPERATIONS = new Map([
  [1, "Boot Request"],
  [2, "Boot Reply"],
]);

export function dissectDhcp(d: Dissection, { start, end }: Datagram): void {
  const held = d.captured(end);
  const node = d.layer("dhcp", TITLE, start, held - start);
  const out = node.children;
  const { bytes } = d;
  d.columns("BOOTP", "");
  const isRequest = bytes[start] === 1;
  const operation = OPERATIONS.get(bytes[start]) ?? `Unknown BOOTP message type (${bytes[start]})`;
  // A request is told by whose it is.
  if (held - start >= 3 && !isRequest) d.columns("BOOTP", operation);
  if (!d.has(start, 44, end, NAME)) return;
  const type = OPERATIONS.get(bytes[start]) ?? "Unknown";
  d.add(out, "dhcp.type", `Message type: ${type} (${bytes[start]})`, start, 1, bytes[start]);
  const hardware = bytes[start + 1];
  const hardwareName = hardware === 1 ? "Ethernet" : "Unknown";
  d.add(
    out,
    "dhcp.hw.type",
    `Hardware type: ${hardwareName} (${hexText(hardware, 2)})`,
    start + 1,
    1,
    hardware,
  );
  const size = bytes[start + 2];
  d.add(out, "dhcp.hw.len", `Hardware address length: ${size}`, start + 2, 1, size);
  addUint(d, out, "dhcp.hops", start + 3, 1, end, (value) => `Hops: ${value}`);
  const id = uint(bytes, start + 4, 4);
  d.add(out, "dhcp.id", `Transaction ID: ${hexText(id, 8)}`, start + 4, 4, id);
  addUint(d, out, "dhcp.secs", start + 8, 2, end, (value) => `Seconds elapsed: ${value}`);
  addFlags(d, out, start + 10);
  addAddresses(d, out, start + 12);
  const client = addHardware(d, out, start + 28, hardware, size);
  d.columns("BOOTP", isRequest && client !== "" ? `Boot Request from ${client} (${client})` : operation);
  if (!d.has(start, FIXED_LENGTH, end, NAME)) return;
  addName(d, out, "dhcp.server", "Server host name", start + 44, 64);
  addName(d, out, "dhcp.file", "Boot file name", start + 108, 128);
  const at = start + FIXED_LENGTH;
  if (at + 4 > held || uint(bytes, at, 4) !== COOKIE) {
    if (at < held)
      addBytes(
        d,
        out,
        "dhcp.vendor_specific_options",
        "Bootp vendor specific options",
        at,
        Math.min(held, at + 64),
      );
    return;
  }
  const cookie = readIpv4(bytes, at);
  d.add(out, "dhcp.cookie", "Magic cookie: DHCP", at, 4, cookie);
  const message = addDhcpOptions(d, out, at + 4, end);
  if (message === null) return;
  const name = messageName(message);
  node.label = `${TITLE} (${name ?? "Unknown"})`;
  const words = name === null ? `Unknown Message Type (${hexText(message, 2)})` : name.padEnd(8);
  d.columns("DHCP", `DHCP ${words} - Transaction ID 0x${id.toString(16)}`);
}

function addFlags(d: Dissection, out: DetailNode[], at: number): void {
  const flags = uint(d.bytes, at, 2);
  const isBroadcast = flags >= 0x8000;
  const words = isBroadcast ? ", Broadcast flag (Broadcast)" : " (Unicast)";
  const node = d.add(out, "dhcp.flags", `Bootp flags: ${hexText(flags, 4)}${words}`, at, 2, flags);
  addFlag(d, node.children, "dhcp.flags.bc", at, 2, 0x8000, "Broadcast flag", ["Broadcast", "Unicast"]);
  const reserved = (value: number): string => hexText(value, 4);
  addBits(d, node.children, "dhcp.flags.reserved", at, 2, 0x7fff, "Reserved flags", reserved);
}

function addAddresses(d: Dissection, out: DetailNode[], start: number): void {
  const rows: readonly (readonly [string, string])[] = [
    ["dhcp.ip.client", "Client IP address"],
    ["dhcp.ip.your", "Your (client) IP address"],
    ["dhcp.ip.server", "Next server IP address"],
    ["dhcp.ip.relay", "Relay agent IP address"],
  ];
  rows.forEach(([field, name], i) => {
    const at = start + i * 4;
    const address = readIpv4(d.bytes, at);
    d.add(out, field, `${name}: ${address}`, at, 4, address);
  });
}

/** The client's hardware address; answers it where it is an Ethernet one. */
function addHardware(d: Dissection, out: DetailNode[], at: number, type: number, size: number): string {
  if (type !== 1 || size !== 6) {
    const length = Math.min(size, 16);
    // The whole field is the value, what of it is said to be used the line.
    const text = bytesText(d.bytes, at, length);
    if (length > 0)
      d.add(out, "dhcp.hw.addr", `Client hardware address: ${text}`, at, 16, d.bytes.subarray(at, at + 16));
    if (length < 16)
      addBytes(d, out, "dhcp.hw.addr_padding", "Client hardware address padding", at + length, at + 16);
    return "";
  }
  const address = readMac(d.bytes, at);
  d.add(out, "dhcp.hw.mac_addr", `Client MAC address: ${address}`, at, 6, address);
  addBytes(d, out, "dhcp.hw.addr_padding", "Client hardware address padding", at + 6, at + 16);
  return address;
}

function addName(
  d: Dissection,
  out: DetailNode[],
  field: string,
  name: string,
  at: number,
  size: number,
): void {
  const text = latin1(d.bytes, at, at + size).split("\0", 1)[0];
  d.add(out, field, text === "" ? `${name} not given` : `${name}: ${text}`, at, size, text);
}
