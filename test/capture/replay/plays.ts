// Conversations made by hand.

import type { Conversation, ReplaySide, ReplayStep } from "../../../src/capture/replay/conversation.ts";

/** What one side does, in order: text it sends, `think:MS` before the next, `end`, `reset`. */
export type Deed = readonly ["client" | "server", string];

/** The conversation in which each deed follows all those before it. */
export function conversation(protocol: "tcp" | "udp", deeds: readonly Deed[]): Conversation {
  const steps: { client: ReplayStep[]; server: ReplayStep[] } = { client: [], server: [] };
  const sent = { client: 0, server: 0 };
  const pieces = { client: 0, server: 0 };
  const ended = { client: false, server: false };
  let thinkNs = 0;
  let atNs = 0;
  for (const [who, what] of deeds) {
    const other = who === "client" ? "server" : "client";
    if (what.startsWith("think:")) {
      thinkNs = Number(what.slice("think:".length)) * 1e6;
      continue;
    }
    atNs += thinkNs;
    const kind = what === "end" ? "end" : what === "reset" ? "reset" : "data";
    const bytes = kind === "data" ? Buffer.from(what) : new Uint8Array(0);
    const after = protocol === "tcp" ? sent[other] : pieces[other];
    steps[who].push({ kind, bytes, after, afterEnd: kind === "end" && ended[other], thinkNs, atNs });
    sent[who] += bytes.length;
    pieces[who]++;
    if (kind === "end") ended[who] = true;
    thinkNs = 0;
  }
  const side = (who: "client" | "server", port: number): ReplaySide => ({
    end: { address: "10.0.0.1", port },
    steps: steps[who],
    bytes: sent[who],
    ends: ended[who],
  });
  return {
    protocol,
    stream: 0,
    client: side("client", 50_000),
    server: side("server", 7000),
    missing: 0,
    rttNs: 20e6,
    durationNs: atNs,
    rows: [],
  };
}
