// TLS handshake messages (RFC 8446 4, RFC 5246 7.4) in the clear, or of records that were opened.

import { createHash } from "node:crypto";

import { addSignatureAlgorithm, addSignatureAlgorithms, addTlsExtensions } from "./tls-extensions.ts";
import type { Extensions } from "./tls-extensions.ts";
import { certificateStatus, compressedCertificate, distinguishedNames } from "./tls-extension-bodies.ts";
import { extensionLength, findExtension } from "./tls-hello.ts";
import { clientKeyExchange, serverKeyExchange } from "./tls-key-exchange.ts";
import type { Agreement } from "./tls-key-exchange.ts";
import { EXTENSION, HANDSHAKE, messageName, HANDSHAKE_TYPES, isGrease, versionName } from "./tls-names.ts";
import { suiteName } from "./tls-suites.ts";
import { addBytes, addComputed, named, uint } from "./protocol.ts";
import { Reading } from "./reading.ts";
import { addCertificate } from "./x509.ts";
import { chainLayers, nameLayers } from "./x509-layers.ts";
import { durationText } from "./dns-names.ts";
import { dateText } from "./frame.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const NOTHING_AGREED: Agreement = { before: 0, version: 0, suite: 0 };
const TLS_1_2 = 0x0303;
const TLS_1_3 = 0x0304;

/** Certificates shown of one chain, suites of one hello. */
const CERTIFICATES_MAX = 32;
const SUITES_MAX = 2_000;

/** Whether a handshake record's bytes are no message: what follows a change of ciphers looks like noise. */
export function isEncryptedFrom(fragment: Uint8Array): boolean {
  if (fragment.length < 4) return fragment.length > 0 && !HANDSHAKE_TYPES.has(fragment[0]);
  return !HANDSHAKE_TYPES.has(fragment[0]) || uint(fragment, 1, 3) > 1 << 20;
}

/** Shows the message in [start, end); `isTls13` where no other version can be, and no random number begins with the time. */
export function showHandshake(
  d: Dissection,
  out: DetailNode[],
  start: number,
  end: number,
  agreed: Agreement = NOTHING_AGREED,
): void {
  const { bytes } = d;
  const isTls13 = agreed.version === TLS_1_3;
  const type = bytes[start];
  if (type === HANDSHAKE.certificate)
    d.layers.push(...chainLayers(bytes, start + 4, d.captured(end), isTls13));
  else if (type === HANDSHAKE.certificateRequest)
    d.layers.push(...requestLayers(bytes.subarray(0, d.captured(end)), start + 4, agreed));
  if (d.isForColumns) return;
  const held = d.captured(end);
  const node = d.add(
    out,
    "tls.handshake",
    `Handshake Protocol: ${messageName(bytes.subarray(start))}`,
    start,
    held - start,
  );
  const into = node.children;
  d.add(into, "tls.handshake.type", `Handshake Type: ${named(HANDSHAKE_TYPES, type)}`, start, 1, type);
  const length = uint(bytes, start + 1, 3);
  d.add(into, "tls.handshake.length", `Length: ${length}`, start + 1, 3, length);
  const message = new Reading(d, into, start + 4, end, null);
  switch (type) {
    case HANDSHAKE.clientHello:
      clientHello(message, agreed.before === TLS_1_3);
      return;
    case HANDSHAKE.serverHello:
      serverHello(message);
      return;
    case HANDSHAKE.certificate:
      if (isTls13) context(message);
      certificates(message, isTls13);
      return;
    case HANDSHAKE.serverKeyExchange:
      serverKeyExchange(message, agreed);
      return;
    case HANDSHAKE.clientKeyExchange:
      clientKeyExchange(message, agreed);
      return;
    case HANDSHAKE.newSessionTicket:
      sessionTicket(message, isTls13);
      return;
    case HANDSHAKE.encryptedExtensions:
      addTlsExtensions(d, into, message.at, end, "server");
      return;
    case HANDSHAKE.certificateRequest:
      if (!isTls13) {
        certificateRequest(message, agreed.version);
        return;
      }
      context(message);
      if (!message.isBroken) addTlsExtensions(d, into, message.at, end, "client");
      return;
    case HANDSHAKE.certificateStatus:
      certificateStatus(message);
      return;
    case HANDSHAKE.compressedCertificate:
      compressedCertificate(message);
      return;
    case HANDSHAKE.certificateVerify:
      certificateVerify(message);
      return;
    case HANDSHAKE.finished:
      if (held > message.at)
        d.add(into, "tls.handshake.verify_data", "Verify Data", message.at, held - message.at);
      return;
    case HANDSHAKE.keyUpdate:
      message.uint("tls.handshake.key_update.request_update", "Key Update Request", 1, (value) =>
        named(KEY_UPDATES, value),
      );
      return;
    default:
  }
}

