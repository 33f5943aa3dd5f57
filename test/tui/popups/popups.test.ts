import { describe, expect, test } from "vitest";

import { openLab } from "../../../src/scenario/session.ts";
import { LESSON_LIST, LESSONS } from "../../../src/scenario/catalogue.ts";
import { interventionText, parseInterventions } from "../../../src/scenario/intervention.ts";
import { runScenario } from "../../../src/scenario/run.ts";
import { withSimulation } from "../../../src/scenario/session.ts";
import type { LabSession } from "../../../src/scenario/session.ts";
import { traceHash } from "../../../src/trace/hash.ts";
import { update, view } from "../../../src/tui/app.ts";
import { KEYS } from "../../../src/tui/key-table.ts";
import type { Effect, Message } from "../../../src/tui/messages.ts";
import { SCREEN_NAMES } from "../../../src/tui/model.ts";
import type { Model } from "../../../src/tui/model.ts";
import { repeatingArguments, repeatingCommand } from "../../../src/tui/network.ts";
import { gridToText } from "../../../src/tui/render/text.ts";
import { isLab } from "../../../src/tui/session.ts";
import type { Session } from "../../../src/tui/session.ts";
import { modelAt } from "../../../src/tui/snapshot.ts";
import { brokenSession } from "../build-framing.ts";
import { helloSession } from "../build-session.ts";

/** What the list has for a command's text where others have words behind it. */
const COMMAND_CELLS = 46;
const SIZE = { width: 120, height: 40 };
const hello = LESSONS.find(({ name }) => name === "tcp-hello")!;
const lab = await openLab(hello, { seed: 3 });

function at(session: Session, keys: string, step?: number): Model {
  return modelAt(session, {
    size: SIZE,
    lessons: LESSON_LIST,
    keys: keys.split(" ").filter(Boolean),
    ...(step === undefined ? {} : { at: { step } }),
  });
}

function text(model: Model): string {
  return gridToText(view(model, model.size));
}

function press(model: Model, keys: string): readonly [Model, readonly Effect[]] {
  let effects: readonly Effect[] = [];
  let now = model;
  for (const key of keys.split(" ").filter(Boolean)) [now, effects] = update(now, { kind: "key", key });
  return [now, effects];
}

function send(model: Model, message: Message): Model {
  return update(model, message)[0];
}

/** What the outside does with a `change` effect. */
async function changed(model: Model, effects: readonly Effect[]): Promise<Model> {
  const [effect] = effects;
  if (effect?.kind !== "change" || !isLab(model.session))
    throw new Error(`no change: ${JSON.stringify(effects)}`);
  const { sim } = model.session;
  const next = await runScenario(sim.scenario, { seed: sim.seed, interventions: effect.interventions });
  const { stand, playing } = effect;
  return send(model, { kind: "changed", session: withSimulation(model.session, next), stand, playing });
}

function labOf(model: Model): LabSession {
  if (!isLab(model.session)) throw new Error("no lab");
  return model.session;
}

