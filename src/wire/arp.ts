// ARP (RFC 826) for any hardware and protocol: addresses are bytes, as long as the header says.

import { getUint16, setUint16 } from "./bytes.ts";
import { tooShort } from "./error.ts";
import type { WireError } from "./error.ts";

const FIXED_LENGTH = 8;

export interface ArpHeader {
  /** 1 is Ethernet. */
  readonly hardwareType: number;
  /** An EtherType. */
  readonly protocolType: number;
  /** 1 is a request, 2 a reply. */
  readonly opcode: number;
  /** Both hardware addresses are of one length, and so are both protocol addresses. */
  readonly senderHardware: Uint8Array;
  readonly senderProtocol: Uint8Array;
  readonly targetHardware: Uint8Array;
  readonly targetProtocol: Uint8Array;
}

export function decodeArp(
  bytes: Uint8Array,
  start: number,
  end: number,
  wireEnd: number = end,
): ArpHeader | WireError {
  if (end - start < FIXED_LENGTH) return tooShort("arp", start, FIXED_LENGTH, end, wireEnd);
  const hardware = bytes[start + 4];
  const protocol = bytes[start + 5];
  const length = FIXED_LENGTH + 2 * (hardware + protocol);
  if (end - start < length) return tooShort("arp", start, length, end, wireEnd);
  const sender = start + FIXED_LENGTH;
  const target = sender + hardware + protocol;
  return {
    hardwareType: getUint16(bytes, start),
    protocolType: getUint16(bytes, start + 2),
    opcode: getUint16(bytes, start + 6),
    senderHardware: bytes.slice(sender, sender + hardware),
    senderProtocol: bytes.slice(sender + hardware, target),
    targetHardware: bytes.slice(target, target + hardware),
    targetProtocol: bytes.slice(target + hardware, start + length),
  };
}

/** Bytes the message takes. */
export function arpLength(header: ArpHeader): number {
  return FIXED_LENGTH + 2 * (header.senderHardware.length + header.senderProtocol.length);
}

/** Writes the message at `at`, answers its length. Throws RangeError when the two sides' addresses differ in length. */
export function encodeArp(header: ArpHeader, out: Uint8Array, at: number): number {
  const { senderHardware, senderProtocol, targetHardware, targetProtocol } = header;
  if (
    senderHardware.length !== targetHardware.length ||
    senderProtocol.length !== targetProtocol.length ||
    senderHardware.length > 255 ||
    senderProtocol.length > 255
  ) {
    throw new RangeError("ARP addresses differ in length or are longer than 255 bytes");
  }
  setUint16(out, at, header.hardwareType);
  setUint16(out, at + 2, header.protocolType);
  out[at + 4] = senderHardware.length;
  out[at + 5] = senderProtocol.length;
  setUint16(out, at + 6, header.opcode);
  let next = at + FIXED_LENGTH;
  for (const address of [senderHardware, senderProtocol, targetHardware, targetProtocol]) {
    out.set(address, next);
    next += address.length;
  }
  return next - at;
}
