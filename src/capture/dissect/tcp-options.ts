// TCP options as lines of the detail tree, and as the end of the Info column.

import { TCP_OPTION } from "../../wire/tcp-options.ts";
import type { PlacedTcpOption } from "../../wire/tcp-options.ts";
import { TCP_FLAG } from "../../wire/tcp.ts";
import type { TcpHeader } from "../../wire/tcp.ts";
import { addExpert } from "./expert.ts";
import type { ExpertItem } from "./expert.ts";
import { bytesCount } from "./protocol.ts";
import { SharedNodes } from "./shared-nodes.ts";
import { isRead, tcpOptionKind, wrongLength } from "./tcp-option-kinds.ts";
import type { TcpOptionBody, TcpOptionKind } from "./tcp-option-body.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** A segment's numbers as they are shown. */
export interface ShownNumbers {
  readonly ack: number;
  /** Where SACK edges count from; null where they are shown as they are. */
  readonly sackBase: number | null;
  /** The capture ends among the options. */
  readonly isCut: boolean;
}

export interface ReadOptions {
  /** ` MSS=1460 SACK_PERM TSval=1 TSecr=2 WS=128`, each with a space before it. */
  readonly info: string;
  /** Whether they let the segment's dissection go on. */
  readonly isReadable: boolean;
}

const NONE: ReadOptions = { info: "", isReadable: true };
const MSS_PRESENT = "The non-SYN packet does contain a MSS option";
const MSS_ABSENT = "The SYN packet does not contain a MSS option";
/** So many within a word of four bytes make a note, where Wireshark counts them. */
const NOPS = 4;
const NOPS_IN_ROW = "4 NOP in a row - a router may have removed some options";
/** Characters of a line, of which Wireshark leaves the rest out. */
const LABEL_MAX = 239;
const PADDING = "Non-zero header padding";

/** Adds the option area of the header at `start`, if it has one. */
export function addTcpOptions(
  d: Dissection,
  out: DetailNode[],
  header: TcpHeader,
  start: number,
  shown: ShownNumbers,
): ReadOptions {
  const area = header.headerLength - 20;
  if (area === 0) return NONE;
  const isSyn = (header.flags & TCP_FLAG.syn) !== 0;
  const isOpening = isSyn && (header.flags & TCP_FLAG.ack) === 0;
  const context = { ack: shown.ack, sackBase: shown.sackBase, isOpening, edges: [] };
  const options = withRepeatedEnds(d, header, start);
  const bytes = d.bytes.subarray(start + 20, start + 20 + area);
  let names = "";
  const label = (): string => `Options: (${bytesCount(area)})`;
  const node = d.add(out, "tcp.options", label, start + 20, bytes.length, bytes);
  let info = "";
  let isReadable = true;
  let nops = 0;
  for (const { offset, length } of options) {
    const option = { d, at: start + offset, length, context };
    const kind = tcpOptionKind(d.bytes[option.at]);
    info += kind.mark ?? "";
    if (kind.info !== undefined && isRead(kind, option)) info += kind.info(option);
    const isNop = d.bytes[option.at] === TCP_OPTION.noOperation;
    if (isNop) nops = nops === 0 || offset % NOPS !== 0 ? nops + 1 : 0;
    if (isNop && nops === NOPS)
      say(d, node.children, "tcp.nop", "Warning", "Protocol", NOPS_IN_ROW, option.at, 1);
    isReadable = isNop ? addNop(node.children, kind, option) : addOption(node.children, kind, option, isSyn);
    if (!isReadable) break;
    names += `, ${kind.name}`;
  }
  if (d.interest.labels) node.label = `${label()}${names}`.slice(0, LABEL_MAX);
  if (isReadable && d.quoted === 0 && !shown.isCut) addNotes(d, node, header, start, isSyn, options);
  return { info, isReadable };
}

/** The options, and the zeros behind the end of the list, up to the first byte that is none: each is an end of its own in Wireshark. */
function withRepeatedEnds(d: Dissection, header: TcpHeader, start: number): readonly PlacedTcpOption[] {
  const last = header.options.at(-1);
  if (last?.kind !== "eol") return header.options;
  const ends: PlacedTcpOption[] = [];
  for (let at = last.offset + 1; at < header.headerLength && d.bytes[start + at] === 0; at++) {
    ends.push({ ...last, offset: at });
  }
  return [...header.options, ...ends];
}

const NOP_LINES = new SharedNodes();
const KIND_LINES = new SharedNodes();

