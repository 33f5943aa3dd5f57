// Inputs of other people's test suites, whole, bytewise and at every cut. They are not part of the project: without them nothing is tested here.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cobs } from "../../../src/framing/codecs/cobs.ts";
import { httpRequests, httpResponses } from "../../../src/framing/codecs/http.ts";
import { slip } from "../../../src/framing/codecs/slip.ts";
import { webSocket } from "../../../src/framing/codecs/websocket.ts";
import { frameBytes } from "../../../src/framing/codecs/websocket-frame.ts";
import { decodeEveryWay, hex } from "./decode.ts";

const FOLDER = join(import.meta.dirname, "../../../../shared/vectors");

function load<T>(name: string): T {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8")) as T;
}

const present = existsSync(FOLDER);
if (!present) console.warn(`vectors: skipped, ${FOLDER} is absent`);

describe.skipIf(!present)("COBS and SLIP vectors", () => {
  const { cases, cobs_invalid: invalid } = present
    ? load<{ cases: { raw: string; cobs_framed: string; slip: string }[]; cobs_invalid: string[] }>(
        "cobs-slip",
      )
    : { cases: [], cobs_invalid: [] };

  test.each(cases)("$raw", ({ raw, cobs_framed: framed, slip: slipped }) => {
    const codec = cobs();
    expect(Buffer.from(codec.encode(hex(raw))).toString("hex")).toBe(framed);
    expect(decodeEveryWay(codec, hex(framed))).toEqual({ frames: [hex(raw)], error: null });
    // RFC 1055: empty packets are not passed on.
    const packets = raw === "" ? [] : [hex(raw)];
    if (raw !== "") expect(Buffer.from(slip().encode(hex(raw))).toString("hex")).toBe(slipped);
    expect(decodeEveryWay(slip(), hex(slipped))).toEqual({ frames: packets, error: null });
  });

  test.each(invalid)("%s is no whole COBS frame", (bytes) => {
    // A zero alone is between frames here, and two zeros end two: what is left is a frame that does not end, or a block that is short.
    const { frames, error } = decodeEveryWay(cobs(), hex(bytes));
    expect(frames).toEqual([]);
    expect(error === null).toBe(bytes === "00");
  });
});

interface WebSocketCase {
  readonly name: string;
  readonly server: boolean;
  readonly writes_hex: readonly string[];
  readonly error: string | null;
}

/** Options of that receiver which are not the protocol's, and inputs that the extraction tore from their context. */
const NOT_FRAMING =
  /skipUTF8Validation|too many|buffered chunks|invalid UTF-8 data \(2\/2\)|permessage-deflate is enabled|ignores any data/;

describe.skipIf(!present)("vectors of the ws receiver", () => {
  const cases = present ? load<{ cases: WebSocketCase[] }>("ws-receiver").cases : [];
  test.each(cases.filter(({ name }) => !NOT_FRAMING.test(name)))(
    "$name",
    ({ server, writes_hex: writes, error }) => {
      const codec = webSocket({ from: server ? "client" : "server" });
      const decoded = decodeEveryWay(codec, hex(writes.join("")), false);
      expect(decoded.error?.kind ?? null).toBe(
        error === null ? null : error === "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH" ? "too long" : "malformed",
      );
    },
  );
});

interface AutobahnCase {
  readonly id: string;
  readonly description: string;
  readonly frames: readonly {
    opcode: number;
    payload_hex?: string;
    payload_len?: number;
    fin?: boolean;
    rsv?: number;
  }[];
  readonly expectedClose?: { closeCode: number[] };
}

