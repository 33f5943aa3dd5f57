// TLS with the secrets at hand: the records of RFC 8448's trace, a capture of our own, and streams sealed here and cut at random.

import * as fc from "fast-check";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { contextOf, decodeCaptureAs } from "../../../src/capture/context.ts";
import { Conversations } from "../../../src/capture/dissect/conversations.ts";
import { dissect } from "../../../src/capture/dissect/dissect.ts";
import { keysOfTraffic } from "../../../src/capture/dissect/tls-ciphers.ts";
import { TlsKeys } from "../../../src/capture/dissect/tls-keys.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { printFollow } from "../../../src/capture/statistics/follow.ts";
import type { FollowMode } from "../../../src/capture/statistics/follow.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { memoryTrace } from "../memory-trace.ts";
import type { MemoryTrace } from "../memory-trace.ts";
import { ascii, end, hex, joined, SampleNetwork } from "../samples/network.ts";
import { SUITES, TlsSample } from "../samples/tls.ts";
import type { TlsSuite } from "../samples/tls.ts";
import { hasTshark, tshark } from "../shared-captures.ts";

const HTTPS = join(import.meta.dirname, "../../../fixtures/captures/https.pcapng");

const CLIENT = end("10.0.0.1", 40_000);
const SERVER = end("10.0.0.2", 4_433);

describe("the simple handshake of RFC 8448", () => {
  const payload = Uint8Array.from({ length: 50 }, (_, i) => i);

  it.each([
    {
      side: "client",
      secret: "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5",
      data: `1703030043 a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20441e2b
        62974e1f5a6292a2977014bd1e3deae63aeebb21694915e4`,
      dataAt: 0,
      alert: "1703030013 c9872760655666b74d7ff1153efd6db6d0b0e3",
    },
    {
      side: "server",
      secret: "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643",
      data: `1703030043 2e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36e30efaf97d90e6dffc602dcb501a59a8
        fcc49c4bf2e5f0a21c0047c2abf332540dd032e167c2955d`,
      // A ticket goes before.
      dataAt: 1,
      alert: "1703030013 b58fd67166ebf599d24720cfbe7efa7a8864a9",
    },
  ])("opens with its secrets: the $side's", ({ secret, data, dataAt, alert }) => {
    const keys = keysOfTraffic(0x1301, hex(secret));
    const nothing = new Uint8Array(0);
    expect(keys?.open(dataAt, hex(data), nothing)).toEqual({ type: 23, plain: Buffer.from(payload) });
    expect(keys?.open(dataAt + 1, hex(alert), nothing)).toEqual({ type: 21, plain: Buffer.of(1, 0) });
    expect(keys?.open(dataAt + 1, hex(data), nothing)).toBeNull();
  });

  it("has the client's Finished under the handshake's keys", () => {
    const keys = keysOfTraffic(
      0x1301,
      hex("b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21"),
    );
    const finished = `1703030035 75ec4dc238cce60b298044a71e219c56cc77b0517fe9b93c7a4bfc44d87f38f80338ac98fc46deb384bd1c
      aeacab6867d726c40546`;
    const open = keys?.open(0, hex(finished), new Uint8Array(0));
    expect(open?.type).toBe(22);
    expect(open?.plain.subarray(0, 4)).toEqual(Buffer.of(20, 0, 0, 32));
  });
});

const FIELDS = [
  "frame.number",
  "_ws.col.Protocol",
  "_ws.col.Info",
  "frame.protocols",
  "tls.record.content_type",
  "tls.record.opaque_type",
  "tls.handshake.type",
  "tls.handshake.certificate_length",
  "tls.handshake.sig_hash_alg",
  "tls.handshake.session_ticket_nonce",
  "tls.alert_message.desc",
  "tls.app_data_proto",
  "http.request.method",
  "http.request.full_uri",
  "http.response.code",
  "http.request_in",
  "http.file_data",
  "json.key",
  "http2.type",
  "http2.streamid",
  "http2.headers.path",
  "http2.headers.status",
];

