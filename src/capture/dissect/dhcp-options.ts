// DHCP's options (RFC 2132) one after another, and the data of those that are one plain thing.

import { readIpv4 } from "../../wire/address.ts";
import { dhcpOption, OPTION_VALUES } from "./dhcp-option-table.ts";
import type { DhcpOption } from "./dhcp-option-table.ts";
import { addStructuredOption } from "./dhcp-structured.ts";
import { addBytes, uint, utf8 } from "./protocol.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const NAME = "DHCP/BOOTP";
const PAD = 0;
const MESSAGE_TYPE = 53;
const PARAMETERS = 55;
const END = 255;
const OPTIONS_MAX = 500;

/** Adds the options in [start, end); answers the message type, null where there is none. */
export function addDhcpOptions(d: Dissection, out: DetailNode[], start: number, end: number): number | null {
  const { bytes } = d;
  const held = d.captured(end);
  let message: number | null = null;
  let at = start;
  for (let i = 0; i < OPTIONS_MAX && at < held; i++) {
    const code = bytes[at];
    if (code === PAD) {
      const from = at;
      while (at < held && bytes[at] === PAD) at++;
      const node = d.add(out, "dhcp.option.type", "Option: (0) Padding", from, at - from, PAD);
      addBytes(d, node.children, "dhcp.option.padding", "Padding", from, at);
      continue;
    }
    if (code === END) {
      // Wireshark's number for it is that of padding.
      const node = d.add(out, "dhcp.option.type", "Option: (255) End", at, 1, PAD);
      d.add(node.children, "dhcp.option.end", "Option End: 255", at, 1, END);
      if (at + 1 < held) addBytes(d, out, "dhcp.option.padding", "Padding", at + 1, held);
      return message;
    }
    if (!d.has(at, 2, end, NAME) || !d.has(at + 2, bytes[at + 1], end, NAME)) return message;
    const length = bytes[at + 1];
    addOption(d, out, code, at + 2, length);
    if (code === MESSAGE_TYPE && length === 1) message = bytes[at + 2];
    at += 2 + length;
  }
  if (at >= held && held < end) d.stop("cut", NAME, held);
  return message;
}

/** Adds one option whose `length` bytes of data begin at `at`. */
function addOption(d: Dissection, out: DetailNode[], code: number, at: number, length: number): void {
  const known = dhcpOption(code);
  const node = d.add(out, "dhcp.option.type", `Option: (${code}) ${known.name}`, at - 2, length + 2, code);
  const into = node.children;
  d.add(into, "dhcp.option.length", `Length: ${length}`, at - 1, 1, length);
  if (code === PARAMETERS) {
    addParameters(d, into, at, length);
    return;
  }
  if (known.shape !== null && addShaped(d, into, known, at, length)) {
    const note = noteOf(d, code, known, at, length);
    if (note !== "") node.label += ` (${note})`;
    return;
  }
  if (known.shape === null && addStructuredOption(d, into, code, at, length)) return;
  if (length > 0) addBytes(d, into, "dhcp.option.value", "Value", at, at + length);
  else d.add(into, "dhcp.option.value", "Value: <MISSING>", at, 0, new Uint8Array(0));
}

function addParameters(d: Dissection, out: DetailNode[], at: number, length: number): void {
  for (let i = 0; i < length; i++) {
    const wanted = d.bytes[at + i];
    const label = `Parameter Request List Item: (${wanted}) ${dhcpOption(wanted).name}`;
    d.add(out, "dhcp.option.request_list_item", label, at + i, 1, wanted);
  }
}

/** What an option's own line says of its value. */
function noteOf(d: Dissection, code: number, { shape }: DhcpOption, at: number, length: number): string {
  if (code === MESSAGE_TYPE && length === 1) return messageName(d.bytes[at]) ?? "Unknown";
  return shape === "address" ? readIpv4(d.bytes, at) : "";
}

/** `Discover`; null for a type that has no name. */
export function messageName(type: number): string | null {
  return OPTION_VALUES.get("dhcp.option.dhcp")?.get(type) ?? null;
}

/** Bytes of one value, by shape; 0 for text. */
const SIZES = {
  address: 4,
  addresses: 4,
  text: 0,
  u8: 1,
  flag: 1,
  u16: 2,
  u16s: 2,
  seconds: 4,
  offset: 4,
} as const;

/** Adds an option's plain values; false where its length is none that they have. */
function addShaped(
  d: Dissection,
  out: DetailNode[],
  { shape, field, value: name }: DhcpOption,
  at: number,
  length: number,
): boolean {
  if (shape === null) return false;
  if (shape === "text") {
    if (length === 0) return false;
    const text = utf8(d.bytes, at, at + length).split("\0", 1)[0];
    d.add(out, field, `${name}: ${text}`, at, length, text);
    return true;
  }
  const size = SIZES[shape];
  const isList = shape === "addresses" || shape === "u16s";
  if (length === 0 || (isList ? length % size !== 0 : length !== size)) return false;
  for (let from = at; from < at + length; from += size) addValue(d, out, shape, field, name, from, size);
  return true;
}

function addValue(
  d: Dissection,
  out: DetailNode[],
  shape: Exclude<DhcpOption["shape"], "text" | null>,
  field: string,
  name: string,
  at: number,
  size: number,
): void {
  if (shape === "address" || shape === "addresses") {
    const address = readIpv4(d.bytes, at);
    d.add(out, field, `${name}: ${address}`, at, size, address);
    return;
  }
  const number = uint(d.bytes, at, size);
  if (shape === "flag") {
    d.add(out, field, `${name}: ${number === 0 ? "Disabled" : "Enabled"}`, at, size, number !== 0);
  } else if (shape === "seconds" || shape === "offset") {
    const value = shape === "offset" ? number | 0 : number;
    d.add(out, field, `${name}: (${value}s) ${durationText(value)}`, at, size, value);
  } else {
    const names = OPTION_VALUES.get(field);
    const text = names === undefined ? String(number) : `${names.get(number) ?? "Unknown"} (${number})`;
    d.add(out, field, `${name}: ${text}`, at, size, number);
  }
}

/** `1 day, 2 hours`; `infinity` for the largest number (RFC 2131 3.3). */
function durationText(seconds: number): string {
  if (seconds === 0xffffffff) return "infinity";
  if (seconds < 0) return `-${durationText(-seconds)}`;
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
