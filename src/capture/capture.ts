// What a capture is once open: the trace, and beside it what the file says that no packet row holds.

import type { StreamTable } from "../trace/streams.ts";
import type { Trace, TraceInterface } from "../trace/trace.ts";
import type { TcpAnalysis } from "./analysis/tcp.ts";
import type { Reassembly } from "./reassembly/fragments.ts";

/** Damage, or something left out: the capture goes on or ends before it, but does not fail. */
export interface CaptureProblem {
  readonly message: string;
  /** Byte offset in the (decompressed) input. */
  readonly offset: number;
  /** Frame number, from 1, of the packet at or after which it was found; 0 before the first. */
  readonly packet: number;
}

/** An interface as the file describes it; `trace.interfaces` holds the same, by the same index. */
export interface CaptureInterface extends TraceInterface {
  /** Section of a pcapng file, from 0. */
  readonly section: number;
  /** `frame.interface_id`: the number within its section. */
  readonly id: number;
  /** Bytes of frame check sequence that end each packet; 0 unless the file says. */
  readonly fcsBytes: number;
  /** Ticks a second of its timestamps as text: `10^6`, `2^20`. */
  readonly resolution: string;
  readonly filter?: string;
  readonly operatingSystem?: string;
  readonly comments?: readonly string[];
}

/** Digits after the second's point that Wireshark shows of times so fine: those of s, ds, cs, ms, µs or ns. */
const DIGITS = [9, 6, 3, 2, 1];

/** Digits after the second's point that timestamps of such a resolution have. */
export function timeDecimals(resolution: CaptureInterface["resolution"]): number {
  const [base, exponent] = resolution.split("^").map(Number);
  const digits = exponent * Math.log10(base);
  return DIGITS.find((known) => digits >= known) ?? 0;
}

/** A section of a pcapng file; a classic file has one without texts. */
export interface CaptureSection {
  readonly bigEndian: boolean;
  readonly hardware?: string;
  readonly operatingSystem?: string;
  readonly application?: string;
  readonly comments?: readonly string[];
}

/** A name the file gives an address. */
export interface NameRecord {
  /** As Wireshark prints it. */
  readonly address: string;
  readonly names: readonly string[];
}

/** What an interface counted; null where it does not say. */
export interface InterfaceStatistics {
  /** Index into the trace's interfaces. */
  readonly interfaceId: number;
  readonly received: number | null;
  readonly dropped: number | null;
}

/** Keys for decryption a file carries (pcapng Decryption Secrets Block). */
export interface SecretsRecord {
  /** 0x544c534b is a TLS key log. */
  readonly type: number;
  readonly data: Uint8Array;
}

export interface CaptureFormat {
  readonly kind: "pcap" | "pcapng";
  readonly compression: "gzip" | "zstd" | null;
  /** Words for a user: `pcap (nanoseconds, big-endian)`. */
  readonly text: string;
}

export interface CaptureProgress {
  /** Of the input as it is stored: compressed bytes of a compressed file. */
  readonly bytesRead: number;
  /** null for a pipe. */
  readonly bytesTotal: number | null;
  readonly done: boolean;
}

/** An open capture. It grows while `indexSome` is called, and is whole when `progress.done`. */
export interface Capture {
  /** `-` for standard input. */
  readonly path: string;
  readonly trace: Trace;
  readonly format: CaptureFormat;
  /** Whether packets may be yet to happen: a pipe, an interface, a file that is followed. */
  readonly isLive: boolean;
  /** At most 100; the last then says that there are more. */
  readonly problems: readonly CaptureProblem[];
  /** What the index pass learnt of each TCP and UDP stream: sequence bases, window scales. */
  readonly streams: StreamTable;
  /** What each TCP segment is in the light of those before it; its flags are in the table's `analysis` column. */
  readonly analysis: TcpAnalysis;
  /** IP datagrams that came in fragments; the rows that complete them have the datagram's transport columns. */
  readonly reassembly: Reassembly;
  /** Packet comments by row. */
  readonly comments: ReadonlyMap<number, readonly string[]>;
  readonly interfaces: readonly CaptureInterface[];
  readonly sections: readonly CaptureSection[];
  readonly names: readonly NameRecord[];
  readonly statistics: readonly InterfaceStatistics[];
  readonly secrets: readonly SecretsRecord[];
  readonly progress: CaptureProgress;
  /** False for a row whose block holds no timestamp (pcapng Simple Packet Block); its time columns are 0. */
  hasTime(row: number): boolean;
  /** 1 inbound, 2 outbound, 0 where the file does not say. */
  direction(row: number): 0 | 1 | 2;
  /** The 32 bits of pcapng's `epb_flags`, of which the direction is two; null where the file has none for the row. */
  packetFlags(row: number): number | null;
  /**
   * Reads on for about `budgetMs` milliseconds of wall time, waiting no longer than that for a pipe, and answers
   * whether the capture is whole. Calls must not overlap.
   */
  indexSome(budgetMs: number): Promise<boolean>;
  /** Gives up the file or pipe. Packets of a file cannot be read afterwards: they come back empty. */
  close(): void;
}
