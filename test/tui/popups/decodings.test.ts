// "Decode as" in the dashboard: at once, as -d of the command line, and back again.

import { afterAll, describe, expect, test } from "vitest";

import { contextOf, decodeCaptureAs } from "../../../src/capture/context.ts";
import { isDecodeAsError, readDecodeAs } from "../../../src/capture/dissect/decode-as.ts";
import type { DecodeAs } from "../../../src/capture/dissect/decode-as.ts";
import { dissect } from "../../../src/capture/dissect/dissect.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { captureSession } from "../../../src/cli/capture-session.ts";
import type { Model } from "../../../src/tui/model.ts";
import { copiesOf } from "../../../src/tui/popups/copies.ts";
import { decodingsOf } from "../../../src/tui/popups/decodings.ts";
import { dissectedAt, listCount, selectedRow } from "../../../src/tui/screens/packet-data.ts";
import { countOn, expertOf, protocolsOf } from "../../../src/tui/screens/statistics-counts.ts";
import { modelAt } from "../../../src/tui/snapshot.ts";

const PATH = "fixtures/captures/applications.pcapng";
const capture = await openCapture(PATH);
afterAll(() => capture.close());
const session = captureSession(capture);
/** A packet of a stream of RESP, on its own port. */
const RESP = "# 4 0 enter";
const AS_HTTP = "d h t t p enter";

function pressed(keys: string): Model {
  return modelAt(session, { size: { width: 120, height: 40 }, screen: "packets", keys: keys.split(" ") });
}

function typed(filter: string): string {
  return `/ ${filter.split("").join(" ")} enter`;
}

function columns(model: Model): string[] {
  return Array.from({ length: session.trace.packets.count }, (_, row) => {
    const { protocols, protocol, info } = dissectedAt(model, row);
    return `${protocols} ${protocol} ${info}`;
  });
}

/** The columns under -d `rule`, or without one. */
function commandLine(...rules: readonly string[]): string[] {
  decodeCaptureAs(
    capture,
    rules.map(readDecodeAs).filter((read): read is DecodeAs => !isDecodeAsError(read)),
  );
  const context = { ...contextOf(capture) };
  const found = Array.from({ length: session.trace.packets.count }, (_, row) => {
    const { protocols, protocol, info } = dissect(capture.trace, row, context);
    return `${protocols} ${protocol} ${info}`;
  });
  decodeCaptureAs(capture, []);
  return found;
}

describe("decode as", () => {
  test("shows every packet as -d does, and as before once it is undone", () => {
    const before = commandLine();
    expect(columns(pressed(RESP))).toEqual(before);
    const chosen = pressed(`${RESP} ${AS_HTTP}`);
    expect(chosen.note).toBe("decoded as tcp.port==6379,http");
    expect(selectedRow(chosen)).toBe(39);
    const after = commandLine("tcp.port==6379,http");
    expect(after).not.toEqual(before);
    expect(columns(chosen)).toEqual(after);
    const undone = pressed(`${RESP} ${AS_HTTP} d home enter`);
    expect(undone.packets.decodeAs).toEqual([]);
    expect(columns(undone)).toEqual(before);
  });

  test("begins with the rules that are on, and offers both ports of the packet, the lower one first", () => {
    const offered = decodingsOf(pressed(`${RESP} ${AS_HTTP}`));
    expect([...new Set(offered.map(({ group }) => group))]).toEqual([
      "Undo",
      "What tcp.port 6379 carries",
      "What tcp.port 50001 carries",
    ]);
    expect(offered.filter(({ current }) => current).map(({ what }) => what)).toEqual(["http"]);
  });

  test("takes the last choice for a port, and drops all at once", () => {
    const twice = pressed(`${RESP} ${AS_HTTP} d d a t a enter`);
    expect(twice.packets.decodeAs).toEqual([{ transport: "tcp", first: 6379, last: 6379, protocol: "data" }]);
    const two = pressed(`${RESP} ${AS_HTTP} # 3 enter d d n s enter`);
    expect(two.packets.decodeAs?.map(({ protocol }) => protocol)).toEqual(["dns", "http"]);
    expect(decodingsOf(two).find(({ what }) => what === "none of these")?.rules).toEqual([]);
  });

  test("has a filter find anew what it lets through", () => {
    expect(listCount(pressed(typed("resp")))).toBeGreaterThan(10);
    const held = listCount(pressed(typed("resp")));
    const chosen = pressed(`${typed("resp")} d d a t a enter`);
    expect(listCount(chosen)).toBeLessThan(held);
    expect(listCount(pressed(`${typed("resp")} d d a t a enter escape`))).toBe(session.trace.packets.count);
  });

  test("has statistics count anew what dissecting tells", () => {
    const layers = (model: Model): string => {
      const counting = protocolsOf(model);
      while (countOn(model, counting));
      return JSON.stringify(counting.counts.top, (_, value: unknown) =>
        value instanceof Map ? [...value.keys(), ...value.values()] : value,
      );
    };
    expect(layers(pressed(RESP))).toContain('"resp"');
    const before = expertOf(pressed(RESP));
    while (countOn(pressed(RESP), before));
    const chosen = pressed(`${RESP} ${AS_HTTP}`);
    expect(layers(chosen)).not.toContain('"resp"');
    expect(expertOf(chosen)).not.toBe(before);
  });

  test("is in the command that shows the same", () => {
    const copies = copiesOf(pressed(`${RESP} ${AS_HTTP} ${typed("tcp.len>0")}`));
    expect(copies.find(({ what }) => what === "the command that shows this")?.text).toBe(
      `wirelab open ${PATH} -d tcp.port==6379,http -Y 'tcp.len>0'`,
    );
    const opened = captureSession(capture, { keylog: "my keys.log" });
    const plain = modelAt(opened, { size: { width: 80, height: 24 }, screen: "packets" });
    expect(copiesOf(plain).find(({ what }) => what === "the command that shows this")?.text).toBe(
      `wirelab open ${PATH} --keylog 'my keys.log'`,
    );
  });

  test("has nothing to offer for a packet without ports", () => {
    expect(decodingsOf(pressed("# 1 3 enter"))).toEqual([]);
  });
});
