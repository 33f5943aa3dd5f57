// Variable-length whole numbers, 7 bits a byte, least significant first: unsigned LEB128, and MQTT's variable byte integer.

/** The shortest form of `value`, 0 to 2^53 - 1. */
export function varintBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
