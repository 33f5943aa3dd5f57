import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { begin, update, view } from "../../src/tui/app.ts";
import { KEYS } from "../../src/tui/key-table.ts";
import { worksOn } from "../../src/tui/keys.ts";
import { initialModel } from "../../src/tui/model.ts";
import type { Effect, Message } from "../../src/tui/messages.ts";
import type { Model } from "../../src/tui/model.ts";
import { modelAt } from "../../src/tui/snapshot.ts";
import { gridToText } from "../../src/tui/render/text.ts";
import { selectedRow } from "../../src/tui/screens/packet-data.ts";
import { helloSession, runOf } from "./build-session.ts";
import { TraceBuilder, helloTrace } from "./build-trace.ts";
import type { Session } from "../../src/tui/session.ts";

const SIZE = { width: 120, height: 40 };
const LESSONS = [
  { name: "tcp-hello", title: "Hello over TCP" },
  { name: "udp-echo", title: "Echo over UDP" },
];

function pressed(keys: string, screen: "lab" | "packets" = "lab", size = SIZE): Model {
  return modelAt(helloSession(), { size, screen, keys: keys.split(" ").filter(Boolean), lessons: LESSONS });
}

function text(model: Model): string {
  return gridToText(view(model, model.size));
}

function send(model: Model, ...messages: Message[]): readonly [Model, readonly Effect[]] {
  let effects: readonly Effect[] = [];
  let at = model;
  for (const message of messages) [at, effects] = update(at, message);
  return [at, effects];
}

describe("playing", () => {
  test("a dashboard that starts playing asks for its first tick and ends paused at the end", () => {
    let model = initialModel({ session: helloSession(), size: SIZE, step: 0, playing: true });
    expect(begin(model)[1]).toMatchObject([{ kind: "wait" }]);
    let effects: readonly Effect[] = begin(model)[1];
    let ticks = 0;
    while (effects.some(({ kind }) => kind === "wait") && ticks < 1000) {
      [model, effects] = update(model, { kind: "tick" });
      ticks++;
    }
    expect(model.playing).toBe(false);
    expect(model.step).toBe(model.session && helloTrace().length - 1);
    expect(text(model)).toContain("✓ ok after 240 ms");
  });

  test("space at the end plays again from the start; space while playing pauses", () => {
    const playing = pressed("space");
    expect(playing.playing).toBe(true);
    expect(playing.step).toBeLessThan(3);
    const [paused] = send(playing, { kind: "key", key: "space" });
    expect(paused.playing).toBe(false);
    expect(update(paused, { kind: "tick" })).toEqual([paused, []]);
  });

  test("what a lesson claims is not judged before the end", () => {
    expect(text(pressed("g"))).not.toContain("✓");
    expect(text(pressed(""))).toContain("✓ the server reads exactly what the client sent");
  });
});

describe("moving the cursor", () => {
  test("left and right step, home and end go to the ends", () => {
    const end = pressed("").step;
    expect(pressed("left").step).toBeLessThan(end);
    expect(pressed("left right").step).toBe(end);
    expect(pressed("home").step).toBe(0 + 1);
    expect(pressed("home end").step).toBe(end);
  });

  test("up in the ladder goes to the row above, in a program to its call before", () => {
    expect(text(pressed("k"))).toContain("LAST_ACK");
    expect(text(pressed("k"))).not.toContain("CLOSED ");
    const call = pressed("tab k");
    expect(call.focus).toBe("program:client");
    expect(text(call)).toContain("recv(1024) … waiting");
  });

  test("a click on the timeline goes there, the wheel on a pane moves in it", () => {
    const [middle] = send(pressed(""), { kind: "mouse", action: "click", x: 60, y: 36 });
    expect(middle.step).toBeGreaterThan(20);
    expect(middle.step).toBeLessThan(40);
    const [up] = send(pressed(""), { kind: "mouse", action: "wheelup", x: 10, y: 12 });
    expect(up.step).toBeLessThan(pressed("").step);
  });
});

describe("lessons and runs", () => {
  test("r asks for another seed, n and p for the neighbours, the picker for the one chosen", () => {
    const start = pressed("");
    expect(send(start, { kind: "key", key: "r" })[1]).toEqual([{ kind: "rerun", seed: 8 }]);
    expect(send(start, { kind: "key", key: "n" })[1]).toEqual([{ kind: "lesson", name: "udp-echo" }]);
    expect(send(start, { kind: "key", key: "p" })[1]).toEqual([{ kind: "lesson", name: "udp-echo" }]);
    const picked = send(pressed("s down"), { kind: "key", key: "enter" });
    expect(picked[1]).toEqual([{ kind: "lesson", name: "udp-echo" }]);
  });

  test("a run that is opened plays from its start; what is learnt of it later leaves the cursor alone", () => {
    const running = helloSession({ loopback: "running", differences: [] });
    const [opened, effects] = send(pressed("3"), { kind: "open", session: running });
    expect(opened).toMatchObject({ playing: true, screen: "packets", busy: null });
    expect(effects).toContainEqual({ kind: "wait", ms: 80 });
    const [known] = send(opened, { kind: "update", session: helloSession() });
    expect(known.step).toBe(opened.step);
    expect(known.playing).toBe(true);
  });

  test("what could not be done is said in the top bar", () => {
    const [failed] = send(pressed(""), { kind: "failed", why: "no such lesson" });
    expect(text(failed).split("\n")[0]).toContain("no such lesson");
  });
});