/** The layers of names in a request for certificates whose content begins at `start`. */
function requestLayers(bytes: Uint8Array, start: number, { version: agreed }: Agreement): string[] {
  let at = start + 1 + (bytes[start] ?? 0);
  if (agreed === TLS_1_3) {
    const names = findExtension(bytes, at, EXTENSION.certificateAuthorities);
    if (names === -1) return [];
    return nameLayers(bytes.subarray(names, names + extensionLength(bytes, names)), 0);
  }
  if (agreed === TLS_1_2 && at + 2 <= bytes.length) at += 2 + uint(bytes, at, 2);
  return nameLayers(bytes, at);
}

function version(reading: Reading): number | null {
  return reading.uint(
    "tls.handshake.version",
    "Version",
    2,
    (value) => `${versionName(value)} (${hexText(value, 4)})`,
  );
}

function random(reading: Reading, hasTime: boolean): void {
  const { d, at } = reading;
  const node = reading.bytes("tls.handshake.random", "Random", 32);
  if (node === null || !hasTime) return;
  const seconds = uint(d.bytes, at, 4);
  const date = dateText(seconds, 0);
  d.add(node.children, "tls.handshake.random_time", `GMT Unix Time: ${date}`, at, 4, date);
  addBytes(d, node.children, "tls.handshake.random_bytes", "Random Bytes", at + 4, at + 32);
}

function session(reading: Reading): void {
  const length = reading.uint("tls.handshake.session_id_length", "Session ID Length", 1);
  if (length !== null && length > 0) reading.bytes("tls.handshake.session_id", "Session ID", length);
}

function suiteText(value: number): string {
  return `${suiteName(value)} (${hexText(value, 4)})`;
}

function clientHello(reading: Reading, isTls13: boolean): void {
  const { d } = reading;
  const start = reading.at;
  const offered = version(reading);
  random(reading, !isTls13);
  session(reading);
  const length = reading.uint("tls.handshake.cipher_suites_length", "Cipher Suites Length", 2);
  if (length === null) return;
  const suites: number[] = [];
  const from = reading.at;
  const stop = Math.min(from + length, d.captured(reading.end));
  const count = Math.floor(length / 2);
  const title = `Cipher Suites (${count} suite${count === 1 ? "" : "s"})`;
  const list = d.add(
    reading.out,
    "tls.handshake.ciphersuites",
    title,
    from,
    Math.max(0, stop - from),
  ).children;
  for (let at = from; at + 2 <= stop && suites.length < SUITES_MAX; at += 2) {
    const suite = uint(d.bytes, at, 2);
    suites.push(suite);
    d.add(list, "tls.handshake.ciphersuite", () => `Cipher Suite: ${suiteText(suite)}`, at, 2, suite);
  }
  reading.skip(length);
  compressions(reading);
  if (reading.isBroken) return;
  const extensions = addTlsExtensions(d, reading.out, reading.at, reading.end, "client");
  if (offered === null || extensions === null) return;
  addJa3(d, reading.out, start, offered, suites, extensions);
}

function compressions(reading: Reading): void {
  const { d } = reading;
  const length = reading.uint("tls.handshake.comp_methods_length", "Compression Methods Length", 1);
  if (length === null) return;
  const from = reading.at;
  const stop = Math.min(from + length, d.captured(reading.end));
  const title = `Compression Methods (${length} method${length === 1 ? "" : "s"})`;
  const list = d.add(
    reading.out,
    "tls.handshake.comp_methods",
    title,
    from,
    Math.max(0, stop - from),
  ).children;
  for (let at = from; at < stop; at++) {
    const method = d.bytes[at];
    d.add(
      list,
      "tls.handshake.comp_method",
      () => `Compression Method: ${compressionText(method)}`,
      at,
      1,
      method,
    );
  }
  reading.skip(length);
}

