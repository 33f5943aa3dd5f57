// TCP (RFC 9293): the header's lines, the Info column, and what to hand the payload to.

import { ANALYSIS } from "../../trace/analysis-flags.ts";
import { NO_STREAM } from "../../trace/packets.ts";
import { getUint32 } from "../../wire/bytes.ts";
import { isWireError } from "../../wire/error.ts";
import { decodeTcp, decodeTcpBeginning, TCP_FLAG, TCP_HEADER_LENGTH_MIN } from "../../wire/tcp.ts";
import type { TcpHeader } from "../../wire/tcp.ts";
import { transportChecksum } from "../../wire/checksum.ts";
import { IP_PROTOCOL } from "../../wire/protocols.ts";
import { bitsText, flagText } from "./bit-pictures.ts";
import { addChecksum } from "./checksums.ts";
import { addExpert } from "./expert.ts";
import { addStreamTimes } from "./frame.ts";
import type { IpAbove } from "./ip-payload.ts";
import { ascii } from "./protocol.ts";
import { completenessText } from "./stream-history.ts";
import { dissectTcpPayload } from "./tcp-payload.ts";
import { addTcpAnalysis, analysisInfo } from "./tcp-analysis.ts";
import { addTcpOptions } from "./tcp-options.ts";
import { SharedNodes } from "./shared-nodes.ts";
import { hexText } from "./tree.ts";
import type { TcpView } from "./surroundings.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const TITLE = "Transmission Control Protocol";

const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [TCP_FLAG.fin, "FIN"],
  [TCP_FLAG.syn, "SYN"],
  [TCP_FLAG.rst, "RST"],
  [TCP_FLAG.psh, "PSH"],
  [TCP_FLAG.ack, "ACK"],
  [TCP_FLAG.urg, "URG"],
  [TCP_FLAG.ece, "ECE"],
  [TCP_FLAG.cwr, "CWR"],
  [TCP_FLAG.ae, "AE"],
  [TCP_FLAG.reserved, "Reserved"],
];

/** `SYN, ACK`; `<None>` where no flag is set. */
export function tcpFlagsText(flags: number): string {
  const set = FLAG_NAMES.filter(([mask]) => (flags & mask) !== 0).map(([, name]) => name);
  return set.length === 0 ? "<None>" : set.join(", ");
}

/** One segment with its numbers as they are shown. */
interface Segment {
  readonly header: TcpHeader;
  readonly start: number;
  /** `tcp.len`: by the headers, so it may be more than was captured. */
  readonly length: number;
  readonly seq: number;
  readonly ack: number;
  readonly window: number;
  readonly view: TcpView | null;
}

export function dissectTcp(d: Dissection, ip: IpAbove, start: number, end: number): void {
  const whole = decodeTcp(d.bytes, start, d.captured(end), end);
  const isCut = isWireError(whole) && whole.cut && d.quoted === 0;
  const header = isCut ? decodeTcpBeginning(d.bytes, start, d.captured(end)) : whole;
  if (header === null || isWireError(header)) {
    dissectCut(d, start, end);
    // An error quotes eight bytes at least (RFC 792): a header's beginning is all there may be.
    const isShown = d.quoted > 0 && d.captured(end) - start >= QUOTED_LENGTH;
    if (isWireError(whole) && !isShown) d.damaged(whole, TITLE);
    return;
  }
  const isOwn = d.quoted === 0;
  const view = isOwn ? d.around.tcp(d.around.row) : null;
  const isAck = (header.flags & TCP_FLAG.ack) !== 0;
  const isSyn = (header.flags & TCP_FLAG.syn) !== 0;
  const shift = view === null || isSyn ? -1 : view.windowShift;
  const segment: Segment = {
    header,
    start,
    length: Math.max(0, end - start - header.headerLength),
    seq: view === null ? header.seq : (header.seq - view.seqBase) >>> 0,
    ack: view === null ? header.ack : isAck ? (header.ack - view.ackBase) >>> 0 : header.ack,
    window: shift > 0 ? header.window * 2 ** shift : header.window,
    view,
  };
  const { seq, ack, length } = segment;
  const title = (): string => {
    const ports = `Src Port: ${header.sourcePort}, Dst Port: ${header.destinationPort}`;
    if (!isOwn) return `${TITLE}, ${ports}, Seq: ${seq}`;
    return `${TITLE}, ${ports}, Seq: ${seq}${isAck ? `, Ack: ${ack}` : ""}, Len: ${length}`;
  };
  const node = d.layer("tcp", title, start, Math.min(header.headerLength, d.captured(end) - start));
  const isWanted = d.wants("tcp");
  if (isWanted) {
    addHeader(d, node, segment);
    addWindow(d, node.children, segment, ip, end);
  }
  const options = addTcpOptions(d, isWanted ? node.children : [], header, start, {
    ack,
    sackBase: view?.ackBase ?? null,
    isCut,
  });
  if (isWanted && d.isOwn(start) && view !== null)
    addStreamTimes(d, node.children, "tcp", start, d.around.conversations.tcpHistory);
  const { trace, row, analysis } = d.around;
  const prefix = isOwn && analysis !== null ? analysisInfo(trace, analysis, row) : "";
  d.columns("TCP", `${prefix}${infoText(segment)}${options.info}`);
  if (isWireError(whole)) {
    d.damaged(whole, TITLE);
    return;
  }
  if (!options.isReadable) {
    d.stop("malformed", "a TCP option without all that it tells of", start + TCP_HEADER_LENGTH_MIN);
    return;
  }
  if (isOwn) d.infoPrefix = prefix;
  if (isOwn && isWanted) addTcpAnalysis(d, node.children, start);
  const payload = start + header.headerLength;
  const isLast = (header.flags & TCP_FLAG.fin) !== 0;
  if (length === 0 && !isLast) return;
  const held = d.captured(end) - payload;
  if ((header.flags & TCP_FLAG.rst) !== 0) {
    addResetCause(d, node, payload, held);
    return;
  }
  if (held > 0) {
    const bytes = d.bytes.subarray(payload, payload + held);
    const text = (): string => `TCP payload (${length} ${length === 1 ? "byte" : "bytes"})`;
    d.add(node.children, "tcp.payload", text, payload, held, bytes);
  }
  if (isOwn) dissectTcpPayload(d, node, header, payload, end);
}

