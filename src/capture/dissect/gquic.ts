// Google's QUIC before version 1: the public header of each packet, and of versions before encryption from the first byte on, handshakes.

import { addPlainData } from "./data.ts";
import { GQUIC_MESSAGES, showGquicMessage } from "./gquic-tags.ts";
import { latin1 } from "./protocol.ts";
import { exactValue, littleUint, Reading } from "./reading.ts";
import type { FlagBit } from "./reading.ts";
import { hexText } from "./tree.ts";
import type { Dissection } from "./tree.ts";
import type { Datagram } from "./udp-protocols.ts";

const TITLE = "GQUIC (Google Quick UDP Internet Connections)";

const FLAG = { version: 0x01, reset: 0x02, nonce: 0x04, id: 0x08, multipath: 0x40, reserved: 0x80 } as const;
const PRIVATE_FLAG = { group: 0x02, parity: 0x04 } as const;

/** Versions whose packets look like this; later ones have QUIC's own headers. */
const VERSION = { first: 24, nonces: 33, noPrivateFlags: 34, bigEndian: 39, last: 46 } as const;

const ID_BYTES = 8;
const VERSION_BYTES = 4;
const HASH_BYTES = 12;
const NONCE_BYTES = 32;
const PACKET_NUMBER_BYTES = [1, 2, 4, 6];
const SERVER_PORT = 443;
const VERSIONS_MAX = 100;
const FRAMES_MAX = 100;

/** The version of a packet in [start, end) that begins as a client's first ones do, or -1. */
export function gquicVersion(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 1 + ID_BYTES + VERSION_BYTES) return -1;
  const flags = bytes[start];
  if ((flags & (FLAG.version | FLAG.id | FLAG.multipath | FLAG.reserved)) !== (FLAG.version | FLAG.id))
    return -1;
  const version = versionAt(bytes, start + 1 + ID_BYTES);
  return version >= VERSION.first && version <= VERSION.last ? version : -1;
}

/** `Q025` is 25; -1 for what is none. */
function versionAt(bytes: Uint8Array, at: number): number {
  const match = /^Q0(\d\d)$/.exec(latin1(bytes, at, at + VERSION_BYTES));
  return match === null ? -1 : Number(match[1]);
}

/** Whether it is one. */
export function looksLikeGquic(bytes: Uint8Array, start: number, end: number): boolean {
  return gquicVersion(bytes, start, end) !== -1;
}

const YES = ["Yes", "No"] as const;
const VERSION_BIT: FlagBit = {
  mask: FLAG.version,
  field: "gquic.puflags.version",
  name: "Version",
  words: YES,
};
const RESET_BIT: FlagBit = { mask: FLAG.reset, field: "gquic.puflags.reset", name: "Reset", words: YES };
const NONCE_BIT: FlagBit = {
  mask: FLAG.nonce,
  field: "gquic.puflags.nonce",
  name: "Diversification nonce",
  words: YES,
};
const ID_BIT: FlagBit = {
  mask: FLAG.id,
  field: "gquic.puflags.cid",
  name: "CID Length",
  words: ["8 Bytes", "0 Byte"],
};
const MULTIPATH_BIT: FlagBit = {
  mask: FLAG.multipath,
  field: "gquic.puflags.mpth",
  name: "Multipath",
  words: YES,
};

const ID_LENGTHS = ["0 Byte", "1 Bytes", "4 Bytes", "8 Bytes"];
const NUMBER_LENGTHS = ["1 Byte", "2 Bytes", "4 Bytes", "6 Bytes"];