/** What most segments have two of. */
function addNop(out: DetailNode[], kind: TcpOptionKind, { d, at }: TcpOptionBody): boolean {
  d.addShared(out, NOP_LINES, at, (into) => {
    const value = Uint8Array.of(TCP_OPTION.noOperation);
    const node = d.add(into, kind.field, () => `TCP Option - ${kind.name}`, at, 1, value);
    addKind(d, node.children, kind, at);
  });
  return true;
}

function addKind(d: Dissection, out: DetailNode[], kind: TcpOptionKind, at: number): void {
  const type = d.bytes[at];
  d.add(out, "tcp.option_kind", () => `Kind: ${kind.kindName} (${type})`, at, 1, type);
}

function addLength(d: Dissection, out: DetailNode[], length: number, at: number): DetailNode {
  return d.add(out, "tcp.option_len", () => `Length: ${length}`, at + 1, 1, length);
}

/** False where the option ends its header's dissection. */
function addOption(out: DetailNode[], kind: TcpOptionKind, option: TcpOptionBody, isSyn: boolean): boolean {
  const { d, at, length } = option;
  const type = d.bytes[at];
  const isWhole = isRead(kind, option);
  const title = (): string => {
    const told = isWhole && kind.told !== undefined ? kind.told(option) : "";
    return `TCP Option - ${kind.title ?? kind.name}${told}`;
  };
  const node = d.add(out, kind.field, title, at, length, d.bytes.subarray(at, at + length));
  const into = node.children;
  if (type === TCP_OPTION.mss && !isSyn) {
    say(d, into, "tcp.options.mss.present", "Warning", "Protocol", MSS_PRESENT, at, length);
  }
  const wrong = type <= TCP_OPTION.noOperation ? null : wrongLength(kind, option);
  if (wrong === null && length > 1) {
    d.addShared(into, KIND_LINES, (at * 0x100 + type) * 0x100 + length, (lines) => {
      addKind(d, lines, kind, at);
      addLength(d, lines, length, at);
    });
  } else {
    addKind(d, into, kind, at);
    if (type <= TCP_OPTION.noOperation) return true;
    const line = addLength(d, into, length, at);
    if (wrong !== null) sayOfLength(d, line.children, wrong, at + 1, 1);
  }
  return !isWhole || kind.read?.(option, into) !== false;
}

/** What is to be said of the whole area: what ends it too early, or that a SYN has no MSS. */
function addNotes(
  d: Dissection,
  { children }: DetailNode,
  header: TcpHeader,
  start: number,
  isSyn: boolean,
  options: readonly PlacedTcpOption[],
): void {
  const { headerLength, optionsError } = header;
  const end = start + headerLength;
  const last = options.at(-1);
  const behind = start + (last === undefined ? 20 : last.offset + last.length);
  if (optionsError !== null) {
    const text = damageText(d.bytes, optionsError.offset, end);
    const node = d.add(children, null, text, optionsError.offset, end - optionsError.offset);
    sayOfLength(d, node.children, text, optionsError.offset, end - optionsError.offset);
  } else if (behind < end) {
    const node = d.add(children, null, PADDING, behind, end - behind);
    const field = "tcp.non_zero_bytes_after_eol";
    say(d, node.children, field, "Error", "Protocol", PADDING, behind, end - behind);
  } else if (isSyn && !options.some(({ offset }) => d.bytes[start + offset] === TCP_OPTION.mss)) {
    // A SYN says its MSS and nothing else does (RFC 9293 section 3.2).
    const field = "tcp.options.mss.absent";
    say(d, children, field, "Note", "Protocol", MSS_ABSENT, start + 20, headerLength - 20);
  }
}

/** Why the option at `at` of an area that ends at `end` is none. */
function damageText(bytes: Uint8Array, at: number, end: number): string {
  const { name } = tcpOptionKind(bytes[at]);
  if (at + 1 >= end) return `${name} (length byte past end of options)`;
  const length = bytesCount(bytes[at + 1]);
  return bytes[at + 1] < 2
    ? `${name} (with too-short option length = ${length})`
    : `${name} (option length = ${length} says option goes past end of options)`;
}

function sayOfLength(d: Dissection, out: DetailNode[], summary: string, at: number, length: number): void {
  say(d, out, "tcp.option.len.invalid", "Note", "Sequence", summary, at, length);
}

/** Says something odd of bytes [at, at + length), but of a packet that another quotes. */
function say(
  d: Dissection,
  out: DetailNode[],
  field: string,
  severity: ExpertItem["severity"],
  group: ExpertItem["group"],
  summary: string,
  at: number,
  length: number,
): void {
  if (d.quoted === 0) addExpert(d, out, field, { severity, group, protocol: "TCP", summary }, at, length);
}
