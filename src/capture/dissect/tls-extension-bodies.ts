// What extensions of TLS hold that tell of certificates, sizes, sessions and the like: each as its RFC has it, from front to back.

import { bytesCount, named } from "./protocol.ts";
import { Reading } from "./reading.ts";
import { hexText } from "./tree.ts";
import { addDistinguishedName } from "./x509.ts";
import { REQUEST_NAMES_MAX } from "./x509-layers.ts";

/** Whose extensions they are: those of a ticket and of a certificate are a server's too. */
export type ExtensionSource = "client" | "server" | "ticket" | "certificate";

const ENTRIES_MAX = 1_000;

type Body = (reading: Reading, from: ExtensionSource) => void;

/** Reads what the extension of `type` holds, [at, end) of `reading`; false for one that is not read here. */
export function readExtensionBody(type: number, reading: Reading, from: ExtensionSource): boolean {
  const body = BODIES.get(type);
  if (body === undefined) return false;
  body(reading, from);
  return true;
}

/** A number of `size` bytes, and that many bytes of entries: each is read until none is left. */
function entries(
  reading: Reading,
  length: number | null,
  read: (list: Reading) => void,
  out = reading.out,
): void {
  if (length === null) return;
  const stop = Math.min(reading.at + length, reading.end);
  const list = new Reading(reading.d, out, reading.at, stop, null);
  for (let i = 0; i < ENTRIES_MAX && list.left > 0; i++) read(list);
  reading.at = stop;
}

/** Below a line of its own for `length` bytes. */
function under(reading: Reading, field: string | null, title: string, length: number): Reading["out"] {
  const held = Math.min(length, reading.left);
  return reading.d.add(reading.out, field, title, reading.at, held).children;
}

const FRAGMENT_LENGTHS = new Map([
  [1, "512"],
  [2, "1024"],
  [3, "2048"],
  [4, "4096"],
]);

/** RFC 6066 4. */
function fragmentLength(reading: Reading): void {
  const field = "tls.handshake.max_fragment_length";
  reading.uint(field, "Maximum Fragment Length", 1, (value) => named(FRAGMENT_LENGTHS, value));
}

const CERTIFICATE_TYPES = ["X.509", "OpenPGP", "Raw Public Key"];

/** RFC 7250 3: a client lists them, a server chooses one. */
function certificateTypes(reading: Reading, from: ExtensionSource): void {
  const one = (list: Reading): void => {
    const text = (type: number): string => `${CERTIFICATE_TYPES[type] ?? "Unknown"} (${hexText(type, 2)})`;
    list.uint("tls.handshake.cert_type.type", "Certificate Type", 1, text);
  };
  if (from !== "client") {
    one(reading);
    return;
  }
  const field = "tls.handshake.cert_type.types";
  const length = reading.uint(`${field}_len`, "Certificate Type List Length", 1);
  if (length === null) return;
  const out = under(reading, field, `Certificate Type List (${length})`, length);
  entries(reading, length, one, out);
}

/** RFC 5054 2.8.1. */
function userName(reading: Reading): void {
  const length = reading.uint("tls.handshake.extensions_srp_len", "SRP username length", 1);
  if (length !== null && length > 0)
    reading.text("tls.handshake.extensions_srp_username", "SRP username", length);
}

const HEARTBEAT_MODES = new Map([
  [1, "Peer allowed to send requests"],
  [2, "Peer not allowed to send requests"],
]);

/** RFC 6520 2. */
function heartbeat(reading: Reading): void {
  const field = "tls.handshake.extension.heartbeat.mode";
  reading.uint(field, "Mode", 1, (value) => named(HEARTBEAT_MODES, value));
}

/** What a client may ask to be told of a certificate (RFC 6066 8, RFC 6961 2.2). */
export const STATUS_TYPES = new Map([
  [1, "OCSP"],
  [2, "OCSP Multi"],
]);

