// Display filters beside Wireshark's own answers: what passes, and what is refused, is the same.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Capture } from "../../../src/capture/capture.ts";
import { contextOf } from "../../../src/capture/context.ts";
import { compileFilter, isFilterError } from "../../../src/capture/filter/compile.ts";
import { dissect } from "../../../src/capture/dissect/dissect.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { capturePath, hasSharedCaptures } from "../shared-captures.ts";
import { filterArbitrary, sampleFields } from "./random-filters.ts";
import { hasSharkd, sharkdFrames } from "./sharkd.ts";

/** The frames that pass, by number; null for a refused filter. */
function framesOf(capture: Capture, text: string): number[] | null {
  const filter = compileFilter(text);
  if (isFilterError(filter)) return null;
  const passes = filter.on(capture.trace, contextOf(capture));
  const rows = Array.from({ length: capture.trace.packets.count }, (_, row) => row);
  return rows.filter(passes).map((row) => row + 1);
}

/** Our answers and Wireshark's, each with its filter. */
async function answers(
  name: string,
  filters: readonly string[],
): Promise<[ours: object[], theirs: object[]]> {
  const path = capturePath(name);
  const capture = await openCapture(path);
  const theirs = sharkdFrames(path, filters).map((frames, i) => ({
    filter: filters[i],
    frames: typeof frames === "string" ? null : frames,
  }));
  const ours = filters.map((filter) => ({ filter, frames: framesOf(capture, filter) }));
  capture.close();
  return [ours, theirs];
}

const HTTP = [
  "tcp.len > 0 && tcp.window_size >= 17520",
  "tcp.options.timestamp.tsval < 685170",
  'tcp.payload contains "POST"',
  "frame contains 50:4f:53:54",
  "frame contains 0x50",
  "frame contains 504f.5354",
  "frame contains 50-4f53-54",
  "frame contains 504f:5354",
  "tcp.payload[0] == 'P'",
  "tcp.payload[0:4] == 504f5354",
  'tcp.payload[0:4] > "POSA"',
  "tcp.payload[0:3] >= 50:4f",
  'tcp.payload ~ r"^\\x50\\w+"',
  'tcp.payload matches "(?-i)post"',
  "tcp.flags & 0x01",
  "tcp.flags & 0x12 == 0x12",
  "tcp.len & 3 + 1 == 4",
  "{tcp.len & 3} + 1 == 4",
  "tcp.len - tcp.len",
  "tcp.len - 1000 < 0",
  "tcp.len * 15000000 > 5",
  "tcp.seq_raw - tcp.ack_raw < 0",
  "-tcp.len % 3 == -2",
  "tcp.len / 0 == 1",
  "tcp.len > 2 + tcp.hdr_len * 2",
  "tcp.len < tcp.window_size < 20000",
  "tcp.len in {0, 144..1500} && tcp.flags.push == 1",
  "tcp.len in {tcp.hdr_len .. tcp.window_size}",
  "all tcp.port in {1..65535}",
  "all tcp.port in {1..40000, 40001..65535}",
  "all tcp.port in {80, 1..65535}",
  "tcp.port not in {80}",
  "all ip.addr == 172.17.96.77",
  "any ip.addr != 172.17.96.77",
  "all tcp.port & 1 == 1",
  "ip.addr !== ip.addr",
  "ip.addr in {172.17.96.70..172.17.96.80, 10.0.0.0/8}",
  "ip.addr > 172.17.96.0/24",
  "ip.src & 255.255.0.0 == 172.17.0.0",
  "ip.src#1 == 172.17.96.77",
  "tcp.port#[1-2]",
  "tcp.port#2",
  "ip[20:2]",
  "tcp[40:2]",
  "tcp[13] & 0x02",
  "tcp[12:3] & 0f:02",
  "frame[0:2,4] == 00:00:00",
  "frame[0,100] == 00",
  "frame[50-60] contains 00",
  "frame[-5--2]",
  "frame[0:3000] contains 00",
  "frame[100:] contains 00",
  "len(ip) == 20",
  "len(tcp.payload) > 1000",
  "len(ip.dst) == 4",
  "count(ip.addr) == 2",
  "count(udp.port) == 0",
  'string(frame.number) matches "[13579]$"',
  'string(ip.src)[0:2] == "17"',
  'upper(http.request.method)[0:2] == "PO"',
  "max(tcp.srcport, tcp.dstport) - min(tcp.srcport, tcp.dstport) > 100",
  "abs(tcp.len - 5) > 3",
  "frame.time_relative - 1.5 > 3",
  "frame.time_delta in {0.001 .. 0.01}",
  'frame.time < "2030-01-01T00:00:00Z"',
  'frame.time < "Sep 26, 2004 23:18:04.954975"',
  "tcp.flags.syn == True",
  "tcp.flags.syn > 0",
  "tcp.analysis.flags && tcp.len > 0",
  "tcp.analysis.duplicate_ack_num > 1",
  "not tcp.len > 100",
  "tcp.flags.syn == 1 || tcp.flags.push == 1 && tcp.len > 1000",
  // Refused.
  "tcp.port == 65536",
  'tcp.len contains "1"',
  'ip.src matches "17"',
  'tcp.len == "10"',
  "frame.time_relative * 2 > 3",
  "tcp.flags.syn & 1",
  "tcp.analysis.retransmission == 1",
  "ip.src == tcp.len",
  "tcp.port#1[0] == 3",
  "frame[60-50]",
  "frame[5:0]",
  "all tcp.flags & 1",
  "len(tcp)",
  'upper(tcp.len) == "4"',
  "min(tcp.srcport, ip.src) == 80",
  "1000 < tcp.len",
  "(tcp.len) > 0",
  "tcp.len > (3)",
];

