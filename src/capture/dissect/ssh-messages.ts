// SSH's packets before keys are there (RFC 4253, RFC 4419, RFC 5656): what is offered, what is agreed on, keys and signatures.

import { createHash } from "node:crypto";

import { addBytes, addUint, latin1, uint } from "./protocol.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const NAME = "SSH Protocol";
const HEADER_LENGTH = 5;
const COOKIE_LENGTH = 16;

export const MESSAGE = { kexInit: 20, newKeys: 21 } as const;

const MESSAGES = new Map<number, string>([
  [1, "Disconnect"],
  [2, "Ignore"],
  [3, "Unimplemented"],
  [4, "Debug"],
  [5, "Service Request"],
  [6, "Service Accept"],
  [20, "Key Exchange Init"],
  [21, "New Keys"],
]);

/** Ways of exchanging keys, which number their messages from 30 on each for itself. */
type KexFamily = "classic" | "group" | "elliptic";

const KEX_MESSAGES: Readonly<Record<KexFamily, ReadonlyMap<number, string>>> = {
  classic: new Map([
    [30, "Diffie-Hellman Key Exchange Init"],
    [31, "Diffie-Hellman Key Exchange Reply"],
  ]),
  group: new Map([
    [30, "Diffie-Hellman Group Exchange Request (Old)"],
    [31, "Diffie-Hellman Group Exchange Group"],
    [32, "Diffie-Hellman Group Exchange Init"],
    [33, "Diffie-Hellman Group Exchange Reply"],
    [34, "Diffie-Hellman Group Exchange Request"],
  ]),
  elliptic: new Map([
    [30, "Elliptic Curve Diffie-Hellman Key Exchange Init"],
    [31, "Elliptic Curve Diffie-Hellman Key Exchange Reply"],
  ]),
};

function familyOf(kex: string): KexFamily {
  if (kex.startsWith("diffie-hellman-group-exchange")) return "group";
  return kex.startsWith("diffie-hellman-") ? "classic" : "elliptic";
}

/** The lists of SSH_MSG_KEXINIT (RFC 4253 7.1), in order. */
const LISTS = [
  "kex_algorithms",
  "server_host_key_algorithms",
  "encryption_algorithms_client_to_server",
  "encryption_algorithms_server_to_client",
  "mac_algorithms_client_to_server",
  "mac_algorithms_server_to_client",
  "compression_algorithms_client_to_server",
  "compression_algorithms_server_to_client",
  "languages_client_to_server",
  "languages_server_to_client",
] as const;

/** What one side offers, a list each. */
export type Offer = readonly string[];

/** What was agreed on; [client to server, server to client] where it may differ. */
export interface Algorithms {
  readonly kex: string;
  readonly encryption: readonly [string, string];
  readonly mac: readonly [string, string];
  readonly compression: readonly [string, string];
}

/** The offer of a packet that is SSH_MSG_KEXINIT; null where it is not whole. */
export function readOffer(packet: Uint8Array): Offer | null {
  const offer: string[] = [];
  let at = HEADER_LENGTH + 1 + COOKIE_LENGTH;
  for (let i = 0; i < LISTS.length; i++) {
    if (at + 4 > packet.length) return null;
    const length = uint(packet, at, 4);
    if (at + 4 + length > packet.length) return null;
    offer.push(latin1(packet, at + 4, at + 4 + length));
    at += 4 + length;
  }
  return offer;
}

/** The first of the client's that the server has too, of each list; null until both have said. */
export function chooseAlgorithms(client: Offer | null, server: Offer | null): Algorithms | null {
  if (client === null || server === null) return null;
  const chosen = (i: number): string => {
    const theirs = new Set(server[i].split(","));
    return client[i].split(",").find((name) => theirs.has(name)) ?? "";
  };
  return {
    kex: chosen(0),
    encryption: [chosen(2), chosen(3)],
    mac: [chosen(4), chosen(5)],
    compression: [chosen(6), chosen(7)],
  };
}

