import { createHash } from "node:crypto";
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { htmlPage, jsonInPage, seen } from "../../src/html/page.ts";
import type { PageData } from "../../src/html/page/data.ts";
import { lineOf, listTexts, passing } from "../../src/html/page/filter.ts";
import { actionFor } from "../../src/html/page/keys.ts";
import { firstReaching, layOut, LINE } from "../../src/html/page/ladder-layout.ts";
import { initialState, packetsByStop } from "../../src/html/page/state.ts";
import { captureSession, openCaptureFile } from "../../src/cli/capture-session.ts";
import { LESSONS } from "../../src/scenario/catalogue.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { openLab } from "../../src/scenario/session.ts";
import { KEYS } from "../../src/tui/key-table.ts";
import { hostile } from "./hostile.ts";

function lesson(name: string): Scenario {
  const found = LESSONS.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`no lesson ${name}`);
  return found;
}

async function pageOf(scenario: Scenario, packetsMax?: number) {
  return htmlPage(await openLab(scenario), packetsMax === undefined ? {} : { packetsMax });
}

function dataIn(html: string): PageData {
  const [, json] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html) ?? [];
  return JSON.parse(json) as PageData;
}

describe("a page", () => {
  it.each(LESSONS.map((scenario) => [scenario.name, scenario] as const))(
    "is made of %s, with its screens, its calls and all its marks",
    async (_, scenario) => {
      const { html, omissions } = await pageOf(scenario, 200);
      const data = dataIn(html);
      expect(data.screens[0]).toBe("lab");
      expect(data.calls.length).toBeGreaterThan(0);
      expect(data.sources.length).toBeGreaterThan(0);
      expect(data.packets.infos).toHaveLength(data.packets.count);
      expect(data.packets.count).toBeLessThanOrEqual(200);
      expect(omissions.some((sentence) => sentence.startsWith("The page ends"))).toBe(
        data.packets.count > 190,
      );
      for (const [stop] of data.marks) expect(data.stops[stop]).toBeDefined();
    },
  );

  it("has the line of the program that made each call, and of its file the name alone", async () => {
    const { html } = await pageOf(lesson("tcp-hello"));
    const { calls, sources } = dataIn(html);
    for (const { kind, text, line } of calls) {
      if (kind !== "call" && kind !== "failed") continue;
      const [source, number] = line ?? [-1, -1];
      const [, name] = /^(\w+)\(/.exec(text) ?? [];
      expect(sources[source].lines[number - 1]).toContain(name);
    }
    for (const { name } of sources) expect(name).toMatch(/^[\w-]+\.ts$/);
  });

  it("has the same bytes each time", async () => {
    const [first, second] = [
      await pageOf(lesson("tcp-peer-killed")),
      await pageOf(lesson("tcp-peer-killed")),
    ];
    expect(first.html).toBe(second.html);
  });

  it("allows its own style and script alone, by their hashes, and names no other place", async () => {
    const { html } = await pageOf(lesson("tcp-hello"));
    const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
    const [, style] = /<style>(.*?)<\/style>/s.exec(html) ?? [];
    const [, script] = /<script>(.*?)<\/script>/s.exec(html) ?? [];
    const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`style-src ${hash(style)};`);
    expect(policy).toContain(`script-src ${hash(script)};`);
    expect(html).not.toMatch(/(?:src|href)="(?!data:)|@import|url\(/);
  });

  it("keeps what programs and packets hold as words, with what nobody sees as numbers", async () => {
    const { html } = await pageOf(hostile);
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html).not.toContain("<img");
    expect(html).not.toContain("\u202e");
    expect(
      dataIn(html)
        .calls.map(({ text }) => text)
        .join(),
    ).toContain("‹202e›txt.exe‹00›");
  });

  it("that leaves packets out says so", async () => {
    const { html, omissions } = await pageOf(lesson("tcp-peer-killed"), 5);
    expect(omissions).toEqual([
      expect.stringMatching(/^The page ends at [\d.]+ ms, after the first \d of 18 packets\.$/),
    ]);
    expect(html).toContain(`<p class="note-line">${omissions[0]}</p>`);
    expect(dataIn(html).packets.count).toBeLessThanOrEqual(5);
  });

  it("of a capture opens at its first packet, and has no Lab", async () => {
    const capture = await openCaptureFile("fixtures/captures/udp-loss-reorder.pcapng", {});
    const data = dataIn((await htmlPage(captureSession(capture))).html);
    capture.close();
    expect(data.screens).toEqual(["sequence", "packets"]);
    expect(data.opening).toBe(0);
    expect(data.packets.count).toBe(data.stops.length);
  });

  it("of a machine that talks to itself has a lifeline for each of its ports", async () => {
    const capture = await openCaptureFile("fixtures/captures/tcp-hello-loopback.pcapng", {});
    const { source, destination } = capture.trace.packets;
    source.fill(source[0]);
    destination.fill(source[0]);
    const { lifelines, packets } = dataIn((await htmlPage(captureSession(capture))).html);
    capture.close();
    expect(lifelines).toEqual(["127.30.103.1:46926", "127.30.103.1:7000"]);
    expect(packets.from.every((from, packet) => from === 1 - packets.to[packet])).toBe(true);
  });

  it("has no line in the details that is kept from view everywhere else", async () => {
    const { details } = dataIn((await pageOf(lesson("http-hello"))).html);
    expect(details.fields).toContain("_ws.expert.severity");
    expect(details.fields).not.toContain("_ws.expert.message");
    expect(details.fields).not.toContain("http.request");
    expect(details.nodes.some(([field, label]) => label === details.fields[field])).toBe(false);
  });

  it("keeps a packet's bytes, its details, and which bytes each line is about", async () => {
    const { packets, details } = dataIn((await pageOf(lesson("tcp-hello"))).html);
    const hello = packets.infos.findIndex((info) => info.includes("Len=14"));
    const bytes = Buffer.from(packets.bytes[hello], "base64");
    expect(bytes.subarray(-14).toString()).toBe("Hello, server!");
    const port = details.packets[hello]
      .flatMap((id) => details.nodes[id][5])
      .map((id) => details.nodes[id])
      .find(([field]) => details.fields[field] === "tcp.dstport");
    expect(port?.[1]).toBe("Destination Port: 7050");
    expect(bytes.readUInt16BE(port?.[2] ?? 0)).toBe(7050);
  });

  it("has keys of the dashboard only, each doing what it does there", async () => {
    const { keys, screens } = dataIn((await pageOf(lesson("tcp-hello"))).html);
    for (const { keys: names, action } of keys) {
      expect(KEYS.some((binding) => binding.keys === names || binding.keys.join() === names.join())).toBe(
        true,
      );
      for (const name of names) {
        const there = screens.filter((screen) => actionFor(keys, name, screen) === action);
        expect(there.length, `${name} ${action}`).toBeGreaterThan(0);
      }
    }
  });
});

