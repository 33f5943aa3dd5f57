// MQTT 3.1, 3.1.1 and 5 (OASIS): packets with their flags, topics and properties.

import { addMqttProperties } from "./mqtt-properties.ts";
import { CONNACK_CODES, MESSAGE_TYPES, PACKET, QOS, REASONS } from "./mqtt-names.ts";
import {
  addBits,
  addBytes,
  addFlag,
  addText,
  addUint,
  latin1,
  messageColumns,
  named,
  PDU,
  protocolNode,
  uint,
} from "./protocol.ts";
import type { PduScan, ShownPdu, StreamDissector } from "./protocol.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const TITLE = "MQ Telemetry Transport Protocol";

/** Topics shown of one subscription. */
const TOPICS_MAX = 1_000;

/** A variable byte integer at `at` (MQTT 5 1.5.5): its value, and the bytes it takes; null where it does not end in four. */
export function varint(
  bytes: Uint8Array,
  at: number,
  end: number,
): { readonly value: number; readonly size: number } | null {
  let value = 0;
  for (let i = 0; i < 4 && at + i < end; i++) {
    value += (bytes[at + i] & 0x7f) * 128 ** i;
    if (bytes[at + i] < 0x80) return { value, size: i + 1 };
  }
  return null;
}

/** Whether a stream begins as a client of MQTT's does: CONNECT with the protocol's name. */
export function looksLikeMqtt({ bytes, origin, end }: PduScan): boolean {
  if (bytes[origin] !== PACKET.connect << 4) return false;
  const length = varint(bytes, origin + 1, end);
  if (length === null) return false;
  const at = origin + 1 + length.size;
  const name = latin1(bytes, at + 2, Math.min(end, at + 8));
  return name.startsWith("MQTT") || name.startsWith("MQIsdp");
}

/** Protocol level at which there are properties and reason codes. */
const V5 = 5;

export class MqttStream implements StreamDissector {
  readonly layers = ["mqtt"];
  readonly isLayerOfBeginning = false;
  readonly title = TITLE;
  readonly cost = 0;
  /** Protocol level of CONNECT; 0 while none was seen. */
  #level = 0;

  pduLength({ bytes, origin, end }: PduScan): number {
    const type = bytes[origin] >> 4;
    if (type === 0) return PDU.reject;
    const length = varint(bytes, origin + 1, end);
    if (length === null) return end - origin >= 5 ? PDU.reject : PDU.more;
    return 1 + length.size + length.value;
  }

  completed(_pdu: number, _row: number, _direction: 0 | 1, read: (max: number) => Uint8Array): void {
    const bytes = read(64);
    if (bytes[0] >> 4 !== PACKET.connect) return;
    const length = varint(bytes, 1, bytes.length);
    const at = 1 + (length?.size ?? 0);
    const name = at + 2 <= bytes.length ? uint(bytes, at, 2) : 0;
    this.#level = bytes[at + 2 + name] ?? 0;
  }

  dissect(d: Dissection, start: number, end: number, shown: ShownPdu): void {
    const type = d.bytes[start] >> 4;
    const name = MESSAGE_TYPES.get(type) ?? "Reserved";
    const node = protocolNode(d, shown, this.layers, `${TITLE}, ${name}`, start, d.captured(end) - start);
    const packet = new MqttPacket(d, node.children, start, end, this.#level);
    const note = packet.show(type, name);
    messageColumns(d, "MQTT", `${name}${note}`, ", ", ", ");
    if (packet.at > end) d.stop("malformed", TITLE, end);
    else if (packet.isCut) d.stop("cut", TITLE, d.bytes.length);
  }

  beginning(): string | null {
    return "";
  }
}

/** One packet being shown; `at` is how far. */
class MqttPacket {
  at: number;
  isCut = false;
  readonly #d: Dissection;
  readonly #out: DetailNode[];
  readonly #start: number;
  readonly #end: number;
  readonly #isV5: boolean;

  constructor(d: Dissection, out: DetailNode[], start: number, end: number, level: number) {
    this.#d = d;
    this.#out = out;
    this.#start = start;
    this.#end = end;
    this.#isV5 = level === V5;
    this.at = start;
  }

