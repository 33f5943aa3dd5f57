// Statistics limited to the filter of the Packets screen. The numbers are tshark 4.0's, of `-z conv,tcp,FILTER` and its like.

import { expect, test, vi } from "vitest";

import { contextOf } from "../../../src/capture/context.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { update, view } from "../../../src/tui/app.ts";
import type { Effect } from "../../../src/tui/messages.ts";
import { initialModel } from "../../../src/tui/model.ts";
import type { Model } from "../../../src/tui/model.ts";
import { gridToText } from "../../../src/tui/render/text.ts";
import { lineAt, sheetOf } from "../../../src/tui/screens/statistics-data.ts";
import type { CaptureSession } from "../../../src/tui/session.ts";

const capture = await openCapture("fixtures/captures/applications.pcapng");
const session: CaptureSession = {
  name: "applications",
  trace: capture.trace,
  problems: [],
  context: contextOf(capture),
};
const start = initialModel({ session, size: { width: 160, height: 24 }, screen: "packets" });

function typed(text: string): string[] {
  return text.split("").map((char) => (char === " " ? "space" : char));
}

/** Keys one after the other, and every `scan` that is asked for. */
function press(model: Model, keys: readonly string[]): Model {
  let now = model;
  for (const key of keys) {
    let effects: readonly Effect[];
    [now, effects] = update(now, { kind: "key", key });
    while (effects.some(({ kind }) => kind === "scan")) [now, effects] = update(now, { kind: "scan" });
  }
  return now;
}

function limited(filter: string, ...keys: string[]): Model {
  return press(start, ["/", ...typed(filter), "enter", "7", "f", ...keys]);
}

/** The lines of the table that is shown, their first `cells` columns but for the bar. */
function lines(model: Model, cells: number): string[] {
  const sheet = sheetOf(model)!;
  const columns = sheet.columns.filter(({ title }) => title !== "").slice(0, cells);
  return Array.from({ length: sheet.count }, (_, place) =>
    columns.map(({ cell }) => cell(lineAt(model, sheet, place), 80)).join(" "),
  );
}

function text(model: Model): string {
  return gridToText(view(model, model.size));
}

test("conversations, endpoints and protocols of the packets that pass are tshark's, and all again without the limit", () => {
  const filter = "tcp.len > 100 && tcp.port != 2022";
  const model = limited(filter);
  expect(lines(model, 8)).toEqual([
    "10.0.0.50:50004 10.0.0.5:22 5 1.7 KiB 2 612 B 3 1.1 KiB",
    "10.0.0.50:50002 10.0.0.5:22 4 1.1 KiB 2 516 B 2 572 B",
    "10.0.0.50:50003 10.0.0.5:22 4 1.1 KiB 2 428 B 2 732 B",
    "10.0.0.50:50011 10.0.0.4:6379 1 285 B 1 285 B 0 0 B",
  ]);
  expect(text(model)).toContain(`TCP conversations, limited to ${filter}`);
  expect(lines(limited(filter, "tab", "tab"), 2)).toEqual([
    "eth 14",
    "  ip 14",
    "    tcp 14",
    "      ssh 13",
    "      resp 1",
    "        tcp.segments 1",
  ]);
  const endpoints = lines(limited("dns && udp", "tab"), 2);
  expect(endpoints.slice(0, 2)).toEqual(["10.0.0.1:53 22", "10.0.0.50:40009 4"]);
  expect(endpoints).toHaveLength(11);
  const all = press(start, ["7"]);
  expect(lines(press(model, ["f"]), 8)).toEqual(lines(all, 8));
});

test("the layer that opens is the one most packets have", () => {
  expect(text(press(start, ["7"]))).toContain("─ TCP conversations ─");
  expect(text(limited("dns"))).toContain("─ UDP conversations, limited to dns ─");
});

test("over time the packets that pass stand on the time of all", () => {
  const chart = text(limited("dns", "tab", "tab", "tab"));
  expect(chart).toMatch(/Packets in 2 ms, limited to dns /);
  expect(chart).toMatch(/ filtered 0 /);
  const axis = (screen: string): string[] => screen.match(/^│ +0 .* ms .*$/gm) ?? [];
  expect(axis(chart)).toHaveLength(2);
  expect(axis(chart)[0]).toBe(axis(text(press(start, ["7", "tab", "tab", "tab"])))[0]);
});

test("the packets of a line are those that were counted", () => {
  const model = limited("tcp.len > 100", "enter");
  expect(model.screen).toBe("packets");
  expect(model.packets.filter?.text).toBe("(tcp.len > 100) && (tcp.stream == 3)");
  expect(model.packets.filter?.rows).toHaveLength(5);
});

test("without a filter nothing is limited, and it is said how to have one", () => {
  const model = press(start, ["7", "f"]);
  expect(model.notice).toBe("no filter is on: / sets one");
  expect(lines(model, 3)).toEqual(lines(press(start, ["7"]), 3));
  const [bar] = text({ ...model, size: { width: 80, height: 24 } }).split("\n");
  expect(bar).toContain(model.notice);
  expect(text(model)).not.toContain("limited");
});

test("/ goes to the Packets screen and its filter, which is on for the screen one comes back to", () => {
  const model = press(start, ["7", "/", ...typed("ssh"), "enter"]);
  expect(model.screen).toBe("packets");
  expect(text(press(model, ["7", "f"]))).toContain("limited to ssh");
  for (const screen of ["2", "4", "5"]) {
    const there = press(start, [screen, "/"]);
    expect([there.screen, there.packets.typing?.purpose]).toEqual(["packets", "filter"]);
  }
});

test("a line that is no longer there leaves the last one selected", () => {
  const last = limited("tcp.len > 100", "end");
  const fewer = press(last, [
    "3",
    "/",
    ...Array.from("tcp.len > 100", () => "backspace"),
    ...typed("ssh"),
    "enter",
    "7",
  ]);
  expect(text(fewer)).toContain("4 of 4");
  expect(press(fewer, ["enter"]).packets.filter?.rows.length).toBeGreaterThan(0);
});

test("a filter that has not come to its end is counted as far as it has come, in slices, with progress to see", () => {
  // A clock that is a millisecond on at each look: slices are of the same length wherever this runs.
  let now = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => ++now);
  let model = press(start, ["7"]);
  let effects: readonly Effect[] = [];
  let isMore = false;
  const progress = new Set<string>();
  for (const key of ["3", "/", ...typed("dns"), "enter", "7", "f", "tab", "tab"]) {
    [model, effects] = update(model, { kind: "key", key });
    isMore ||= effects.some(({ kind }) => kind === "scan");
  }
  while (isMore) {
    [model, effects] = update(model, { kind: "scan" });
    isMore = effects.some(({ kind }) => kind === "scan");
    progress.add(/counting \d+ %|sorting/.exec(text(model))?.[0] ?? "done");
  }
  clock.mockRestore();
  expect(progress.size).toBeGreaterThan(3);
  expect([...progress].at(-1)).toBe("done");
  expect(lines(model, 2)).toEqual(lines(limited("dns", "tab", "tab"), 2));
});
