// The public API. What is not here may change without notice.

export type { Bytes, Host, RecvOptions, SendOptions, SendToOptions, Socket } from "./socket/api.ts";
export type {
  AddressLike,
  Family,
  InetAddress,
  SocketAddress,
  SocketType,
  UnixAddress,
} from "./socket/address.ts";
export type { BackendName } from "./socket/backend.ts";
export type { Datagram, Shutdown } from "./socket/core.ts";
export { ERRNOS, SocketError } from "./socket/errno.ts";
export type { Errno } from "./socket/errno.ts";
export type { OptionName, OptionValue, TcpInfo, TcpState } from "./socket/options.ts";

export type {
  Claim,
  Observation,
  Outcome,
  Program,
  ReadPolicy,
  Scenario,
  Waiter,
} from "./scenario/scenario.ts";
export type {
  HostConfig,
  JitterDistribution,
  LinkConfig,
  LinkScript,
  LinkSettings,
  Loss,
  QueueDiscipline,
  ScriptPacket,
  ScriptVerdict,
  Topology,
} from "./sim/topology.ts";
export { LINK_DEFAULTS } from "./sim/topology.ts";
export { LESSONS } from "./scenario/catalogue.ts";
export { adjustTopology } from "./scenario/adjust.ts";
export { compareRuns } from "./scenario/compare.ts";
export type { Comparison, Difference } from "./scenario/compare.ts";
export { loadScenario } from "./scenario/load.ts";
export { BackendUnavailable } from "./scenario/backend-unavailable.ts";
export { runScenario } from "./scenario/run.ts";
export type { RunOptions, RunResult } from "./scenario/run.ts";
export { completeLab, openLab } from "./scenario/session.ts";
export type { LabSession } from "./scenario/session.ts";

export type { BytesPreview, DropReason, EventValue, TraceEvent } from "./trace/events.ts";
export { firstDifference, traceHash } from "./trace/hash.ts";
export { ladderText } from "./trace/ladder-text.ts";
export { mermaidText } from "./trace/mermaid.ts";
export { PROTOCOL, PacketTable } from "./trace/packets.ts";
export { Trace } from "./trace/trace.ts";
export type { Step, TraceInterface, Transit } from "./trace/trace.ts";
export { transcriptText } from "./trace/transcript-text.ts";
export { transcriptOf } from "./trace/transcript.ts";
export type { TranscriptEntry } from "./trace/transcript.ts";

export type { Capture, CaptureProblem } from "./capture/capture.ts";
export { contextOf } from "./capture/context.ts";
export { dissect } from "./capture/dissect/dissect.ts";
export type { DissectContext, DissectedPacket } from "./capture/dissect/dissect.ts";
export type { DetailNode } from "./capture/dissect/tree.ts";
export { CaptureError } from "./capture/error.ts";
export { compileFilter, isFilterError } from "./capture/filter/compile.ts";
export type { Filter, FilterError } from "./capture/filter/compile.ts";
export { openCapture } from "./capture/open.ts";
export type { OpenOptions } from "./capture/open.ts";
export { followStream } from "./capture/reassembly/follow.ts";
export { writePcapng } from "./capture/write-pcapng.ts";
export type { WriteOptions } from "./capture/write-pcapng.ts";

export * from "./framing/api.ts";

export { gridToAnsi } from "./tui/render/ansi.ts";
export { Grid } from "./tui/render/grid.ts";
export { gridToPng } from "./tui/render/png.ts";
export { gridToSvg } from "./tui/render/svg.ts";
export { gridToText } from "./tui/render/text.ts";
export { recordSession } from "./tui/record.ts";
export { renderScreen } from "./tui/snapshot.ts";
export type { Moment, SnapshotOptions } from "./tui/snapshot.ts";
