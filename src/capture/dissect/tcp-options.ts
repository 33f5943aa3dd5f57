// TCP options as lines of the detail tree, and as the end of the Info column.

import { TCP_OPTION } from "../../wire/tcp-options.ts";
import type { PlacedTcpOption } from "../../wire/tcp-options.ts";
import { TCP_FLAG } from "../../wire/tcp.ts";
import type { TcpHeader } from "../../wire/tcp.ts";
import { addExpert } from "./expert.ts";
import { addBits } from "./protocol.ts";
import { bytesText, hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

interface Named {
  /** In the list of the area's line, and in `Kind:` where that differs. */
  readonly name: string;
  readonly kindName?: string;
  readonly number: number;
  readonly field: string;
}

const NAMES: Record<Exclude<PlacedTcpOption["kind"], "raw" | "fastOpen">, Named> = {
  eol: {
    name: "End of Option List (EOL)",
    kindName: "End of Option List",
    number: 0,
    field: "tcp.options.eol",
  },
  nop: { name: "No-Operation (NOP)", kindName: "No-Operation", number: 1, field: "tcp.options.nop" },
  mss: {
    name: "Maximum segment size",
    kindName: "Maximum Segment Size",
    number: 2,
    field: "tcp.options.mss",
  },
  windowScale: { name: "Window scale", kindName: "Window Scale", number: 3, field: "tcp.options.wscale" },
  sackPermitted: {
    name: "SACK permitted",
    kindName: "SACK Permitted",
    number: 4,
    field: "tcp.options.sack_perm",
  },
  sack: { name: "SACK", number: 5, field: "tcp.options.sack" },
  timestamps: {
    name: "Timestamps",
    kindName: "Time Stamp Option",
    number: 8,
    field: "tcp.options.timestamp",
  },
};

/** Options that experiments share (RFC 4727), and what some of them are (RFC 6994 3). */
const EXPERIMENT_1 = 253;
const EXPERIMENT_2 = 254;
const FAST_OPEN = 0xf989;
const ACK_RATE = 0x00ac;

type RawOption = Extract<PlacedTcpOption, { readonly kind: "raw" }>;

/** The experiment that an option is of; null of any other option. */
function experimentOf({ type, data }: RawOption): number | null {
  if (type !== EXPERIMENT_1 && type !== EXPERIMENT_2) return null;
  return data.length < 2 ? null : data[0] * 256 + data[1];
}

/** What Info says of it; nothing of other options. */
function experimentInfo(option: RawOption): string {
  const id = experimentOf(option);
  const { data } = option;
  if (id === null) return "";
  if (id === FAST_OPEN) return data.length === 2 ? " TFO=R" : " TFO=C";
  if (id !== ACK_RATE) return ` ExID=${id.toString(16).padStart(4, "0")}`;
  // The receiver is asked for an ACK of every so many segments (draft-gomez-tcpm-ack-rate-request).
  if (data.length === 2) return " TARR";
  return data.length === 3 ? ` TARR=${data[2] >> 1}` : "";
}

function named(option: PlacedTcpOption): Named {
  if (option.kind === "fastOpen") {
    return option.experimental
      ? {
          name: "Experimental",
          kindName: "RFC3692-style Experiment 2",
          number: 254,
          field: "tcp.options.experimental",
        }
      : { name: "TCP Fast Open", kindName: "TCP Fast Open Cookie", number: 34, field: "tcp.options.tfo" };
  }
  if (option.kind === "raw" && experimentOf(option) !== null) {
    const kindName = `RFC3692-style Experiment ${option.type - EXPERIMENT_1 + 1}`;
    return { name: "Experimental", kindName, number: option.type, field: "tcp.options.experimental" };
  }
  if (option.kind === "raw") {
    return { name: "Unknown", number: option.type, field: "tcp.options.unknown" };
  }
  return NAMES[option.kind];
}

/** ` MSS=1460 SACK_PERM TSval=1 TSecr=2 WS=128`, each with a space before it. SACK edges count from `sackBase`. */
export function tcpOptionsInfo(options: readonly PlacedTcpOption[], sackBase: number): string {
  let text = "";
  for (const option of options) {
    if (option.kind === "mss") text += ` MSS=${option.mss}`;
    else if (option.kind === "windowScale") text += ` WS=${2 ** Math.min(option.shift, 14)}`;
    else if (option.kind === "sackPermitted") text += " SACK_PERM";
    else if (option.kind === "timestamps") text += ` TSval=${option.tsVal} TSecr=${option.tsEcr}`;
    else if (option.kind === "fastOpen") text += option.cookie.length === 0 ? " TFO=R" : " TFO=C";
    else if (option.kind === "raw") text += experimentInfo(option);
    else if (option.kind === "sack") {
      option.edges.forEach((edge, i) => {
        text += ` ${i % 2 === 0 ? "SLE" : "SRE"}=${(edge - sackBase) >>> 0}`;
      });
    }
  }
  return text;
}

/** A segment's numbers as they are shown. */
export interface ShownNumbers {
  readonly ack: number;
  /** Where SACK edges count from; null where they are shown as they are. */
  readonly sackBase: number | null;
}

const MSS_PRESENT = "The non-SYN packet does contain a MSS option";
const MSS_ABSENT = "The SYN packet does not contain a MSS option";

/** Adds the option area of the header at `start`, if it has one. */
export function addTcpOptions(
  d: Dissection,
  out: DetailNode[],
  header: TcpHeader,
  start: number,
  shown: ShownNumbers,
): void {
  const area = header.headerLength - 20;
  if (area === 0) return;
  const options = [...header.options, ...repeatedEnds(d, header, start)];
  const isSyn = (header.flags & TCP_FLAG.syn) !== 0;
  const names = (): string => options.map((option) => `, ${named(option).name}`).join("");
  const bytes = d.bytes.subarray(start + 20, start + 20 + area);
  const node = d.add(out, "tcp.options", () => `Options: (${area} bytes)${names()}`, start + 20, area, bytes);
  const sacked: number[] = [];
  for (const option of options) {
    const at = start + option.offset;
    const line = addOption(d, node.children, option, at, shown.sackBase);
    if (d.quoted > 0) continue;
    if (option.kind === "mss" && !isSyn) {
      // Wireshark says so before it reads the option.
      const notes: DetailNode[] = [];
      addMssNote(d, notes, "Warning", "present", MSS_PRESENT, at, option.length);
      line.children.unshift(...notes);
    }
    if (option.kind !== "sack") continue;
    for (const edge of option.edges) sacked.push((edge - (shown.sackBase ?? 0)) >>> 0);
    if (isDuplicate(sacked, shown.ack)) addDuplicate(d, line.children, option.edges, at + 2, shown.sackBase);
  }
  if (isSyn && d.quoted === 0 && !options.some(isMss))
    addMssNote(d, node.children, "Note", "absent", MSS_ABSENT, start + 20, area);
  const { optionsError } = header;
  if (optionsError !== null) {
    const length = start + header.headerLength - optionsError.offset;
    d.add(node.children, null, `[Damaged: ${optionsError.problem}]`, optionsError.offset, length);
  }
}

/** Zeros behind the end of the list, up to the first byte that is none: each is an end of its own in Wireshark. */
function repeatedEnds(d: Dissection, header: TcpHeader, start: number): PlacedTcpOption[] {
  const last = header.options.at(-1);
  const ends: PlacedTcpOption[] = [];
  if (last?.kind !== "eol") return ends;
  for (let at = last.offset + 1; at < header.headerLength && d.bytes[start + at] === 0; at++) {
    ends.push({ ...last, offset: at });
  }
  return ends;
}

function addOption(
  d: Dissection,
  out: DetailNode[],
  option: PlacedTcpOption,
  at: number,
  sackBase: number | null,
): DetailNode {
  const { name, kindName, number, field } = named(option);
  const { length } = option;
  const bytes = d.bytes.subarray(at, at + length);
  const title = (): string => `TCP Option - ${optionTitle(option, name, sackBase)}`;
  const node = d.add(out, field, title, at, length, bytes);
  const into = node.children;
  d.add(into, "tcp.option_kind", () => `Kind: ${kindName ?? name} (${number})`, at, 1, number);
  if (number > 1) d.add(into, "tcp.option_len", () => `Length: ${length}`, at + 1, 1, length);
  switch (option.kind) {
    case "mss":
      d.add(into, "tcp.options.mss_val", `MSS Value: ${option.mss}`, at + 2, 2, option.mss);
      break;
    case "windowScale": {
      const factor = 2 ** Math.min(option.shift, 14);
      d.add(into, "tcp.options.wscale.shift", `Shift count: ${option.shift}`, at + 2, 1, option.shift);
      d.add(into, "tcp.options.wscale.multiplier", `[Multiplier: ${factor}]`, at + 2, 1, factor);
      break;
    }
    case "timestamps":
      d.add(
        into,
        "tcp.options.timestamp.tsval",
        () => `Timestamp value: ${option.tsVal}`,
        at + 2,
        4,
        option.tsVal,
      );
      d.add(
        into,
        "tcp.options.timestamp.tsecr",
        () => `Timestamp echo reply: ${option.tsEcr}`,
        at + 6,
        4,
        option.tsEcr,
      );
      break;
    case "sack": {
      const note = sackBase === null ? "" : " (relative)";
      option.edges.forEach((edge, i) => {
        const side = i % 2 === 0 ? "left" : "right";
        const value = (edge - (sackBase ?? 0)) >>> 0;
        const edgeField = i % 2 === 0 ? "tcp.options.sack_le" : "tcp.options.sack_re";
        d.add(into, edgeField, () => `${side} edge = ${value}${note}`, at + 2 + i * 4, 4, value);
      });
      const count = option.edges.length >> 1;
      d.add(into, "tcp.options.sack.count", `[TCP SACK Count: ${count}]`, at, 0, count);
      break;
    }
    case "fastOpen":
      if (option.experimental) {
        const id = 0xf989;
        d.add(
          into,
          "tcp.options.experimental.exid",
          `Experiment Identifier: Fast Open (${hexText(id, 4)})`,
          at + 2,
          2,
          id,
        );
      }
      if (option.cookie.length === 0) {
        d.add(into, "tcp.options.tfo.request", "Fast Open Cookie Request", at + 1, length - 1);
      } else {
        const from = at + length - option.cookie.length;
        const text = `Fast Open Cookie: ${bytesText(option.cookie, 0, option.cookie.length)}`;
        d.add(into, "tcp.options.tfo.cookie", text, from, option.cookie.length, option.cookie);
      }
      break;
    case "raw":
      if (experimentOf(option) !== null) addExperiment(d, into, option, at);
      else if (option.data.length > 0) {
        const text = `Payload: ${bytesText(option.data, 0, option.data.length)}`;
        d.add(into, null, text, at + 2, option.data.length, option.data);
      }
      break;
    default:
      break;
  }
  return node;
}

/** A SYN says its MSS and nothing else does (RFC 9293 section 3.2). */
function addMssNote(
  d: Dissection,
  out: DetailNode[],
  severity: "Note" | "Warning",
  which: "present" | "absent",
  summary: string,
  at: number,
  length: number,
): void {
  const item = { severity, group: "Protocol", protocol: "TCP", summary } as const;
  addExpert(d, out, `tcp.options.mss.${which}`, item, at, length);
}

/** An MSS option, of a wrong length too. */
function isMss(option: PlacedTcpOption): boolean {
  return option.kind === "mss" || (option.kind === "raw" && option.type === TCP_OPTION.mss);
}

/** Whether the first block of `edges` tells of data that came twice: it is acknowledged, or within the second block (RFC 2883 section 4). */
function isDuplicate(edges: readonly number[], ack: number): boolean {
  if (edges.length < 2) return false;
  const right = edges[1];
  if (((right - ack) | 0) <= 0) return true;
  return edges.length >= 4 && ((edges[2] - right) | 0) < 0 && ((edges[3] - right) | 0) >= 0;
}

function addDuplicate(
  d: Dissection,
  out: DetailNode[],
  edges: readonly number[],
  at: number,
  sackBase: number | null,
): void {
  const note = sackBase === null ? "" : " (relative)";
  const add = (edge: number, field: string, name: string, offset: number): void => {
    const value = (edge - (sackBase ?? 0)) >>> 0;
    const label = `[D-SACK ${name} Edge = ${value}${note}]`;
    d.add(out, `tcp.options.sack.${field}`, label, at + offset, 4, value);
  };
  add(edges[0], "dsack_le", "Left", 0);
  add(edges[1], "dsack_re", "Right", 4);
  const summary = "D-SACK Sequence";
  const line = d.add(out, null, summary, at, 8);
  const item = { severity: "Warning", group: "Sequence", protocol: "TCP", summary } as const;
  addExpert(d, line.children, "tcp.options.sack.dsack", item, at, 8);
}

const EXPERIMENTS = new Map([
  [FAST_OPEN, "Fast Open"],
  [ACK_RATE, "TCP ACK Rate Request"],
]);

/** The experiment's number and what it says, `at` the option's first byte. */
function addExperiment(d: Dissection, out: DetailNode[], option: RawOption, at: number): void {
  const { data } = option;
  const id = experimentOf(option) ?? 0;
  const name = `${EXPERIMENTS.get(id) ?? "Unknown"} (${hexText(id, 4)})`;
  d.add(out, "tcp.options.experimental.exid", `Experiment Identifier: ${name}`, at + 2, 2, id);
  if (data.length === 2) return;
  if (id === ACK_RATE && data.length === 3) {
    addBits(d, out, "tcp.options.tarr.rate", at + 4, 1, 0xfe, "TARR Rate");
    addBits(d, out, "tcp.options.tar.reserved", at + 4, 1, 0x01, "TARR Reserved");
  } else d.add(out, null, `Data: ${bytesText(data, 2, data.length - 2)}`, at + 4, data.length - 2);
}

function optionTitle(option: PlacedTcpOption, name: string, sackBase: number | null): string {
  switch (option.kind) {
    case "mss":
      return `${name}: ${option.mss} bytes`;
    case "windowScale":
      return `${name}: ${option.shift} (multiply by ${2 ** Math.min(option.shift, 14)})`;
    case "timestamps":
      return `${name}: TSval ${option.tsVal}, TSecr ${option.tsEcr}`;
    case "sack": {
      const blocks: string[] = [];
      for (let i = 0; i + 1 < option.edges.length; i += 2) {
        const [left, right] = [option.edges[i], option.edges[i + 1]];
        blocks.push(` ${(left - (sackBase ?? 0)) >>> 0}-${(right - (sackBase ?? 0)) >>> 0}`);
      }
      return `${name}${blocks.join("")}`;
    }
    case "fastOpen":
      return option.experimental ? `${name}: Fast Open` : name;
    default:
      return name;
  }
}
