import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wirelab, words } from "../cli/wirelab.ts";

const ROOT = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "wirelab-docs-"));
afterAll(() => rmSync(folder, { recursive: true }));

function commandsIn(page: string): string[] {
  const blocks = readFileSync(join(ROOT, page), "utf8").matchAll(/```sh\n([\s\S]*?)```/g);
  return [...blocks]
    .flatMap(([, block]) => block.split("\n"))
    .map((line) => line.replace(/^npx /, "").replace(/ +#.*$/, ""))
    .filter((line) => line.startsWith("wirelab"));
}

const pages = [
  "README.md",
  ...readdirSync(join(ROOT, "docs"), { recursive: true })
    .map(String)
    .filter((file) => file.endsWith(".md") && !file.startsWith("lessons"))
    .map((file) => join("docs", file)),
];
const documented = pages.flatMap((page) => commandsIn(page).map((command) => [page, command] as const));
const commands = new Map(documented.map(([page, command]) => [command, page]));

beforeAll(async () => {
  copyFileSync(join(ROOT, "fixtures/tapes/partial-recv.tape"), join(folder, "partial-recv.tape"));
  const { code, stderr } = await wirelab(["run", "tcp-hello", "--pcap", "trace.pcapng"], { cwd: folder });
  if (code !== 0) throw new Error(stderr);
});

describe("the commands in the documentation", () => {
  it("are many", () => {
    expect(commands.size).toBeGreaterThan(15);
  });

  it.each([...commands])("%s (%s) runs", async (command) => {
    const { code, stdout, stderr } = await wirelab(words(command).slice(1), { cwd: folder });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const writesFile = / (-o|--pcap|-w) /.test(command);
    expect(stdout === "").toBe(writesFile && !command.includes(" run "));
  });
});
