import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { checkFraming } from "../../../src/framing/check.ts";
import type { Counterexample } from "../../../src/framing/report/report.ts";
import { begin, update, view } from "../../../src/tui/app.ts";
import { lastStep } from "../../../src/tui/framing-cursor.ts";
import { KEYS } from "../../../src/tui/key-table.ts";
import { worksOn } from "../../../src/tui/keys.ts";
import { initialModel } from "../../../src/tui/model.ts";
import type { Effect, Message } from "../../../src/tui/messages.ts";
import type { Model } from "../../../src/tui/model.ts";
import { gridToText } from "../../../src/tui/render/text.ts";
import { framingSession } from "../../../src/tui/session.ts";
import type { FramingSession } from "../../../src/tui/session.ts";
import { modelAt, renderScreen } from "../../../src/tui/snapshot.ts";
import type { Moment } from "../../../src/tui/snapshot.ts";
import { monoTheme } from "../../../src/tui/theme.ts";
import { brokenSession, lawReport, PARTED, reportOf, sessionOf, soundSession } from "../build-framing.ts";
import { lengthPrefix as forgets } from "../codecs/forgets-half-header.ts";
import { lengthPrefix as keeps } from "../codecs/keeps-half-header.ts";

const SIZE = { width: 120, height: 40 };
const SMALL = { width: 80, height: 24 };
const parted = sessionOf(lawReport(null, { law: "round-trip" }), lawReport(PARTED));

function shown(session: FramingSession, at: Moment = "end", keys = "", size = SIZE): string {
  return gridToText(renderScreen(session, { size, at, keys: keys.split(" ").filter(Boolean) }));
}

function pressed(keys: string, session = parted, at: Moment = "end"): Model {
  return modelAt(session, { size: SIZE, at, keys: keys.split(" ").filter(Boolean) });
}

function press(model: Model, key: string): readonly [Model, readonly Effect[]] {
  return update(model, { kind: "key", key });
}

describe("stepping through a counterexample", () => {
  test("before the first chunk nothing came out, and each frame says how many of its bytes are in", () => {
    const text = shown(parted, { step: 0 });
    expect(text).toContain("nothing pushed yet: 12 bytes in 5 chunks");
    expect(text).toContain("0 of its 5 bytes are in");
    expect(text).not.toContain("▲1");
  });

  test("frames appear below the chunk that completed them", () => {
    expect(shown(parted, { step: 1 })).not.toContain('= "ab\\n"');
    expect(shown(parted, { step: 2 })).toContain('= "ab\\n"');
    expect(shown(parted, { step: 2 })).toContain("▲1");
  });

  test("where sent and received part, the frame is marked, and not before", () => {
    expect(shown(parted, { step: 3 })).not.toContain("≠");
    expect(shown(parted, { step: 4 })).toContain('≠ "bb\\n"');
  });

  test("an empty chunk is a step of its own", () => {
    expect(shown(parted, { step: 3 })).toContain("push()  chunk 3 of 5, empty, at byte 6");
  });

  test("at the end what never came out is said, with the error", () => {
    const text = shown(parted);
    expect(text).toContain("✗ never came out");
    expect(text).toContain("FramingError: a length of 24930");
    expect(text).toContain('✗ frame 2 is "bb\\n" and should be "bb"');
  });

  test("a frame whose bytes are all in and that is not out is marked before the end", () => {
    const late: Counterexample = { ...PARTED, actual: [], errors: [], contrast: null };
    expect(shown(sessionOf(lawReport(late)), { step: 2 })).toContain("not out, though all its bytes are in");
  });

  test("the passing cut stands at the same byte: a chunk of it counts once all of it is in", () => {
    expect(shown(parted, { step: 2 })).toContain('1 of 3 out  1 "ab\\n"');
    expect(shown(parted, { step: 4 })).toContain("2 of 3 out");
    expect(shown(parted, { step: 5 })).toContain("✓ as sent");
  });

  test("a chunk of the passing cut that has not come whole is said to be awaited", () => {
    const oneChunk = { ...PARTED.contrast!, cuts: [] };
    const text = shown(sessionOf(lawReport({ ...PARTED, contrast: oneChunk })), { step: 2 });
    expect(text).toContain("0 of 3 out  chunk 1 is not whole yet");
  });

  test("a hang is the last step", () => {
    const hung: Counterexample = { ...PARTED, hang: { kind: "does not return", chunk: 3 }, errors: [] };
    const session = sessionOf(lawReport(hung));
    expect(lastStep(session, 0)).toBe(4);
    expect(shown(session)).toContain("∞ the decoder does not return");
  });

  test("frames that a codec joins are not compared one by one", () => {
    const pieces = { ...PARTED.contrast!, actual: [{ text: '"ab\\nbba"', chunk: 2 }] };
    const text = shown(sessionOf(lawReport({ ...PARTED, contrast: pieces })));
    expect(text).not.toContain("≠");
    expect(text).not.toContain("never came out");
  });

  test("seed and path to come here again are on the screen", () => {
    expect(shown(parted)).toContain("--seed 1 --path any-chunking/12:0:3:1");
    expect(shown(parted, "end", "", SMALL)).toContain("--seed 1 --path any-chunking/12:0:3:1");
  });
});

