// `--keylog`: what it opens, and what it refuses.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openCapture } from "../../src/capture/open.ts";
import { writePcapng } from "../../src/capture/write-pcapng.ts";
import { wirelab } from "./wirelab.ts";

const HTTPS = join(import.meta.dirname, "../../fixtures/captures/https.pcapng");

let folder = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "wirelab-keys-"));
  const capture = await openCapture(HTTPS, {});
  // The same packets without their secrets.
  writePcapng(join(folder, "closed.pcapng"), capture.trace);
  writeFileSync(join(folder, "keys.log"), capture.secrets[0].data);
  writeFileSync(join(folder, "empty.log"), "");
  writeFileSync(join(folder, "none.log"), "these are\nno secrets\n");
  capture.close();
});

afterAll(() => rmSync(folder, { recursive: true }));

const REQUESTS = ["-Y", "http.request", "-T", "fields", "-e", "frame.number", "-e", "http.request.uri"];

describe("--keylog", () => {
  it("decrypts what is read", async () => {
    const closed = await wirelab(["read", join(folder, "closed.pcapng"), ...REQUESTS]);
    expect(closed.stdout).toBe("");
    const open = await wirelab([
      "read",
      join(folder, "closed.pcapng"),
      "--keylog",
      join(folder, "keys.log"),
      ...REQUESTS,
    ]);
    expect(open.stdout).toBe("8\t/greeting\n10\t/echo\n44\t/greeting\n46\t/echo\n");
  });

  it.each(["tls", "ssl"])("is read's -o %s.keylog_file as well, for scripts of tshark's", async (name) => {
    const preference = `${name}.keylog_file:${join(folder, "keys.log")}`;
    const args = ["read", "-r", join(folder, "closed.pcapng"), "-o", preference, ...REQUESTS];
    expect((await wirelab(args)).stdout).toBe("8\t/greeting\n10\t/echo\n44\t/greeting\n46\t/echo\n");
  });

  it("decrypts on screens and in exports", async () => {
    const flags = ["--keylog", join(folder, "keys.log")];
    const screen = await wirelab([
      "snapshot",
      join(folder, "closed.pcapng"),
      "--screen",
      "packets",
      ...flags,
    ]);
    expect(screen.stdout).toContain("GET /greeting HTTP/1.1");
    const page = await wirelab(["export", join(folder, "closed.pcapng"), "--to", "html", ...flags]);
    expect(page.stdout).toContain("POST /echo HTTP/1.1");
  });

  it("takes a log in which nothing is yet", async () => {
    const result = await wirelab(["read", HTTPS, "--keylog", join(folder, "empty.log"), ...REQUESTS]);
    expect(result.stdout).toContain("8\t/greeting");
  });

  it.each([
    ["missing.log", "no such file"],
    ["none.log", "holds no secrets"],
    [".", "is a folder"],
  ])("refuses %s: %s", async (name, why) => {
    const result = await wirelab(["read", HTTPS, "--keylog", join(folder, name)]);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(why);
  });

  it("refuses a lesson", async () => {
    const result = await wirelab(["snapshot", "tcp-hello", "--keylog", join(folder, "keys.log")]);
    expect(result.stderr).toContain("is for captures");
  });
});
