// Runs a program step by step on the non-blocking cores of some backend and writes down all that can be seen: what each call
// answered, and after it the state and readiness of every socket.

import type { SocketAddress, SocketType } from "../../src/socket/address.ts";
import { ANY_INET, ANY_INET6, isAny } from "../../src/socket/address.ts";
import { isFailure, refusalOf } from "../../src/socket/core.ts";
import type { Failure, SocketCore } from "../../src/socket/core.ts";
import { HOSTS, SLOTS } from "./program.ts";
import type { HostName, Program, Step } from "./program.ts";

/** Where a program runs. Times in ns since the program began. */
export interface Stage {
  open(host: HostName, type: SocketType): SocketCore | Failure;
  addressOf(host: HostName): string;
  /** The host an address belongs to, or null. */
  hostOf(address: string): string | null;
  portOf(port: number): number;
  /** The path that stands for a port among Unix sockets. */
  pathOf(port: number): string;
  /** The number of a port, or null for one the system chose. */
  nameOf(port: number): number | null;
  /** Step `index` begins. */
  begin(index: number): void;
  /** Lets what the last call set going arrive. */
  settle(): void;
  wait(ms: number): Promise<void>;
  /** Gives a socket that lingers the time to end. */
  linger(core: SocketCore): Promise<void>;
}

/** One step as it went. */
export interface Seen {
  /** Index into the program's steps; steps on empty slots leave nothing. -1: reading what is left at the end. */
  readonly step: number;
  readonly slot: number;
  /** An errno, or what came back as text; addresses as `host:port`. */
  readonly answer: string;
  /** Bytes received. */
  readonly data: Uint8Array | null;
  /** Of each slot: `""` when empty, else its state (streams) and readiness. */
  readonly sockets: readonly string[];
}

/** What a run came to. */
export interface Run {
  readonly seen: readonly Seen[];
  /** Bytes each stream socket took and gave in its life, in order of creation. */
  readonly streams: readonly StreamTotals[];
}

export interface StreamTotals {
  taken: number;
  given: number;
  /** Whether a byte received was not the one its sender sent there. */
  damaged: boolean;
}

interface Held {
  readonly core: SocketCore;
  readonly host: HostName;
  readonly totals: StreamTotals;
}

/** Reads at the end, so that what is still queued is compared, too. */
const DRAIN_ROUNDS = 400;
const DRAIN_SIZE = 262_144;

/** The byte at `position` of any stream: it shows where bytes belong, whatever the cuts. */
export function streamByte(position: number): number {
  return (position * 167 + (position >>> 8) * 31) & 0xff;
}

function streamBytes(from: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = streamByte(from + i);
  return bytes;
}

/** Runs `program` to its end and closes all it opened. */
export async function execute(program: Program, stage: Stage): Promise<Run> {
  const slots: (Held | null)[] = Array.from({ length: SLOTS }, () => null);
  const seen: Seen[] = [];
  const streams: StreamTotals[] = [];
  const adopt = (core: SocketCore, host: HostName): Held => {
    const totals = { taken: 0, given: 0, damaged: false };
    if (core.type === "stream") streams.push(totals);
    return { core, host, totals };
  };
  const note = (step: number, slot: number, [answer, data]: Answer): void => {
    stage.settle();
    seen.push({
      step,
      slot,
      answer,
      data,
      sockets: slots.map((held) => (held === null ? "" : look(held.core))),
    });
  };
  try {
    for (const [index, step] of program.steps.entries()) {
      if (step.op === "wait") {
        await stage.wait(step.ms);
        stage.begin(index);
        note(index, -1, ["", null]);
        continue;
      }
      const held = slots[step.slot];
      if (step.op === "socket" ? held !== null : held === null) continue;
      if (step.op === "accept" && slots[step.into] !== null) continue;
      stage.begin(index);
      if (step.op === "socket") {
        const core = stage.open(step.host, step.type);
        if (isFailure(core)) note(index, step.slot, [refusalOf(core).code, null]);
        else {
          slots[step.slot] = adopt(core, step.host);
          note(index, step.slot, ["ok", null]);
        }
      } else if (held !== null) {
        if (step.op === "accept") {
          const core = held.core.accept();
          if (!isFailure(core)) slots[step.into] = adopt(core, held.host);
          note(index, step.slot, [isFailure(core) ? refusalOf(core).code : "ok", null]);
        } else {
          if (step.op === "close") {
            slots[step.slot] = null;
            note(index, step.slot, [await closed(held.core, stage), null]);
          } else note(index, step.slot, call(program, stage, held, step, index));
        }
      }
    }
    await drain(program, stage, slots, note);
  } finally {
    for (const held of slots) {
      if (held?.core.type === "stream") held.core.setOption("SO_LINGER", -1);
      held?.core.close();
    }
  }
  return { seen, streams };
}