describe("changing the network at the cursor", () => {
  test("the form shows what holds, arrows turn it, Enter asks for a run with it from here on", async () => {
    const opened = at(lab, "i right down right right", 20);
    expect(text(opened)).toContain("0 %  →  1 %");
    expect(text(opened)).toContain("10 ms  →  50 ms");
    const [asked, effects] = press(opened, "enter");
    expect(asked).toMatchObject({ popup: null, busy: expect.stringContaining("loss, delayMs") });
    const now = await changed(asked, effects);
    expect(now.step).toBe(20);
    const { trace, interventions } = labOf(now).sim;
    const time = lab.sim.trace.timeNs(20) + 1;
    expect(interventions.map(interventionText)).toEqual([
      `${time / 1e6}ms:client-server.loss=1%`,
      `${time / 1e6}ms:client-server.delayMs=50`,
    ]);
    for (let step = 0; step <= 20; step++) expect(trace.step(step)).toEqual(lab.sim.trace.step(step));
    expect(text(now).split("\n")[0]).toContain("Δ2");
    expect(text(press(now, "i")[0])).toContain("client-server.delayMs=50");
  });

  test("the mouse chooses a line of the form and turns it, and closes it from outside", () => {
    const open = at(lab, "i", 20);
    const rows = text(open).split("\n");
    const y = rows.findIndex((row) => /bandwidth +unlimited/.test(row));
    const click = { kind: "mouse", action: "click", x: rows[y].indexOf("bandwidth"), y } as const;
    const chosen = send(open, click);
    expect(chosen.popup).toMatchObject({ kind: "network", selected: 2, draft: {} });
    expect(text(send(chosen, { ...click, action: "wheeldown" }))).toContain("unlimited  →  1 Gbit/s");
    expect(send(chosen, { kind: "mouse", action: "click", x: 0, y: 0 }).popup).toBeNull();
  });

  test("a link taken down stays so until it is taken up, and the form knows at every moment", async () => {
    let now = await changed(...press(at(lab, "", 20), "i down down down right enter"));
    const [before] = press({ ...now, step: 5 }, "i");
    expect(text(before)).toMatch(/link +up/);
    const [after, effects] = press({ ...now, step: 25 }, "i");
    expect(text(after)).toMatch(/link +down/);
    expect(effects).toEqual([]);
    now = await changed(...press(after, "down down down right enter"));
    expect(labOf(now).sim.interventions).toMatchObject([
      { change: { settings: { down: true } } },
      { change: { settings: { down: false } } },
    ]);
  });

  test("x drops the packet selected and goes to where it dies; u takes that back; a lost packet is not lost twice", async () => {
    const packets = lab.sim.trace.packets.count;
    for (const row of [0, 3, packets - 1]) {
      const model = { ...at(lab, "3"), step: -1 };
      const [selected] = press(model, ["home", ...Array.from({ length: row }, () => "down")].join(" "));
      const now = await changed(...press(selected, "x"));
      const entry = labOf(now).sim.trace.step(now.step);
      const event = "event" in entry ? labOf(now).sim.trace.events[entry.event] : null;
      expect(event).toMatchObject({ kind: "drop", packet: row, reason: "intervention" });
      const [again] = press(now, "x");
      expect(again.notice).toContain(`packet ${row + 1} is lost already`);
      const back = await changed(...press(now, "u"));
      expect(traceHash(labOf(back).sim.trace)).toBe(traceHash(lab.sim.trace));
    }
  });

  test("the filter stays on, over the packets there are then", async () => {
    const keys = ["3", "/", ..."tcp.flags.syn==1".split(""), "enter", "home"];
    let [model] = press(at(lab, ""), keys.join(" "));
    expect(model.packets.filter?.rows).toEqual([0, 1]);
    model = await changed(...press(model, "x"));
    model = send(model, { kind: "scan" });
    expect(model.packets.filter?.text).toBe("tcp.flags.syn==1");
    expect(model.packets.filter?.rows.length).toBe(3);
  });

  test("at the end of a run there is nothing left to change, and undoing nothing says so", () => {
    expect(press(at(lab, ""), "i right enter")[0].notice).toContain("the run is over here");
    expect(press(at(lab, ""), "u")[0].notice).toBe("nothing was changed in this run");
  });

  test("a run that was playing goes on with the change", async () => {
    const [playing] = press(at(lab, "", 20), "space");
    expect(playing.playing).toBe(true);
    const [asked, effects] = press(playing, "i right enter");
    expect(asked.playing).toBe(false);
    expect((await changed(asked, effects)).playing).toBe(true);
  });

  test("the command shown repeats the run, packet for packet", async () => {
    const now = await changed(...press(at(lab, "", 20), "i right down right enter"));
    const session = {
      ...labOf(now),
      given: { what: "tcp-hello", flags: ["--set", "client-server.mtu=900; rm"] },
    };
    expect(repeatingCommand(session)).toMatch(
      /^wirelab run tcp-hello --set 'client-server\.mtu=900; rm' --seed 3 --change [\d.]+ms:client-server\.loss=1% --change /,
    );
    expect(repeatingArguments(labOf(now))).toContain("--change");
    const [, effects] = press(now, "i y");
    expect(effects).toMatchObject([{ kind: "copy", text: repeatingCommand(labOf(now)) }]);
    const [, [saved]] = press(now, "i w");
    const text = saved?.kind === "save" ? saved.text : "";
    expect(parseInterventions(text, hello.topology.links)).toEqual(labOf(now).sim.interventions);
  });
});