/** A RST may carry text that says why (RFC 9293, 3.5.3), and no data. */
function addResetCause(d: Dissection, node: DetailNode, start: number, length: number): void {
  if (length <= 0) return;
  const cause = ascii(d.bytes, start, start + length);
  d.addNamed(node.children, "tcp.reset_cause", "Reset cause", start, length, cause);
}

/** Bytes of a quoted header that have its ports and its sequence number. */
const QUOTED_LENGTH = 8;

/** A header of which only the ports are there, as an ICMP error may quote it, still shows them. */
function dissectCut(d: Dissection, start: number, end: number): void {
  const held = d.captured(end);
  d.columns("TCP", "");
  if (held - start < 4) {
    if (d.quoted === 0) d.layers.push("tcp");
    return;
  }
  const node = d.layer("tcp", TITLE, start, held - start);
  const source = (d.bytes[start] << 8) | d.bytes[start + 1];
  const destination = (d.bytes[start + 2] << 8) | d.bytes[start + 3];
  node.label = `${TITLE}, Src Port: ${source}, Dst Port: ${destination}`;
  d.addNamed(node.children, "tcp.srcport", "Source Port", start, 2, source);
  d.addNamed(node.children, "tcp.dstport", "Destination Port", start + 2, 2, destination);
  d.columns("TCP", `${source} → ${destination}`);
  if (d.quoted === 0 || held - start < QUOTED_LENGTH) return;
  const seq = getUint32(d.bytes, start + 4);
  d.addNamed(node.children, "tcp.seq", "Sequence Number", start + 4, 4, seq);
}

function infoText({ header, length, seq, ack, window }: Segment): string {
  const isAck = (header.flags & TCP_FLAG.ack) !== 0;
  const isUrgent = (header.flags & TCP_FLAG.urg) !== 0;
  const flags = tcpFlagsText(header.flags);
  let text = `${header.sourcePort} → ${header.destinationPort} [${flags}] Seq=${seq}`;
  if (isAck) text += ` Ack=${ack}`;
  text += ` Win=${window}`;
  if (isUrgent) text += ` Urg=${header.urgentPointer}`;
  return `${text} Len=${length}`;
}

