// Runs a job in a thread and watches it: when a decoder takes the thread with it, the thread is ended, and the feed that did it is made smaller
// in threads of its own.

import { Worker } from "node:worker_threads";
import { FROM_SOURCES, entryModule } from "../../package-files.ts";
import type { Counterexample, LawReport } from "../report/report.ts";
import type { ThreadJob, VerifyJob, VerifyMessage, WrittenFeed } from "./messages.ts";
import { RECORD_BYTES, RECORD_HEADER_BYTES } from "./messages.ts";

const LOOK_MS = 50;
/**
 * A feed that computes for so long, with the thread answering nothing, does not come back. Guarded feeds end themselves long before. Computing time
 * is counted, so that a busy machine makes nobody suspect ...
 */
const STALL_MS = 1000;
/** ... but a thread that waits computes nothing: it is given so many times as long. */
const WAITING = 10;
/** Loading may take so long. */
const LOAD_MS = 10_000;
/** How long a smaller feed is given, once its module is loaded. */
const SMALLER_MS = 150;
const SMALLER_TRIES = 10;

const THREAD = entryModule("framing/verify/thread");
/** Node starts no thread from TypeScript: when wirelab itself runs from its sources, what runs them there has to be told of the thread. */
const FROM_SOURCES_START = `import("tsx/esm/api").then(({ register }) => { register(); return import(${JSON.stringify(THREAD.href)}); });`;

type Ended = "done" | "stalled" | "load";

interface Watched {
  readonly ended: Ended;
  readonly feed: WrittenFeed | null;
}

/** Runs `job`, telling everything as it comes; the last message is `done` or `problem`. */
export async function runWatched(job: VerifyJob, tell: (message: VerifyMessage) => void): Promise<void> {
  let codecs = 0;
  const laws = new Map<number, LawReport[]>();
  let exportNames: readonly string[] = [];
  let codecNames: readonly string[] = [];
  for (let from = 0; ;) {
    let over = false;
    const listen = (message: VerifyMessage): void => {
      if (message.kind === "loaded") {
        ({ exportNames, codecNames } = message);
        if (from === 0) tell(message);
        return;
      }
      if (message.kind === "law") {
        const known = laws.get(message.codec) ?? [];
        known.push(message.report);
        laws.set(message.codec, known);
      }
      if (message.kind === "codec") codecs = message.codec + 1;
      over = message.kind === "done" || message.kind === "problem";
      tell(message);
    };
    const watched = await watch({ kind: "verify", job, from, record: newRecord() }, listen, STALL_MS);
    if (over) return;
    if (watched.ended === "load") {
      tell({ kind: "problem", message: `does not load: it is not done after ${LOAD_MS / 1000} s` });
      return;
    }
    if (watched.ended === "done" || watched.feed === null) {
      tell({
        kind: "problem",
        message: "ends the process it runs in: take process.exit and the like out of it",
      });
      return;
    }
    const least = await smaller(job.module, codecs, watched.feed);
    const report = {
      codec: codecNames[codecs] ?? job.module,
      seed: job.seed,
      through: job.through,
      laws: [...(laws.get(codecs) ?? []), hungReport(least)],
    };
    tell({
      kind: "codec",
      codec: codecs,
      verified: { exportName: exportNames[codecs] ?? "default", report },
    });
    codecs++;
    from = codecs;
    if (from >= exportNames.length) {
      tell({ kind: "done" });
      return;
    }
  }
}

function newRecord(): SharedArrayBuffer {
  return new SharedArrayBuffer(RECORD_HEADER_BYTES + RECORD_BYTES);
}

