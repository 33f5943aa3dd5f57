// `wirelab replay`: a capture once more: on the screens in its own time, over a simulated link, or against a real program.

import type { Command } from "commander";
import type { Capture } from "../capture/capture.ts";
import { contextOf } from "../capture/context.ts";
import type { Conversation } from "../capture/replay/conversation.ts";
import { tcpConversation } from "../capture/replay/tcp-conversation.ts";
import { udpConversation } from "../capture/replay/udp-conversation.ts";
import { InputError } from "../scenario/input-error.ts";
import { parseChoice, parseWhole } from "./arguments.ts";
import { addNetworkFlags } from "./network-flags.ts";
import type { NetworkFlags } from "./network-flags.ts";
import { replayLive } from "./replay-live.ts";
import type { LiveFlags } from "./replay-live.ts";
import { replayOnScreen } from "./replay-screen.ts";
import type { ReplayScreenFlags } from "./replay-screen.ts";
import { replaySimulated } from "./replay-simulated.ts";
import type { SimulatedFlags } from "./replay-simulated.ts";
import { addScreenFlags } from "./screen-flags.ts";
import { openCaptureFile, tellProblems } from "./capture-session.ts";

interface ReplayFlags extends NetworkFlags, ReplayScreenFlags, LiveFlags, SimulatedFlags {
  readonly stream?: string;
  readonly udpStream?: string;
  readonly through?: string;
}

export function addReplay(program: Command): void {
  const command = program
    .command("replay <capture>")
    .description(
      "a capture once more: on the screens in its own time, over a simulated link, or against a real program",
    )
    .option("--speed <factor>", "on the screens: 10 is ten times as fast as it was (default: 1)")
    .option("--at <time>", "on the screens: begin there (12.5s after the first packet)")
    .option("--paused", "on the screens: begin paused, to go step by step")
    .option(
      "--through <network>",
      "sim: simulated hosts send a stream's payloads again, over a link you choose",
    )
    .option("--to <host:port>", "play the client's side of a stream to a program that listens there")
    .option("--listen <port>", "wait for a program that connects, and play the server's side to it")
    .option("--stream <n>", "which TCP stream, as in tcp.stream")
    .option("--udp-stream <n>", "which UDP stream, as in udp.stream")
    .option(
      "--fast",
      "with --to or --listen: send as soon as what came before has, without the captured pauses",
    )
    .option("--timeout <time>", "with --to or --listen: how long to wait for anything to come", "5s")
    .option("--allow-remote", "with --to or --listen: addresses other than this machine's own loopback, too")
    .option("--open", "with --through sim: show the run on the dashboard")
    .option("--pcap <file>", "with --through sim: write the packets as pcapng")
    .option("--json", "with --through or --to: the result as JSON");
  addScreenFlags(addNetworkFlags(command)).action(replay);
}

async function replay(what: string, flags: ReplayFlags): Promise<void> {
  const ways = [flags.through, flags.to, flags.listen].filter((way) => way !== undefined);
  if (ways.length > 1) throw new InputError("choose one of --through, --to and --listen");
  if (ways.length === 0) {
    refuseFlags(flags, [
      "stream",
      "udpStream",
      "fast",
      "allowRemote",
      "open",
      "pcap",
      "json",
      "loss",
      "delay",
      "set",
    ]);
    await replayOnScreen(what, flags);
    return;
  }
  refuseFlags(flags, ["speed", "at", "paused"]);
  if (flags.open !== true && (flags.theme !== undefined || flags.state === false))
    throw new InputError(`--${flags.theme === undefined ? "no-state" : "theme"}: is for the screens`);
  if (flags.through !== undefined) parseChoice("--through", flags.through, ["sim"]);
  const capture = await openCaptureFile(what, {});
  try {
    tellProblems(capture);
    const conversation = conversationIn(capture, flags);
    if (flags.through !== undefined) await replaySimulated(capture, conversation, flags);
    else await replayLive(capture, conversation, flags);
  } finally {
    capture.close();
  }
}

/** Flags that mean nothing the way this is replayed are mistakes. */
function refuseFlags(flags: ReplayFlags, names: readonly (keyof ReplayFlags)[]): void {
  const given = names.find((name) => flags[name] !== undefined);
  if (given === undefined) return;
  const spelled = given.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const where = names.includes("speed") ? "the screens" : "--through, --to or --listen";
  throw new InputError(`--${spelled}: is for ${where}`);
}

/** The stream asked for, or the only one there is. */
function conversationIn(capture: Capture, flags: ReplayFlags): Conversation {
  const { tcpCount, udpCount } = capture.streams;
  if (flags.stream !== undefined && flags.udpStream !== undefined) {
    throw new InputError("choose one of --stream and --udp-stream");
  }
  let isTcp = flags.stream !== undefined;
  let number = 0;
  if (flags.stream !== undefined) number = streamNumber("--stream", flags.stream, "TCP", tcpCount);
  else if (flags.udpStream !== undefined)
    number = streamNumber("--udp-stream", flags.udpStream, "UDP", udpCount);
  else if (tcpCount + udpCount === 0)
    throw new InputError(`${capture.path}: has no TCP and no UDP stream: there is nothing to send again`);
  else if (tcpCount + udpCount === 1) isTcp = tcpCount === 1;
  else {
    throw new InputError(
      `${capture.path}: has ${tcpCount} TCP and ${udpCount} UDP streams: choose with --stream or --udp-stream (read -q -z conv,tcp lists them)`,
    );
  }
  const make = isTcp ? tcpConversation : udpConversation;
  const conversation = make(capture.trace, number, contextOf(capture));
  if ("problem" in conversation) throw new InputError(`${capture.path}: ${conversation.problem}`);
  if (conversation.client.bytes + conversation.server.bytes === 0 && conversation.protocol === "tcp") {
    throw new InputError(
      `${capture.path}: TCP stream ${number} carries no data: there is nothing to send again`,
    );
  }
  return conversation;
}

function streamNumber(flag: string, text: string, kind: string, count: number): number {
  const number = parseWhole(flag, text, 0, 1e9);
  if (number < count) return number;
  const there = count === 0 ? "none" : count === 1 ? "one, 0" : `${count}, 0 to ${count - 1}`;
  throw new InputError(`${flag} ${text}: no such ${kind} stream; there ${count > 1 ? "are" : "is"} ${there}`);
}