function addHeader(d: Dissection, node: DetailNode, segment: Segment): void {
  const { header, start, seq, ack, length, view } = segment;
  const out = node.children;
  const relative = view === null ? "" : "    (relative sequence number)";
  d.addNamed(out, "tcp.srcport", "Source Port", start, 2, header.sourcePort);
  d.addNamed(out, "tcp.dstport", "Destination Port", start + 2, 2, header.destinationPort);
  const stream = d.streamAt(start);
  if (stream !== NO_STREAM) {
    d.addComputed(out, "tcp.stream", "Stream index", start, 0, stream);
  }
  const isOwn = d.quoted === 0;
  if (isOwn && d.isOwn(start) && stream !== NO_STREAM) {
    const seen = d.around.conversations.tcpHistory.completeness(d.around.row);
    const text = (): string => `[Conversation completeness: ${completenessText(seen)}]`;
    d.add(out, "tcp.completeness", text, start, 0, seen);
  }
  if (isOwn) d.addComputed(out, "tcp.len", "TCP Segment Len", start, 0, length);
  d.add(out, "tcp.seq", () => `Sequence Number: ${seq}${relative}`, start + 4, 4, seq);
  if (isOwn) {
    d.addNamed(out, "tcp.seq_raw", "Sequence Number (raw)", start + 4, 4, header.seq);
    const controls = (header.flags & TCP_FLAG.syn ? 1 : 0) + (header.flags & TCP_FLAG.fin ? 1 : 0);
    const next = (seq + length + controls) >>> 0;
    d.add(out, "tcp.nxtseq", () => `[Next Sequence Number: ${next}${relative}]`, start, 0, next);
  }
  const ackRelative = view === null || (header.flags & TCP_FLAG.ack) === 0 ? "" : "    (relative ack number)";
  const ackLine = d.add(
    out,
    "tcp.ack",
    () => `Acknowledgment Number: ${ack}${ackRelative}`,
    start + 8,
    4,
    ack,
  );
  if (isOwn) addAckExpert(d, ackLine.children, header, start + 8);
  d.addNamed(out, "tcp.ack_raw", "Acknowledgment number (raw)", start + 8, 4, header.ack);
  const add = (into: DetailNode[]): void => {
    addHeaderLength(d, into, header.headerLength, start + 12);
    addFlags(d, into, header, start + 12);
  };
  // Some flags are worth a word, which is of one packet.
  if ((header.flags & REMARKABLE) !== 0) add(out);
  else d.addShared(out, SHARED_FLAG_LINES, (start * 64 + header.headerLength) * 0x1000 + header.flags, add);
}

const REMARKABLE = TCP_FLAG.syn | TCP_FLAG.fin | TCP_FLAG.rst;
const SHARED_FLAG_LINES = new SharedNodes();

function addHeaderLength(d: Dissection, out: DetailNode[], length: number, at: number): void {
  const words = length / 4;
  const text = (): string => `${bitsText(words * 16, 0xf0, 8)} = Header Length: ${length} bytes (${words})`;
  d.add(out, "tcp.hdr_len", text, at, 1, length);
}

const FLAG_LINES: readonly (readonly [string, number, string])[] = [
  ["tcp.flags.ae", TCP_FLAG.ae, "Accurate ECN"],
  ["tcp.flags.cwr", TCP_FLAG.cwr, "Congestion Window Reduced"],
  ["tcp.flags.ece", TCP_FLAG.ece, "ECN-Echo"],
  ["tcp.flags.urg", TCP_FLAG.urg, "Urgent"],
  ["tcp.flags.ack", TCP_FLAG.ack, "Acknowledgment"],
  ["tcp.flags.push", TCP_FLAG.psh, "Push"],
  ["tcp.flags.reset", TCP_FLAG.rst, "Reset"],
  ["tcp.flags.syn", TCP_FLAG.syn, "Syn"],
  ["tcp.flags.fin", TCP_FLAG.fin, "Fin"],
];

const FLAG_LETTERS = "RRRACEUAPRSF";

function flagLetters(flags: number): string {
  let letters = "";
  for (let bit = 11; bit >= 0; bit--) letters += (flags >> bit) & 1 ? FLAG_LETTERS[11 - bit] : "·";
  return letters;
}

function addFlags(d: Dissection, out: DetailNode[], header: TcpHeader, at: number): void {
  const { flags } = header;
  const node = d.add(
    out,
    "tcp.flags",
    () => `Flags: ${hexText(flags, 3)} (${tcpFlagsText(flags)})`,
    at,
    2,
    flags,
  );
  const into = node.children;
  const isReserved = (flags & TCP_FLAG.reserved) !== 0;
  const reserved = (): string =>
    `${bitsText(flags, 0xe00, 12)} = Reserved: ${isReserved ? "Set" : "Not set"}`;
  d.add(into, "tcp.flags.res", reserved, at, 1, isReserved);
  for (const [field, mask, name] of FLAG_LINES) {
    const isLow = mask < 0x100;
    const isSet = (flags & mask) !== 0;
    const line = d.add(into, field, () => flagText(flags, mask, 12, name), isLow ? at + 1 : at, 1, isSet);
    if (isSet && d.quoted === 0) addFlagExpert(d, line.children, header, mask, at + 1);
  }
  const letters = flagLetters(flags);
  const line = d.addComputed(into, "tcp.flags.str", "TCP Flags", at, 2, letters);
  const { analysis, row } = d.around;
  if ((flags & TCP_FLAG.fin) === 0 || d.quoted > 0 || analysis === null) return;
  const isFirst = analysis.closesFirst(row);
  const summary = isFirst ? CLOSING : CLOSED;
  const name = isFirst ? "tcp.connection.fin_active" : "tcp.connection.fin_passive";
  addExpert(d, line.children, name, { severity: "Note", group: "Sequence", protocol: "TCP", summary }, at, 0);
}

