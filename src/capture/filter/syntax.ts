// A display filter as it is written: what belongs to what, before fields and values are looked up.

import type { FilterError } from "./tokens.ts";

export type Comparison = "==" | "!=" | "===" | "!==" | "<" | ">" | "<=" | ">=";
export type Arithmetic = "+" | "-" | "*" | "/" | "%" | "&";

/** Bytes of a value: from `offset`, `length` of them or, null, all that follow. Negative offsets count from the end. */
export interface Slice {
  readonly offset: number;
  readonly length: number | null;
}

export type Syntax =
  | { readonly kind: "word" | "string" | "character"; readonly text: string; readonly column: number }
  /** `@field`: its bytes. */
  | { readonly kind: "raw"; readonly of: Syntax; readonly column: number }
  /** `field#2`: in the second layer of its protocol. Offsets are layers, from 1. */
  | {
      readonly kind: "layers";
      readonly of: Syntax;
      readonly layers: readonly Slice[];
      readonly column: number;
    }
  | { readonly kind: "slice"; readonly of: Syntax; readonly parts: readonly Slice[]; readonly column: number }
  | {
      readonly kind: "call";
      readonly name: string;
      readonly arguments: readonly Syntax[];
      readonly column: number;
    }
  | { readonly kind: "negative"; readonly of: Syntax; readonly column: number }
  | {
      readonly kind: "arithmetic";
      readonly operator: Arithmetic;
      readonly left: Syntax;
      readonly right: Syntax;
      readonly column: number;
    };

/** How many of a packet's values a relation must hold for; null where the operator says. */
export type Quantifier = "any" | "all";

interface Relation {
  readonly left: Syntax;
  readonly quantifier: Quantifier | null;
  readonly column: number;
}

export type SyntaxTest =
  | { readonly kind: "and" | "or" | "xor"; readonly left: SyntaxTest; readonly right: SyntaxTest }
  | { readonly kind: "not"; readonly test: SyntaxTest }
  | { readonly kind: "exists"; readonly of: Syntax }
  | ({ readonly kind: "compare"; readonly comparison: Comparison; readonly right: Syntax } & Relation)
  | ({
      readonly kind: "in";
      /** The second is null for a single value. */
      readonly ranges: readonly (readonly [low: Syntax, high: Syntax | null])[];
    } & Relation)
  | ({ readonly kind: "contains" | "matches"; readonly right: Syntax } & Relation);

/** Carries a mistake out of the recursions that read a filter; never leaves this folder. */
export class Refusal extends Error {
  readonly error: FilterError;

  constructor(problem: string, column: number) {
    super(problem);
    this.error = { problem, column };
  }
}