// Recorded of Node's https and http2 on loopback: TLS 1.3 with HTTP/1.1 and with HTTP/2, and TLS 1.2 with a suite in CBC. Its secrets
// are in it.
describe("a capture with its secrets", () => {
  it("is shown decrypted", async () => {
    const capture = await openCapture(HTTPS, {});
    const rows = Array.from({ length: capture.trace.packets.count }, (_, row) => row);
    const info = [
      ...printFields(capture.trace, rows, ["_ws.col.Protocol", "_ws.col.Info"], contextOf(capture)),
    ];
    expect(info.filter((line) => !line.startsWith("TCP")).map((line) => line.replace("\t", ": "))).toEqual([
      "TLSv1: Client Hello",
      "TLSv1.3: Server Hello, Change Cipher Spec, Encrypted Extensions, Certificate, Certificate Verify, Finished",
      "HTTP: GET /greeting HTTP/1.1 ",
      "HTTP: HTTP/1.1 200 OK  (text/plain)",
      "HTTP: POST /echo HTTP/1.1 ",
      "HTTP/JSON: HTTP/1.1 200 OK , JavaScript Object Notation (application/json)",
      "TLSv1: Client Hello",
      "TLSv1.3: Server Hello, Change Cipher Spec, Encrypted Extensions, Certificate, Certificate Verify, Finished",
      "TLSv1.3: Change Cipher Spec, Finished",
      "HTTP2: Magic, SETTINGS[0], HEADERS[1]: GET /two",
      "HTTP2: SETTINGS[0], SETTINGS[0], HEADERS[1]: 200 OK, DATA[1] (text/plain)",
      "HTTP2: SETTINGS[0], HEADERS[3]: GET /none",
      "HTTP2: HEADERS[3]: 404 Not Found, DATA[3]",
      "HTTP2: GOAWAY[0]",
      "TLSv1.3: Alert (Level: Warning, Description: Close Notify)",
      "HTTP2: GOAWAY[0]",
      "TLSv1: Client Hello",
      "TLSv1.2: Server Hello, Certificate, Server Key Exchange, Server Hello Done",
      "TLSv1.2: Client Key Exchange, Change Cipher Spec, Finished",
      "TLSv1.2: New Session Ticket, Change Cipher Spec, Finished",
      "HTTP: GET /greeting HTTP/1.1 ",
      "HTTP: HTTP/1.1 200 OK  (text/plain)",
      "HTTP: POST /echo HTTP/1.1 ",
      "HTTP/JSON: HTTP/1.1 200 OK , JavaScript Object Notation (application/json)",
    ]);
    capture.close();
  });

  it("is shown as before without them, and decrypted again by a key log", async () => {
    const capture = await openCapture(HTTPS, {});
    const { trace, reassembly, secrets } = capture;
    const rows = Array.from({ length: trace.packets.count }, (_, row) => row);
    const open = [...printFields(trace, rows, FIELDS, contextOf(capture))];
    const closed = { ...contextOf(capture), conversations: new Conversations(trace, { reassembly }) };
    const [request] = printFields(trace, [7], ["_ws.col.Info", "http.request.method"], closed);
    expect(request).toBe("Change Cipher Spec, Application Data, Application Data\t");
    const log = secrets.map(({ data }) => Uint8Array.from(data));
    expect(log).toHaveLength(1);
    (secrets as unknown[]).length = 0;
    decodeCaptureAs(capture, [], [() => log.pop() ?? null]);
    expect([...printFields(trace, rows, FIELDS, contextOf(capture))]).toEqual(open);
    capture.close();
  });

  it("is followed record by record", async () => {
    const capture = await openCapture(HTTPS, {});
    const context = contextOf(capture);
    const range = { first: 1, last: Infinity };
    const follow = (mode: FollowMode, stream: number): string[] => [
      ...printFollow(capture.trace, context, "tls", mode, stream, range),
    ];
    expect(follow("ascii", 2)).toEqual([
      "",
      "=".repeat(67),
      "Follow: tls,ascii",
      "Filter: tcp.stream eq 2",
      "Node 0: 127.0.0.1:39960",
      "Node 1: :0",
      "73",
      "GET /greeting HTTP/1.1\r\nHost: 127.0.0.1:21032\r\nConnection: keep-alive\r\n\r\n",
      expect.stringMatching(/^\t\d+$/),
      expect.stringMatching(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nhello\n$/),
      expect.stringMatching(/^\d+$/),
      expect.stringMatching(/^POST \/echo HTTP\/1\.1\r\n[^]*\r\n\r\nname=wirelab$/),
      expect.stringMatching(/^\t\d+$/),
      expect.stringMatching(/^HTTP\/1\.1 200 OK\r\n[^]*{"got":"name=wirelab"}$/),
      "=".repeat(67),
    ]);
    const closed = { ...context, conversations: new Conversations(capture.trace, {}) };
    expect([...printFollow(capture.trace, closed, "tls", "raw", 2, range)].slice(4, 6)).toEqual([
      "Node 0: :0",
      "Node 1: :0",
    ]);
    for (const stream of hasTshark ? [0, 1, 2] : []) {
      for (const mode of ["ascii", "hex", "raw", "yaml"] as const) {
        const theirs = tshark(["-r", HTTPS, "-q", "-z", `follow,tls,${mode},${stream}`]) ?? [];
        expect(follow(mode, stream).join("\n").split("\n")).toEqual(theirs);
      }
    }
    capture.close();
  });

  it.runIf(hasTshark)("has tshark's fields (skipped without tshark 4.0)", async () => {
    const capture = await openCapture(HTTPS, {});
    const rows = Array.from({ length: capture.trace.packets.count }, (_, row) => row);
    const ours = [...printFields(capture.trace, rows, FIELDS, contextOf(capture))];
    const theirs = tshark(["-r", HTTPS, "-T", "fields", ...FIELDS.flatMap((field) => ["-e", field])]);
    expect(ours).toEqual(theirs);
    capture.close();
  });
});

