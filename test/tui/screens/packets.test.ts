import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { CHAPTERS, LESSONS } from "../../../src/scenario/catalogue.ts";
import { openLab } from "../../../src/scenario/session.ts";
import { compileFilter, isFilterError } from "../../../src/capture/filter/compile.ts";
import { begin, update, view } from "../../../src/tui/app.ts";
import type { Effect } from "../../../src/tui/messages.ts";
import { initialModel } from "../../../src/tui/model.ts";
import type { Model } from "../../../src/tui/model.ts";
import { attrFg } from "../../../src/tui/render/grid.ts";
import { gridToText } from "../../../src/tui/render/text.ts";
import { completionsAt } from "../../../src/tui/screens/filter-completion.ts";
import {
  contextOf,
  listCount,
  listRow,
  selectedRow,
  shownTrace,
} from "../../../src/tui/screens/packet-data.ts";
import { COLOUR_RULES, ruleOf } from "../../../src/tui/screens/packets-rules.ts";
import { sorting } from "../../../src/tui/screens/sorting.ts";
import { modelAt } from "../../../src/tui/snapshot.ts";
import { themeNamed } from "../../../src/tui/theme.ts";
import { hex, memoryTrace } from "../../capture/memory-trace.ts";

const SIZE = { width: 140, height: 40 };

async function lesson(name: string, loss?: number): Promise<Model> {
  const scenario = LESSONS.find((known) => known.name === name)!;
  const topology = {
    ...scenario.topology,
    links: scenario.topology.links.map((link) => ({ ...link, ...(loss === undefined ? {} : { loss }) })),
  };
  return modelAt(await openLab(scenario, { seed: 2, topology }), { size: SIZE, screen: "packets" });
}

const http = await lesson("http-hello");
const lossy = await lesson("fair-share", 0.02);

/** Keys one after the other, and every `scan` that is asked for. */
function press(model: Model, keys: readonly string[] | string): Model {
  let now = model;
  for (const key of typeof keys === "string" ? keys.split(" ") : keys) {
    let effects: readonly Effect[];
    [now, effects] = update(now, { kind: "key", key });
    while (effects.some(({ kind }) => kind === "scan")) [now, effects] = update(now, { kind: "scan" });
  }
  return now;
}

function typed(text: string): string[] {
  return text.split("").map((char) => (char === " " ? "space" : char));
}

function text(model: Model): string {
  return gridToText(view(model, model.size));
}

function rowsOf(model: Model): number[] {
  return Array.from({ length: listCount(model) }, (_, line) => listRow(model, line));
}

describe("sorting", () => {
  test("law: rows come in the order of their keys, equal ones as they were, those without a key last", () => {
    const key = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constantFrom("a", "b"), fc.constant(null));
    fc.assert(
      fc.property(fc.array(key, { maxLength: 60 }), fc.boolean(), (keys, descending) => {
        const steps = sorting(
          Uint32Array.from(keys, (_, i) => i),
          (row) => keys[row],
          descending,
        );
        let step = steps.next();
        while (step.done !== true) step = steps.next();
        const rank = (value: number | string | null): number[] =>
          value === null ? [2, 0] : typeof value === "number" ? [0, value] : [1, value.charCodeAt(0)];
        const expected = keys
          .map((value, row) => ({ rank: rank(value), row }))
          .sort((a, b) => {
            if (a.rank[0] === 2 || b.rank[0] === 2) return a.rank[0] - b.rank[0] || a.row - b.row;
            const by = a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1];
            return (descending ? -by : by) || a.row - b.row;
          });
        const same = (step.value instanceof Uint32Array ? [...step.value] : []).map((row) => row);
        expect(same).toEqual(expected.map(({ row }) => row));
      }),
    );
  });

  test("by a column of the list, twice turns it round, a third time undoes it; the packet selected stays so", () => {
    const start = press(lossy, "home down down down down");
    const row = selectedRow(start);
    const once = press(start, ["S", ...typed("Length"), "enter"]);
    const { length } = shownTrace(once).packets;
    const lengths = rowsOf(once).map((at) => length[at]);
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    expect(selectedRow(once)).toBe(row);
    expect(text(once)).toContain("Length ▲");
    const twice = press(once, ["S", ...typed("Length"), "enter"]);
    expect(rowsOf(twice).map((at) => length[at])).toEqual(lengths.toReversed());
    const thrice = press(twice, ["S", ...typed("Length"), "enter"]);
    expect(thrice.packets.sort).toBeNull();
    const header = text(start)
      .split("\n")
      .findIndex((line) => line.includes("Length"));
    const [clicked] = update(start, {
      kind: "mouse",
      action: "click",
      x: text(start).split("\n")[header].indexOf("Length"),
      y: header,
    });
    expect(clicked.packets.sort?.column).toBe("length");
  });

  test("what a filter lets through is sorted, too", () => {
    const sorted = press(lossy, ["S", ...typed("length"), "enter", "/", ...typed("tcp.len > 0"), "enter"]);
    const { length, payloadLength } = shownTrace(sorted).packets;
    const rows = rowsOf(sorted);
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.every((row) => payloadLength[row] > 0)).toBe(true);
    const lengths = rows.map((row) => length[row]);
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
  });
});

