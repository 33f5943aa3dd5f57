// Sequence numbers: 32-bit, compared by the sign of their difference (RFC 9293 section 3.4).
//
// In the simulator they are signed (`| 0`), which keeps them small integers for the JIT; on the wire and in tables unsigned.

/** Whether `a` comes before `b`. */
export function before(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

/** Whether `a` comes after `b`. */
export function after(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}

/** How far `a` is past `b`: negative when it lies before. */
export function distance(a: number, b: number): number {
  return (a - b) | 0;
}
