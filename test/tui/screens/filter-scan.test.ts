// A filter and a search read in slices of time, whatever a packet costs.

import { afterEach, expect, test, vi } from "vitest";

import { LESSONS } from "../../../src/scenario/catalogue.ts";
import { openLab } from "../../../src/scenario/session.ts";
import { modelAt } from "../../../src/tui/snapshot.ts";
import { update } from "../../../src/tui/app.ts";
import type { Message } from "../../../src/tui/messages.ts";
import type { Model } from "../../../src/tui/model.ts";
import { listCount, shownTrace } from "../../../src/tui/screens/packet-data.ts";
import { findFrom, findSome } from "../../../src/tui/screens/packets-find.ts";
import { applyFilter, scanOn } from "../../../src/tui/screens/packets-reading.ts";

const SIZE = { width: 120, height: 40 };
const scenario = LESSONS.find(({ name }) => name === "http-hello");
if (scenario === undefined) throw new Error("no lesson http-hello");
const lesson = modelAt(await openLab(scenario, { seed: 2 }), { size: SIZE, screen: "packets" });
const { count } = shownTrace(lesson).packets;

/** A clock that goes on by `ms` each time it is looked at. */
function clockOf(ms: number): void {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => (now += ms));
}

/** The model with filter `text` typed, and the key that applies it. */
function typed(model: Model, text: string): [Model, Message] {
  let next = model;
  for (const key of ["/", "C-u", ...text.split("")]) [next] = update(next, { kind: "key", key });
  return [next, { kind: "key", key: "enter" }];
}

afterEach(() => void vi.restoreAllMocks());

test("a filter whose packets are slow hands back after the few rows between two looks at the clock", () => {
  clockOf(20);
  let [model, effects] = applyFilter(lesson, "http");
  expect(model.packets.filter?.scanned).toBe(8);
  for (let i = 0; effects.length > 0 && i < count; i++) [model, effects] = scanOn(model);
  expect(model.packets.filter?.scanned).toBe(count);
  expect(model.packets.filter?.rows).not.toEqual([]);
});

test("one whose packets are quick reads on until its time is up", () => {
  clockOf(0);
  expect(applyFilter(lesson, "http")[0].packets.filter?.scanned).toBe(count);
});

test("the list stays with the first packets found until the filter has come as far as the cursor", () => {
  clockOf(20);
  const atEnd = update(lesson, { kind: "key", key: "G" })[0];
  let [model, effects] = update(...typed(atEnd, 'tcp && !(http.host == "nobody")'));
  const places = new Set<number>();
  for (let i = 0; effects.length > 0 && i < count; i++) {
    if ((model.packets.filter?.scanned ?? 0) < count) places.add(model.packets.selected);
    [model, effects] = update(model, { kind: "scan" });
  }
  expect([...places]).toEqual([0]);
  expect(model.packets.selected).toBe(listCount(model) - 1);
});

test("so does a search, which remembers how far it has looked", () => {
  const search = findFrom("text", "nowhere to be found", 0, 1);
  if ("message" in search) throw new Error(search.message);
  clockOf(20);
  const first = findSome(lesson, search);
  expect(first).toMatchObject({ looked: 8, found: null });
  clockOf(0);
  expect(findSome(lesson, first)).toMatchObject({ looked: count, found: -1 });
});
