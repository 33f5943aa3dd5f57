// QUIC connections (RFC 9000, RFC 9001, RFC 9369): Initial packets sealed as the RFC seals them, the rest noise.

import { createCipheriv } from "node:crypto";

import {
  headerMask,
  initialKeys,
  packetNonce,
  QUIC_V1,
  QUIC_V2,
  retryTag,
} from "../../../src/capture/dissect/quic-keys.ts";
import type { QuicKeys } from "../../../src/capture/dissect/quic-keys.ts";
import { ascii, end, hex, joined, noise, number } from "./network.ts";
import type { End, SampleNetwork } from "./network.ts";

/** A datagram with a client's Initial packet has at least so many bytes (RFC 9000 14.1). */
const DATAGRAM_MIN = 1200;
const TAG_LENGTH = 16;

const NO_ID = new Uint8Array(0);

function varint(value: number): Uint8Array {
  if (value < 64) return number(value, 1);
  return value < 16_384 ? number(value + 0x4000, 2) : number(value + 0x80000000, 4);
}

function vector(bytes: Uint8Array, size: 1 | 2): Uint8Array {
  return joined(number(bytes.length, size), bytes);
}

function extension(type: number, data: Uint8Array): Uint8Array {
  return joined(number(type, 2), vector(data, 2));
}

function clientHello(name: string, share: Uint8Array): Uint8Array {
  const extensions = joined(
    extension(0, vector(joined(Uint8Array.of(0), vector(ascii(name), 2)), 2)),
    extension(16, vector(vector(ascii("h3"), 1), 2)),
    extension(43, hex("02 0304")),
    extension(10, hex("0002 001d")),
    extension(13, hex("0002 0403")),
    extension(51, vector(joined(hex("001d"), vector(share, 2)), 2)),
    extension(57, hex("0104 8000ea60 0404 80100000 0f04 c1c2c3c4")),
  );
  const body = joined(hex("0303"), noise(32, 31), hex("00 0002 1301 0100"), vector(extensions, 2));
  return joined(Uint8Array.of(1), number(body.length, 3), body);
}

function serverHello(): Uint8Array {
  const extensions = joined(
    extension(43, hex("0304")),
    extension(51, joined(hex("001d"), vector(noise(32, 33), 2))),
  );
  const body = joined(hex("0303"), noise(32, 34), hex("00 1301 00"), vector(extensions, 2));
  return joined(Uint8Array.of(2), number(body.length, 3), body);
}

function cryptoFrame(offset: number, data: Uint8Array): Uint8Array {
  return joined(Uint8Array.of(6), varint(offset), varint(data.length), data);
}

interface Header {
  readonly version: number;
  /** Two bits of the first byte. */
  readonly type: number;
  readonly to: Uint8Array;
  readonly from: Uint8Array;
}

function longHeader({ version, type, to, from }: Header, low: number): Uint8Array {
  const first = Uint8Array.of(0xc0 | (type << 4) | low);
  return joined(first, number(version, 4), vector(to, 1), vector(from, 1));
}

/** An Initial packet, sealed with `keys`; padded so that the packet has `size` bytes. */
function initial(
  keys: QuicKeys,
  header: Header,
  packetNumber: number,
  frames: Uint8Array,
  { size = 0, token = NO_ID }: { readonly size?: number; readonly token?: Uint8Array } = {},
): Uint8Array {
  const numberSize = 2;
  const head = joined(longHeader(header, numberSize - 1), varint(token.length), token);
  const room = size - head.length - 2 - numberSize - TAG_LENGTH - frames.length;
  const plain = joined(frames, new Uint8Array(Math.max(0, room)));
  const length = numberSize + plain.length + TAG_LENGTH;
  const clear = joined(head, number(length + 0x4000, 2), number(packetNumber, numberSize));
  const cipher = createCipheriv("aes-128-gcm", keys.key, packetNonce(keys, packetNumber));
  cipher.setAAD(clear);
  const sealed = joined(cipher.update(plain), cipher.final(), cipher.getAuthTag());
  const packet = joined(clear, sealed);
  const numberAt = clear.length - numberSize;
  const mask = headerMask(keys, packet.subarray(numberAt + 4, numberAt + 20));
  packet[0] ^= mask[0] & 0x0f;
  for (let i = 0; i < numberSize; i++) packet[numberAt + i] ^= mask[1 + i];
  return packet;
}

/** A packet whose keys nobody has: 0-RTT or Handshake. */
function sealed(header: Header, length: number, seed: number): Uint8Array {
  return joined(longHeader(header, noise(1, seed)[0] & 0x0f), varint(length), noise(length, seed));
}

/** A packet of data: spin bit clear, the rest of the first byte protected. */
function short(to: Uint8Array, length: number, seed: number): Uint8Array {
  return joined(Uint8Array.of(0x40 | (noise(1, seed)[0] & 0x1f)), to, noise(length, seed));
}

function keysOf(version: number, id: Uint8Array): readonly [QuicKeys, QuicKeys] {
  const keys = initialKeys(version, id);
  if (keys === null) throw new Error(`no keys for version ${version}`);
  return keys;
}

const PADDED = { size: DATAGRAM_MIN };

export function addQuic(network: SampleNetwork): void {
  addHandshake(network, end("10.0.0.50", 51_001), end("10.0.0.6", 443));
  addRetry(network, end("10.0.0.50", 51_002), end("10.0.0.6", 443));
  addSplitHello(network, end("10.0.0.50", 51_004), end("10.0.0.6", 4433));
}

/** Of what Wireshark 4.0 does not read, or reads as if it were version 1. */
export function addQuicBeyond(network: SampleNetwork): void {
  addNegotiation(network, end("10.0.0.50", 51_003), end("10.0.0.6", 4433));
  addVersionTwo(network, end("10.0.0.50", 51_005), end("10.0.0.6", 4433));
}