describe("columns", () => {
  test("any field can be one; a column turned off goes; the list of them stays open meanwhile", () => {
    const chosen = press(http, ["C", ...typed("tcp.seq"), "enter"]);
    expect(chosen.popup).not.toBeNull();
    const closed = press(chosen, "escape");
    expect(closed.packets.columns).toContain("tcp.seq");
    expect(text(closed)).toMatch(/tcp\.seq +Info/);
    const without = press(closed, ["C", ...typed("Protocol"), "enter", "escape"]);
    expect(without.packets.columns).not.toContain("protocol");
    expect(text(without)).not.toContain("Protocol  ");
  });
});

describe("finding", () => {
  const line = (model: Model): number => selectedRow(model) + 1;

  test("text, bytes and filters; n goes on, N goes back, past the end to the beginning", () => {
    const { packets } = shownTrace(http);
    const get = press(press(http, "home"), ["f", ...typed("GET /"), "enter"]);
    expect(text(get)).toContain("GET /");
    const row = selectedRow(get);
    expect(packets.payloadLength[row]).toBeGreaterThan(0);
    const hex = press(press(http, "home"), ["f", "tab", ...typed("47 45 54"), "enter"]);
    expect(selectedRow(hex)).toBe(row);
    const fin = press(press(http, "home"), ["f", "tab", "tab", ...typed("tcp.flags.fin == 1"), "enter"]);
    const next = press(fin, "n");
    expect(line(next)).toBeGreaterThan(line(fin));
    expect(line(press(next, "N"))).toBe(line(fin));
    let around = fin;
    for (let i = 0; i < 10; i++) around = press(around, "n");
    expect(packets.tcpFlags[selectedRow(around)] & 1).toBe(1);
  });

  test("what is nowhere is said, and so is what is no search", () => {
    expect(press(http, ["f", ...typed("no such text"), "enter"]).notice).toBe("not found: no such text");
    const wrong = press(http, ["f", "tab", ...typed("4g"), "enter"]);
    expect(text(wrong)).toContain("g is no hexadecimal digit");
  });
});

describe("going to packets", () => {
  test("a number and a time; what is neither is refused where it was typed", () => {
    expect(selectedRow(press(lossy, ["#", ...typed("17"), "enter"]))).toBe(16);
    const timed = press(lossy, ["#", ...typed("500ms"), "enter"]);
    const trace = shownTrace(timed);
    expect(trace.packetNs(selectedRow(timed))).toBeGreaterThanOrEqual(500e6);
    expect(trace.packetNs(selectedRow(timed) - 1)).toBeLessThan(500e6);
    expect(text(press(lossy, ["#", ...typed("99999999"), "enter"]))).toContain("there are packets 1 to");
  });

  test("along the stream, both ways", () => {
    const start = press(lossy, ["#", ...typed("40"), "enter"]);
    const { packets } = shownTrace(start);
    const next = press(start, "}");
    const row = selectedRow(start);
    expect(selectedRow(next)).toBeGreaterThan(row);
    expect(packets.stream[selectedRow(next)]).toBe(packets.stream[row]);
    expect(selectedRow(press(next, "{"))).toBe(row);
  });

  test("from an answer to its request and back", () => {
    const answer = press(http, ["f", ...typed("200 OK"), "enter"]);
    const request = press(answer, "a");
    expect(text(request)).toMatch(/▌.*GET/);
    expect(selectedRow(press(request, "a"))).toBe(selectedRow(answer));
  });

  test("from a retransmission to what it repeats", () => {
    const again = press(press(lossy, "home"), [
      "f",
      "tab",
      "tab",
      ...typed("tcp.analysis.retransmission"),
      "enter",
    ]);
    const row = selectedRow(again);
    const original = selectedRow(press(again, "b"));
    const { packets } = shownTrace(again);
    expect(original).toBeLessThan(row);
    expect(packets.tcpSeq[original]).toBe(packets.tcpSeq[row]);
    expect(packets.source[original]).toBe(packets.source[row]);
  });

  test("marks are set, shown and gone through", () => {
    const marked = press(http, "home m down down m home");
    expect(marked.packets.marks).toEqual(new Set([0, 2]));
    expect(text(marked)).toMatch(/◆ 3/);
    expect(selectedRow(press(marked, "M"))).toBe(2);
    expect(selectedRow(press(marked, "M M"))).toBe(0);
    expect(press(marked, "m").packets.marks).toEqual(new Set([2]));
  });
});

