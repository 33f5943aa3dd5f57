// The Protocol and Info columns and -x are worded as tshark 4.0 words them, on every shared capture.

import { describe, expect, it } from "vitest";

import { contextOf } from "../../../src/capture/context.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { printHex } from "../../../src/capture/print/hex.ts";
import { printText } from "../../../src/capture/print/text.ts";
import {
  captureNames,
  capturePath,
  hasSharedCaptures,
  hasTshark,
  referenceRows,
  tshark,
} from "../shared-captures.ts";

const KNOWN = new Set(["TCP", "UDP", "ICMP", "ICMPv6", "ARP", "RARP", "DNS", "MDNS", "IPv4", "IPv6"]);

/** What tshark says of packets seen before or after this one; no analysis has run here. */
const ABOUT_OTHERS =
  /^\[TCP |\[TCP segment of a reassembled PDU\]|\[(?:re)?assembled|\((?:request|reply|no response) |\[Reassembled/i;

const names = captureNames().filter(
  (name) => referenceRows(name) !== null && !/^(libpcap__|pcapng-test-generator__|zeek__echo)/.test(name),
);

const isReady = hasSharedCaptures && hasTshark;

describe.skipIf(!isReady)(
  "columns beside tshark's (skipped without the shared captures or tshark 4.0)",
  () => {
    it.each(names)("%s has tshark's Info for each packet of a known protocol", async (name) => {
      const path = capturePath(name);
      const fields = ["_ws.col.Protocol", "_ws.col.Info"];
      const flags = fields.flatMap((field) => ["-e", field]);
      const theirs = tshark(["-n", "-r", path, "-T", "fields", ...flags]) ?? [];
      const capture = await openCapture(path);
      const rows = Array.from({ length: capture.trace.packets.count }, (_, row) => row);
      const ours = [...printFields(capture.trace, rows, fields, contextOf(capture))];
      capture.close();
      for (const [row, line] of theirs.entries()) {
        const [protocol, info] = line.split("\t");
        if (!KNOWN.has(protocol) || ABOUT_OTHERS.test(info)) continue;
        const own = ours[row].split("\t");
        // A payload in a protocol's first segment is taken for that protocol here; tshark may wait for the rest of it.
        if (own[0] === "HTTP") continue;
        expect(own, `frame ${row + 1}`).toEqual([protocol, info]);
      }
    });

    it.each(["tcpdump__dns_tcp.pcap", "gopacket__test_dns.pcap", "zeek__tcp_options.pcap"])(
      "%s lists and dumps byte for byte as tshark does",
      async (name) => {
        const path = capturePath(name);
        const capture = await openCapture(path);
        const context = contextOf(capture);
        const rows = Array.from({ length: capture.trace.packets.count }, (_, row) => row);
        expect([...printText(capture.trace, rows, context)]).toEqual(tshark(["-n", "-r", path]));
        // -x prints the summary of nothing else when the list is turned off by -P's absence.
        expect([...printHex(capture.trace, rows, context)]).toEqual(tshark(["-n", "-r", path, "-x"]));
        capture.close();
      },
    );
  },
);
