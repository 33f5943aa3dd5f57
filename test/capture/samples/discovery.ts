// What printers and file synchronisers call into a local network: BJNP, and Dropbox's discovery in JSON.

import { ascii, end, hex, joined, number } from "./network.ts";
import type { SampleNetwork } from "./network.ts";

const ALL = "10.0.0.255";

function bjnp(type: number, code: number, payload: Uint8Array): Uint8Array {
  return joined(
    ascii("BJNP"),
    Uint8Array.of(type, code),
    hex("00000005 0007"),
    number(payload.length, 4),
    payload,
  );
}

/** A scanner that is looked for and answers; one that says more than it is. */
export function addBjnp(network: SampleNetwork): void {
  const host = end("10.0.0.1", 50_100);
  const scanner = end("10.0.0.8", 8612);
  network.udp(host, end(ALL, 8612), bjnp(2, 1, hex("")));
  network.udp(scanner, host, bjnp(0x82, 1, hex("0001 0800 0604 1022 3344 5566 0a00 0008")));
  network.udp(host, scanner, bjnp(2, 0x30, hex("")));
  network.udp(scanner, host, bjnp(0x82, 0x77, ascii("MFG:x")));
  network.udp(scanner, host, bjnp(0x82, 0x30, hex("0000")).subarray(0, 13));
}

/** Announcements, among them one of every kind of value and one that is no JSON. */
export function addDropbox(network: SampleNetwork): void {
  const from = end("10.0.0.1", 17_500);
  const to = end(ALL, 17_500);
  const say = (text: string): void => network.udp(from, to, ascii(text));
  say(
    '{"host_int": 4094514483, "version": [1, 8], "displayname": "", "port": 17500, "namespaces": [20524257]}',
  );
  say('[true, false, null, -1.5e3, "x", {"a": {"b": [[1], []]}, "o": {}}]');
  say("hello, who is there?");
  say('{"unterminated": [1, 2');
}