describe("keys", () => {
  test("left and right go a chunk, home and end to the ends, and playing stops", () => {
    expect(pressed("left").step).toBe(5);
    expect(pressed("home").step).toBe(0);
    expect(pressed("home right right").step).toBe(2);
    expect(pressed("home left").step).toBe(0);
    expect(pressed("home end").step).toBe(6);
    expect(pressed("space right").playing).toBe(false);
  });

  test("space at the end plays from the first chunk to the last, a tick a chunk", () => {
    let [model, effects] = press(pressed(""), "space");
    expect(model).toMatchObject({ playing: true, step: 0 });
    const steps: number[] = [];
    while (effects.some(({ kind }) => kind === "wait") && steps.length < 100) {
      [model, effects] = update(model, { kind: "tick" });
      steps.push(model.step);
    }
    expect(steps).toEqual([1, 2, 3, 4, 5, 6]);
    expect(model.playing).toBe(false);
  });

  test("up and down choose a law when the laws have the focus, and a chunk when the cut has it", () => {
    expect(pressed("tab up").framing.selected).toBe(0);
    expect(pressed("up")).toMatchObject({ step: 5, framing: { selected: 1 } });
  });

  test("another law is shown at its end, and n goes around the broken ones", () => {
    const session = brokenSession();
    const broken = reportOf("forgets-half-header").laws.flatMap(({ verdict }, i) =>
      verdict === "broken" ? [i] : [],
    );
    expect(broken.length).toBeGreaterThan(1);
    const at = (keys: string): number => pressed(keys, session).framing.selected;
    expect(at("")).toBe(broken[0]);
    expect(at("n")).toBe(broken[1]);
    expect(at("p")).toBe(broken.at(-1));
    expect(at(broken.map(() => "n").join(" "))).toBe(broken[0]);
    expect(pressed("home n", session).step).toBe(lastStep(session, broken[1]));
  });

  test("with one broken law n stays; without any it stays and nothing plays", () => {
    expect(pressed("home n")).toMatchObject({ step: 0, framing: { selected: 1 } });
    const [model, effects] = press(pressed("n", soundSession()), "space");
    expect(model.playing).toBe(false);
    expect(effects).toEqual([]);
  });

  test("other screens' keys do nothing here", () => {
    const model = pressed("");
    for (const key of ["1", "r", "s", "/", "o"]) expect(press(model, key)).toEqual([model, []]);
  });

  test("3 shows the counterexample's packets, as its pcapng has them, and back the chunks are where they were", () => {
    const before = pressed("home right");
    const packets = press(before, "3")[0];
    expect(packets.screen).toBe("packets");

    expect(shown(parted, "end", "3")).toContain("[PSH, ACK]");
    const [back] = press(press(packets, "down")[0], "6");
    expect(back).toMatchObject({ screen: "framing", step: before.step });
  });

  test("a codec that keeps the laws has no packets to show", () => {
    expect(press(pressed("", soundSession()), "3")[0].screen).toBe("framing");
  });

  test("every key of the screen stands in its help", () => {
    const text = shown(parted, "end", "?");
    const own = KEYS.filter((binding) => worksOn(binding, pressed("?")));
    expect(own.length).toBeGreaterThan(5);
    expect(own.map(({ help }) => help).filter((help) => !text.includes(help))).toEqual([]);
  });

  test("below 100x30 tab changes between the laws and the counterexample", () => {
    expect(shown(parted, "end", "", SMALL)).toContain("came out");
    expect(shown(parted, "end", "tab", SMALL)).toContain("✓ kept");
    expect(shown(parted, "end", "tab", SMALL)).not.toContain("came out");
  });
});

describe("the mouse", () => {
  const click = (model: Model, x: number, y: number): Model =>
    update(model, { kind: "mouse", action: "click", x, y })[0];

  test("a click chooses the law under it", () => {
    const model = pressed("");
    const y = shown(parted)
      .split("\n")
      .findIndex((line) => line.includes("round-trip"));
    expect(click(model, 10, y).framing).toEqual({ focus: "laws", selected: 0 });
  });

  test("a click on the timeline goes to that chunk, the wheel steps", () => {
    const model = pressed("");
    const y = shown(parted)
      .split("\n")
      .findIndex((line) => line.includes("●"));
    expect(click(model, 2, y).step).toBe(0);
    expect(update(model, { kind: "mouse", action: "wheelup", x: 60, y: 5 })[0].step).toBe(5);
  });
});

