// Opens captures: finds out what the input is, and puts reader, decoder and store together.
//
//   ordinary file      -> FileFeeder     -> ClassicDecoder or PcapngDecoder   bytes stay in the file
//   a growing one      -> FollowDriver   -> the same
//   pipe, gzip, zstd   -> chunks         -> pcap-parser guarded, or PcapngDecoder   bytes go to a log

import { closeSync, createReadStream, openSync, readSync } from "node:fs";
import type { Readable } from "node:stream";

import { SEPARATE_MEMORY } from "../trace/columns.ts";
import { CaptureBuilder } from "./builder.ts";
import type { Capture, CaptureFormat } from "./capture.ts";
import { announceClassic, ClassicDecoder, classicText, readClassicHeader } from "./classic.ts";
import { CompiledCode } from "./compiled/code.ts";
import { decompress, whyNotDecompressed } from "./decompress.ts";
import type { Compression } from "./decompress.ts";
import { FileDriver, StreamDriver, wordsOf } from "./drivers.ts";
import type { Driver, StreamInput } from "./drivers.ts";
import { CaptureError } from "./error.ts";
import { FileFeeder, StreamFeeder } from "./feeder.ts";
import type { ChunkSink } from "./feeder.ts";
import { CLASSIC_HEADER_BYTES, detect, DETECT_BYTES } from "./format.ts";
import type { ClassicLayout, Detected } from "./format.ts";
import { FollowDriver, waitForBytes } from "./live/follow-driver.ts";
import { PcapngDecoder } from "./pcapng.ts";
import { ByteLog, FilePages, ordinaryFileBytes } from "./store.ts";
import type { ByteStore } from "./store.ts";

export interface OpenOptions {
  /** Answer once the format is known, leaving the packets to `indexSome`. By default the whole input is read first. */
  readonly lazy?: boolean;
  /** Go on reading an ordinary file as it grows, until the capture is closed; false by default. Wants `lazy`. */
  readonly follow?: boolean;
  /** What `-` reads; standard input by default. */
  readonly stdin?: Readable;
  /** Called between slices of about 50 ms while the whole input is read. */
  readonly onProgress?: (capture: Capture) => void;
  /** Bytes of a stream's packets held in memory before a temporary file takes the rest; 256 MiB by default. */
  readonly memoryBytes?: number;
  /** Decompressed bytes after which a stream is not read further; 64 GiB by default. */
  readonly streamBytesMax?: number;
}

const MEMORY_BYTES = 256 * 1024 * 1024;
const STREAM_BYTES_MAX = 64 * 1024 ** 3;
const STREAM_CHUNK_BYTES = 1024 * 1024;
const SLICE_MS = 50;

/**
 * Opens a pcap or pcapng file, either compressed with gzip or zstd, or the same arriving on standard input (`-`).
 * Damage further in ends up in `problems`. Throws CaptureError when the input cannot be read or is nothing we read.
 */
export async function openCapture(path: string, options: OpenOptions = {}): Promise<Capture> {
  const capture =
    path === "-"
      ? await openStream(standardInput(options), path, true, options)
      : await openPath(path, options);
  return options.lazy === true ? capture : readWhole(capture, options);
}

async function readWhole(capture: Capture, options: OpenOptions): Promise<Capture> {
  try {
    while (!(await capture.indexSome(SLICE_MS))) {
      options.onProgress?.(capture);
    }
  } catch (error) {
    capture.close();
    throw error;
  }
  return capture;
}

/** Opens a capture arriving in chunks from anywhere: a child process, a socket. `path` names it in messages. */
export async function openChunks(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
  options: OpenOptions = {},
): Promise<Capture> {
  const iterator = chunks[Symbol.asyncIterator]();
  let bytesRead = 0;
  const input: StreamInput = {
    chunks: {
      async next() {
        const next = await iterator.next();
        if (next.done !== true) bytesRead += next.value.length;
        return next;
      },
    },
    bytesTotal: null,
    bytesRead: () => bytesRead,
    close: () => void iterator.return?.().catch(() => {}),
  };
  const capture = await openStream(input, path, true, options);
  return options.lazy === true ? capture : readWhole(capture, options);
}

