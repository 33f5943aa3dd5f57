import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openCapture } from "../../src/capture/open.ts";
import { classicFile } from "./packets.ts";

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wirelab-test-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function saved(bytes: Uint8Array): string {
  const path = join(folder, "input");
  writeFileSync(path, bytes);
  return path;
}

function text(characters: string): Uint8Array {
  return Uint8Array.from(characters, (character) => character.charCodeAt(0));
}

describe("an input that is no capture we read", () => {
  it.each([
    ["lz4-compressed", Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0)],
    ["xz-compressed", Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0)],
    ["bzip2-compressed", text("BZh91AY&SY")],
    ["Solaris snoop", text("snoop\0\0\0\0\0\0\u0002")],
    ["Microsoft Network Monitor 2", text("GMBU\0\u0002")],
    ["Endace ERF", Uint8Array.of(0, 0, 0, 0, 0, 0xf1, 0x53, 0x65, 2, 4, 0, 80, 0, 0, 0, 60)],
  ])("is refused as what it is: %s", async (what, bytes) => {
    await expect(openCapture(saved(bytes))).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringContaining(`unsupported: this is a ${what} file`),
    });
  });

  it.each([
    ["empty", new Uint8Array(0), "CUT_SHORT", "the file is empty"],
    ["three bytes", Uint8Array.of(0xd4, 0xc3, 0xb2), "CUT_SHORT", "too short for a capture (3 bytes)"],
    [
      "half a header",
      classicFile([]).subarray(0, 12),
      "CUT_SHORT",
      "cut short in the file header (12 bytes)",
    ],
    ["a text", text("Hello, world"), "NOT_A_CAPTURE", "it begins with 48 65 6c 6c"],
  ])("is refused when it is %s", async (_, bytes, code, words) => {
    await expect(openCapture(saved(bytes))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
    });
  });

  it("is named when it is not there, or a folder", async () => {
    const missing = join(folder, "missing");
    await expect(openCapture(missing)).rejects.toMatchObject({
      code: "UNREADABLE",
      message: `${missing}: no such file`,
    });
    await expect(openCapture(folder)).rejects.toMatchObject({ code: "UNREADABLE" });
  });
});
