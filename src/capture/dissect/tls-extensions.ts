// The extensions of TLS hellos: those that tell where a connection goes and what it agrees on in lines of their own.

import { groupName, signatureHashName, signatureName, signerName } from "./tls-groups.ts";
import { EXTENSION, extensionName, versionName } from "./tls-names.ts";
import { Reading } from "./reading.ts";
import { certificateStatus, readExtensionBody, STATUS_TYPES } from "./tls-extension-bodies.ts";
import type { ExtensionSource } from "./tls-extension-bodies.ts";
import { addBytes, addText, addUint, bytesCount, named, uint } from "./protocol.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** Extensions shown of one hello, and entries of a list within one. */
const EXTENSIONS_MAX = 200;
const ENTRIES_MAX = 1_000;

/** What hellos are told apart by. */
export interface Extensions {
  readonly types: number[];
  readonly groups: number[];
  readonly pointFormats: number[];
}

/** One extension's data, [start, end), all of it captured. */
interface Data {
  readonly d: Dissection;
  readonly out: DetailNode[];
  readonly start: number;
  readonly end: number;
  readonly from: ExtensionSource;
  readonly found: Extensions;
}

/** Adds the extensions whose total length is at `start`; null where there are none. */
export function addTlsExtensions(
  d: Dissection,
  out: DetailNode[],
  start: number,
  end: number,
  from: ExtensionSource,
): Extensions | null {
  const field = "tls.handshake.extensions_length";
  const total = addUint(d, out, field, start, 2, end, (value) => `Extensions Length: ${value}`);
  if (total === null) return null;
  const found: Extensions = { types: [], groups: [], pointFormats: [] };
  const stop = Math.min(start + 2 + total, d.captured(end));
  let at = start + 2;
  for (let i = 0; i < EXTENSIONS_MAX && at + 4 <= stop; i++) {
    const type = uint(d.bytes, at, 2);
    const length = uint(d.bytes, at + 2, 2);
    const dataEnd = Math.min(stop, at + 4 + length);
    found.types.push(type);
    const name = extensionName(type);
    const title = name ?? `Unknown type ${type}`;
    const node = d.add(out, null, `Extension: ${title} (len=${length})`, at, dataEnd - at);
    const into = node.children;
    const typeText = `Type: ${name ?? "Unknown"} (${type})`;
    d.add(into, "tls.handshake.extension.type", typeText, at, 2, type);
    d.add(into, "tls.handshake.extension.len", `Length: ${length}`, at + 2, 2, length);
    const data = { d, out: into, start: at + 4, end: dataEnd, from, found };
    // Damage within an extension is its own: the next begins where this one's length says.
    addExtension(type, data);
    at += 4 + length;
  }
  return found;
}

function addExtension(type: number, data: Data): void {
  const { d, out, start, end } = data;
  switch (type) {
    case EXTENSION.serverName:
      serverName(data);
      return;
    case EXTENSION.alpn:
      alpn(data);
      return;
    case EXTENSION.supportedVersions:
      supportedVersions(data);
      return;
    case EXTENSION.supportedGroups:
      supportedGroups(data);
      return;
    case EXTENSION.pointFormats:
      pointFormats(data);
      return;
    case EXTENSION.signatureAlgorithms:
    case EXTENSION.delegatedCredentials:
    case EXTENSION.signatureAlgorithmsCert:
      signatureAlgorithms(data);
      return;
    case EXTENSION.keyShare:
      keyShare(data);
      return;
    case EXTENSION.pskModes:
      pskModes(data);
      return;
    case EXTENSION.statusRequest:
      if (data.from === "certificate") certificateStatus(new Reading(d, out, start, end, null));
      else statusRequest(data);
      return;
    case EXTENSION.renegotiation:
      renegotiation(data);
      return;
    case EXTENSION.padding:
      if (end > start) addBytes(d, out, "tls.handshake.extensions_padding_data", "Padding Data", start, end);
      return;
    default:
      if (readExtensionBody(type, new Reading(d, out, start, end, null), data.from)) return;
      if (!OTHERS.has(type)) addData(data, type === EXTENSION.sessionTicket);
  }
}

/** Extensions that are only there, or whose data Wireshark has other fields for. */
const OTHERS = new Set([14, 18, 22, 23, 40, 46, 48, 49, 57, 65_445, 65_486]);

function addData({ d, out, start, end }: Data, isCounted: boolean): void {
  const field = "tls.handshake.extension.data";
  const count = `Data (${bytesCount(end - start)})`;
  if (end === start) d.add(out, field, isCounted ? count : "Data: <MISSING>", start, 0, "<MISSING>");
  else if (isCounted) d.add(out, field, count, start, end - start, d.bytes.subarray(start, end));
  else addBytes(d, out, field, "Data", start, end);
}