async function openPath(path: string, options: OpenOptions): Promise<Capture> {
  let fd: number;
  let bytesTotal: number | null;
  const head = new Uint8Array(DETECT_BYTES);
  let have = 0;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    bytesTotal = ordinaryFileBytes(fd);
    if (bytesTotal !== null && options.follow === true) bytesTotal = await waitForBytes(fd, DETECT_BYTES);
    if (bytesTotal !== null) have = readSync(fd, head, 0, DETECT_BYTES, 0);
  } catch (error) {
    closeSync(fd);
    throw unreadable(path, error);
  }
  // Named pipes and devices cannot be read twice.
  if (bytesTotal === null) return openStream(fileInput(path, fd, null), path, true, options);
  const found = detect(head.subarray(0, have));
  if (found.kind === "compressed" && options.follow !== true) {
    return openStream(fileInput(path, fd, bytesTotal), path, false, options);
  }
  try {
    const layout = accepted(found, head.subarray(0, have), path);
    const store = new FilePages(fd);
    const code = options.follow === true ? null : CompiledCode.load();
    const builder = new CaptureBuilder(store, null, code);
    const decoder =
      layout.kind === "pcapng"
        ? new PcapngDecoder(builder)
        : new ClassicDecoder(builder, announced(builder, head, layout, path));
    const start = layout.kind === "pcapng" ? 0 : CLASSIC_HEADER_BYTES;
    const driver =
      options.follow === true
        ? new FollowDriver(fd, path, new StreamFeeder(decoder, start), builder, start)
        : new FileDriver(
            new FileFeeder(decoder, start, store, code?.memory ?? SEPARATE_MEMORY),
            builder,
            bytesTotal,
          );
    return new OpenedCapture(path, formatOf(layout, null), options.follow === true, builder, driver, store);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** `isLive`: packets may be yet to happen. */
async function openStream(
  input: StreamInput,
  path: string,
  isLive: boolean,
  options: OpenOptions,
): Promise<Capture> {
  let compression: Compression | null = null;
  let source = input;
  try {
    let { head, rest } = await readHead(source, 0);
    let found = detect(head);
    if (found.kind === "compressed") {
      ({ compression } = found);
      const why = whyNotDecompressed(compression);
      if (why !== null) throw new CaptureError("UNSUPPORTED", `${path}: ${compression}-compressed: ${why}`);
      source = decompressed(compression, source, rest);
      ({ head, rest } = await readHead(source, 0));
      found = detect(head);
    }
    const layout = accepted(found, head, path);
    const log = new ByteLog(options.memoryBytes ?? MEMORY_BYTES);
    const builder = new CaptureBuilder(log, log);
    let sink: ChunkSink;
    let from = 0;
    if (layout.kind === "pcapng") {
      sink = new StreamFeeder(new PcapngDecoder(builder), 0);
    } else {
      // Its library is loaded for streams only: that takes longer than a small file.
      const { classicStream } = await import("./stream-classic.ts");
      sink = classicStream(builder, announced(builder, head, layout, path), head);
      from = CLASSIC_HEADER_BYTES;
    }
    const bytesMax = options.streamBytesMax ?? STREAM_BYTES_MAX;
    const driver = new StreamDriver(withHead(source, rest, from), sink, builder, bytesMax);
    return new OpenedCapture(path, formatOf(layout, compression), isLive, builder, driver, log);
  } catch (error) {
    source.close();
    throw error instanceof CaptureError ? error : unreadable(path, error);
  }
}

/** The layout of a readable file. Throws CaptureError for all others, naming what they are where that is known. */
function accepted(
  found: Detected,
  head: Uint8Array,
  path: string,
): ClassicLayout | { readonly kind: "pcapng" } {
  switch (found.kind) {
    case "pcap":
      if (head.length < CLASSIC_HEADER_BYTES) {
        throw new CaptureError("CUT_SHORT", `${path}: cut short in the file header (${head.length} bytes)`);
      }
      return found;
    case "pcapng":
      return found;
    case "compressed":
      throw new CaptureError(
        "UNSUPPORTED",
        `${path}: unsupported: ${found.compression} is undone once, and not in a file that is followed`,
      );
    case "unsupported": {
      const advice = found.advice === "" ? "" : `; ${found.advice}`;
      throw new CaptureError("UNSUPPORTED", `${path}: unsupported: this is a ${found.what} file${advice}`);
    }
    case "short":
      throw new CaptureError(
        "CUT_SHORT",
        head.length === 0
          ? `${path}: the file is empty`
          : `${path}: too short for a capture (${head.length} bytes)`,
      );
    case "unknown": {
      const begins = Array.from(head.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
      throw new CaptureError(
        "NOT_A_CAPTURE",
        `${path}: not a pcap or pcapng file (it begins with ${begins})`,
      );
    }
  }
}

function announced(
  builder: CaptureBuilder,
  head: Uint8Array,
  layout: ClassicLayout,
  path: string,
): ReturnType<typeof readClassicHeader> {
  const header = readClassicHeader(head, layout, path);
  announceClassic(builder, header);
  return header;
}

function formatOf(
  layout: ClassicLayout | { readonly kind: "pcapng" },
  compression: Compression | null,
): CaptureFormat {
  const text = layout.kind === "pcapng" ? "pcapng" : classicText(layout);
  return { kind: layout.kind, compression, text: compression === null ? text : `${text}, ${compression}` };
}

function unreadable(path: string, error: unknown): CaptureError {
  const code = error instanceof Error && "code" in error ? error.code : "";
  const words =
    code === "ENOENT"
      ? "no such file"
      : code === "EISDIR"
        ? "this is a folder"
        : code === "EACCES"
          ? "permission denied"
          : wordsOf(error);
  return new CaptureError("UNREADABLE", `${path}: ${words}`);
}

function standardInput(options: OpenOptions): StreamInput {
  return readableInput(options.stdin ?? process.stdin, null);
}

function fileInput(path: string, fd: number, bytesTotal: number | null): StreamInput {
  return readableInput(createReadStream(path, { fd, highWaterMark: STREAM_CHUNK_BYTES }), bytesTotal);
}

function readableInput(stream: Readable, bytesTotal: number | null): StreamInput {
  let bytesRead = 0;
  const iterator = stream[Symbol.asyncIterator]();
  return {
    chunks: {
      async next(): Promise<IteratorResult<Uint8Array>> {
        const next = await iterator.next();
        if (next.done === true) return { done: true, value: undefined };
        const value: unknown = next.value;
        const bytes = typeof value === "string" ? Buffer.from(value) : (value as Uint8Array);
        bytesRead += bytes.length;
        return { done: false, value: bytes };
      },
    },
    bytesTotal,
    bytesRead: () => bytesRead,
    close: () => stream.destroy(),
  };
}

/** Chunks until `DETECT_BYTES` are there or the input ends; `rest` holds all of them, `head` the first bytes. */
async function readHead(input: StreamInput, have: number): Promise<{ head: Uint8Array; rest: Uint8Array[] }> {
  const rest: Uint8Array[] = [];
  let bytes = have;
  while (bytes < DETECT_BYTES) {
    const next = await input.chunks.next();
    if (next.done === true) break;
    rest.push(next.value);
    bytes += next.value.length;
  }
  return { head: Buffer.concat(rest).subarray(0, DETECT_BYTES), rest };
}

/** `input` with the chunks already taken from it put back, but for their first `skip` bytes. */
function withHead(input: StreamInput, taken: readonly Uint8Array[], skip: number): StreamInput {
  const first = Buffer.concat(taken).subarray(skip);
  let given = first.length === 0;
  return {
    ...input,
    chunks: {
      next(): Promise<IteratorResult<Uint8Array>> {
        if (given) return input.chunks.next();
        given = true;
        return Promise.resolve({ done: false, value: first });
      },
    },
  };
}

function decompressed(
  compression: Compression,
  input: StreamInput,
  taken: readonly Uint8Array[],
): StreamInput {
  const whole = withHead(input, taken, 0);
  const chunks = decompress(compression, { [Symbol.asyncIterator]: () => whole.chunks });
  return { ...input, chunks };
}

class OpenedCapture implements Capture {
  readonly path: string;
  readonly format: CaptureFormat;
  readonly isLive: boolean;
  readonly trace: Capture["trace"];
  readonly problems: Capture["problems"];
  readonly comments: Capture["comments"];
  readonly interfaces: Capture["interfaces"];
  readonly sections: Capture["sections"];
  readonly names: Capture["names"];
  readonly statistics: Capture["statistics"];
  readonly secrets: Capture["secrets"];
  readonly streams: Capture["streams"];
  readonly analysis: Capture["analysis"];
  readonly reassembly: Capture["reassembly"];
  readonly #builder: CaptureBuilder;
  readonly #driver: Driver;
  readonly #store: ByteStore;

  constructor(
    path: string,
    format: CaptureFormat,
    isLive: boolean,
    builder: CaptureBuilder,
    driver: Driver,
    store: ByteStore,
  ) {
    this.path = path;
    this.format = format;
    this.isLive = isLive;
    this.trace = builder.trace;
    this.problems = builder.problems;
    this.comments = builder.comments;
    this.interfaces = builder.interfaces;
    this.sections = builder.sections;
    this.names = builder.names;
    this.statistics = builder.statistics;
    this.secrets = builder.secrets;
    this.streams = builder.streams;
    this.analysis = builder.analysis;
    this.reassembly = builder.reassembly;
    this.#builder = builder;
    this.#driver = driver;
    this.#store = store;
  }

  get progress(): Capture["progress"] {
    return this.#driver.progress;
  }

  hasTime(row: number): boolean {
    return !this.#builder.marks.timeless(row);
  }

  direction(row: number): 0 | 1 | 2 {
    return this.#builder.marks.direction(row);
  }

  packetFlags(row: number): number | null {
    return this.#builder.marks.flags(row);
  }

  indexSome(budgetMs: number): Promise<boolean> {
    return this.#driver.run(budgetMs);
  }

  close(): void {
    this.#driver.close();
    this.#store.close();
  }
}
