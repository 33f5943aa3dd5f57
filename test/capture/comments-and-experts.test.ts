// Comments of packets and expert information as fields: in filters, in fields and in trees, beside tshark's answers.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Capture } from "../../src/capture/capture.ts";
import { contextOf } from "../../src/capture/context.ts";
import { compileFilter, isFilterError } from "../../src/capture/filter/compile.ts";
import { openCapture } from "../../src/capture/open.ts";
import { dissect } from "../../src/capture/dissect/dissect.ts";
import { printDetails } from "../../src/capture/print/details.ts";
import { printEk } from "../../src/capture/print/ek.ts";
import { printFields } from "../../src/capture/print/fields.ts";
import { printJson } from "../../src/capture/print/json.ts";
import { printExpert } from "../../src/capture/statistics/expert.ts";
import { pcapngChunks } from "../../src/capture/write-pcapng.ts";
import { LINKTYPE } from "../../src/wire/link-types.ts";
import { hex, memoryTrace } from "./memory-trace.ts";
import { hasTshark, tshark } from "./shared-captures.ts";

const HELLO = "fixtures/captures/tcp-hello-loopback.pcapng";
const FIELDS = [
  "frame.number",
  "pkt_comment",
  "frame.comment",
  "frame.comment.expert",
  "_ws.expert",
  "_ws.expert.message",
  "_ws.expert.severity",
  "_ws.expert.group",
  "frame.marked",
];
const FILTERS = [
  "frame.comment",
  "pkt_comment",
  "!frame.comment",
  'frame.comment == "first"',
  'frame.comment contains "comma"',
  'frame.comment != "first"',
  'frame.comment matches "(?-i)^Two\\nLines"',
  "frame.comment.expert",
  "_ws.expert",
  'frame.comment && _ws.expert.severity == "Chat"',
  "_ws.expert.severity == Note",
  "_ws.expert.severity >= note",
  "_ws.expert.severity in {Comment, Note .. Error}",
  "_ws.expert.severity & 0x200000",
  "_ws.expert.group == Sequence",
  "all _ws.expert.group == 0xb000000",
  '_ws.expert.message contains "Connection"',
  "tcp.flags.syn == 1 && _ws.expert",
  "frame.marked == 1",
  "frame.marked",
  // Refused.
  "_ws.expert.severity == Loud",
  "_ws.expert.summary",
];

let folder = "";
let path = "";
let capture: Capture;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "wirelab-comments-"));
  path = join(folder, "comments.pcapng");
  const hello = await openCapture(HELLO);
  const comments = new Map([
    [0, ["first"]],
    [3, ["first", "second, with a comma"]],
    [4, ["Two\nLines"]],
  ]);
  writeFileSync(path, Buffer.concat([...pcapngChunks(hello.trace, { comments })]));
  hello.close();
  capture = await openCapture(path);
});
afterAll(() => {
  capture.close();
  rmSync(folder, { recursive: true });
});

function allRows({ trace }: Capture): number[] {
  return Array.from({ length: trace.packets.count }, (_, row) => row);
}

/** The frames that pass, by number; null for a refused filter. */
function framesOf(text: string): number[] | null {
  const filter = compileFilter(text);
  if (isFilterError(filter)) return null;
  return allRows(capture)
    .filter(filter.on(capture.trace, contextOf(capture)))
    .map((row) => row + 1);
}

describe("comments of packets", () => {
  it("are fields above the frame, each with its expert information", () => {
    const lines = [...printDetails(capture.trace, [3], contextOf(capture))];
    expect(lines.slice(0, 10)).toEqual([
      "Packet comments",
      "    first",
      "        [Expert Info (Comment/Comment): first]",
      "            [first]",
      "            [Severity level: Comment]",
      "            [Group: Comment]",
      "    second, with a comma",
      "        [Expert Info (Comment/Comment): second, with a comma]",
      "            [second, with a comma]",
      "            [Severity level: Comment]",
    ]);
  });

  it("are so many lines at most, and the packet's own lines stay", () => {
    const comments = Array.from({ length: 400_000 }, () => "again");
    const context = { ...contextOf(capture), comments: (): readonly string[] => comments };
    const packet = dissect(capture.trace, 0, context);
    expect(packet.tree[0].children).toHaveLength(2000);
    expect(packet.experts.length).toBeLessThan(2010);
    expect(packet.tree.map(({ field }) => field)).toEqual(["pkt_comment", "frame", "eth", "ip", "tcp"]);
    expect(packet.tree[4].children.length).toBeGreaterThan(10);
  });

  it("are found by filters, which pass over packets that have none", () => {
    expect(framesOf('frame.comment contains "comma"')).toEqual([4]);
    expect(framesOf("!frame.comment")).toEqual([
      2,
      3,
      ...allRows(capture)
        .slice(5)
        .map((row) => row + 1),
    ]);
  });
});

