// The frames of a stack as V8 writes it.

import { fileURLToPath } from "node:url";

export interface StackFrame {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** `    at async client (file:///a/b.js:12:34)`, with or without a name, a scheme, brackets. */
const FRAME = /(?:\(|at (?:async )?)((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/]).*?):(\d+):(\d+)\)?$/;

/** The frames that lie in files, innermost first. Those of Node itself and of evaluated text are left out. */
export function framesOf(stack: string): StackFrame[] {
  return stack.split("\n").flatMap((text) => {
    const match = FRAME.exec(text);
    if (match === null) return [];
    const [, where, line, column] = match;
    return [{ path: pathOf(where), line: Number(line), column: Number(column) }];
  });
}

/** Loaders add a query to have a file read again. */
function pathOf(where: string): string {
  const [bare] = where.split("?", 1);
  return bare.startsWith("file://") ? fileURLToPath(bare) : bare;
}
