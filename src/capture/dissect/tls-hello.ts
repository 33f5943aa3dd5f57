// What a Server Hello agrees on (RFC 8446 4.1.3, RFC 5246 7.4.1.3): the version, the suite, and what its extensions say.

import { uint } from "./protocol.ts";

export const RANDOM_LENGTH = 32;

const ALPN = 16;
const EARLY_DATA = 42;
const SUPPORTED_VERSIONS = 43;

/** What a Server Hello agrees on. */
export interface ServerHello {
  readonly version: number;
  readonly random: Uint8Array;
  readonly suite: number;
  readonly extensions: ReadonlyMap<number, Uint8Array>;
}

/** Reads the Server Hello whose body is `hello`; null where it is too short to say. */
export function readServerHello(hello: Uint8Array): ServerHello | null {
  if (hello.length < 38) return null;
  const at = 35 + hello[34];
  const extensions = readExtensions(hello, at + 3);
  const chosen = extensions.get(SUPPORTED_VERSIONS);
  return {
    version: chosen?.length === 2 ? uint(chosen, 0, 2) : uint(hello, 0, 2),
    random: Uint8Array.from(hello.subarray(2, 2 + RANDOM_LENGTH)),
    suite: at + 2 <= hello.length ? uint(hello, at, 2) : 0,
    extensions,
  };
}

/** Whether the Client Hello whose body is `hello` announces early data, which only TLS 1.3 has (RFC 8446 4.2.10). */
export function announcesEarlyData(hello: Uint8Array): boolean {
  const suites = 2 + RANDOM_LENGTH + 1 + (hello[2 + RANDOM_LENGTH] ?? 0);
  if (suites + 2 > hello.length) return false;
  const methods = suites + 2 + uint(hello, suites, 2);
  return readExtensions(hello, methods + 1 + (hello[methods] ?? 0)).has(EARLY_DATA);
}

/** The extensions in the list at `at`, those that are whole. */
export function readExtensions(bytes: Uint8Array, at: number): Map<number, Uint8Array> {
  const extensions = new Map<number, Uint8Array>();
  if (at + 2 > bytes.length) return extensions;
  const end = Math.min(bytes.length, at + 2 + uint(bytes, at, 2));
  for (let from = at + 2; from + 4 <= end;) {
    const length = uint(bytes, from + 2, 2);
    if (from + 4 + length <= end)
      extensions.set(uint(bytes, from, 2), bytes.subarray(from + 4, from + 4 + length));
    from += 4 + length;
  }
  return extensions;
}

/** What extensions say that both ends call the protocol above (RFC 7301); null where they do not say. */
export function agreedIn(extensions: ReadonlyMap<number, Uint8Array> | undefined): string | null {
  const list = extensions?.get(ALPN);
  // A list of one, its length in front and the name's own.
  return list === undefined || list.length < 4 ? null : Buffer.from(list.subarray(3)).toString("latin1");
}
