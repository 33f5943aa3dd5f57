// How many bytes a decoder copies and searches through with the methods of Buffer and Uint8Array: a measure of its work that no busy machine disturbs.

type Method = (this: unknown, ...args: unknown[]) => unknown;
type Cost = (self: unknown, args: readonly unknown[], result: unknown) => number;

interface Counted {
  readonly owner: object;
  readonly name: string;
  readonly cost: Cost;
}

const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array.prototype) as object;

const lengthOf = (value: unknown): number =>
  typeof value === "object" && value !== null && "length" in value && typeof value.length === "number"
    ? value.length
    : 0;
const ofResult: Cost = (_self, _args, result) => lengthOf(result);
const ofFirst: Cost = (_self, [source]) => lengthOf(source);
const searched: Cost = (self, [, from], result) => {
  const start = typeof from === "number" && from > 0 ? from : 0;
  const end = typeof result === "number" && result >= 0 ? result + 1 : lengthOf(self);
  return Math.max(0, end - start);
};

const COUNTED: readonly Counted[] = [
  { owner: Buffer, name: "concat", cost: ofResult },
  { owner: Buffer, name: "from", cost: ofResult },
  { owner: Uint8Array, name: "from", cost: ofResult },
  { owner: TYPED_ARRAY, name: "set", cost: ofFirst },
  { owner: TYPED_ARRAY, name: "slice", cost: ofResult },
  { owner: TYPED_ARRAY, name: "copyWithin", cost: (self) => lengthOf(self) },
  { owner: TYPED_ARRAY, name: "indexOf", cost: searched },
  { owner: Buffer.prototype, name: "copy", cost: (_self, _args, result) => Number(result) },
  { owner: Buffer.prototype, name: "indexOf", cost: searched },
  { owner: Buffer.prototype, name: "toString", cost: (_self, _args, result) => String(result).length },
];

let total = 0;
let counters = 0;
let takeOff: (() => void)[] = [];

/** Counts from now on, in the whole process, until it is stopped. */
export class TouchedBytes {
  readonly #before = total;
  #stopped = false;
  /** What was counted, once stopped. */
  bytes = 0;

  constructor() {
    if (counters++ === 0) takeOff = COUNTED.map(putOn);
  }

  /** Stopping twice does nothing more. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.bytes = total - this.#before;
    if (--counters > 0) return;
    for (const off of takeOff) off();
    takeOff = [];
  }
}

/** Puts a counting method in the place of one; the function returned puts it back. */
function putOn({ owner, name, cost }: Counted): () => void {
  const own = Object.getOwnPropertyDescriptor(owner, name);
  const original = Reflect.get(owner, name) as Method;
  const counting: Method = function (this: unknown, ...args) {
    const result = Reflect.apply(original, this, args);
    total += cost(this, args, result);
    return result;
  };
  Object.defineProperty(owner, name, { configurable: true, writable: true, value: counting });
  return () => {
    if (own === undefined) Reflect.deleteProperty(owner, name);
    else Object.defineProperty(owner, name, own);
  };
}
