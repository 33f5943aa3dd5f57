// Statistics beside tshark's, and what is refused.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

import { contextOf } from "../../../src/capture/context.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { findStatistic } from "../../../src/capture/statistics/statistics.ts";
import { sizeText } from "../../../src/capture/statistics/conversations.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { hex, memoryTrace } from "../memory-trace.ts";
import { classicFile } from "../packets.ts";
import { capturePath, hasSharedCaptures, hasTshark, tshark } from "../shared-captures.ts";

async function ours(path: string, name: string): Promise<string[]> {
  const statistic = findStatistic(name);
  if (typeof statistic !== "function") throw new Error(statistic.problem);
  const capture = await openCapture(path);
  const rows = Array.from({ length: capture.trace.packets.count }, (_, row) => row);
  const lines = [...statistic(capture.trace, rows, contextOf(capture), "")];
  capture.close();
  return lines;
}

/** Bodies of no bytes, an answer whose end is not in the file, HTTP/2's preface, a request without its head: tshark's HTTP shows more. */
const HTTP_OTHERWISE = new Set([
  "arkime__wireshark-retrans.pcap",
  "derived__cut-in-packet-data.pcap",
  "suricata-verify__http2-continuation_input.pcap",
  "suricata-verify__tcp-urgp-01-oob_tcp-urgent1.pcap",
]);

/** With gaps, repetitions, urgent data, IPv6, fragments, chunks and compression; `npm run parity` follows every capture. */
const FOLLOWED = [
  "arkime__http-post-upload.pcap",
  "arkime__tcp-reassembly-synthetic.pcap",
  "arkime__turn.pcap",
  "arkime__wireshark-retrans.pcap",
  "derived__cut-in-packet-data.pcap",
  "pcapplusplus__ip4_fragments.pcap",
  "pcapplusplus__one_ipv6_http_stream.pcap",
  "pcapplusplus__unidirectional_tcp_stream_with_missing_packet.pcap",
  "suricata-verify__tcp-urgp-01-oob_tcp-urgent1.pcap",
  "suricata-verify__websocket_basic_websockets.pcap",
  "zeek__tcp_retransmit-fast009.pcap",
  "zeek__tcp_tcp-fast-open.pcap",
];

const TABLES = [
  "conv,tcp",
  "conv,udp",
  "conv,ip",
  "conv,ipv6",
  "conv,eth",
  "endpoints,tcp",
  "endpoints,udp",
  "endpoints,ip",
  "endpoints,ipv6",
  "endpoints,eth",
];

/** What prints as a tree of counters, with averages, rates and bursts. */
const TREES = ["plen,tree", "dns,tree", "http,tree"];

