// What a sender asks with when it has heard nothing: the tail loss probe, and the probes of the persist timer.

import { outgoing } from "./outgoing.ts";
import type { Sender } from "./sender.ts";
import { distance } from "./seq.ts";

/** RFC 8985 section 7.3: a new segment if the window has room for one, else the last one again. Answers whether one leaves. */
export function lossProbe(sender: Sender, mss: number, nowNs: number): boolean {
  const { probe, timers, unsent } = sender;
  if (sender.board.sent.count === 0) return false;
  if (probe.pending) {
    timers.armTimeout(nowNs);
    return false;
  }
  const length = Math.min(unsent, mss);
  const fresh = length > 0 && length <= sender.peer.sndWnd - sender.flight;
  if (fresh) sender.commit(length, false, length === unsent, mss, nowNs);
  else if (!sender.resender.last(sender.sndUna, mss, nowNs)) return false;
  probe.left(sender.sndNxt, !fresh);
  timers.restartTimeout(nowNs);
  return true;
}

/** The persist timer: what the window has room for, else a segment before the window that calls forth an ACK. */
export function persistProbe(sender: Sender, mss: number, nowNs: number): boolean {
  const room = sender.peer.sndWnd;
  const { unsent } = sender;
  if (unsent > 0 && room > 0) {
    const length = Math.min(unsent, mss, room);
    sender.commit(length, false, length === unsent, mss, nowNs);
    return true;
  }
  if (unsent === 0 && room > 0) return false;
  if (sender.urgent && !sender.urgentProbed && distance(sender.sndUp, sender.sndUna) < 0x10000) {
    // The question is too old for its urgent pointer to be looked at, so one goes before it that is not.
    sender.urgentProbed = sender.persistDue = true;
    outgoing.is(sender.sndUna, 0, 0, false);
    return true;
  }
  sender.urgentProbed = false;
  outgoing.isQuestion(sender.sndUna);
  return true;
}
