// Plays the dashboard on large traces while the engine counts how often each block of its code runs, and prints those that ran too often
// for one message. A process of its own: the counters are read after every message, and all that is loaded is looked through then.

import { analysisOf } from "../../src/capture/analysis/trace-analysis.ts";
import type { DissectContext } from "../../src/capture/dissect/dissect.ts";
import { PROTOCOL } from "../../src/trace/packets.ts";
import { streamsOf } from "../../src/trace/run-streams.ts";
import { LINKTYPE, Trace } from "../../src/trace/trace.ts";
import { begin, update, view } from "../../src/tui/app.ts";
import { hasScreen, initialModel, SCREEN_NAMES } from "../../src/tui/model.ts";
import type { Message } from "../../src/tui/messages.ts";
import type { ScreenName } from "../../src/tui/model.ts";
import { prepareSome } from "../../src/tui/prepare.ts";
import type { CaptureSession, Session } from "../../src/tui/session.ts";
import { streamCodecs } from "../../src/tui/stream-codecs.ts";
import { actionsOf } from "../../bench/dashboard-actions.ts";
import { millionCapture, millionLab } from "../../bench/million.ts";
import { BlockCounts } from "./block-counts.ts";

const CAPTURE_PACKETS = 30_000;
const RUN_PACKETS = 30_000;
/** A block runs so often at most for one message, which is some milliseconds; packets, steps and calls are more. */
const COUNT_MAX = 28_000;
/**
 * Blocks that go through the bytes of a few packets, through intervals or cells of which there are so many and no more, through columns some
 * thousand rows a look, or look something up by halves.
 */