describe.skipIf(!hasSharedCaptures || !hasTshark)(
  "beside tshark -z (skipped without it or the captures)",
  () => {
    it.each([
      "tcpdump__dns_tcp.pcap",
      "pcapplusplus__many_interfaces-1.pcapng",
      "pcapplusplus__one_ipv6_http_stream.pcap",
      "arkime__tcp-reassembly-synthetic.pcap",
    ])("%s has tshark's conversations, endpoints and trees of counters, line for line", async (name) => {
      const path = capturePath(name);
      const asked = [...TABLES, ...TREES].flatMap((table) => ["-z", table]);
      const theirs = tshark(["-n", "-q", "-r", path, ...asked]) ?? [];
      const lines = new Set(theirs);
      for (const table of TABLES) {
        const missing = (await ours(path, table)).filter((line) => !lines.has(line));
        expect(missing).toEqual([]);
      }
      for (const tree of TREES) expect(theirs.join("\n")).toContain((await ours(path, tree)).join("\n"));
    });

    it.each(FOLLOWED)(
      "%s: streams followed are byte for byte tshark's",
      async (name) => {
        const path = capturePath(name);
        const asked = ["tcp", "udp", ...(HTTP_OTHERWISE.has(name) ? [] : ["http"])].flatMap((protocol) =>
          ["ascii,0", "hex,0", "raw,0", "yaml,0", "hex,0,2-3", "yaml,0,2"].map(
            (mode) => `follow,${protocol},${mode}`,
          ),
        );
        // One run of tshark answers them all, each between rules of its own.
        const all = tshark(["-n", "-q", "-r", path, ...asked.flatMap((one) => ["-z", one])]) ?? [];
        for (const one of asked) {
          const follow = await ours(path, one);
          expect([one, `\n${all.join("\n")}\n`.includes(`\n${follow.join("\n")}\n`)]).toEqual([one, true]);
        }
        expect(all.filter((line) => line.startsWith("Follow: ") || line === "peers:")).toHaveLength(
          asked.length,
        );
      },
      30_000,
    );

    it("follows WebSocket by what frames carry, without their masks", async () => {
      const path = capturePath("suricata-verify__websocket_basic_websockets.pcap");
      const lines = await ours(path, "follow,websocket,ascii,0");
      expect(lines.slice(2, 12)).toEqual([
        "Follow: websocket,ascii",
        "Filter: tcp.stream eq 0",
        "Node 0: 88.198.55.153:80",
        "Node 1: 10.200.30.139:55233",
        "10",
        "connected,",
        "\t8",
        "version,",
        "21",
        "version,hybi-draft-13",
      ]);
    });

    it.each([
      "arkime__tcp-reassembly-synthetic.pcap",
      "tcpdump__dns_tcp.pcap",
      "zeek__http-qinq-0.pcap",
      "zeek__tcp_rst-inject-rae.pcap",
    ])("%s has tshark's expert information", async (name) => {
      const path = capturePath(name);
      const theirs = tshark(["-n", "-q", "-r", path, "-z", "expert"]) ?? [];
      expect(await ours(path, "expert")).toEqual(theirs);
    });

    it.each([
      "tcpdump__dns_tcp.pcap",
      "arkime__tcp-reassembly-synthetic.pcap",
      "zeek__tcp_options.pcap",
      "zeek__tcp_rst-inject-rae.pcap",
    ])("%s has tshark's io,stat", async (name) => {
      const path = capturePath(name);
      const asked = ["1", "0.1", "0", "10"].map((interval) => `io,stat,${interval}`);
      const theirs = tshark(["-n", "-q", "-r", path, ...asked.flatMap((one) => ["-z", one])]) ?? [];
      for (const one of asked) expect(theirs.join("\n")).toContain((await ours(path, one)).join("\n"));
    });

    it("has tshark's columns of io,stat: filters, sums and counts, and the room that each takes", async () => {
      const path = capturePath("arkime__wireshark-retrans.pcap");
      const long = `${"tcp.port == 80 or ".repeat(8)}udp`;
      const asked = [
        "io,stat,0.5,SUM(tcp.len)tcp.len,,MIN(tcp.window_size)tcp.window_size,BYTES()tcp.len > 0,FRAMES",
        "io,stat,1,AVG(tcp.analysis.ack_rtt)tcp.analysis.ack_rtt,MAX(frame.time_delta) frame.time_delta",
        "io,stat,0.02,LOAD(tcp.analysis.ack_rtt)tcp.analysis.ack_rtt,COUNT(tcp.options) tcp.options",
        "io,stat,0,AVG(tcp.len)tcp.len > 1,LOAD(frame.time_delta)frame.time_delta",
        `io,stat,7,tcp.analysis.retransmission,${long}`,
      ];
      const theirs = tshark(["-n", "-q", "-r", path, ...asked.flatMap((one) => ["-z", one])]);
      const own = await Promise.all(asked.toReversed().map((one) => ours(path, one)));
      expect(own.flat().join("\n")).toBe((theirs ?? []).join("\n"));
    });

    it("tcpdump__dns_tcp.pcap has tshark's protocol hierarchy", async () => {
      const path = capturePath("tcpdump__dns_tcp.pcap");
      expect(await ours(path, "io,phs")).toEqual(tshark(["-n", "-q", "-r", path, "-z", "io,phs"]));
    });
  },
);

