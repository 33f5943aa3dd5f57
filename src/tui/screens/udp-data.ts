// Which UDP conversation the Stream screen shows, as far as it is read, and the datagram the cursor is on.

import { indexOf, NEVER } from "../../trace/state-at.ts";
import type { Trace } from "../../trace/trace.ts";
import type { Model } from "../model.ts";
import { nextStop } from "../playback.ts";
import { arrivalOf, DatagramReading } from "./datagrams.ts";
import type { Datagram } from "./datagrams.ts";
import { endText, streamTable } from "./flow-data.ts";
import { atCursor, selectedRow, shownTrace } from "./packet-data.ts";
import { shownStep } from "./sequence-data.ts";
import { areSameEnd, udpEnds, UdpConversations } from "./udp-conversations.ts";

/** Conversations of a trace that stay read. */
const KEPT_MAX = 8;
/** Datagrams among which one that was read tells who reads. */
const NAMED_BY = 100;
/** Datagrams by whose bytes the direction is chosen. */
const WEIGHED_MAX = 1000;

interface Kept {
  readonly conversations: UdpConversations;
  readonly readings: Map<number, DatagramReading>;
  /** Packets there were: a capture that grows is read anew. */
  readonly packets: number;
}

const kept = new WeakMap<Trace, Kept>();

function keptOf(trace: Trace): Kept {
  let known = kept.get(trace);
  if (known === undefined || known.packets !== trace.packets.count) {
    const conversations = known?.conversations ?? new UdpConversations(trace);
    kept.set(trace, (known = { conversations, readings: new Map(), packets: trace.packets.count }));
  }
  return known;
}

/** The UDP conversations found so far. */
export function conversationsOf(model: Model): UdpConversations {
  return keptOf(shownTrace(model)).conversations;
}

/** Whether the Stream screen shows datagrams: where they were chosen, and where there is nothing else. */
export function isUdpShown(model: Model): boolean {
  if (conversationsOf(model).list.length === 0) return false;
  return model.flow === null ? streamTable(model).tcpCount === 0 : model.flow.udp === true;
}

/** The number of the conversation shown. */
export function conversationShown(model: Model): number {
  const last = conversationsOf(model).list.length - 1;
  return Math.max(0, Math.min(last, model.flow?.udp === true ? model.flow.stream : 0));
}

/** The conversation shown, as far as it is read. There is one. */
export function datagramsOf(model: Model): DatagramReading {
  const trace = shownTrace(model);
  const { conversations, readings } = keptOf(trace);
  const number = conversationShown(model);
  let reading = readings.get(number);
  if (reading === undefined) {
    reading = new DatagramReading(trace, conversations.list[number]);
    if (readings.size >= KEPT_MAX) readings.clear();
    readings.set(number, reading);
  }
  return reading;
}

/** Whether conversations, or the datagrams of the one shown, are still to be read. */
export function isUdpUnread(model: Model): boolean {
  if (isUdpShown(model) && !datagramsOf(model).isDone) return true;
  return !conversationsOf(model).isDone;
}

/** Reads a slice more: which conversations there are first, where nothing else is to be shown. */
export function readUdp(model: Model): void {
  if (isUdpShown(model) && !datagramsOf(model).isDone) datagramsOf(model).advance();
  else conversationsOf(model).advance();
}

/** The direction chosen, else the one with more bytes. */
export function udpDirection(model: Model): 0 | 1 {
  if (model.flow?.udp === true && model.flow.direction !== null) return model.flow.direction;
  const [first, second] = datagramsOf(model).sides;
  const weight = (side: readonly Datagram[]): number =>
    side.slice(0, WEIGHED_MAX).reduce((sum, { length }) => sum + length, side.length);
  return weight(second) > weight(first) ? 1 : 0;
}

export function udpSide(model: Model): readonly Datagram[] {
  return datagramsOf(model).sides[udpDirection(model)];
}

/** The index of the datagram the cursor is on, -1 where there is none. */
export function datagramShown(model: Model): number {
  const side = udpSide(model);
  const { byte } = model.stream;
  if (byte !== null && byte.at === shownStep(model)) return Math.min(byte.offset, side.length - 1);
  const index = indexOf(shownTrace(model));
  const step = shownStep(model);
  // Datagrams are in the order of their packets.
  let low = 0;
  let high = side.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (index.packetStep(side[middle].parts[0].row) <= step) low = middle + 1;
    else high = middle;
  }
  return Math.min(Math.max(0, low - 1), side.length - 1);
}

/** Puts the cursor on datagram `number`, from 0, and the run where it was read, or as near as it came. */
export function toDatagram(model: Model, number: number): Model {
  const side = udpSide(model);
  if (side.length === 0) return model;
  const at = Math.max(0, Math.min(side.length - 1, number));
  const moved = atCursor(model, stepOf(model, side[at]));
  return { ...moved, stream: { ...model.stream, byte: { offset: at, at: shownStep(moved) } } };
}

function stepOf(model: Model, datagram: Datagram): number {
  const trace = shownTrace(model);
  const index = indexOf(trace);
  const read = datagram.recv?.call.endStep ?? NEVER;
  const arrived = index.hasArrivals ? arrivalOf(index, datagram) : NEVER;
  const step = read !== NEVER ? read : arrived !== NEVER ? arrived : index.packetStep(datagram.parts[0].row);
  return nextStop(trace, step - 1);
}

/** `client:57711`, by the names of hosts where a run has them. */
export function udpEndName(model: Model, side: 0 | 1): string {
  const { ends, sides } = datagramsOf(model);
  const trace = shownTrace(model);
  const [sent, got] = [sides[side][0], sides[1 - side].slice(0, NAMED_BY).find(({ recv }) => recv !== null)];
  const host = (sent === undefined ? null : trace.transits[sent.parts[0].row]?.from) ?? got?.recv?.call.host;
  return host === undefined ? endText(trace, ends[side]) : `${host}:${ends[side].port}`;
}

/** The next or previous stream: those of TCP, then the conversations of UDP, round and round. */
export function udpFlowBy(model: Model, by: 1 | -1): Model {
  const { tcpCount } = streamTable(model);
  const count = tcpCount + conversationsOf(model).list.length;
  if (count === 0) return model;
  const now = isUdpShown(model) ? tcpCount + conversationShown(model) : (model.flow?.stream ?? 0);
  const next = (now + by + count) % count;
  if (next < tcpCount) return { ...model, flow: { stream: next, direction: null } };
  return { ...model, flow: { stream: next - tcpCount, direction: null, udp: true } };
}

/** The other direction. */
export function turnUdp(model: Model): Model {
  const direction = udpDirection(model) === 0 ? 1 : 0;
  return { ...model, flow: { stream: conversationShown(model), direction, udp: true } };
}

/** Opens at the conversation of the packet selected, where it is a datagram; null where not. */
export function enterUdp(model: Model): Model | null {
  const row = selectedRow(model);
  if (row < 0) return null;
  const trace = shownTrace(model);
  const ends = udpEnds(trace, row, null);
  if (ends === null) return null;
  const number = conversationsOf(model).numberOf(ends);
  const [first] = conversationsOf(model).list[number];
  return { ...model, flow: { stream: number, direction: areSameEnd(ends[0], first) ? 0 : 1, udp: true } };
}
