import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { INITIAL_STATE } from "../../src/cli/saved-state.ts";
import { screenStart } from "../../src/cli/screen-start.ts";
import { view } from "../../src/tui/app.ts";
import { initialModel } from "../../src/tui/model.ts";
import { gridToText } from "../../src/tui/render/text.ts";
import { modelAt } from "../../src/tui/snapshot.ts";
import { helloSession } from "../tui/build-session.ts";
import { wirelab } from "./wirelab.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-screen-"));
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(() => {
  vi.stubEnv("XDG_STATE_HOME", folder);
  vi.stubEnv("WIRELAB_STATE", "");
  vi.stubEnv("NO_COLOR", "");
  vi.stubEnv("COLORTERM", "");
  vi.stubEnv("TERM", "xterm-256color");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("how a dashboard begins", () => {
  test("the first time with a hint; then with the theme chosen, which a flag overrules", () => {
    const first = screenStart({});
    expect(first.hint).toContain("? lists the keys");
    first.save({ ...INITIAL_STATE, theme: "light" });
    expect(screenStart({})).toMatchObject({ theme: "light", hint: null, problem: null });
    expect(screenStart({ theme: "mono" }).theme).toBe("mono");
    vi.stubEnv("TERM", "linux");
    expect(screenStart({}).theme).toBe("16");
  });

  test("without state nothing is read and nothing kept", () => {
    screenStart({}).save({ ...INITIAL_STATE, theme: "light" });
    for (const start of [
      screenStart({ state: false }),
      (vi.stubEnv("WIRELAB_STATE", "off"), screenStart({})),
    ]) {
      expect(start).toMatchObject({ theme: "dark", hint: null, state: INITIAL_STATE });
      start.save({ ...INITIAL_STATE, theme: "mono" });
    }
    vi.stubEnv("WIRELAB_STATE", "");
    expect(screenStart({}).theme).toBe("light");
  });

  test("a theme that is none is refused with those like it", () => {
    expect(() => screenStart({ theme: "lihgt" })).toThrow(
      "--theme lihgt: no such choice (did you mean light?)",
    );
  });

  test("the hint stands where the keys are until the first one, what went wrong in the top bar", () => {
    const size = { width: 80, height: 24 };
    const options = { session: helloSession(), size, hint: "New here?", notice: "state.json is not used" };
    const rows = gridToText(view(initialModel(options), size)).split("\n");
    expect(rows[23]).toContain("New here?");
    expect(rows[0]).toContain("state.json is not used");
    expect(gridToText(view(modelAt(helloSession(), { size, keys: ["home"] }), size))).not.toContain(
      "New here?",
    );
  });
});

describe("the flags of screens", () => {
  const capture = "fixtures/captures/udp-loss-reorder.pcapng";

  test("are taken by replay", async () => {
    const { code, stdout, stderr } = await wirelab(["replay", capture, "--theme", "light", "--no-state"]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain("WIRELAB");
  });

  test.each([
    [["replay", capture, "--theme", "lihgt"], "--theme lihgt: no such choice (did you mean light?)"],
    [["replay", capture, "--through", "sim", "--theme", "light"], "--theme: is for the screens"],
    [
      ["verify", "codec.ts", "--open", "--theme", "drak"],
      "--theme drak: no such choice (did you mean dark?)",
    ],
    [["verify", "codec.ts", "--no-state"], "--no-state: is for --open, the screen"],
  ])("are refused where there is no screen, or no such theme: %s", async (words, message) => {
    expect(await wirelab(words)).toEqual({ code: 2, stdout: "", stderr: `wirelab: ${message}\n` });
  });
});