/** Runs a thread to its end, or ends it. */
function watch(
  threadJob: ThreadJob,
  listen: (message: VerifyMessage) => void,
  stallMs: number,
): Promise<Watched> {
  const words = new Int32Array(threadJob.record, 0, 2);
  const worker = FROM_SOURCES
    ? new Worker(FROM_SOURCES_START, { workerData: threadJob, eval: true, execArgv: [] })
    : new Worker(THREAD, { workerData: threadJob });
  return new Promise((resolve) => {
    let loaded = false;
    let feeds = 0;
    let movedMs = performance.now();
    let movedCpuMs = cpuMs();
    let ended = false;
    const moved = (): void => {
      movedMs = performance.now();
      movedCpuMs = cpuMs();
    };
    const end = (how: Ended): void => {
      if (ended) return;
      ended = true;
      clearInterval(timer);
      const feed = how === "stalled" ? feedIn(threadJob.record) : null;
      void worker.terminate().then(() => resolve({ ended: how, feed }));
    };
    const timer = setInterval(() => {
      const begun = Atomics.load(words, 0);
      if (begun !== feeds) moved();
      feeds = begun;
      const now = performance.now();
      const isStalled = cpuMs() - movedCpuMs > stallMs || now - movedMs > stallMs * WAITING;
      if (!loaded && now - movedMs > LOAD_MS) end("load");
      // Before the first written feed the decoders answer at once, and their feeds are guarded in the thread.
      if (loaded && (feeds > 0 || threadJob.kind === "feed") && isStalled) end("stalled");
      else if (loaded && now - movedMs > LOAD_MS * 2) end("stalled");
    }, LOOK_MS);
    worker.on("message", (message: VerifyMessage) => {
      moved();
      if (message.kind === "loaded") loaded = true;
      if (ended) return;
      listen(message);
      if (message.kind === "done" || message.kind === "problem") end("done");
    });
    worker.on("error", (error) => {
      if (!ended)
        listen({
          kind: "problem",
          message: `throws outside of any call: ${error.message.split("\n", 1)[0]}`,
        });
      end("done");
    });
    worker.on("exit", () => end("done"));
  });
}

/** What this process, whose other thread has nothing to do, has computed so far, in ms. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function feedIn(record: SharedArrayBuffer): WrittenFeed | null {
  const [, length] = new Int32Array(record, 0, 2);
  if (length === 0) return null;
  const bytes = new Uint8Array(record, RECORD_HEADER_BYTES, length).slice();
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as WrittenFeed;
  } catch {
    return null;
  }
}

/** Tries feeds with fewer bytes and fewer cuts, each in a thread of its own. */
async function smaller(module: string, codec: number, hung: WrittenFeed): Promise<WrittenFeed> {
  let least = hung;
  let tries = SMALLER_TRIES;
  for (let progress = true; progress && tries > 0;) {
    progress = false;
    for (const candidate of smallerFeeds(least)) {
      if (tries-- <= 0) break;
      if (!(await hangs(module, codec, candidate))) continue;
      least = candidate;
      progress = true;
      break;
    }
  }
  return least;
}

async function hangs(module: string, codec: number, feed: WrittenFeed): Promise<boolean> {
  const job: ThreadJob = { kind: "feed", module, codec, feed, record: newRecord() };
  return (await watch(job, () => {}, SMALLER_MS)).ended === "stalled";
}

function* smallerFeeds(feed: WrittenFeed): Generator<WrittenFeed> {
  if (feed.cuts.length > 0) yield { ...feed, cuts: [] };
  const length = feed.bytes.length / 2;
  const shorter = [length >> 1, length - 1].filter(
    (size, i, all) => size >= 0 && size < length && all.indexOf(size) === i,
  );
  for (const size of shorter)
    yield { ...feed, bytes: feed.bytes.slice(0, size * 2), cuts: feed.cuts.filter((cut) => cut <= size) };
  for (const size of shorter)
    yield {
      ...feed,
      bytes: feed.bytes.slice((length - size) * 2),
      cuts: feed.cuts.map((cut) => cut - length + size).filter((cut) => cut >= 0),
    };
  if (feed.cuts.length > 1)
    for (let i = 0; i < feed.cuts.length; i++) yield { ...feed, cuts: feed.cuts.toSpliced(i, 1) };
}

function hungReport(feed: WrittenFeed): LawReport {
  const chunk = feed.cuts.length;
  const counterexample: Counterexample = {
    problem: "the decoder stops the whole thread and does not come back",
    bytes: feed.bytes,
    expected: null,
    cuts: feed.cuts,
    tick: feed.tick,
    overwrite: feed.overwrite,
    end: feed.end,
    actual: [],
    errors: [],
    hang: { kind: "does not return", chunk },
    contrast: null,
    path: "",
  };
  return {
    law: "completion",
    demands: "every push and every end comes back, with a bounded number of frames, whatever the bytes",
    bug: "a loop without an end in a callback: no timer fires any more, no other connection is served",
    verdict: "broken",
    why: null,
    runs: 1,
    counterexample,
  };
}
