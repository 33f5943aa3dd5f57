// The codecs against libraries of the same formats: what they write, ours reads, and the other way round in packages.test.ts.

import { createRequire } from "node:module";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mqtt } from "../../../src/framing/codecs/mqtt.ts";
import { webSocket } from "../../../src/framing/codecs/websocket.ts";
import { decodeEveryWay } from "./decode.ts";

const require = createRequire(import.meta.url);
const { generate } = require("mqtt-packet") as { generate(packet: object, options?: object): Buffer };
const { Sender } = require("ws") as { Sender: { frame(data: Buffer, options: object): Buffer[] } };

describe("packets that mqtt-packet writes are packets", () => {
  const packets: readonly (readonly [number, object])[] = [
    [1, { cmd: "connect", protocolId: "MQTT", protocolVersion: 4, clean: true, clientId: "a", keepalive: 0 }],
    [2, { cmd: "connack", returnCode: 0, sessionPresent: false }],
    [
      3,
      { cmd: "publish", topic: "a", payload: "b".repeat(200), qos: 2, messageId: 7, dup: true, retain: true },
    ],
    [4, { cmd: "puback", messageId: 1 }],
    [5, { cmd: "pubrec", messageId: 1 }],
    [6, { cmd: "pubrel", messageId: 1 }],
    [7, { cmd: "pubcomp", messageId: 1 }],
    [8, { cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "a", qos: 0 }] }],
    [9, { cmd: "suback", messageId: 1, granted: [0] }],
    [10, { cmd: "unsubscribe", messageId: 1, unsubscriptions: ["a"] }],
    [11, { cmd: "unsuback", messageId: 1 }],
    [12, { cmd: "pingreq" }],
    [13, { cmd: "pingresp" }],
    [14, { cmd: "disconnect" }],
  ];
  test.each(packets)("type %i", (type, packet) => {
    const bytes = Uint8Array.from(generate(packet));
    const { frames, error } = decodeEveryWay(mqtt(), bytes);
    expect(error).toBeNull();
    expect(frames.map((frame) => frame.type)).toEqual([type]);
    expect(mqtt().encode(frames[0])).toEqual(bytes);
  });
});

describe("frames that ws writes are messages", () => {
  test("masked or not, of every kind", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.boolean(),
        fc.constantFrom(2, 9, 10),
        (data, masked, opcode) => {
          fc.pre(opcode === 2 || data.length <= 125);
          const options = { fin: true, opcode, mask: masked, readOnly: true, rsv1: false };
          const bytes = Uint8Array.from(Buffer.concat(Sender.frame(Buffer.from(data), options)));
          const type = opcode === 2 ? "binary" : opcode === 9 ? "ping" : "pong";
          expect(decodeEveryWay(webSocket({ from: masked ? "client" : "server" }), bytes)).toEqual({
            frames: [{ type, data }],
            error: null,
          });
        },
      ),
      {
        numRuns: 50,
      },
    );
  });
});
