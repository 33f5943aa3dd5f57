import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openCapture } from "../../src/capture/open.ts";
import { pcapngChunks } from "../../src/capture/write-pcapng.ts";
import { wirelab, wirelabProcess } from "./wirelab.ts";

const ROOT = join(import.meta.dirname, "../..");

const folder = mkdtempSync(join(tmpdir(), "wirelab-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, data: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, data);
  return path;
}

async function runJson(args: readonly string[]): Promise<RunJson> {
  const ended = await wirelab(args);
  expect(ended.stderr).toBe("");
  expect(ended.code).toBe(0);
  return JSON.parse(ended.stdout) as RunJson;
}

interface RunJson {
  readonly scenario: string;
  readonly seed: number;
  readonly backend: string;
  readonly outcome: string;
  readonly claims: { text: string; holds: boolean }[];
  readonly transcript: {
    timeNs: number;
    host: string;
    socket: string;
    call: string;
    args: unknown[];
    result?: unknown;
  }[];
  readonly packets: number;
  readonly dropped: number;
  readonly traceHash: string;
}

describe("wirelab run --json", () => {
  const args = ["run", "tcp-echo-recv16", "--loss", "10%", "--json", "--seed"];

  it("gives the same hash for the same seed and another for another", async () => {
    const a = (await runJson([...args, "7"])).traceHash;
    const b = (await runJson([...args, "7"])).traceHash;
    const c = (await runJson([...args, "8"])).traceHash;
    expect(a).toMatch(/^[0-9a-f]{64}$/);
    expect(b).toBe(a);
    expect(c).not.toBe(a);
  });

  it("tells the run", async () => {
    const run = await runJson(["run", "tcp-hello", "--json"]);
    expect(run).toMatchObject({ scenario: "tcp-hello", seed: 1, backend: "sim", outcome: "ok", dropped: 0 });
    expect(run.packets).toBeGreaterThan(8);
    expect(run.transcript).toContainEqual({
      timeNs: 20_000_000,
      host: "client",
      socket: "client#1",
      call: "send",
      args: [{ bytes: 14, text: "Hello, server!" }],
      result: 14,
    });
    expect(run.claims.every(({ holds }) => holds)).toBe(true);
  });

  it("calls a deadlock a deadlock, and who waits in which call", async () => {
    expect(await runJson(["run", "tcp-empty-send", "--json"])).toMatchObject({
      outcome: "deadlock",
      waiting: [
        { host: "client", socket: "client#1", call: "recv" },
        { host: "server", socket: "server#2", call: "recv" },
      ],
    });
  });

  it("tells both sides of --on both", async () => {
    const { stdout } = await wirelab(["run", "udp-echo", "--on", "both", "--json"]);
    const runs = JSON.parse(stdout) as RunJson[];
    expect(runs.map(({ backend }) => backend)).toEqual(["sim", expect.stringMatching(/^(kernel|node)$/)]);
  });
});

const scenario = (programs: string, expectation = "[]"): string => `export default {
  name: "mine", title: "Mine", lesson: "Mine.",
  topology: { hosts: { a: {}, b: {} }, links: [{ between: ["a", "b"] }] },
  programs: { ${programs} }, expect: () => ${expectation} };`;

describe("a scenario file", () => {
  it("whose claim does not hold ends with exit code 1", async () => {
    const path = file("claim.mjs", scenario("a: async () => {}", '[{ text: "no", holds: false }]'));
    const { code, stdout } = await wirelab(["run", path]);
    expect(code).toBe(1);
    expect(stdout).toContain("✗ FAILS  no");
  });

  it("whose program throws is a failed run that says who and what", async () => {
    const path = file("throws.mjs", scenario('a: async (host) => { throw new Error("lost my way"); }'));
    const { code, stdout } = await wirelab(["run", path]);
    expect(code).toBe(1);
    expect(stdout).toContain("failed: a: lost my way");
  });

  it("whose program calls without end while no time passes is stopped", async () => {
    const path = file(
      "spins.mjs",
      scenario(
        'a: async (host) => { const s = host.socket("inet", "dgram"); for (;;) await s.recv(1, { dontWait: true }).catch(() => {}); }',
      ),
    );
    const { code, stdout } = await wirelab(["run", path]);
    expect(code).toBe(1);
    expect(stdout).toContain("failed: a: calls recv on a#1 over and over while no time passes");
  });

  it("that waits for something outside its sockets is not called a deadlock", async () => {
    const path = file("outside.mjs", scenario("a: () => new Promise(() => {})"));
    const { code, stdout } = await wirelab(["run", path]);
    expect(code).toBe(1);
    expect(stdout).toContain("failed: a: waits for something that is neither a socket call nor a sleep");
  });
});

describe("a mistake of the user's", () => {
  const broken = file("broken.pcap", "this is no capture");
  it.each([
    [["nonsense"], "no command called nonsense"],
    [["raed", "x.pcap"], "no command called raed (did you mean read"],
    [["run"], "missing required argument 'scenario'"],
    [["run", "tcp-helo"], "no lesson called tcp-helo (did you mean tcp-hello"],
    [["run", "missing.ts"], "missing.ts: no such file"],
    [["run", "tcp-hello", "--loss", "2"], "--loss: 2 is not between 0 and 100%"],
    [["run", "bursty-loss", "--on", "kernel"], "--on kernel: bursty-loss runs on sim only"],
    [["run", "tcp-hello", "--set", "client-server.mtu=20"], "mtu"],
    [["run", "tcp-hello", "--seed", "-1"], "seed"],
    [["run", "tcp-hello", "--on", "moon"], "--on moon: no such choice"],
    [["run", "tcp-hello", "--wrong"], "unknown option '--wrong'"],
    [["run", "tcp-hello", "--pcap", join(folder, "none/x.pcapng")], "cannot be written (ENOENT)"],
    [["open", broken], "not a pcap or pcapng file"],
    [["open", join(folder, "missing.pcap")], "no such file"],
    [["read", folder], "this is a folder"],
    [["read", broken, "-Y", "ip.adr == 1"], "-Y: "],
    [["read", broken, "-r", broken], "is named already"],
    [["read", broken, "-T", "fields"], "name at least one field"],
    [["read", broken, "-T", "fields", "-e", "tcp.prot"], "tcp.prot"],
    [["read", broken, "-q", "-z", "moon"], "-z moon"],
    [["snapshot", "tcp-hello", "--size", "big"], "--size big: want WIDTHxHEIGHT"],
    [["snapshot", "tcp-hello", "--at", "noon"], "--at noon"],
    [["snapshot", "tcp-hello", "--format", "gif"], "--format gif: no such choice"],
    [["export", "tcp-hello", "--to", "papyrus"], "--to papyrus: no such choice"],
    [["export", "tcp-hello", "--to", "pcapng", "--vantage", "moon"], "no host of that name"],
  ])("%j is one plain message and exit code 2", async (args, message) => {
    const { code, stdout, stderr } = await wirelab(args);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^wirelab: /);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });
});