export function dissectGquic(d: Dissection, datagram: Datagram): void {
  const { start, end, conversation } = datagram;
  const held = d.captured(end);
  const node = d.layer("gquic", TITLE, start, Math.max(0, held - start));
  d.columns("GQUIC", "");
  const own = gquicVersion(d.bytes, start, held);
  const version = own === -1 ? (conversation?.gquicVersion ?? VERSION.first) : own;
  const reading = new Reading(d, node.children, start, end, TITLE);
  const flags = reading.peek(1);
  if (flags === null) return;
  if ((flags & FLAG.reserved) !== 0) {
    // The headers of QUIC itself, of a draft.
    d.columns("GQUIC", "Payload (Encrypted)");
    reading.bytes("gquic.payload", "Payload", reading.left);
    return;
  }
  showFlags(reading, flags, version);
  const id = (flags & FLAG.id) === 0 ? "" : `, CID: ${showId(reading, version)}`;
  const isFromServer = datagram.sourcePort === SERVER_PORT;
  if ((flags & FLAG.reset) !== 0) {
    d.columns("GQUIC", `Public Reset${id}`);
    showGquicMessage(reading);
    return;
  }
  if ((flags & FLAG.version) !== 0) {
    reading.text("gquic.version", "Version", VERSION_BYTES);
    if (isFromServer) {
      // What it speaks, to a client whose version it does not.
      d.columns("GQUIC", `Version Negotiation${id}`);
      for (let i = 0; i < VERSIONS_MAX && reading.left >= VERSION_BYTES; i++)
        reading.text("gquic.version", "Version", VERSION_BYTES);
      return;
    }
  }
  if ((flags & FLAG.nonce) !== 0 && isFromServer && version >= VERSION.nonces)
    reading.bytes("gquic.diversification_nonce", "Diversification nonce", NONCE_BYTES);
  const size = PACKET_NUMBER_BYTES[(flags >> 4) & 3];
  const isBig = version >= VERSION.bigEndian;
  const number = isBig
    ? reading.uint("gquic.packet_number", "Packet Number", size)
    : reading.little("gquic.packet_number", "Packet Number", size);
  if (number === null) return;
  const message = handshakeIn(d.bytes, reading.at, reading.at + reading.left, version);
  d.columns("GQUIC", `${message ?? "Payload (Encrypted)"}, PKN: ${number}${id}`);
  if (message === null) {
    if (reading.left > 0) reading.bytes("gquic.payload", "Payload", reading.left);
    return;
  }
  showHandshake(reading, version);
}

function showFlags(reading: Reading, flags: number, version: number): void {
  const label = `Public Flags: ${hexText(flags, 2)}`;
  const showBits = (): void => {
    reading.flag(1, VERSION_BIT);
    reading.flag(1, RESET_BIT);
    if (version < VERSION.nonces) {
      const text = (value: number): string => `${ID_LENGTHS[value]} (${hexText(value, 1)})`;
      reading.bits("gquic.puflags.cid.old", "CID Length", 1, 0x0c, text);
    } else {
      reading.flag(1, NONCE_BIT);
      reading.flag(1, ID_BIT);
    }
    const text = (value: number): string => `${NUMBER_LENGTHS[value]} (${hexText(value, 1)})`;
    reading.bits("gquic.puflags.pkn", "Packet Number Length", 1, 0x30, text);
    reading.flag(1, MULTIPATH_BIT);
    reading.bits("gquic.puflags.rsv", "Reserved", 1, FLAG.reserved, (value) => hexText(value, 1));
    reading.skip(1);
  };
  reading.group("gquic.puflags", label, showBits, flags);
}

function decimal(bytes: Uint8Array, at: number, size: number, isBigEndian: boolean): bigint {
  const parts = Array.from(bytes.subarray(at, at + size));
  const ordered = isBigEndian ? parts : parts.toReversed();
  return ordered.reduce((value, byte) => value * 256n + BigInt(byte), 0n);
}

/** The connection's id; answers its digits. */
function showId(reading: Reading, version: number): string {
  if (!reading.has(ID_BYTES)) return "";
  const { d, at } = reading;
  const id = decimal(d.bytes, at, ID_BYTES, version >= VERSION.bigEndian);
  d.add(reading.out, "gquic.cid", `CID: ${id}`, at, ID_BYTES, exactValue(id));
  reading.skip(ID_BYTES);
  return id.toString();
}

/** A STREAM frame's parts, by its first byte. */
function streamLengths(type: number): {
  readonly id: number;
  readonly offset: number;
  readonly data: number;
} {
  const offset = (type >> 2) & 7;
  return { id: (type & 3) + 1, offset: offset === 0 ? 0 : offset + 1, data: (type & 0x20) === 0 ? 0 : 2 };
}

/** Whether a packet's payload begins with a handshake message in the clear, and what that is called: only old versions have any. */
function handshakeIn(bytes: Uint8Array, start: number, end: number, version: number): string | null {
  if (version >= VERSION.noPrivateFlags) return null;
  const at = start + HASH_BYTES + 1;
  if (at + 2 > end) return null;
  const type = bytes[at];
  if ((type & 0x80) === 0 || bytes[at - 1] > 7) return null;
  const { id, offset, data } = streamLengths(type);
  const message = at + 1 + id + offset + data;
  if (message + 4 > end || littleUint(bytes, at + 1, id) !== 1) return null;
  return GQUIC_MESSAGES.get(latin1(bytes, message, message + 4)) ?? null;
}

const PRIVATE_BITS: readonly FlagBit[] = [
  { mask: 0x01, field: "gquic.prflags.entropy", name: "Entropy", words: YES },
  { mask: PRIVATE_FLAG.group, field: "gquic.prflags.fecg", name: "FEC Group", words: YES },
  { mask: PRIVATE_FLAG.parity, field: "gquic.prflags.fec", name: "FEC", words: YES },
];

