import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { LESSONS } from "../../src/scenario/catalogue.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { runScenario } from "../../src/scenario/run.ts";
import type { RunResult } from "../../src/scenario/run.ts";
import { framesOf } from "../../src/scenario/stack-frames.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-sites-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Every call of a run with the line that made it, as it stands in the file. */
function linesOf({ trace, callSites }: RunResult, host: string): string[] {
  return trace.events.flatMap((event) => {
    if (event.kind !== "call" || event.host !== host) return [];
    const site = callSites.of(event.callId);
    return [`${event.call}: ${site === null ? "?" : callSites.text(site)?.[site.line - 1].trim()}`];
  });
}

const HELPERS = `
import type { Socket } from "node:net";

export async function ask(socket: any, what: string): Promise<void> {
  await Promise.resolve();
  await socket.send(what);
}
`;

const PROGRAM = `
import { ask } from "./ask.ts";

interface Unused {
  readonly nothing: string;
}

export default {
  name: "own",
  title: "a scenario of somebody's own",
  lesson: "which lines make calls",
  topology: { hosts: { client: {}, server: {} }, links: [{ between: ["client", "server"] }] },
  programs: {
    async server(host) {
      const listener = host.socket("inet", "stream");
      await listener.bind({ port: 7000 });
      await listener.listen();
      const peer = await listener.accept();
      await peer.recv();
    },
    async client(host) {
      const socket = host.socket("inet", "stream");
      await socket.connect({ host: "server", port: 7000 });
      await ask(socket, "hello");
      setImmediate(() => undefined);
      socket.close();
    },
  },
  expect: () => [],
};
`;

describe("the line that makes a call", () => {
  it("is the program's own, where a function of another file calls for it and has waited before", async () => {
    writeFileSync(join(folder, "ask.ts"), HELPERS);
    writeFileSync(join(folder, "own.ts"), PROGRAM);
    const run = await runScenario(await loadScenario(join(folder, "own.ts")));
    expect(linesOf(run, "client")).toEqual([
      'connect: await socket.connect({ host: "server", port: 7000 });',
      'send: await ask(socket, "hello");',
      "close: socket.close();",
    ]);
    expect(linesOf(run, "server")).toEqual([
      "bind: await listener.bind({ port: 7000 });",
      "listen: await listener.listen();",
      "accept: const peer = await listener.accept();",
      "recv: await peer.recv();",
    ]);
  });

  it("is known of every call of lessons, through threads, TLS and callbacks, and is in a lesson's file", async () => {
    const unknown: string[] = [];
    const names = new Set([
      "tcp-coalescing",
      "threaded-echo",
      "process-per-client",
      "websocket-chat",
      "tls-echo",
      "udp-upper",
      "unix-echo",
    ]);
    for (const lesson of LESSONS.filter(({ name }) => names.has(name))) {
      const { trace, callSites } = await runScenario(lesson);
      for (const event of trace.events) {
        if (event.kind !== "call" || event.callId > 50) continue;
        const site = callSites.of(event.callId);
        if (site === null || !site.path.includes("/src/scenario/lessons/") || callSites.text(site) === null)
          unknown.push(`${lesson.name}: ${event.socket} ${event.call} in ${site?.path}`);
      }
    }
    expect(unknown).toEqual([]);
  });
});

describe("frames of a stack", () => {
  it("are read with names and without, from URLs and paths, whoever awaits", () => {
    const stack = [
      "Error",
      "    at CallSites.note (file:///lab/src/scenario/call-sites.ts:36:11)",
      "    at Object.client [as default] (/home/ann/own scenario.ts:9:21)",
      "    at async file:///home/ann/run.js?again=1:3:1",
      "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
      "    at async Promise.all (index 0)",
      "    at new Promise (<anonymous>)",
    ].join("\n");
    expect(framesOf(stack)).toEqual([
      { path: "/lab/src/scenario/call-sites.ts", line: 36, column: 11 },
      { path: "/home/ann/own scenario.ts", line: 9, column: 21 },
      { path: "/home/ann/run.js", line: 3, column: 1 },
    ]);
    expect(framesOf("")).toEqual([]);
  });
});
