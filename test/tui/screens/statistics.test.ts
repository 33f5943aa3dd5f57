import { describe, expect, test, vi } from "vitest";

import { LESSONS } from "../../../src/scenario/catalogue.ts";
import { openLab } from "../../../src/scenario/session.ts";
import { PROTOCOL } from "../../../src/trace/packets.ts";
import { LINKTYPE, Trace } from "../../../src/trace/trace.ts";
import { begin, update, view } from "../../../src/tui/app.ts";
import { initialModel } from "../../../src/tui/model.ts";
import { gridToText } from "../../../src/tui/render/text.ts";
import { ioOf } from "../../../src/tui/screens/statistics-counts.ts";
import { modelAt, renderScreen } from "../../../src/tui/snapshot.ts";
import { helloSession } from "../build-session.ts";

const SIZE = { width: 120, height: 40 };

/** Packets 10.0.0.1 -> 10.0.0.2, a conversation each, the one of packet i with i % 7 + 1 packets' bytes. */
function manyConversations(packets: number): Trace {
  const trace = new Trace({ read: () => new Uint8Array(28) });
  trace.interfaces.push({ name: "made", linkType: LINKTYPE.raw, snapLength: 0 });
  const table = trace.packets;
  const source = table.addresses.internIpv4(0x0a000001);
  const destination = table.addresses.internIpv4(0x0a000002);
  for (let i = 0; i < packets; i++) {
    const row = table.append();
    table.nanoseconds[row] = i * 1000;
    table.length[row] = 100 * ((i % 7) + 1);
    table.protocol[row] = PROTOCOL.udp;
    table.source[row] = source;
    table.destination[row] = destination;
    table.sourcePort[row] = 1024 + i;
    table.destinationPort[row] = 9000;
    table.stream[row] = i;
  }
  return trace;
}

describe("Statistics", () => {
  test("Enter goes to the packets of the line chosen", () => {
    const model = modelAt(helloSession(), { screen: "statistics", size: SIZE, keys: ["enter"] });
    expect(model.screen).toBe("packets");
    expect(model.packets.filter?.text).toBe("tcp.stream == 0");
    expect(model.packets.filter?.rows).toHaveLength(helloSession().sim.trace.packets.count);
  });

  test.each([
    ["endpoints", ["tab"], /^\(ip\.src == 10\.0\.0\.[12] && tcp\.srcport == \d+\) \|\| /],
    ["protocols", ["tab", "tab", "down", "down"], /^tcp$/],
    ["over time", ["tab", "tab", "tab"], /^frame\.time_relative >= 0\.26 && frame\.time_relative < 0\.265$/],
    ["expert information", ["S-tab"], /^tcp\.analysis\.retransmission$/],
  ])("a line of %s has a filter that is understood", (_, keys, filter) => {
    const model = modelAt(helloSession(), { screen: "statistics", size: SIZE, keys: [...keys, "enter"] });
    expect(model.notice).toBeNull();
    expect(model.packets.filter?.text).toMatch(filter);
  });

  test("a long capture is counted in slices, each answered by the next, with progress to see, and then put in order", () => {
    // A clock that is a millisecond on at each look: slices are of the same length wherever this runs.
    let now = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => ++now);
    const session = { name: "many", trace: manyConversations(60_000), problems: [] };
    let [model, effects] = update(initialModel({ session, size: SIZE, screen: "statistics" }), {
      kind: "resize",
      ...SIZE,
    });
    const progress = new Set<string>();
    let slices = 0;
    while (effects.some(({ kind }) => kind === "scan")) {
      [model, effects] = update(model, { kind: "scan" });
      slices++;
      const grid = gridToText(view(model, SIZE));
      progress.add(/counting \d+ %|sorting/.exec(grid)?.[0] ?? "done");
    }
    clock.mockRestore();
    expect(slices).toBeGreaterThan(10);
    expect([...progress]).toEqual(expect.arrayContaining(["counting 50 %", "sorting", "done"]));
    expect(model.counting).toBe(false);
  });

  test("a key while packets are counted asks for no second reader", () => {
    const session = { name: "many", trace: manyConversations(60_000), problems: [] };
    const [asked, first] = update(initialModel({ session, size: SIZE, screen: "statistics" }), {
      kind: "key",
      key: "down",
    });
    expect(first).toEqual([{ kind: "scan" }]);
    expect(update(asked, { kind: "key", key: "down" })[1]).toEqual([]);
  });

  test("a long run's packets over time are counted once its analysis has been read", async () => {
    const scenario = LESSONS.find(({ name }) => name === "fair-share")!;
    const session = await openLab(scenario, { seed: 2 });
    const { packets } = session.sim.trace;
    expect(packets.count).toBeGreaterThan(500);
    let [model, effects] = begin(initialModel({ session, size: SIZE, screen: "statistics" }));
    for (let scans = 0; effects.some(({ kind }) => kind === "scan"); scans++) {
      expect(scans).toBeLessThan(packets.count);
      [model, effects] = update(model, { kind: "scan" });
    }
    expect(ioOf(model).read).toBe(packets.count);
    expect(gridToText(view(model, SIZE))).not.toContain("counting");
  });

  test("lines are sorted by the column chosen, either way", () => {
    const session = { name: "many", trace: manyConversations(14), problems: [] };
    const first = (keys: readonly string[]): string => {
      const grid = renderScreen(session, { screen: "statistics", size: SIZE, keys });
      return gridToText(grid).split("\n")[4];
    };
    expect(first([">"])).toContain("700 B");
    expect(first([">", "v"])).toContain("100 B");
    expect(first(["<"])).toContain("10.0.0.2:9000");
  });

  test("a layer without conversations says so", () => {
    expect(
      gridToText(renderScreen(helloSession(), { screen: "statistics", size: SIZE, keys: ["]"] })),
    ).toContain("no udp conversations here");
  });
});