/** An acknowledgment where there should be none; what a SYN+ACK says of the data that came with the SYN. */
function addAckExpert(d: Dissection, out: DetailNode[], header: TcpHeader, at: number): void {
  const { trace, row } = d.around;
  const flags = trace.packets.analysis[row];
  if (header.ack !== 0 && (header.flags & TCP_FLAG.ack) === 0) {
    const summary = "The acknowledgment number field is nonzero while the ACK flag is not set";
    const item = { severity: "Note", group: "Protocol", protocol: "TCP", summary } as const;
    addExpert(d, out, "tcp.ack.nonzero", item, at, 4);
  }
  const say = (field: string, summary: string): void =>
    addExpert(d, out, field, { severity: "Note", group: "Sequence", protocol: "TCP", summary }, at, 4);
  if ((flags & ANALYSIS.tfoAck) !== 0) say("tcp.analysis.tfo_ack", "TCP SYN-ACK accepting TFO data");
  if ((flags & ANALYSIS.tfoIgnored) !== 0) say("tcp.analysis.tfo_ignored", "TCP SYN-ACK ignoring TFO data");
}

const CLOSING = "This frame initiates the connection closing";
const CLOSED = "This frame undergoes the connection closing";

/** SYN, FIN and RST say so as expert information. */
function addFlagExpert(d: Dissection, out: DetailNode[], header: TcpHeader, mask: number, at: number): void {
  const say = (name: string, severity: "Chat" | "Warning", summary: string): void =>
    addExpert(d, out, name, { severity, group: "Sequence", protocol: "TCP", summary }, at, 0);
  if (mask === TCP_FLAG.rst) say("tcp.connection.rst", "Warning", "Connection reset (RST)");
  if (mask === TCP_FLAG.fin) say("tcp.connection.fin", "Chat", "Connection finish (FIN)");
  if (mask !== TCP_FLAG.syn) return;
  if ((header.flags & TCP_FLAG.ack) === 0) {
    const text = `Connection establish request (SYN): server port ${header.destinationPort}`;
    say("tcp.connection.syn", "Chat", text);
  } else {
    const text = `Connection establish acknowledge (SYN+ACK): server port ${header.sourcePort}`;
    say("tcp.connection.synack", "Chat", text);
  }
}

const CHECKSUM = {
  field: "tcp.checksum",
  title: "Checksum",
  statusTitle: "Checksum Status",
  unverified: "unverified",
} as const;

function addWindow(d: Dissection, out: DetailNode[], segment: Segment, ip: IpAbove, end: number): void {
  const { header, start, window, view } = segment;
  d.addNamed(out, "tcp.window_size_value", "Window", start + 14, 2, header.window);
  d.addComputed(out, "tcp.window_size", "Calculated window size", start + 14, 2, window);
  if (view !== null && (header.flags & TCP_FLAG.syn) === 0) {
    const shift = view.windowShift;
    const factor = shift >= 0 ? 2 ** shift : shift;
    const note = shift === -1 ? " (unknown)" : shift === -2 ? " (no window scaling used)" : "";
    const text = (): string => `[Window size scaling factor: ${factor}${note}]`;
    d.add(out, "tcp.window_size_scalefactor", text, start + 14, 2, factor);
  }
  const { bytes } = d;
  const isRight = (): boolean | null =>
    end <= bytes.length && ip.start >= 0
      ? transportChecksum(bytes, ip.start, IP_PROTOCOL.tcp, start, end) === 0
      : null;
  addChecksum(d, out, CHECKSUM, header.checksum, start + 16, isRight);
  const urgent = header.urgentPointer;
  d.addNamed(out, "tcp.urgent_pointer", "Urgent Pointer", start + 18, 2, urgent);
}
