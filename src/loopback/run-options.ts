// What a run on real sockets is made from, and the parts that both of its backends share.

import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

export interface LoopbackOptions {
  /** Host names, at most `HOSTS_MAX`. */
  readonly hosts: readonly string[];
  /** What the programs' random numbers come from. */
  readonly seed: number;
  /**
   * Where a host's program has its random numbers in [0, 1) from, to share streams with another backend; by default a
   * stream for each host, from the seed and the host's name.
   */
  readonly random?: (host: string) => number;
}

/** A function for each host that gives its program's next number. */
export function programRandom(options: LoopbackOptions): (host: string) => () => number {
  const { seed, random } = options;
  return (host) => {
    if (random !== undefined) return () => random(host);
    const stream = xoroshiro128plus(hash32(`${seed}/${host}`));
    return () => uniformFloat64(stream);
  };
}

/** FNV-1a. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** All x and y: more than the milliseconds for which Linux keeps a connection's addresses in TIME_WAIT. */
const NETS = 254 * 256;

/**
 * The x and y of the 127.x.y of a run that begins in millisecond `ms`: by the clock, so that no run meets what others have left in TIME_WAIT, and not by the
 * seed, so that two runs of one seed do not meet.
 */
export function netAt(ms: number): [number, number] {
  const number = ms % NETS;
  return [1 + (number >> 8), number & 255];
}
