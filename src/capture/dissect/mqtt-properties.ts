// The properties of MQTT 5 packets (2.2.2).

import { varint } from "./mqtt.ts";
import { addBytes, addText, addUint, uint } from "./protocol.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

type Shape = 1 | 2 | 4 | "varint" | "text" | "bytes" | "pair";

const PROPERTIES = new Map<number, readonly [name: string, shape: Shape]>([
  [0x01, ["Payload Format Indicator", 1]],
  [0x02, ["Publication Expiry Interval", 4]],
  [0x03, ["Content Type", "text"]],
  [0x08, ["Response Topic", "text"]],
  [0x09, ["Correlation Data", "bytes"]],
  [0x0b, ["Subscription Identifier", "varint"]],
  [0x11, ["Session Expiry Interval", 4]],
  [0x12, ["Assigned Client Identifier", "text"]],
  [0x13, ["Server Keep Alive", 2]],
  [0x15, ["Authentication Method", "text"]],
  [0x16, ["Authentication Data", "bytes"]],
  [0x17, ["Request Problem Information", 1]],
  [0x18, ["Will Delay Interval", 4]],
  [0x19, ["Request Response Information", 1]],
  [0x1a, ["Response Information", "text"]],
  [0x1c, ["Server Reference", "text"]],
  [0x1f, ["Reason String", "text"]],
  [0x21, ["Receive Maximum", 2]],
  [0x22, ["Topic Alias Maximum", 2]],
  [0x23, ["Topic Alias", 2]],
  [0x24, ["Maximum QoS", 1]],
  [0x25, ["Retain Available", 1]],
  [0x26, ["User Property", "pair"]],
  [0x27, ["Maximum Packet Size", 4]],
  [0x28, ["Wildcard Subscription Available", 1]],
  [0x29, ["Subscription Identifier Available", 1]],
  [0x2a, ["Shared Subscription Available", 1]],
]);

const PROPERTIES_MAX = 500;

/** Adds the properties at `start` as `field`; answers the bytes they take by their length. */
export function addMqttProperties(
  d: Dissection,
  out: DetailNode[],
  field: string,
  start: number,
  end: number,
): number {
  const length = varint(d.bytes, start, d.captured(end));
  if (length === null) return 1;
  const total = length.size + length.value;
  const held = Math.min(total, d.captured(end) - start);
  const title = field === "mqtt.will_properties" ? "Will Properties" : "Properties";
  const node = d.add(out, field, title, start, held);
  const into = node.children;
  d.add(into, "mqtt.property_len", `Total Length: ${length.value}`, start, length.size, length.value);
  const stop = start + held;
  let at = start + length.size;
  for (let i = 0; i < PROPERTIES_MAX && at < stop; i++) {
    const size = addProperty(d, into, at, stop);
    if (size === 0) break;
    at += size;
  }
  return total;
}

/** Adds the property at `at`; answers its bytes, 0 where it is not known or not whole. */
function addProperty(d: Dissection, out: DetailNode[], at: number, end: number): number {
  const id = d.bytes[at];
  const known = PROPERTIES.get(id);
  if (known === undefined) {
    addBytes(d, out, "mqtt.prop_unknown", "Unknown Property", at, end);
    return 0;
  }
  const [name, shape] = known;
  d.add(out, "mqtt.property_id", `ID: ${name} (${hexText(id, 2)})`, at, 1, id);
  const from = at + 1;
  if (typeof shape === "number") {
    const value = addUint(d, out, "mqtt.prop_number", from, shape, end, (number) => `Value: ${number}`);
    return value === null ? 0 : 1 + shape;
  }
  if (shape === "varint") {
    const number = varint(d.bytes, from, end);
    if (number === null) return 0;
    d.add(out, "mqtt.prop_number", `Value: ${number.value}`, from, number.size, number.value);
    return 1 + number.size;
  }
  const first = shape === "pair" ? "key" : "string";
  const size = addString(d, out, from, end, first);
  if (size === 0 || shape !== "pair") return size === 0 ? 0 : 1 + size;
  const second = addString(d, out, from + size, end, "value");
  return second === 0 ? 0 : 1 + size + second;
}

function addString(
  d: Dissection,
  out: DetailNode[],
  at: number,
  end: number,
  part: "string" | "key" | "value",
): number {
  if (at + 2 > end) return 0;
  const length = uint(d.bytes, at, 2);
  if (at + 2 + length > end) return 0;
  const name = part === "key" ? "Key" : "Value";
  const lengthName = part === "string" ? "Length" : `${name} Length`;
  d.add(out, `mqtt.prop_${part}_len`, `${lengthName}: ${length}`, at, 2, length);
  addText(d, out, `mqtt.prop_${part}`, name, at + 2, at + 2 + length);
  return 2 + length;
}