function list(
  data: Pick<Data, "d" | "out" | "start" | "end">,
  field: string,
  name: string,
  size: 1 | 2,
): readonly [from: number, to: number] {
  const { d, out, start, end } = data;
  const length = addUint(d, out, field, start, size, end, (value) => `${name}: ${value}`);
  return length === null ? [end, end] : [start + size, Math.min(end, start + size + length)];
}

function serverName(data: Data): void {
  const { d, start, end } = data;
  if (end - start < 2) return;
  const node = d.add(data.out, null, "Server Name Indication extension", start, end - start);
  const out = node.children;
  const [from, to] = list(
    { ...data, out },
    "tls.handshake.extensions_server_name_list_len",
    "Server Name list length",
    2,
  );
  let at = from;
  for (let i = 0; i < ENTRIES_MAX && at + 3 <= to; i++) {
    const type = d.bytes[at];
    const typeText = `Server Name Type: ${type === 0 ? "host_name" : "Unknown"} (${type})`;
    d.add(out, "tls.handshake.extensions_server_name_type", typeText, at, 1, type);
    const length = uint(d.bytes, at + 1, 2);
    d.add(
      out,
      "tls.handshake.extensions_server_name_len",
      `Server Name length: ${length}`,
      at + 1,
      2,
      length,
    );
    const stop = Math.min(to, at + 3 + length);
    addText(d, out, "tls.handshake.extensions_server_name", "Server Name", at + 3, stop);
    at = at + 3 + length;
  }
}

function alpn(data: Data): void {
  const { d } = data;
  const [from, to] = list(data, "tls.handshake.extensions_alpn_len", "ALPN Extension Length", 2);
  const node = d.add(data.out, "tls.handshake.extensions_alpn_list", "ALPN Protocol", from, to - from);
  let at = from;
  for (let i = 0; i < ENTRIES_MAX && at < to; i++) {
    const length = d.bytes[at];
    const label = `ALPN string length: ${length}`;
    d.add(node.children, "tls.handshake.extensions_alpn_str_len", label, at, 1, length);
    const stop = Math.min(to, at + 1 + length);
    addText(d, node.children, "tls.handshake.extensions_alpn_str", "ALPN Next Protocol", at + 1, stop);
    at += 1 + length;
  }
}

function versionText(value: number): string {
  return `Supported Version: ${versionName(value)} (${hexText(value, 4)})`;
}

function supportedVersions(data: Data): void {
  const { d, out, start, end, from } = data;
  const field = "tls.handshake.extensions.supported_version";
  if (from === "server") {
    addUint(d, out, field, start, 2, end, versionText);
    return;
  }
  const name = "tls.handshake.extensions.supported_versions_len";
  const [first, to] = list(data, name, "Supported Versions length", 1);
  for (let at = first; at + 2 <= to; at += 2) addUint(d, out, field, at, 2, to, versionText);
}

function supportedGroups(data: Data): void {
  const { d, out, found } = data;
  const length = "tls.handshake.extensions_supported_groups_length";
  const [from, to] = list(data, length, "Supported Groups List Length", 2);
  const count = Math.floor((to - from) / 2);
  const title = `Supported Groups (${count} group${count === 1 ? "" : "s"})`;
  const node = d.add(out, "tls.handshake.extensions_supported_groups", title, from, to - from);
  for (let at = from; at + 2 <= to && found.groups.length < ENTRIES_MAX; at += 2) {
    const group = uint(d.bytes, at, 2);
    found.groups.push(group);
    const label = (): string => `Supported Group: ${groupName(group)} (${hexText(group, 4)})`;
    d.add(node.children, "tls.handshake.extensions_supported_group", label, at, 2, group);
  }
}

const POINT_FORMATS = ["uncompressed", "ansiX962_compressed_prime", "ansiX962_compressed_char2"];

function pointFormats(data: Data): void {
  const { d, out, found } = data;
  const length = "tls.handshake.extensions_ec_point_formats_length";
  const [from, to] = list(data, length, "EC point formats Length", 1);
  const title = `Elliptic curves point formats (${to - from})`;
  const node = d.add(out, "tls.handshake.extensions_ec_point_formats", title, from, to - from);
  for (let at = from; at < to; at++) {
    const format = d.bytes[at];
    found.pointFormats.push(format);
    const label = `EC point format: ${POINT_FORMATS[format] ?? "Unknown"} (${format})`;
    d.add(node.children, "tls.handshake.extensions_ec_point_format", label, at, 1, format);
  }
}

