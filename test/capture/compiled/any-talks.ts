// Connections of TLS, HTTP and what nobody knows: some as most are, and any.

import * as fc from "fast-check";

import { framesOf, tlsHello, tlsMessage, tlsRecord } from "./talks.ts";
import type { Talk, Turn } from "./talks.ts";

export const text = (words: string): Uint8Array => Buffer.from(words, "latin1");
const noise = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 37 + 129) & 255);
const CHANGE = tlsRecord(20, Uint8Array.of(1));
const HELLO = tlsRecord(22, tlsHello(1, {}, [[43, [2, 3, 4]]]), 1);
const ANSWER_13 = tlsRecord(22, tlsHello(2, {}, [[43, [3, 4]]]));
const ANSWER_12 = tlsRecord(22, tlsHello(2, {}, []));
const DONE = tlsMessage(14, new Uint8Array(0));

/** Turns of one side after the other's, a segment each unless `sizes` says otherwise. */
function turns(parts: readonly Uint8Array[][], sizes: readonly number[] = [1400]): Turn[] {
  return parts.map((all, i) => ({ side: i % 2 === 0 ? 0 : 1, bytes: Buffer.concat(all), sizes }));
}

/** Connections as most are. */
export const USUAL: Readonly<Record<string, Talk>> = {
  "TLS 1.3": {
    ports: [40_000, 443],
    turns: turns([
      [HELLO],
      [ANSWER_13, CHANGE, tlsRecord(23, noise(3000))],
      [CHANGE, tlsRecord(23, noise(53)), tlsRecord(23, noise(200))],
      [tlsRecord(23, noise(16_000)), tlsRecord(23, noise(900))],
    ]),
  },
  "TLS 1.2": {
    ports: [40_001, 8443],
    turns: turns([
      [HELLO],
      [
        ANSWER_12,
        tlsRecord(22, Buffer.concat([tlsMessage(11, noise(700)), tlsMessage(12, noise(90)), DONE])),
      ],
      [tlsRecord(22, tlsMessage(16, noise(65))), CHANGE, tlsRecord(22, noise(40))],
      [tlsRecord(22, tlsMessage(4, noise(180))), CHANGE, tlsRecord(22, noise(40))],
      [tlsRecord(23, noise(400))],
      [tlsRecord(23, noise(5000))],
    ]),
  },
  HTTP: {
    ports: [40_002, 80],
    turns: turns([
      [text("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")],
      [text("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")],
      [
        text("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\nContent-Type: image/webp\r\n\r\n"),
        noise(4000),
      ],
      [
        text(
          "HTTP/1.1 404 Not Found\r\nContent-Type: application/octet-stream\r\nContent-Length: 5000\r\n\r\n",
        ),
        noise(5000),
      ],
    ]),
  },
  "HTTP on a port of nobody's": {
    ports: [40_003, 5000],
    turns: turns([
      [text("PUT /b HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc")],
      [text("HTTP/1.0 201 Created\r\nContent-Length: 2\r\nContent-Type: audio/x\r\n\r\nok")],
    ]),
  },
  "a protocol nobody knows": {
    ports: [40_004, 5001],
    turns: turns([[noise(90)], [noise(30_000)], [noise(40_000)]]),
  },
  "nothing but an end": { ports: [40_005, 443], turns: [] },
};

const tlsPart: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.constantFrom(HELLO, ANSWER_13, ANSWER_12, CHANGE),
  fc.integer({ min: 1, max: 20_000 }).map((length) => tlsRecord(23, noise(length))),
  fc
    .record({
      type: fc.constantFrom(1 as const, 2 as const),
      session: fc.constantFrom(0, 32, 200),
      random: fc.constantFrom(7, 0xcf),
      version: fc.constantFrom(0, 1, 3, 9),
      extensions: fc.subarray<[number, number[]]>([
        [43, [3, 4]],
        [43, [0x7f, 28]],
        [43, [2, 3, 4]],
        [42, []],
        [16, [0, 3, 2, 104, 50]],
      ]),
    })
    .map(({ type, extensions, ...about }) => tlsRecord(22, tlsHello(type, about, extensions))),
  fc
    .array(fc.tuple(fc.constantFrom(0, 4, 8, 11, 12, 13, 14, 16, 20, 22, 24, 99), fc.nat({ max: 300 })), {
      minLength: 1,
      maxLength: 4,
    })
    .map((all) => tlsRecord(22, Buffer.concat(all.map(([type, length]) => tlsMessage(type, noise(length)))))),
  fc
    .tuple(fc.constantFrom(19, 20, 21, 22, 23, 24, 26), fc.nat({ max: 60 }), fc.constantFrom(1, 3, 4))
    .map(([type, length, version]) => tlsRecord(type, noise(length), version)),
);

