// pcapng (draft-ietf-opsawg-pcapng): the walk over blocks, and the blocks that hold packets.
//
// Like the classic walk it takes what bytes are at hand and stops before the first block that is not whole. A block
// whose own lengths contradict each other is left out with a problem; one whose total length cannot be true ends the
// walk, because nothing says where the next block begins.

import type { CaptureBuilder } from "./builder.ts";
import type { RecordDecoder } from "./classic.ts";
import { BLOCK_BYTES_MAX, packetBytesMax } from "./limits.ts";
import { MetadataReader } from "./pcapng-metadata.ts";
import type { SectionInterface } from "./pcapng-metadata.ts";
import { BlockReader, padding } from "./pcapng-options.ts";

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const OBSOLETE_PACKET = 2;
const SIMPLE_PACKET = 3;
const NAME_RESOLUTION = 4;
const INTERFACE_STATISTICS = 5;
const ENHANCED_PACKET = 6;
const DECRYPTION_SECRETS = 10;

const OPT_COMMENT = 1;
const OPT_PACKET_FLAGS = 2;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const BYTE_ORDER_MAGIC_SWAPPED = 0x4d3c2b1a;

/** Type, total length, total length again. */
const BLOCK_BYTES_MIN = 12;
/** What is around the packet in a packet block without options. */
const PACKET_BLOCK_BYTES = 32;

/** Walks the blocks of a pcapng file from its first byte. */
export class PcapngDecoder implements RecordDecoder {
  need = BLOCK_BYTES_MIN;
  stopped = false;
  readonly #builder: CaptureBuilder;
  readonly #metadata: MetadataReader;
  #bigEndian = false;
  #section = -1;
  /** Interfaces of the current section. */
  #interfaces: SectionInterface[] = [];

  constructor(builder: CaptureBuilder) {
    this.#builder = builder;
    this.#metadata = new MetadataReader(builder);
  }

  decode(bytes: Uint8Array, start: number, end: number, base: number): number {
    let reader = new BlockReader(bytes, this.#bigEndian);
    let at = start;
    while (!this.stopped) {
      const left = end - at;
      this.need = BLOCK_BYTES_MIN;
      if (left < BLOCK_BYTES_MIN) break;
      let type = reader.u32(at);
      if (type === SECTION_HEADER) {
        // The byte order of this block is its own: it says so after its length.
        const bigEndian = this.#byteOrder(bytes, at + 8);
        if (bigEndian === null) {
          this.#stop("damaged: a section header without byte-order magic", base + at);
          break;
        }
        if (bigEndian !== this.#bigEndian) {
          this.#bigEndian = bigEndian;
          reader = new BlockReader(bytes, bigEndian);
        }
      } else if (this.#section === -1) {
        this.#stop("damaged: no section header comes first", base + at);
        break;
      }
      type = reader.u32(at);
      if (type === ENHANCED_PACKET && !this.#bigEndian) {
        const next = this.#walk(bytes, reader, at, end, base);
        if (next !== at) {
          at = next;
          continue;
        }
      }
      const stated = reader.u32(at + 4);
      // Some writers leave the padding out of the length, at the front as at the end.
      const total = stated + padding(stated);
      if (stated < BLOCK_BYTES_MIN || total > BLOCK_BYTES_MAX) {
        this.#stop(`damaged: a block (type ${hex(type)}) of ${stated} bytes`, base + at);
        break;
      }
      if (left < total) {
        this.need = total;
        break;
      }
      const trailer = reader.u32(at + total - 4);
      if (trailer !== stated) {
        this.#stop(
          `damaged: a block (type ${hex(type)}) begins with length ${stated} and ends with ${trailer}`,
          base + at,
        );
        break;
      }
      this.#block(bytes, reader, type, at, at + total - 4, base);
      at += total;
    }
    return at;
  }