type Answer = readonly [string, Uint8Array | null];

/** Reads every socket until nothing comes any more, and tells what the last read said. */
async function drain(
  program: Program,
  stage: Stage,
  slots: readonly (Held | null)[],
  note: (step: number, slot: number, answer: Answer) => void,
): Promise<void> {
  const read = (held: Held): string => {
    const answer = held.core.recv(DRAIN_SIZE);
    if (isFailure(answer)) return refusalOf(answer).code;
    if (answer.length > 0 && held.core.type === "stream") receive(held.totals, answer, false);
    return answer.length === 0 && held.core.type === "stream" ? "end" : "bytes";
  };
  // Data held back by a delayed ACK or a cork comes within a third of a second.
  if (program.steps.some(({ op }) => op === "wait")) await stage.wait(300);
  const last = slots.map(() => "");
  for (let round = 0, moved = true; moved && round < DRAIN_ROUNDS; round++) {
    moved = false;
    for (const [slot, held] of slots.entries()) {
      if (held === null) continue;
      stage.begin(program.steps.length);
      last[slot] = read(held);
      if (last[slot] === "bytes") moved = true;
      stage.settle();
    }
  }
  for (const [slot, held] of slots.entries()) if (held !== null) note(-1, slot, [last[slot], null]);
}

function look(core: SocketCore): string {
  const { readable, writable, error, hangup, urgent } = core.readiness();
  const bits = `${readable ? "r" : ""}${writable ? "w" : ""}${error ? "e" : ""}${hangup ? "h" : ""}${urgent ? "u" : ""}`;
  if (core.type === "dgram" && core.family !== "unix") return `udp ${bits}`;
  const info = core.info();
  return `${isFailure(info) ? refusalOf(info).code : info.state} ${bits}`;
}

/** Closes, and waits for a close that lingers, but not for long. */
async function closed(core: SocketCore, stage: Stage): Promise<string> {
  core.onWake = null;
  if (core.close() === "EAGAIN") await stage.linger(core);
  stage.settle();
  return core.close() === "EAGAIN" ? "lingers" : "ok";
}

type CallStep = Exclude<Step, { op: "wait" | "socket" | "accept" | "close" }>;

function call(program: Program, stage: Stage, held: Held, step: CallStep, index: number): Answer {
  const { core, totals } = held;
  const at = (host: HostName, port: number): SocketAddress =>
    program.family === "unix"
      ? { family: "unix", path: stage.pathOf(port) }
      : { family: program.family, address: stage.addressOf(host), port: stage.portOf(port) };
  switch (step.op) {
    case "bind":
      return plain(core.bind(bindAddress(program, stage, held.host, step)));
    case "listen":
      return plain(core.listen(step.backlog));
    case "connect":
      return connect(core, stage, at(step.host, step.port), step.by);
    case "send": {
      const bytes =
        core.type === "stream" ? streamBytes(totals.taken, step.size) : streamBytes(index, step.size);
      const answer = core.send(bytes, { [step.flag]: true });
      if (core.type === "stream" && typeof answer === "number") totals.taken += answer;
      return plain(answer);
    }
    case "sendTo": {
      const bytes =
        core.type === "stream" ? streamBytes(totals.taken, step.size) : streamBytes(index, step.size);
      const answer = core.sendTo(bytes, at(step.host, step.port));
      if (core.type === "stream" && typeof answer === "number") totals.taken += answer;
      return plain(answer);
    }
    case "recv": {
      const answer = core.recv(step.max, { peek: step.peek, oob: step.oob });
      if (isFailure(answer)) return plain(answer);
      if (core.type === "stream" && !step.oob) receive(totals, answer, step.peek);
      return [`${answer.length} bytes`, answer];
    }
    case "recvFrom": {
      const answer = core.recvFrom(step.max, { peek: step.peek });
      if (isFailure(answer)) return plain(answer);
      if (core.type === "stream") receive(totals, answer.data, step.peek);
      const from = addressText(stage, answer.from);
      return [`${answer.data.length} bytes from ${from}${answer.truncated ? ", cut" : ""}`, answer.data];
    }
    case "shutdown":
      return plain(core.shutdown(step.how));
    case "atMark": {
      const answer = core.atMark();
      return [isFailure(answer) ? refusalOf(answer).code : `= ${answer}`, null];
    }
    case "setOption":
      return plain(core.setOption(step.name, step.value));
    case "getOption": {
      const answer = core.getOption(step.name);
      return [typeof answer === "object" ? answer.code : `= ${String(answer)}`, null];
    }
    case "address": {
      const answer = core.localAddress();
      return [isFailure(answer) ? refusalOf(answer).code : addressText(stage, answer), null];
    }
    case "peer": {
      const answer = core.peerAddress();
      return [isFailure(answer) ? refusalOf(answer).code : addressText(stage, answer), null];
    }
  }
}

