// The Stream screen of TLS whose secrets are known: what its records carried stands where TCP's own bytes do else.

import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";

import { Conversations } from "../../../src/capture/dissect/conversations.ts";
import { TlsKeys } from "../../../src/capture/dissect/tls-keys.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { tlsContents } from "../../../src/capture/statistics/follow-tls.ts";
import { captureSession } from "../../../src/cli/capture-session.ts";
import type { Model } from "../../../src/tui/model.ts";
import { gridToText } from "../../../src/tui/render/text.ts";
import { flowBytes } from "../../../src/tui/screens/flow-bytes.ts";
import { contentsShown } from "../../../src/tui/screens/flow-data.ts";
import { byteShown } from "../../../src/tui/screens/stream-data.ts";
import type { CaptureSession, Session } from "../../../src/tui/session.ts";
import { modelAt, renderScreen } from "../../../src/tui/snapshot.ts";
import { streamCodecs } from "../../../src/tui/stream-codecs.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { memoryTrace } from "../../capture/memory-trace.ts";
import { ascii, end, joined, noise, SampleNetwork } from "../../capture/samples/network.ts";
import { SUITES, TlsSample } from "../../capture/samples/tls.ts";

const SIZE = { width: 120, height: 40 };
const capture = await openCapture("fixtures/captures/https.pcapng");
afterAll(() => capture.close());
const session = captureSession(capture);
const codecs = streamCodecs();

function at(keys: string, of: Session = session): Model {
  return modelAt(of, { screen: "stream", size: SIZE, keys: keys.split(" "), codecs });
}

function shown(keys: string, of: Session = session): string {
  return gridToText(renderScreen(of, { screen: "stream", size: SIZE, keys: keys.split(" "), codecs }));
}

/** All bytes of both directions. */
function bytesOf(model: Model): readonly Uint8Array[] {
  return contentsShown(model).sides.map((side) => {
    const { bytes, known } = flowBytes(side, 0, side.length);
    expect(known.every((is) => is === 1)).toBe(true);
    return bytes;
  });
}

describe("a capture with its secrets", () => {
  it("has both directions in the clear, and TCP's own bytes after v", () => {
    expect(shown("tab")).toContain("GET /greeting HTTP/1.1");
    expect(shown("tab")).toContain("Both directions, TLS decrypted");
    expect(shown("tab v")).not.toContain("GET /greeting");
    expect(shown("tab v v")).toBe(shown("tab"));
  });

  it("takes frames out of what was decrypted", () => {
    expect(shown("home")).toContain('{ status: 200, reason: "OK"');
    expect(shown("v home")).toContain("frames: TLS records");
  });

  it("has the bytes that follow,tls has, of every stream", () => {
    for (const [stream, keys] of ["end", "> end", "> > end"].entries()) {
      const { parts } = tlsContents(capture.trace, session.context ?? {}, stream);
      const [one, other] = bytesOf(at(keys));
      const text = Buffer.concat([one, other]).toString("latin1");
      const ports = [...new Set(parts.map(({ from }) => from.port))];
      const theirs = ports.map((port) =>
        joined(...parts.flatMap((p) => (p.from.port === port ? [p.bytes] : []))),
      );
      // The client spoke first, in TCP as in TLS.
      expect(text).toBe(Buffer.concat(theirs).toString("latin1"));
    }
  });

  it("goes from a byte to the packet that completes its record", () => {
    const model = at("end enter");
    expect(model.screen).toBe("packets");
    expect(model.packets.selected).toBe(10);
  });

  it("has the same byte under the cursor as long as the bytes are the same", () => {
    expect(byteShown(at("home right right tab"))).toBe(2);
    expect(byteShown(at("end"))).toBe(256);
  });
});

/** A session of `frames` with the secrets of `log`, for which nobody has looked yet. */
function sessionOf(frames: readonly Uint8Array[], log: string): CaptureSession {
  const { trace, context } = memoryTrace(frames, LINKTYPE.ethernet);
  const left = [ascii(log)];
  const keys = new TlsKeys([() => left.pop() ?? null]);
  const known = { ...context, keys, conversations: new Conversations(trace, { keys }) };
  return { name: "made", trace, problems: [], context: known };
}

describe("a connection sealed and cut at random", () => {
  const parts = fc.array(
    fc.record({ isClients: fc.boolean(), length: fc.nat(300), segment: fc.integer({ min: 20, max: 700 }) }),
    { minLength: 1, maxLength: 12 },
  );

  it("comes out byte by byte, in the turns it was said in", () => {
    fc.assert(
      fc.property(fc.constantFrom(...SUITES), parts, (suite, said) => {
        const sample = new TlsSample(suite, 3);
        const { log } = sample;
        const network = new SampleNetwork();
        const connection = network.connect(end("10.0.0.1", 40_000), end("10.0.0.2", 443));
        connection.say(sample.clientHello);
        connection.answer(sample.serverFlight());
        connection.say(sample.clientFinish());
        const clear: [Uint8Array[], Uint8Array[]] = [[], []];
        const turns: number[] = [];
        for (const [i, { isClients, length, segment }] of said.entries()) {
          const content = noise(length, i);
          const direction = isClients ? 0 : 1;
          clear[direction].push(content);
          if (length > 0 && turns.at(-1) !== direction) turns.push(direction);
          const sealed = sample.sealed(isClients ? "client" : "server", content);
          for (let from = 0; from < sealed.length; from += segment) {
            const cut = sealed.subarray(from, from + segment);
            if (isClients) connection.say(cut);
            else connection.answer(cut);
          }
        }
        const model = at("end", sessionOf(network.frames, log));
        const contents = contentsShown(model);
        if (turns.length === 0) {
          expect(contents.sides[0].isCarried).toBe(false);
          return;
        }
        expect(bytesOf(model)).toEqual(clear.map((all) => joined(...all)));
        expect(contents.turns.list.map(({ direction }) => direction)).toEqual(turns);
      }),
      { numRuns: 40 },
    );
  });

  it("stays TCP's where the secrets are another connection's, and v says why", () => {
    const sample = new TlsSample(SUITES[0], 3);
    const network = new SampleNetwork();
    const connection = network.connect(end("10.0.0.1", 40_000), end("10.0.0.2", 443));
    connection.say(sample.clientHello);
    connection.answer(sample.serverFlight());
    const other = sessionOf(network.frames, new TlsSample(SUITES[0], 4).log);
    expect(contentsShown(at("end", other)).sides[0].isCarried).toBe(false);
    expect(at("v", other).notice).toBe("nothing of this stream was decrypted");
  });
});

it("without secrets v does nothing", () => {
  const { trace } = capture;
  const closed: CaptureSession = { name: "closed", trace, problems: [], context: memoryTrace([], 1).context };
  expect(shown("v", closed)).toBe(shown("x", closed));
  expect(at("v", closed).notice).toBeNull();
});
