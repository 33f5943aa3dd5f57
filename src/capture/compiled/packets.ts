// What compiled code does of the index: packets like most of a capture's, several times as fast as the engine gets by itself, and at once,
// where it has to see a loop run for a while first.

import { LINKTYPE } from "../../wire/link-types.ts";
import type { PacketTable } from "../../trace/packets.ts";
import type { StreamTable } from "../../trace/streams.ts";
import type { TcpAnalysis } from "../analysis/tcp.ts";
import type { RowMarks } from "../row-marks.ts";
import { portsOf } from "../dissect/tcp-protocols.ts";
import type { Lent } from "../store.ts";
import type { Ticks } from "../ticks.ts";
import type { CompiledCode } from "./code.ts";
import { CompiledMemory } from "./memory.ts";

/** Words of each, as they are where they are made. */
const UNACKED_WORDS = 4;
const DIRECTION_WORDS = 16;
const HANDSHAKE_WORDS = 3;

/** Bytes of a link header whose last two are the EtherType of what follows, by link type. */
const LINK_BYTES: Readonly<Record<number, number>> = {
  [LINKTYPE.ethernet]: 14,
  [LINKTYPE.linuxSll]: 16,
};

/** What is to be known of the records of a classic capture. */
export interface Records {
  readonly linkType: number;
  /** In a second, and nanoseconds in each. */
  readonly fractions: number;
  readonly scale: number;
  readonly capturedMax: number;
}

/** What is to be known of packet blocks of pcapng: of which interface they are, by the section's count and by the capture's. */
export interface Blocks extends Ticks {
  readonly linkType: number;
  readonly id: number;
  readonly index: number;
  readonly capturedMax: number;
}

/** What is filled in, all of it in the code's memory. */
export interface Indexed {
  readonly table: PacketTable;
  readonly streams: StreamTable;
  readonly analysis: TcpAnalysis;
  readonly marks: RowMarks;
  /** What of the file was read last. */
  readonly lent: () => Lent;
}

/** What ports say, a byte each: of TLS, of HTTP, of others. */
const PORTS = 65_536;
const OF_TLS = 1;
const OF_HTTP = 2;
const OF_OTHERS = 4;
/** Texts that Info says again, as compiled code keeps them. */
const TEXTS_BYTES = 1024 * 256;

/** What streams are told by. */
export interface Spoken {
  readonly ports: Uint8Array;
  readonly texts: Uint8Array;
}

/** The compiled part of the index of one capture. */
export class CompiledPackets {
  readonly code: CompiledCode;
  readonly indexed: Indexed;
  readonly #packet: (...numbers: number[]) => number;
  readonly #walk: (...numbers: number[]) => number;
  readonly #walked: WebAssembly.Global;
  readonly #walkBlocks: (...numbers: number[]) => number;
  readonly #walkedBlocks: WebAssembly.Global;
  readonly #addressCount: WebAssembly.Global;
  readonly #tcpCount: WebAssembly.Global;
  readonly #udpCount: WebAssembly.Global;
  #made = -1;
  #spoken: Spoken | null = null;

  constructor(code: CompiledCode, indexed: Indexed) {
    this.code = code;
    this.indexed = indexed;
    this.#packet = code.call("packet");
    this.#walk = code.call("walk");
    this.#walked = code.number("walked");
    this.#walkBlocks = code.call("walkBlocks");
    this.#walkedBlocks = code.number("walkedBlocks");
    this.#addressCount = code.number("addressCount");
    this.#tcpCount = code.number("tcpCount");
    this.#udpCount = code.number("udpCount");
    code.memory.packets = this;
  }

  /**
   * Fills in what packet `row` of link type `linkType` is worth, `length` bytes of which were on the wire and `captured` are at `bytes[start]`
   * in the code's memory; false, having written nothing, for one that is not like most.
   */
  add(
    row: number,
    bytes: Uint8Array,
    start: number,
    captured: number,
    length: number,
    linkType: number,
  ): boolean {
    const link = LINK_BYTES[linkType];
    if (link === undefined || !this.code.memory.holds(bytes) || !this.settle()) return false;
    this.#countFrom();
    const isDone = this.#packet(row, bytes.byteOffset + start, captured, length, link) !== 0;
    this.#countTo();
    return isDone;
  }

