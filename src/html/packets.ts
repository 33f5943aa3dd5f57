// The packets of a page: the columns of its list, what its ladder needs, and as many of their bytes as fit.

import { COLUMNS, dissect } from "../capture/dissect/dissect.ts";
import type { DissectedPacket } from "../capture/dissect/dissect.ts";
import { Ladder } from "../trace/ladder.ts";
import { NO_STREAM } from "../trace/packets.ts";
import { NEVER, indexOf } from "../trace/state-at.ts";
import type { Trace } from "../trace/trace.ts";
import type { Model } from "../tui/model.ts";
import { contextOf } from "../tui/screens/packet-data.ts";
import { COLOUR_RULES, ruleOf } from "../tui/screens/packets-rules.ts";
import { darkTheme, protocolAttr } from "../tui/theme.ts";
import { roleOf } from "./colours.ts";
import type { PagePackets } from "./page/data.ts";
import type { Stops } from "./steps.ts";

/** Bytes a page keeps of all packets, and of one at most and at least. */
const BYTES_MAX = 2 << 20;
const PACKET_BYTES_MAX = 4096;
const PACKET_BYTES_MIN = 64;

/** Addresses that become lifelines where there are no hosts; the rest share the last. */
const LIFELINES_MAX = 200;

export interface Lifelines {
  readonly names: readonly string[];
  readonly from: (row: number) => number;
  readonly to: (row: number) => number;
  readonly host: (name: string) => number;
}

/** The hosts of a run, or the addresses of its first `count` packets. */
export function lifelinesOf(trace: Trace, hosts: readonly string[], count: number): Lifelines {
  const { transits, packets } = trace;
  const names = [...hosts];
  const at = new Map(names.map((name, i) => [name, i]));
  const index = indexOf(trace);
  const lifeline = (name: string): number => {
    const known = at.get(name);
    if (known !== undefined) return known;
    if (names.length === LIFELINES_MAX) return names.length - 1;
    at.set(name, names.length);
    names.push(names.length === LIFELINES_MAX - 1 ? "others" : name);
    return names.length - 1;
  };
  // On loopback a host is an address of its own, which its sockets name.
  const hostOf = new Map<string, string>();
  for (const { host, local } of [...trace.sockets, ...index.connections]) hostOf.set(addressIn(local), host);
  const { source, destination, sourcePort, destinationPort } = packets;
  const end = (row: number, id: number, port: number): number => {
    const text = id === 0 ? "link" : packets.addresses.text(id);
    // A machine that talks to itself is two by its ports.
    if (id !== 0 && source[row] === destination[row])
      return lifeline(text.includes(":") ? `[${text}]:${port}` : `${text}:${port}`);
    return lifeline(hostOf.get(text) ?? text);
  };
  const from = (row: number): number => {
    const transit = transits[row];
    return transit === undefined ? end(row, source[row], sourcePort[row]) : lifeline(transit.from);
  };
  const to = (row: number): number => {
    const transit = transits[row];
    return transit === undefined ? end(row, destination[row], destinationPort[row]) : lifeline(transit.to);
  };
  for (let row = 0; row < count; row++) {
    from(row);
    to(row);
  }
  return { names, from, to, host: lifeline };
}

/** `10.0.0.1` of `10.0.0.1:80`, `::1` of `[::1]:80`. */
function addressIn(local: string): string {
  const colon = local.lastIndexOf(":");
  return (colon < 0 ? local : local.slice(0, colon)).replaceAll(/[[\]]/g, "");
}

/** How many bytes of a packet are kept: the largest power of two with which all fit. */
export function keptBytes(trace: Trace, count: number): number {
  const { capturedLength } = trace.packets;
  for (let most = PACKET_BYTES_MAX; most > PACKET_BYTES_MIN; most /= 2) {
    let sum = 0;
    for (let row = 0; row < count; row++) sum += Math.min(most, capturedLength[row]);
    if (sum <= BYTES_MAX) return most;
  }
  return PACKET_BYTES_MIN;
}

