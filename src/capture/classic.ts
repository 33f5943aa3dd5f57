// Classic pcap (draft-ietf-opsawg-pcap): the file header, and our own record walk for files and for layouts pcap-parser
// does not know.
//
// The walk runs over whatever bytes are at hand and stops before the first record that is not whole, so that the same
// code serves 1 MiB reads of a file and chunks of a stream.

import type { CaptureBuilder } from "./builder.ts";
import { CaptureError } from "./error.ts";
import { CLASSIC_HEADER_BYTES } from "./format.ts";
import type { ClassicLayout } from "./format.ts";
import { packetBytesMax } from "./limits.ts";

/** Decodes what arrives in order; `need` and `stopped` tell its feeder what to do next. */
export interface RecordDecoder {
  /**
   * Decodes the whole records in `bytes[start, end)`, where `bytes[0]` is at `base` in the input, and answers how far
   * it got: the rest is to come again, with more behind it.
   */
  decode(bytes: Uint8Array, start: number, end: number, base: number): number;
  /** Bytes that must be there, from where `decode` got to, for it to get further. */
  readonly need: number;
  /** Damage ended the walk: nothing more will be decoded. */
  readonly stopped: boolean;
  /** The input has ended with `left` bytes undecoded at `position`. */
  finish(left: number, position: number): void;
}

/** The classic file header. */
export interface ClassicHeader {
  readonly layout: ClassicLayout;
  readonly linkType: number;
  readonly snapLength: number;
  readonly fcsBytes: number;
  /** Writers before version 2.3 put the wire length first, 2.3 either way. */
  readonly lengthOrder: "captured first" | "wire first" | "either";
}

/** Reads the 24 bytes of the header. Throws CaptureError for versions that are not 2.x. */
export function readClassicHeader(bytes: Uint8Array, layout: ClassicLayout, path: string): ClassicHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, CLASSIC_HEADER_BYTES);
  const little = !layout.bigEndian;
  const major = view.getUint16(4, little);
  const minor = view.getUint16(6, little);
  if (major !== 2) {
    throw new CaptureError(
      "UNSUPPORTED",
      `${path}: unsupported: pcap version ${major}.${minor} (2.4 is read)`,
    );
  }
  const network = view.getUint32(20, little);
  return {
    layout,
    // The bits above hold the length of the frame check sequence, in 16-bit words, and whether they do.
    linkType: network & 0x03ff_ffff,
    fcsBytes: (network & 0x0400_0000) === 0 ? 0 : (network >>> 28) * 2,
    snapLength: view.getUint32(16, little),
    lengthOrder: minor < 3 ? "wire first" : minor === 3 ? "either" : "captured first",
  };
}

/** Adds the one interface and section of a classic file to `builder`. */
export function announceClassic(builder: CaptureBuilder, header: ClassicHeader): void {
  builder.sections.push({ bigEndian: header.layout.bigEndian });
  builder.addInterface({
    name: "",
    linkType: header.linkType,
    snapLength: header.snapLength,
    section: 0,
    id: 0,
    fcsBytes: header.fcsBytes,
    resolution: header.layout.nanoseconds ? "10^9" : "10^6",
  });
}

/** What a classic file is, in words. */
export function classicText({ bigEndian, nanoseconds, modified }: ClassicLayout): string {
  const words = [
    ...(modified ? ["modified"] : []),
    ...(nanoseconds ? ["nanoseconds"] : []),
    ...(bigEndian ? ["big-endian"] : []),
  ];
  return words.length === 0 ? "pcap" : `pcap (${words.join(", ")})`;
}

/** Words for an input that ends inside a record: `left` bytes are there of it, `whole` would be all (0: not known). */
export function cutText(left: number, headerBytes: number, whole: number): string {
  if (left < headerBytes) return `cut short in a packet's header: ${left} of ${headerBytes} bytes are there`;
  return `cut short in a packet's data: ${left - headerBytes} of ${whole - headerBytes} bytes are there`;
}

/** Words for a captured length that cannot be. */
export function tooLongText(capturedLength: number, linkType: number): string {
  return `damaged: a packet of ${capturedLength} bytes, more than the ${packetBytesMax(linkType)} there can be`;
}

/** Walks the records that follow the file header. */
export class ClassicDecoder implements RecordDecoder {
  need: number;
  stopped = false;
  readonly #builder: CaptureBuilder;
  readonly #linkType: number;
  readonly #bigEndian: boolean;
  /** Fractions a second, and nanoseconds a fraction. */
  readonly #fractions: number;
  readonly #scale: number;
  readonly #headerBytes: number;
  readonly #lengthOrder: ClassicHeader["lengthOrder"];
  readonly #capturedMax: number;

  constructor(builder: CaptureBuilder, header: ClassicHeader) {
    this.#builder = builder;
    this.#linkType = header.linkType;
    this.#bigEndian = header.layout.bigEndian;
    this.#fractions = header.layout.nanoseconds ? 1e9 : 1e6;
    this.#scale = header.layout.nanoseconds ? 1 : 1000;
    this.#headerBytes = header.layout.modified ? 24 : 16;
    this.#lengthOrder = header.lengthOrder;
    this.#capturedMax = packetBytesMax(header.linkType);
    this.need = this.#headerBytes;
  }

  decode(bytes: Uint8Array, start: number, end: number, base: number): number {
    const headerBytes = this.#headerBytes;
    const isLittle = !this.#bigEndian;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const isUsual = isLittle && headerBytes === 16 && this.#lengthOrder === "captured first";
    const records = {
      linkType: this.#linkType,
      fractions: this.#fractions,
      scale: this.#scale,
      capturedMax: this.#capturedMax,
    };
    let at = start;
    while (!this.stopped) {
      if (isUsual) at = this.#builder.walk(bytes, at, end, base, records);
      if (end - at < headerBytes) {
        this.need = headerBytes;
        break;
      }
      let captured = view.getUint32(at + 8, isLittle);
      let length = view.getUint32(at + 12, isLittle);
      if (
        this.#lengthOrder !== "captured first" &&
        (this.#lengthOrder === "wire first" || captured > length)
      ) {
        const first = captured;
        captured = length;
        length = first;
      }
      if (captured > this.#capturedMax) {
        this.stopped = true;
        this.#builder.problem(tooLongText(captured, this.#linkType), base + at);
        break;
      }
      if (end - at < headerBytes + captured) {
        this.need = headerBytes + captured;
        break;
      }
      let seconds = view.getUint32(at, isLittle);
      let fraction = view.getUint32(at + 4, isLittle);
      if (fraction >= this.#fractions) {
        seconds += Math.floor(fraction / this.#fractions);
        fraction %= this.#fractions;
      }
      const data = at + headerBytes;
      this.#builder.packet(bytes, data, captured, length, seconds, fraction * this.#scale, 0, base + data);
      at = data + captured;
    }
    return at;
  }

  finish(left: number, position: number): void {
    if (this.stopped || left === 0) return;
    this.stopped = true;
    this.#builder.problem(cutText(left, this.#headerBytes, this.need), position);
  }
}
