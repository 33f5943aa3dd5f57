// Marks and details of the Packets screen on a capture: only what is marked, everything opened and closed, times since what is shown.

import { afterAll, describe, expect, test } from "vitest";

import { openCapture } from "../../../src/capture/open.ts";
import { captureSession } from "../../../src/cli/capture-session.ts";
import { view } from "../../../src/tui/app.ts";
import type { Model } from "../../../src/tui/model.ts";
import { gridToText } from "../../../src/tui/render/text.ts";
import { findField, nodesOf } from "../../../src/capture/fields.ts";
import { filterOfField } from "../../../src/tui/screens/field-filter.ts";
import { completionsAt } from "../../../src/tui/screens/filter-completion.ts";
import { dissectedAt, listCount, listRow, selectedRow } from "../../../src/tui/screens/packet-data.ts";
import { treeRows } from "../../../src/tui/screens/packet-tree.ts";
import { modelAt } from "../../../src/tui/snapshot.ts";

const capture = await openCapture("fixtures/captures/applications.pcapng");
afterAll(() => capture.close());
const session = captureSession(capture);

function pressed(keys: string, width = 140): Model {
  return modelAt(session, { size: { width, height: 40 }, screen: "packets", keys: keys.split(" ") });
}

function typed(filter: string): string {
  return `/ ${filter
    .split("")
    .map((char) => (char === " " ? "space" : char))
    .join(" ")} enter`;
}

function rowsOf(model: Model): number[] {
  return Array.from({ length: listCount(model) }, (_, line) => listRow(model, line));
}

/** The selected packet's lines as they are opened. */
function lines(model: Model): string[] {
  const rows = treeRows(dissectedAt(model, selectedRow(model)), model.packets.toggled);
  return rows.map(({ node }) => node.detail.label);
}

describe("marks", () => {
  const MARKED = "down m down down m";

  test("are all that is shown, and then all packets are again", () => {
    const only = pressed(`${MARKED} V`);
    expect(only.packets.filter?.text).toBe("frame.marked == 1");
    expect(rowsOf(only)).toEqual([1, 3]);
    expect(listCount(pressed(`${MARKED} V V`))).toBe(session.trace.packets.count);
  });

  test("that change are looked at anew by the next V", () => {
    // The first line of those marked is the packet of row 1.
    expect(rowsOf(pressed(`${MARKED} V home m V`))).toEqual([3]);
    expect(rowsOf(pressed(`${MARKED} ${typed("!frame.marked == 1 && dhcp")}`)).slice(0, 4)).toEqual([
      0, 2, 4, 5,
    ]);
  });

  test("are gone through both ways, round the end of the list", () => {
    expect(selectedRow(pressed(`${MARKED} end P`))).toBe(3);
    expect(selectedRow(pressed(`${MARKED} end P P`))).toBe(1);
    expect(selectedRow(pressed(`${MARKED} end P P P`))).toBe(3);
    expect(selectedRow(pressed(`${MARKED} M`))).toBe(1);
  });

  test("are a line of the frame's details", () => {
    expect(lines(pressed(`${MARKED} E`))).toContain("[Frame is marked: True]");
    expect(lines(pressed(`${MARKED} m E`))).toContain("[Frame is marked: False]");
  });

  test("are asked for where there are none", () => {
    expect(pressed("V").notice).toBe("no packet is marked: m marks one");
    expect(pressed("V").packets.filter).toBeNull();
  });
});

describe("details", () => {
  test("are opened to the last line and closed to the layers", () => {
    const open = lines(pressed("tab E"));
    expect(open.length).toBeGreaterThan(40);
    expect(open).toContain(".1.. .... = Don't fragment: Set");
    const closed = pressed("tab E e");
    expect(lines(closed).map((line) => line.split(" ", 1)[0])).toEqual([
      "Frame",
      "Ethernet",
      "Internet",
      "User",
      "Dynamic",
    ]);
  });

  test("are opened below a line alone", () => {
    const below = lines(pressed("tab home down S-right"));
    expect(below.length).toBeGreaterThan(lines(pressed("tab home down right")).length);
    expect(below).not.toContain("Total Length: 328");
  });

  test("keep the selected line selected when all opens, and its layer when all closes", () => {
    const inside = pressed("tab down down down");
    const line = lines(inside)[inside.packets.treeSelected];
    const all = pressed("tab down down down E");
    expect(lines(all)[all.packets.treeSelected]).toBe(line);
    const none = pressed("tab down down down E e");
    expect(lines(none)[none.packets.treeSelected]).toMatch(/^User Datagram Protocol/);
  });
});

describe("times since the packet shown before", () => {
  test("follow the filter, in the list and in the field", () => {
    const model = pressed(`${typed("dns")} down t`);
    const [first, second] = rowsOf(model);
    expect(second - first).toBeGreaterThan(0);
    const ns = session.trace.packetNs(second) - session.trace.packetNs(first);
    const shown = (ns / 1e9).toFixed(9);
    expect(lines(pressed(`${typed("dns")} down E`))).toContain(
      `[Time delta from previous displayed frame: ${shown} seconds]`,
    );
    expect(gridToText(view(model, model.size))).toContain(`${(ns / 1e9).toFixed(6)}  `);
    const all = lines(pressed("down E"));
    expect(all).toContain("[Time delta from previous displayed frame: 0.001000000 seconds]");
  });
});

describe("the bars", () => {
  test("name more keys where there is room for them", () => {
    const bar = (width: number): string => gridToText(view(pressed("down", width), { width, height: 40 }));
    expect(bar(160)).toMatch(/: commands {3}F filter by {3}w write {3}t times/);
    expect(bar(80)).not.toContain("filter by");
  });

  test("say at 80 columns what is wrong with a file, and where", () => {
    const damaged = {
      ...session,
      name: "/some/folder/of/mine/capture.pcapng",
      problems: ["packet 51, byte 8999: cut short in a block: 12 of at least 28 bytes are there"],
    };
    const top = (width: number): string =>
      gridToText(view(modelAt(damaged, { size: { width, height: 24 } }), { width, height: 24 })).split(
        "\n",
      )[0];
    expect(top(80)).toContain("! packet 51: cut short in a block  capture");
    expect(top(200)).toContain("byte 8999: cut short in a block: 12 of at least 28 bytes are there");
  });
});

describe("values that have names", () => {
  const SYN = 36;

  test("are offered by name while one types, those of the packet first", () => {
    const model = pressed(
      `# ${String(SYN + 1)
        .split("")
        .join(" ")} enter`,
    );
    const text = "_ws.expert.severity == ";
    const names = completionsAt(model, text, text.length).choices.map((choice) => choice.text);
    expect(names).toEqual(["Chat", "Error", "Warning", "Note", "Comment"]);
  });

  test("are what a filter made of the field says", () => {
    const model = pressed("down");
    const nodes = nodesOf(dissectedAt(model, SYN).tree, findField("_ws.expert.group")!);
    expect(filterOfField(model, SYN, nodes[0])).toBe("_ws.expert.group == Sequence");
  });
});
