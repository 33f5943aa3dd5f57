// Every field printed of every shared capture equals what tshark 4.0 printed, or is excepted here by name and reason.

import { describe, expect, it } from "vitest";

import { contextOf } from "../../src/capture/context.ts";
import { openCapture } from "../../src/capture/open.ts";
import { printFields } from "../../src/capture/print/fields.ts";
import { captureNames, capturePath, hasSharedCaptures, referenceRows } from "./shared-captures.ts";

const COLUMN_FIELDS = [
  "frame.number",
  "frame.time_epoch",
  "frame.interface_id",
  "frame.len",
  "frame.cap_len",
  "ip.src",
  "ip.dst",
  "ip.proto",
  "ipv6.src",
  "ipv6.dst",
  "ipv6.nxt",
  "tcp.stream",
  "tcp.srcport",
  "tcp.dstport",
  "tcp.flags",
  "tcp.seq",
  "tcp.ack",
  "tcp.seq_raw",
  "tcp.ack_raw",
  "tcp.len",
  "tcp.window_size_value",
  "tcp.window_size",
  "udp.stream",
  "udp.srcport",
  "udp.dstport",
];

const TREE_FIELDS = [
  "frame.encap_type",
  "vlan.id",
  "ip.id",
  "ip.flags.mf",
  "ip.frag_offset",
  "ip.reassembled.length",
  "ipv6.fraghdr.offset",
  "ipv6.reassembled.length",
  "tcp.options.mss_val",
  "tcp.options.wscale.shift",
  "tcp.options.timestamp.tsval",
  "tcp.options.timestamp.tsecr",
  "tcp.options.sack_le",
  "tcp.options.sack_re",
  "tcp.urgent_pointer",
  "udp.length",
  "dns.id",
  "dns.flags.response",
  "dns.qry.name",
];

const HTTP_FIELDS = [
  "http.request.method",
  "http.request.uri",
  "http.response.code",
  "http.content_length_header",
];

/** 82,582 packets of two kinds that smaller files have too: read by columns alone. */
const COLUMNS_ONLY = "zeek__echo-connections.pcap.gz";

/** tshark counts their custom blocks as frames and numbers interfaces over all sections. */
const CUSTOM_BLOCKS = new Set([
  "pcapng-test-generator__be_test102.pcapng",
  "pcapng-test-generator__le_test202.pcapng",
]);
const NUMBERED_OTHERWISE = new Set(["frame.number", "frame.interface_id"]);

async function ourRows(name: string, fields: readonly string[]): Promise<Record<string, string>[]> {
  const capture = await openCapture(capturePath(name));
  try {
    const rows = Array.from({ length: capture.trace.packets.count }, (_, row) => row);
    const lines = [...printFields(capture.trace, rows, fields, contextOf(capture))];
    return lines.map((line) => {
      const values = line.split("\t");
      return Object.fromEntries(fields.map((field, i) => [field, values[i]]));
    });
  } finally {
    capture.close();
  }
}

/** tshark's rows without the frames it makes of custom blocks. */
function packetsOf(name: string): Record<string, string>[] {
  const rows = referenceRows(name) ?? [];
  return CUSTOM_BLOCKS.has(name) ? rows.filter((row) => row["frame.protocols"] !== "data") : rows;
}

function differences(
  name: string,
  ours: readonly Record<string, string>[],
  theirs: readonly Record<string, string>[],
  fields: readonly string[],
): string[] {
  const found: string[] = [];
  for (const [row, record] of theirs.entries()) {
    for (const field of fields) {
      if (ours[row]?.[field] === record[field]) continue;
      if (CUSTOM_BLOCKS.has(name) && NUMBERED_OTHERWISE.has(field)) continue;
      found.push(`frame ${row + 1} ${field}: ${ours[row]?.[field]} instead of ${record[field]}`);
    }
  }
  return found;
}

const names = captureNames().filter((name) => referenceRows(name) !== null && !name.startsWith("libpcap__"));

describe.skipIf(!hasSharedCaptures)("fields of the shared captures (skipped where they are absent)", () => {
  it.each(names)("%s prints network and transport fields as tshark does", async (name) => {
    const fields = name === COLUMNS_ONLY ? COLUMN_FIELDS : [...COLUMN_FIELDS, ...TREE_FIELDS];
    const ours = await ourRows(name, fields);
    const theirs = packetsOf(name);
    expect(ours).toHaveLength(theirs.length);
    expect(differences(name, ours, theirs, fields)).toEqual([]);
  });

  it.each(names)("%s prints the same from columns as from dissection", async (name) => {
    if (name === COLUMNS_ONLY) return;
    const fast = await ourRows(name, COLUMN_FIELDS);
    // A field that no column holds makes every packet be dissected.
    const slow = await ourRows(name, [...COLUMN_FIELDS, "ip.ttl"]);
    for (const record of slow) delete record["ip.ttl"];
    expect(fast).toEqual(slow);
  });

  // tshark shows a message's fields in the frame that completes it and leaves retransmissions alone; here each segment stands
  // for itself, so a message's fields are in the segment with its head, and in each retransmission of that.
  it.each(names)(
    "%s shows each HTTP value that tshark shows, at the latest in the same frame",
    async (name) => {
      if (name === COLUMNS_ONLY) return;
      const ours = await ourRows(name, HTTP_FIELDS);
      const theirs = packetsOf(name);
      for (const field of HTTP_FIELDS) {
        const shown = new Set<string>();
        for (const [row, record] of theirs.entries()) {
          for (const value of ours[row][field].split(",")) shown.add(value);
          for (const value of record[field].split(","))
            expect(shown, `frame ${row + 1} ${field}`).toContain(value);
        }
      }
    },
  );
});

/** Layers that are dissected here as tshark does. */
const KNOWN = new Set(
  "eth ethertype vlan sll null raw ip ipv6 ipv6.fraghdr ipv6.routing ipv6.hopopts ipv6.dstopts ah arp tcp udp icmp icmpv6 dns mdns data".split(
    " ",
  ),
);

describe.skipIf(!hasSharedCaptures)("frame.protocols of the shared captures", () => {
  it.each(names.filter((name) => name !== COLUMNS_ONLY))(
    "%s has tshark's layers where all are known",
    async (name) => {
      const ours = await ourRows(name, ["frame.protocols", "tcp.len"]);
      for (const [row, record] of packetsOf(name).entries()) {
        const layers = record["frame.protocols"].split(":");
        // A payload tshark keeps for a later frame has no layer of its own; here it is data or the start of a message.
        const isKept = layers.at(-1) === "tcp" && record["tcp.len"] !== "0";
        if (isKept || CUSTOM_BLOCKS.has(name) || !layers.every((layer) => KNOWN.has(layer))) continue;
        expect(ours[row]["frame.protocols"], `frame ${row + 1}`).toBe(record["frame.protocols"]);
      }
    },
  );
});
