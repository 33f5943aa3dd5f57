// Key logs: what is read of them, whatever they hold and however they come.

import { describe, expect, it } from "vitest";

import { SECRET, TlsKeys } from "../../../src/capture/dissect/tls-keys.ts";
import { ascii } from "../samples/network.ts";

const RANDOM = new Uint8Array(32).fill(0xab);
const OTHER = new Uint8Array(32).fill(0xcd);
const SECRET_BYTES = new Uint8Array(48).fill(0x12);

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

const LINE = `CLIENT_RANDOM ${hexOf(RANDOM)} ${hexOf(SECRET_BYTES)}`;

/** A log that comes in these parts, one each time it is asked. */
function keysOf(...parts: readonly string[]): TlsKeys {
  const left = [...parts];
  return new TlsKeys([
    () => {
      const part = left.shift();
      return part === undefined ? null : ascii(part);
    },
  ]);
}

describe("a key log", () => {
  it("is read line by line, with whatever line breaks", () => {
    const keys = keysOf(`# what a browser wrote\r\n\r\nEXPORTER_SECRET ${hexOf(RANDOM)} 1234\r\n${LINE}\r\n`);
    expect(keys.secret(SECRET.master, RANDOM)).toEqual(SECRET_BYTES);
    expect(keys.secret(SECRET.master, OTHER)).toBeNull();
    expect(keys.secret(SECRET.clientTraffic, RANDOM)).toBeNull();
    expect(keys.size).toBe(1);
  });

  it("needs no line break at its end, and its digits may be capitals", () => {
    expect(keysOf(LINE.replaceAll("ab", "AB")).secret(SECRET.master, RANDOM)).toEqual(SECRET_BYTES);
  });

  it("is read on as it grows, in the middle of a line too", () => {
    const keys = keysOf(LINE.slice(0, 120), LINE.slice(120), `\n${LINE.replaceAll("ab", "cd")}`);
    expect(keys.secret(SECRET.master, RANDOM)).toBeNull();
    expect(keys.secret(SECRET.master, RANDOM)).toEqual(SECRET_BYTES);
    expect(keys.secret(SECRET.master, OTHER)).toEqual(SECRET_BYTES);
  });

  it("that is none holds nothing", () => {
    const junk = ["CLIENT_RANDOM", "CLIENT_RANDOM 12 34", `${LINE}x`, `x${LINE}`, "a".repeat(100_000)];
    const keys = keysOf(junk.join("\n"), "\u0000\u0001\u00ff".repeat(1_000));
    expect(keys.secret(SECRET.master, RANDOM)).toBeNull();
    expect(keys.secret(SECRET.master, RANDOM)).toBeNull();
    expect(keys.size).toBe(0);
  });
});
