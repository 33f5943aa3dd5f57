// Which methods of an object take bytes and end a stream, by the names people give them.

const PUSH_NAMES = ["push", "feed", "write", "parse", "decode", "execute", "append", "update"] as const;
const END_NAMES = ["end", "flush", "finish", "final", "close"] as const;

export interface Methods {
  readonly push: (chunk: Uint8Array) => unknown;
  readonly end: (() => unknown) | null;
}

/** An object's methods, or the function itself. Throws TypeError for an object that has none of the known names. */
export function methodsOf(
  target: unknown,
  names: { readonly push?: string; readonly end?: string } = {},
): Methods {
  if (typeof target === "function")
    return { push: (chunk) => (target as (chunk: Uint8Array) => unknown)(chunk), end: null };
  const object = target as Record<string, unknown>;
  const method = (known: readonly string[]): string | null =>
    typeof target === "object" && target !== null
      ? (known.find((name) => typeof object[name] === "function") ?? null)
      : null;
  const push = method(names.push === undefined ? PUSH_NAMES : [names.push]);
  if (push === null) {
    throw new TypeError(
      `the decoder has no method ${names.push ?? PUSH_NAMES.join(", ")}: name the one that takes bytes as \`pushMethod\``,
    );
  }
  const end = method(names.end === undefined ? END_NAMES : [names.end]);
  const call = (name: string, ...args: unknown[]): unknown =>
    (object[name] as (...args: unknown[]) => unknown).apply(target, args);
  return { push: (chunk) => call(push, chunk), end: end === null ? null : () => call(end) };
}