test("a law that holds shows what it was tried on and the bug it excludes", () => {
  const text = shown(soundSession());
  expect(text).toContain("✓ keeps all laws asked");
  expect(text).toMatch(/✓ \S+ holds: 100 runs, none broke it/);
  expect(text).toContain("a header, delimiter or payload that two reads share");
});

test("without colours nothing is lost: marks and words carry it", () => {
  const plain = gridToText(renderScreen(parted, { size: SIZE, theme: monoTheme }));
  expect(plain).toBe(shown(parted));
  expect(plain).toContain("≠");
});

test("an opened screen plays its first counterexample from before the first chunk", () => {
  const model = initialModel({ session: parted, size: SIZE, step: 0, playing: true });
  expect(model).toMatchObject({ screen: "framing", step: 0, framing: { selected: 1, focus: "cut" } });
  expect(begin(model)[1]).toMatchObject([{ kind: "wait" }]);
});

test("the reports kept beside the codecs are what the laws say", async () => {
  for (const [name, codec] of [
    ["forgets-half-header", forgets],
    ["keeps-half-header", keeps],
  ] as const) {
    const report = await checkFraming(codec);
    const broken = (laws: typeof report.laws): string[] =>
      laws.filter(({ verdict }) => verdict === "broken").map(({ law }) => law);
    expect(broken(report.laws)).toEqual(broken(reportOf(name).laws));
    expect(shown(framingSession(name, [report]))).toContain(report.codec.slice(0, 30));
  }
});

const counterexamples: fc.Arbitrary<Counterexample> = fc
  .record({
    bytes: fc.uint8Array({ maxLength: 300 }),
    cuts: fc.array(fc.nat(300), { maxLength: 40 }),
    ends: fc.uniqueArray(fc.nat(300), { maxLength: 12 }),
    out: fc.array(fc.tuple(fc.string({ unit: "binary", maxLength: 70 }), fc.nat(45)), { maxLength: 30 }),
    errors: fc.array(fc.nat(45), { maxLength: 3 }),
    hang: fc.option(fc.nat(45)),
    end: fc.boolean(),
    framed: fc.boolean(),
    contrast: fc.boolean(),
  })
  .map(({ bytes, cuts, ends, out, errors, hang, end, framed, contrast }): Counterexample => {
    const upTo = (all: readonly number[]): number[] =>
      all.filter((at) => at <= bytes.length).sort((a, b) => a - b);
    const chunks = upTo(cuts);
    const borders = upTo(ends);
    const expected = borders.map((to, i) => ({
      text: `"${i}"`,
      code: null,
      start: i === 0 ? 0 : borders[i - 1],
      end: to,
    }));
    const actual = out
      .map(([text, chunk]) => ({ text, chunk: Math.min(chunk, chunks.length + 1) }))
      .sort((a, b) => a.chunk - b.chunk);
    return {
      problem: "something is wrong",
      bytes: Buffer.from(bytes).toString("hex"),
      tick: false,
      overwrite: true,
      path: "3:1",
      cuts: chunks,
      end,
      expected: framed ? expected : null,
      actual,
      errors: errors.map((chunk) => ({ kind: null, message: "an error", chunk })),
      hang: hang === null ? null : { kind: "never answers", chunk: Math.min(hang, chunks.length + 1) },
      contrast: contrast ? { cuts: [], tick: false, actual: [], errors: [], hang: null } : null,
    };
  });

const messages: fc.Arbitrary<Message> = fc.oneof(
  fc.constantFrom(...KEYS.flatMap(({ keys }) => keys), "x").map((key): Message => ({ kind: "key", key })),
  fc.constant<Message>({ kind: "tick" }),
  fc
    .record({ width: fc.integer({ min: 1, max: 220 }), height: fc.integer({ min: 1, max: 70 }) })
    .map(({ width, height }): Message => ({ kind: "resize", width, height })),
  fc
    .record({
      action: fc.constantFrom("click", "drag", "wheelup", "wheeldown"),
      x: fc.nat(220),
      y: fc.nat(70),
    })
    .map(({ action, x, y }): Message => ({ kind: "mouse", action, x, y })),
);

test("whatever is pressed on whatever was found, the cursor stays among the chunks and the screen can be painted", () => {
  fc.assert(
    fc.property(counterexamples, fc.array(messages, { maxLength: 30 }), (counterexample, sent) => {
      const session = sessionOf(lawReport(counterexample), lawReport(null));
      let model = initialModel({ session, size: SIZE });
      for (const message of sent) {
        [model] = update(model, message);
        expect(model.step).toBeGreaterThanOrEqual(0);
        expect(model.step).toBeLessThanOrEqual(lastStep(session, model.framing.selected));
        const { width, height } = model.size;
        const grid = view(model, model.size);
        expect([grid.width, grid.height]).toEqual([width, height]);
      }
    }),
    { numRuns: 60 },
  );
});
