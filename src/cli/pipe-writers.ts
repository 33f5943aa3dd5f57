// Who writes into the pipe that is our standard input. A capture program learns that nobody reads any more by its next packet, which on a
// quiet network may never come, and the shell waits for it: who quits here wants the prompt back.

import { constants } from "node:os";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Of `/proc/PID/fdinfo`'s flags, the two bits that say which way a descriptor is open. */
const ACCESS_MODE = 3;
const WRITE_ONLY = 1;
const { SIGPIPE } = constants.signals;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
}

/**
 * Answers what tells the writers of standard input, once it is closed, that nobody reads any more: those of the same pipeline get the
 * SIGPIPE that their next write would bring them; ssh and others that take no notice of it get what Ctrl-C would send them. A shell that writes through others is left to what it has still to do, and so is who belongs to
 * somebody else. Where there is no /proc it does nothing.
 */
export function pipeWriters(): () => void {
  const pipe = linkOf("/proc/self/fd/0");
  if (pipe === null || !pipe.startsWith("pipe:")) return () => {};
  return () => {
    for (const { pid } of lastOf(writersOf(pipe))) {
      try {
        process.kill(pid, ignores(pid, SIGPIPE) ? "SIGINT" : "SIGPIPE");
      } catch {
        // It has ended by now, or is not ours to tell.
      }
    }
  };
}

/** The processes of our job, but for those that started us, that can write into `pipe`. */
function writersOf(pipe: string): Process[] {
  const all = processes();
  const above = new Set<number>();
  let at: Process | undefined = all.find(({ pid }) => pid === process.pid);
  const group = at?.group;
  while (at !== undefined && !above.has(at.pid)) {
    above.add(at.pid);
    const below: Process = at;
    at = all.find(({ pid }) => pid === below.parent);
  }
  return all.filter((one) => one.group === group && !above.has(one.pid) && writesInto(one.pid, pipe));
}

/** Those that have not started one of the others. */
function lastOf(writers: readonly Process[]): Process[] {
  return writers.filter(({ pid }) => !writers.some(({ parent }) => parent === pid));
}

function processes(): Process[] {
  return namesIn("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = textOf(`/proc/${name}/stat`);
      // `PID (COMMAND) STATE PARENT GROUP ...`: a command may hold anything, brackets too.
      const [, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return group === undefined ? [] : [{ pid: Number(name), parent: Number(parent), group: Number(group) }];
    });
}

/** Whether a process takes no notice of a signal: its bit in the mask of those, in hex. */
function ignores(pid: number, signal: number): boolean {
  const mask = /^SigIgn:\s*([\da-f]+)/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? "0";
  return ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) === 1n;
}

function writesInto(pid: number, pipe: string): boolean {
  return namesIn(`/proc/${pid}/fd`).some((fd) => {
    if (linkOf(`/proc/${pid}/fd/${fd}`) !== pipe) return false;
    const flags = /^flags:\s*([0-7]+)/m.exec(textOf(`/proc/${pid}/fdinfo/${fd}`));
    return flags !== null && (Number.parseInt(flags[1], 8) & ACCESS_MODE) === WRITE_ONLY;
  });
}

/** Processes end while one looks at them, and those of others do not let one look: they are as if they were not there. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
