// What several lessons share: the smallest network, and questions asked of an observation.

import type { Host } from "../../socket/api.ts";
import type { LinkConfig, Topology } from "../../sim/topology.ts";
import type { TranscriptEntry } from "../../trace/transcript.ts";
import { isBytes } from "../../trace/values.ts";
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
  return claim("both programs come to their end", observation.outcome === "ok");
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

const decoder = new TextDecoder();

export function text(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** What `promise` gives, or null after `ms`: BSD's SO_RCVTIMEO for programs that wait for datagrams that may be lost. */
export function within<T>(host: Host, ms: number, promise: Promise<T>): Promise<T | null> {
  return Promise.race([promise, host.sleep(ms).then(() => null)]);
}
