// What a run on real sockets is made from, and the parts that both of its backends share.

import { randomInt } from "node:crypto";
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

/** The x and y of a run's 127.x.y: not the seed's doing, so that two runs of one seed do not meet. */
export function randomNet(): [number, number] {
  return [randomInt(1, 255), randomInt(0, 256)];
}