/** What is known of the connection in `frames` with the secrets in `log`. */
function decrypted(frames: readonly Uint8Array[], log: string): MemoryTrace {
  const { trace, context } = memoryTrace(frames, LINKTYPE.ethernet);
  let left: Uint8Array | null = ascii(log);
  const source = (): Uint8Array | null => {
    const bytes = left;
    left = null;
    return bytes;
  };
  const keys = new TlsKeys([source]);
  return { trace, context: { ...context, conversations: new Conversations(trace, { keys }) } };
}

/** `bytes` in parts of these sizes, again and again. */
function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length];
    parts.push(bytes.subarray(at, at + size));
    at += size;
  }
  return parts;
}

/** All values of a field over the packets of a trace, in order. */
function valuesOf({ trace, context }: MemoryTrace, field: string): string[] {
  const rows = Array.from({ length: trace.packets.count }, (_, row) => row);
  return [...printFields(trace, rows, [field], context)].flatMap((line) =>
    line === "" ? [] : line.split(","),
  );
}

interface Exchange {
  readonly suite: TlsSuite;
  readonly seed: number;
  readonly agreed: string;
  readonly bodies: readonly number[];
  readonly records: readonly number[];
  readonly segments: readonly number[];
  readonly updates: boolean;
}

const EXCHANGE: fc.Arbitrary<Exchange> = fc.record({
  suite: fc.constantFrom(...SUITES),
  seed: fc.nat(100_000),
  agreed: fc.constant("http/1.1"),
  bodies: fc.array(fc.nat(3_000), { minLength: 1, maxLength: 5 }),
  records: fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 5 }),
  segments: fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 5 }),
  updates: fc.boolean(),
});

/** The frames of a connection in which a client posts the bodies and a server answers. */
function framesOf(exchange: Exchange, sample: TlsSample): Uint8Array[] {
  const network = new SampleNetwork();
  const connection = network.connect(CLIENT, SERVER);
  connection.say(sample.clientHello);
  for (const part of cut(sample.serverFlight(exchange.agreed), exchange.segments)) connection.answer(part);
  const posts = exchange.bodies.map((length, i) =>
    ascii(`POST /${i} HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${length}\r\n\r\n${"b".repeat(length)}`),
  );
  const finish = sample.clientFinish();
  const contents = cut(joined(...posts), exchange.records);
  const sealed = contents.map((content, i) => {
    const update = exchange.updates && exchange.suite.version === 0x0304 && i % 3 === 1;
    const before = update ? sample.keyUpdate("client") : new Uint8Array(0);
    return joined(before, sample.sealed("client", content));
  });
  const stream = joined(finish, ...sealed);
  for (const part of cut(stream, exchange.segments)) connection.say(part);
  return network.frames;
}