describe("marks", () => {
  it("are a field of the packets that the user has marked", () => {
    const context = { ...contextOf(capture), isMarked: (row: number): boolean => row === 2 };
    const filter = compileFilter("frame.marked == 1");
    if (isFilterError(filter)) throw new Error(filter.problem);
    expect(filter.isColumnsOnly).toBe(true);
    expect(allRows(capture).filter(filter.on(capture.trace, context))).toEqual([2]);
    expect([...printDetails(capture.trace, [2], context)]).toContain("    [Frame is marked: True]");
  });
});

describe.skipIf(!hasTshark)("beside tshark (skipped without tshark 4.0)", () => {
  it("each field has tshark's values", () => {
    expect([...printFields(capture.trace, allRows(capture), FIELDS, contextOf(capture))]).toEqual(
      tshark(["-n", "-r", path, "-T", "fields", ...FIELDS.flatMap((name) => ["-e", name])]),
    );
  });

  it.each(FILTERS)("%s: the same frames pass, or both refuse it", (filter) => {
    const theirs = tshark(["-n", "-r", path, "-Y", filter, "-T", "fields", "-e", "frame.number"]) ?? [];
    const ours = framesOf(filter);
    expect(ours ?? []).toEqual(theirs.map(Number));
    expect(ours === null).toBe(filter.endsWith("Loud") || filter.endsWith("summary"));
  });

  it("-z expert has a table of comments, below all others", () => {
    const lines = [...printExpert(capture.trace, allRows(capture), contextOf(capture))];
    // tshark breaks its line where the comment does.
    const theirs = tshark(["-n", "-r", path, "-q", "-z", "expert"])?.join("\n");
    expect(lines.join("\n").replace("Two\\n", "Two\n")).toBe(theirs);
  });

  it("-T json and -T ek have them as objects within their layers", () => {
    const text = tshark(["-n", "-r", path, "-T", "json"])?.join("\n") ?? "";
    expect(expertsOf([...printJson(capture.trace, allRows(capture), contextOf(capture))].join("\n"))).toEqual(
      expertsOf(text),
    );
    const ek = tshark(["-n", "-r", path, "-T", "ek"])?.join("\n") ?? "";
    // tshark has a key twice where its parents differ; here a list has all.
    const own = /\{[^{}]*"_ws_expert__ws_expert_message[^{}]*\}/g;
    expect([...printEk(capture.trace, allRows(capture), contextOf(capture))].join("\n").match(own)).toEqual(
      ek.match(own),
    );
  });
});

describe.skipIf(!hasTshark)("expert information of lower layers (skipped without tshark 4.0)", () => {
  const ethernet = (source: string, type: string, packet: string): Uint8Array =>
    hex(`020000000001 ${source} ${type} ${packet}`);
  const igmp = "4600 0020 0000 0000 0102 0000 0a000001 e0000016 94040000";
  const routed = "6000 0000 0018 2b40 fe80 0000000000000000000000000001 fe80 0000000000000000000000000002";
  const segments = "fe80 0000000000000000000000000003";
  const dns = (port: string, flags: string): string =>
    `4500 002f 0000 0000 4011 0000 0a000001 0a000002 ${port} 001b 0000 1234 ${flags} 0001 0000 0000 0000 0161 0000 0100 01`;
  const packets = [
    ethernet("010000000002", "0800", `${igmp} 1600 1234 e0010203`),
    ethernet("020000000002", "0800", `${igmp} 1600 07fb e0010203`),
    ethernet("020000000002", "86dd", `${routed} 3b02 0001 0000 0000 ${segments}`),
    ethernet("020000000002", "86dd", `${routed} 3b02 0201 0000 0000 ${segments}`),
    ethernet("020000000002", "0800", dns("1f40 0035", "0100")),
    ethernet("020000000002", "0800", dns("1f40 0035", "0100")),
  ];

  it("is tshark's", async () => {
    const { trace } = memoryTrace(packets, LINKTYPE.ethernet);
    const file = join(folder, "lower.pcapng");
    writeFileSync(file, Buffer.concat([...pcapngChunks(trace)]));
    const lower = await openCapture(file);
    const names = ["frame.number", ...FIELDS.filter((name) => name.startsWith("_ws."))];
    const lines = [...printFields(lower.trace, allRows(lower), names, contextOf(lower))];
    lower.close();
    expect(lines.filter((line) => line.includes("Expert Info"))).toHaveLength(3);
    expect(lines).toEqual(
      tshark(["-n", "-r", file, "-T", "fields", ...names.flatMap((name) => ["-e", name])]),
    );
  });
});

/** The lines of expert information in JSON, without what they stand under. */
function expertsOf(json: string): string[] {
  const blocks = json.match(/"_ws\.expert": \{[^}]*\}/g) ?? [];
  return blocks.map((block) => block.replaceAll(/\n\s+/g, " "));
}
