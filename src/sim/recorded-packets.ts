// Packets of a recorded run, from which their bytes are made when something reads them: most as numbers beside the columns of the
// packet table, so that a run keeps no object a packet; the few with more to them as they are.

import { grown } from "../trace/columns.ts";
import { PROTOCOL } from "../trace/packets.ts";
import type { PacketBytes, PacketTable } from "../trace/packets.ts";
import { encodePacket } from "./encode.ts";
import { packetOf } from "./packet-build.ts";
import type { IpPacket, IpPayload } from "./packet.ts";

const CAPACITY_MIN = 1024;
const NO_BYTES = new Uint8Array(0);
/** Bits of `#traits`: the version of IP, and what its header and the TCP header say in a bit or two. */
const TRAIT = { v6: 1, dontFragment: 2, timestamps: 4, ecnShift: 3 } as const;

/** A packet whose every field has a column, but for SACK blocks. */
function isPlain({ payload, flippedBit, wire }: IpPacket): boolean {
  if (flippedBit !== -1 || (wire !== undefined && wire !== null)) return false;
  if (payload.kind === "udp") return true;
  if (payload.kind !== "tcp") return false;
  const { mss, windowScale, sackPermitted, urgentPointer, fastOpen } = payload;
  if (fastOpen !== null) return false;
  return mss === 0 && windowScale === -1 && !sackPermitted && urgentPointer === 0;
}

export class RecordedPackets implements PacketBytes {
  readonly #table: PacketTable;
  /** Texts of addresses by their ids in the packet table, as packets have them. */
  readonly #addresses: readonly string[];
  /** Packets that are not plain, by row; their bytes once somebody has asked. */
  readonly #odd = new Map<number, IpPacket | Uint8Array>();
  /** Of the plain packets that have SACK blocks, by row. */
  readonly #sacks = new Map<number, readonly number[]>();
  /** Where payloads' bytes are: many share a buffer. */
  readonly #buffers: ArrayBufferLike[] = [];
  readonly #bufferIds = new Map<ArrayBufferLike, number>();
  /** Which of them has the row's. */
  #bufferOf = new Uint32Array(CAPACITY_MIN);
  #lastBufferId = 0;
  #starts = new Uint32Array(CAPACITY_MIN);
  #ids = new Uint32Array(CAPACITY_MIN);
  #tsVals = new Uint32Array(CAPACITY_MIN);
  #tsEcrs = new Uint32Array(CAPACITY_MIN);
  #ttls = new Uint8Array(CAPACITY_MIN);
  #traits = new Uint8Array(CAPACITY_MIN);

  constructor(table: PacketTable, addresses: readonly string[]) {
    this.#table = table;
    this.#addresses = addresses;
  }

  /** Keeps the packet of `row`, the next of the table. The columns of the table are the caller's to fill. */
  keep(row: number, packet: IpPacket): void {
    if (row === this.#traits.length) this.#grow(row * 2);
    if (!isPlain(packet)) {
      this.#odd.set(row, packet);
      return;
    }
    const { payload } = packet;
    let traits = (packet.version === 6 ? TRAIT.v6 : 0) | (packet.dontFragment ? TRAIT.dontFragment : 0);
    let bytes: Uint8Array;
    if (payload.kind === "tcp") {
      bytes = payload.payload;
      this.#tsVals[row] = payload.tsVal;
      this.#tsEcrs[row] = payload.tsEcr;
      if (payload.timestamps) traits |= TRAIT.timestamps;
      if (payload.sack !== null) this.#sacks.set(row, payload.sack);
    } else if (payload.kind === "udp") bytes = payload.payload;
    else return;
    this.#traits[row] = traits | (packet.ecn << TRAIT.ecnShift);
    this.#ttls[row] = packet.ttl;
    this.#ids[row] = packet.id;
    if (bytes.length === 0) return;
    this.#starts[row] = bytes.byteOffset;
    this.#bufferOf[row] = this.#bufferId(bytes.buffer);
  }

  #bufferId(buffer: ArrayBufferLike): number {
    if (this.#buffers[this.#lastBufferId] === buffer) return this.#lastBufferId;
    let id = this.#bufferIds.get(buffer);
    if (id === undefined) {
      id = this.#buffers.push(buffer) - 1;
      this.#bufferIds.set(buffer, id);
    }
    this.#lastBufferId = id;
    return id;
  }

  read(row: number): Uint8Array {
    const odd = this.#odd.get(row);
    if (odd === undefined) return encodePacket(this.#plain(row));
    if (odd instanceof Uint8Array) return odd;
    const bytes = encodePacket(odd);
    this.#odd.set(row, bytes);
    return bytes;
  }

  #plain(row: number): IpPacket {
    const table = this.#table;
    const traits = this.#traits[row];
    return packetOf(
      (traits & TRAIT.v6) === 0 ? 4 : 6,
      this.#addresses[table.source[row]],
      this.#addresses[table.destination[row]],
      this.#ttls[row],
      traits >> TRAIT.ecnShift,
      (traits & TRAIT.dontFragment) !== 0,
      this.#ids[row],
      this.#payload(row, (traits & TRAIT.timestamps) !== 0),
      table.length[row],
      -1,
    );
  }

  #payload(row: number, timestamps: boolean): IpPayload {
    const table = this.#table;
    const sourcePort = table.sourcePort[row];
    const destinationPort = table.destinationPort[row];
    const length = table.payloadLength[row];
    const payload =
      length === 0 ? NO_BYTES : new Uint8Array(this.#buffers[this.#bufferOf[row]], this.#starts[row], length);
    if (table.protocol[row] === PROTOCOL.udp) {
      return { kind: "udp", sourcePort, destinationPort, payload };
    }
    return {
      kind: "tcp",
      sourcePort,
      destinationPort,
      seq: table.tcpSeq[row] | 0,
      ack: table.tcpAck[row] | 0,
      flags: table.tcpFlags[row],
      window: table.tcpWindow[row],
      payload,
      sack: this.#sacks.get(row) ?? null,
      timestamps,
      tsVal: this.#tsVals[row] | 0,
      tsEcr: this.#tsEcrs[row] | 0,
      urgentPointer: 0,
      mss: 0,
      windowScale: -1,
      sackPermitted: false,
      fastOpen: null,
    };
  }

  #grow(capacity: number): void {
    this.#bufferOf = grown(this.#bufferOf, new Uint32Array(capacity));
    this.#starts = grown(this.#starts, new Uint32Array(capacity));
    this.#ids = grown(this.#ids, new Uint32Array(capacity));
    this.#tsVals = grown(this.#tsVals, new Uint32Array(capacity));
    this.#tsEcrs = grown(this.#tsEcrs, new Uint32Array(capacity));
    this.#ttls = grown(this.#ttls, new Uint8Array(capacity));
    this.#traits = grown(this.#traits, new Uint8Array(capacity));
  }
}