const COMPRESSIONS = new Map([
  [0, "null"],
  [1, "DEFLATE"],
]);

function compressionText(method: number): string {
  return named(COMPRESSIONS, method);
}

function serverHello(reading: Reading): void {
  const { d } = reading;
  const start = reading.at;
  const chosen = version(reading);
  random(reading, chosen !== null && !hasExtension(d, reading, 43));
  session(reading);
  const suite = reading.uint("tls.handshake.ciphersuite", "Cipher Suite", 2, suiteText);
  reading.uint("tls.handshake.comp_method", "Compression Method", 1, compressionText);
  if (reading.isBroken) return;
  const extensions = addTlsExtensions(d, reading.out, reading.at, reading.end, "server");
  if (chosen === null || suite === null) return;
  const types = extensions?.types ?? [];
  const full = `${chosen},${suite},${types.join("-")}`;
  addComputed(d, reading.out, "tls.handshake.ja3s_full", `JA3S Fullstring: ${full}`, start, full);
  const hash = md5(full);
  addComputed(d, reading.out, "tls.handshake.ja3s", `JA3S: ${hash}`, start, hash);
}

/** Whether the Server Hello being read has an extension of `type`. */
function hasExtension(d: Dissection, { at: random_, end }: Reading, type: number): boolean {
  const { bytes } = d;
  const stop = d.captured(end);
  let at = random_ + 32;
  if (at >= stop) return false;
  at += 1 + bytes[at] + 3 + 2;
  while (at + 4 <= stop) {
    if (uint(bytes, at, 2) === type) return true;
    at += 4 + uint(bytes, at + 2, 2);
  }
  return false;
}

