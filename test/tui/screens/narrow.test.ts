// Small terminals, and captures with next to nothing in them: what is shown is whole.

import { afterAll, describe, expect, test } from "vitest";

import { openCapture } from "../../../src/capture/open.ts";
import { captureSession } from "../../../src/cli/capture-session.ts";
import { update } from "../../../src/tui/app.ts";
import type { ScreenName } from "../../../src/tui/model.ts";
import { gridToText } from "../../../src/tui/render/text.ts";
import type { Session } from "../../../src/tui/session.ts";
import { modelAt, renderScreen } from "../../../src/tui/snapshot.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { hex, memoryTrace } from "../../capture/memory-trace.ts";
import { end, SampleNetwork } from "../../capture/samples/network.ts";

const capture = await openCapture("fixtures/captures/applications.pcapng");
afterAll(() => capture.close());
const full = captureSession(capture);
const empty: Session = { name: "empty", problems: [], ...memoryTrace([], LINKTYPE.ethernet) };

function lines(session: Session, screen: ScreenName, width: number, keys: readonly string[] = []): string[] {
  return gridToText(renderScreen(session, { size: { width, height: 20 }, screen, keys })).split("\n");
}

describe("at 60 columns", () => {
  test("the packet list has Info rather than times", () => {
    const [, , , head, first] = lines(full, "packets", 60);
    expect(head).toMatch(/No\. +Source +Dest +Proto +Info/);
    expect(first).toContain("DHCP…");
  });

  test("the list of 80 columns has both", () => {
    expect(lines(full, "packets", 80)[3]).toMatch(/No\. +Time +Source +Dest +Proto +Info/);
  });

  test("statistics have no part of a tab for layers", () => {
    expect(lines(full, "statistics", 60)[1].trimEnd()).toMatch(/Expert$/);
    expect(lines(full, "statistics", 80)[1].trimEnd()).toMatch(/eth ip ipv6 tcp udp$/);
  });

  test("what screens say of an empty capture is wrapped", () => {
    expect(lines(empty, "graphs", 60).join("\n")).toMatch(/nothing to draw; 7 +│\n│ Statistics has packets/);
    expect(lines(empty, "stream", 60).join("\n")).toMatch(/as programs send and read +│\n│ them/);
  });
});

describe("the packet list at 80 columns", () => {
  test("says below it what Info has no room for, of the packet selected; nothing where it has", () => {
    const shown = lines(full, "packets", 80, ["down", "down"]);
    expect(shown[6]).toMatch(/DHCP +DHCP Request +…/);
    expect(shown.join("\n")).toContain("─ DHCP Request  - Transaction ID 0x3903f326 ─╯");
    expect(
      lines(full, "packets", 200, ["down", "down"])
        .join("\n")
        .match(/DHCP Request  - Tr/g),
    ).toHaveLength(1);
  });

  test("has whole addresses of network cards where there are no others, both ends of them where there are few", () => {
    const arp = hex(
      "ffffffffffff 0242ac110001 0806 0001 0800 06 04 0001 0242ac110001 c0a80101 000000000000 c0a801fe",
    );
    const ping = hex(
      "0242ac110002 0242ac110001 0800 4500001c00004000 4001 f77e 0a000001 0a000002 0800 f7ff 0000 0000",
    );
    const only: Session = { name: "arp", problems: [], ...memoryTrace([arp], LINKTYPE.ethernet) };
    expect(lines(only, "packets", 80)[4]).toContain(" 02:42:ac:11:00:01  ff:ff:ff:ff:ff:ff  ARP ");
    const few: Session = {
      name: "few",
      problems: [],
      ...memoryTrace([ping, ping, ping, ping, arp], LINKTYPE.ethernet),
    };
    expect(lines(few, "packets", 80)[8]).toContain(" 02:42…00:01  ff:ff…ff:ff  ARP ");
  });
});