describe("a stream of HTTP, sealed and cut into records and segments", () => {
  it("comes out as it went in", () => {
    fc.assert(
      fc.property(EXCHANGE, (exchange) => {
        const sample = new TlsSample(exchange.suite, exchange.seed);
        const { log } = sample;
        const known = decrypted(framesOf(exchange, sample), log);
        expect(valuesOf(known, "http.request.uri")).toEqual(exchange.bodies.map((_, i) => `/${i}`));
        expect(valuesOf(known, "http.content_length")).toEqual(exchange.bodies.map(String));
        const bodies = exchange.bodies.filter((length) => length > 0);
        expect(valuesOf(known, "http.file_data")).toEqual(bodies.map((length) => "b".repeat(length)));
      }),
      { numRuns: 60 },
    );
  });

  it("stays closed with secrets of another connection, and where a record is damaged nothing throws", () => {
    fc.assert(
      fc.property(EXCHANGE, fc.nat(), fc.nat(255), (exchange, at, value) => {
        const sample = new TlsSample(exchange.suite, exchange.seed);
        const { log } = sample;
        const frames = framesOf(exchange, sample);
        const wrong = log.replaceAll(/ [0-9a-f]+$/gm, (secret) => ` ${"00".repeat((secret.length - 1) / 2)}`);
        const closed = decrypted(frames, wrong);
        expect(valuesOf(closed, "http.request.uri")).toEqual([]);
        expect(valuesOf(closed, "tls.app_data").length).toBeGreaterThan(0);
        const row = at % frames.length;
        const damaged = frames.map((frame) => Uint8Array.from(frame));
        damaged[row][54 + (at % Math.max(1, damaged[row].length - 54))] = value;
        expect(() => valuesOf(decrypted(damaged, log), "http.request.uri")).not.toThrow();
      }),
      { numRuns: 40 },
    );
  });
});

const HOSTILE = fc.record({
  suite: fc.constantFrom(...SUITES),
  agreed: fc.constantFrom("", "http/1.1", "h2", "dot"),
  records: fc.array(
    fc.record({
      isClients: fc.boolean(),
      type: fc.constantFrom(20, 21, 22, 23, 23, 23, 24, 99),
      content: fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom(
          ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
          ascii("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfff"),
          ascii("CONNECT a:443 HTTP/1.1\r\n\r\n"),
          ascii("HTTP/1.1 200 OK\r\n\r\n"),
          hex("00ffff 00 09 00000001"),
          hex("02 000056 0303"),
          hex("08 000004 0002 0010"),
          hex("0b 0000ff 00 0000fb 0000f8"),
          hex("18 000001 00"),
        ),
      ),
    }),
    { maxLength: 30 },
  ),
  size: fc.integer({ min: 20, max: 2_000 }),
});

describe("records that are sealed as they should be, and hold whatever they like", () => {
  it("are shown, printed and followed without a throw", () => {
    fc.assert(
      fc.property(HOSTILE, ({ suite, agreed, records, size }) => {
        const sample = new TlsSample(suite, 5);
        const { log } = sample;
        const network = new SampleNetwork();
        const connection = network.connect(CLIENT, SERVER);
        connection.say(sample.clientHello);
        connection.answer(sample.serverFlight(agreed));
        connection.say(sample.clientFinish());
        for (const { isClients, type, content } of records) {
          const sealed = sample.sealed(isClients ? "client" : "server", content, type);
          for (const part of cut(sealed, [size])) {
            if (isClients) connection.say(part);
            else connection.answer(part);
          }
        }
        const { trace, context } = decrypted(network.frames, log);
        for (let row = 0; row < trace.packets.count; row++)
          expect(dissect(trace, row, context).tree.length).toBeGreaterThan(0);
        const range = { first: 1, last: Infinity };
        expect([...printFollow(trace, context, "tls", "raw", 0, range)].length).toBeGreaterThan(6);
      }),
      { numRuns: 150 },
    );
  });
});
