// Every packet's fields and TCP analysis, as `-T fields` prints them here and in tshark.

import { contextOf } from "../../src/capture/context.ts";
import type { Capture } from "../../src/capture/capture.ts";
import { printFields } from "../../src/capture/print/fields.ts";
import { ANALYSIS_FIELDS } from "../capture/analysis/tshark-analysis.ts";
import { tshark } from "../capture/shared-captures.ts";
import { BROKEN_TCP, FROM_ZERO, reasonOf } from "./known.ts";
import { Tally } from "./tally.ts";

/** The fields of the reference tables, and the version of QUIC, which says with which keys a packet was opened. */
export const FIELDS: readonly string[] = [
  ..."frame.number frame.time_epoch frame.interface_id frame.encap_type frame.len frame.cap_len frame.protocols vlan.id".split(
    " ",
  ),
  ..."ip.src ip.dst ip.proto ip.id ip.flags.mf ip.frag_offset ip.reassembled.length".split(" "),
  ..."ipv6.src ipv6.dst ipv6.nxt ipv6.fraghdr.offset ipv6.reassembled.length".split(" "),
  ..."tcp.stream tcp.srcport tcp.dstport tcp.flags tcp.seq tcp.ack tcp.seq_raw tcp.ack_raw tcp.len".split(
    " ",
  ),
  ..."tcp.window_size_value tcp.window_size tcp.options.mss_val tcp.options.wscale.shift".split(" "),
  ..."tcp.options.timestamp.tsval tcp.options.timestamp.tsecr tcp.options.sack_le tcp.options.sack_re".split(
    " ",
  ),
  ..."tcp.urgent_pointer udp.stream udp.srcport udp.dstport udp.length".split(" "),
  ..."dns.id dns.flags.response dns.qry.name".split(" "),
  ..."http.request.method http.request.uri http.response.code http.content_length_header".split(" "),
  ..."websocket.opcode websocket.fin websocket.mask websocket.payload_length".split(" "),
  ..."tls.record.content_type tls.handshake.type _ws.malformed quic.version".split(" "),
];

const ALL = [...FIELDS, ...ANALYSIS_FIELDS];

/** Cells are values of fields; of the analysis all of a packet's are one. */
export interface PacketParity {
  readonly fields: Tally;
  readonly analysis: Tally;
  readonly hints: Hints;
}

/** What of a capture makes statistics differ. */
export interface Hints {
  /** Seconds between the first and the last time that tshark shows. */
  readonly spanS: number;
  /** Whether tshark makes frames of what is no packet. */
  readonly hasFrames: boolean;
  /** Whether it gives up on a TCP header, and counts the packet nowhere. */
  readonly hasBroken: boolean;
  /** Whether packets go by way of routers that an IPv6 header names. */
  readonly hasRouting: boolean;
}

/** Compares every packet; an unequal number of packets is a difference of its own. */
export function comparePackets(capture: Capture, path: string): PacketParity {
  const rows = Array.from({ length: capture.trace.packets.count }, (_, row) => row);
  const ours = [...printFields(capture.trace, rows, ALL, contextOf(capture))];
  const asked = ALL.flatMap((field) => ["-e", field]);
  const theirs = tshark(["-n", "-r", path, "-T", "fields", ...asked]) ?? [];
  const packets = packetsAmong(theirs, ours.length);
  return compareLines(ours, packets, packets.length < theirs.length);
}

/** tshark makes frames of the custom blocks of pcapng, which are no packets. */
function packetsAmong(lines: readonly string[], count: number): readonly string[] {
  if (lines.length <= count) return lines;
  const at = ALL.indexOf("frame.protocols");
  const packets = lines.filter((line) => line.split("\t")[at] !== "data");
  return packets.length === count ? packets : lines;
}

/** Compares lines of `FIELDS` and the analysis fields. */
export function compareLines(
  ours: readonly string[],
  theirs: readonly string[],
  hasFrames = false,
): PacketParity {
  const fields = new Tally();
  const analysis = new Tally();
  const counts = `${ours.length} instead of ${theirs.length}`;
  fields.take(
    ours.length === theirs.length,
    "packets",
    () => null,
    () => counts,
  );
  const zero = streamsFromZero(theirs);
  for (let row = 0; row < Math.min(ours.length, theirs.length); row++) {
    const cells = ours[row].split("\t");
    const wanted = theirs[row].split("\t");
    for (const [i, field] of FIELDS.entries()) {
      fields.take(
        cells[i] === wanted[i],
        field,
        () =>
          hasFrames && /^frame\.(number|interface_id)$/.test(field)
            ? "tshark makes frames of custom blocks"
            : reasonOf(field, cells[i], wanted[i], new Map(ALL.map((name, k) => [name, wanted[k]]))),
        () => `frame ${row + 1}: ${shown(cells[i])} instead of ${shown(wanted[i])}`,
      );
    }
    const packet = new Map(ALL.map((name, k) => [name, wanted[k]]));
    const differing = ANALYSIS_FIELDS.flatMap((field, k) => {
      const at = FIELDS.length + k;
      if (cells[at] === wanted[at]) return [];
      const isZero = OF_FIRST_RTT.test(field) && zero.has(packet.get("tcp.stream") ?? "");
      const why = isZero ? FROM_ZERO : reasonOf(field, cells[at], wanted[at], packet);
      return [{ field, at, why }];
    });
    // A packet counts once, by what of it nobody can explain.
    const told = differing.find(({ why }) => why === null) ?? differing[0];
    analysis.take(
      told === undefined,
      told?.field ?? "",
      () => told.why,
      () => `frame ${row + 1}: ${shown(cells[told.at])} instead of ${shown(wanted[told.at])}`,
    );
  }
  const hasBroken = theirs.some((line) => line.includes(BROKEN_TCP));
  const hasRouting = theirs.some((line) => line.includes(":ipv6.routing"));
  return { fields, analysis, hints: { spanS: spanOf(theirs), hasFrames, hasBroken, hasRouting } };
}

/** What the time from SYN to ACK decides. */
const OF_FIRST_RTT = /^tcp\.analysis\.(initial_rtt|out_of_order|retransmission|rto|rto_frame)$/;

/** The streams that begin with a SYN at time 0. */
function streamsFromZero(theirs: readonly string[]): ReadonlySet<string> {
  const [time, flags, stream] = ["frame.time_epoch", "tcp.flags", "tcp.stream"].map((name) =>
    ALL.indexOf(name),
  );
  const syns = theirs.map((line) => line.split("\t")).filter((cells) => cells[flags] === "0x0002");
  return new Set(syns.filter((cells) => Number(cells[time]) === 0).map((cells) => cells[stream]));
}

function spanOf(lines: readonly string[]): number {
  const at = FIELDS.indexOf("frame.time_epoch");
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const line of lines) {
    const time = Number(line.split("\t")[at]);
    first = Math.min(first, time);
    last = Math.max(last, time);
  }
  return lines.length === 0 ? 0 : last - first;
}

function shown(cell: string | undefined): string {
  if (cell === undefined || cell === "") return "nothing";
  return cell.length > 60 ? `${cell.slice(0, 60)}…` : cell;
}
