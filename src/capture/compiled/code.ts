// The code compiled beforehand (`assembly/`), and the memory it shares with what is around it.

import { existsSync, readFileSync } from "node:fs";

import { PACKAGE_ROOT } from "../../package-files.ts";
import type { Column } from "../../trace/columns.ts";
import { CompiledMemory } from "./memory.ts";

let compiled: WebAssembly.Module | null | undefined;

/** Null where the package was not built. */
function compiledModule(): WebAssembly.Module | null {
  if (compiled === undefined) {
    const path = new URL("dist/capture/compiled.wasm", PACKAGE_ROOT);
    compiled = existsSync(path) ? new WebAssembly.Module(readFileSync(path)) : null;
  }
  return compiled;
}

export class CompiledCode {
  readonly memory: CompiledMemory;
  /** Whose lines it writes: it holds what one of them wants at a time. */
  user: object | null = null;
  readonly #exports: Readonly<Record<string, unknown>>;

  private constructor(module: WebAssembly.Module, pagesMax: number | undefined) {
    this.memory = new CompiledMemory(pagesMax);
    const env = { memory: this.memory.memory };
    this.#exports = new WebAssembly.Instance(module, { env }).exports;
  }

  /** With a memory of `pagesMax` pages of 64 KiB, 4 GiB by default. Null where there is no such code, and all is done without. */
  static load(pagesMax?: number): CompiledCode | null {
    const module = compiledModule();
    try {
      return module === null ? null : new CompiledCode(module, pagesMax);
    } catch (error) {
      // So much may not be reserved in one piece.
      if (error instanceof RangeError) return null;
      throw error;
    }
  }

  /** An exported function, of numbers only. */
  call(name: string): (...numbers: number[]) => number {
    return this.#exports[name] as (...numbers: number[]) => number;
  }

  /** An exported number, to be read and set. */
  number(name: string): WebAssembly.Global {
    return this.#exports[name] as WebAssembly.Global;
  }

  /** Tells the code where columns are, by the names it has for them. */
  place(columns: Readonly<Record<string, Column>>): void {
    for (const [name, column] of Object.entries(columns)) this.number(name).value = column.byteOffset;
  }
}
