// Numbers of the network's byte order.

export function be16(at: usize): u32 {
  return ((<u32>load<u8>(at)) << 8) | <u32>load<u8>(at, 1);
}

export function be32(at: usize): u32 {
  return bswap<u32>(load<u32>(at));
}

export function wordAt(array: usize, index: u32): u32 {
  return load<u32>(array + ((<usize>index) << 2));
}

export function setWord(array: usize, index: u32, value: u32): void {
  store<u32>(array + ((<usize>index) << 2), value);
}

export function halfAt(array: usize, index: u32): u32 {
  return <u32>load<u16>(array + ((<usize>index) << 1));
}

export function setHalf(array: usize, index: u32, value: u32): void {
  store<u16>(array + ((<usize>index) << 1), <u16>value);
}
