// Where two runs of one program disagree, beyond what docs/differential.md leaves open. Each rule here has its entry there.

import type { Run, Seen } from "./execute.ts";
import { stepText } from "./program.ts";
import type { Program, Step } from "./program.ts";

export interface Disagreement {
  /** Index into the program's steps, or their number for the end. */
  readonly step: number;
  readonly text: string;
}

/** What surely fits the buffers of a connection nobody tuned, in bytes: beyond it how much a call takes or gives is open. */
const SURELY_BUFFERED = 24_000;

/** Compares step by step; null when they agree. `kernel` is right by definition. */
export function firstDisagreement(program: Program, kernel: Run, sim: Run): Disagreement | null {
  const loose = looseFrom(program, kernel);
  const more = program.steps.some((step) => step.op === "send" && step.flag === "more");
  const urgent = program.steps.some((step) => step.op === "send" && step.flag === "oob");
  for (let i = 0; i < Math.max(kernel.seen.length, sim.seen.length); i++) {
    const theirs = kernel.seen[i] as Seen | undefined;
    const ours = sim.seen[i] as Seen | undefined;
    if (
      theirs === undefined ||
      ours === undefined ||
      theirs.step !== ours.step ||
      theirs.slot !== ours.slot
    ) {
      const step = (theirs ?? ours)?.step ?? 0;
      return { step, text: `step ${step} ran on ${theirs === undefined ? "sim" : "the kernel"} alone` };
    }
    const step = theirs.step === -1 ? null : program.steps[theirs.step];
    const at = theirs.step === -1 ? program.steps.length : theirs.step;
    const what = step === null ? `reading s${theirs.slot} to the end` : stepText(step);
    const open = theirs.step === -1 ? loose < program.steps.length : theirs.step >= loose;
    if (step?.op === "bind" && theirs.answer === "ok" && boundToAny(program, theirs)) return null;
    if (!answersAgree(step, theirs, ours, open, more)) {
      return { step: at, text: `${what}: kernel ${theirs.answer}, sim ${ours.answer}` };
    }
    for (let slot = 0; slot < (open ? 0 : theirs.sockets.length); slot++) {
      if (withoutTick(theirs.sockets[slot]) !== withoutTick(ours.sockets[slot])) {
        const text = `after ${what}, s${slot}: kernel ${theirs.sockets[slot]}, sim ${ours.sockets[slot]}`;
        return { step: at, text };
      }
    }
  }
  for (const [name, run] of [
    ["kernel", kernel],
    ["sim", sim],
  ] as const) {
    // An urgent byte is out of its place; that both give the same bytes is compared above.
    if (!urgent && run.streams.some(({ damaged }) => damaged)) {
      return { step: program.steps.length, text: `${name}: a stream's bytes came changed or out of order` };
    }
  }
  return null;
}

/** Whether the socket was bound to any port before: the kernel backend puts that off until it connects, so it binds again. */
function boundToAny(program: Program, { step: index, slot }: Seen): boolean {
  return program.steps
    .slice(0, index)
    .some((step) => step.op === "bind" && step.slot === slot && step.port === "any");
}

/** Whether a FIN has been acknowledged already is a matter of the clock's next tick, and nothing but TCP_INFO tells. */
function withoutTick(socket: string | undefined): string {
  return (socket ?? "").replace(/^FIN_WAIT_[12]/, "FIN_WAIT");
}

function answersAgree(step: Step | null, theirs: Seen, ours: Seen, open: boolean, more: boolean): boolean {
  if (theirs.answer === ours.answer) return (open && isStream(theirs)) || sameBytes(step, theirs, ours);
  if (step?.op === "getOption" && step.name === "IPV6_V6ONLY") return true;
  // A socket that is not connected has its host's address where the kernel backend bound it to connect, none on the simulator.
  if (step?.op === "address" && theirs.sockets[step.slot].startsWith("CLOSED")) {
    return theirs.answer.split(":").at(-1) === ours.answer.split(":").at(-1);
  }
  if (!open) return false;
  // Whether data was still under way when one end stopped listening decides between a reset and the end.
  if (step === null) return true;
  // How much is taken and given, and whether there is room or data just now, is open once buffers fill.
  // So is whether a FIN behind what does not fit has got through, and its answer back.
  const overOrNot = ({ answer }: Seen): boolean => answer === "ok" || answer === "ENOTCONN";
  if (step.op === "shutdown" && overOrNot(theirs) && overOrNot(ours)) return true;
  const isTransfer =
    step.op === "send" || step.op === "recv" || step.op === "recvFrom" || step.op === "sendTo";
  const moved = ({ answer }: Seen): boolean =>
    answer === "EAGAIN" || /^\d/.test(answer) || answer === "end" || answer === "bytes";
  return isTransfer && (more || (moved(theirs) && moved(ours)));
}

/** Of the socket the step was about: streams show their state. */
function isStream({ slot, sockets }: Seen): boolean {
  return /^[A-Z]/.test(sockets[slot] ?? "");
}

/** Streams are checked byte by byte against their own sender (`damaged`); datagrams here. */
function sameBytes(step: Step | null, theirs: Seen, ours: Seen): boolean {
  if (theirs.data === null || ours.data === null) return theirs.data === ours.data;
  if (step === null || theirs.data.length !== ours.data.length) return step === null;
  return theirs.data.every((byte, i) => byte === ours.data?.[i]);
}

/** The first step from which on buffers may fill: their sizes are open (docs/differential.md). */
function looseFrom(program: Program, kernel: Run): number {
  const streams = new Set<number>();
  let sent = 0;
  let limit = SURELY_BUFFERED;
  for (const { step: index, answer } of kernel.seen) {
    if (index === -1) break;
    const step = program.steps[index];
    if (step.op === "socket" && step.type === "stream") streams.add(step.slot);
    if (step.op === "socket" && step.type === "dgram") streams.delete(step.slot);
    if (step.op === "accept") streams.add(step.into);
    if (
      step.op === "setOption" &&
      streams.has(step.slot) &&
      (step.name === "SO_RCVBUF" || step.name === "SO_SNDBUF" || step.name === "TCP_MAXSEG") &&
      answer === "ok"
    ) {
      limit = 1000;
    }
    if (step.op === "send" && step.flag === "more" && streams.has(step.slot)) return index;
    if ((step.op === "send" || step.op === "sendTo") && streams.has(step.slot)) sent += step.size;
    if (sent > limit) return index;
  }
  return Infinity;
}