describe.skipIf(!present)("Autobahn's cases", () => {
  const cases = present ? load<{ cases: AutobahnCase[] }>("autobahn").cases : [];
  const close = frameBytes({ fin: true, opcode: 8, length: 2, mask: 0x0a0b0c0d }, hex("03e8"));
  // The text of 6.2.2 was extracted in Latin-1; the cases of section 9 come without frames.
  test.each(cases.filter(({ frames, id }) => frames.length > 0 && id !== "6.2.2"))(
    "$id $description",
    ({ frames, expectedClose }) => {
      const parts = frames.map(
        ({ opcode, payload_hex: payload = "", payload_len: length, fin = true, rsv = 0 }) => {
          const bytes = length === undefined ? hex(payload) : new Uint8Array(length).fill(0x2a);
          const frame = frameBytes({ fin, opcode, length: bytes.length, mask: 0x12345678 }, bytes);
          frame[0] |= rsv << 4;
          return frame;
        },
      );
      const stream = Uint8Array.from(Buffer.concat([...parts, close]));
      const fails = expectedClose?.closeCode.includes(1002) === true;
      const { frames: messages, error } = decodeEveryWay(webSocket({ from: "client" }), stream);
      expect(error?.kind ?? null).toBe(fails ? "malformed" : null);
      if (!fails) expect(messages.at(-1)).toEqual({ type: "close", code: 1000, reason: "" });
    },
  );
});

interface HttpCase {
  readonly file: string;
  readonly name: string;
  readonly meta: { readonly type: string; readonly skipBody?: boolean };
  readonly input_hex: string;
  readonly log: readonly string[];
  readonly error: { readonly code: number; readonly reason: string } | null;
}

/** Where that parser and RFC 9112 part, or where what it does depends on a caller. */
const OTHERWISE: Readonly<Record<string, string>> = {
  "OPTIONS request with RTSP": "RTSP is another protocol",
  "RTSP response": "RTSP is another protocol",
  "HTTP version 0.9": "HTTP/0.9 has no status line (RFC 9112 section 2.3 knows 1.x)",
};
/** Its pauses for CONNECT, Upgrade and PRI: the caller decides what follows. */
const PAUSES = new Set([21, 22, 23, 31]);

describe.skipIf(!present)("llhttp's cases", () => {
  const all = present ? load<{ cases: HttpCase[] }>("llhttp").cases : [];
  const cases = all.filter(
    ({ meta, error }) =>
      /^(request|response)$/.test(meta.type) &&
      meta.skipBody !== true &&
      !(error !== null && PAUSES.has(error.code)),
  );

  test("are there", () => {
    expect(cases.length).toBeGreaterThan(60);
  });

  test.each(cases)("$file: $name", ({ name, meta, input_hex: input, log, error }) => {
    const options = { requireHost: false };
    const codec = meta.type === "request" ? httpRequests(options) : httpResponses(options);
    const stream = Buffer.from(input, "hex").toString("latin1");
    // The extraction took the empty line at the end of inputs away.
    const complete = log.filter((line) => /message complete|headers complete/.test(line)).length;
    const last = Math.max(0, ...log.map((line) => Number(/^off=(\d+)/.exec(line)?.[1] ?? 0)));
    const bytes = Buffer.from(
      error === null && complete > 0 && last >= stream.length ? `${stream}\r\n` : stream,
      "latin1",
    );
    const decoded = decodeEveryWay<unknown>(codec as never, Uint8Array.from(bytes));
    const refused = decoded.error !== null && decoded.error.kind !== "incomplete";
    if (Object.hasOwn(OTHERWISE, name)) expect(refused, OTHERWISE[name]).toBe(error === null);
    else if (error === null) expect(decoded.error?.kind ?? "incomplete").toBe("incomplete");
    else expect(decoded.error).not.toBeNull();
    if (refused || error !== null) return;
    const bodies = Buffer.concat((decoded.frames as { body: Uint8Array }[]).map(({ body }) => body)).toString(
      "latin1",
    );
    const spans = log
      .map((line) => /span\[body\]=(.*)$/.exec(line)?.[1])
      .filter((span) => span !== undefined)
      .map((span) =>
        span === "cr"
          ? "\r"
          : span === "lf"
            ? "\n"
            : span.slice(1, -1).replaceAll('\\"', '"').replaceAll("\\\\", "\\"),
      );
    const wholeBodies =
      log.filter((line) => line.includes("message complete")).length >= decoded.frames.length;
    if (wholeBodies && decoded.frames.length > 0) expect(spans.join("").startsWith(bodies)).toBe(true);
  });
});
