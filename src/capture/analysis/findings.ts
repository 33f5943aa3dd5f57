// What the analysis' flags are called: Wireshark's field, expert information and Info column of each, in the order it shows them.

import { ANALYSIS } from "../../trace/analysis-flags.ts";

export type Severity = "Comment" | "Chat" | "Note" | "Warning" | "Error";

export interface Finding {
  readonly bit: number;
  readonly field: string;
  readonly severity: Severity;
  readonly message: string;
  /** In brackets before the Info column's text. */
  readonly info: string;
}

export const FINDINGS: readonly Finding[] = [
  finding(
    ANALYSIS.reusedPorts,
    "reused_ports",
    "Note",
    "A new tcp session is started with the same ports as an earlier session in this trace",
    "TCP Port numbers reused",
  ),
  finding(
    ANALYSIS.fastRetransmission,
    "fast_retransmission",
    "Note",
    "This frame is a (suspected) fast retransmission",
    "TCP Fast Retransmission",
  ),
  finding(
    ANALYSIS.spuriousRetransmission,
    "spurious_retransmission",
    "Note",
    "This frame is a (suspected) spurious retransmission",
    "TCP Spurious Retransmission",
  ),
  finding(
    ANALYSIS.retransmission,
    "retransmission",
    "Note",
    "This frame is a (suspected) retransmission",
    "TCP Retransmission",
  ),
  finding(
    ANALYSIS.outOfOrder,
    "out_of_order",
    "Warning",
    "This frame is a (suspected) out-of-order segment",
    "TCP Out-Of-Order",
  ),
  finding(
    ANALYSIS.lostSegment,
    "lost_segment",
    "Warning",
    "Previous segment(s) not captured (common at capture start)",
    "TCP Previous segment not captured",
  ),
  finding(
    ANALYSIS.ackLostSegment,
    "ack_lost_segment",
    "Warning",
    "ACKed segment that wasn't captured (common at capture start)",
    "TCP ACKed unseen segment",
  ),
  finding(ANALYSIS.windowUpdate, "window_update", "Chat", "TCP window update", "TCP Window Update"),
  finding(
    ANALYSIS.windowFull,
    "window_full",
    "Warning",
    "TCP window specified by the receiver is now completely full",
    "TCP Window Full",
  ),
  finding(ANALYSIS.keepAlive, "keep_alive", "Note", "TCP keep-alive segment", "TCP Keep-Alive"),
  finding(
    ANALYSIS.keepAliveAck,
    "keep_alive_ack",
    "Note",
    "ACK to a TCP keep-alive segment",
    "TCP Keep-Alive ACK",
  ),
  // Its message and its Info have numbers in them: `Duplicate ACK (#1)`, `TCP Dup ACK 6#1`.
  finding(ANALYSIS.duplicateAck, "duplicate_ack", "Note", "Duplicate ACK", "TCP Dup ACK"),
  finding(
    ANALYSIS.zeroWindowProbe,
    "zero_window_probe",
    "Note",
    "TCP Zero Window Probe",
    "TCP ZeroWindowProbe",
  ),
  finding(ANALYSIS.zeroWindow, "zero_window", "Warning", "TCP Zero Window segment", "TCP ZeroWindow"),
  finding(
    ANALYSIS.zeroWindowProbeAck,
    "zero_window_probe_ack",
    "Note",
    "ACK to a TCP Zero Window Probe",
    "TCP ZeroWindowProbeAck",
  ),
];

function finding(bit: number, name: string, severity: Severity, message: string, info: string): Finding {
  return { bit, field: `tcp.analysis.${name}`, severity, message, info };
}

/** What stands before the Info column's text for a packet with these flags: `[TCP Dup ACK 6#1] `; empty for none. */
export function infoPrefix(flags: number, firstAckFrame: number, duplicateNumber: number): string {
  let prefix = "";
  const isNamed = (flags & (ANALYSIS.fastRetransmission | ANALYSIS.spuriousRetransmission)) !== 0;
  for (const { bit, info } of FINDINGS) {
    if ((flags & bit) === 0 || (bit === ANALYSIS.retransmission && isNamed)) continue;
    const numbers = bit === ANALYSIS.duplicateAck ? ` ${firstAckFrame}#${duplicateNumber}` : "";
    // As in Wireshark, what is found later stands first.
    prefix = `[${info}${numbers}] ${prefix}`;
  }
  return prefix;
}
