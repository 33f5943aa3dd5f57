// What several lessons share: the smallest network, and questions asked of an observation.

import type { Host, Socket } from "../../socket/api.ts";
import { SocketError } from "../../socket/errno.ts";
import type { LinkConfig, Topology } from "../../sim/topology.ts";
import type { TranscriptEntry } from "../../trace/transcript.ts";
import { isBytes } from "../../trace/values.ts";
import { PROTOCOL } from "../../trace/packets.ts";
import type { Claim, Observation } from "../scenario.ts";

/** A client and a server, 10 ms apart unless `link` says otherwise. */
export function clientAndServer(link: Partial<LinkConfig> = {}): Topology {
  return {
    hosts: { client: {}, server: {} },
    links: [{ between: ["client", "server"], delayMs: 10, ...link }],
  };
}

export function claim(text: string, holds: boolean): Claim {
  return { text, holds };
}

/** Every program came to its end. */
export function everyoneFinished(observation: Observation): Claim {
  const programs = Object.keys(observation.logs).length;
  const who = programs === 2 ? "both programs come to their" : "every program comes to its";
  return claim(`${who} end`, observation.outcome === "ok");
}

/** Calls of that name on sockets of that host, in order. */
export function callsOf(observation: Observation, host: string, call: string): TranscriptEntry[] {
  return observation.transcript.filter((entry) => entry.host === host && entry.call === call);
}

/** Lengths of what a host's recvs returned, in order; failed and unanswered calls are left out. */
export function recvLengths(observation: Observation, host: string): number[] {
  return callsOf(observation, host, "recv").flatMap(({ result }) => (isBytes(result) ? [result.length] : []));
}

/** Errnos of a host's failed calls of that name, in order. */
export function errorsOf(observation: Observation, host: string, call: string): string[] {
  return callsOf(observation, host, call).flatMap(({ error }) => (error === undefined ? [] : [error.code]));
}

/** Whether `log` has that line. */
export function logged(observation: Observation, host: string, line: string): boolean {
  return (observation.logs[host] ?? []).includes(line);
}

/** What a host logged after `label: `, in order. */
export function loggedAfter(observation: Observation, host: string, label: string): string[] {
  const start = `${label}: `;
  return (observation.logs[host] ?? []).flatMap((line) =>
    line.startsWith(start) ? [line.slice(start.length)] : [],
  );
}

/** Milliseconds from a call's beginning to its answer; infinite for one that never answered or was never made. */
export function durationMs(entry: TranscriptEntry | undefined): number {
  return entry === undefined || entry.endNs === null ? Infinity : (entry.endNs - entry.timeNs) / 1e6;
}

/** Rows of the TCP segments with all of `flags` (see TCP_FLAG), oldest first, as often as they crossed a link. */
export function segments({ trace }: Observation, flags: number): number[] {
  const rows: number[] = [];
  const { protocol, tcpFlags, count } = trace.packets;
  for (let row = 0; row < count; row++) {
    if (protocol[row] === PROTOCOL.tcp && (tcpFlags[row] & flags) === flags) rows.push(row);
  }
  return rows;
}

const decoder = new TextDecoder();

export function text(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** A socket that listens at `port` of every address of `host`. */
export async function listenAt(host: Host, port: number, backlog?: number): Promise<Socket> {
  const listener = host.socket("inet", "stream");
  await listener.bind({ port });
  await listener.listen(backlog);
  return listener;
}

/** A socket connected to `port` of the host called `to`. */
export async function connectTo(host: Host, to: string, port: number): Promise<Socket> {
  const socket = host.socket("inet", "stream");
  await socket.connect({ host: to, port });
  return socket;
}

/** All that comes until the end of the stream, as text. */
export async function readToEnd(socket: Socket): Promise<string> {
  let all = "";
  for (;;) {
    const data = await socket.recv();
    if (data.length === 0) return all;
    all += text(data);
  }
}

/** The lines that come on a stream, each without its newline; what follows the last newline is no line. */
export async function* linesOf(socket: Socket): AsyncGenerator<string, undefined> {
  // A decoder of its own: a recv may end inside a character.
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const data = await socket.recv();
    if (data.length === 0) return;
    rest += decoder.decode(data, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

/** How a call ends: "ok", or the errno's name. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "ok";
  } catch (error) {
    if (error instanceof SocketError) return error.code;
    throw error;
  }
}

/** What `promise` gives, or null after `ms`: BSD's SO_RCVTIMEO for programs that wait for datagrams that may be lost. */
export function within<T>(host: Host, ms: number, promise: Promise<T>): Promise<T | null> {
  return Promise.race([promise, host.sleep(ms).then(() => null)]);
}