describe("colour rules", () => {
  test("what they say of a packet's columns is what their filters say of the packet", () => {
    for (const model of [http, lossy]) {
      const trace = shownTrace(model);
      const tests = COLOUR_RULES.map(({ filter }) => {
        const compiled = compileFilter(filter);
        return isFilterError(compiled) ? (): boolean => false : compiled.on(trace, contextOf(model));
      });
      for (let row = 0; row < Math.min(400, trace.packets.count); row++) {
        const expected = COLOUR_RULES[tests.findIndex((fits) => fits(row))]?.name ?? null;
        expect([row, ruleOf(model, row)?.name ?? null]).toEqual([row, expected]);
      }
    }
  });

  test("each is a filter that holds, has a glyph of its own, and shows what it means when chosen", () => {
    for (const { filter } of COLOUR_RULES) expect(isFilterError(compileFilter(filter))).toBe(false);
    expect(new Set(COLOUR_RULES.map(({ glyph }) => glyph)).size).toBe(COLOUR_RULES.length);
    const shown = press(lossy, ["R", ...typed("bad"), "enter"]);
    expect(shown.packets.filter?.text).toBe(COLOUR_RULES[0].filter);
    expect(text(shown)).toMatch(/! \d+ .*TCP /);
  });
});

describe("completing a filter", () => {
  const offers = (filter: string): string[] =>
    completionsAt(http, filter, filter.length).choices.map((choice) => choice.text);

  test("fields first, then what compares them, then values that occur, then what joins", () => {
    expect(offers("tcp.anal")[0]).toMatch(/^tcp\.analysis/);
    expect(offers("analysis.ret")).toContain("tcp.analysis.retransmission");
    expect(offers("tcp.len ")).toEqual(expect.arrayContaining([">", "=="]));
    expect(offers("tcp.len > 0 ")).toEqual(["&&", "||"]);
    expect(offers("ip.addr == ")).toEqual(expect.arrayContaining(["10.0.0.1", "10.0.0.2"]));
    expect(offers("tcp.port == ")).toContain(String(shownTrace(http).packets.destinationPort[0]));
    expect(offers("tcp.flags.syn == ")).toEqual(expect.arrayContaining(["1", "0"]));
    expect(offers('http.host == "exa')).toEqual([]);
  });

  test("tab takes the one offered first, arrows choose another, Enter then puts the filter on", () => {
    const open = press(http, ["/", ...typed("tcp.le")]);
    expect(text(open)).toContain("TCP Segment Len");
    const taken = press(open, "tab");
    expect(taken.packets.typing?.line.text).toBe("tcp.len ");
    const done = press(taken, ["down", "down", "down", "enter", "0", "enter"]);
    expect(done.packets.filter?.text).toBe("tcp.len > 0");
  });

  test("law: whatever is typed, what is offered takes the place of a part of it and is never empty", () => {
    const words = fc.constantFrom(
      "tcp",
      "tcp.len",
      "ip.addr",
      ">",
      "==",
      "&&",
      "||",
      "1",
      "10.0.0.1",
      "(",
      "!",
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 6 }), fc.nat(20), (parts, pick) => {
        const before = parts.length === 0 ? "" : `${parts.join(" ")} `;
        const { from, to, choices } = completionsAt(http, before, before.length);
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBe(before.length);
        if (choices.length > 0) expect(choices[pick % choices.length].text.length).toBeGreaterThan(0);
      }),
    );
  });
});

test("a dashboard that opens with a filter reads on by itself to the packets that pass", () => {
  const filter = "tcp.flags.syn == 1";
  let [model, effects] = begin(
    initialModel({ session: lossy.session, size: SIZE, screen: "packets", filter }),
  );
  expect(listCount(model)).toBe(0);
  while (effects.some(({ kind }) => kind === "scan")) [model, effects] = update(model, { kind: "scan" });
  expect(rowsOf(model)).toEqual(rowsOf(press(lossy, ["/", ...typed(filter), "enter"])));
  expect(listCount(model)).toBeGreaterThan(0);
});

