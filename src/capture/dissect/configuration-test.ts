// Ethernet's configuration test protocol, EtherType 0x9000: frames that switches send to themselves.

import { readMac } from "../../wire/address.ts";
import { getUint16Le } from "../../wire/bytes.ts";
import { addPlainData } from "./data.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const TITLE = "Configuration Test Protocol (loopback)";
const FUNCTION = { reply: 1, forward: 2 } as const;
/** Functions of one packet. */
const FUNCTIONS_MAX = 64;

function functionName(value: number): string {
  if (value === FUNCTION.reply) return "Reply";
  return value === FUNCTION.forward ? "Forward Data" : "Unknown";
}

/** Dissects the packet at `start` in a layer that ends at `end`. */
export function dissectConfigurationTest(d: Dissection, start: number, end: number): void {
  const node = d.layer("loop", TITLE, start, Math.max(0, d.captured(end) - start));
  const out = node.children;
  d.columns("LOOP", "");
  if (!d.has(start, 2, end, TITLE)) return;
  const skip = getUint16Le(d.bytes, start);
  d.add(out, "loop.skipcount", `skipCount: ${skip}`, start, 2, skip);
  const relevant = start + 2 + skip;
  if (!d.has(relevant, 2, end, TITLE)) return;
  const value = getUint16Le(d.bytes, relevant);
  const name = functionName(value);
  const text = `Relevant function: ${name} (${value})`;
  d.add(out, "loop.relevant_function", text, relevant, 2, value);
  d.columns("LOOP", name === "Unknown" ? `Unknown function (${value})` : name);
  const rest = addFunctions(d, out, start + 2, end);
  if (rest === -1) return;
  node.length = rest - start;
  addPlainData(d, rest, end);
}

/** Adds functions up to the one that ends the list, and answers where that ends; -1 where bytes are missing. */
function addFunctions(d: Dissection, out: DetailNode[], start: number, end: number): number {
  let at = start;
  for (let i = 0; i < FUNCTIONS_MAX; i++) {
    if (!d.has(at, 2, end, TITLE)) return -1;
    const value = getUint16Le(d.bytes, at);
    d.add(out, "loop.function", `Function: ${functionName(value)} (${value})`, at, 2, value);
    at += 2;
    if (value === FUNCTION.forward) {
      if (!d.has(at, 6, end, TITLE)) return -1;
      const address = readMac(d.bytes, at);
      d.add(out, "loop.forwarding_address", `Forwarding address: ${address}`, at, 6, address);
      at += 6;
      continue;
    }
    if (value !== FUNCTION.reply) return at;
    if (!d.has(at, 2, end, TITLE)) return -1;
    const receipt = getUint16Le(d.bytes, at);
    d.add(out, "loop.receipt_number", `Receipt number: ${receipt}`, at, 2, receipt);
    return at + 2;
  }
  return at;
}