describe.skipIf(!hasTshark)("packets that come before the first (skipped without tshark 4.0)", () => {
  const folder = mkdtempSync(join(tmpdir(), "wirelab-statistics-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(["io,stat,1", "io,stat,0.5", "io,stat,0", "io,stat,1,udp.srcport == 2,FRAMES()udp", "conv,udp"])(
    "%s counts them as tshark does",
    async (name) => {
      const times = [100.5, 99, 102, 98.5, 103.25, 0, 103.5];
      const packets = times.map((time, i) => {
        const bytes = hex(
          "45000026 0001 0000 4011 0000 0a000001 0a000002 0001 0002 0012 0000 78787878787878787878",
        );
        bytes[21] = (i % 3) + 1;
        return { seconds: Math.floor(time), fraction: (time % 1) * 1e6, length: bytes.length, bytes };
      });
      const path = join(folder, "earlier.pcap");
      writeFileSync(path, classicFile(packets));
      expect(await ours(path, name)).toEqual(tshark(["-n", "-q", "-r", path, "-z", name]));
    },
  );
});

describe("statistics", () => {
  const ping = hex("4500001c 0001 0000 4011 0000 0a000001 0a000002 0009 0007 0008 0000");
  const { trace, context } = memoryTrace([ping, ping, ping], LINKTYPE.raw);

  function lines(name: string): string[] {
    const statistic = findStatistic(name);
    return typeof statistic === "function"
      ? [...statistic(trace, [0, 1, 2], context, "")]
      : [statistic.problem];
  }

  it("counts packets and bytes of each interval", () => {
    const counts = lines("io,stat,0.0015").filter((line) => line.includes("<>"));
    expect(counts.map((line) => line.split("|").slice(2, 4).map(Number))).toEqual([
      [2, 56],
      [1, 28],
    ]);
  });

  it("has the title of many bytes in the middle, as tshark has, and no interval of no packets", () => {
    const large = memoryTrace([ping, ping], LINKTYPE.raw, [60_000_000, 60_000_000]);
    const statistic = findStatistic("io,stat,0");
    if (typeof statistic !== "function") throw new Error(statistic.problem);
    const table = [...statistic(large.trace, [0, 1], large.context, "")];
    expect(table.find((line) => line.includes("Frames |"))).toBe("| Interval       | Frames |   Bytes   |");
    const narrow = memoryTrace([ping, ping], LINKTYPE.raw, [100_000, 100_000]);
    narrow.trace.packets.seconds[1] = 14;
    const [, rule] = statistic(narrow.trace, [0, 1], narrow.context, "");
    expect(rule).toBe("=".repeat(34));
    const empty = memoryTrace([], LINKTYPE.raw);
    expect([...statistic(empty.trace, [], empty.context, "")].join("")).not.toContain("<>");
  });

  it("counts one conversation, whose other side never answers", () => {
    expect(lines("conv,udp")[5]).toContain("0 0 bytes         3 84 bytes        3 84 bytes");
  });

  it("takes a conversation's end and beginning from each other as seconds, so that a half is rounded as in tshark", () => {
    const { trace: times, context: of } = memoryTrace([ping, ping, ping], LINKTYPE.raw);
    const { packets } = times;
    [packets.nanoseconds[1], packets.nanoseconds[2]] = [88_206_000, 894_356_000];
    packets.seconds[2] = 5;
    const statistic = findStatistic("conv,udp");
    if (typeof statistic !== "function") throw new Error(statistic.problem);
    expect([...statistic(times, [1, 2], of, "")][5]).toMatch(/ 0\.088206000 +5\.8062$/);
  });

  it("counts packets of a length, and the most within 100 ms", () => {
    const [all, short] = lines("plen,tree").filter((line) => line.includes("100"));
    expect(all.split(/ {2,}/).slice(0, 5)).toEqual(["Packet Lengths", "3", "28.00", "28", "28"]);
    expect(short.split(/ {2,}/).slice(5)).toEqual(["1.5000", "100.00%", "0.0300", "0.000", ""]);
  });

  it("shortens sizes from 10,000 on", () => {
    expect([9_999, 10_000, 15_262, 12_345_678].map(sizeText)).toEqual([
      "9999 bytes",
      "10 kB",
      "15 kB",
      "12 MB",
    ]);
  });

  it.each([
    "expert,loud",
    "follow,tcp,ascii",
    "follow,sip,ascii,0",
    "follow,tcp,ascii,0,0",
    "follow,tcp,ascii,0,3-2",
    "follow,tcp,ascii,0,1-",
    "follow,tcp,ascii,0,1,2",
    "conv,sctp",
    "io,stat",
    "io,stat,x",
    "io,stat,1,",
    "io,stat,1,SUM(ip.src)",
    "io,stat,1,LOAD(tcp.len)",
    "io,stat,1,MAX",
    "io,stat,1,FRAMES(ip)",
    "io,stat,1,tcp.port =",
    "io,stat,0.0000001",
    "",
  ])("refuses -z %s by name", (name) => {
    expect(findStatistic(name)).toHaveProperty("problem", expect.stringContaining(`-z ${name}`));
  });
});