describe("filters that were set before", () => {
  const set = (model: Model, filter: string): Model => press(model, ["/", "C-u", ...typed(filter), "enter"]);
  const offered = (model: Model): string[] =>
    completionsAt(model, "", 0).choices.map((choice) => choice.text);

  test("are offered on an empty line, the last one first and each once; up takes the last one, as in a shell", () => {
    const model = press(set(set(set(http, "tcp.len > 0"), "http"), "tcp.len > 0"), "escape");
    expect(model.packets.filter).toBeNull();
    expect(offered(model).slice(0, 2)).toEqual(["tcp.len > 0", "http"]);
    expect(text(press(model, "/"))).toMatch(/ tcp\.len > 0 +set before .*\n.* http +set before /);
    expect(press(model, "/ up enter enter").packets.filter?.text).toBe("tcp.len > 0");
    expect(press(model, "/ down down enter enter").packets.filter?.text).toBe("http");
  });

  test("are those that are filters, and ten at most; without one the fields are offered", () => {
    const wrong = press(http, ["/", ...typed("no.such == 1"), "enter", "escape"]);
    expect(wrong.filters).toEqual([]);
    expect(offered(wrong)[0]).toMatch(/^_ws\./);
    const many = Array.from({ length: 12 }, (_, i) => `tcp.len > ${i}`);
    const after = many.reduce(set, http);
    expect(after.filters).toEqual(many.toReversed().slice(0, 10));
  });
});

describe("times", () => {
  /** Four packets, from 23:59:59.5 on, a second apart but for the last. */
  const packets = Array.from({ length: 4 }, () => hex("45000014 0001 0000 40 fd 0000 0a000001 0a000002"));
  const made = memoryTrace(packets, 101);
  const { seconds, nanoseconds } = made.trace.packets;
  [1_719_878_399, 1_719_878_400, 1_719_878_401, 1_719_878_401].forEach((at, row) => {
    seconds[row] = at;
    nanoseconds[row] = 500_000_000 + (row === 3 ? 1999 : 0);
  });
  const first = modelAt({ name: "made", problems: [], ...made }, { size: SIZE });

  test("since the first packet, since the one displayed before, of day, with the date, and around again", () => {
    const shown = (keys: string): string => text(press(first, keys));
    expect(shown("home")).toMatch(
      / Time .*\n.* 0\.000000 .*\n.* 1\.000000 .*\n.* 2\.000000 .*\n.* 2\.000002 /,
    );
    expect(shown("t")).toMatch(/ Delta .*\n.* 0\.000000 .*\n.* 1\.000000 .*\n.* 1\.000000 .*\n.* 0\.000002 /);
    expect(shown("t t")).toMatch(
      / Time \(UTC\) .*\n.* 23:59:59\.500000 .*\n.* 00:00:00\.500000 .*\n.*\n.*01\.500001 /,
    );
    expect(shown("t t t")).toMatch(
      / Date and time \(UTC\) .*\n.* 2024-07-01 23:59:59\.500000 .*\n.* 2024-07-02 00/,
    );
    expect(shown("t t t t")).toBe(shown("home").replace(/^.*/, shown("t t t t").split("\n")[0]));
  });

  test("with the date leave room for Info where the list is narrow", () => {
    const narrow = modelAt({ name: "made", problems: [], ...made }, { size: { width: 80, height: 24 } });
    expect(text(press(narrow, "t t t"))).toMatch(
      / Date \(UTC\) .* Info .*\n.* 07-01 23:59:59 .*\n.* 07-02 00:00:00 /,
    );
  });

  test("since the one displayed before is since the one that passed before it, where a filter is on", () => {
    const filtered = press(first, ["t", "/", ...typed("frame.number in {1, 3}"), "enter"]);
    expect(text(filtered)).toMatch(/ Delta .*\n.* 1 +0\.000000 .*\n.* 3 +2\.000000 /);
  });

  test("since the one displayed before are a packet's own however the list is sorted, and may be what it is sorted by", () => {
    const column = (model: Model, title: "No." | "Delta"): string[] =>
      [...text(model).matchAll(/^│[▌▶ ]+(\d+) +([\d.:]+) /gm)].map(([, number, delta]) =>
        title === "No." ? number : delta,
      );
    const numbers = press(first, ["t", "S", ...typed("No."), "enter", "S", ...typed("No."), "enter"]);
    expect(column(numbers, "No.")).toEqual(["4", "3", "2", "1"]);
    expect(column(numbers, "Delta")).toEqual(["0.000002", "1.000000", "1.000000", "0.000000"]);
    const times = press(first, ["t", "S", ...typed("Time"), "enter"]);
    expect(column(times, "No.")).toEqual(["1", "4", "2", "3"]);
    expect(column(times, "Delta")).toEqual(["0.000000", "0.000002", "1.000000", "1.000000"]);
    expect(column(press(times, "t"), "No.")).toEqual(["1", "2", "3", "4"]);
    const filter = typed("frame.number != 2");
    const filtered = press(times, ["/", ...filter, "enter", "S", ...typed("Time"), "enter"]);
    expect(column(filtered, "No.")).toEqual(["3", "4", "1"]);
    expect(column(filtered, "Delta")).toEqual(["2.000000", "0.000002", "0.000000"]);
  });

  test("are never cut, also where the clock ran backwards", () => {
    const back = memoryTrace(packets, 101);
    [1_719_878_400, 1_729_878_400, 1_719_000_000, 1_719_878_401].forEach((at, row) => {
      back.trace.packets.seconds[row] = at;
    });
    const model = modelAt({ name: "made", problems: [], ...back }, { size: { width: 80, height: 24 } });
    expect(text(model)).toMatch(
      / 0\.000000 .*\n.* 10000000\.001000 .*\n.* -878399\.998000 .*\n.* 1\.003000 /,
    );
    expect(text(press(model, "t"))).toMatch(
      / 10000000\.001000 .*\n.* -10878399\.999000 .*\n.* 878401\.001000 /,
    );
  });

  test("a run's have no day", () => {
    expect(text(press(http, "t"))).toContain(" Delta ");
    expect(press(http, "t t").packets.times).toBe("elapsed");
  });

  test("of day can be gone to: after midnight, too, and where nothing is later to the end", () => {
    const row = (at: string): number => selectedRow(press(first, ["#", ...typed(at), "enter"]));
    expect(["23:59:59.5", "23:59:59", "0:00", "00:00:01.5", "00:00:01.500001", "12:00"].map(row)).toEqual([
      0, 0, 1, 2, 3, 3,
    ]);
    expect(text(press(first, ["#", ...typed("24:00"), "enter"]))).toContain(
      "want a packet's number or a time",
    );
  });
});

