// Packets through AF_PACKET (packet(7)): a raw socket on the loopback interface, filtered in the kernel to the run's network.

import { MessageReader } from "./kernel-message.ts";
import { fixedMemory } from "./libc.ts";
import type { Libc } from "./libc.ts";
import type { RunHosts } from "./hosts.ts";
import { errnoName } from "./platform.ts";
import type { PacketSource, SourcePacket } from "./tap-source.ts";
import { LINKTYPE } from "../trace/trace.ts";

const AF_PACKET = 17;
const SOCK_RAW = 3;
const ETH_P_ALL = 3;
const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;
const SO_ATTACH_FILTER = 26;
const SO_TIMESTAMPNS = 35;
const SOL_PACKET = 263;
const PACKET_STATISTICS = 6;
const PACKET_IGNORE_OUTGOING = 23;
const PACKET_OUTGOING = 4;
/** Offset of sll_pkttype in sockaddr_ll. */
const PKTTYPE_AT = 10;
/** `struct cmsghdr` on 64 bits. */
const CMSG_HEADER = 16;

/** Loopback segments are up to 64 KiB of IP, and the link header goes before it. */
const SNAP_LENGTH = 66_000;
/** A 10 MB transfer fits between two reads. */
const BUFFER_SIZE = 64 * 1024 * 1024;

/** Opens the socket; a reason when the process may not. */
export function openPacketSocket(
  libc: Libc,
  hosts: RunHosts,
): PacketSource | { readonly unavailable: string } {
  if (libc.epoll === null) return { unavailable: "macOS has no AF_PACKET" };
  const fd = libc.socket(AF_PACKET, SOCK_RAW | libc.platform.atomicNonBlock, swap16(ETH_P_ALL));
  if (fd < 0) {
    return { unavailable: `AF_PACKET is not permitted (${errnoName(libc.errno())})` };
  }
  const int = (level: number, option: number, value: number): number => {
    const memory = fixedMemory(4);
    new DataView(memory.buffer).setInt32(0, value, true);
    return libc.setsockopt(fd, level, option, memory, 4);
  };
  int(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
  int(SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_SIZE);
  int(SOL_SOCKET, SO_TIMESTAMPNS, 1);
  const program = filterProgram(hosts.net);
  const fprog = fixedMemory(16);
  const fprogView = new DataView(fprog.buffer);
  fprogView.setUint16(0, program.length / 8, true);
  fprogView.setBigUint64(8, libc.addressOf(program), true);
  libc.setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, fprog, 16);
  const index = libc.ifNameToIndex(libc.platform.loopback);
  if (libc.bind(fd, linkAddress(index), 20) !== 0) {
    const code = errnoName(libc.errno());
    libc.close(fd);
    return { unavailable: `AF_PACKET could not be bound to ${libc.platform.loopback} (${code})` };
  }
  return new PacketSocket(libc, fd);
}

class PacketSocket implements PacketSource {
  readonly via = "AF_PACKET";
  readonly linkType = LINKTYPE.ethernet;
  readonly #libc: Libc;
  readonly #reader: MessageReader;
  #fd: number;
  #dropped = 0;
  #rest: SourcePacket[] = [];

  constructor(libc: Libc, fd: number) {
    this.#libc = libc;
    this.#fd = fd;
    this.#reader = new MessageReader(libc, SNAP_LENGTH);
  }

  read(): SourcePacket[] {
    const packets = this.#rest;
    this.#rest = [];
    if (this.#fd < 0) return packets;
    const control = new DataView(this.#reader.control.buffer);
    for (;;) {
      control.setBigUint64(0, 0n, true);
      const message = this.#reader.datagram(this.#fd, SNAP_LENGTH, this.#libc.platform.msg.trunc);
      if (message === null) return packets;
      // Loopback shows each packet twice, leaving and arriving; a kernel too old to skip the first is helped here.
      if (this.#reader.name[PKTTYPE_AT] === PACKET_OUTGOING) continue;
      const stamped =
        control.getInt32(8, true) === SOL_SOCKET && control.getInt32(12, true) === SO_TIMESTAMPNS;
      const epochNs = stamped
        ? control.getBigInt64(CMSG_HEADER, true) * 1_000_000_000n + control.getBigInt64(CMSG_HEADER + 8, true)
        : BigInt(Date.now()) * 1_000_000n;
      packets.push({ epochNs, bytes: message.data, length: message.length });
    }
  }

  /** Loopback delivers within the sender's call: what was sent is here. */
  settle(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    if (this.#fd >= 0) {
      this.#rest = this.read();
      this.dropped();
      this.#libc.close(this.#fd);
      this.#fd = -1;
    }
    return Promise.resolve();
  }

  dropped(): number {
    if (this.#fd >= 0) {
      // tp_packets, tp_drops; reading clears them.
      const memory = fixedMemory(8);
      const length = new Int32Array(fixedMemory(4).buffer, 0, 1);
      length[0] = 8;
      if (this.#libc.getsockopt(this.#fd, SOL_PACKET, PACKET_STATISTICS, memory, length) === 0) {
        this.#dropped += new DataView(memory.buffer).getUint32(4, true);
      }
    }
    return this.#dropped;
  }
}

function swap16(value: number): number {
  return ((value & 0xff) << 8) | (value >> 8);
}

/** `struct sockaddr_ll`: family, protocol (big-endian), interface index. */
function linkAddress(index: number): Uint8Array {
  const memory = fixedMemory(20);
  const view = new DataView(memory.buffer);
  view.setUint16(0, AF_PACKET, true);
  view.setUint16(2, ETH_P_ALL);
  view.setInt32(4, index, true);
  return memory;
}

/** Classic BPF: IPv4 from or to the run's /24, and all IPv6, which has one address for every run. */
function filterProgram(net: string): Uint8Array {
  const [a, b, c] = net.split(".").map(Number);
  const network = ((a << 24) | (b << 16) | (c << 8)) >>> 0;
  const LOAD_16 = 0x28;
  const LOAD_32 = 0x20;
  const AND = 0x54;
  const EQUAL = 0x15;
  const RETURN = 0x06;
  // code, jump if true, jump if false, operand
  const code = [
    [LOAD_16, 0, 0, 12],
    [EQUAL, 8, 0, 0x86dd],
    [EQUAL, 0, 6, 0x0800],
    [LOAD_32, 0, 0, 26],
    [AND, 0, 0, 0xffffff00],
    [EQUAL, 4, 0, network],
    [LOAD_32, 0, 0, 30],
    [AND, 0, 0, 0xffffff00],
    [EQUAL, 1, 0, network],
    [RETURN, 0, 0, 0],
    [RETURN, 0, 0, SNAP_LENGTH],
  ];
  const memory = fixedMemory(code.length * 8);
  const view = new DataView(memory.buffer);
  for (const [i, [operation, jumpTrue, jumpFalse, operand]] of code.entries()) {
    view.setUint16(i * 8, operation, true);
    view.setUint8(i * 8 + 2, jumpTrue);
    view.setUint8(i * 8 + 3, jumpFalse);
    view.setUint32(i * 8 + 4, operand, true);
  }
  return memory;
}
