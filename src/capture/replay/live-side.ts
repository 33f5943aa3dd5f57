// One side of a captured conversation played against a real program, each step after what its sender had received by then.

import dgram from "node:dgram";
import { once } from "node:events";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { DatagramCheck, StreamCheck } from "./answer-check.ts";
import type { Comparison } from "./answer-check.ts";
import { missingOfSide, payloadOfSide } from "./conversation.ts";
import type { ReplaySide } from "./conversation.ts";

export interface LiveOptions {
  /** Leave out thinking: send as soon as what came before it has. */
  readonly isFast: boolean;
  /** How long to wait for a connection, and for the next byte, in ms. */
  readonly patienceMs: number;
  /** How long all of it may take, in ms. */
  readonly limitMs: number;
}

export interface Place {
  readonly host: string;
  readonly port: number;
}

/** Something that cannot be done at all: nobody listens, the port is taken. */
export class ReplayFailure extends Error {
  override readonly name = "ReplayFailure";
}

/** Why a place cannot be listened on, by the kernel's word for it, and what to do. */
const CANNOT_LISTEN: Readonly<Record<string, string>> = {
  EADDRINUSE:
    "another program has this port (EADDRINUSE): end it, choose another, or listen on 0 for any that is free",
  EACCES:
    "ports below 1024 are not for everybody (EACCES): choose another, or listen on 0 for any that is free",
  EADDRNOTAVAIL: "no interface of this machine has this address (EADDRNOTAVAIL): 127.0.0.1 and ::1 are there",
};

/** How long after the last expected byte one too many is waited for, in ms. */
const SETTLE_MS = 100;

/** Connects to `place` and plays `own`, comparing the answers with `other`. Rejects with ReplayFailure. */
export async function playTcpClient(
  place: Place,
  own: ReplaySide,
  other: ReplaySide,
  options: LiveOptions,
): Promise<Comparison> {
  const socket = net.connect({ ...place, allowHalfOpen: true, noDelay: true });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(options.patienceMs) });
  } catch (error) {
    socket.destroy();
    throw new ReplayFailure(`${placeText(place)}: cannot connect (${codeOf(error)})`);
  }
  return playTcp(socket, own, other, options);
}

/** Waits at `place` for one connection and plays `own` on it. `listening` is told the port. Rejects with ReplayFailure. */
export async function playTcpServer(
  place: Place,
  own: ReplaySide,
  other: ReplaySide,
  options: LiveOptions,
  listening: (port: number) => void,
): Promise<Comparison> {
  const server = net.createServer({ allowHalfOpen: true, noDelay: true });
  try {
    const bound = once(server, "listening");
    server.listen(place);
    await bound;
    listening((server.address() as net.AddressInfo).port);
    const accepted = once(server, "connection", { signal: AbortSignal.timeout(options.patienceMs) });
    const [socket] = (await accepted) as [net.Socket];
    server.close();
    return await playTcp(socket, own, other, options);
  } catch (error) {
    throw noPeer(place, "connected", error, options);
  } finally {
    server.close();
  }
}

async function playTcp(
  socket: net.Socket,
  own: ReplaySide,
  other: ReplaySide,
  options: LiveOptions,
): Promise<Comparison> {
  const check = new StreamCheck(payloadOfSide(other), missingOfSide(other));
  const wait = new Waiting(options);
  socket.on("data", (chunk: Uint8Array) => {
    check.take(chunk);
    wait.progressed();
  });
  socket.on("end", () => wait.end());
  socket.on("close", () => wait.end());
  socket.on("error", (error) => {
    if (other.steps.at(-1)?.kind !== "reset") check.note(`the connection broke off (${codeOf(error)})`);
    wait.end();
  });
  let sent = 0;
  try {
    for (const step of own.steps) {
      const isThere = await wait.until(() => check.received >= step.after && !step.afterEnd);
      if (check.received < step.after) {
        const why = isThere ? "the connection ended" : `nothing came for ${options.patienceMs} ms`;
        check.note(
          `stopped: ${why} with ${check.received} of the ${step.after} bytes that come before the next send`,
        );
        return check.finish();
      }
      if (!options.isFast) await wait.think(step.thinkNs);
      if (socket.destroyed) break;
      if (step.kind === "data") {
        if (!(await wait.forDeed(written(socket, step.bytes)))) {
          check.note(`stopped: of the ${own.bytes} bytes to send, ${sent} and no more were taken`);
          return check.finish();
        }
        sent += step.bytes.length;
      } else if (step.kind === "end") socket.end();
      else socket.resetAndDestroy();
    }
    await settle(check, wait, other, options);
    return check.finish();
  } finally {
    socket.destroy();
  }
}

/** Waits for the rest, for the end where there was one, and a moment for what there was not; who sends too much may never end. */
async function settle(
  check: StreamCheck,
  wait: Waiting,
  other: ReplaySide,
  options: LiveOptions,
): Promise<void> {
  await wait.until(() => check.received >= other.bytes);
  if (!other.ends) {
    await wait.until(() => check.received > other.bytes, SETTLE_MS);
    return;
  }
  const ended = await wait.until(() => check.received > other.bytes);
  if (check.received > other.bytes) await wait.think(SETTLE_MS * 1e6);
  else if (!ended)
    check.note(`the captured side closed here; this one has not within ${options.patienceMs} ms`);
}

/** Resolves when the system has taken the bytes: one write a captured segment. */
function written(socket: net.Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    socket.write(bytes, () => resolve());
  });
}

