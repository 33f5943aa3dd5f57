// What is known of the messages of each TCP stream, in the words that `dissect/middle-segments.ts` keeps, and the bytes they are read from.

import { wordAt } from "./bytes";
import { fileOffset } from "./places";

/** The numbers of each stream, how many words there are, and the next row of its stream by row. */
export let middleState: usize = 0;
export let middleWords: u32 = 0;
export let nextRows: usize = 0;
export let nextRowsMax: u32 = 0;
/** Where the bytes of the file are that were read last, and which these are. */
export let lent: usize = 0;
export let lentFrom: f64 = 0;
export let lentTo: f64 = 0;

const STREAM: u32 = 16;
export const LAST: usize = 0 << 2;
export const DATA_FROM: usize = 1 << 2;
export const RUN_FIRST: usize = 2 << 2;
export const RUN_BYTES: usize = 3 << 2;
export const RUN_SIDE: usize = 4 << 2;
export const SPEAKER: usize = 6 << 2;
export const UNTOLD: usize = 7 << 2;
const SIDES: u32 = 8;
const SIDE: u32 = 4;
export const SEQ: usize = 0;
export const LACKS: usize = 1 << 2;
export const IS_WHOLE: usize = 2 << 2;
/** What whoever speaks here knows of the side. */
export const KNOWN: usize = 3 << 2;

/** Speakers: the stream's conversation; anybody, since nothing is told of records but that they are there; and those that are told here. */
export const CONVERSATION: u32 = 0;
export const ANYBODY: u32 = 1;
export const TLS: u32 = 2;
export const HTTP: u32 = 3;
/** Nobody yet, or nobody that is known. */
export const NOBODY: u32 = 4;
/** Where the version of TLS stands beside `ANYBODY`. */
const VERSION_SHIFT: u32 = 8;
const SPEAKER_BITS: u32 = (1 << VERSION_SHIFT) - 1;

/** Where the words of `stream` are; 0 where there are none. */
export function conversationAt(stream: u32): usize {
  const index = stream * STREAM;
  return index < middleWords ? middleState + ((<usize>index) << 2) : 0;
}

/** Where the words of a side are of the stream whose words are at `at`. */
export function sideAt(at: usize, side: u32): usize {
  return at + ((<usize>(SIDES + side * SIDE)) << 2);
}

/** Who speaks in the stream whose words are at `at`. */
export function speakerOf(at: usize): u32 {
  return load<u32>(at, SPEAKER) & SPEAKER_BITS;
}

/** The version of TLS of a stream's records where that is anybody. */
export function versionOf(at: usize): u32 {
  return load<u32>(at, SPEAKER) >> VERSION_SHIFT;
}

export function leaveToAnybody(at: usize, version: u32): void {
  store<u32>(at, ANYBODY | (version << VERSION_SHIFT), SPEAKER);
}

/** The row behind `row` in its stream that says something of its messages; 0 where that is not known. */
export function nextRow(row: u32): u32 {
  return row < nextRowsMax ? wordAt(nextRows, row) : 0;
}

/** Where bytes of packet `row` are to be looked at, `length` of them from its byte `from` on; 0 where they are not at hand. */
export function bytesAt(row: u32, from: u32, length: u32): usize {
  const at = load<f64>(fileOffset + ((<usize>row) << 3)) + from;
  return at < lentFrom || at + length > lentTo ? 0 : lent + <usize>(at - lentFrom);
}