/** A packet to show, [start, end) of `d.bytes`. */
export interface SshPacket {
  readonly start: number;
  readonly end: number;
  /** Of the protocol. */
  readonly version: 1 | 2;
  readonly isServer: boolean;
  readonly algorithms: Algorithms | null;
  /** Its sequence number; null where it is encrypted. */
  readonly number: number | null;
}

/** Shows a packet; answers what Info says of it. */
export function showSshPacket(d: Dissection, out: DetailNode[], packet: SshPacket): string {
  const { start, end, version, number } = packet;
  const held = d.captured(end);
  const node = d.add(out, null, `SSH Version ${version}`, start, held - start);
  if (number === null) {
    node.label += agreedText(packet);
    showEncrypted(d, node.children, start, held);
    return `Encrypted packet (len=${end - start})`;
  }
  return showPlain(d, node, packet, number);
}

function agreedText({ algorithms, isServer }: SshPacket): string {
  if (algorithms === null) return "";
  const way = isServer ? 1 : 0;
  const encryption = algorithms.encryption[way];
  // Ciphers that check integrity themselves go without a MAC.
  const isWhole = encryption.includes("poly1305") || encryption.includes("gcm");
  const mac = isWhole ? "" : ` mac:${algorithms.mac[way]}`;
  return ` (encryption:${encryption}${mac} compression:${algorithms.compression[way]})`;
}

function showEncrypted(d: Dissection, out: DetailNode[], start: number, held: number): void {
  const at = Math.min(held, start + 4);
  addBytes(d, out, "ssh.packet_length_encrypted", "Packet Length (encrypted)", start, at);
  if (at < held) addBytes(d, out, "ssh.encrypted_packet", "Encrypted Packet", at, held);
}

function showPlain(d: Dissection, node: DetailNode, packet: SshPacket, number: number): string {
  const { start, end, algorithms } = packet;
  const out = node.children;
  addUint(d, out, "ssh.packet_length", start, 4, end, (value) => `Packet Length: ${value}`);
  addUint(d, out, "ssh.padding_length", start + 4, 1, end, (value) => `Padding Length: ${value}`);
  if (!d.has(start, HEADER_LENGTH + 1, end, NAME)) return "";
  const code = d.bytes[start + HEADER_LENGTH];
  const padding = Math.max(start + HEADER_LENGTH + 1, end - d.bytes[start + 4]);
  const isKex = code >= MESSAGE.kexInit && code < 50;
  const method = algorithms?.kex ?? "";
  const hasMethod = isKex && code !== MESSAGE.kexInit && method !== "";
  const title = isKex ? `Key Exchange${hasMethod ? ` (method:${method})` : ""}` : "Message";
  const from = start + HEADER_LENGTH;
  const message = d.add(out, null, title, from, d.captured(padding) - from);
  const family = familyOf(method);
  const name = MESSAGES.get(code) ?? KEX_MESSAGES[family].get(code) ?? "Unknown";
  d.add(message.children, "ssh.message_code", `Message Code: ${name} (${code})`, from, 1, code);
  const reader = new Reader(d, from + 1, padding);
  if (code === MESSAGE.newKeys) node.label += agreedText(packet);
  else if (code === MESSAGE.kexInit) showOffer(reader, message.children, packet);
  else if (isKex) showExchange(reader, message.children, family, code);
  else if (reader.at < padding) addBytes(d, message.children, "ssh.payload", "Payload", reader.at, padding);
  if (padding < d.captured(end)) addBytes(d, out, "ssh.padding_string", "Padding String", padding, end);
  d.add(out, "ssh.seq_num", `Sequence number: ${number}`, start, 0, number);
  return name;
}

/** Reads a packet's fields one after another; those that are not there are left out. */
class Reader {
  at: number;
  readonly d: Dissection;
  readonly end: number;