test("a capture that is read after the first frame opens on the layer that one opens on which is read already", () => {
  const udp = hex("4500001c00010000 4011 0000 0a000001 0a000002 9c40 0035 0008 0000");
  const made = memoryTrace([udp], 101);
  const read = modelAt({ name: "made", problems: [], ...made }, { size: SIZE });
  expect(read.packets.treeSelected).toBeGreaterThan(0);
  const empty = { name: "made", problems: [], ...memoryTrace([], 101) };
  let [model] = begin(initialModel({ session: empty, size: SIZE, screen: "packets" }));
  [model] = update(model, { kind: "resize", ...SIZE });
  let effects: readonly Effect[];
  [model, effects] = update(model, { kind: "update", session: { name: "made", problems: [], ...made } });
  while (effects.some(({ kind }) => kind === "scan")) [model, effects] = update(model, { kind: "scan" });
  expect(model.packets.treeSelected).toBe(read.packets.treeSelected);
});

test("a packet that ends early stands out, whether it is malformed or waits for fragments that never came", () => {
  // DNS: a query; the beginning of one in a first fragment; one that its length cuts short.
  const query = "0001 0000 0000 0000 0161 00 0001 0001";
  const ip = (length: string, flags: string): string =>
    `4500 ${length} 0001 ${flags} 4011 0000 0a000001 0a000002`;
  const packets = [
    hex(`${ip("002f", "0000")} 9c40 0035 001b 0000 1234 0100 ${query}`),
    hex(`${ip("0064", "2000")} 9c40 0035 0040 0000 1234 0100 0001 0000 0000 0000 0161`),
    hex(`${ip("0028", "0000")} 9c40 0035 0014 0000 1234 0100 0001 0000 0000 0000`),
  ];
  const model = modelAt({ name: "made", problems: [], ...memoryTrace(packets, 101) }, { size: SIZE });
  const grid = view(model, SIZE);
  const lines = text(model).split("\n");
  const warn = attrFg(themeNamed(model.theme).warn);
  for (const words of ["[BoundErrorUnreassembled Packet]", "[Malformed Packet]"]) {
    const y = lines.findIndex((line) => line.includes(words));
    expect([words, y]).not.toEqual([words, -1]);
    expect([words, attrFg(grid.attrAt(lines[y].indexOf(words), y))]).toEqual([words, warn]);
  }
});

test("every lesson's packets are painted with every column there is", () => {
  expect(CHAPTERS.length).toBeGreaterThan(0);
  const columns = ["no", "tcp.seq", "tcp.flags", "ip.addr", "http.host", "frame.time_delta", "info"];
  const model = { ...lossy, packets: { ...lossy.packets, columns } };
  expect(text(model)).toContain("frame.time_delta");
});
