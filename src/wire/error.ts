// What a decoder answers when bytes are no header: a value saying which layer, where, and what is wrong.
//
// Every decoder takes `start`, `end` (one past the last byte there is) and `wireEnd` (one past the last byte there was on
// the wire, where a capture kept less). Bytes missing between the two were cut by the capture; beyond them, by the sender.

export interface WireError {
  /** The layer's name as Wireshark's filters have it: `ip`, `tcp`, ... */
  readonly layer: string;
  /** Where in the bytes given, absolute. */
  readonly offset: number;
  /** What is wrong, in words that follow "the packet is damaged:". */
  readonly problem: string;
  /** True when the capture kept too few bytes, false when the packet itself is malformed. */
  readonly cut: boolean;
}

/** Whether a decoder's answer is an error. Headers have no field called `problem`. */
export function isWireError(answer: object): answer is WireError {
  return "problem" in answer;
}

export function malformed(layer: string, offset: number, problem: string): WireError {
  return { layer, offset, problem, cut: false };
}

/** `needed` bytes from `offset` on do not fit before `end`: the capture's doing if they fit before `wireEnd`. */
export function tooShort(
  layer: string,
  offset: number,
  needed: number,
  end: number,
  wireEnd: number,
): WireError {
  const there = Math.max(0, end - offset);
  return { layer, offset, problem: `needs ${needed} bytes, has ${there}`, cut: offset + needed <= wireEnd };
}
