import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";

import {
  INITIAL_STATE,
  readState,
  stateOf,
  statePath,
  withRecent,
  writeState,
} from "../../src/cli/saved-state.ts";
import { initialModel } from "../../src/tui/model.ts";
import { helloSession } from "../tui/build-session.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-state-"));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, "deep", "state.json");

describe("where the state is", () => {
  test("as XDG says; a relative folder there is ignored", () => {
    expect(statePath({ XDG_STATE_HOME: "/x", HOME: "/home/me" })).toBe("/x/wirelab/state.json");
    expect(statePath({ XDG_STATE_HOME: "x", HOME: "/home/me" })).toBe(
      "/home/me/.local/state/wirelab/state.json",
    );
    expect(statePath({ HOME: "/home/me" })).toBe("/home/me/.local/state/wirelab/state.json");
  });
});

describe("what is kept", () => {
  test("is read back as it was written; the first time there is nothing, and that is known", () => {
    expect(readState(path)).toEqual({ state: INITIAL_STATE, isFirst: true, problem: null });
    const model = initialModel({
      session: helloSession(),
      size: { width: 80, height: 24 },
      screen: "sequence",
    });
    const chosen = {
      ...model,
      theme: "light",
      recent: ["/a.pcap"],
      filters: ["dns", "a".repeat(301), "tcp.port == 80"],
      packets: { ...model.packets, columns: ["no", "tcp.seq"], times: "clock" as const },
    };
    const state = stateOf(chosen, INITIAL_STATE, "dark");
    writeState(path, state);
    expect(readState(path)).toEqual({ state, isFirst: false, problem: null });
    expect(state).toEqual({
      theme: "light",
      columns: ["no", "tcp.seq"],
      times: "clock",
      filters: ["dns", "tcp.port == 80"],
      recent: ["/a.pcap"],
      screens: { lab: "sequence" },
    });
  });

  test("a theme that the terminal chose is not kept as if somebody had chosen it", () => {
    const model = initialModel({ session: helloSession(), size: { width: 80, height: 24 }, theme: "16" });
    expect(stateOf(model, { ...INITIAL_STATE, theme: "light" }, "16").theme).toBe("light");
  });

  test("files opened lately: the last one first, each once", () => {
    expect(withRecent(["/b", "/a"], "/a")).toEqual(["/a", "/b"]);
  });
});

describe("a file that is not ours any more", () => {
  test.each([
    ["not JSON", "{"],
    ["no object", "[1]"],
    ["another version", '{"version":99}'],
    ["far too long", " ".repeat(100_000)],
  ])("%s: is passed over, with a line that says why", (_, text) => {
    writeFileSync(path, text);
    const { state, problem } = readState(path);
    expect(state).toEqual(INITIAL_STATE);
    expect(problem).toContain("is not used");
  });

  test("a folder in its place, or one that cannot be written: nothing is kept, nothing breaks", () => {
    const taken = join(folder, "taken");
    mkdirSync(taken);
    expect(readState(taken).problem).toContain("is not used");
    writeState(join("/dev/null", "nowhere", "state.json"), INITIAL_STATE);
  });

  test("law: whatever JSON is there, what is read of it is a state", () => {
    const parts = fc.record(
      {
        theme: fc.jsonValue(),
        columns: fc.jsonValue(),
        times: fc.jsonValue(),
        recent: fc.jsonValue(),
        screens: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(parts, (value) => {
        writeFileSync(path, JSON.stringify({ version: 1, ...value }));
        const { state } = readState(path);
        expect(state.theme === null || typeof state.theme === "string").toBe(true);
        expect(state.recent.every((entry) => entry.startsWith("/"))).toBe(true);
        expect(state.columns === null || state.columns.length > 0).toBe(true);
        writeState(path, state);
        expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ version: 1 });
      }),
      { numRuns: 50 },
    );
  });
});
