// The index pass and the stream table against tshark on real captures.

import { describe, expect, test } from "vitest";

import { classicCaptures, haveCaptures, indexCapture, referenceOf } from "./captures.ts";
import { shownFields } from "./shown-fields.ts";

/** A capture whose frames tshark refuses to show at all. */
const REFUSED = "libpcap__pcap-invalid-version-1.pcap";

describe.skipIf(!haveCaptures)("the index pass, against tshark's fields of the shared captures", () => {
  const names = classicCaptures().filter((name) => name !== REFUSED);

  test.each(names)("%s: every packet", (name) => {
    const { table, streams } = indexCapture(name);
    const reference = referenceOf(name);
    const differences: string[] = [];
    for (const [row, fields] of reference.entries()) {
      // The frame that completes a fragmented datagram shows what the others carried: reassembly is not of this pass.
      const reassembled =
        fields.get("ip.reassembled.length") !== "" || fields.get("ipv6.reassembled.length") !== "";
      for (const [field, value] of Object.entries(shownFields(table, streams, row))) {
        const theirs = reassembled && /^(tcp|udp)\./.test(field) ? "" : (fields.get(field) ?? "");
        if (theirs !== value) differences.push(`${row + 1} ${field}: tshark ${theirs}, ours ${value}`);
      }
    }
    expect(differences.slice(0, 20)).toEqual([]);
    expect(table.count).toBe(reference.length);
  });

  test("tshark shows no frame of a file of version 1, which has one readable record", () => {
    expect(referenceOf(REFUSED)).toHaveLength(0);
    expect(indexCapture(REFUSED).table.count).toBe(1);
  });
});