  constructor(d: Dissection, at: number, end: number) {
    this.d = d;
    this.at = at;
    this.end = d.captured(end);
  }

  number(out: DetailNode[], field: string, name: string, size: 1 | 4 = 4): number | null {
    const value = addUint(this.d, out, field, this.at, size, this.end, (number) => `${name}: ${number}`);
    this.at = value === null ? this.end : this.at + size;
    return value;
  }

  /** Bytes behind their length, which is a field of its own; answers where they are. */
  blob(
    out: DetailNode[],
    lengthField: string,
    lengthName: string,
  ): { readonly from: number; readonly to: number } | null {
    const length = this.number(out, lengthField, lengthName);
    if (length === null) return null;
    const from = this.at;
    this.at = Math.min(this.end, from + length);
    return { from, to: this.at };
  }

  bytes(out: DetailNode[], field: string, name: string, lengthField: string, lengthName: string): void {
    const blob = this.blob(out, lengthField, lengthName);
    if (blob !== null) addBytes(this.d, out, field, name, blob.from, blob.to);
  }

  /** A number without bound (RFC 4251 5). */
  mpint(out: DetailNode[], field: string, name: string): void {
    this.bytes(out, field, name, "ssh.mpint_length", "Multi Precision Integer Length");
  }

  text(out: DetailNode[], field: string, name: string, lengthField: string, lengthName: string): string {
    const blob = this.blob(out, lengthField, lengthName);
    if (blob === null) return "";
    const text = latin1(this.d.bytes, blob.from, blob.to);
    this.d.add(out, field, `${name}: ${text}`, blob.from, blob.to - blob.from, text);
    return text;
  }
}

function showOffer(reader: Reader, out: DetailNode[], { isServer }: SshPacket): void {
  const { d } = reader;
  const node = d.add(out, null, "Algorithms", reader.at, reader.end - reader.at);
  const into = node.children;
  const cookieEnd = Math.min(reader.end, reader.at + COOKIE_LENGTH);
  addBytes(d, into, "ssh.cookie", "Cookie", reader.at, cookieEnd);
  reader.at = cookieEnd;
  const offer: string[] = [];
  for (const list of LISTS) {
    const field = `ssh.${list}`;
    offer.push(reader.text(into, field, `${list} string`, `${field}_length`, `${list} length`));
  }
  reader.number(into, "ssh.first_kex_packet_follows", "First KEX Packet Follows", 1);
  const to = Math.min(reader.end, reader.at + 4);
  if (to > reader.at) addBytes(d, into, "ssh.kex.reserved", "Reserved", reader.at, to);
  // A fingerprint of who offers: github.com/salesforce/hassh.
  const own = isServer ? [0, 3, 5, 7] : [0, 2, 4, 6];
  const algorithms = own.map((i) => offer[i]).join(";");
  const hash = createHash("md5").update(algorithms, "latin1").digest("hex");
  const [name, field] = isServer ? ["hasshServer", "hasshserver"] : ["hassh", "hassh"];
  const start = node.start;
  d.add(into, `ssh.kex.${field}_algorithms`, `[${name}Algorithms: ${algorithms}]`, start, 0, algorithms);
  d.add(into, `ssh.kex.${field}`, `[${name}: ${hash}]`, start, 0, hash);
}