  /**
   * The same for whole records of a classic capture in `bytes[start, end)`, whose numbers are in this machine's order, as far as their packets are
   * like most and there is room for them; answers where the first other begins.
   */
  walk(bytes: Uint8Array, start: number, end: number, base: number, records: Records): number {
    const link = LINK_BYTES[records.linkType];
    if (link === undefined || !this.settle() || !this.code.memory.holds(bytes)) return start;
    const { table } = this.indexed;
    const { fractions, scale, capturedMax } = records;
    const from = bytes.byteOffset;
    this.#countFrom();
    const at = this.#walk(
      from + start,
      from + end,
      table.count,
      base + start,
      fractions,
      scale,
      capturedMax,
      link,
    );
    this.#countTo();
    table.count = this.#walked.value;
    return at - from;
  }

  /** The same for packet blocks of pcapng, without options and in this machine's order. */
  walkBlocks(bytes: Uint8Array, start: number, end: number, base: number, blocks: Blocks): number {
    const link = LINK_BYTES[blocks.linkType];
    if (link === undefined || !this.settle() || !this.code.memory.holds(bytes)) return start;
    const { table } = this.indexed;
    const { id, index, perSecond, nanoseconds, capturedMax } = blocks;
    const from = bytes.byteOffset;
    this.#countFrom();
    const at = this.#walkBlocks(
      from + start,
      from + end,
      table.count,
      base + start,
      id,
      index,
      perSecond,
      nanoseconds,
      capturedMax,
      link,
    );
    this.#countTo();
    table.count = this.#walkedBlocks.value;
    return at - from;
  }

  /** How many addresses and streams there are, which either side of the memory may add to. */
  #countFrom(): void {
    const { table, streams } = this.indexed;
    const { tcp, udp } = streams.tables;
    this.#addressCount.value = table.addresses.size;
    this.#tcpCount.value = tcp.count;
    this.#udpCount.value = udp.count;
  }

  #countTo(): void {
    const { table, streams } = this.indexed;
    const { tcp, udp } = streams.tables;
    table.addresses.size = this.#addressCount.value;
    tcp.count = this.#tcpCount.value;
    udp.count = this.#udpCount.value;
  }

  /** Made when first asked for. */
  get spoken(): Spoken {
    if (this.#spoken === null) {
      const { memory } = this.code;
      const ports = memory.make(Uint8Array, PORTS);
      for (const { name, port } of portsOf()) {
        if (name === "tls") ports[port] |= OF_TLS;
        else ports[port] |= name === "http" ? OF_HTTP : OF_OTHERS;
      }
      this.#spoken = { ports, texts: memory.make(Uint8Array, TEXTS_BYTES) };
    }
    return this.#spoken;
  }

  /** Tells the code where everything is now; false where not all of it is in its memory. */
  settle(): boolean {
    const { made, isFull } = this.code.memory;
    if (this.#made !== made) {
      this.#made = made;
      if (!isFull) this.#place();
    }
    return !isFull;
  }

  #place(): void {
    const { code } = this;
    const { table, streams, analysis } = this.indexed;
    const { tcp, udp } = streams.tables;
    const { families, words, slots } = table.addresses.columns;
    const { states, handshakes, unacked, rows } = analysis.columns;
    code.place({
      seconds: table.seconds,
      fileOffset: table.offset,
      nanoseconds: table.nanoseconds,
      frameLength: table.length,
      capturedLength: table.capturedLength,
      source: table.source,
      destination: table.destination,
      payloadLength: table.payloadLength,
      tcpSeq: table.tcpSeq,
      tcpAck: table.tcpAck,
      stream: table.stream,
      analysis: table.analysis,
      networkOffset: table.networkOffset,
      transportOffset: table.transportOffset,
      payloadOffset: table.payloadOffset,
      sourcePort: table.sourcePort,
      destinationPort: table.destinationPort,
      tcpFlags: table.tcpFlags,
      tcpWindow: table.tcpWindow,
      protocol: table.protocol,
      interfaceId: table.interfaceId,
    });
    code.place({ addressFamilies: families, addressWords: words, addressSlots: slots });
    code.place({
      tcpSlots: tcp.slots,
      tcpLow: tcp.lowAddress,
      tcpHigh: tcp.highAddress,
      tcpLowPort: tcp.lowPort,
      tcpHighPort: tcp.highPort,
      tcpFirstRow: tcp.firstRow,
      tcpBase: tcp.base,
      tcpBaseRow: tcp.baseRow,
      tcpWindowScale: tcp.windowScale,
      tcpState: tcp.state,
      udpSlots: udp.slots,
      udpFirstRow: udp.firstRow,
      udpLow: udp.lowAddress,
      udpHigh: udp.highAddress,
      udpLowPort: udp.lowPort,
      udpHighPort: udp.highPort,
    });
    code.place({
      states,
      handshakes,
      unackedLists: unacked.lists,
      unackedEntries: unacked.entries,
      rowAcks: rows.acks,
      rowInFlight: rows.inFlight,
      rowPushed: rows.pushed,
      rowTsVal: rows.tsVal,
      rowTsEcr: rows.tsEcr,
    });
    code.number("rowsMax").value = Math.min(table.stream.length, rows.acks.length);
    code.number("addressesMax").value = families.length;
    code.number("tcpMax").value = tcp.firstRow.length;
    code.number("udpMax").value = udp.firstRow.length;
    code.number("addressMask").value = slots.length - 1;
    code.number("tcpMask").value = tcp.slots.length - 1;
    code.number("udpMask").value = udp.slots.length - 1;
    code.number("unackedEntriesMax").value = Math.floor(unacked.entries.length / UNACKED_WORDS);
    code.number("directionsMax").value = Math.floor(states.length / DIRECTION_WORDS);
    code.number("handshakesMax").value = Math.floor(handshakes.length / HANDSHAKE_WORDS);
  }
}

/** The compiled part of the index that filled in `table`; null where there is none. */
export function compiledPacketsOf(table: PacketTable): CompiledPackets | null {
  return table.memory instanceof CompiledMemory ? table.memory.packets : null;
}
