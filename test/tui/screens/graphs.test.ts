import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { view } from "../../../src/tui/app.ts";
import { gridToText } from "../../../src/tui/render/text.ts";
import type { Moment } from "../../../src/tui/snapshot.ts";
import { modelAt, renderScreen } from "../../../src/tui/snapshot.ts";
import { outlineOf, Points } from "../../../src/tui/widgets/points.ts";
import { update } from "../../../src/tui/app.ts";
import { helloSession } from "../build-session.ts";
import { measuredSession } from "./golden-states.ts";

const SIZE = { width: 120, height: 40 };

describe("Graphs", () => {
  const shown = (keys: readonly string[], at: Moment = "end"): string =>
    gridToText(renderScreen(measuredSession(), { screen: "graphs", size: SIZE, keys, at }));

  test("each line says its value at the cursor", () => {
    const text = shown([], { timeNs: 30e6 });
    expect(text).toContain("cwnd 5.7 KiB");
    expect(text).toContain("smoothed RTT 21.5 ms");
    expect(text).toContain("window 62.7 KiB");
  });

  test("a threshold nobody has set yet is no line", () => {
    expect(shown([], { timeNs: 20e6 })).not.toContain("ssthresh 7.1 KiB");
    expect(shown([], "end")).toContain("ssthresh 7.1 KiB");
  });

  test("a click on a graph moves the cursor to the time under it", () => {
    const model = modelAt(measuredSession(), { screen: "graphs", size: SIZE });
    const [clicked] = update(model, { kind: "mouse", action: "click", x: 14, y: 8 });
    expect(clicked.step).toBeGreaterThan(0);
    expect(clicked.step).toBeLessThan(model.step);
    const [dragged] = update(clicked, { kind: "mouse", action: "drag", x: 56, y: 8 });
    expect(dragged.step).toBeGreaterThan(clicked.step);
  });

  test("without accounts of the ends a stream's packets are what graphs are of", () => {
    const text = gridToText(renderScreen(helloSession(), { screen: "graphs", size: SIZE }));
    expect(text).not.toContain("Congestion window");
    expect(text).not.toContain("Packets waiting");
    for (const title of ["Round trip", "In flight, and the window", "Throughput", "Bytes sent"]) {
      expect(text).toContain(title);
    }
  });

  test("d turns to the other direction and back", () => {
    const turned = shown(["d"]);
    expect(turned.split("\n")[1]).toContain("server:80 → client:51234");
    expect(shown(["d", "d"])).toBe(shown([]));
  });

  test("Enter gives a graph the screen, and again all of them", () => {
    expect(shown(["enter"])).not.toContain("smoothed RTT");
    expect(shown(["enter", "enter"])).toBe(shown([]));
  });

  test("opened from the packets, graphs are of the stream of the packet selected", () => {
    const model = modelAt(helloSession(), { screen: "packets", size: SIZE, keys: ["5"] });
    expect(model.screen).toBe("graphs");
    expect(model.flow).toMatchObject({ stream: 0 });
    expect(gridToText(view(model, SIZE)).split("\n")[1]).toMatch(
      /client:51234 → server:80|server:80 → client/,
    );
  });
});

describe("outlineOf", () => {
  const values = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 2000 });

  test("keeps the lowest and the highest of all points, and at most four a column", () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 50 }), (ys, columns) => {
        const points = new Points();
        for (const [x, y] of ys.entries()) points.push(x, y);
        const corners = outlineOf(points, 0, ys.length, columns);
        expect(Math.min(...corners.map(([, y]) => y))).toBe(Math.min(...ys));
        expect(Math.max(...corners.map(([, y]) => y))).toBe(Math.max(...ys));
        expect(corners.length).toBeLessThanOrEqual(Math.max(4 * (columns + 1), 4 * columns));
        expect(corners.every(([x], i) => i === 0 || x >= corners[i - 1][0])).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});