function showExchange(reader: Reader, out: DetailNode[], family: KexFamily, code: number): void {
  if (family === "elliptic") {
    if (code === 30) showPoint(reader, out, "client", "q_c", "Q_C");
    else if (code === 31) showReply(reader, out, () => showPoint(reader, out, "server", "q_s", "Q_S"));
    return;
  }
  const isGroup = family === "group";
  if (isGroup && code === 34) {
    reader.number(out, "ssh.dh_gex.min", "DH GEX Min");
    reader.number(out, "ssh.dh_gex.nbits", "DH GEX Number of Bits");
    reader.number(out, "ssh.dh_gex.max", "DH GEX Max");
  } else if (isGroup && code === 30) {
    reader.number(out, "ssh.dh_gex.nbits", "DH GEX Number of Bits");
  } else if (isGroup && code === 31) {
    reader.mpint(out, "ssh.dh_gex.p", "DH GEX modulus (P)");
    reader.mpint(out, "ssh.dh_gex.g", "DH GEX base (G)");
  } else if (code === (isGroup ? 32 : 30)) {
    reader.mpint(out, "ssh.dh.e", "DH client e");
  } else if (code === (isGroup ? 33 : 31)) {
    showReply(reader, out, () => reader.mpint(out, "ssh.dh.f", "DH server f"));
  }
}

function showPoint(reader: Reader, out: DetailNode[], who: string, field: string, letters: string): void {
  const name = `ECDH ${who}'s ephemeral public key`;
  reader.bytes(
    out,
    `ssh.ecdh.${field}`,
    `${name} (${letters})`,
    `ssh.ecdh.${field}_length`,
    `${name} length`,
  );
}

/** The server's key, its part of the exchange, and its signature. */
function showReply(reader: Reader, out: DetailNode[], part: () => void): void {
  showHostKey(reader, out);
  part();
  showSignature(reader, out);
}

function showHostKey(reader: Reader, out: DetailNode[]): void {
  const { d } = reader;
  const node = d.add(out, null, "KEX host key", reader.at, 0);
  const start = reader.at;
  const blob = reader.blob(node.children, "ssh.host_key.length", "Host key length");
  node.length = reader.at - start;
  if (blob === null) return;
  const inner = new Reader(d, blob.from, blob.to);
  const into = node.children;
  const type = inner.text(
    into,
    "ssh.host_key.type",
    "Host key type",
    "ssh.host_key.type_length",
    "Host key type length",
  );
  node.label = `KEX host key (type: ${type})`;
  if (type === "ssh-rsa") {
    inner.mpint(into, "ssh.host_key.rsa.e", "RSA public exponent (e)");
    inner.mpint(into, "ssh.host_key.rsa.n", "RSA modulus (N)");
  } else if (type.startsWith("ecdsa-sha2-")) {
    const id = "ECDSA elliptic curve identifier";
    inner.text(into, "ssh.host_key.ecdsa.id", id, "ssh.host_key.ecdsa.id_length", `${id} length`);
    const key = "ECDSA public key";
    inner.bytes(into, "ssh.host_key.ecdsa.q", `${key} (Q)`, "ssh.host_key.ecdsa.q_length", `${key} length`);
  } else if (type.startsWith("ssh-ed")) {
    const key = "EdDSA public key";
    inner.bytes(into, "ssh.host_key.eddsa.key", key, "ssh.host_key.eddsa.key_length", `${key} length`);
  } else if (inner.at < inner.end) {
    addBytes(d, into, "ssh.host_key.data", "Host key data", inner.at, inner.end);
  }
}

function showSignature(reader: Reader, out: DetailNode[]): void {
  const { d } = reader;
  const node = d.add(out, null, "KEX host signature", reader.at, 0);
  const start = reader.at;
  const blob = reader.blob(node.children, "ssh.host_sig.length", "Host signature length");
  node.length = reader.at - start;
  if (blob === null) return;
  const inner = new Reader(d, blob.from, blob.to);
  const into = node.children;
  const type = inner.text(
    into,
    "ssh.host_sig.type",
    "Host signature type",
    "ssh.host_sig.type_length",
    "Host signature type length",
  );
  node.label = `KEX host signature (type: ${type})`;
  if (type === "ssh-rsa") inner.mpint(into, "ssh.host_sig.rsa", "RSA signature");
  else if (inner.at < inner.end)
    addBytes(d, into, "ssh.host_sig.data", "Host signature data", inner.at, inner.end);
}
