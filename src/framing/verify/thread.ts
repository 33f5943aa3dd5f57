// The thread that runs a user's file and tries its codecs. Before each feed to a decoder that answers later it writes down the
// feed in shared memory; a call that does not return in a promise's callback is ended by whoever watches.

import { parentPort, workerData } from "node:worker_threads";
import { checkFraming } from "../check.ts";
import type { FramingOptions } from "../check.ts";
import type { Codec } from "../codec.ts";
import type { Feed } from "../feed.ts";
import { feedLater } from "../feed-later.ts";
import { STREAM_LAWS } from "../laws/all.ts";
import { checkDatagrams } from "../check-datagrams.ts";
import { DATAGRAM_LAWS } from "../laws/datagram/all.ts";
import { CodecProblem } from "../laws/law.ts";
import type { Law } from "../laws/law.ts";

import type { Report } from "../report/report.ts";
import { loadCodecs } from "./load-codecs.ts";
import type { ExportedCodec } from "./load-codecs.ts";
import { RECORD_HEADER_BYTES } from "./messages.ts";
import type { ThreadJob, VerifyJob, VerifyMessage } from "./messages.ts";

const data = workerData as ThreadJob;
const words = new Int32Array(data.record, 0, 2);
const text = new Uint8Array(data.record, RECORD_HEADER_BYTES);
const encoder = new TextEncoder();
const LATER_ANSWER_MS = 200;

function tell(message: VerifyMessage): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origins
  parentPort?.postMessage(message);
}

function record(law: string, { bytes, cuts, tick, overwrite, end }: Feed): void {
  const json = JSON.stringify({ law, bytes: Buffer.from(bytes).toString("hex"), cuts, tick, overwrite, end });
  const written = encoder.encode(json);
  if (written.length <= text.length) text.set(written);
  Atomics.store(words, 1, written.length <= text.length ? written.length : 0);
  Atomics.add(words, 0, 1);
}

/** The simulator is loaded by those who ask for it. */
async function lawsOf(job: VerifyJob): Promise<readonly Law[]> {
  return job.through === "sim" ? [(await import("../laws/through-sim.ts")).throughSim] : STREAM_LAWS;
}

async function optionsOf(job: VerifyJob): Promise<FramingOptions> {
  const known = await lawsOf(job);
  return {
    laws: job.laws === null ? known : known.filter(({ name }) => job.laws?.includes(name)),
    seed: job.seed,
    timeMs: job.timeMs,
    bail: job.bail,
    ...(job.runs === null ? {} : { runs: job.runs }),
    ...(job.path === null ? {} : { path: job.path }),
    ...(job.shard === null ? {} : { shard: job.shard }),
    onFeed: record,
  };
}

async function check({ codec }: ExportedCodec, options: FramingOptions, job: VerifyJob): Promise<Report> {
  if ("decode" in codec && !("decoder" in codec)) {
    if (job.through !== null)
      throw new CodecProblem("--through sim is for streams, and this is a codec for datagrams");
    return checkDatagrams(codec, { ...options, laws: DATAGRAM_LAWS, names: job.laws });
  }
  const report = await checkFraming(codec as Codec<unknown>, options);
  return { ...report, through: job.through };
}

async function verify(job: VerifyJob, from: number): Promise<void> {
  const codecs = await loadCodecs(job.module);
  tell({
    kind: "loaded",
    exportNames: codecs.map(({ exportName }) => exportName),
    codecNames: codecs.map(({ codec }) => codec.name),
  });
  const timeMs = job.timeMs / Math.max(1, codecs.length);
  const options = await optionsOf(job);
  for (const [index, exported] of codecs.entries()) {
    if (index < from) continue;
    const onLaw: FramingOptions["onLaw"] = (report) => tell({ kind: "law", codec: index, report });
    try {
      const report = await check(exported, { ...options, timeMs, onLaw }, job);
      tell({ kind: "codec", codec: index, verified: { exportName: exported.exportName, report } });
    } catch (error) {
      if (!(error instanceof CodecProblem)) throw error;
      throw new CodecProblem(
        codecs.length === 1 ? error.message : `${exported.exportName}: ${error.message}`,
      );
    }
  }
}

async function feedOne(job: Extract<ThreadJob, { kind: "feed" }>): Promise<void> {
  const codecs = await loadCodecs(job.module);
  tell({ kind: "loaded", exportNames: [], codecNames: [] });
  const { bytes, ...feed } = job.feed;
  const codec = codecs[job.codec].codec as Codec<unknown>;
  await feedLater(
    codec,
    { ...feed, bytes: Uint8Array.from(Buffer.from(bytes, "hex")) },
    { answerMs: LATER_ANSWER_MS, guardMs: null },
  );
}

// A rejection nobody handles is the decoder's own mistake; the laws see what comes of it.
process.on("unhandledRejection", () => {});

try {
  if (data.kind === "verify") await verify(data.job, data.from);
  else await feedOne(data);
  tell({ kind: "done" });
} catch (error) {
  const message =
    error instanceof CodecProblem
      ? error.message
      : `cannot be tried: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
  tell({ kind: "problem", message: message.split("\n", 1)[0] });
}
