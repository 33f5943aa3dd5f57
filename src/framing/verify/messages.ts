// What the command line, the process that runs a user's file and the thread in it tell each other.

import type { LawReport, Report } from "../report/report.ts";

/** What to do with one file. */
export interface VerifyJob {
  readonly module: string;
  /** By name; null for all. */
  readonly laws: readonly string[] | null;
  readonly runs: number | null;
  readonly seed: number;
  readonly path: string | null;
  /** Whether to stop at the first law that is broken. */
  readonly bail: boolean;
  readonly timeMs: number;
  readonly shard: { readonly index: number; readonly count: number } | null;
  readonly through: "sim" | null;
}

/** A report, and the export it is about. */
export interface VerifiedCodec {
  readonly exportName: string;
  readonly report: Report;
}

/** A feed written down before it begins, so that it is known when it does not come back. */
export interface WrittenFeed {
  readonly law: string;
  /** Hexadecimal. */
  readonly bytes: string;
  readonly cuts: readonly number[];
  readonly tick: boolean;
  readonly overwrite: boolean;
  readonly end: boolean;
}

export type VerifyMessage =
  | {
      readonly kind: "loaded";
      readonly exportNames: readonly string[];
      readonly codecNames: readonly string[];
    }
  /** Codecs come one after another; `codec` counts them. */
  | { readonly kind: "law"; readonly codec: number; readonly report: LawReport }
  | { readonly kind: "codec"; readonly codec: number; readonly verified: VerifiedCodec }
  | { readonly kind: "problem"; readonly message: string }
  | { readonly kind: "done" };

/** What the thread is to do: the whole job (from codec `from` on), or one feed to see whether it hangs. */
export type ThreadJob =
  | {
      readonly kind: "verify";
      readonly job: VerifyJob;
      readonly from: number;
      readonly record: SharedArrayBuffer;
    }
  | {
      readonly kind: "feed";
      readonly module: string;
      readonly codec: number;
      readonly feed: WrittenFeed;
      readonly record: SharedArrayBuffer;
    };

/** The shared memory begins with two words: a counter of feeds begun, and the length of the feed's JSON behind them. */
export const RECORD_HEADER_BYTES = 8;
export const RECORD_BYTES = 64 * 1024;
