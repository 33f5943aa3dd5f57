// MQTT control packets as the fixed header frames them (MQTT 3.1.1 section 2.2, MQTT 5.0 section 2.1); what is in them is not looked at.

import * as fc from "fast-check";
import type { ByteQueue } from "../byte-queue.ts";
import type { SyncCodec } from "../codec.ts";
import { payloads } from "../arbitraries/payloads.ts";
import { checkWhole, incomplete, malformed, queueDecoder, tooLong } from "./queue-decoder.ts";
import type { Parser } from "./queue-decoder.ts";
import { varintBytes } from "./varint.ts";

export interface MqttPacket {
  /** 1 CONNECT, 2 CONNACK, 3 PUBLISH, ... 14 DISCONNECT, 15 AUTH. */
  readonly type: number;
  /** The low four bits of the first byte: for PUBLISH DUP, QoS and RETAIN, for others what section 2.2.2 prescribes. */
  readonly flags: number;
  /** Variable header and payload. */
  readonly body: Uint8Array;
}

export interface MqttOptions {
  /** 4 is MQTT 3.1.1, 5 is MQTT 5.0; 4 by default. */
  readonly version?: 4 | 5;
  /** Most bytes behind the fixed header; 268,435,455 by default, which is all the remaining length can say. */
  readonly maximum?: number;
}

const REMAINING_MAX = 268_435_455;
const REMAINING_BYTES_MAX = 4;
const PUBLISH = 3;
const AUTH = 15;

/** The fewest and most bytes of each type's body by version, from the packets' sections; what is missing has no bound of its own. */
const BODY_BYTES: Readonly<Record<4 | 5, Readonly<Record<number, readonly [number, number]>>>> = {
  4: {
    1: [12, REMAINING_MAX],
    2: [2, 2],
    3: [2, REMAINING_MAX],
    4: [2, 2],
    5: [2, 2],
    6: [2, 2],
    7: [2, 2],
    8: [5, REMAINING_MAX],
    9: [3, REMAINING_MAX],
    10: [4, REMAINING_MAX],
    11: [2, 2],
    12: [0, 0],
    13: [0, 0],
    14: [0, 0],
  },
  5: {
    1: [13, REMAINING_MAX],
    2: [3, REMAINING_MAX],
    3: [3, REMAINING_MAX],
    4: [2, REMAINING_MAX],
    5: [2, REMAINING_MAX],
    6: [2, REMAINING_MAX],
    7: [2, REMAINING_MAX],
    8: [6, REMAINING_MAX],
    9: [4, REMAINING_MAX],
    10: [5, REMAINING_MAX],
    11: [4, REMAINING_MAX],
    12: [0, 0],
    13: [0, 0],
    14: [0, REMAINING_MAX],
    15: [0, REMAINING_MAX],
  },
};

/** MQTT packets, each with the flags and a length its type may have. */
export function mqtt(options: MqttOptions = {}): SyncCodec<MqttPacket> {
  const { version = 4, maximum = REMAINING_MAX } = options;
  checkWhole("maximum", maximum, 16, REMAINING_MAX);
  const encode = ({ type, flags, body }: MqttPacket): Uint8Array => {
    const problem = headerProblem(version, type, flags) ?? bodyProblem(version, type, flags, body.length);
    if (problem !== null) throw new RangeError(problem);
    if (body.length > maximum)
      throw new RangeError(`a packet has at most ${maximum} bytes, not ${body.length}`);
    const remaining = varintBytes(body.length);
    const bytes = new Uint8Array(1 + remaining.length + body.length);
    bytes[0] = (type << 4) | flags;
    bytes.set(remaining, 1);
    bytes.set(body, 1 + remaining.length);
    return bytes;
  };
  return {
    name: version === 4 ? "MQTT 3.1.1" : "MQTT 5.0",
    encode,
    decoder: () => queueDecoder(new MqttParser(version, maximum)),
    frames: packets(version, maximum),
    maxLength: maximum,
    frameOfLength: (length) => ({ type: PUBLISH, flags: 0, body: new Uint8Array(length) }),
    tooLong: (length) => {
      if (length > REMAINING_MAX) throw new RangeError(`the remaining length cannot say ${length}`);
      return Uint8Array.of(PUBLISH << 4, ...varintBytes(length));
    },
  };
}