const FIRST_LINES = [
  "GET / HTTP/1.1",
  "GET /long/".padEnd(300, "x") + " HTTP/1.1",
  "HEAD / HTTP/1.1",
  "CONNECT x:443 HTTP/1.1",
  "POST /p HTTP/1.1",
  "PROPFIND /p HTTP/1.1",
  "HTTP/1.1 200 OK",
  "HTTP/1.1 100 Continue",
  "HTTP/1.1 101 Switching Protocols",
  "HTTP/1.1 204 No Content",
  "HTTP/1.1 304 Not Modified",
  "HTTP/1.0 500 Oh",
  "GET /",
];
const HEADERS = [
  "Content-Length: 10",
  "content-length:2500",
  "Content-Length: x",
  "Transfer-Encoding: chunked",
  "Content-Encoding: gzip",
  "Content-Type: image/webp",
  "Content-Type: text/html; charset=x",
  "Upgrade: websocket",
  "Host: x",
];
const httpPart: fc.Arbitrary<Uint8Array> = fc
  .record({
    first: fc.constantFrom(...FIRST_LINES),
    headers: fc.subarray(HEADERS),
    body: fc.constantFrom(0, 0, 10, 2500),
  })
  .map(({ first, headers, body }) =>
    Buffer.concat([text([first, ...headers, "", ""].join("\r\n")), noise(body)]),
  );

const otherPart = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 60 }),
  fc.integer({ min: 1, max: 6000 }).map(noise),
  fc
    .tuple(
      fc.constantFrom(
        "PRI * HTTP/2.0\r\n\r\nSM",
        "SSH-2.0-x\r\n",
        "*2\r\n$3\r\n",
        "\u0010\u000c\u0000\u0004MQTT",
        "HTT",
        "SU",
        "\u0016\u0003\u0001",
      ),
      fc.nat({ max: 100 }),
    )
    .map(([begin, more]) => Buffer.concat([text(begin), noise(more)])),
);

const said = fc.oneof(
  fc.array(tlsPart, { maxLength: 5 }).map((parts) => Buffer.concat(parts)),
  httpPart,
  otherPart,
);
const turn: fc.Arbitrary<Turn> = fc.record({
  side: fc.constantFrom(0 as const, 1 as const),
  bytes: said,
  sizes: fc.array(fc.constantFrom(1400, 1400, 100, 5, 3000), { minLength: 1, maxLength: 4 }),
  lost: fc.constantFrom(-1, -1, -1, 0, 1, 2, 3, 5),
  resentAfter: fc.integer({ min: 1, max: 6 }),
});
const beginsWell: fc.Arbitrary<readonly Turn[]> = fc
  .constantFrom(...Object.values(USUAL))
  .chain((talk) => fc.nat({ max: talk.turns.length }).map((count) => talk.turns.slice(0, count)));
const talk: fc.Arbitrary<Talk> = fc.record({
  ports: fc.constantFrom(
    [40_000, 443] as const,
    [40_000, 80] as const,
    [40_000, 5000] as const,
    [80, 443] as const,
    [443, 993] as const,
    [40_000, 53] as const,
    [6379, 5000] as const,
  ),
  turns: fc.tuple(beginsWell, fc.array(turn, { maxLength: 5 })).map(([one, other]) => [...one, ...other]),
  isJoinedLate: fc.nat({ max: 15 }).map((one) => one === 0),
  isFast: fc.nat({ max: 15 }).map((one) => one === 0),
  isClosed: fc.boolean(),
  snapLength: fc.constantFrom(2000, 2000, 2000, 2000, 90),
});

/** Which connection the next frame is of, and what becomes of some frames. */
const order = fc.array(fc.nat({ max: 3 }), { maxLength: 120 });
const faults = fc.array(
  fc.record({
    place: fc.nat({ max: 150 }),
    kind: fc.constantFrom("drop", "double", "swap", "flip", "later"),
    byte: fc.nat({ max: 100 }),
  }),
  { maxLength: 8 },
);

function mixed(talks: readonly Talk[], order: readonly number[]): Uint8Array[] {
  const left = talks.map((one, i) => framesOf(one, i));
  const frames: Uint8Array[] = [];
  for (const which of order) {
    const next = left[which % left.length].shift();
    if (next !== undefined) frames.push(next);
  }
  return [...frames, ...left.flat()];
}

/** Frames of some connections, some of them lost, late, doubled, swapped or damaged. */
export const anyFrames: fc.Arbitrary<Uint8Array[]> = fc
  .tuple(fc.array(talk, { minLength: 1, maxLength: 4 }), order, faults)
  .map(([talks, order, faults]) => {
    const frames = mixed(talks, order);
    for (const { place, kind, byte } of faults) {
      const frame = frames[place];
      if (frame === undefined) continue;
      if (kind === "drop") frames.splice(place, 1);
      else if (kind === "double") frames.splice(place, 0, frame);
      else if (kind === "later") frames.splice(place + 2 + (byte % 12), 0, ...frames.splice(place, 1));
      else if (kind === "swap") frames.splice(place + 1, 0, ...frames.splice(place, 1));
      else {
        frames[place] = Uint8Array.from(frame);
        frames[place][14 + byte] ^= 1 << (byte % 8);
      }
    }
    return frames;
  });