const OTHERS: readonly (readonly [capture: string, filters: readonly string[]])[] = [
  [
    "pcapplusplus__many_interfaces-1.pcapng",
    [
      "dns.flags.response == 1 && dns.qry.name contains arpa",
      "ip.addr != 192.168.1.1",
      "udp.port in {53, 123..443} or tcp.flags.syn == 1",
      'dns.qry.name matches "^CLIENTS\\\\d"',
      'dns.qry.name matches r"^CLIENTS\\d"',
      "!(ip.src == 192.168.1.0/24) && frame.len > 100",
      "dns.a == 74.125.228.0/24",
      'dns.qry.name[0:3] == "cli"',
      "count(dns.a) > 2 && all dns.a == 74.125.0.0/16",
      "gquic.tag.ccs - 7 > 97",
      "-gquic.tag.ccs < 0 && gquic.tag.ccs & 255 == 255",
    ],
  ],
  [
    "zeek__linux_dlt_sll2.pcap",
    ["arp || icmpv6", "icmp.type == 8", "arp.opcode == 1", "frame.time_relative > 14", "ip.version == 6"],
  ],
];

/** Whose packets are dissected as Wireshark dissects them, to the last field. */
const RANDOM = [
  "pcapplusplus__many_interfaces-1.pcapng",
  "pcapplusplus__ip6_fragments.pcap",
  "suricata-verify__mqtt311-pub-qos2_input.pcap",
  "zeek__http-qinq-0.pcap",
];

/** With bodies, extensions and messages of several datagrams. */
const LAYERED = [
  "arkime__http-100-continue.pcap",
  "arkime__http-post-upload.pcap",
  "pcapplusplus__ip4_fragments.pcap",
  "pcapplusplus__ipv6_options.pcap",
  "suricata-verify__websocket_basic_websockets.pcap",
  "zeek__http-qinq-0.pcap",
];

describe.skipIf(!hasSharedCaptures || !hasSharkd)(
  "beside Wireshark (skipped without sharkd 4.0 or the captures)",
  () => {
    it.each([["arkime__wireshark-retrans.pcap", HTTP] as const, ...OTHERS])(
      "%s: each filter passes the same frames or is refused by both",
      async (name, filters) => {
        const [ours, theirs] = await answers(name, filters);
        expect(ours).toEqual(theirs);
      },
    );

    it.each(LAYERED)("%s: each layer's bytes reach as far", async (name) => {
      const capture = await openCapture(capturePath(name));
      const layers = new Set<string>();
      for (let row = 0; row < capture.trace.packets.count; row++)
        for (const layer of dissect(capture.trace, row, contextOf(capture)).protocols.split(":"))
          layers.add(layer);
      capture.close();
      const filters = [...layers]
        .filter((layer) => layer !== "ethertype")
        .flatMap((layer) => [4, 20, 60, 150, 300, 700].map((at) => `${layer}[${at}] >= 00`));
      const [ours, theirs] = await answers(name, filters);
      expect(ours).toEqual(theirs);
    });

    it.each(RANDOM)("%s: 100 random filters over its fields pass the same frames", async (name) => {
      const capture = await openCapture(capturePath(name));
      const filters = fc.sample(filterArbitrary(sampleFields(capture)), { numRuns: 100, seed: 41 });
      capture.close();
      const [ours, theirs] = await answers(name, filters);
      expect(ours).toEqual(theirs);
    });
  },
);
