// One mutated capture a number: flipped and cut bytes, spliced lengths, packets dropped, repeated and out of order.

import { RandomStream } from "../../src/sim/random.ts";
import { classicFile } from "../capture/packets.ts";
import type { ClassicPacket } from "../capture/packets.ts";
import type { Seeds } from "./seeds.ts";

/** Values that lengths and offsets are set to. */
const EDGES = [
  0, 1, 2, 3, 4, 7, 0x7f, 0x80, 0xff, 0x100, 0x3fff, 0x4000, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0xffffffff,
];

const WINDOW_MAX = 14;
/** A file in four is changed anywhere; of the others only packets are, so that the reader lets them through. */
const FILES_OF_FOUR = 1;

export interface MutatedPackets {
  readonly packets: readonly Uint8Array[];
  readonly linkType: number;
}

/** The same as a file. */
export function fileOf({ packets, linkType }: MutatedPackets): Uint8Array {
  const records = packets.map((bytes, i) => ({ seconds: i, fraction: 0, length: bytes.length, bytes }));
  return classicFile(records, { network: linkType });
}

/** One or two packets of a capture, the last of them changed: what a dissector alone is given. */
export function mutatedPackets(seeds: Seeds, seed: number, run: number): MutatedPackets {
  const random = new RandomStream(seed, `packet ${run}`);
  const { packets, linkType } = seeds.captures[random.integer(seeds.captures.length)];
  const at = random.integer(packets.length);
  const changed = mutated(packets[at].slice(), random, 1 + random.integer(4));
  const isAfterOther = at > 0 && random.integer(4) === 0;
  return { packets: isAfterOther ? [packets[at - 1], changed] : [changed], linkType };
}

/** The capture that number `run` of `seed` stands for. */
export function mutatedCapture(seeds: Seeds, seed: number, run: number): Uint8Array {
  const random = new RandomStream(seed, `fuzz ${run}`);
  if (random.integer(4) < FILES_OF_FOUR) {
    const bytes = seeds.files[random.integer(seeds.files.length)].slice();
    return mutated(bytes, random, 1 + random.integer(8));
  }
  const seedOf = seeds.captures[random.integer(seeds.captures.length)];
  const { packets, linkType } = seedOf;
  const length = 1 + random.integer(WINDOW_MAX);
  // Handshakes and hellos come first, and much hangs on them.
  const from = random.integer(2) === 0 ? 0 : random.integer(packets.length);
  const window = packets.slice(from, from + length);
  const records: ClassicPacket[] = window.map((bytes, i) => ({
    seconds: 1_700_000_000 + i,
    fraction: random.integer(1_000_000),
    length: bytes.length,
    bytes,
  }));
  const changes = 1 + random.integer(6);
  for (let i = 0; i < changes && records.length > 0; i++) {
    const at = random.integer(records.length);
    const record = records[at];
    switch (random.integer(8)) {
      case 0:
        records.splice(at, 1);
        break;
      case 1:
        records.splice(random.integer(records.length + 1), 0, record);
        break;
      case 2: {
        // Cut by a snap length: the length on the wire stays.
        records[at] = { ...record, bytes: record.bytes.subarray(0, random.integer(record.bytes.length + 1)) };
        break;
      }
      case 3: {
        const other = seeds.captures[random.integer(seeds.captures.length)].packets;
        records[at] = {
          ...record,
          bytes: spliced(record.bytes, other[random.integer(other.length)], random),
        };
        break;
      }
      default:
        records[at] = { ...record, bytes: mutated(record.bytes.slice(), random, 1 + random.integer(4)) };
    }
  }
  return classicFile(
    records.map((record) => ({ ...record, length: Math.max(record.length, record.bytes.length) })),
    { network: linkType },
  );
}

/** The head of one packet with the tail of another. */
function spliced(head: Uint8Array, tail: Uint8Array, random: RandomStream): Uint8Array {
  const cut = random.integer(head.length + 1);
  const from = random.integer(tail.length + 1);
  return new Uint8Array(Buffer.concat([head.subarray(0, cut), tail.subarray(from)]));
}

function mutated(bytes: Uint8Array, random: RandomStream, changes: number): Uint8Array {
  let out = bytes;
  for (let i = 0; i < changes && out.length > 0; i++) {
    const at = random.integer(out.length);
    switch (random.integer(7)) {
      case 0:
        out[at] ^= 1 << random.integer(8);
        break;
      case 1:
        out[at] = random.integer(256);
        break;
      case 2:
        out[at] = EDGES[random.integer(9)] & 0xff;
        break;
      case 3:
        setNumber(out, at, random.integer(2) === 0 ? 2 : 4, EDGES[random.integer(EDGES.length)], random);
        break;
      case 4:
        out.copyWithin(at, random.integer(out.length), random.integer(out.length));
        break;
      case 5:
        out = out.subarray(0, at);
        break;
      default:
        out.fill(random.integer(256), at, at + random.integer(24));
    }
  }
  return out;
}

function setNumber(out: Uint8Array, at: number, size: 2 | 4, value: number, random: RandomStream): void {
  if (at + size > out.length) return;
  const view = new DataView(out.buffer, out.byteOffset, out.length);
  const isLittle = random.integer(2) === 0;
  if (size === 2) view.setUint16(at, value & 0xffff, isLittle);
  else view.setUint32(at, value >>> 0, isLittle);
}
