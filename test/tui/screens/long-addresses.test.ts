// Addresses of IPv6 are as long as half a terminal: tables make room for them, and what is cut can still be told apart and read.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { PROTOCOL } from "../../../src/trace/packets.ts";
import { LINKTYPE, Trace } from "../../../src/trace/trace.ts";
import { initialModel } from "../../../src/tui/model.ts";
import type { ScreenName } from "../../../src/tui/model.ts";
import { gridToText } from "../../../src/tui/render/text.ts";
import { columnAt, shownColumns } from "../../../src/tui/screens/statistics-columns.ts";
import { sheetOf } from "../../../src/tui/screens/statistics-data.ts";
import { renderScreen } from "../../../src/tui/snapshot.ts";
import { shortenedAddress } from "../../../src/tui/widgets/shortened.ts";
import { hex, memoryTrace } from "../../capture/memory-trace.ts";

const PREFIX = "2a02:8109:9c40:5d38";
const SERVER = `[${PREFIX}:1111:2222:3333:4444]:443`;

/** Two clients of one network, whose addresses differ in the last digit, and their server. */
function neighbours(): Trace {
  const trace = new Trace({ read: () => new Uint8Array(28) });
  trace.interfaces.push({ name: "made", linkType: LINKTYPE.raw, snapLength: 0 });
  const { addresses } = trace.packets;
  const host = (low: number): number => addresses.internIpv6(0x2a028109, 0x9c405d38, 0x8d2eff12, low);
  const server = addresses.internIpv6(0x2a028109, 0x9c405d38, 0x11112222, 0x33334444);
  [host(0x3a4b99ee), host(0x3a4b99ef)].forEach((client, i) => {
    const row = trace.packets.append();
    trace.packets.length[row] = trace.packets.capturedLength[row] = 100;
    trace.packets.protocol[row] = PROTOCOL.tcp;
    trace.packets.source[row] = client;
    trace.packets.destination[row] = server;
    trace.packets.sourcePort[row] = 51_234;
    trace.packets.destinationPort[row] = 443;
    trace.packets.stream[row] = i;
  });
  return trace;
}

const session = { name: "made", trace: neighbours(), problems: [] };

function lines(screen: ScreenName, width: number, height: number, keys: readonly string[] = []): string[] {
  return gridToText(renderScreen(session, { screen, size: { width, height }, keys })).split("\n");
}

describe("an address that is shortened", () => {
  test("fits, and begins and ends as the whole one does; its port stays", () => {
    fc.assert(
      fc.property(
        fc.ipV6(),
        fc.option(fc.nat(65_535)),
        fc.integer({ min: 1, max: 50 }),
        (address, port, cells) => {
          const whole = port === null ? address : `[${address}]:${port}`;
          const short = shortenedAddress(whole, cells);
          expect(short.length).toBeLessThanOrEqual(cells);
          if (whole.length <= cells) expect(short).toBe(whole);
          else {
            const [head, tail] = short.split("…");
            expect(whole.startsWith(head) && whole.endsWith(tail)).toBe(true);
            if (port !== null && cells >= 13) expect(short).toMatch(new RegExp(`\\]:${port}$`));
          }
        },
      ),
    );
  });

  test("gives both its sides as much", () => {
    expect(shortenedAddress("2001:db8:85a3::8a2e:370:7334", 15)).toBe("2001:db…70:7334");
    expect(shortenedAddress("[2001:db8:85a3::8a2e:370:7334]:443", 20)).toBe("[2001:d…70:7334]:443");
  });
});

describe("conversations", () => {
  test("at 80 columns leave the bar out for them, tell neighbours apart, and say the whole addresses of the line selected", () => {
    const shown = lines("statistics", 80, 24, ["down"]);
    expect(shown[3]).toMatch(/A +B +▼Packets +Bytes +│$/);
    expect(shown[4]).toMatch(/^│ \[2a02:810…3a4b:99ee\]:51234 +\[2a02:8109…:3333:4444\]:443 /);
    expect(shown[5]).toMatch(/^│▌\[2a02:810…3a4b:99ef\]:51234 /);
    expect(shown[20]).toContain(`│ A  [${PREFIX}:8d2e:ff12:3a4b:99ef]:51234 `);
    expect(shown[21]).toContain(`│ B  ${SERVER}`);
  });

  test("where all fit nothing is said twice", () => {
    const shown = lines("statistics", 160, 24).join("\n");
    expect(shown.split(SERVER)).toHaveLength(3);
    expect(shown).not.toContain("│ B  ");
  });

  test("a low pane keeps its lines", () => {
    expect(lines("statistics", 80, 9).join("\n")).not.toContain("│ B  ");
  });

  test("a click finds the column that is there", () => {
    const model = initialModel({ session, screen: "statistics", size: { width: 110, height: 24 } });
    const sheet = sheetOf(model)!;
    for (const width of [40, 60, 78, 108, 158]) {
      let x = 1;
      for (const { index, cells } of shownColumns(sheet, width)) {
        expect(columnAt(sheet, x + cells - 1, width)).toBe(index);
        x += cells + 2;
      }
      expect(x).toBeLessThanOrEqual(width);
    }
  });
});

test("endpoints have room at 80 columns, and at 60 say the one selected", () => {
  expect(lines("statistics", 80, 24, ["tab"]).join("\n")).toContain(`${SERVER} `);
  expect(lines("statistics", 60, 24, ["tab"])[21]).toContain(`│ ${SERVER}`);
});

test("the packet list shows both sides of them", () => {
  const packet = (last: string): Uint8Array =>
    hex(
      `60000000 0008 11 40 2a0281099c405d38 8d2eff123a4b${last} 2a0281099c405d38 1111222233334444 9c40 01bb 0008 0000`,
    );
  const made = { name: "made", problems: [], ...memoryTrace([packet("99ee"), packet("99ef")], LINKTYPE.raw) };
  const shown = gridToText(renderScreen(made, { screen: "packets", size: { width: 80, height: 24 } }));
  expect(shown).toContain(" 2a02:81…4b:99ee  2a02:81…33:4444 ");
  expect(shown).toContain(" 2a02:81…4b:99ef  2a02:81…33:4444 ");
});