/** Plays a client's datagrams to `place`. Rejects with ReplayFailure. */
export async function playUdpClient(
  place: Place,
  own: ReplaySide,
  other: ReplaySide,
  options: LiveOptions,
): Promise<Comparison> {
  const socket = dgram.createSocket(familyOf(place));
  try {
    const connected = once(socket, "connect");
    socket.connect(place.port, place.host);
    await connected;
    return await playUdp(socket, own, other, options, []);
  } catch (error) {
    if (error instanceof ReplayFailure) throw error;
    throw new ReplayFailure(`${placeText(place)}: cannot connect (${codeOf(error)})`);
  } finally {
    socket.close();
  }
}

/** Waits at `place` for a first datagram and plays a server to its sender. `listening` is told the port. Rejects with ReplayFailure. */
export async function playUdpServer(
  place: Place,
  own: ReplaySide,
  other: ReplaySide,
  options: LiveOptions,
  listening: (port: number) => void,
): Promise<Comparison> {
  const socket = dgram.createSocket(familyOf(place));
  try {
    const early: Uint8Array[] = [];
    const keep = (datagram: Uint8Array): void => void early.push(datagram);
    socket.on("message", keep);
    const bound = once(socket, "listening");
    socket.bind(place.port, place.host);
    await bound;
    listening(socket.address().port);
    const heard = once(socket, "message", { signal: AbortSignal.timeout(options.patienceMs) });
    const [, from] = (await heard) as [Uint8Array, dgram.RemoteInfo];
    const connected = once(socket, "connect");
    socket.connect(from.port, from.address);
    await connected;
    socket.off("message", keep);
    return await playUdp(socket, own, other, options, early);
  } catch (error) {
    throw noPeer(place, "sent a datagram", error, options);
  } finally {
    socket.close();
  }
}

async function playUdp(
  socket: dgram.Socket,
  own: ReplaySide,
  other: ReplaySide,
  options: LiveOptions,
  early: readonly Uint8Array[],
): Promise<Comparison> {
  const check = new DatagramCheck(other.steps.map(({ bytes }) => bytes));
  const wait = new Waiting(options);
  for (const datagram of early) check.take(datagram);
  socket.on("message", (datagram: Uint8Array) => {
    check.take(datagram);
    wait.progressed();
  });
  socket.on("error", (error) => {
    check.note(`the socket failed (${codeOf(error)})`);
    wait.end();
  });
  for (const [index, step] of own.steps.entries()) {
    const isThere = await wait.until(() => check.received >= step.after);
    if (!isThere || check.received < step.after) {
      check.note(
        `datagram ${index} was sent after ${check.received} answers; the capture has ${step.after} before it`,
      );
    }
    if (!options.isFast) await wait.think(step.thinkNs);
    await new Promise<void>((resolve) => {
      socket.send(step.bytes, (error) => {
        if (error !== null) check.note(`datagram ${index} could not be sent (${codeOf(error)})`);
        resolve();
      });
    });
  }
  await wait.until(() => check.received >= other.steps.length);
  await wait.until(() => check.received > other.steps.length, SETTLE_MS);
  return check.finish();
}

/** Waits for conditions on what comes, each wait ended by silence, all of them by the end of the peer or of the time there is. */
class Waiting {
  readonly #patienceMs: number;
  readonly #until: number;
  #ended = false;
  #wake: (() => void) | null = null;

  constructor({ patienceMs, limitMs }: LiveOptions) {
    this.#patienceMs = patienceMs;
    this.#until = performance.now() + limitMs;
  }

  /** Something came. */
  progressed(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  /** Nothing more will come. */
  end(): void {
    this.#ended = true;
    this.progressed();
  }

  /** True once `isThere` or the peer has ended; false when nothing came for `silenceMs` or all time is up. */
  async until(isThere: () => boolean, silenceMs: number = this.#patienceMs): Promise<boolean> {
    while (!isThere() && !this.#ended) {
      const leftMs = Math.min(silenceMs, this.#until - performance.now());
      if (leftMs <= 0) return false;
      const came = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve(true);
        };
      });
      if (!came) return isThere() || this.#ended;
    }
    return true;
  }

  /** Whether `deed` was done before it took longer than silence may. */
  async forDeed(deed: Promise<void>): Promise<boolean> {
    const leftMs = Math.max(0, Math.min(this.#patienceMs, this.#until - performance.now()));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(resolve, leftMs, false);
    });
    const isDone = await Promise.race([deed.then(() => true), late]);
    clearTimeout(timer);
    return isDone;
  }

  async think(ns: number): Promise<void> {
    const ms = Math.min(ns / 1e6, this.#until - performance.now());
    if (ms > 0) await sleep(ms);
  }
}

function noPeer(place: Place, deed: string, error: unknown, { patienceMs }: LiveOptions): ReplayFailure {
  if (error instanceof ReplayFailure) return error;
  const code = codeOf(error);
  const why = code === "ABORT_ERR" ? `nobody ${deed} within ${patienceMs} ms` : (CANNOT_LISTEN[code] ?? code);
  return new ReplayFailure(`${placeText(place)}: ${why}`);
}

function familyOf({ host }: Place): "udp4" | "udp6" {
  return host.includes(":") ? "udp6" : "udp4";
}

/** `127.0.0.1:80`, `[::1]:80`. */
export function placeText({ host, port }: Place): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error ? String(error.code) : error.message;
}
