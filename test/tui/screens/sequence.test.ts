// The Sequence screen on captures of one machine, whose ends have one address.

import { describe, expect, test } from "vitest";

import { gridToText } from "../../../src/tui/render/text.ts";
import { renderScreen } from "../../../src/tui/snapshot.ts";
import { hex, memoryTrace } from "../../capture/memory-trace.ts";

const CLIENT = [40_000, 80] as const;
const SERVER = [80, 40_000] as const;

/** A segment from 127.0.0.1 to itself. */
function segment([from, to]: readonly [number, number], flags: string, size = 0): Uint8Array {
  const digits = (value: number): string => value.toString(16).padStart(4, "0");
  const ip = `4500 ${digits(40 + size)} 0001 0000 4006 0000 7f000001 7f000001`;
  return hex(
    `${ip} ${digits(from)} ${digits(to)} 00000001 00000001 50${flags} ffff 0000 0000 ${"78".repeat(size)}`,
  );
}

function screen(packets: readonly Uint8Array[], keys: readonly string[] = []): string {
  const session = { name: "made", problems: [], ...memoryTrace(packets, 101) };
  return gridToText(renderScreen(session, { size: { width: 100, height: 30 }, screen: "sequence", keys }));
}

describe("a capture of programs on one machine", () => {
  const exchange = [segment(CLIENT, "02"), segment(SERVER, "12"), segment(CLIENT, "10")];

  test("has a lifeline for each socket, and packets go from one to the other", () => {
    const shown = screen(exchange);
    expect(shown).toMatch(/127\.0\.0\.1:40000 +127\.0\.0\.1:80/);
    expect(shown.split("\n").filter((line) => /─ SYN Seq=\d.*▶│/.test(line))).toHaveLength(1);
    expect(shown.split("\n").filter((line) => /│◀─.* SYN ACK Seq/.test(line))).toHaveLength(1);
    expect(shown).not.toContain("↺");
  });

  test("has those of all conversations beside each other", () => {
    const other = segment([40_001, 80], "02");
    expect(screen([...exchange, other], ["c"])).toMatch(/:40000 .*:80 .*:40001/);
  });

  test("folds what one socket sends, and not what the two say in turn", () => {
    const inTurn = Array.from({ length: 12 }, (_, i) => segment(i % 2 === 0 ? CLIENT : SERVER, "10", 5));
    expect(screen(inTurn)).not.toContain("packets,");
    const inARow = Array.from({ length: 12 }, () => segment(CLIENT, "10", 5));
    expect(screen(inARow)).toContain("packets,");
  });
});
