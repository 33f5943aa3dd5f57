// The pcapng blocks that hold no packets: sections, interfaces, names, statistics, secrets.

import { readIpv4, readIpv6 } from "../wire/address.ts";
import type { CaptureBuilder } from "./builder.ts";
import type { Blocks } from "./compiled/packets.ts";
import { packetBytesMax } from "./limits.ts";
import { padding } from "./pcapng-options.ts";
import type { BlockReader } from "./pcapng-options.ts";
import { TickClock } from "./ticks.ts";

const OPT_COMMENT = 1;

const NAME_RECORD_IPV4 = 1;
const NAME_RECORD_IPV6 = 2;

/** if_tsresol where the option is missing: microseconds. */
const TSRESOL_DEFAULT = 6;

/** What packets of an interface need to be decoded. */
export interface SectionInterface {
  /** Index into the capture's interfaces. */
  readonly index: number;
  readonly linkType: number;
  readonly snapLength: number;
  readonly clock: TickClock;
  /** Where its packets can be indexed many at once; null where its times are not as most. */
  readonly blocks: Blocks | null;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Reads block bodies in [at, end) into `builder`; `offset` is the block's place in the input. */
export class MetadataReader {
  readonly #builder: CaptureBuilder;

  constructor(builder: CaptureBuilder) {
    this.#builder = builder;
  }

  sectionHeader(reader: BlockReader, at: number, end: number, offset: number, bigEndian: boolean): void {
    const builder = this.#builder;
    const comments: string[] = [];
    const section: Mutable<(typeof builder.sections)[number]> = { bigEndian };
    this.#options(reader, at, end, offset, (code, value, length) => {
      if (code < 1 || code > 4 || !builder.keep(length, offset)) return;
      const text = reader.text(value, length);
      if (code === OPT_COMMENT) comments.push(text);
      else if (code === 2) section.hardware = text;
      else if (code === 3) section.operatingSystem = text;
      else section.application = text;
    });
    if (comments.length > 0) section.comments = comments;
    // A file may be nothing but section headers.
    if (builder.keep(0, offset)) builder.sections.push(section);
  }

  /** null when the block is too short to be one, or there are too many. */
  interfaceDescription(
    reader: BlockReader,
    at: number,
    end: number,
    offset: number,
    section: number,
    id: number,
  ): SectionInterface | null {
    const builder = this.#builder;
    if (end - at < 8) {
      builder.problem("damaged: an interface description too short for its fields", offset);
      return null;
    }
    const linkType = reader.u16(at);
    const snapLength = reader.u32(at + 4);
    let tsresol = TSRESOL_DEFAULT;
    let tsoffset = 0;
    const comments: string[] = [];
    const found: Mutable<(typeof builder.interfaces)[number]> = {
      name: "",
      linkType,
      snapLength,
      section,
      id,
      fcsBytes: 0,
      resolution: "",
    };
    this.#options(reader, at + 8, end, offset, (code, value, length) => {
      if (code === 9 && length >= 1) tsresol = reader.u8(value);
      else if (code === 14 && length >= 8) tsoffset = reader.i64(value);
      else if (code === 13 && length >= 1) found.fcsBytes = reader.u8(value);
      else if ((code >= 1 && code <= 3) || code === 11 || code === 12) {
        if (!builder.keep(length, offset)) return;
        if (code === OPT_COMMENT) comments.push(reader.text(value, length));
        else if (code === 2) found.name = reader.text(value, length);
        else if (code === 3) found.description = reader.text(value, length);
        // A filter begins with a byte that says how it is written; 0 is text.
        else if (code === 11 && length > 1 && reader.u8(value) === 0) {
          found.filter = reader.text(value + 1, length - 1);
        } else if (code === 12) found.operatingSystem = reader.text(value, length);
      }
    });
    if (comments.length > 0) found.comments = comments;
    const clock = new TickClock(tsresol, tsoffset);
    found.resolution = clock.resolution;
    const index = builder.addInterface(found);
    if (index === -1) {
      builder.problem("more interfaces than can be numbered: this one's packets are left out", offset);
      return null;
    }
    const capturedMax = packetBytesMax(linkType);
    const blocks = clock.usual === null ? null : { ...clock.usual, linkType, id, index, capturedMax };
    return { index, linkType, snapLength, clock, blocks };
  }

  nameResolution(reader: BlockReader, start: number, end: number, offset: number): void {
    const builder = this.#builder;
    let at = start;
    while (end - at >= 4) {
      const type = reader.u16(at);
      const length = reader.u16(at + 2);
      if (type === 0) return;
      if (length > end - at - 4) {
        builder.problem("damaged: a name record longer than its block", offset);
        return;
      }
      const value = at + 4;
      const addressBytes = type === NAME_RECORD_IPV4 ? 4 : type === NAME_RECORD_IPV6 ? 16 : 0;
      if (addressBytes > 0 && length > addressBytes && builder.keep(length, offset)) {
        const bytes = reader.copy(value, addressBytes);
        builder.names.push({
          address: type === NAME_RECORD_IPV4 ? readIpv4(bytes, 0) : readIpv6(bytes, 0),
          names: namesIn(reader, value + addressBytes, value + length),
        });
      }
      at = value + length + padding(length);
    }
  }

  interfaceStatistics(
    reader: BlockReader,
    at: number,
    end: number,
    offset: number,
    interfaces: readonly SectionInterface[],
  ): void {
    const builder = this.#builder;
    if (end - at < 12) {
      builder.problem("damaged: interface statistics too short for their fields", offset);
      return;
    }
    const id = reader.u32(at);
    if (id >= interfaces.length || !builder.keep(16, offset)) return;
    let received: number | null = null;
    let dropped: number | null = null;
    this.#options(reader, at + 12, end, offset, (code, value, length) => {
      if (length < 8) return;
      if (code === 4) received = reader.u64(value);
      else if (code === 5) dropped = reader.u64(value);
    });
    builder.statistics.push({ interfaceId: interfaces[id].index, received, dropped });
  }

  decryptionSecrets(reader: BlockReader, at: number, end: number, offset: number): void {
    const builder = this.#builder;
    const length = end - at < 8 ? -1 : reader.u32(at + 4);
    if (length === -1 || length > end - at - 8) {
      builder.problem("damaged: decryption secrets longer than their block", offset);
      return;
    }
    if (builder.keep(length, offset)) {
      builder.secrets.push({ type: reader.u32(at), data: reader.copy(at + 8, length) });
    }
  }

  #options(
    reader: BlockReader,
    start: number,
    end: number,
    offset: number,
    each: (code: number, at: number, length: number) => void,
  ): void {
    if (reader.options(start, end, each) !== -1) {
      this.#builder.problem("damaged: an option longer than its block", offset);
    }
  }
}

/** Names kept of one address. */
const NAMES_MAX = 64;

/** NUL-terminated names, one after another. */
function namesIn(reader: BlockReader, start: number, end: number): string[] {
  const names: string[] = [];
  let from = start;
  for (let at = start; at < end && names.length < NAMES_MAX; at++) {
    if (reader.u8(at) !== 0) continue;
    if (at > from) names.push(reader.text(from, at - from));
    from = at + 1;
  }
  if (from < end && names.length < NAMES_MAX) names.push(reader.text(from, end - from));
  return names;
}
