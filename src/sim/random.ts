// Random numbers by name: every purpose has a stream of its own, made from the seed and the purpose's name alone.
//
// So a link added to a topology, or a program that draws once more, changes no number that anything else sees.
// The variates use sums, comparisons and square roots only, which IEEE 754 defines to the last bit: Math.log and its
// kin may differ between engines, and a run has to be the same on all of them.

import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import type { JumpableRandomGenerator } from "pure-rand/types/JumpableRandomGenerator";

const SCALE_32 = 2 ** -32;
/** Draws to throw away until the state of a stream has mixed. */
const WARM_UP = 8;
/** How far out the Pareto distribution goes, in scales. */
const PARETO_MAX = 100;
const IRWIN_HALL_TERMS = 12;

export class RandomStream {
  readonly #generator: JumpableRandomGenerator;

  constructor(seed: number, name: string) {
    this.#generator = xoroshiro128plusFromState(hash128(`${seed}/${name}`));
    for (let i = 0; i < WARM_UP; i++) this.#generator.next();
  }

  /** Uniform in [0, 1), in steps of 2^-32: one draw. */
  unit(): number {
    return (this.#generator.next() >>> 0) * SCALE_32;
  }

  /** Uniform in [0, 1) with all 53 bits: what programs are given. */
  fine(): number {
    return uniformFloat64(this.#generator);
  }

  /**
   * A uniform integer in [0, limit); 0 when `limit` is less than 1. A small one is so for V8, too: as ports and identifications they go
   * into every packet, and would each be boxed there.
   */
  integer(limit: number): number {
    const drawn = limit > 1 ? uniformInt(this.#generator, 0, Math.floor(limit) - 1) : 0;
    return drawn === (drawn | 0) ? drawn | 0 : drawn;
  }

  /** Mean 0, standard deviation 1: the sum of twelve uniforms, so never beyond 6. */
  normal(): number {
    let sum = -IRWIN_HALL_TERMS / 2;
    for (let i = 0; i < IRWIN_HALL_TERMS; i++) sum += this.unit();
    return sum;
  }

  /** Mean 1: von Neumann's way, which compares uniforms and needs no logarithm. */
  exponential(): number {
    for (let whole = 0; ; whole++) {
      const first = this.unit();
      let last = first;
      let odd = true;
      for (;;) {
        const next = this.unit();
        if (next >= last) break;
        last = next;
        odd = !odd;
      }
      if (odd) return whole + first;
    }
  }

  /** Pareto of the second kind with shape 2 and scale 1: mean 1, a heavy tail, cut off at 100. */
  pareto(): number {
    return Math.min(1 / Math.sqrt(1 - this.unit()) - 1, PARETO_MAX);
  }
}

/** 32 well mixed bits of `key` and `index`: a random number that takes no draw. */
export function mix32(key: number, index: number): number {
  let h = Math.imul(key ^ Math.imul(index, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13), 0x27d4eb2f);
  return (h ^ (h >>> 16)) >>> 0;
}

/** 32 bits of a name. */
export function hash32(text: string): number {
  return hash128(text)[0] >>> 0;
}

/** FNV-1a over UTF-16 code units in four lanes, each finished by a mix; never all zeros, which would be a generator's dead end. */
function hash128(text: string): [number, number, number, number] {
  const lanes: [number, number, number, number] = [0x811c9dc5, 0x1b873593, 0x2c1b3c6d, 0x297a2d39];
  for (let lane = 0; lane < 4; lane++) {
    let h = lanes[lane];
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193 + lane * 2);
    lanes[lane] = mix32(h, lane + 1) | 0;
  }
  if (lanes.every((word) => word === 0)) lanes[0] = 1;
  return lanes;
}
