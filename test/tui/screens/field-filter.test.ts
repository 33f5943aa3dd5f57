// Filters made of what is selected: they find the packet they were made of.

import * as fc from "fast-check";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { captureSession } from "../../../src/cli/capture-session.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { Conversations } from "../../../src/capture/dissect/conversations.ts";
import { update, view } from "../../../src/tui/app.ts";
import type { Effect } from "../../../src/tui/messages.ts";
import { initialModel } from "../../../src/tui/model.ts";
import type { Model } from "../../../src/tui/model.ts";
import { copiesOf } from "../../../src/tui/popups/copies.ts";
import { gridToText } from "../../../src/tui/render/text.ts";
import { completionsAt } from "../../../src/tui/screens/filter-completion.ts";
import { compiledFilter } from "../../../src/tui/screens/filter-scan.ts";
import {
  filterOfField,
  filtersOfPacket,
  joined,
  selectedField,
} from "../../../src/tui/screens/field-filter.ts";
import { contextOf, dissectedAt, listCount, shownTrace } from "../../../src/tui/screens/packet-data.ts";
import { columnIds } from "../../../src/tui/screens/packets-list.ts";
import type { DetailNode } from "../../../src/capture/dissect/dissect.ts";
import { findField } from "../../../src/capture/fields.ts";
import { modelAt } from "../../../src/tui/snapshot.ts";

const SIZE = { width: 140, height: 60 };
const PATH = join(import.meta.dirname, "../../../fixtures/captures/applications.pcapng");
const capture = await openCapture(PATH);
while (!(await capture.indexSome(1000)));
const first = modelAt(captureSession(capture), { size: SIZE, screen: "packets" });
const { count } = shownTrace(first).packets;

function press(model: Model, keys: string): Model {
  let now = model;
  for (const key of keys.split(" ").filter(Boolean)) {
    let [next, effects] = update(now, { kind: "key", key });
    while (effects.some(({ kind }) => kind === "scan")) [next, effects] = update(next, { kind: "scan" });
    now = next;
  }
  return now;
}

function letsThrough(text: string, row: number): boolean {
  const compiled = compiledFilter(text);
  if ("message" in compiled) throw new Error(`${text}: ${compiled.message}`);
  return compiled.on(shownTrace(first), contextOf(first))(row);
}

function* nodesIn(nodes: readonly DetailNode[]): Generator<DetailNode> {
  for (const node of nodes) {
    if (node.field !== null && findField(node.field) !== null) yield node;
    yield* nodesIn(node.children);
  }
}

const packet = fc.integer({ min: 0, max: count - 1 });

test("a packet whose stream is yet to be read keeps nobody waiting: what hangs on it is offered once it is read", async () => {
  const long = await openCapture(PATH);
  // A connection of any length, whose reading never comes to the selected packet.
  const conversations = Object.assign(new Conversations(long.trace), { approach: () => false });
  const session = { ...captureSession(long), context: { conversations } };
  const model = initialModel({ session, size: SIZE, screen: "packets" });
  const waiting = { ...model, counting: true, packets: { ...model.packets, treeSelected: 3 } };
  expect(selectedField(waiting)).toBeNull();
  expect(copiesOf(waiting).map(({ what }) => what)).toEqual(["the command that shows this"]);
  expect(completionsAt(waiting, "tcp.port == ", 12).choices.map(({ detail }) => detail)).not.toContain(
    "in packet 1",
  );
  long.close();
  expect(selectedField(first)?.field).toBe("udp");
  expect(copiesOf(first)[0].what).toBe("packet 1, a line");
});

