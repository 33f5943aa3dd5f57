// Classic pcap as a capture program writes it to a pipe: packets out of chunks cut anywhere.

import type { SourcePacket } from "./tap-source.ts";

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** What `-s` asked for, and some; a longer record means that the stream is not what it should be. */
const CAPTURED_MAX = 262_144;
const MAGIC_MICRO = 0xa1b2c3d4;
const MAGIC_NANO = 0xa1b23c4d;

export class PcapPipe {
  /** pcap LINKTYPE number, once the file header has come; Ethernet until then. */
  linkType = 1;
  #rest: Uint8Array = new Uint8Array();
  #state: "header" | "records" | "damaged" = "header";
  #little = true;
  #nsPerUnit = 1n;

  /** The packets complete with `chunk`. A stream that is no pcap gives none. */
  push(chunk: Uint8Array): SourcePacket[] {
    const packets: SourcePacket[] = [];
    if (this.#state === "damaged") return packets;
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = 0;
    if (this.#state === "header" && bytes.length >= FILE_HEADER) {
      this.#readHeader(view);
      at = FILE_HEADER;
    }
    while (this.#state === "records" && at + RECORD_HEADER <= bytes.length) {
      const captured = view.getUint32(at + 8, this.#little);
      if (captured > CAPTURED_MAX) {
        this.#state = "damaged";
        break;
      }
      if (at + RECORD_HEADER + captured > bytes.length) break;
      packets.push({
        epochNs:
          BigInt(view.getUint32(at, this.#little)) * 1_000_000_000n +
          BigInt(view.getUint32(at + 4, this.#little)) * this.#nsPerUnit,
        // Buffer's own slice would share memory with the chunk.
        bytes: new Uint8Array(bytes.subarray(at + RECORD_HEADER, at + RECORD_HEADER + captured)),
        length: view.getUint32(at + 12, this.#little),
      });
      at += RECORD_HEADER + captured;
    }
    this.#rest = this.#state === "damaged" ? new Uint8Array() : new Uint8Array(bytes.subarray(at));
    return packets;
  }

  #readHeader(view: DataView): void {
    for (const little of [true, false]) {
      const magic = view.getUint32(0, little);
      if (magic !== MAGIC_MICRO && magic !== MAGIC_NANO) continue;
      this.#little = little;
      this.#nsPerUnit = magic === MAGIC_NANO ? 1n : 1000n;
      this.linkType = view.getUint32(20, little) & 0xffff;
      this.#state = "records";
      return;
    }
    this.#state = "damaged";
  }
}