  /** Takes the packet block at `at` and those behind it, as far as they are of one interface and usual; answers where the first other begins. */
  #walk(bytes: Uint8Array, reader: BlockReader, at: number, end: number, base: number): number {
    if (end - at < PACKET_BLOCK_BYTES) return at;
    const blocks = this.#interfaces[reader.u32(at + 8)]?.blocks ?? null;
    const captured = reader.u32(at + 20);
    // Of blocks with options, which some writers give each, none is.
    const hasOptions = reader.u32(at + 4) !== PACKET_BLOCK_BYTES + captured + padding(captured);
    return blocks === null || hasOptions ? at : this.#builder.walkBlocks(bytes, at, end, base, blocks);
  }

  finish(left: number, position: number): void {
    if (this.stopped || left === 0) return;
    this.#stop(`cut short in a block: ${left} of at least ${this.need} bytes are there`, position);
  }

  #stop(message: string, offset: number): void {
    this.stopped = true;
    this.#builder.problem(message, offset);
  }

  #byteOrder(bytes: Uint8Array, at: number): boolean | null {
    const magic = new BlockReader(bytes, true).u32(at);
    if (magic === BYTE_ORDER_MAGIC) return true;
    return magic === BYTE_ORDER_MAGIC_SWAPPED ? false : null;
  }

  /** One whole block; its body is [at + 8, end). */
  #block(bytes: Uint8Array, reader: BlockReader, type: number, at: number, end: number, base: number): void {
    switch (type) {
      case ENHANCED_PACKET:
        this.#enhancedPacket(bytes, reader, at, end, base);
        return;
      case SIMPLE_PACKET:
        this.#simplePacket(bytes, reader, at, end, base);
        return;
      case OBSOLETE_PACKET:
        this.#obsoletePacket(bytes, reader, at, end, base);
        return;
      case SECTION_HEADER:
        this.#sectionHeader(reader, at, end, base);
        return;
      case INTERFACE_DESCRIPTION: {
        const found = this.#metadata.interfaceDescription(
          reader,
          at + 8,
          end,
          base + at,
          this.#section,
          this.#interfaces.length,
        );
        if (found !== null) this.#interfaces.push(found);
        return;
      }
      case NAME_RESOLUTION:
        this.#metadata.nameResolution(reader, at + 8, end, base + at);
        return;
      case INTERFACE_STATISTICS:
        this.#metadata.interfaceStatistics(reader, at + 8, end, base + at, this.#interfaces);
        return;
      case DECRYPTION_SECRETS:
        this.#metadata.decryptionSecrets(reader, at + 8, end, base + at);
        return;
      default:
      // Custom blocks, journal entries and what is yet to be invented hold nothing we show.
    }
  }

  #sectionHeader(reader: BlockReader, at: number, end: number, base: number): void {
    if (end - at < 24) {
      this.#stop("damaged: a section header too short for its fields", base + at);
      return;
    }
    const major = reader.u16(at + 12);
    const minor = reader.u16(at + 14);
    if (major !== 1 || (minor !== 0 && minor !== 2)) {
      this.#stop(`unsupported: pcapng version ${major}.${minor} (1.0 is read)`, base + at);
      return;
    }
    this.#section += 1;
    this.#interfaces = [];
    this.#metadata.sectionHeader(reader, at + 24, end, base + at, this.#bigEndian);
  }

  #enhancedPacket(bytes: Uint8Array, reader: BlockReader, at: number, end: number, base: number): void {
    if (end - at < 28) {
      this.#builder.problem("damaged: a packet block too short for its fields", base + at);
      return;
    }
    const id = reader.u32(at + 8);
    this.#packet(
      bytes,
      reader,
      at,
      at + 28,
      end,
      id,
      reader.u32(at + 20),
      reader.u32(at + 24),
      reader.u32(at + 12),
      reader.u32(at + 16),
      base,
    );
  }

  /** The predecessor of the Enhanced Packet Block: 16 bits of interface id, then 16 of drops. */
  #obsoletePacket(bytes: Uint8Array, reader: BlockReader, at: number, end: number, base: number): void {
    if (end - at < 28) {
      this.#builder.problem("damaged: a packet block too short for its fields", base + at);
      return;
    }
    const id = reader.u16(at + 8);
    this.#packet(
      bytes,
      reader,
      at,
      at + 28,
      end,
      id,
      reader.u32(at + 20),
      reader.u32(at + 24),
      reader.u32(at + 12),
      reader.u32(at + 16),
      base,
    );
  }

  #packet(
    bytes: Uint8Array,
    reader: BlockReader,
    at: number,
    data: number,
    end: number,
    id: number,
    captured: number,
    length: number,
    ticksHigh: number,
    ticksLow: number,
    base: number,
  ): void {
    const found = this.#interface(id, base + at);
    if (found === null || !this.#fits(captured, end - data, found, base + at)) return;
    const clock = found.clock;
    clock.convert(ticksHigh, ticksLow);
    const row = this.#builder.packet(
      bytes,
      data,
      captured,
      length,
      clock.seconds,
      clock.nanoseconds,
      found.index,
      base + data,
    );
    const options = data + captured + padding(captured);
    if (end - options >= 4) this.#packetOptions(reader, row, options, end, base);
  }

  /** A packet of the section's first interface, without time, its captured length by the snap length. */
  #simplePacket(bytes: Uint8Array, reader: BlockReader, at: number, end: number, base: number): void {
    if (end - at < 12) {
      this.#builder.problem("damaged: a simple packet block too short for its fields", base + at);
      return;
    }
    const found = this.#interface(0, base + at);
    if (found === null) return;
    const length = reader.u32(at + 8);
    const data = at + 12;
    const captured = found.snapLength === 0 ? length : Math.min(length, found.snapLength);
    if (!this.#fits(captured, end - data, found, base + at)) return;
    const row = this.#builder.packet(bytes, data, captured, length, 0, 0, found.index, base + data);
    this.#builder.marks.setTimeless(row);
  }

  #interface(id: number, offset: number): SectionInterface | null {
    if (id < this.#interfaces.length) return this.#interfaces[id];
    this.#builder.problem(
      `damaged: a packet of interface ${id}, but the section describes only ${this.#interfaces.length}`,
      offset,
    );
    return null;
  }

  #fits(captured: number, room: number, found: SectionInterface, offset: number): boolean {
    if (captured > room) {
      this.#builder.problem(
        `damaged: a packet of ${captured} bytes in a block with room for ${room}`,
        offset,
      );
      return false;
    }
    const limit = packetBytesMax(found.linkType);
    if (captured > limit) {
      this.#builder.problem(
        `damaged: a packet of ${captured} bytes, more than the ${limit} there can be`,
        offset,
      );
      return false;
    }
    return true;
  }

  #packetOptions(reader: BlockReader, row: number, start: number, end: number, base: number): void {
    const builder = this.#builder;
    const bad = reader.options(start, end, (code, at, length) => {
      if (code === OPT_COMMENT && builder.keep(length, base + at)) {
        builder.addComment(row, reader.text(at, length));
      } else if (code === OPT_PACKET_FLAGS && length === 4) {
        builder.marks.setFlags(row, reader.u32(at));
      }
    });
    if (bad !== -1) builder.problem("damaged: an option longer than its block", base + bad);
  }
}

function hex(number: number): string {
  return `0x${number.toString(16).padStart(8, "0")}`;
}
