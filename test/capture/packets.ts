// Packets and files made by hand, byte by byte, so that readers are tested against the formats and not our writers.

/** A UDP datagram in IPv4 without link header, 28 bytes and `payload`; checksums are 0. */
export function udpPacket(sourcePort: number, destinationPort: number, payload: Uint8Array): Uint8Array {
  const packet = new Uint8Array(28 + payload.length);
  const view = new DataView(packet.buffer);
  view.setUint8(0, 0x45);
  view.setUint16(2, packet.length);
  view.setUint8(8, 64);
  view.setUint8(9, 17);
  view.setUint32(12, 0x0a000001);
  view.setUint32(16, 0x0a000002);
  view.setUint16(20, sourcePort);
  view.setUint16(22, destinationPort);
  view.setUint16(24, 8 + payload.length);
  packet.set(payload, 28);
  return packet;
}

export interface ClassicPacket {
  readonly seconds: number;
  /** Microseconds or nanoseconds. */
  readonly fraction: number;
  readonly length: number;
  readonly bytes: Uint8Array;
}

/** A classic pcap file; `network` is the whole link type word. */
export function classicFile(
  packets: readonly ClassicPacket[],
  { bigEndian = false, magic = 0xa1b2c3d4, network = 101, headerBytes = 16, version = [2, 4] } = {},
): Uint8Array {
  const size = packets.reduce((sum, { bytes }) => sum + headerBytes + bytes.length, 24);
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  const little = !bigEndian;
  view.setUint32(0, magic, little);
  view.setUint16(4, version[0], little);
  view.setUint16(6, version[1], little);
  view.setUint32(16, 262_144, little);
  view.setUint32(20, network, little);
  let at = 24;
  for (const { seconds, fraction, length, bytes } of packets) {
    view.setUint32(at, seconds, little);
    view.setUint32(at + 4, fraction, little);
    view.setUint32(at + 8, bytes.length, little);
    view.setUint32(at + 12, length, little);
    file.set(bytes, at + headerBytes);
    at += headerBytes + bytes.length;
  }
  return file;
}

/** A pcapng block of `type` around `body`, which is padded. */
export function block(type: number, body: Uint8Array, bigEndian = false): Uint8Array {
  const padded = body.length + (-body.length & 3);
  const bytes = new Uint8Array(12 + padded);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, !bigEndian);
  view.setUint32(4, bytes.length, !bigEndian);
  view.setUint32(8 + padded, bytes.length, !bigEndian);
  bytes.set(body, 8);
  return bytes;
}

/** Bytes of numbers, each `[size in bytes, value]`, in one byte order. */
export function fields(
  values: readonly (readonly [1 | 2 | 4 | 8, number | bigint])[],
  bigEndian = false,
): Uint8Array {
  const bytes = new Uint8Array(values.reduce((sum, [size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [size, value] of values) {
    if (size === 1) view.setUint8(at, Number(value));
    else if (size === 2) view.setUint16(at, Number(value), !bigEndian);
    else if (size === 4) view.setUint32(at, Number(value), !bigEndian);
    else view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), !bigEndian);
    at += size;
  }
  return bytes;
}

export function sectionHeader(bigEndian = false): Uint8Array {
  return block(
    0x0a0d0d0a,
    fields(
      [
        [4, 0x1a2b3c4d],
        [2, 1],
        [2, 0],
        [8, -1n],
      ],
      bigEndian,
    ),
    bigEndian,
  );
}

/** An interface description with options as they are given, already padded. */
export function interfaceDescription(
  linkType: number,
  snapLength: number,
  options: Uint8Array = new Uint8Array(0),
  bigEndian = false,
): Uint8Array {
  const head = fields(
    [
      [2, linkType],
      [2, 0],
      [4, snapLength],
    ],
    bigEndian,
  );
  return block(1, joined(head, options), bigEndian);
}

/** Code, length and value of an option, padded. */
export function option(code: number, value: Uint8Array, bigEndian = false): Uint8Array {
  const padded = new Uint8Array(value.length + (-value.length & 3));
  padded.set(value);
  return joined(
    fields(
      [
        [2, code],
        [2, value.length],
      ],
      bigEndian,
    ),
    padded,
  );
}

/** An Enhanced Packet Block at `ticks`, with options as they are given, already padded. */
export function enhancedPacket(
  interfaceId: number,
  ticks: bigint,
  bytes: Uint8Array,
  bigEndian = false,
  capturedLength = bytes.length,
  options: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const head = fields(
    [
      [4, interfaceId],
      [4, ticks >> 32n],
      [4, ticks & 0xffffffffn],
      [4, capturedLength],
      [4, bytes.length],
    ],
    bigEndian,
  );
  const filling = new Uint8Array(options.length === 0 ? 0 : -bytes.length & 3);
  return block(6, joined(head, bytes, filling, options), bigEndian);
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
