// Quick-Start (RFC 4782): the option in which a sender asks for a rate and reports what it got, the same in IPv4 and IPv6.

import { addComputed } from "./protocol.ts";
import type { Reading } from "./reading.ts";
import { hexText } from "./tree.ts";

const FUNCTIONS: ReadonlyMap<number, string> = new Map([
  [0, "Rate request"],
  [8, "Rate report"],
]);

/** What an option's function is called. */
export function quickStartName(number: number): string {
  return FUNCTIONS.get(number) ?? "Unknown";
}

/** RFC 4782's rates: 40 kbit/s times a power of two. */
export function rateText(rate: number): string {
  const kilobits = rate === 0 ? 0 : 40 * 2 ** rate;
  if (kilobits === 0) return "0 bit/s";
  if (kilobits < 1000) return `${kilobits} Kbit/s`;
  return kilobits < 1_000_000 ? `${kilobits / 1000} Mbit/s` : `${kilobits / 1_000_000} Gbit/s`;
}

/**
 * Reads the option behind its length byte. `prefix` is what its fields' names begin with, `hops` what the header has left of them.
 * Returns what the option's own line says further.
 */
export function readQuickStart(reading: Reading, prefix: string, hops: number): string {
  const command = reading.peek(1);
  if (command === null) return "";
  const [number, rate] = [command >> 4, command & 15];
  const named = (value: number): string => `${quickStartName(value)} (${value})`;
  reading.bits(`${prefix}.qs_func`, "Function", 1, 0xf0, named);
  if (!FUNCTIONS.has(number)) return "";
  reading.bits(`${prefix}.qs_rate`, "Rate", 1, 0x0f, (value) => `${rateText(value)} (${value})`);
  reading.skip(1);
  let told = `, ${rateText(rate)}`;
  if (number === 0) {
    const { d, at, out } = reading;
    const ttl = reading.uint(`${prefix}.qs_ttl`, "QS TTL", 1);
    if (ttl === null) return "";
    const difference = (hops - ttl) & 255;
    addComputed(d, out, `${prefix}.qs_ttl_diff`, `TTL Diff: ${difference}`, at, difference);
    told += `, QS TTL ${ttl}, QS TTL diff ${difference}`;
  } else reading.uint(`${prefix}.qs_unused`, "Not Used", 1);
  reading.bits(`${prefix}.qs_nonce`, "QS Nonce", 4, 0xfffffffc, (nonce) => hexText(nonce, 8));
  reading.bits(`${prefix}.qs_reserved`, "Reserved", 4, 3, (value) => hexText(value, 1));
  reading.skip(4);
  return told;
}
