// -T fields says of every field what the packet's whole tree says, wherever the field comes from: the packet table, what streams have
// learnt, or a dissection of no more than is asked for.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";

import { writeCaptureFile } from "../../../bench/capture-file.ts";
import type { Capture } from "../../../src/capture/capture.ts";
import { contextOf, decodeCaptureAs } from "../../../src/capture/context.ts";
import { dissect } from "../../../src/capture/dissect/dissect.ts";
import type { DetailNode, DissectContext, DissectedPacket } from "../../../src/capture/dissect/dissect.ts";
import { allFields, formatNode } from "../../../src/capture/fields.ts";
import type { FieldInfo } from "../../../src/capture/fields.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import type { FieldsOptions } from "../../../src/capture/print/fields.ts";
import { captureNames, capturePath, hasSharedCaptures } from "../shared-captures.ts";

const FIELDS = allFields();
/** In no value: what is between two fields is told from what is in one. */
const BETWEEN = "\u0001";
const ROWS_MAX = 8;
const folder = mkdtempSync(join(tmpdir(), "wirelab-fields-"));

afterAll(() => rmSync(folder, { recursive: true }));

/** What the whole tree says of each of `fields`. */
function cellsOf(packet: DissectedPacket, fields: readonly FieldInfo[], options: FieldsOptions): string[] {
  const nodes = new Map<string, DetailNode[]>();
  const order = new Map<DetailNode, number>();
  const gather = (tree: readonly DetailNode[]): void => {
    for (const node of tree) {
      order.set(node, order.size);
      if (node.field !== null) nodes.set(node.field, [...(nodes.get(node.field) ?? []), node]);
      gather(node.children);
    }
  };
  gather(packet.tree);
  const columns: Readonly<Record<string, string>> = {
    "_ws.col.Protocol": packet.protocol,
    "_ws.col.Info": packet.info,
    "_ws.col.Source": packet.source,
    "_ws.col.Destination": packet.destination,
  };
  const { occurrence = "all", aggregator = ",", quote = "none" } = options;
  const mark = { none: "", double: '"', single: "'" }[quote];
  return fields.map((field) => {
    const found = field.nodes.flatMap((name) => nodes.get(name) ?? []);
    found.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
    const values = found.map((node) => formatNode(field, node));
    const chosen =
      occurrence === "first" ? values.slice(0, 1) : occurrence === "last" ? values.slice(-1) : values;
    const text = columns[field.name] ?? chosen.join(aggregator);
    return text === "" ? "" : `${mark}${text}${mark}`;
  });
}

/** A context that knows no stream yet: what a packet says of others depends on how far they have been read. */
function freshContext(capture: Capture): DissectContext {
  decodeCaptureAs(capture, []);
  return contextOf(capture);
}

/** The first field of the first row that is printed otherwise than its tree says; rows are every `step`-th. */
function difference(
  capture: Capture,
  fields: readonly FieldInfo[],
  options: FieldsOptions,
  step: number,
): string | null {
  const { trace } = capture;
  const rows: number[] = [];
  for (let row = 0; row < trace.packets.count; row += step) rows.push(row);
  const names = fields.map(({ name }) => name);
  const separator = options.separator ?? "\t";
  const lines = [...printFields(trace, rows, names, freshContext(capture), options)];
  const context = freshContext(capture);
  for (const [i, row] of rows.entries()) {
    const cells = cellsOf(dissect(trace, row, context), fields, options);
    if (lines[i] === cells.join(separator)) continue;
    const printed = lines[i].split(separator);
    const at = cells.findIndex((cell, field) => cell !== printed[field]);
    return `frame ${row + 1}: ${names[at]} is ${printed[at]}, not ${cells[at]}`;
  }
  return null;
}

async function generated(packets: number): Promise<Capture> {
  const path = join(folder, `${packets}.pcap`);
  writeCaptureFile(path, packets);
  return openCapture(path);
}

describe("-T fields", () => {
  it("prints each of all fields as the whole tree has it", async () => {
    const capture = await generated(400);
    expect(difference(capture, FIELDS, { separator: BETWEEN }, 5)).toBeNull();
    capture.close();
  });

  it("separates, quotes, joins and chooses whatever any fields have as told", async () => {
    const capture = await generated(300);
    const character = fc.constantFrom("\t", " ", ";", "|", "é");
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom(...COMMON), { minLength: 1, maxLength: 14 }),
        character,
        character,
        fc.constantFrom("all", "first", "last"),
        fc.constantFrom("none", "double", "single"),
        fc.integer({ min: 7, max: 40 }),
        (fields, separator, aggregator, occurrence, quote, step) => {
          const options = { separator, aggregator, occurrence, quote };
          expect(difference(capture, fields, options, step)).toBeNull();
        },
      ),
      { numRuns: 30, seed: 7 },
    );
    capture.close();
  });
});

/** Fields of the layers that packets of a network mostly have: others would be absent nearly always. */
const COMMON = FIELDS.filter(({ name }) => /^(_ws\.col|frame|eth|ip|ipv6|tcp|udp|dns|http|tls)\./.test(name));

describe.skipIf(!hasSharedCaptures)("the same on real captures (skipped without the shared captures)", () => {
  it("prints each of all fields as the whole tree has it", async () => {
    // libpcap's are of damaged files.
    for (const name of captureNames().filter((one) => !one.startsWith("libpcap__"))) {
      const capture = await openCapture(capturePath(name));
      const step = Math.max(1, Math.ceil(capture.trace.packets.count / ROWS_MAX));
      const found = difference(capture, FIELDS, { separator: BETWEEN }, step);
      capture.close();
      expect(`${name}: ${found}`).toBe(`${name}: null`);
    }
  });
});