/** Section 2.2.2: flags that are reserved have one value, PUBLISH has no QoS 3 [MQTT-3.3.1-4] and no DUP with QoS 0 [MQTT-3.3.1-2]. */
function headerProblem(version: 4 | 5, type: number, flags: number): string | null {
  if (!Number.isInteger(type) || type < 1 || type > AUTH || (type === AUTH && version === 4))
    return `${type} is no packet type`;
  if (!Number.isInteger(flags) || flags < 0 || flags > 15) return `${flags} is no set of four flags`;
  if (type === PUBLISH) {
    const qos = (flags >> 1) & 3;
    if (qos === 3) return "PUBLISH has no QoS 3";
    return qos === 0 && flags >= 8 ? "PUBLISH with QoS 0 is never a duplicate" : null;
  }
  const reserved = type === 6 || type === 8 || type === 10 ? 2 : 0;
  return flags === reserved ? null : `the flags of packet type ${type} are ${reserved}, not ${flags}`;
}

function bodyProblem(version: 4 | 5, type: number, flags: number, length: number): string | null {
  const [least, most] = BODY_BYTES[version][type];
  // With a QoS there is a packet identifier behind the topic (section 3.3.2.2).
  const min = type === PUBLISH && (flags & 6) > 0 ? least + 2 : least;
  if (length >= min && length <= most) return null;
  return `packet type ${type} has ${min === most ? `${min}` : `at least ${min}`} bytes behind its fixed header, not ${length}`;
}

function packets(version: 4 | 5, maximum: number): fc.Arbitrary<MqttPacket> {
  const publish = fc
    .tuple(fc.constantFrom(0, 1, 2, 3, 4, 5, 10, 11, 12, 13), payloads({ min: version, max: maximum }))
    .map(([flags, body]) => ({ type: PUBLISH, flags, body }));
  const types = Object.entries(BODY_BYTES[version]).filter(([type]) => Number(type) !== PUBLISH);
  const others = types.map(([name, [min, max]]) => {
    const type = Number(name);
    const flags = type === 6 || type === 8 || type === 10 ? 2 : 0;
    return payloads({ min, max: Math.min(max, maximum) }).map((body) => ({ type, flags, body }));
  });
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 6, arbitrary: others[types.findIndex(([type]) => type === "12")] },
    { weight: 20, arbitrary: publish },
    ...others,
  );
}

class MqttParser implements Parser<MqttPacket> {
  readonly #version: 4 | 5;
  readonly #maximum: number;

  constructor(version: 4 | 5, maximum: number) {
    this.#version = version;
    this.#maximum = maximum;
  }

  next(queue: ByteQueue): MqttPacket | undefined {
    if (queue.length === 0) return undefined;
    const type = queue.at(0) >> 4;
    const flags = queue.at(0) & 0x0f;
    const problem = headerProblem(this.#version, type, flags);
    if (problem !== null) throw malformed(queue, 0, problem);
    let remaining = 0;
    let at = 1;
    for (;;) {
      if (queue.length <= at) return undefined;
      const byte = queue.at(at);
      remaining += (byte & 0x7f) * 128 ** (at - 1);
      if (byte < 0x80) {
        // [MQTT-1.5.5-1]; version 3.1.1 does not ask for the shortest form.
        if (byte === 0 && at > 1 && this.#version === 5)
          throw malformed(queue, at, "the remaining length is not in its shortest form");
        at++;
        break;
      }
      if (at === REMAINING_BYTES_MAX)
        throw malformed(queue, at, "the remaining length has more than four bytes");
      at++;
    }
    if (remaining > this.#maximum) throw tooLong(queue, at, "a packet", this.#maximum);
    const wrong = bodyProblem(this.#version, type, flags, remaining);
    if (wrong !== null) throw malformed(queue, at, wrong);
    if (queue.length < at + remaining) return undefined;
    queue.skip(at);
    return { type, flags, body: remaining === 0 ? new Uint8Array() : queue.take(remaining) };
  }

  end(queue: ByteQueue): undefined {
    if (queue.length > 0) throw incomplete(queue, "a packet");
    return undefined;
  }
}