describe("packets", () => {
  test("the list holds every packet, lost ones marked with where and why, and the cursor selects in it", () => {
    expect(text(pressed("", "packets"))).toContain("✗ loss at client-server");
    expect(text(pressed("3 home"))).toContain("1 of 10");
    const early = modelAt(helloSession(), { size: SIZE, screen: "packets", at: { step: 8 } });
    expect(text(early)).toContain("1 of 10");
    expect(selectedRow(early)).toBe(0);
    const third = pressed("3 home down down");
    expect(selectedRow(third)).toBe(2);
    expect(third.step).toBeGreaterThan(early.step);
  });

  test("o shows loopback's packets, all of them whatever the cursor, and says how to get them when there are none", () => {
    expect(text(pressed("o", "packets")).split("\n")[0]).toContain("no loopback packets: run as root");
    const b = new TraceBuilder();
    b.tcp({ from: "client", to: "server", flags: ["SYN"], seq: 1 });
    const loopback = runOf(b.trace, "kernel");
    const early = { size: SIZE, screen: "packets", at: { step: 0 }, keys: ["o"] } as const;
    const shown = text(modelAt(helloSession({ loopback }), early));
    expect(shown).toContain("Packets on loopback (kernel)");
    expect(shown).toContain("1 of 1");
    const back = modelAt(helloSession({ loopback }), { ...early, keys: ["o", "o"] });
    expect(text(back)).toContain("Packets, simulated (o: loopback)");
  });

  test("a filter keeps what passes and is dropped by escape", () => {
    const filtered = pressed("/ t c p . l e n > 0 enter", "packets");
    expect(filtered.packets.filter?.rows).toEqual([3, 4, 6]);
    expect(text(filtered)).toContain("3 shown");
    const [dropped] = send(filtered, { kind: "key", key: "escape" });
    expect(dropped.packets.filter).toBeNull();
  });

  test("a filter reads on in a capture that has grown", () => {
    const b = new TraceBuilder();
    b.udp("client", "server", "one");
    const capture: Session = { name: "-", trace: b.trace, problems: [] };
    const filtered = modelAt(capture, { size: SIZE, keys: ["/", ..."udp".split(""), "enter"] });
    expect(filtered.packets.filter?.rows).toEqual([0]);
    b.udp("client", "server", "two");
    const [grown, effects] = send(filtered, { kind: "update", session: { ...capture } });
    expect(effects).toEqual([{ kind: "scan" }]);
    expect(send(grown, { kind: "scan" })[0].packets.filter?.rows).toEqual([0, 1]);
  });

  test("a filter that is none says why, under the place", () => {
    const wrong = pressed("/ t c p . x x enter", "packets");
    expect(wrong.packets.typing?.line.text).toBe("tcp.xx");
    const [, line, problem] = text(wrong).split("\n");
    expect(problem.indexOf("^")).toBe(line.indexOf("tcp.xx"));
  });

  test("a line of the details opens and closes, and lights its bytes", () => {
    const open = pressed("tab home enter", "packets");
    expect(text(open)).toMatch(/▾ Frame 1/);
    const port = pressed("tab j", "packets");
    expect(text(port)).toContain("2 of 40 bytes");
  });
});

describe("help", () => {
  test("lists every key that works here, and closes", () => {
    const help = pressed("?", "lab", { width: 80, height: 24 });
    const here = KEYS.filter((binding) => worksOn(binding, help));
    // Longer than the screen: it scrolls.
    let shown = "";
    let [page] = [help];
    for (let i = 0; i < 5; i++) {
      shown += text(page);
      [page] = send(page, { kind: "key", key: "pagedown" });
    }
    for (const { help: words } of here) expect(shown).toContain(words);
    expect(send(page, { kind: "key", key: "home" })[0]).toEqual(help);
    expect(send(help, { kind: "key", key: "escape" })[0].popup).toBeNull();
  });
});

const key = fc.constantFrom(...KEYS.flatMap(({ keys }) => keys), "x", "backspace", "C-u", "é", "a");
const message: fc.Arbitrary<Message> = fc.oneof(
  { weight: 6, arbitrary: key.map((name) => ({ kind: "key" as const, key: name })) },
  fc.record({
    kind: fc.constant("mouse" as const),
    action: fc.constantFrom("click" as const, "drag" as const, "wheelup" as const, "wheeldown" as const),
    x: fc.integer({ min: 0, max: 210 }),
    y: fc.integer({ min: 0, max: 70 }),
  }),
  fc.record({
    kind: fc.constant("resize" as const),
    width: fc.integer({ min: 1, max: 220 }),
    height: fc.integer({ min: 1, max: 70 }),
  }),
  fc.constantFrom<Message>({ kind: "tick" }, { kind: "scan" }),
  fc.constant<Message>({ kind: "open", session: helloSession() }),
);

describe("whatever is pressed", () => {
  test("the cursor stays in the trace, the selection in the list, and the screen can be painted", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 60 }), (messages) => {
        let model = initialModel({ session: helloSession(), size: SIZE, lessons: LESSONS });
        for (const one of messages) {
          [model] = update(model, one);
          expect(model.step).toBeGreaterThanOrEqual(0);
          expect(model.step).toBeLessThan(helloTrace().length);
          const grid = view(model, model.size);
          expect([grid.width, grid.height]).toEqual([model.size.width, model.size.height]);
        }
      }),
      { numRuns: 60 },
    );
  });
});
