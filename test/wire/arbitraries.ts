// Random headers and packets for the laws of wire/.

import * as fc from "fast-check";

import { canonicalIp } from "../../src/wire/address.ts";
import type { Ipv4Fields } from "../../src/wire/ipv4.ts";
import type { Ipv4Option } from "../../src/wire/ipv4-options.ts";
import type { Ipv6ExtensionFields, Ipv6Option } from "../../src/wire/ipv6-extensions.ts";
import type { Ipv6Header } from "../../src/wire/ipv6.ts";
import type { TcpFields } from "../../src/wire/tcp.ts";
import { tcpOptionsLength } from "../../src/wire/tcp-options.ts";
import type { TcpOption } from "../../src/wire/tcp-options.ts";

export const NO_BYTES = new Uint8Array(0);

export const uint8 = fc.integer({ min: 0, max: 0xff });
export const uint16 = fc.integer({ min: 0, max: 0xffff });
export const uint32 = fc.integer({ min: 0, max: 0xffffffff });
export const ipv4Address = fc.ipV4();
/** Canonical texts; half of the addresses have runs of zeros. */
export const ipv6Address = fc
  .array(fc.oneof(fc.constant(0), uint16), { minLength: 8, maxLength: 8 })
  .map((groups) => canonicalIp(groups.map((group) => group.toString(16)).join(":")) ?? "::");
export const mac = fc
  .uint8Array({ minLength: 6, maxLength: 6 })
  .map((bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":"));

const bytesUpTo = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });

const tcpOption: fc.Arbitrary<TcpOption> = fc.oneof(
  fc.constant<TcpOption>({ kind: "nop" }),
  fc.record({ kind: fc.constant("mss" as const), mss: uint16 }),
  fc.record({ kind: fc.constant("windowScale" as const), shift: uint8 }),
  fc.constant<TcpOption>({ kind: "sackPermitted" }),
  fc.record({
    kind: fc.constant("sack" as const),
    edges: fc.array(fc.tuple(uint32, uint32), { maxLength: 4 }).map((blocks) => blocks.flat()),
  }),
  fc.record({ kind: fc.constant("timestamps" as const), tsVal: uint32, tsEcr: uint32 }),
  fc.record({
    kind: fc.constant("fastOpen" as const),
    cookie: bytesUpTo(16),
    experimental: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("raw" as const),
    type: fc.constantFrom(6, 14, 19, 28, 30, 253),
    data: bytesUpTo(12),
  }),
);

/** As many of the options as fit, then no-operations up to a whole word. */
function fitted(options: readonly TcpOption[]): TcpOption[] {
  const kept: TcpOption[] = [];
  for (const option of options) {
    if (tcpOptionsLength([...kept, option]) <= 40) kept.push(option);
  }
  while (tcpOptionsLength(kept) % 4 !== 0) kept.push({ kind: "nop" });
  return kept;
}

export const tcpFields: fc.Arbitrary<TcpFields> = fc.record({
  sourcePort: uint16,
  destinationPort: uint16,
  seq: uint32,
  ack: uint32,
  flags: fc.integer({ min: 0, max: 0xfff }),
  window: uint16,
  checksum: uint16,
  urgentPointer: uint16,
  options: fc.array(tcpOption, { maxLength: 6 }).map(fitted),
  optionsTail: fc.constant(NO_BYTES),
});

const ipv4Options: fc.Arbitrary<Ipv4Option[]> = fc
  .array(fc.record({ type: fc.integer({ min: 2, max: 255 }), data: bytesUpTo(6) }), { maxLength: 5 })
  .map((options) => {
    const length = options.reduce((sum, option) => sum + 2 + option.data.length, 0);
    const padding = Array.from({ length: (4 - (length % 4)) % 4 }, () => ({ type: 1, data: NO_BYTES }));
    return options.concat(padding);
  });

/** With the protocol given, or any. */
export function ipv4Fields(protocol: fc.Arbitrary<number> = uint8): fc.Arbitrary<Ipv4Fields> {
  return fc.record({
    dsfield: uint8,
    totalLength: fc.integer({ min: 60, max: 0xffff }),
    id: uint16,
    flags: fc.integer({ min: 0, max: 7 }),
    fragmentOffset: fc.integer({ min: 0, max: 0x1fff }).map((units) => units * 8),
    ttl: uint8,
    protocol,
    checksum: uint16,
    source: ipv4Address,
    destination: ipv4Address,
    options: ipv4Options,
    optionsTail: fc.constant(NO_BYTES),
  });
}

export function ipv6Header(nextHeader: fc.Arbitrary<number> = uint8): fc.Arbitrary<Ipv6Header> {
  return fc.record({
    trafficClass: uint8,
    flowLabel: fc.integer({ min: 0, max: 0xfffff }),
    payloadLength: uint16,
    nextHeader,
    hopLimit: uint8,
    source: ipv6Address,
    destination: ipv6Address,
  });
}

const ipv6Options: fc.Arbitrary<Ipv6Option[]> = fc
  .array(fc.record({ type: fc.integer({ min: 1, max: 255 }), data: bytesUpTo(20) }), { maxLength: 4 })
  .map((options) => {
    const length = options.reduce((sum, option) => sum + 2 + option.data.length, 2);
    const padding = Array.from({ length: (8 - (length % 8)) % 8 }, () => ({ type: 0, data: NO_BYTES }));
    return options.concat(padding);
  });

/** Any but a fragment that is one: those end a packet's layers. */
export function ipv6Extension(
  nextHeader: fc.Arbitrary<number> = uint8,
  fragments: boolean = true,
): fc.Arbitrary<Ipv6ExtensionFields> {
  const optionsOf = (kind: "hopByHop" | "destinationOptions"): fc.Arbitrary<Ipv6ExtensionFields> =>
    fc.record({
      kind: fc.constant(kind),
      nextHeader,
      options: ipv6Options,
      optionsTail: fc.constant(NO_BYTES),
    });
  return fc.oneof(
    optionsOf("hopByHop"),
    optionsOf("destinationOptions"),
    fc.record({
      kind: fc.constant("routing" as const),
      nextHeader,
      routingType: uint8,
      segmentsLeft: uint8,
      data: fc.integer({ min: 0, max: 6 }).chain((units) => exactly(4 + units * 8)),
    }),
    fc.record({
      kind: fc.constant("fragment" as const),
      nextHeader,
      fragmentOffset: fragments
        ? fc.integer({ min: 0, max: 0x1fff }).map((units) => units * 8)
        : fc.constant(0),
      moreFragments: fragments ? fc.boolean() : fc.constant(false),
      id: uint32,
      reservedByte: uint8,
      reservedBits: fc.integer({ min: 0, max: 3 }),
    }),
    fc.record({
      kind: fc.constant("authentication" as const),
      nextHeader,
      reserved: uint16,
      spi: uint32,
      sequence: uint32,
      icv: fc.integer({ min: 0, max: 6 }).chain((units) => exactly(units * 4)),
    }),
  );
}

export function exactly(length: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: length, maxLength: length });
}