/** Protocols whose packets the ladder words itself: with the beginning of what they carry, and without what every segment has. */
const LADDER_OWN: ReadonlySet<string> = new Set(["TCP", "UDP"]);
const LABEL_MAX = 120;

function labelOf({ protocol, info }: DissectedPacket): string {
  return `${protocol} ${info}`.slice(0, LABEL_MAX);
}

/** Adds names and answers their numbers. */
class Names {
  readonly list: string[] = [];
  readonly #at = new Map<string, number>();

  of(name: string): number {
    let at = this.#at.get(name);
    if (at === undefined) this.#at.set(name, (at = this.list.push(name) - 1));
    return at;
  }
}

/**
 * The first packets of the model's trace; `seen` is told of each with its dissection and says whether it wants the next one's tree.
 */
export function packetsOf(
  model: Model,
  trace: Trace,
  stops: Stops,
  lifelines: Lifelines,
  bytesMax: number,
  seen: (row: number, packet: DissectedPacket) => boolean,
): PagePackets {
  const table = trace.packets;
  const index = indexOf(trace);
  const ladder = new Ladder(trace, lifelines.names, 0, stops.length);
  const context = contextOf(model);
  const names = new Names();
  const colours: Record<string, string> = {};
  const rows = Array.from({ length: stops.packets }, (_, row) => row);
  const lost: Record<string, readonly [string, string]> = {};
  const labels: string[] = [];
  const [sources, destinations, protocols, infos]: [number[], number[], number[], string[]] = [
    [],
    [],
    [],
    [],
  ];
  let isWanted = true;
  for (const row of rows) {
    const packet = isWanted ? dissect(trace, row, context) : dissect(trace, row, context, COLUMNS);
    if (isWanted) isWanted = seen(row, packet);
    sources.push(names.of(packet.source));
    destinations.push(names.of(packet.destination));
    const protocol = names.of(packet.protocol);
    protocols.push(protocol);
    infos.push(packet.info);
    labels.push(LADDER_OWN.has(packet.protocol) ? ladder.label(row) : labelOf(packet));
    colours[protocol] ??= roleOf(protocolAttr(darkTheme, packet.protocol));
    const fate = index.fate(trace, row, stops.length - 1);
    if (fate.kind === "dropped") lost[row] = [fate.reason, fate.arrived ? fate.where : ""];
  }
  return {
    count: stops.packets,
    times: rows.map((row) => trace.packetNs(row)),
    stops: rows.map((row) => stops.of(index.packetStep(row))),
    from: rows.map(lifelines.from),
    to: rows.map(lifelines.to),
    endNs: rows.map((row) => endOf(trace, row, stops.length)),
    lost,
    again: rows.filter(
      (row) => ladder.isRetransmission(row) && (trace.transits[row]?.copyOf ?? null) === null,
    ),
    copies: rows.filter((row) => (trace.transits[row]?.copyOf ?? null) !== null),
    lengths: rows.map((row) => table.length[row]),
    sources,
    destinations,
    protocols,
    names: names.list,
    colours,
    infos,
    labels,
    streams: rows.map((row) =>
      table.stream[row] === NO_STREAM ? -1 : table.stream[row] * 16 + table.protocol[row],
    ),
    rule: rows.map((row) => COLOUR_RULES.findIndex((rule) => rule === ruleOf(model, row))),
    rules: COLOUR_RULES.map(({ glyph, name, attr }) => ({ glyph, name, colour: roleOf(attr(darkTheme)) })),
    bytes: rows.map((row) => base64(trace.bytes(row), bytesMax)),
    captured: rows.map((row) => table.capturedLength[row]),
  };
}

/** When packet `row` arrived or was lost, within the steps kept. */
function endOf(trace: Trace, row: number, length: number): number | null {
  const index = indexOf(trace);
  if (!index.hasArrivals) return null;
  const step = Math.min(index.arriveStep(row), index.dropStep(row));
  return step === NEVER || step >= length ? null : trace.timeNs(step);
}

/** The first `max` of `bytes` in base64. */
export function base64(bytes: Uint8Array, max: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, max)).toString("base64");
}
