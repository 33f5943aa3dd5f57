// Gathers what the decoders find: packets into the trace's table, everything else into bounded lists beside it.

import { indexPacket, indexTransport } from "../trace/index-packet.ts";
import { SEPARATE_MEMORY } from "../trace/columns.ts";
import { PROTOCOL } from "../trace/packets.ts";
import { StreamTable } from "../trace/streams.ts";
import { Trace } from "../trace/trace.ts";
import type {
  CaptureInterface,
  CaptureProblem,
  CaptureSection,
  InterfaceStatistics,
  NameRecord,
  SecretsRecord,
} from "./capture.ts";
import { TcpAnalysis } from "./analysis/tcp.ts";
import type { CompiledCode } from "./compiled/code.ts";
import { CompiledPackets } from "./compiled/packets.ts";
import type { Blocks, Records } from "./compiled/packets.ts";
import { Reassembly } from "./reassembly/fragments.ts";
import { RowMarks } from "./row-marks.ts";
import { FilePages } from "./store.ts";
import type { ByteLog, ByteStore, Lent } from "./store.ts";

const PROBLEMS_MAX = 100;

/** Rows of `PacketTable.interfaceId` are 16 bits wide. */
const INTERFACES_MAX = 65_535;

/** Bytes of comments, names, secrets and interface texts kept of one capture. */
const KEPT_BYTES_MAX = 32 * 1024 * 1024;

/** What each kept record is charged beyond its bytes: objects and list entries are memory too. */
const RECORD_COST_BYTES = 64;

const NOTHING = new Uint8Array(0);

export class CaptureBuilder {
  readonly trace: Trace;
  readonly streams: StreamTable;
  readonly problems: CaptureProblem[] = [];
  readonly comments = new Map<number, string[]>();
  readonly interfaces: CaptureInterface[] = [];
  readonly sections: CaptureSection[] = [];
  readonly names: NameRecord[] = [];
  readonly statistics: InterfaceStatistics[] = [];
  readonly secrets: SecretsRecord[] = [];
  readonly analysis: TcpAnalysis;
  readonly marks = new RowMarks();
  readonly reassembly = new Reassembly();
  readonly #log: ByteLog | null;
  readonly #compiled: CompiledPackets | null;
  #kept = 0;
  #keptFull = false;

  /** Packets' bytes are read from `store`; with a `log` (which is then the store) they are first appended to it. */
  constructor(store: ByteStore, log: ByteLog | null, code: CompiledCode | null = null) {
    this.#log = log;
    const memory = code?.memory ?? SEPARATE_MEMORY;
    this.streams = new StreamTable(memory);
    const trace: Trace = new Trace(
      {
        read: (row) => store.read(trace.packets.offset[row], trace.packets.capturedLength[row]),
        glance(row, start, length) {
          const { offset, capturedLength } = trace.packets;
          return store.glance(
            offset[row] + start,
            Math.max(0, Math.min(length, capturedLength[row] - start)),
          );
        },
      },
      memory,
    );
    this.trace = trace;
    this.analysis = new TcpAnalysis(trace.packets, this.streams, memory);
    const { streams, analysis, marks } = this;
    const lent = (): Lent => (store instanceof FilePages ? store.lent : { bytes: NOTHING, from: 0 });
    this.#compiled =
      code === null
        ? null
        : new CompiledPackets(code, { table: trace.packets, streams, analysis, marks, lent });
  }

  /** Frames so far. */
  get count(): number {
    return this.trace.packets.count;
  }

  /**
   * Appends a packet whose `capturedLength` bytes are at `bytes[start]`, and at `offset` in the input, and answers its
   * row. `interfaceIndex` counts all interfaces of the capture.
   */
  packet(
    bytes: Uint8Array,
    start: number,
    capturedLength: number,
    length: number,
    seconds: number,
    nanoseconds: number,
    interfaceIndex: number,
    offset: number,
  ): number {
    const table = this.trace.packets;
    const row = table.append();
    table.seconds[row] = seconds;
    table.nanoseconds[row] = nanoseconds;
    table.capturedLength[row] = capturedLength;
    table.length[row] = length;
    table.interfaceId[row] = interfaceIndex;
    table.offset[row] = this.#log === null ? offset : this.#log.append(bytes, start, capturedLength);
    this.analysis.reserve(row);
    const { linkType } = this.interfaces[interfaceIndex];
    const compiled = this.#compiled;
    if (compiled !== null && compiled.add(row, bytes, start, capturedLength, length, linkType)) return row;
    indexPacket(table, row, bytes, start, capturedLength, linkType, this.streams);
    if (table.protocol[row] === PROTOCOL.fragment) {
      this.#fragment(row, bytes.subarray(start, start + capturedLength));
    }
    this.analysis.add(row, bytes, start);
    return row;
  }

  /** Appends records of a classic capture, as far as that can be done at once; answers where the first other begins. */
  walk(bytes: Uint8Array, start: number, end: number, base: number, records: Records): number {
    return this.#compiled?.walk(bytes, start, end, base, records) ?? start;
  }

  /** The same of packet blocks of pcapng. */
  walkBlocks(bytes: Uint8Array, start: number, end: number, base: number, blocks: Blocks): number {
    return this.#compiled?.walkBlocks(bytes, start, end, base, blocks) ?? start;
  }

  /** The frame that completes a datagram gets its transport columns, and its number among the streams. */
  #fragment(row: number, bytes: Uint8Array): void {
    const table = this.trace.packets;
    const payload = this.reassembly.add(row, bytes, table.networkOffset[row], table.length[row]);
    const datagram = payload === null ? null : this.reassembly.completedBy(row);
    if (payload !== null && datagram !== null) {
      indexTransport(table, row, payload, datagram.protocol, this.streams);
    }
  }

  problem(message: string, offset: number): void {
    if (this.problems.length < PROBLEMS_MAX - 1) {
      this.problems.push({ message, offset, packet: this.count });
    } else if (this.problems.length === PROBLEMS_MAX - 1) {
      this.problems.push({ message: "more problems follow and are not listed", offset, packet: this.count });
    }
  }

  /** Index of the interface added, or -1 when the table has no room for more. */
  addInterface(description: CaptureInterface): number {
    if (this.interfaces.length >= INTERFACES_MAX) return -1;
    const { name, linkType, snapLength, description: words } = description;
    this.trace.interfaces.push({
      name,
      linkType,
      snapLength,
      ...(words === undefined ? {} : { description: words }),
    });
    return this.interfaces.push(description) - 1;
  }

  addComment(row: number, text: string): void {
    const list = this.comments.get(row);
    if (list === undefined) this.comments.set(row, [text]);
    else list.push(text);
  }

  /** Whether there is room to keep a record of `bytes` bytes found at `offset`; the first refusal is reported. */
  keep(bytes: number, offset: number): boolean {
    if (this.#kept + bytes + RECORD_COST_BYTES <= KEPT_BYTES_MAX) {
      this.#kept += bytes + RECORD_COST_BYTES;
      return true;
    }
    if (!this.#keptFull) {
      this.#keptFull = true;
      this.problem("comments, names and other texts beyond 32 MiB are left out", offset);
    }
    return false;
  }
}
