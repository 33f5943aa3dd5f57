// `-T tabs`, `-T psml` and `-T pdml` beside tshark's.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { wirelab } from "../../cli/wirelab.ts";
import { hex } from "../memory-trace.ts";
import { classicFile, joined } from "../packets.ts";
import { captureNames, capturePath, hasTshark, tshark } from "../shared-captures.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-xml-"));
afterAll(() => rmSync(folder, { recursive: true }));

const OWN = ["tcp-hello-loopback", "udp-loss-reorder"].map((name) => `fixtures/captures/${name}.pcapng`);
/** Captures of what wirelab and tshark show otherwise, whatever the format: docs/parity.md. */
const OTHERS =
  /applications|certificates|test-generator|echo-connections|http-100-continue|http-post-upload|reassembly-synthetic|tls-split|wireshark-retrans|invalid-version|fragments|ipv6_options|many_interfaces|one_ipv6_http|one_tcp_stream|unidirectional|http2|empty-sack|websocket/;
const CAPTURES = [
  ...OWN,
  ...captureNames()
    .filter((name) => !OTHERS.test(name))
    .map(capturePath),
];

/** Elements that wirelab has not, or otherwise: docs/parity.md. */
const ABSENT = /^(?:tcp\.pdu\.size|tcp\.analysis$)/;
/** Fields whose bytes are elsewhere. */
const ELSEWHERE = /^(?:dns\.(?:time|response_to)|null\.type)$/;

const CREATOR = 'creator=""';

async function read(args: readonly string[]): Promise<string[]> {
  const { stdout } = await wirelab(["read", ...args]);
  const lines = stdout.split("\n");
  lines.pop();
  return lines;
}

/** Each element that is not hidden, with its depth and what of it can be compared. */
function elements(lines: readonly string[]): string[] {
  const tags = lines
    .join("\n")
    .replace(/^[^]*?<packet>/, "")
    .matchAll(/<(\/?)([a-z]+)((?: [a-z]+="[^"]*")*)(\/?)>([^<]*)/g);
  const found: string[] = [];
  let depth = 1;
  /** Elements deeper than this are not compared. */
  let limit = Infinity;
  for (const [, closes, tag, attributes, isEmpty, text] of tags) {
    if (closes !== "") {
      depth--;
      if (depth <= limit) limit = Infinity;
      continue;
    }
    if (depth <= limit) {
      const name = / name="([^"]*)"/.exec(attributes)?.[1] ?? "";
      const isLeft = attributes.includes(' hide="yes"') || ABSENT.test(name);
      if (!isLeft) {
        const shown = ELSEWHERE.test(name)
          ? attributes.replaceAll(/ (?:size|pos|value)="[^"]*"/g, "")
          : attributes;
        found.push(`${depth} ${tag}${shown}${text.trim()}`);
      }
      if (isLeft && isEmpty === "") limit = Math.min(limit, depth);
    }
    if (isEmpty === "") depth++;
  }
  return found;
}

describe.skipIf(!hasTshark)("beside tshark (skipped without tshark 4.0)", () => {
  it.each(CAPTURES)("-T pdml of %s has the same elements", async (path) => {
    const args = ["-n", "-r", path, "-T", "pdml", "-c", "150"];
    const [ours, theirs] = [elements(await read(args)), elements(tshark(args) ?? [])];
    expect(theirs.length).toBeGreaterThan(0);
    expect(ours).toEqual(theirs);
  });

  it.each(OWN)("-T psml, -T tabs and -t of %s are the same", async (path) => {
    for (const more of [[], ["-t", "e"], ["-Y", "frame.number > 5"], ["-Y", "frame.number < 1"]]) {
      for (const format of ["psml", "tabs"]) {
        const args = ["-n", "-r", path, "-T", format, ...more];
        const theirs = tshark(args)?.map((line) => line.replace(/creator="[^"]*"/, CREATOR));
        expect((await read(args)).map((line) => line.replace(/creator="[^"]*"/, CREATOR))).toEqual(theirs);
      }
    }
  });

  it("-T pdml begins and ends as tshark's, and is no packet's where none passes", async () => {
    const args = ["-n", "-r", OWN[0], "-T", "pdml", "-Y", "frame.number < 1"];
    const [xml, style, , pdml, end] = tshark(args) ?? [];
    const opening = pdml.replace(/creator="[^"]*" time="[^"]*"/, CREATOR);
    const ours = (await read(args)).map((line) => line.replace(/creator="[^"]*"/, CREATOR));
    expect(ours).toEqual([xml, style, opening, end]);
  });

  it("texts with quotes, tags and control characters are written as tshark writes them", async () => {
    const text =
      "GET /a'b\"c<d>&e\u0001\u007f HTTP/1.1\r\nX-T: a\tb\u0002c\u007f\r\nUser-Agent: \u001b[1m\r\n\r\n";
    const head = hex(
      "4500 0000 0001 0000 4006 0000 0a000001 0a000002 04d2 0050 00000001 00000001 5018 03e8 0000 0000",
    );
    new DataView(head.buffer).setUint16(2, head.length + text.length);
    const path = join(folder, "texts.pcap");
    const packet = joined(head, Buffer.from(text, "latin1"));
    writeFileSync(path, classicFile([{ seconds: 1, fraction: 2, length: packet.length, bytes: packet }]));
    for (const format of ["psml", "pdml"]) {
      const args = ["-n", "-r", path, "-T", format];
      expect(elements(await read(args))).toEqual(elements(tshark(args) ?? []));
    }
  });
});

describe("formats of tshark's that are not here", () => {
  it.each(["jsonraw", "ps"])("-T %s says what to do instead", async (format) => {
    const { code, stderr } = await wirelab(["read", OWN[0], "-T", format]);
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`^wirelab: -T ${format}: is tshark's and not here: -T `));
  });
});