describe("wirelab as a process", () => {
  it("gives its exit code, and a mistake as one line on standard error", () => {
    expect(wirelabProcess(["run", "tcp-hello", "--json"])).toMatchObject({ code: 0, stderr: "" });
    expect(wirelabProcess(["run", "tcp-helo"])).toMatchObject({ code: 2, stdout: "" });
  });
});

describe("a snapshot", () => {
  it("has the format that its file's name ends in, and the one asked for before that", async () => {
    const svg = join(folder, "lab.SVG");
    const text = join(folder, "lab.png");
    expect(await wirelab(["snapshot", "tcp-hello", "--size", "80x24", "-o", svg])).toMatchObject({ code: 0 });
    expect(readFileSync(svg, "utf8")).toMatch(/^<svg /);
    await wirelab(["snapshot", "tcp-hello", "--size", "80x24", "--format", "txt", "-o", text]);
    expect(readFileSync(text, "utf8")).toContain("FIN_WAIT_2");
  });
});

describe("wirelab without a terminal", () => {
  it("prints the first lesson's final screen and ends well", async () => {
    const { code, stdout, stderr } = await wirelab([]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain("Hello over TCP");
    expect(stdout.trimEnd().split("\n")).toHaveLength(40);
  });
});

describe("wirelab read", () => {
  const path = join(folder, "echo.pcapng");
  it("reads what run wrote, from a file and from a pipe alike", async () => {
    expect((await wirelab(["run", "udp-echo", "--pcap", path])).code).toBe(0);
    const fields = ["-T", "fields", "-e", "frame.number", "-e", "udp.length"];
    const fromFile = await wirelab(["read", path, ...fields]);
    expect(fromFile.stdout).toBe("1\t11\n2\t11\n3\t13\n4\t11\n5\t11\n6\t13\n");
    const fromPipe = wirelabProcess(["read", "-", ...fields], { input: readFileSync(path) });
    expect(fromPipe.stdout).toBe(fromFile.stdout);
  });

  it("says what is wrong with a cut file after printing what is before", async () => {
    const whole = readFileSync(path);
    const cut = file("cut.pcapng", whole.subarray(0, whole.length - 7));
    const { code, stdout, stderr } = await wirelab(["read", cut]);
    expect(code).toBe(2);
    expect(stdout.split("\n").length).toBe(6);
    expect(stderr).toMatch(/^wirelab: .*cut\.pcapng: .*byte \d+: /);
  });

  it("writes the packets that pass", async () => {
    const written = join(folder, "some.pcapng");
    expect((await wirelab(["read", path, "-Y", "udp.length == 13", "-w", written])).code).toBe(0);
    expect((await wirelab(["read", "-nr", written, "-T", "fields", "-e", "udp.length"])).stdout).toBe(
      "13\n13\n",
    );
  });

  it("takes a filter as tshark does, behind the flags", async () => {
    const filtered = await wirelab(["read", path, "-Y", "udp.length == 13"]);
    for (const args of [
      ["-r", path, "udp.length == 13"],
      ["-r", path, "udp.length", "==", "13"],
      [path, "udp.length==13"],
    ])
      expect(await wirelab(["read", ...args])).toEqual(filtered);
    const twice = await wirelab(["read", "-r", path, "-Y", "udp", "udp.length == 13"]);
    expect(twice).toMatchObject({
      code: 2,
      stderr: "wirelab: udp.length == 13: -Y udp is the filter already\n",
    });
  });

  it("prints times the way -t says", async () => {
    expect((await wirelab(["read", path, "-c", "1", "-t", "ad"])).stdout).toMatch(
      /^ {4}1 1970-01-01 00:00:00\.0+ /,
    );
    expect((await wirelab(["read", path, "-t", "x"])).stderr).toMatch(/^wirelab: -t x: no such choice/);
  });

  it.each([
    ["-2"],
    ["-o", "tcp.desegment_tcp_streams:FALSE"],
    ["-R", "tcp"],
    ["-G"],
    ["-j", "ip"],
    ["-F", "pcap"],
  ])("tells a script that says %s how to do without", async (...flags) => {
    const { code, stdout, stderr } = await wirelab(["read", "-r", path, ...flags]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(
      flags[0] === "-F"
        ? /^wirelab: -F pcap: pcapng is written; editcap -F pcap converts it\n$/
        : /^wirelab: -\w: is tshark's and not here: .+\n$/,
    );
  });

  it("writes packets as they come, and what is printed of the file is what is printed of the capture", async () => {
    const capture = join(ROOT, "fixtures/captures/lan.pcapng");
    const file = new Uint8Array(readFileSync(capture));
    const child = spawn(process.execPath, [join(ROOT, "dist/cli/main.js"), "read", "-", "-w", "-"]);
    child.stdin.write(file.subarray(0, 3000));
    const [first] = (await once(child.stdout, "data")) as [Buffer];
    child.stdin.end(file.subarray(3000));
    const rest: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => rest.push(chunk));
    await once(child, "close");
    const written = join(folder, "again.pcapng");
    writeFileSync(written, Buffer.concat([first, ...rest]));
    expect((await wirelab(["read", written])).stdout).toBe((await wirelab(["read", capture])).stdout);
  });

  it("prints what it writes only where that is asked for", async () => {
    const written = join(folder, "printed.pcapng");
    expect((await wirelab(["read", path, "-c", "1", "-w", written])).stdout).toBe("");
    const { stdout } = await wirelab(["read", path, "-c", "1", "-P", "-w", written]);
    expect(stdout).toBe((await wirelab(["read", path, "-c", "1"])).stdout);
    expect(await wirelab(["read", path, "-P", "-w", "-"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("-w -: packets are printed to standard output"),
    });
  });

  it.each([
    ["read", "-w"],
    ["export", "-Y", "udp", "-o"],
    ["export", "--to", "json", "-o"],
    ["replay", "--through", "sim", "--udp-stream", "0", "--pcap"],
  ])("%s %s does not write over the capture that it reads", async (command, ...flags) => {
    const before = readFileSync(path);
    symlinkSync(path, join(folder, "link.pcapng"));
    for (const name of [path, join(folder, "link.pcapng")]) {
      const { code, stderr } = await wirelab([command, path, ...flags, name]);
      expect(code).toBe(2);
      expect(stderr).toBe(`wirelab: ${name}: is what is read; name another file to write\n`);
      expect(readFileSync(path).equals(before)).toBe(true);
    }
    rmSync(join(folder, "link.pcapng"));
  });

  it("says what cannot be done with a capture", async () => {
    const empty = file("empty.pcap", Buffer.from(`d4c3b2a102000400${"00".repeat(8)}ffff000001000000`, "hex"));
    const to = join(folder, "x.pcapng");
    for (const [args, message] of [
      [["replay", empty, "--to", "127.0.0.1:1"], "has no TCP and no UDP stream"],
      [["read", "tcp-hello"], "is a lesson and no capture; wirelab export tcp-hello --to pcapng makes one"],
      [["export", path, "--on", "kernel", "-o", to], "is a capture; only scenarios run"],
      [["export", path, "--calls", "-o", to], "--calls: is for scenarios"],
      [["export", path, "--shift", "-1d", "-o", to], "would be before 1970"],
      [["export", path, "--shift", "300000d", "-o", to], "would be after 2554"],
    ] as const) {
      const { code, stderr } = await wirelab(args);
      expect(code).toBe(2);
      expect(stderr).toContain(message);
      expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    }
  });

  it("says of an exported capture what could not be read", async () => {
    const whole = readFileSync(path);
    const cut = file("cut.pcapng", whole.subarray(0, whole.length - 7));
    for (const format of ["pcapng", "ladder"]) {
      const { code, stderr } = await wirelab(["export", cut, "--to", format, "-o", join(folder, "of-cut")]);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^wirelab: .*cut\.pcapng: .*byte \d+: /);
    }
  });

  it("writes their comments with them", async () => {
    const capture = await openCapture(path);
    const comments = new Map([[1, ["the second of its kind"]]]);
    const commented = file("comments.pcapng", Buffer.concat([...pcapngChunks(capture.trace, { comments })]));
    capture.close();
    const written = join(folder, "commented.pcapng");
    expect((await wirelab(["read", commented, "-Y", "frame.number >= 2", "-w", written])).code).toBe(0);
    const again = await openCapture(written);
    again.close();
    expect([...again.comments]).toEqual([[0, ["the second of its kind"]]]);
  });
});
