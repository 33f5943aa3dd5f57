// The frame layer: what is known of a packet before its first byte is looked at.

import { ENCAPSULATIONS } from "./encapsulations.ts";
import { addExpert } from "./expert.ts";
import type { ExpertItem } from "./expert.ts";
import { addPacketFlags, addPointToPoint, directionNote } from "./packet-flags.ts";
import type { StreamHistory } from "./stream-history.ts";
import { nineDigits, nsText } from "./times.ts";
import type { DetailNode, Dissection } from "./tree.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Nov 19, 2009 00:16:10.049012000 UTC`; seconds beyond what a date can hold stay a number. */
export function dateText(seconds: number, nanoseconds: number): string {
  if (seconds !== lastSecond.seconds) lastSecond = { seconds, clock: clockText(seconds) };
  const { clock } = lastSecond;
  const fraction = nineDigits(nanoseconds);
  return clock === null ? `${seconds}.${fraction} seconds since 1970` : `${clock}.${fraction} UTC`;
}

/** The one asked for last: packets of one second follow each other. */
let lastSecond: { readonly seconds: number; readonly clock: string | null } = { seconds: NaN, clock: null };

/** `Nov 19, 2009 00:16:10`; null for seconds beyond what a date can hold. */
function clockText(seconds: number): string | null {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return null;
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = String(date.getUTCDate()).padStart(2, " ");
  const clock = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${MONTHS[date.getUTCMonth()]} ${day}, ${date.getUTCFullYear()} ${clock}`;
}

/** What a damaged file, or one of another byte order, may say. */
const SHORTER: ExpertItem = {
  severity: "Error",
  group: "Malformed",
  protocol: "Frame",
  summary: "Frame length is less than captured length",
};

/** Adds the frame layer at the head of the tree, once the layers below are known. */
export function addFrame(d: Dissection, linkType: number): void {
  if (!d.wants("frame")) return;
  const { trace, row } = d.around;
  const table = trace.packets;
  const length = table.length[row];
  const captured = table.capturedLength[row];
  const id = d.around.interfaceId(row);
  const known = trace.interfaces[table.interfaceId[row]]?.name ?? "";
  const name = known === "" ? "unknown" : known;
  const flags = d.around.packetFlags(row);
  const where = id === null ? "" : ` on interface ${name}, id ${id}${directionNote(flags)}`;
  const head: DetailNode[] = [];
  const node = d.add(head, "frame", () => frameText(row, length, captured, where), 0, captured);
  const out = node.children;
  const section = d.around.section(row);
  if (section !== null) d.addNamed(out, "frame.section_number", "Section number", 0, 0, section);
  if (id !== null) {
    const line = d.add(out, "frame.interface_id", `Interface id: ${id} (${name})`, 0, 0, id);
    d.addNamed(line.children, "frame.interface_name", "Interface name", 0, 0, name);
  }
  if (flags !== null) addPacketFlags(d, out, flags);
  const encap = ENCAPSULATIONS.get(linkType);
  if (encap !== undefined) {
    d.add(out, "frame.encap_type", () => `Encapsulation type: ${encap[1]} (${encap[0]})`, 0, 0, encap[0]);
  }
  if (d.around.hasTime(row)) addTimes(d, out);
  d.add(out, "frame.number", () => `Frame Number: ${row + 1}`, 0, 0, row + 1);
  const line = d.add(
    out,
    "frame.len",
    () => `Frame Length: ${length} bytes (${length * 8} bits)`,
    0,
    0,
    length,
  );
  if (length < captured) addExpert(d, line.children, "frame.len_lt_caplen", SHORTER, 0, 0);
  d.add(
    out,
    "frame.cap_len",
    () => `Capture Length: ${captured} bytes (${captured * 8} bits)`,
    0,
    0,
    captured,
  );
  const marked = d.around.isMarked(row);
  d.add(out, "frame.marked", `[Frame is marked: ${marked ? "True" : "False"}]`, 0, 0, marked);
  d.add(out, "frame.ignored", "[Frame is ignored: False]", 0, 0, false);
  addPointToPoint(d, out);
  const protocols = d.layers.join(":");
  d.addComputed(out, "frame.protocols", "Protocols in frame", 0, 0, protocols);
  d.tree.unshift(...head);
}

/** Comments of a packet that become lines: a hostile file may have hundreds of thousands. */
const COMMENTS_MAX = 2000;

/** Adds the file's comments on the packet, above the frame. */
export function addComments(d: Dissection): void {
  if (!d.wants("frame") && !d.wants("pkt_comment")) return;
  const comments = d.around.comments(d.around.row);
  if (comments.length === 0) return;
  const head: DetailNode[] = [];
  const out = d.add(head, "pkt_comment", "Packet comments", 0, 0).children;
  for (const text of comments.slice(0, COMMENTS_MAX)) {
    const line = d.add(out, "frame.comment", text, 0, 0, text);
    const item = { severity: "Comment", group: "Comment", protocol: "Frame", summary: text } as const;
    addExpert(d, line.children, "frame.comment.expert", item, 0, 0);
  }
  d.tree.unshift(...head);
}

function frameText(row: number, length: number, captured: number, where: string): string {
  const wire = `${length} bytes on wire (${length * 8} bits)`;
  const held = `${captured} bytes captured (${captured * 8} bits)`;
  return `Frame ${row + 1}: ${wire}, ${held}${where}`;
}

/** `[Timestamps]` of a TCP or UDP packet: since its stream's first one, and since the one before. */
export function addStreamTimes(
  d: Dissection,
  out: DetailNode[],
  protocol: "tcp" | "udp",
  at: number,
  history: StreamHistory,
): void {
  const { trace, row } = d.around;
  if (!d.around.hasTime(row)) return;
  const within = protocol === "tcp" ? " in this TCP stream" : "";
  const into = d.add(out, null, "[Timestamps]", at, 0).children;
  const add = (field: string, what: string, other: number): void => {
    const ns = other < 0 ? 0n : trace.packets.betweenNs(other, row);
    d.add(into, field, () => `[Time since ${what} frame${within}: ${nsText(ns)} seconds]`, at, 0, ns);
  };
  add(`${protocol}.time_relative`, "first", history.first(row));
  add(`${protocol}.time_delta`, "previous", history.previous(row));
}

function addTimes(d: Dissection, out: Dissection["tree"]): void {
  const { trace, row } = d.around;
  const table = trace.packets;
  const [seconds, nanoseconds] = [table.seconds[row], table.nanoseconds[row]];
  const since = (other: number): bigint => table.betweenNs(other, row);
  const date = dateText(seconds, nanoseconds);
  d.addNamed(out, "frame.time", "Arrival Time", 0, 0, date);
  d.add(out, "frame.offset_shift", "[Time shift for this packet: 0.000000000 seconds]", 0, 0, 0n);
  const epoch = BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
  d.add(out, "frame.time_epoch", () => `Epoch Time: ${nsText(epoch)} seconds`, 0, 0, epoch);
  const delta = row === 0 ? 0n : since(row - 1);
  const deltaText = (): string => `[Time delta from previous captured frame: ${nsText(delta)} seconds]`;
  d.add(out, "frame.time_delta", deltaText, 0, 0, delta);
  const shown = d.around.shownBefore(row);
  const shownDelta = shown < 0 ? 0n : since(shown);
  const shownText = (): string => `[Time delta from previous displayed frame: ${nsText(shownDelta)} seconds]`;
  d.add(out, "frame.time_delta_displayed", shownText, 0, 0, shownDelta);
  const first = since(0);
  const relative = (): string => `[Time since reference or first frame: ${nsText(first)} seconds]`;
  d.add(out, "frame.time_relative", relative, 0, 0, first);
}