/** RFC 6961 2.2. */
function statusRequests(reading: Reading, from: ExtensionSource): void {
  if (from !== "client") return;
  const prefix = "tls.handshake.extensions_status_request";
  const total = reading.uint(`${prefix}_list_len`, "Certificate Status List Length", 2);
  entries(reading, total, (list) => {
    list.uint(`${prefix}_type`, "Certificate Status Type", 1, (type) => named(STATUS_TYPES, type));
    list.uint(`${prefix}_len`, "Certificate Status Length", 2);
    const ids = list.uint(`${prefix}_responder_ids_len`, "Responder ID list Length", 2);
    if (ids !== null) list.skip(ids);
    const extensions = list.uint(`${prefix}_exts_len`, "Request Extensions Length", 2);
    if (extensions !== null) list.skip(extensions);
  });
}

const OCSP = 1;

/** What a certificate's issuer says of it, as far as its length (RFC 6066 8, RFC 6961 2.2): answers themselves are not read. */
export function certificateStatus(reading: Reading): void {
  const field = "tls.handshake.extensions_status_request_type";
  const type = reading.uint(field, "Certificate Status Type", 1, (value) => named(STATUS_TYPES, value));
  const one = (list: Reading): void => {
    const length = list.uint("tls.handshake.ocsp_response_len", "OCSP Response Length", 3);
    if (length !== null) list.skip(length);
  };
  if (type === OCSP) one(reading);
  if (type === null || type <= OCSP || !STATUS_TYPES.has(type)) return;
  const total = reading.uint("tls.handshake.ocsp_response_list_len", "OCSP Response List Length", 3);
  entries(reading, total, one);
}

const COMPRESSIONS = new Map([
  [1, "zlib"],
  [2, "brotli"],
  [3, "zstd"],
]);

/** RFC 8879 3. */
function compressions(reading: Reading, from: ExtensionSource): void {
  if (from !== "client") return;
  const prefix = "tls.compress_certificate.algorithm";
  const length = reading.uint(`${prefix}s_length`, "Algorithms Length", 1);
  entries(reading, length, (list) => {
    list.uint(prefix, "Algorithm", 2, (value) => named(COMPRESSIONS, value));
  });
}

/** A certificate that was (RFC 8879 4). */
export function compressedCertificate(reading: Reading): void {
  const prefix = "tls.compress_certificate";
  reading.uint(`${prefix}.algorithm`, "Algorithm", 2, (value) => named(COMPRESSIONS, value));
  reading.uint(`${prefix}.uncompressed_length`, "Uncompressed Length", 3);
  const message = `${prefix}.compressed_certificate_message`;
  const length = reading.uint(`${message}.length`, "Length", 3);
  if (length !== null && length > 0) reading.bytes(message, "Compressed Certificate Message", length);
}

/** RFC 8449 4. */
function recordSize(reading: Reading): void {
  reading.uint("tls.record_size_limit", "Record Size Limit", 2);
}

/** RFC 8446 4.2.11: a client offers keys and shows for each that it has it, a server chooses one. */
function preSharedKeys(whole: Reading, from: ExtensionSource): void {
  const out = under(whole, null, "Pre-Shared Key extension", whole.end - whole.at);
  const reading = new Reading(whole.d, out, whole.at, whole.end, null);
  const prefix = "tls.handshake.extensions.psk";
  if (from !== "client") {
    reading.uint(`${prefix}.identity.selected`, "Selected Identity", 2);
    return;
  }
  const length = reading.uint(`${prefix}.identities.length`, "Identities Length", 2);
  entries(reading, length, (list) => {
    const size = list.peek(2);
    if (size === null) return;
    const lines = under(list, null, `PSK Identity (length: ${size})`, 2 + size + 4);
    const identity = new Reading(list.d, lines, list.at, list.end, null);
    identity.uint(`${prefix}.identity.identity_length`, "Identity Length", 2);
    if (size > 0) identity.bytes(`${prefix}.identity.identity`, "Identity", size);
    identity.uint(`${prefix}.identity.obfuscated_ticket_age`, "Obfuscated Ticket Age", 4);
    list.skip(2 + size + 4);
  });
  const binders = reading.uint(`${prefix}.binders_len`, "PSK Binders length", 2);
  if (binders !== null) under(reading, `${prefix}.binders`, "PSK Binders", binders);
}