const COUNT_MAX_OF: readonly (readonly [where: RegExp, countMax: number])[] = [
  [/^wire\//, 400_000],
  [/^capture\/statistics\/io-counts.ts (?:#coarser|over)$/, 120_000],
  [/^capture\/dissect\/stream-history.ts /, 60_000],
  [/^tui\/screens\/sequence.ts (?:slanted|cell)$/, 60_000],
  [/^trace\/state-at.ts (?:upper|a function)$/, 60_000],
];
/** What the clock says has passed since it was looked at last: a slice ends after a few looks, as on a slow machine. */
const LOOK_MS = 2.5;
/** A reading of columns is over after so many slices; others are left where they are. */
const SLICES_MAX = 20;
/** Bytes of a segment: payloads are not what is counted. */
const SEGMENT = 64;
const SIZE = { width: 80, height: 24 };

let nowMs = 0;

performance.now = () => (nowMs += LOOK_MS);

/** The blocks that ran too often since the last look, in words. */
function tooBusy(counts: BlockCounts, during: string): string[] {
  return counts.take().flatMap(({ file, name, count }) => {
    const where = `${file} ${name}`;
    const most = COUNT_MAX_OF.find(([of]) => of.test(where))?.[1] ?? COUNT_MAX;
    return count <= most ? [] : [`${during}: ${where} ran ${count} times`];
  });
}

/** Sends messages and what they ask for, and tells of those for which some block ran too often. */
function play(
  session: Session,
  counts: BlockCounts,
  screens: readonly ScreenName[] = SCREEN_NAMES.filter((name) => hasScreen(session, name)),
): string[] {
  const found: string[] = [];
  let [model, effects] = begin(initialModel({ session, size: SIZE, codecs: streamCodecs() }));
  /** Sends a message and paints; answers whether there is more to read. */
  const send = (message: Message): boolean => {
    [model, effects] = update(model, message);
    view(model, model.size);
    return effects.some(({ kind }) => kind === "scan");
  };
  /** Reads what is unread; the first slice is counted with what asked for it. */
  const settle = (name: string, first: boolean): void => {
    let isMore = first && send({ kind: "scan" });
    found.push(...tooBusy(counts, name));
    for (let slices = 1; isMore && slices < SLICES_MAX; slices++) isMore = send({ kind: "scan" });
    // The others' counts are not to be added to those of what comes next.
    if (first) counts.take();
    model = { ...model, counting: false };
  };
  /** All but the last of `messages` are typing. */
  const act = (name: string, messages: readonly Message[]): void => {
    for (const message of messages.slice(0, -1)) send(message);
    if (messages.length > 1) counts.take();
    settle(name, send(messages[messages.length - 1]));
  };
  // The first frame is there before anything is counted: of a capture it comes with the first packets, of a run before the first key.
  view(model, SIZE);
  counts.take();
  settle(
    "start",
    effects.some(({ kind }) => kind === "scan"),
  );
  for (const screen of screens) {
    act(`${screen}: first visit`, [{ kind: "key", key: String(SCREEN_NAMES.indexOf(screen) + 1) }]);
    for (const [name, messages] of actionsOf(screen, SIZE)) act(`${screen}: ${name}`, messages);
  }
  return found;
}

/** What is known of a capture's streams when it has been read. */
function contextOf(trace: Trace): DissectContext {
  return { streams: streamsOf(trace), analysis: analysisOf(trace) };
}

/** Datagrams of one byte between two ends, and of two others. */
function datagramCapture(packets: number): CaptureSession {
  const bytes = Uint8Array.from({ length: 29 }, (_, i) => (i === 28 ? 65 : 0));
  const trace = new Trace({ read: () => bytes });
  trace.interfaces.push({ name: "made", linkType: LINKTYPE.raw, snapLength: 0 });
  const table = trace.packets;
  const [one, other] = [table.addresses.internIpv4(0x0a000001), table.addresses.internIpv4(0x0a000002)];
  for (let i = 0; i < packets; i++) {
    const row = table.append();
    const isBack = i % 4 === 3;
    table.seconds[row] = Math.floor(i / 1000);
    table.protocol[row] = PROTOCOL.udp;
    table.source[row] = isBack ? other : one;
    table.destination[row] = isBack ? one : other;
    table.sourcePort[row] = isBack ? 53 : 4000 + (i % 2);
    table.destinationPort[row] = isBack ? 4000 + (i % 2) : 53;
    table.networkOffset[row] = 0;
    table.transportOffset[row] = 20;
    table.payloadOffset[row] = 28;
    table.payloadLength[row] = 1;
    table.length[row] = table.capturedLength[row] = bytes.length;
  }
  return { name: "datagrams", trace, problems: [], context: contextOf(trace) };
}

/** One TLS connection, a record of application data in each segment: to show its last packet all before it are to be read. */
function connectionCapture(packets: number): CaptureSession {
  const headers = "450000350000000040060000 0a000001 0a000002 9c4001bb 00000000 00000000 50100000 00000000";
  const bytes = Uint8Array.from(
    Buffer.from(`${headers} 1703030008 0000000000000000`.replaceAll(" ", ""), "hex"),
  );
  const trace = new Trace({ read: () => bytes });
  trace.interfaces.push({ name: "made", linkType: LINKTYPE.raw, snapLength: 0 });
  const table = trace.packets;
  const [client, server] = [table.addresses.internIpv4(0x0a000001), table.addresses.internIpv4(0x0a000002)];
  for (let i = 0; i < packets; i++) {
    const row = table.append();
    table.seconds[row] = Math.floor(i / 1000);
    table.protocol[row] = PROTOCOL.tcp;
    table.source[row] = client;
    table.destination[row] = server;
    table.sourcePort[row] = 40_000;
    table.destinationPort[row] = 443;
    table.networkOffset[row] = 0;
    table.transportOffset[row] = 20;
    table.payloadOffset[row] = 40;
    table.payloadLength[row] = 13;
    table.stream[row] = 0;
    table.tcpFlags[row] = 0x10;
    table.tcpSeq[row] = i * 13;
    table.length[row] = table.capturedLength[row] = bytes.length;
  }
  return { name: "connection", trace, problems: [], context: contextOf(trace) };
}

const RUNS: Readonly<Record<string, (counts: BlockCounts) => string[] | Promise<string[]>>> = {
  capture: (counts) => play(millionCapture(CAPTURE_PACKETS, SEGMENT), counts),
  datagrams: (counts) => play(datagramCapture(CAPTURE_PACKETS), counts, ["stream"]),
  connection: (counts) => play(connectionCapture(CAPTURE_PACKETS), counts, ["packets", "sequence"]),
  async run(counts) {
    const lab = await millionLab(RUN_PACKETS);
    counts.take();
    const preparing: string[] = [];
    for (let isDone = false; !isDone;) {
      isDone = prepareSome(lab.sim.trace);
      preparing.push(...tooBusy(counts, "preparing"));
    }
    return [...preparing, ...play(lab, counts, ["lab", "sequence", "stream", "graphs"])];
  },
};

// One in each process: what is compiled for one is not counted for the next.
const counts = new BlockCounts();
const found = await RUNS[process.argv[2]](counts);
counts.stop();
process.stdout.write(JSON.stringify(found));