/** Starts connecting and, when that ends as soon as packets can travel, asks how. */
function connect(core: SocketCore, stage: Stage, to: SocketAddress, by: "SO_ERROR" | "connect"): Answer {
  const started = core.connect(to);
  if (started !== "EINPROGRESS") return plain(started);
  stage.settle();
  const { writable, error, hangup } = core.readiness();
  if (!writable && !error && !hangup) return ["EINPROGRESS", null];
  const ended = by === "connect" ? core.connect(to) : core.getOption("SO_ERROR");
  // The second call of an attempt that has succeeded says so as 0; the kernel backend goes one call further.
  const ok = ended === null || ended === "" || ended === "EISCONN";
  return [`EINPROGRESS, then ${ok ? "ok" : String(isFailure(ended) ? refusalOf(ended).code : ended)}`, null];
}

function plain(answer: null | number | Failure): Answer {
  if (isFailure(answer)) return [refusalOf(answer).code, null];
  return [answer === null ? "ok" : String(answer), null];
}

function receive(totals: StreamTotals, bytes: Uint8Array, peek: boolean): void {
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== streamByte(totals.given + i)) totals.damaged = true;
  }
  if (!peek) totals.given += bytes.length;
}

/** Where a bind goes: to every address or the host's own, as the program binds; elsewhere is the next host's address. */
function bindAddress(
  program: Program,
  stage: Stage,
  on: HostName,
  step: CallStep & { op: "bind" },
): SocketAddress {
  const { family, bindsAny } = program;
  if (family === "unix") {
    const abstract = step.at === "elsewhere" ? "\0" : "";
    return { family, path: step.port === "any" ? "" : abstract + stage.pathOf(step.port) };
  }
  const port = step.port === "any" ? 0 : stage.portOf(step.port);
  if (step.at === "elsewhere") {
    const next = HOSTS[(HOSTS.indexOf(on) + 1) % HOSTS.length];
    return { family, address: stage.addressOf(next), port };
  }
  const any = family === "inet" ? ANY_INET : ANY_INET6;
  return { family, address: bindsAny ? any : stage.addressOf(on), port };
}

/** `a:P0` for an address of the program's, `*` for the wildcard, `E` for a port the system chose; of Unix sockets `P0`, `@P0`, `@E`. */
function addressText(stage: Stage, address: SocketAddress): string {
  if (address.family === "unix") {
    const [, abstract, port] = /^(\0?)P(\d+)$/.exec(address.path) ?? [];
    if (port === undefined) return address.path === "" ? "" : "@E";
    return `${abstract === "" ? "" : "@"}P${stage.nameOf(Number(port))}`;
  }
  const host = isAny(address.address) ? "*" : (stage.hostOf(address.address) ?? address.address);
  const name = stage.nameOf(address.port);
  return `${host}:${address.port === 0 ? "0" : name === null ? "E" : `P${name}`}`;
}
