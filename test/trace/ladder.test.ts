import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { ladderText } from "../../src/trace/ladder-text.ts";
import { ladderOf } from "../../src/trace/ladder.ts";
import type { PacketRow } from "../../src/trace/ladder.ts";
import { PacketTable, PROTOCOL } from "../../src/trace/packets.ts";
import { SequenceBases } from "../../src/trace/sequence-bases.ts";
import { NEVER } from "../../src/trace/state-at.ts";
import { Trace } from "../../src/trace/trace.ts";
import { TraceBuilder, helloTrace } from "../tui/build-trace.ts";

const HOSTS = ["client", "server"];

function lines(text: string): string[] {
  return text.trimEnd().split("\n");
}

describe("the ladder of a conversation", () => {
  test("reads like a textbook's", () => {
    expect(ladderText(helloTrace(), 100, { hosts: HOSTS })).toMatchInlineSnapshot(`
      "      ms           client                                                            server
         0.000             │                                                                 │ LISTEN
         0.000    SYN_SENT │── SYN Seq=0 Win=64240 ─────────────────────────────────────────▶│ SYN_RCVD
        10.000 ESTABLISHED │◀─────────────────────────────── SYN ACK Seq=0 Ack=1 Win=64240 ──│
        20.000             │╌╌ ACK Seq=1 Ack=1 ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌│
        20.000             │── PSH ACK Seq=1 Len=14 "Hello, server!" ───────✗ lost           │
        30.000             │── ACK Seq=1 Ack=1 ─────────────────────────────────────────────▶│ ESTABLISHED
       220.000             │ (rto timer)                                                     │
       220.000             │── PSH ACK Seq=1 Len=14 "Hello, server!" (again) ───────────────▶│
       230.000             │╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ ACK Seq=1 Ack=15 ╌╌│
       230.000             │╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ PSH ACK Seq=1 Len=14 "Hello, client!" ╌╌│ FIN_WAIT_1
       230.000             │╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ FIN ACK Seq=15 Ack=15 ╌╌│
       240.000             │◀──────────────────────────────────────────── ACK Seq=1 Ack=15 ──│
       240.000             │◀─────────────────────── PSH ACK Seq=1 Len=14 "Hello, client!" ──│
       240.000  CLOSE_WAIT │◀─────────────────────────────────────── FIN ACK Seq=15 Ack=15 ──│
       240.000    LAST_ACK │── FIN ACK Seq=15 Ack=16 ───────────────────────────────────────▶│ TIME_WAIT
       250.000      CLOSED │◀─────────────────────────────────────────── ACK Seq=16 Ack=16 ──│
      "
    `);
  });

  test("needs nothing but ASCII when asked", () => {
    const text = ladderText(helloTrace(), 90, { hosts: HOSTS, ascii: true });
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    expect(text).toContain("X lost");
    expect(text).toMatch(/-->\| SYN_RCVD/);
  });

  test("shows a packet under way as a dashed line without a head", () => {
    const b = new TraceBuilder();
    const ping = b.udp("client", "server", "ping");
    b.at(5).arrive(ping);
    const [, row] = lines(ladderText(b.trace, 80, { hosts: HOSTS, upTo: 0 }));
    expect(row).toContain('╌ UDP Len=4 "ping" ╌');
    expect(row).not.toContain("▶");
    expect(lines(ladderText(b.trace, 80, { hosts: HOSTS }))[1]).toContain("▶");
  });

  test("gives a packet that is overtaken an arrival row of its own", () => {
    const b = new TraceBuilder();
    const slow = b.udp("client", "server", "slow");
    b.at(1);
    const fast = b.udp("client", "server", "fast");
    b.at(2).arrive(fast).at(9).arrive(slow);
    const rows = ladderOf(b.trace, HOSTS).rows.map((row) =>
      row.kind === "note" ? row.text : `${row.kind} ${row.packet}`,
    );
    expect(rows).toEqual(["packet 0", "packet 1", "arrival 0"]);
  });

  test("marks a segment whose bytes were sent before, and not the first of them", () => {
    const again = ladderOf(helloTrace(), HOSTS).rows.filter(
      (row): row is PacketRow => row.kind === "packet" && row.retransmission,
    );
    expect(again.map(({ timeNs }) => timeNs)).toEqual([220e6]);
  });

  test("does not take a router that hands a segment on for one that sends it again", () => {
    const table = new PacketTable();
    const transits = ["client", "router", "client", "router"].map((from) => {
      const row = table.append();
      table.protocol[row] = PROTOCOL.tcp;
      table.stream[row] = 0;
      table.tcpSeq[row] = 1;
      table.payloadLength[row] = 5;
      return { link: "", from, to: "", copyOf: null };
    });
    const bases = new SequenceBases(table, transits);
    bases.readOn();
    expect(transits.map((_, row) => bases.repeats(row))).toEqual([false, false, true, true]);
  });

  test("draws a packet its receiver drops as arrived, with the reason at the receiver", () => {
    const b = new TraceBuilder();
    const ping = b.udp("client", "server", "ping");
    b.at(5).arrive(ping).drop(ping, "no listener");
    expect(lines(ladderText(b.trace, 100, { hosts: HOSTS }))[1]).toMatch(/✗ no listener ▶/);
    const stated = new TraceBuilder();
    const syn = stated.state("client", "CLOSED", "SYN_SENT").tcp({
      from: "client",
      to: "server",
      flags: ["SYN"],
      seq: 1,
    });
    stated.at(5).arrive(syn).drop(syn, "backlog");
    expect(lines(ladderText(stated.trace, 100, { hosts: HOSTS }))[1]).toMatch(/▶│ ✗ backlog/);
  });

  test("asked for again with its hosts in another order puts them in that order", () => {
    const trace = helloTrace();
    const names = (hosts: readonly string[]): string[] =>
      ladderText(trace, 80, { hosts }).split("\n")[0].trim().split(/ +/).slice(1);
    expect(names(["client", "server"])).toEqual(["client", "server"]);
    expect(names(["server", "client"])).toEqual(["server", "client"]);
  });

  test("stops at the step asked for", () => {
    const trace = helloTrace();
    const whole = lines(ladderText(trace, 100, { hosts: HOSTS }));
    const part = lines(ladderText(trace, 100, { hosts: HOSTS, upTo: 20 }));
    expect(part.length).toBeLessThan(whole.length);
    expect(part.at(-1)).toContain("lost");
  });

  test("gathers the addresses of a capture beyond eight on one lifeline", () => {
    const trace = new Trace({ read: () => new Uint8Array() });
    for (let i = 1; i <= 20; i++) {
      const row = trace.packets.append();
      trace.packets.source[row] = trace.packets.addresses.internIpv4(0x0a000000 + i);
      trace.packets.destination[row] = trace.packets.addresses.internIpv4(0x0a000001);
    }
    const { lifelines, rows } = ladderOf(trace);
    expect(lifelines).toHaveLength(8);
    expect(lifelines.at(-1)).toBe("others");
    expect(rows.at(-1)).toMatchObject({ from: 7, to: 0 });
  });

  test("hides what would bend the lifelines", () => {
    const b = new TraceBuilder();
    b.arrive(b.udp("client", "server", "漢字\u0007"));
    const [, row] = lines(ladderText(b.trace, 80, { hosts: HOSTS }));
    expect(row).not.toMatch(/漢|字|\p{Cc}/u);
  });

  test("no line is longer than the width", () => {
    fc.assert(
      fc.property(fc.integer({ min: 12, max: 220 }), fc.integer({ min: -1, max: 60 }), (width, upTo) => {
        for (const line of lines(ladderText(helloTrace(), width, { hosts: HOSTS, upTo }))) {
          expect(line.length).toBeLessThanOrEqual(width);
        }
      }),
    );
  });

  test("each row is there from its own step on", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 59 }), (step) => {
        const ladder = ladderOf(helloTrace(), HOSTS);
        const count = ladder.rowsAt(step);
        expect(ladder.rows.slice(0, count).every((row) => row.step <= step)).toBe(true);
        expect(ladder.rows[count]?.step ?? NEVER).toBeGreaterThan(step);
      }),
    );
  });
});
