// All that wirelab does with a capture, done to one: read, dissected, printed in every form, filtered, counted, followed.

import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Capture } from "../../src/capture/capture.ts";
import { contextOf } from "../../src/capture/context.ts";
import { dissect } from "../../src/capture/dissect/dissect.ts";
import { CaptureError } from "../../src/capture/error.ts";
import { allFields } from "../../src/capture/fields.ts";
import { compileFilter, isFilterError } from "../../src/capture/filter/compile.ts";
import { openChunks } from "../../src/capture/open.ts";
import { printEk } from "../../src/capture/print/ek.ts";
import { fieldsWriter } from "../../src/capture/print/fields.ts";
import { detailsWriter } from "../../src/capture/print/details.ts";
import { hexWriter } from "../../src/capture/print/hex.ts";
import { jsonWriter } from "../../src/capture/print/json.ts";
import { LineBytes } from "../../src/capture/print/line-bytes.ts";
import { textWriter } from "../../src/capture/print/text.ts";
import { findStatistic } from "../../src/capture/statistics/statistics.ts";
import {
  FIELDS,
  linesAtOnce,
  linesEach,
  rowsPassing,
  rowsPassingEach,
} from "../capture/compiled/both-ways.ts";
import { memoryTrace } from "../capture/memory-trace.ts";

/** Rows looked at of one capture: mutations make few more, and files with thousands say nothing new. */
const ROWS_MAX = 200;

/** A capture as a file, for this process alone. */
const FILE = join(tmpdir(), `wirelab-fuzz-${process.pid}.pcap`);
process.on("exit", () => rmSync(FILE, { force: true }));

/** Lines of a statistic that are looked at. */
const LINES_MAX = 5_000;

/** Time this process has worked, in ms: unlike a clock it stands still while other processes have the machine. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** A packet may take so long, in ms of work. */
export const PACKET_MS_MAX = 100;

const FILTERS = [
  "tcp.len > 0 && ip.addr != 10.0.0.1",
  'frame contains "GET" || tcp.payload[0:2] matches "^.\\\\d"',
  "all tcp.port in {1..1024} or ip.src#2 or frame[-4:] == 00:00:00:00",
  "count(ip.addr) > 2 or len(tcp) > 40 or max(tcp.len, ip.ttl) == 64",
  "!(tcp.analysis.flags) && tcp.flags & 0x12 == 0x12",
  'dns.qry.name contains "a" || http.request.method == "GET" || tls.handshake.type == 1',
  "ipv6.src == fe80::/10 xor eth.dst[0] & 1",
  "frame.time_relative - 0.5 > 1 || udp.length - 8 == len(udp.payload)",
].map((text) => {
  const filter = compileFilter(text);
  if (isFilterError(filter)) throw new Error(`${text}: ${filter.problem}`);
  return filter;
});

const STATISTICS = [
  ..."conv,eth conv,ip conv,tcp conv,udp endpoints,ip endpoints,tcp io,phs io,stat,0 io,stat,1".split(" "),
  ..."expert plen,tree http,tree dns,tree rtt tcp-graph,sequence,0 tcp-graph,throughput,0".split(" "),
  ..."follow,tcp,ascii,0 follow,tcp,hex,0 follow,tcp,raw,1 follow,udp,ascii,0 follow,udp,hex,1".split(" "),
].map((name) => {
  const statistic = findStatistic(name);
  if (typeof statistic !== "function") throw new Error(statistic.problem);
  return statistic;
});

const FIELD_NAMES = allFields().map(({ name }) => name);
const FIELDS_A_RUN = 30;

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** What a capture was found to be. */
export interface Exercised {
  readonly packets: number;
  /** The longest that one packet took, in ms. */
  readonly slowestMs: number;
}

/** Does it all; every row is dissected and shown, and `variant` chooses what else. Throws what must not be thrown. */
export async function exercise(bytes: Uint8Array, variant: number): Promise<Exercised> {
  let capture: Capture;
  try {
    capture = await openChunks(once(bytes), "-");
  } catch (error) {
    if (error instanceof CaptureError) return { packets: 0, slowestMs: 0 };
    throw error;
  }
  try {
    const shown = show(capture, variant);
    if (shown.packets <= ROWS_MAX) await compareWithFile(bytes, APPLICATIONS[variant % APPLICATIONS.length]);
    return shown;
  } finally {
    capture.close();
  }
}