/** A payload that nothing encrypts: a hash, flags, and frames. */
function showHandshake(reading: Reading, version: number): void {
  reading.bytes("gquic.message_authentication_hash", "Message Authentication Hash", HASH_BYTES);
  const flags = reading.peek(1);
  if (flags === null) return;
  const showBits = (): void => {
    for (const bit of PRIVATE_BITS) reading.flag(1, bit);
    reading.bits("gquic.prflags.rsv", "Reserved", 1, 0xf8, (value) => hexText(value, 2));
    reading.skip(1);
  };
  reading.group("gquic.prflags", `Private Flags: ${hexText(flags, 2)}`, showBits, flags);
  for (let i = 0; i < FRAMES_MAX && reading.left > 0; i++) {
    const type = reading.d.bytes[reading.at];
    if ((type & 0x80) !== 0) showStream(reading, type, version);
    else if (type === 0) showPadding(reading);
    else {
      addPlainData(reading.d, reading.at, reading.end);
      return;
    }
  }
}

function showPadding(reading: Reading): void {
  const size = reading.left - 1;
  reading.group("gquic.frame", `PADDING Length: ${size}`, () => {
    reading.uint("gquic.frame_type", "Frame Type", 1, () => "PADDING (0x00)");
    const { d, at } = reading;
    d.add(reading.out, "gquic.frame_type.padding.length", `[Padding Length: ${size}]`, at, 0, size);
    if (size > 0) reading.bytes("gquic.frame_type.padding", "Padding", size);
  });
}

const STREAM_BITS: readonly FlagBit[] = [
  { mask: 0x80, field: "gquic.frame_type.stream", name: "Stream", words: ["True", "False"] },
  { mask: 0x40, field: "gquic.frame_type.stream.f", name: "FIN", words: ["True", "False"] },
  { mask: 0x20, field: "gquic.frame_type.stream.d", name: "Data Length", words: ["2 Bytes", "0 Byte"] },
];

function showStream(reading: Reading, type: number, version: number): void {
  const { d } = reading;
  const lengths = streamLengths(type);
  const title = "STREAM (Special Frame Type)";
  reading.group("gquic.frame", title, (node) => {
    const showBits = (): void => {
      for (const bit of STREAM_BITS) reading.flag(1, bit);
      const bytesOf = (count: number): string => `${count} ${count > 1 ? "Bytes" : "Byte"}`;
      const offset = (value: number): string => `${bytesOf(lengths.offset)} (${value})`;
      reading.bits("gquic.frame_type.stream.ooo", "Offset Length", 1, 0x1c, offset);
      const id = (value: number): string => `${bytesOf(lengths.id)} (${value})`;
      reading.bits("gquic.frame_type.stream.ss", "Stream Length", 1, 0x03, id);
      reading.skip(1);
    };
    reading.group("gquic.frame_type", `Frame Type: ${title} (${hexText(type, 2)})`, showBits, type);
    const purpose = (value: number): string =>
      value === 1 ? "1 (Reserved for (G)QUIC handshake, crypto, config updates...)" : String(value);
    const stream = reading.little("gquic.stream_id", "Stream ID", lengths.id, purpose);
    if (lengths.offset > 0) showOffset(reading, lengths.offset);
    let size = reading.left;
    if (lengths.data > 0) size = reading.little("gquic.data_len", "Data Length", lengths.data) ?? 0;
    if (stream === null || reading.isBroken) return;
    const isMessage = stream === 1 && size >= 4 && reading.has(4) && lengths.offset === 0;
    const name = isMessage ? latin1(d.bytes, reading.at, reading.at + 4).replace(/\0+$/, "") : "";
    const meaning = GQUIC_MESSAGES.get(name.padEnd(4, "\0"));
    const kind = isMessage ? `, Type: ${name} (${meaning ?? "Unknown"})` : "";
    if (!d.isForColumns) node.label = `${title} Stream ID: ${stream}${kind}`;
    if (!isMessage || version >= VERSION.noPrivateFlags) {
      if (size > 0) reading.bytes("gquic.stream_data", "Stream Data", size);
      return;
    }
    const from = reading.at;
    const message = new Reading(d, reading.out, from, Math.min(reading.end, from + size), TITLE);
    showGquicMessage(message);
    reading.isBroken = message.isBroken;
    reading.skip(size);
  });
}

function showOffset(reading: Reading, size: number): void {
  if (!reading.has(size)) return;
  const { d, at } = reading;
  const offset = decimal(d.bytes, at, size, false);
  d.add(reading.out, "gquic.offset", `Offset: ${offset}`, at, size, exactValue(offset));
  reading.skip(size);
}
