// `-T ek`, `-T pdml` and `-T psml` write pieces of bytes, and some of them for many packets at once: what comes out is what trees and columns say.

import { describe, expect, it } from "vitest";

import { contextOf } from "../../../src/capture/context.ts";
import { COLUMNS, dissect } from "../../../src/capture/dissect/dissect.ts";
import type { DetailNode, DissectContext } from "../../../src/capture/dissect/dissect.ts";
import { findField, formatValue } from "../../../src/capture/fields.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printEk } from "../../../src/capture/print/ek.ts";
import { LineBytes, linesOf } from "../../../src/capture/print/line-bytes.ts";
import { pdmlWriter } from "../../../src/capture/print/pdml.ts";
import { psmlWriter } from "../../../src/capture/print/psml.ts";
import { xmlText } from "../../../src/capture/print/xml.ts";
import type { Trace } from "../../../src/trace/trace.ts";
import { captureNames, capturePath } from "../shared-captures.ts";

const ROWS_MAX = 400;
const CAPTURES = [
  ...["applications", "https", "lan", "tcp-hello-loopback", "udp-loss-reorder"].map(
    (name) => `fixtures/captures/${name}.pcapng`,
  ),
  ...captureNames()
    .filter((name) => !name.startsWith("libpcap__"))
    .map(capturePath),
];

type Check = (trace: Trace, context: DissectContext, rows: readonly number[]) => void;

/** All packets have been looked at before, since the later ones tell something of the earlier. */
async function withCapture(path: string, check: Check): Promise<void> {
  const capture = await openCapture(path);
  const { trace } = capture;
  const context = contextOf(capture);
  const rows = Array.from({ length: Math.min(trace.packets.count, ROWS_MAX) }, (_, row) => row);
  for (const row of rows) dissect(trace, row, context);
  check(trace, context, rows);
  capture.close();
}

type Value = string | boolean | null | Value[] | { [key: string]: Value };

/** Elasticsearch's object of lines, put together as the format is told. */
function objectOf(nodes: readonly DetailNode[], into: Record<string, Value> = {}): Record<string, Value> {
  for (const node of nodes) {
    const { field, children } = node;
    if (field === null) objectOf(children, into);
    else if (/^_ws\.[a-z]+$/.test(field)) add(into, underscored(field), objectOf(children));
    else {
      const protocol = /^_ws\.[a-z]+/.exec(field)?.[0] ?? field.split(".", 1)[0];
      add(into, underscored(`${protocol}_${field}`), valueOf(node));
      objectOf(children, into);
    }
  }
  return into;
}

function add(into: Record<string, Value>, key: string, value: Value): void {
  const before = into[key];
  if (before === undefined) into[key] = value;
  else if (Array.isArray(before)) before.push(value);
  else into[key] = [before, value];
}

function underscored(name: string): string {
  return name.replaceAll(".", "_");
}

function valueOf({ field, value }: DetailNode): Value {
  const type = findField(field ?? "")?.type ?? "string";
  if (type === "flag" || type === "protocol" || value === null) return null;
  if (typeof value === "boolean") return value;
  if (value instanceof Uint8Array)
    return Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join(":");
  if (type === "bytes" && value === "<MISSING>") return "";
  return typeof value === "string" ? value : formatValue(type, value, "");
}

describe.each(CAPTURES)("%s", (path) => {
  it("for Elasticsearch a field that a layer has twice is a list where it is first, and so is a layer", async () => {
    await withCapture(path, (trace, context, rows) => {
      const lines = [...printEk(trace, rows, context)];
      for (const row of rows) {
        const layers: Record<string, Value> = {};
        for (const { field, children } of dissect(trace, row, context).tree)
          add(layers, underscored(field ?? "text"), objectOf(children));
        const date = new Date(trace.packets.seconds[row] * 1000).toISOString().slice(0, 19);
        const nanoseconds = String(trace.packets.nanoseconds[row]).padStart(9, "0");
        const { frame } = layers as { frame: Record<string, Value> };
        if ("frame_frame_time" in frame) frame["frame_frame_time"] = `${date}.${nanoseconds}Z`;
        const line = lines[row * 2 + 1];
        expect(line.slice(line.indexOf('"layers":'))).toBe(`"layers":${JSON.stringify(layers)}}`);
      }
    });
  });

  it("the elements of a packet are the same after others, with whom it shares lines, as by themselves", async () => {
    await withCapture(path, (trace, context, rows) => {
      const after = [...linesOf(pdmlWriter(trace, context), rows)];
      for (const row of rows) {
        const [alone] = linesOf(pdmlWriter(trace, context), [row]);
        expect(after[row]).toBe(alone);
      }
    });
  });

  it("columns as XML are those of dissection, a row at a time and many at once", async () => {
    await withCapture(path, (trace, context, rows) => {
      const writer = psmlWriter(trace, context, { commonTimeDecimals: () => 6 });
      const single = [...linesOf(writer, rows)];
      for (const row of rows) {
        const { source, destination, protocol, info } = dissect(trace, row, context, COLUMNS);
        const texts = Array.from(single[row].matchAll(/<section>(.*)<\/section>/g), ([, text]) => text);
        const [, time, ...columns] = texts;
        expect(time).toMatch(/^(?:-?\d+\.\d+)?$/);
        expect(columns).toEqual(
          [source, destination, protocol, String(trace.packets.length[row]), info].map(xmlText),
        );
      }
      const out = new LineBytes(trace.packets.memory);
      for (let row = 0; writer.many !== undefined && row < rows.length;)
        row = writer.many(row, rows.length, out);
      if (writer.many !== undefined) expect(out.textFrom(0)).toBe(single.map((text) => `${text}\n`).join(""));
    });
  });
});