/** Filters by which most packets are passed over. */
const APPLICATIONS = ["http", "tls", "dns", "mqtt || resp", "ssh || http2"];

/** A file's packets go through code that those of a stream do not: what it prints, and which of them pass `filter`, is to be the same. */
async function compareWithFile(bytes: Uint8Array, filter: string): Promise<void> {
  writeFileSync(FILE, bytes);
  for (const kind of [FIELDS, "list"] as const) {
    const file = await linesAtOnce(FILE, kind);
    // What is compressed comes as a stream.
    if (file === null) return;
    const stream = await linesEach(bytes, kind);
    const at = stream.findIndex((line, i) => file[i] !== line);
    if (file.length !== stream.length || at !== -1)
      throw new Error(`as a file: ${file[at]}\nas a stream: ${stream[at]}`);
  }
  const [passing, each] = [await rowsPassing(FILE, filter), await rowsPassingEach(bytes, filter)];
  if (passing.join() !== each.join())
    throw new Error(`${filter} passes as a file: ${passing.join()}\nas a stream: ${each.join()}`);
}

/** Packets alone, dissected and shown: no reader, nothing else. */
export function exercisePackets(packets: readonly Uint8Array[], linkType: number): Exercised {
  const { trace, context } = memoryTrace(packets, linkType);
  let slowestMs = 0;
  for (let row = 0; row < packets.length; row++) {
    const startMs = cpuMs();
    dissect(trace, row, context);
    slowestMs = Math.max(slowestMs, cpuMs() - startMs);
  }
  return { packets: packets.length, slowestMs };
}

function show(capture: Capture, variant: number): Exercised {
  const { trace } = capture;
  const context = contextOf(capture);
  const count = Math.min(trace.packets.count, ROWS_MAX);
  const rows = Array.from({ length: count }, (_, row) => row);
  const out = new LineBytes();
  const details = detailsWriter(trace, context);
  const form = formOf(capture, variant);
  let slowestMs = 0;
  for (const row of rows) {
    const startMs = cpuMs();
    details(row, out);
    form(row, out);
    slowestMs = Math.max(slowestMs, cpuMs() - startMs);
    out.take();
  }
  const startMs = cpuMs();
  let lines = 0;
  for (const line of STATISTICS[variant % STATISTICS.length](trace, rows, context, "")) {
    out.text(line);
    if (++lines >= LINES_MAX) break;
  }
  out.take();
  // A statistic may take as long as its packets might; clocks that jump give it more intervals than packets.
  const each = (cpuMs() - startMs) / Math.max(1, count, lines / 100);
  return { packets: trace.packets.count, slowestMs: Math.max(slowestMs, each) };
}

type Form = (row: number, out: LineBytes) => void;

/** One of the forms that a packet prints in, or a filter. */
function formOf(capture: Capture, variant: number): Form {
  const { trace } = capture;
  const context = contextOf(capture);
  switch (variant % 8) {
    case 0:
      return textWriter(trace, context);
    case 1:
      return jsonWriter(trace, context);
    case 2: {
      const from = (variant * 7) % FIELD_NAMES.length;
      return fieldsWriter(trace, FIELD_NAMES.slice(from, from + FIELDS_A_RUN), context, {});
    }
    case 3:
      return (row, out) => {
        for (const line of printEk(trace, [row], context, [])) out.text(line);
      };
    case 4:
      return hexWriter(trace, context);
    case 5: {
      // The same without the labels and layers nobody asked for.
      const layers = new Set(["tcp", "http", "dns", "tls"].slice(0, variant % 5));
      return (row) => void dissect(trace, row, context, { layers, labels: false });
    }
    default: {
      const passes = FILTERS[variant % FILTERS.length].on(trace, context);
      return (row) => void passes(row);
    }
  }
}
