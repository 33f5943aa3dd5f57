// `replay --to` and `--listen`: one side of a captured conversation against a real program, and where its answers differ.

import { lookup } from "node:dns/promises";
import type { Capture } from "../capture/capture.ts";
import { isSame } from "../capture/replay/answer-check.ts";
import type { Comparison } from "../capture/replay/answer-check.ts";
import { thinkingNs } from "../capture/replay/conversation.ts";
import type { Conversation } from "../capture/replay/conversation.ts";
import {
  placeText,
  playTcpClient,
  playTcpServer,
  playUdpClient,
  playUdpServer,
  ReplayFailure,
} from "../capture/replay/live-side.ts";
import type { LiveOptions, Place } from "../capture/replay/live-side.ts";
import { InputError } from "../scenario/input-error.ts";
import { parseDuration } from "./durations.ts";
import { print } from "./print.ts";
import { conversationText } from "./replay-text.ts";

export interface LiveFlags {
  readonly to?: string;
  readonly listen?: string;
  readonly fast?: true;
  readonly timeout: string;
  readonly allowRemote?: true;
  readonly json?: true;
}

/** Beyond thinking and a wait for every step, so long may all of it take, in ms. */
const EXTRA_MS = 60_000;

/** Plays, prints what came of it, and sets the exit code: 1 where the answers are not the captured ones. */
export async function replayLive(
  capture: Capture,
  conversation: Conversation,
  flags: LiveFlags,
): Promise<void> {
  const patienceMs = Math.max(1, parseDuration("--timeout", flags.timeout) / 1e6);
  const isFast = flags.fast === true;
  const limitMs = (isFast ? 0 : thinkingNs(conversation) / 1e6) + patienceMs + EXTRA_MS;
  const options = { isFast, patienceMs, limitMs };
  const place = await placeOf(flags);
  const isClient = flags.to !== undefined;
  if (flags.json !== true) {
    print(conversationText(capture, conversation));
    if (isClient) print(`playing the client's side to ${placeText(place)}`);
  }
  let comparison: Comparison;
  try {
    comparison = await play(conversation, isClient, place, options);
  } catch (error) {
    throw error instanceof ReplayFailure ? new InputError(error.message) : error;
  }
  if (flags.json === true) print(JSON.stringify(comparisonJson(comparison), null, 2));
  else for (const line of comparisonLines(comparison, isClient ? "server" : "client")) print(line);
  if (!isSame(comparison)) process.exitCode = 1;
}

function play(
  { protocol, client, server }: Conversation,
  isClient: boolean,
  place: Place,
  options: LiveOptions,
): Promise<Comparison> {
  if (isClient) {
    return (protocol === "tcp" ? playTcpClient : playUdpClient)(place, client, server, options);
  }
  const listening = (port: number): void => {
    process.stderr.write(`wirelab: playing the server's side on ${placeText({ ...place, port })}\n`);
  };
  return (protocol === "tcp" ? playTcpServer : playUdpServer)(place, server, client, options, listening);
}

/** The address and port meant, which must be this machine's loopback unless others are allowed. */
async function placeOf({ to, listen, allowRemote }: LiveFlags): Promise<Place> {
  const flag = to === undefined ? "--listen" : "--to";
  const text = to ?? listen ?? "";
  const match = /^(?:(?:\[([^\]]+)\]|([^:]+)):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3] ?? Number.NaN);
  const name = match?.[1] ?? match?.[2] ?? (to === undefined ? "127.0.0.1" : undefined);
  const least = to === undefined ? 0 : 1;
  if (match === null || name === undefined || !(port >= least && port <= 65_535)) {
    const want = to === undefined ? "a port, or host:port" : "host:port, as in 127.0.0.1:8080 or [::1]:8080";
    throw new InputError(`${flag} ${text}: want ${want}`);
  }
  let host: string;
  try {
    host = (await lookup(name)).address;
  } catch {
    throw new InputError(`${flag} ${text}: no host called ${name}`);
  }
  if (allowRemote !== true && !host.startsWith("127.") && host !== "::1") {
    throw new InputError(
      `${flag} ${text}: ${host} is not a loopback address: captured traffic goes nowhere else without --allow-remote`,
    );
  }
  return { host, port };
}

function* comparisonLines(comparison: Comparison, who: string): Generator<string> {
  const { unit, expected, got, differences, differing, notes } = comparison;
  if (isSame(comparison)) {
    yield `✓ the ${who} answered as captured: ${got} ${unit}`;
    return;
  }
  const more = differing === 0 ? "" : `, ${differing} of them not as captured`;
  yield `✗ the ${who} answered differently: ${got} of ${expected} ${unit} came${more}`;
  for (const { where, expected: want, got: have } of differences) {
    yield `  ${where}: expected ${bytesText(want)}`;
    yield `  ${" ".repeat(where.length)}       got ${bytesText(have)}`;
  }
  for (const note of notes) yield `  ${note}`;
}

/** `48 65 6c 6c 6f  Hello`; `nothing` where there are no more. */
function bytesText(bytes: Uint8Array): string {
  if (bytes.length === 0) return "nothing";
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const text = Array.from(bytes, (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join(
    "",
  );
  return `${hex}  ${text}`;
}

function comparisonJson(comparison: Comparison): unknown {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  const { differences, ...rest } = comparison;
  return {
    same: isSame(comparison),
    ...rest,
    differences: differences.map(({ where, expected, got }) => ({
      where,
      expected: hex(expected),
      got: hex(got),
    })),
  };
}
