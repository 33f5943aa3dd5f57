// recvmsg(2): the memory of one `struct msghdr`, set up once and used for every datagram.

import { fixedMemory } from "./libc.ts";
import type { Libc } from "./libc.ts";
import { SOCKADDR_MAX, readSockaddr } from "./sockaddr.ts";
import type { RawAddress } from "./sockaddr.ts";

/** Bytes kept ready for reading; larger reads get memory of their own. */
const SCRATCH_SIZE = 65_536;

/** More than any datagram or any stream's buffer holds at once; reads asking for more get this much. */
const READ_MAX = 4 * 1024 * 1024;

/** What one recvmsg gave. `control` bytes are in the reader's own memory until the next read. */
export interface Message {
  readonly data: Uint8Array;
  readonly from: RawAddress;
  readonly truncated: boolean;
  /** What recvmsg answered: with MSG_TRUNC among the flags, the datagram's own length. */
  readonly length: number;
}

export class MessageReader {
  readonly #libc: Libc;
  readonly #header: Uint8Array;
  readonly #view: DataView;
  readonly #vector = fixedMemory(16);
  readonly #vectorView = new DataView(this.#vector.buffer);
  readonly #scratch: Uint8Array;
  readonly #scratchAddress: bigint;
  /** Where the sender's address is written. */
  readonly name = fixedMemory(SOCKADDR_MAX);
  readonly control = fixedMemory(256);

  /** `scratchSize` is what reads normally ask for at most, in bytes. */
  constructor(libc: Libc, scratchSize: number = SCRATCH_SIZE) {
    this.#libc = libc;
    this.#scratch = fixedMemory(scratchSize);
    const { msghdr } = libc.platform;
    this.#header = fixedMemory(msghdr.size);
    this.#view = new DataView(this.#header.buffer);
    this.#scratchAddress = libc.addressOf(this.#scratch);
    this.#view.setBigUint64(0, libc.addressOf(this.name), true);
    this.#view.setBigUint64(16, libc.addressOf(this.#vector), true);
    if (msghdr.iovlenIsInt) this.#view.setInt32(24, 1, true);
    else this.#view.setBigUint64(24, 1n, true);
    this.#view.setBigUint64(32, libc.addressOf(this.control), true);
  }

  /** At most `max` bytes of a stream, the caller's own; null when recv(2) failed. */
  stream(fd: number, max: number, flags: number): Uint8Array | null {
    if (max <= this.#scratch.length) {
      const got = this.#libc.recv(fd, this.#scratch, max, flags);
      return got < 0 ? null : this.#scratch.slice(0, got);
    }
    const memory = new Uint8Array(Math.min(max, READ_MAX));
    const got = this.#libc.recv(fd, memory, memory.length, flags);
    return got < 0 ? null : memory.slice(0, got);
  }

  /** One datagram, cut to `max` bytes, the caller's own; null when recvmsg(2) failed. */
  datagram(fd: number, max: number, flags: number): Message | null {
    const { msghdr, msg } = this.#libc.platform;
    const size = Math.min(max, READ_MAX);
    const memory = size <= this.#scratch.length ? this.#scratch : new Uint8Array(size);
    const address = memory === this.#scratch ? this.#scratchAddress : this.#libc.addressOf(memory);
    this.#vectorView.setBigUint64(0, address, true);
    this.#vectorView.setBigUint64(8, BigInt(size), true);
    this.#view.setUint32(8, SOCKADDR_MAX, true);
    if (msghdr.controllenIsInt) this.#view.setUint32(40, this.control.length, true);
    else this.#view.setBigUint64(40, BigInt(this.control.length), true);
    this.#view.setInt32(msghdr.flags, 0, true);
    const got = this.#libc.recvmsg(fd, this.#header, flags);
    if (got < 0) return null;
    return {
      data: memory.slice(0, Math.min(got, size)),
      from: readSockaddr(this.#libc.platform, this.name, this.#view.getUint32(8, true)),
      truncated: (this.#view.getInt32(msghdr.flags, true) & msg.trunc) !== 0,
      length: got,
    };
  }
}