/** The two bytes at `at`: a scheme of TLS 1.3, and the hash and the signature that they are in TLS 1.2. */
export function addSignatureAlgorithm(d: Dissection, out: DetailNode[], at: number): void {
  const value = uint(d.bytes, at, 2);
  const label = (): string => `Signature Algorithm: ${signatureName(value)} (${hexText(value, 4)})`;
  const into = d.add(out, "tls.handshake.sig_hash_alg", label, at, 2, value).children;
  const [hash, signer] = [value >> 8, value & 0xff];
  const hashText = `Signature Hash Algorithm Hash: ${signatureHashName(hash)} (${hash})`;
  d.add(into, "tls.handshake.sig_hash_hash", hashText, at, 1, hash);
  const signerText = `Signature Hash Algorithm Signature: ${signerName(signer)} (${signer})`;
  d.add(into, "tls.handshake.sig_hash_sig", signerText, at + 1, 1, signer);
}

function signatureAlgorithms({ d, out, start, end }: Data): void {
  addSignatureAlgorithms(d, out, start, end);
}

/** A list of them; answers where it ends. */
export function addSignatureAlgorithms(d: Dissection, out: DetailNode[], start: number, end: number): number {
  const field = "tls.handshake.sig_hash_alg_len";
  const [from, to] = list({ d, out, start, end }, field, "Signature Hash Algorithms Length", 2);
  const count = Math.floor((to - from) / 2);
  const title = `Signature Hash Algorithms (${count} algorithm${count === 1 ? "" : "s"})`;
  const node = d.add(out, "tls.handshake.sig_hash_algs", title, from, to - from);
  for (let at = from, i = 0; at + 2 <= to && i < ENTRIES_MAX; at += 2, i++) {
    addSignatureAlgorithm(d, node.children, at);
  }
  return to;
}

function keyShare(data: Data): void {
  const { d, start, end, from } = data;
  const out = d.add(data.out, null, "Key Share extension", start, end - start).children;
  if (from === "client") {
    const field = "tls.handshake.extensions_key_share_client_length";
    const [first, to] = list({ ...data, out }, field, "Client Key Share Length", 2);
    let at = first;
    for (let i = 0; i < ENTRIES_MAX && at + 4 <= to; i++) at = keyShareEntry(d, out, at, to);
    return;
  }
  if (end - start >= 4) {
    keyShareEntry(d, out, start, end);
    return;
  }
  const selected = "tls.handshake.extensions_key_share_selected_group";
  addUint(d, out, selected, start, 2, end, (group) => `Selected Group: ${groupName(group)} (${group})`);
}

function keyShareEntry(d: Dissection, out: DetailNode[], at: number, end: number): number {
  const group = uint(d.bytes, at, 2);
  const length = uint(d.bytes, at + 2, 2);
  const stop = Math.min(end, at + 4 + length);
  const name = groupName(group);
  const known = name === "Unknown" ? `Unknown (${group})` : name;
  const title = `Key Share Entry: Group: ${known}, Key Exchange length: ${length}`;
  const into = d.add(out, null, title, at, stop - at).children;
  const prefix = "tls.handshake.extensions_key_share";
  d.add(into, `${prefix}_group`, `Group: ${name} (${group})`, at, 2, group);
  d.add(into, `${prefix}_key_exchange_length`, `Key Exchange Length: ${length}`, at + 2, 2, length);
  addBytes(d, into, `${prefix}_key_exchange`, "Key Exchange", at + 4, stop);
  return at + 4 + length;
}

function pskModes(data: Data): void {
  const { d, out } = data;
  const field = "tls.extension.psk_ke_modes_length";
  const [from, to] = list(data, field, "PSK Key Exchange Modes Length", 1);
  const names = ["PSK-only key establishment (psk_ke)", "PSK with (EC)DHE key establishment (psk_dhe_ke)"];
  for (let at = from; at < to; at++) {
    const mode = d.bytes[at];
    const label = `PSK Key Exchange Mode: ${names[mode] ?? "Unknown"} (${mode})`;
    d.add(out, "tls.extension.psk_ke_mode", label, at, 1, mode);
  }
}

function statusRequest({ d, out, start, end }: Data): void {
  if (end - start < 5) return;
  const prefix = "tls.handshake.extensions_status_request";
  const type = d.bytes[start];
  const typeText = `Certificate Status Type: ${named(STATUS_TYPES, type)}`;
  d.add(out, `${prefix}_type`, typeText, start, 1, type);
  const ids = addUint(
    d,
    out,
    `${prefix}_responder_ids_len`,
    start + 1,
    2,
    end,
    (n) => `Responder ID list Length: ${n}`,
  );
  const at = start + 3 + (ids ?? 0);
  addUint(d, out, `${prefix}_exts_len`, at, 2, end, (n) => `Request Extensions Length: ${n}`);
}

function renegotiation(data: Data): void {
  const { d, start, end } = data;
  const out = d.add(data.out, null, "Renegotiation Info extension", start, end - start).children;
  const field = "tls.handshake.extensions_reneg_info_len";
  const [from, to] = list({ ...data, out }, field, "Renegotiation info extension length", 1);
  if (to > from) addBytes(d, out, "tls.handshake.extensions_reneg_info", "Renegotiation info", from, to);
}
