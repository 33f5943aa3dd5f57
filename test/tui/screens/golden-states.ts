// What the goldens of screens show: for every screen there is, at least two states. A screen without them is no valid table.

import type { Capture } from "../../../src/capture/capture.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { udpTruncation } from "../../../src/scenario/lessons/udp-truncation.ts";
import { openLab } from "../../../src/scenario/session.ts";
import type { LabSession } from "../../../src/scenario/session.ts";
import { QueueDepths } from "../../../src/trace/queue-depths.ts";
import { SSTHRESH_INFINITE, TcpSeries } from "../../../src/trace/tcp-series.ts";
import type { ScreenName } from "../../../src/tui/model.ts";
import type { Session } from "../../../src/tui/session.ts";
import type { Moment } from "../../../src/tui/snapshot.ts";
import { brokenSession, lawReport, PARTED, sessionOf, soundSession } from "../build-framing.ts";
import { helloSession } from "../build-session.ts";

export interface GoldenState {
  readonly name: string;
  readonly session: () => Session | Capture;
  readonly at: Moment;
  readonly keys: readonly string[];
}

/** The hello conversation, with its sockets' connections known. */
export function connectedSession(): LabSession {
  const session = helloSession();
  const [client, server] = ["10.0.0.1:51234", "10.0.0.2:80"];
  session.sim.trace.sockets.push(
    { host: "client", socket: "client#1", local: client, remote: server },
    { host: "server", socket: "server#2", local: server, remote: client },
  );
  return session;
}

/** The hello conversation, with what its client knew of its way to the server and how many packets waited. */
export function measuredSession(): LabSession {
  const session = helloSession();
  const { trace } = session.sim;
  const series = new TcpSeries("client", "10.0.0.1:51234", "10.0.0.2:80");
  for (let i = 0; i < 24; i++) {
    series.sample(i * 10e6, {
      cwnd: i < 10 ? 1448 * (i + 1) : 1448 * 5 + 290 * (i - 10),
      ssthresh: i < 10 ? SSTHRESH_INFINITE : 1448 * 5,
      window: 64_240,
      inFlight: i % 3 === 0 ? 0 : 14,
      acked: i < 20 ? 0 : 14,
      rttUs: 20_000 + 500 * i,
      rtoUs: i === 12 ? 440_000 : 220_000,
    });
  }
  trace.tcp.push(series);
  const queue = new QueueDepths("link", "client", "server");
  for (let i = 0; i < 20; i++) queue.sample(i * 5e6, i % 4);
  trace.queues.push(queue);
  return session;
}

/** A counterexample with everything in it, after a law that was kept. */
export function partedSession(): Session {
  return sessionOf(lawReport(null, { law: "round-trip" }), lawReport(PARTED));
}

/** TLS with its secrets. */
const SECRETS = await openCapture("fixtures/captures/https.pcapng");

/** Datagrams, one of which is longer than the buffer it is read into. */
const CUT_OFF = await openLab(udpTruncation);

function state(name: string, session: () => Session | Capture, at: Moment, ...keys: string[]): GoldenState {
  return { name, session, at, keys };
}

/** The packet just lost, and the end, where a screen is about time. */
const LOST: Moment = { timeNs: 20e6 };
const TOLD: Moment = { timeNs: 30e6 };

export const STATES: Readonly<
  Record<ScreenName, readonly [GoldenState, GoldenState, ...(readonly GoldenState[])]>
> = {
  lab: [state("lost", helloSession, LOST), state("end", helloSession, "end")],
  sequence: [state("lost", helloSession, LOST), state("end", helloSession, "end", "]", "f")],
  packets: [
    state("lost", helloSession, LOST, "G", "tab", "j", "j"),
    state("end", helloSession, "end", "/", ..."tcp.len>0".split(""), "enter"),
  ],
  stream: [
    state("lost", connectedSession, TOLD),
    state("end", connectedSession, "end", "d"),
    state("hex", connectedSession, "end", "S-tab"),
    state("decrypted", () => SECRETS, "end", "tab"),
    state("datagrams", () => CUT_OFF, "end", "up"),
  ],
  graphs: [state("lost", measuredSession, TOLD), state("end", measuredSession, "end", "down", "down", "]")],
  framing: [
    state("broken", brokenSession, "end"),
    state("sound", soundSession, "end"),
    state("parted", partedSession, { step: 4 }),
  ],
  statistics: [
    state("conversations", helloSession, LOST),
    state("over-time", helloSession, "end", "tab", "tab", "tab"),
  ],
};