/** JA3: what a client offers, in the order it does, as one hash that tells clients apart. */
function addJa3(
  d: Dissection,
  out: DetailNode[],
  at: number,
  offered: number,
  suites: readonly number[],
  { types, groups, pointFormats }: Extensions,
): void {
  const known = (values: readonly number[]): string => values.filter((value) => !isGrease(value)).join("-");
  const full = `${offered},${known(suites)},${known(types)},${known(groups)},${pointFormats.join("-")}`;
  addComputed(d, out, "tls.handshake.ja3_full", `JA3 Fullstring: ${full}`, at, full);
  const hash = md5(full);
  addComputed(d, out, "tls.handshake.ja3", `JA3: ${hash}`, at, hash);
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

const KEY_UPDATES = new Map([
  [0, "update_not_requested"],
  [1, "update_requested"],
]);

/** What a server's request for a certificate is known by, in TLS 1.3 (RFC 8446 4.3.2). */
function context(reading: Reading): void {
  const field = "tls.handshake.certificate_request_context";
  const length = reading.uint(`${field}_length`, "Certificate Request Context Length", 1);
  if (length !== null && length > 0) reading.bytes(field, "Certificate Request Context", length);
}

/** A chain; in TLS 1.3 extensions follow each certificate. */
function certificates(reading: Reading, isTls13: boolean): void {
  const { d } = reading;
  const total = reading.uint("tls.handshake.certificates_length", "Certificates Length", 3);
  if (total === null || total === 0) return;
  const stop = Math.min(reading.at + total, reading.end);
  const title = `Certificates (${total} bytes)`;
  const held = Math.max(0, d.captured(stop) - reading.at);
  const out = d.add(reading.out, "tls.handshake.certificates", title, reading.at, held).children;
  for (let i = 0; i < CERTIFICATES_MAX && reading.at + 3 <= d.captured(stop); i++) {
    const length = uint(d.bytes, reading.at, 3);
    const label = `Certificate Length: ${length}`;
    d.add(out, "tls.handshake.certificate_length", label, reading.at, 3, length);
    const from = reading.at + 3;
    reading.at = from + length;
    if (length === 0 || reading.at > d.captured(stop)) return;
    addCertificate(d, out, from, reading.at);
    if (!isTls13 || reading.at + 2 > d.captured(stop)) continue;
    addTlsExtensions(d, out, reading.at, stop, "certificate");
    reading.at += 2 + uint(d.bytes, reading.at, 2);
  }
}

/** A signature over the handshake (RFC 8446 4.4.3, RFC 5246 7.4.8). */
function certificateVerify(reading: Reading): void {
  const { d, at } = reading;
  if (!reading.has(4)) return;
  // Before TLS 1.2 nothing says how it was made.
  if (at + 4 + uint(d.bytes, at + 2, 2) === reading.end) {
    addSignatureAlgorithm(d, reading.out, at);
    reading.skip(2);
  }
  const field = "tls.handshake.client_cert_vrfy.sig";
  const size = reading.uint(`${field}_len`, "Signature length", 2);
  if (size !== null && size > 0) reading.bytes(field, "Signature", size);
}

const CERTIFICATE_TYPES = new Map([
  [1, "RSA Sign"],
  [2, "DSS Sign"],
  [3, "RSA Fixed DH"],
  [4, "DSS Fixed DH"],
  [21, "GOST R 34.10-94"],
  [22, "GOST R 34.10-2001"],
  [64, "ECDSA Sign"],
  [65, "RSA Fixed ECDH"],
  [66, "ECDSA Fixed ECDH"],
  [80, "IBC Params"],
]);

/** What certificates a server takes, up to TLS 1.2 (RFC 5246 7.4.4). */
function certificateRequest(reading: Reading, version: number): void {
  const { d } = reading;
  const count = reading.uint("tls.handshake.cert_types_count", "Certificate types count", 1);
  if (count === null || !reading.has(count)) return;
  const title = `Certificate types (${count} type${count === 1 ? "" : "s"})`;
  const types = d.add(reading.out, "tls.handshake.cert_types", title, reading.at, count).children;
  const read = new Reading(d, types, reading.at, reading.at + count, null);
  while (read.left > 0)
    read.uint("tls.handshake.cert_type", "Certificate type", 1, (type) => named(CERTIFICATE_TYPES, type));
  reading.skip(count);
  if (version >= TLS_1_2 && reading.has(2))
    reading.at = addSignatureAlgorithms(d, reading.out, reading.at, reading.end);
  distinguishedNames(reading);
}

/** A session ticket (RFC 5077 3.3), in TLS 1.3 with more beside it (RFC 8446 4.6.1). */
function sessionTicket(whole: Reading, isTls13: boolean): void {
  const { d } = whole;
  const held = Math.max(0, d.captured(whole.end) - whole.at);
  const node = d.add(whole.out, null, "TLS Session Ticket", whole.at, held);
  const reading = new Reading(d, node.children, whole.at, whole.end, null);
  const hint = "tls.handshake.session_ticket_lifetime_hint";
  reading.uint(hint, "Session Ticket Lifetime Hint", 4, (seconds) => {
    const text = `${seconds} second${seconds === 1 ? "" : "s"}`;
    return seconds < 60 ? text : `${text} (${durationText(seconds)})`;
  });
  if (isTls13) {
    reading.uint("tls.handshake.session_ticket_age_add", "Session Ticket Age Add", 4);
    const field = "tls.handshake.session_ticket_nonce";
    const nonce = reading.uint(`${field}_length`, "Session Ticket Nonce Length", 1);
    if (nonce !== null && nonce > 0) reading.bytes(field, "Session Ticket Nonce", nonce);
  }
  const length = reading.uint("tls.handshake.session_ticket_length", "Session Ticket Length", 2);
  if (length !== null && length > 0) reading.bytes("tls.handshake.session_ticket", "Session Ticket", length);
  else if (length === 0)
    d.add(
      reading.out,
      "tls.handshake.session_ticket",
      "Session Ticket: <MISSING>",
      reading.at,
      0,
      "<MISSING>",
    );
  if (isTls13 && !reading.isBroken) addTlsExtensions(d, reading.out, reading.at, reading.end, "ticket");
}