/** A whole handshake, in datagrams of several packets, and data. */
function addHandshake(network: SampleNetwork, client: End, server: End): void {
  const first = hex("8394c8f03e515708");
  const [own, theirs] = keysOf(QUIC_V1, first);
  const clientId = hex("c101c202");
  const serverId = hex("f067a5502a4262b5");
  const up = { version: QUIC_V1, type: 0, to: first, from: clientId };
  const hello = cryptoFrame(0, clientHello("lab.example", noise(32, 35)));
  network.udp(client, server, initial(own, up, 0, hello, PADDED));
  const down = { version: QUIC_V1, type: 0, to: clientId, from: serverId };
  const answer = joined(hex("02 00 40 64 00 00"), cryptoFrame(0, serverHello()));
  const handshake = sealed({ ...down, type: 2 }, 700, 36);
  network.udp(server, client, joined(initial(theirs, down, 0, answer), handshake));
  network.udp(server, client, joined(sealed({ ...down, type: 2 }, 200, 37), short(clientId, 60, 38)));
  const next = { ...up, to: serverId };
  const acknowledged = initial(own, next, 1, hex("02 00 40 32 00 00"));
  const finished = sealed({ ...next, type: 2 }, 60, 39);
  network.udp(client, server, joined(acknowledged, finished, short(serverId, 40, 40)));
  network.udp(client, server, short(serverId, 300, 41));
  network.udp(server, client, short(clientId, 30, 42));
}

/** The server wants the client's address proven first; then 0-RTT, a PING, a gap in what is acknowledged, an end. */
function addRetry(network: SampleNetwork, client: End, server: End): void {
  const first = hex("0001020304050607");
  const clientId = hex("a1a2a3a4a5");
  const up = { version: QUIC_V1, type: 0, to: first, from: clientId };
  const hello = cryptoFrame(0, clientHello("retry.example", noise(32, 43)));
  network.udp(client, server, initial(keysOf(QUIC_V1, first)[0], up, 0, hello, PADDED));
  const retryId = hex("b1b2b3b4b5b6");
  const token = ascii("prove it");
  const retry = joined(longHeader({ version: QUIC_V1, type: 3, to: clientId, from: retryId }, 0), token);
  const tag = retryTag(QUIC_V1, first, retry) ?? NO_ID;
  network.udp(server, client, joined(retry, tag));
  const [own, theirs] = keysOf(QUIC_V1, retryId);
  const again = { ...up, to: retryId };
  const early = sealed({ ...again, type: 1 }, 80, 44);
  network.udp(client, server, joined(initial(own, again, 1, hello, { size: 1100, token }), early));
  const down = { version: QUIC_V1, type: 0, to: clientId, from: hex("d1d2") };
  network.udp(server, client, initial(theirs, down, 0, hex("01 02 05 40 10 01 01 01 00")));
  network.udp(server, client, initial(theirs, down, 1, hex("03 05 40 10 00 05 01 02 03")));
  const reason = ascii("no application protocol");
  const close = joined(hex("1c 4178 06"), varint(reason.length), reason);
  network.udp(server, client, initial(theirs, down, 2, close));
}

/** A version that is not to be had. */
function addNegotiation(network: SampleNetwork, client: End, server: End): void {
  const [to, from] = [hex("1111111111111111"), hex("2222")];
  const unknown = joined(longHeader({ version: 0x1a2a3a4a, type: 0, to, from }, 1), noise(1180, 45));
  network.udp(client, server, unknown);
  const versions = joined(number(QUIC_V1, 4), number(QUIC_V2, 4), hex("ff00001d"));
  const negotiation = longHeader({ version: 0, type: 0, to: from, from: to }, 10);
  network.udp(server, client, joined(negotiation, versions));
}

/** A Client Hello that two packets carry, its end first. */
function addSplitHello(network: SampleNetwork, client: End, server: End): void {
  const up = { version: QUIC_V1, type: 0, to: hex("51575157 51575157"), from: NO_ID };
  const [own] = keysOf(QUIC_V1, up.to);
  const hello = clientHello(`${"long.".repeat(8)}example`, noise(1216, 46));
  const [head, tail] = [hello.subarray(0, 900), hello.subarray(900)];
  network.udp(client, server, initial(own, up, 0, cryptoFrame(900, tail), PADDED));
  network.udp(client, server, initial(own, up, 1, cryptoFrame(0, head), PADDED));
  network.udp(client, server, initial(own, up, 2, cryptoFrame(0, head.subarray(0, 100)), PADDED));
  network.udp(server, client, short(NO_ID, 21, 47));
}

function addVersionTwo(network: SampleNetwork, client: End, server: End): void {
  const to = hex("8394c8f03e515708");
  const up = { version: QUIC_V2, type: 1, to, from: hex("77") };
  const hello = clientHello("two.example", noise(32, 48));
  const frames = joined(
    cryptoFrame(0, hello.subarray(0, 60)),
    hex("01"),
    cryptoFrame(60, hello.subarray(60)),
  );
  network.udp(client, server, initial(keysOf(QUIC_V2, to)[0], up, 0, frames, PADDED));
}

/** A client's Initial packets with these frames, one a datagram. */
export function addInitials(
  network: SampleNetwork,
  client: End,
  server: End,
  packets: readonly Uint8Array[],
): void {
  const up = { version: QUIC_V1, type: 0, to: hex("0102030405060708"), from: NO_ID };
  const [own] = keysOf(QUIC_V1, up.to);
  for (const [i, frames] of packets.entries())
    network.udp(client, server, initial(own, up, i, frames, PADDED));
}
