// A program as a scenario file: TypeScript that `wirelab compare` runs on both backends. Steps keep their order by the clock.

import { stepText } from "./program.ts";
import type { HostName, Program, Step } from "./program.ts";

/** Between steps, in ms: longer than any packet travels, shorter than any timer. */
const STEP_MS = 3;
const PORT_FIRST = 7000;

/** The source of a module with a default export. `why` is what went wrong with it, for its lesson. */
export function scenarioFile(program: Program, why: string): string {
  const hosts = homes(program.steps);
  const bodies = new Map<HostName, string[]>();
  let atMs = 0;
  for (const [index, step] of program.steps.entries()) {
    atMs += step.op === "wait" ? step.ms : STEP_MS;
    const host = hosts[index];
    if (host === null) continue;
    const lines = bodies.get(host) ?? [];
    lines.push(`await until(host, ${atMs}); // ${index}: ${stepText(step)}`, stepCode(program, step, host));
    bodies.set(host, lines);
  }
  const used: HostName[] = ["a", "b", "c"];
  const programs = used
    .filter((host) => bodies.has(host))
    .map((host) => {
      const names = [...new Set(program.steps.flatMap((step, i) => slotsOn(host, step, hosts[i])))].toSorted(
        (x, y) => x - y,
      );
      const declare = names.length === 0 ? "" : `\n      let ${names.map((n) => `s${n}: any`).join(", ")};`;
      return `    async ${host}(host: any) {${declare}\n${(bodies.get(host) ?? []).map((line) => `      ${line}`).join("\n")}\n    },`;
    });
  return `// ${why.replaceAll("\n", " ")}

const until = (host: any, ms: number) => host.sleep(Math.max(0, ms - host.now()));
const said = (error: any) => error.code;

export default {
  name: "disagreement",
  title: "A program the simulator and the kernel disagree about",
  lesson: ${JSON.stringify(why)},
  topology: {
    hosts: { a: {}, b: {}, c: {} },
    links: [
      { between: ["a", "b"], delayMs: 0.001, mtu: 65535 },
      { between: ["b", "c"], delayMs: 0.001, mtu: 65535 },
      { between: ["a", "c"], delayMs: 0.001, mtu: 65535 },
    ],
  },
  programs: {
${programs.join("\n")}
  },
  expect: () => [],
};
`;
}

/** The host each step is made on; null for waits and steps on slots that never held a socket. */
function homes(steps: readonly Step[]): (HostName | null)[] {
  const bySlot = new Map<number, HostName>();
  return steps.map((step) => {
    if (step.op === "wait") return null;
    if (step.op === "socket" && !bySlot.has(step.slot)) bySlot.set(step.slot, step.host);
    const host = bySlot.get(step.slot) ?? null;
    if (step.op === "accept" && host !== null && !bySlot.has(step.into)) bySlot.set(step.into, host);
    return host;
  });
}

/** What a bind of a Unix socket asks for: a path, an abstract name, or whatever is free. */
function unixPath(step: Step & { op: "bind" }): string {
  if (step.port === "any") return "";
  return `${step.at === "elsewhere" ? "\0" : ""}P${step.port}`;
}

function slotsOn(host: HostName, step: Step, home: HostName | null): number[] {
  if (home !== host || step.op === "wait") return [];
  return step.op === "accept" ? [step.slot, step.into] : [step.slot];
}

function stepCode(program: Program, step: Step, host: HostName): string {
  const payload = (size: number): string => `new Uint8Array(${size}).fill(120)`;
  const unix = program.family === "unix";
  const at = (to: HostName, port: number): string =>
    unix ? `{ path: "P${port}" }` : `{ host: "${to}", port: ${PORT_FIRST + port} }`;
  switch (step.op) {
    case "wait":
      return "";
    case "socket":
      return `s${step.slot} = host.socket("${program.family}", "${step.type}");`;
    case "bind": {
      if (unix) return `await s${step.slot}?.bind({ path: ${JSON.stringify(unixPath(step))} }).catch(said);`;
      const next = host === "a" ? "b" : host === "b" ? "c" : "a";
      const to = step.at === "elsewhere" ? next : program.bindsAny ? null : host;
      const port = step.port === "any" ? 0 : PORT_FIRST + step.port;
      return `await s${step.slot}?.bind({ ${to === null ? "" : `host: "${to}", `}port: ${port} }).catch(said);`;
    }
    case "listen":
      return `await s${step.slot}?.listen(${step.backlog}).catch(said);`;
    case "accept":
      return `s${step.into} = await s${step.slot}?.accept().catch(said);`;
    case "connect":
      return `s${step.slot}?.connect(${at(step.host, step.port)}).catch(said);`;
    case "send":
      return `await s${step.slot}?.send(${payload(step.size)}, { dontWait: true${step.flag === "none" ? "" : `, ${step.flag}: true`} }).catch(said);`;
    case "sendTo":
      return `await s${step.slot}?.sendTo(${payload(step.size)}, ${at(step.host, step.port)}).catch(said);`;
    case "recv":
    case "recvFrom": {
      const flags = `${step.peek ? ", peek: true" : ""}${step.op === "recv" && step.oob ? ", oob: true" : ""}`;
      return `await s${step.slot}?.${step.op}(${step.max}, { dontWait: true${flags} }).catch(said);`;
    }
    case "shutdown":
      return `try { s${step.slot}?.shutdown("${step.how}"); } catch {}`;
    case "close":
      return `try { s${step.slot}?.close(); s${step.slot} = undefined; } catch {}`;
    case "setOption":
      return `try { s${step.slot}?.setOption("${step.name}", ${JSON.stringify(step.value)}); } catch {}`;
    case "getOption":
      return `try { s${step.slot}?.getOption("${step.name}"); } catch {}`;
    default:
      return `try { s${step.slot}?.${step.op}(); } catch {}`;
  }
}