describe("text in a page", () => {
  test.prop([fc.string({ unit: "binary" })])("never ends a script, and comes back as it is seen", (text) => {
    const json = jsonInPage({ text });
    expect(json).not.toContain("<");
    expect((JSON.parse(json) as { text: string }).text).toBe(seen(text));
    expect(seen(text)).toBe(seen(seen(text)));
  });
});

describe("the ladder of a page", () => {
  const zooms = fc.integer({ min: -8, max: 8 });
  const names = fc.constantFrom("tcp-peer-killed", "udp-loss-reorder", "websocket-chat", "connect-timeout");
  const known = new Map<string, PageData>();

  async function dataOf(name: string): Promise<PageData> {
    const data = known.get(name) ?? dataIn((await pageOf(lesson(name))).html);
    known.set(name, data);
    return data;
  }

  test.prop([names, zooms], { numRuns: 30 })(
    "reads downwards: what leaves later is lower by a line at least, and nothing ends above where it left",
    async (name, zoom) => {
      const data = await dataOf(name);
      const { shown, leaves, ends, height } = layOut(data, zoom, null);
      for (const [i, packet] of shown.entries()) {
        if (i > 0) expect(leaves[packet]).toBeGreaterThanOrEqual(leaves[shown[i - 1]] + LINE);
        if (!Number.isNaN(ends[packet])) expect(ends[packet]).toBeGreaterThanOrEqual(leaves[packet]);
        expect(leaves[packet]).toBeLessThan(height);
      }
    },
  );

  test.prop([names, zooms], { numRuns: 30 })("has its stops in order of time", async (name, zoom) => {
    const { stops } = await dataOf(name);
    const { stops: ys, height } = layOut(await dataOf(name), zoom, null);
    for (let stop = 1; stop < stops.length; stop++) {
      if (stops[stop][0] > stops[stop - 1][0]) expect(ys[stop]).toBeGreaterThanOrEqual(ys[stop - 1]);
      expect(ys[stop]).toBeLessThan(height);
    }
  });

  test.prop([names, zooms, fc.double({ min: 0, max: 1, noNaN: true })], { numRuns: 30 })(
    "finds all packets in sight from the first that reaches it on",
    async (name, zoom, part) => {
      const layout = layOut(await dataOf(name), zoom, null);
      const y = part * layout.height;
      const first = firstReaching(layout, y);
      for (const packet of layout.shown.slice(0, first)) {
        expect(Number.isNaN(layout.ends[packet]) ? layout.leaves[packet] : layout.ends[packet]).toBeLessThan(
          y,
        );
      }
    },
  );

  it("shows one conversation alone when asked", async () => {
    const data = await dataOf("websocket-chat");
    const { shown } = layOut(data, 0, data.packets.streams[0]);
    expect(shown.length).toBeLessThan(data.packets.count);
    expect(new Set(shown.map((packet) => data.packets.streams[packet])).size).toBe(1);
  });
});

describe("the filter of a page", () => {
  it("passes packets that have all its words, in any column", async () => {
    const { packets } = dataIn((await pageOf(lesson("tcp-hello"))).html);
    const texts = listTexts(packets);
    expect(passing(texts, "  ")).toBeNull();
    expect(passing(texts, "[syn tcp 10.0.0.1")).toEqual([0, 1]);
    expect(passing(texts, "HELLO, CLIENT")).toEqual([5]);
    expect(passing(texts, "nothing like it")).toEqual([]);
  });

  it("keeps the list at the packet, or at the last before it that passes", () => {
    expect(lineOf(null, 7)).toBe(7);
    expect(lineOf([2, 5, 9], 5)).toBe(1);
    expect(lineOf([2, 5, 9], 8)).toBe(1);
    expect(lineOf([2, 5, 9], 0)).toBe(0);
    expect(lineOf([], 3)).toBe(0);
  });
});

describe("the address of a page", () => {
  it("says the screen and the stop, and what it cannot say is as the page opens", async () => {
    const data = dataIn((await pageOf(lesson("tcp-hello"))).html);
    const at = (hash: string) => {
      const { screen, stop } = initialState(data, packetsByStop(data), hash);
      return [screen, stop];
    };
    expect(at("#packets/7")).toEqual(["packets", 6]);
    expect(at("")).toEqual(["lab", data.stops.length - 1]);
    expect(at("#nowhere/999999999")).toEqual(["lab", data.stops.length - 1]);
    expect(at("#graphs/0")).toEqual(["graphs", 0]);
  });
});
