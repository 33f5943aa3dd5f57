// Google's QUIC before version 1, as a browser of 2015 spoke it.

import { ascii, end, hex, joined, noise, number } from "./network.ts";
import type { End, SampleNetwork } from "./network.ts";

const ID = hex("0102030405060708");

function little(value: number, size: number): Uint8Array {
  return Uint8Array.from(number(value, size).toReversed());
}

/** A handshake message: its tags with where each value ends, then the values. */
function message(name: string, tags: readonly (readonly [tag: string, value: Uint8Array])[]): Uint8Array {
  let reached = 0;
  const entries = tags.map(([tag, value]) =>
    joined(ascii(tag.padEnd(4, "\0")), little((reached += value.length), 4)),
  );
  const values = tags.map(([, value]) => value);
  return joined(ascii(name.padEnd(4, "\0")), little(tags.length, 2), hex("0000"), ...entries, ...values);
}

/** A STREAM frame of stream 1 with its length. */
function stream(data: Uint8Array): Uint8Array {
  return joined(hex("a001"), little(data.length, 2), data);
}

const HASH = noise(12, 3);

function hello(version: string, packetNumber: number): Uint8Array {
  const tags = message("CHLO", [
    ["PAD", ascii("----")],
    ["SNI", ascii("www.example.org")],
    ["VER", ascii(version)],
    ["CCS", hex("7b26e9e7e45c71ff")],
    ["MSPC", little(100, 4)],
    ["AEAD", ascii("AESG")],
    ["UAID", ascii("Browser/1.0")],
    ["ICSL", little(30, 4)],
    ["KEXS", ascii("C255P256")],
    ["COPT", ascii("5RTOBBRX")],
    ["CETV", noise(40, 4)],
    ["CFCW", little(10_485_760, 4)],
  ]);
  const head = joined(hex("0d"), ID, ascii(version), number(packetNumber, 1));
  return joined(head, HASH, hex("01"), stream(tags), new Uint8Array(30));
}

/** Connections of versions 25 and 36: the handshake in the clear of the one, and what none can read of both. */
export function addGquic(network: SampleNetwork): void {
  const client = end("10.0.0.1", 50_200);
  const server = end("10.0.0.2", 443);
  const send = (from: End, to: End, ...parts: readonly Uint8Array[]): void =>
    network.udp(from, to, joined(...parts));
  send(client, server, hello("Q025", 1));
  const rejection = message("REJ", [
    ["STK", noise(8, 5)],
    ["SNO", noise(8, 6)],
    ["PROF", noise(16, 7)],
    ["SCFG", joined(ascii("SCFG"), little(1, 4), ascii("AEAD"), little(4, 4), ascii("AESG"))],
    ["RREJ", joined(little(3, 4), little(12, 4))],
  ]);
  send(server, client, hex("0c"), ID, hex("01"), HASH, hex("00"), stream(rejection));
  send(client, server, hex("1c"), ID, hex("0102"), noise(40, 8));
  send(server, client, hex("00 02"), noise(40, 9));
  send(client, server, hex("3c"), ID, hex("010203040506"), noise(40, 10));
  send(
    server,
    client,
    hex("0e"),
    ID,
    message("PRST", [
      ["RNON", hex("0100000000000000")],
      ["RSEQ", hex("0200000000000000")],
    ]),
  );
  const other = end("10.0.0.1", 50_201);
  send(other, server, hex("0d"), ID, ascii("Q036"), hex("01"), noise(60, 11));
  send(server, end("10.0.0.1", 50_202), hex("0d"), ID, ascii("Q024Q025Q030"));
  send(server, other, hex("0c"), ID, noise(32, 12), hex("01"), noise(40, 13));
}