test.each(SCREEN_NAMES.map((screen, i) => [screen, String(i + 1)]))(
  "no line of the help is cut at 80 columns: on %s",
  (screen, key) => {
    const session = screen === "framing" ? brokenSession() : lab;
    const keys = screen === "framing" ? ["?"] : [key, "?"];
    const shown = text(modelAt(session, { size: { width: 80, height: 24 }, keys })).split("\n");
    const lines = shown.slice(2, -3).map((line) => line.slice(2, -2));
    expect(lines.join("\n")).toMatch(/ Moving /);
    for (const line of lines) expect(line).not.toMatch(/…|\S[▐▕]/);
  },
);

describe("the list of commands", () => {
  test("finds by letters what a key would do, and does it", () => {
    const [open] = press(at(helloSession(), ""), ":");
    expect(text(open)).toContain("choose a lesson");
    const [found] = press(open, "s c r e e n p a c");
    expect(text(found)).toContain("screen: packets");
    expect(press(found, "enter")[0]).toMatchObject({ screen: "packets", popup: null });
    expect(press(open, "q u i t enter")[1]).toEqual([{ kind: "quit" }]);
  });

  test("finds what Wireshark has another name for by that name; no text of a command is cut off", () => {
    const start = at(helloSession(), "3");
    const [stream] = press(start, ": f o l l o w space s t r e a m enter");
    expect(stream.screen).toBe("stream");
    expect(press(start, ": a p p l y space a s space f i l t e r enter")[0].popup).toMatchObject({
      from: "filters",
    });
    const both = KEYS.filter(({ about }) => about !== undefined);
    for (const { command = "" } of both) expect(command.length).toBeLessThanOrEqual(COMMAND_CELLS);
  });

  test("lessons and themes are among them, Esc leaves everything as it was", () => {
    const start = at(helloSession(), "");
    const [lesson] = press(start, ": b l o a t");
    expect(press(lesson, "enter")[1]).toEqual([{ kind: "lesson", name: "bufferbloat" }]);
    expect(press(start, ": t h e m e : m o n o enter")[0].theme).toBe("mono");
    expect(press(lesson, "escape")[0]).toEqual(start);
  });

  test("a click chooses a line, one beside the list closes it", () => {
    const [open] = press(at(helloSession(), ""), ": q u i t");
    const rows = text(open).split("\n");
    const y = rows.findIndex((row) => row.includes("▌ quit"));
    const x = rows[y].indexOf("quit");
    expect(update(open, { kind: "mouse", action: "click", x, y })[1]).toEqual([{ kind: "quit" }]);
    expect(send(open, { kind: "mouse", action: "click", x: 0, y: 39 }).popup).toBeNull();
  });
});

describe("choosing lessons and files", () => {
  test("lessons stand under their chapters, at the one that is on", () => {
    const open = at(lab, "s");
    expect(text(open)).toContain("Streams of bytes");
    expect(text(open)).toMatch(/▌•tcp-hello/);
    expect(press(open, "down enter")[1]).toEqual([{ kind: "lesson", name: "tcp-echo-recv16" }]);
  });

  test("O looks into a folder; a folder chosen is looked into, a file opened", () => {
    const [asked, effects] = press(at(lab, ""), "O");
    expect(effects).toEqual([{ kind: "list", folder: null }]);
    const open = send(asked, {
      kind: "listed",
      folder: {
        path: "/home/me",
        entries: [
          { name: "..", path: "/home", kind: "folder", detail: "" },
          { name: "web.pcapng", path: "/home/me/web.pcapng", kind: "capture", detail: "12 KiB" },
        ],
      },
    });
    expect(text(open)).toContain("/home/me");
    expect(text(open)).toMatch(/web\.pcapng +12 KiB/);
    expect(press(open, "enter")[1]).toEqual([{ kind: "list", folder: "/home" }]);
    expect(press(open, "w e b enter")[1]).toEqual([{ kind: "file", path: "/home/me/web.pcapng" }]);
  });
});