describe("a filter made of what is selected", () => {
  test("law: of any field of any packet lets that packet through", () => {
    fc.assert(
      fc.property(packet, fc.nat(), (row, at) => {
        const nodes = [...nodesIn(dissectedAt(first, row).tree)];
        const text = filterOfField(first, row, nodes[at % nodes.length]);
        expect([text, letsThrough(text, row)]).toEqual([text, true]);
      }),
      { numRuns: 300 },
    );
  });

  test("says the value wherever the field has one", () => {
    const values = new Map<string, string>();
    for (let row = 0; row < count; row++) {
      for (const node of nodesIn(dissectedAt(first, row).tree)) {
        const { type } = findField(node.field ?? "")!;
        if (values.has(type) || node.value === null) continue;
        values.set(type, filterOfField(first, row, node));
      }
    }
    for (const type of ["protocol", "flag"]) values.delete(type);
    for (const [type, text] of values) expect([type, text]).toEqual([type, expect.stringContaining(" == ")]);
    expect(values.get("ipv4")).toBe("ip.src == 0.0.0.0");
    expect(values.get("ether")).toBe("eth.dst == ff:ff:ff:ff:ff:ff");
    expect(values.get("string")).toMatch(/ == ".*"$/);
  });

  test("law: of a packet's stream and addresses lets the packet through, and joined so does what both let through", () => {
    const tests = ["tcp || udp", "dns", "not tcp", 'frame contains "or"', "udp.port == 53 or tcp.port == 22"];
    fc.assert(
      fc.property(packet, packet, fc.constantFrom(...tests), (row, other, on) => {
        for (const { text } of filtersOfPacket(first, row)) {
          expect([text, letsThrough(text, row)]).toEqual([text, true]);
          const [mine, its] = [letsThrough(on, other), letsThrough(text, other)];
          expect(letsThrough(joined(on, "&&", text), other)).toBe(mine && its);
          expect(letsThrough(joined(on, "||", text), other)).toBe(mine || its);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("F offers those of the packet in the list, those of the field in the details, and puts the chosen one on", () => {
    const dns = press(
      first,
      ["home", ..."/ u d p . s t r e a m space = = space 3 enter".split(" ")].join(" "),
    );
    const [stream] = filtersOfPacket(dns, 30);
    const inList = press(press(dns, "escape"), "F enter");
    expect(inList.packets.filter?.text).toBe(stream.text);
    const inDetails = press(inList, "tab down down F");
    const field = selectedField(inDetails)!;
    expect(field.field).toBe("udp.dstport");
    const shown = gridToText(view(inDetails, SIZE));
    expect(shown).toMatch(/Of the field udp\.dstport/);
    expect(shown).toMatch(/and any other +… && !\(udp\.dstport == \d+\)/);
    const anded = press(inDetails, "a n d space t h e space s a m e enter");
    expect(anded.packets.filter?.text).toBe(`${stream.text} && udp.dstport == ${Number(field.value)}`);
    expect(listCount(anded)).toBeGreaterThan(0);
  });

  test("C offers the field selected in the details first", () => {
    const chosen = press(first, "tab down down C enter escape");
    expect(columnIds(chosen, SIZE.width)).toContain("udp.dstport");
  });
});

test("w asks for what passes the filter to be written, to a file of pcapng where its name does not say of what", () => {
  const effectsOf = (model: Model, keys: string): readonly Effect[] => {
    const all = keys.split(" ");
    return update(press(model, all.slice(0, -1).join(" ")), { kind: "key", key: all.at(-1)! })[1];
  };
  expect(effectsOf(first, "w a l l enter")).toContainEqual({ kind: "write", path: "all.pcapng", rows: null });
  const [stream] = filtersOfPacket(press(first, "home"), 0);
  const filtered = press(first, "home F enter");
  const rows = Array.from({ length: count }, (_, row) => row).filter((row) => letsThrough(stream.text, row));
  expect(effectsOf(filtered, "w x . c a p enter")).toContainEqual({ kind: "write", path: "x.cap", rows });
  expect(effectsOf(filtered, "w enter")).toEqual([]);
  const half = { ...first, session: { ...first.session, reading: 0.5 } };
  expect(effectsOf(half, "w a l l enter")).toEqual([]);
  expect(press(half, "w a l l enter").notice).toContain("not everything has been read");
});