  /** Shows the packet; answers what Info says behind its name. */
  show(type: number, name: string): string {
    this.#header(type, name);
    const length = varint(this.#d.bytes, this.#start + 1, this.#d.captured(this.#end));
    if (length === null) return "";
    const { value, size } = length;
    this.#d.add(this.#out, "mqtt.len", `Msg Len: ${value}`, this.#start + 1, size, value);
    this.at = this.#start + 1 + size;
    switch (type) {
      case PACKET.connect:
        this.#connect();
        return "";
      case PACKET.connack:
        this.#connack();
        return "";
      case PACKET.publish:
        return this.#publish();
      case PACKET.puback:
      case PACKET.pubrec:
      case PACKET.pubrel:
      case PACKET.pubcomp:
        return this.#acknowledged(type);
      case PACKET.subscribe:
      case PACKET.unsubscribe:
        return this.#subscribe(type);
      case PACKET.suback:
      case PACKET.unsuback:
        return this.#granted(type);
      case PACKET.disconnect:
      case PACKET.auth:
        if (this.#isV5 && this.at < this.#end) {
          this.#reason(type === PACKET.auth ? "auth" : "disconnect");
          if (this.at < this.#end) this.#properties();
        }
        return "";
      default:
        return "";
    }
  }

  #header(type: number, name: string): void {
    const d = this.#d;
    const at = this.#start;
    const byte = d.bytes[at];
    const qos = (byte >> 1) & 3;
    let label = `Header Flags: ${hexText(byte, 2)}, Message Type: ${name}`;
    if (type === PACKET.publish) {
      if ((byte & 8) !== 0) label += ", DUP Flag";
      label += `, QoS Level: ${QOS.get(qos) ?? "Reserved"}`;
      if ((byte & 1) !== 0) label += ", Retain";
    }
    const out = d.add(this.#out, "mqtt.hdrflags", label, at, 1, byte).children;
    addBits(d, out, "mqtt.msgtype", at, 1, 0xf0, "Message Type", (value) =>
      named(MESSAGE_TYPES, value, "Reserved"),
    );
    if (type !== PACKET.publish) {
      addBits(d, out, "mqtt.hdr_reserved", at, 1, 0x0f, "Reserved");
      return;
    }
    addFlag(d, out, "mqtt.dupflag", at, 1, 8, "DUP Flag");
    addBits(d, out, "mqtt.qos", at, 1, 6, "QoS Level", (value) => named(QOS, value, "Reserved"));
    addFlag(d, out, "mqtt.retain", at, 1, 1, "Retain");
  }

  /** A number of `size` bytes; null where it is missing. */
  #number(
    field: string,
    name: string,
    size: number,
    text: (value: number) => string = String,
  ): number | null {
    const value = addUint(this.#d, this.#out, field, this.at, size, this.#end, (v) => `${name}: ${text(v)}`);
    this.#passed(size);
    return value;
  }

  #passed(size: number): void {
    this.at += size;
    if (this.at > this.#d.bytes.length && this.at <= this.#end) this.isCut = true;
  }

  /** A field after its length in two bytes; null where it is missing. */
  #string(length: string, field: string, name: string, isBytes = false): string | null {
    const size = this.#number(length, `${name} Length`, 2);
    if (size === null) return null;
    const from = this.at;
    this.#passed(size);
    if (this.at > this.#end) return null;
    if (!isBytes) return addText(this.#d, this.#out, field, name, from, from + size);
    addBytes(this.#d, this.#out, field, name, from, from + size);
    return "";
  }

  #properties(field = "mqtt.properties"): void {
    const size = addMqttProperties(this.#d, this.#out, field, this.at, this.#end);
    this.#passed(size);
  }

  #reason(packet: string): void {
    const text = (value: number): string => named(REASONS, value);
    this.#number(`mqtt.${packet}.reason_code`, "Reason Code", 1, text);
  }

  #connect(): void {
    const d = this.#d;
    if (this.#string("mqtt.proto_len", "mqtt.protoname", "Protocol Name") === null) return;
    const versions = new Map([
      [3, "MQTT v3.1"],
      [4, "MQTT v3.1.1"],
      [5, "MQTT v5.0"],
    ]);
    const level = this.#number("mqtt.ver", "Version", 1, (value) => named(versions, value));
    const at = this.at;
    const flags = at < d.captured(this.#end) ? d.bytes[at] : null;
    if (flags === null) {
      this.#passed(1);
      return;
    }
    const names: string[] = [];
    const lines: readonly (readonly [string, number, string])[] = [
      ["mqtt.conflag.uname", 0x80, "User Name Flag"],
      ["mqtt.conflag.passwd", 0x40, "Password Flag"],
      ["mqtt.conflag.retain", 0x20, "Will Retain"],
      ["mqtt.conflag.qos", 0x18, "QoS Level"],
      ["mqtt.conflag.willflag", 0x04, "Will Flag"],
      ["mqtt.conflag.cleansess", 0x02, "Clean Session Flag"],
      ["mqtt.conflag.reserved", 0x01, "(Reserved)"],
    ];
    for (const [, mask, name] of lines) {
      if (mask === 0x18) names.push(`QoS Level: ${QOS.get((flags >> 3) & 3) ?? "Reserved"}`);
      else if ((flags & mask) !== 0) names.push(name);
    }
    const label = `Connect Flags: ${hexText(flags, 2)}, ${names.join(", ")}`;
    const out = d.add(this.#out, "mqtt.conflags", label, at, 1, flags).children;
    for (const [field, mask, name] of lines) {
      if (mask === 0x18) addBits(d, out, field, at, 1, mask, name, (value) => named(QOS, value, "Reserved"));
      else addFlag(d, out, field, at, 1, mask, name);
    }
    this.#passed(1);
    this.#number("mqtt.kalive", "Keep Alive", 2);
    if (level === V5) this.#properties();
    if (this.#string("mqtt.clientid_len", "mqtt.clientid", "Client ID") === null) return;
    if ((flags & 0x04) !== 0) {
      if (level === V5) this.#properties("mqtt.will_properties");
      this.#string("mqtt.willtopic_len", "mqtt.willtopic", "Will Topic");
      this.#string("mqtt.willmsg_len", "mqtt.willmsg", "Will Message", true);
    }
    if ((flags & 0x80) !== 0) this.#string("mqtt.username_len", "mqtt.username", "User Name");
    if ((flags & 0x40) !== 0) this.#string("mqtt.passwd_len", "mqtt.passwd", "Password");
  }

  #connack(): void {
    const d = this.#d;
    const at = this.at;
    const flags = this.#number("mqtt.conack.flags", "Acknowledge Flags", 1, (value) => hexText(value, 2));
    if (flags === null) return;
    // Past the bound on a packet's lines the tree has no line for the flags.
    const out = this.#out.at(-1)?.children ?? [];
    addFlag(d, out, "mqtt.conack.flags.reserved", at, 1, 0xfe, "Reserved");
    addFlag(d, out, "mqtt.conack.flags.sp", at, 1, 1, "Session Present");
    if (!this.#isV5) {
      this.#number("mqtt.conack.val", "Return Code", 1, (value) => named(CONNACK_CODES, value));
      return;
    }
    this.#reason("connack");
    if (this.at < this.#end) this.#properties();
  }

  #publish(): string {
    const d = this.#d;
    const topic = this.#string("mqtt.topic_len", "mqtt.topic", "Topic");
    if (topic === null) return "";
    const qos = (d.bytes[this.#start] >> 1) & 3;
    const id = qos === 0 ? null : this.#number("mqtt.msgid", "Message Identifier", 2);
    if (this.#isV5) this.#properties();
    if (this.at < this.#end) {
      addBytes(d, this.#out, "mqtt.msg", "Message", this.at, this.#end);
      this.#passed(this.#end - this.at);
    }
    return `${id === null ? "" : ` (id=${id})`} [${topic}]`;
  }

  #acknowledged(type: number): string {
    const id = this.#number("mqtt.msgid", "Message Identifier", 2);
    if (this.#isV5 && this.at < this.#end) {
      const names = new Map<number, string>([
        [PACKET.puback, "puback"],
        [PACKET.pubrec, "pubrec"],
        [PACKET.pubrel, "pubrel"],
        [PACKET.pubcomp, "pubcomp"],
      ]);
      this.#reason(names.get(type) ?? "puback");
      if (this.at < this.#end) this.#properties();
    }
    return id === null ? "" : ` (id=${id})`;
  }

  #subscribe(type: number): string {
    const id = this.#number("mqtt.msgid", "Message Identifier", 2);
    if (id === null) return "";
    if (this.#isV5) this.#properties();
    const topics: string[] = [];
    for (let i = 0; this.at < this.#end && !this.isCut && i < TOPICS_MAX; i++) {
      const topic = this.#string("mqtt.topic_len", "mqtt.topic", "Topic");
      if (topic === null) break;
      topics.push(`[${topic}]`);
      if (type === PACKET.unsubscribe) continue;
      if (this.#isV5) this.#subscriptionOptions();
      else this.#number("mqtt.sub.qos", "Requested QoS", 1, (value) => named(QOS, value, "Reserved"));
    }
    return ` (id=${id})${topics.length === 0 ? "" : ` ${topics.join(", ")}`}`;
  }

  #subscriptionOptions(): void {
    const d = this.#d;
    const at = this.at;
    const label = (value: number): string => hexText(value, 2);
    if (this.#number("mqtt.subscription_options", "Subscription Options", 1, label) === null) return;
    // Past the bound on a packet's lines the tree has no line for the flags.
    const out = this.#out.at(-1)?.children ?? [];
    const field = "mqtt.subscription_options";
    addBits(d, out, `${field}_reserved`, at, 1, 0xc0, "Reserved", (value) => `0x${value}`);
    const handling = new Map([
      [0, "Send msgs at subscription time"],
      [1, "Send msgs at subscription time if the subscription does not already exist"],
      [2, "Do not send msgs at subscription time"],
    ]);
    addBits(d, out, `${field}_retain`, at, 1, 0x30, "Retain Handling", (value) => named(handling, value));
    addFlag(d, out, `${field}_rap`, at, 1, 8, "Retain As Published");
    addFlag(d, out, `${field}_nl`, at, 1, 4, "No Local");
    addBits(d, out, `${field}_qos`, at, 1, 3, "QoS", (value) => named(QOS, value, "Reserved"));
  }

  #granted(type: number): string {
    const id = this.#number("mqtt.msgid", "Message Identifier", 2);
    if (id === null) return "";
    if (this.#isV5) this.#properties();
    for (let i = 0; this.at < this.#end && !this.isCut && i < TOPICS_MAX; i++) {
      if (type === PACKET.unsuback) {
        if (!this.#isV5) break;
        this.#reason("unsuback");
      } else if (this.#isV5) this.#reason("suback");
      else
        this.#number("mqtt.suback.qos", "Granted QoS", 1, (value) =>
          value === 0x80 ? "Failure (128)" : named(QOS, value, "Reserved"),
        );
    }
    return ` (id=${id})`;
  }
}