describe("one pane of the packet list alone", () => {
  test("has the room of all, says whose it is, and follows the focus", () => {
    const details = lines(full, "packets", 80, ["tab", "z"]);
    expect(details[2]).toMatch(/^╭─ Details of packet 1 ─+ udp ─╮$/);
    expect(details.join("\n")).toContain("Ethernet II, Src: 02:00:00:00:00:00, Dst: ff:ff:ff:ff:ff:ff ");
    expect(details[18]).toMatch(/ tab: another pane {2}z: all ─╯$/);
    const bytes = lines(full, "packets", 80, ["tab", "z", "tab"]);
    expect(bytes[2]).toMatch(/^╭─ Bytes of packet 1 ─+ 8 of 342 bytes ─╮$/);
    expect(bytes[3]).toMatch(/^│ 0000 {2}(?:[\da-f]{2} ){8} (?:[\da-f]{2} ){8}/);
    const list = lines(full, "packets", 80, ["z"]);
    expect(list.filter((line) => / \d+ {2}0\.0\d{5} /.test(line))).toHaveLength(14);
    expect(lines(full, "packets", 80, ["z", "z"])).toEqual(lines(full, "packets", 80));
  });

  test("is what the mouse finds there", () => {
    const model = modelAt(full, { size: { width: 80, height: 20 }, screen: "packets", keys: ["tab", "z"] });
    const [clicked] = update(model, { kind: "mouse", action: "click", x: 70, y: 4 });
    expect(clicked.packets).toMatchObject({ focus: "tree", treeSelected: 1 });
  });

  test("leaves the packet where it was in the list", () => {
    const size = { width: 80, height: 20 };
    const before = modelAt(full, { size, screen: "packets", keys: ["pagedown", "pagedown", "up", "up"] });
    const after = ["tab", "z", "down", "z"].reduce(
      (model, key) => update(model, { kind: "key", key })[0],
      before,
    );
    expect(after.packets.top).toBe(before.packets.top);
    expect(after.packets.selected).toBe(before.packets.selected);
  });
});

test("a table that is sorted by a column there is no room for says so", () => {
  const title = (keys: readonly string[]): string => lines(full, "statistics", 80, keys)[2];
  expect(title(["<"])).toMatch(/─ TCP conversations ─+ 1 of 7 ─╮$/);
  expect(title(["<", "<", "<"])).toMatch(/─ TCP conversations ─+ by rate B → A ▼ {2}1 of 7 ─╮$/);
  expect(title(["<", "<", "<", "<", "<"])).toMatch(/─ by Duration s ▼ {2}1 of 7 ─╮$/);
  expect(lines(full, "statistics", 200, ["<", "<", "<", "<", "<"])[2]).not.toContain(" by ");
});

test("summaries of expert information are not cut for the sake of their group", () => {
  const keys = ["tab", "tab", "tab", "tab"];
  const narrow = lines(full, "statistics", 80, keys);
  expect(narrow[3]).not.toContain("Group");
  expect(narrow.join("\n")).toContain('"Time To Live" != 255 for a packet sent');
  expect(lines(full, "statistics", 120, keys)[3]).toMatch(/Summary +Group/);
});

test("a sequence of nothing has no scale, and names that packets say themselves are said once", () => {
  expect(lines(empty, "sequence", 80)[1]).not.toContain("a row");
  expect(lines(full, "sequence", 80).join("\n")).toMatch(/─ DHCP Discover/);
  const status = new TextEncoder().encode("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  const network = new SampleNetwork();
  network.connect(end("10.0.0.1", 40_000), end("10.0.0.2", 80)).answer(status);
  const web: Session = { name: "web", problems: [], ...memoryTrace(network.frames, LINKTYPE.ethernet) };
  expect(lines(web, "sequence", 80).join("\n")).toMatch(/─ HTTP\/1\.1 200 OK/);
});

test("what a host says to itself stands where there is room for it, or for more of it", () => {
  const ping = hex("4500001c00004000 4001 f77e 0a000001 0a000001 0800 f7ff 0000 0000");
  const pong = hex("4500001c00004000 4001 f77e 0a000001 0a000001 0000 ffff 0000 0000");
  const session: Session = { name: "own", problems: [], ...memoryTrace([ping, pong], LINKTYPE.raw) };
  const shown = lines(session, "sequence", 80).join("\n");
  expect(shown).toMatch(/ICMP Echo \(ping\) request .*ttl=64.* ↺ │/);
  expect(shown).toMatch(/ICMP Echo \(ping\) reply .*ttl=64.* ↺ │/);
  expect(lines(session, "sequence", 60).join("\n")).toMatch(/ICMP Echo \(ping\) reply .*… ↺ │/);
});

test("ends of a sequence that have no room for their address show both sides of it", () => {
  const udp = (from: string, to: string): Uint8Array =>
    hex(
      `60000000 0008 11 40 2a0281099c405d388d2eff123a4b${from} 2a0281099c405d388d2eff123a4b${to} 9c40 01bb 0008 0000`,
    );
  const packets = [udp("0001", "0002"), udp("0001", "0003"), udp("0003", "0002")];
  const session: Session = { name: "ends", problems: [], ...memoryTrace(packets, LINKTYPE.raw) };
  const [, , names] = lines(session, "sequence", 80, ["c"]);
  expect(names).toMatch(/ 2a02:\S+…\S+3a4b:1 +2a02:\S+…\S+:2 +2a02:\S+…\S+:3 /);
});