/** RFC 8446 4.6.1: a ticket says how much a client may say before it has an answer. */
function earlyData(reading: Reading, from: ExtensionSource): void {
  if (from === "ticket") reading.uint("tls.early_data.max_early_data_size", "Maximum Early Data Size", 4);
}

/** RFC 8446 4.2.2. */
function cookie(reading: Reading): void {
  const field = "tls.handshake.extensions.cookie";
  const length = reading.uint(`${field}_len`, "Cookie length", 2);
  if (length !== null && length > 0) reading.bytes(field, "Cookie", length);
}

/** The names of those whose certificates will do: RFC 8446 4.2.4, and in messages of TLS 1.2. */
export function distinguishedNames(reading: Reading): void {
  const { d } = reading;
  const total = reading.uint("tls.handshake.dnames_len", "Distinguished Names Length", 2);
  if (total === null || total === 0) return;
  const names = under(reading, "tls.handshake.dnames", `Distinguished Names (${bytesCount(total)})`, total);
  const list = new Reading(d, names, reading.at, Math.min(reading.at + total, reading.end), null);
  for (let i = 0; list.left > 0; i++) {
    if (i === REQUEST_NAMES_MAX) {
      d.add(names, "tls.handshake.dnames_truncated", "[Tree view truncated]", list.at, list.left);
      return;
    }
    const length = list.uint("tls.handshake.dname_len", "Distinguished Name Length", 2);
    if (length === null || !list.has(length)) return;
    addDistinguishedName(d, names, "tls.handshake.dname", list.at, list.at + length);
    list.skip(length);
  }
}

/** RFC 9146 3. */
function connectionId(reading: Reading): void {
  const length = reading.uint("tls.connection_id_length", "Connection ID length", 1);
  if (length !== null && length > 0) reading.bytes("tls.connection_id", "Connection ID", length);
}

/** What browsers call ALPS: the protocols a client has settings for. */
function applicationSettings(reading: Reading, from: ExtensionSource): void {
  if (from !== "client") return;
  const prefix = "tls.handshake.extensions_alps";
  const length = reading.uint(`${prefix}_len`, "ALPS Extension Length", 2);
  if (length === null) return;
  const out = under(reading, `${prefix}_alpn_list`, "Supported ALPN List", length);
  const field = `${prefix}_alpn_str`;
  entries(
    reading,
    length,
    (list) => {
      const size = list.uint(`${field}_len`, "Supported ALPN Length", 1);
      if (size !== null && size > 0) list.text(field, "Supported ALPN", size);
    },
    out,
  );
}

/** What went before ALPN: a server lists protocols, and the client chooses in secret. */
function nextProtocols(reading: Reading): void {
  const length = reading.end - reading.at;
  if (length === 0) return;
  const out = under(reading, null, "Next Protocol Negotiation", length);
  const field = "tls.handshake.extensions_npn";
  entries(
    reading,
    length,
    (list) => {
      const size = list.uint(`${field}_str_len`, "Protocol string length", 1);
      if (size !== null && size > 0) list.text(field, "Next Protocol", size);
    },
    out,
  );
}

const BODIES: ReadonlyMap<number, Body> = new Map<number, Body>([
  [1, fragmentLength],
  [9, certificateTypes],
  [12, userName],
  [15, heartbeat],
  [17, statusRequests],
  [19, certificateTypes],
  [20, certificateTypes],
  [27, compressions],
  [28, recordSize],
  [41, preSharedKeys],
  [42, earlyData],
  [44, cookie],
  [47, distinguishedNames],
  [53, connectionId],
  [54, connectionId],
  [13_172, nextProtocols],
  [17_513, applicationSettings],
]);
