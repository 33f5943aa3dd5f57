// Interned addresses.

import * as fc from "fast-check";
import { expect, test } from "vitest";

import { AddressTable } from "../../src/trace/addresses.ts";
import { parseIpv4, parseIpv6 } from "../../src/wire/address.ts";
import { ipv6Address } from "../wire/arbitraries.ts";

function intern(table: AddressTable, text: string): number {
  const word = parseIpv4(text);
  return word === null
    ? table.internIpv6At(parseIpv6(text) ?? new Uint8Array(16), 0)
    : table.internIpv4(word);
}

test("an address has one id, and the id gives its text, family and is found again", () => {
  const texts = fc.array(fc.oneof(fc.ipV4(), ipv6Address), { maxLength: 3000, size: "max" });
  fc.assert(
    fc.property(texts, (texts) => {
      const table = new AddressTable();
      const ids = new Map<string, number>();
      for (const text of texts) {
        const expected = ids.get(text) ?? ids.size + 1;
        ids.set(text, expected);
        expect(intern(table, text)).toBe(expected);
      }
      expect(table.size).toBe(ids.size);
      for (const [text, id] of ids) {
        expect(table.text(id)).toBe(text);
        expect(table.family(id)).toBe(text.includes(":") ? 6 : 4);
        expect(table.find(text)).toBe(id);
      }
    }),
    { numRuns: 10 },
  );
});

test("an IPv4 address and the IPv6 address of the same bits are two", () => {
  const table = new AddressTable();
  const narrow = intern(table, "1.2.3.4");
  const wide = intern(table, "::1.2.3.4");
  expect(wide).not.toBe(narrow);
  expect([table.text(narrow), table.text(wide)]).toEqual(["1.2.3.4", "::1.2.3.4"]);
});

test("id 0 is no address; what no packet has, or what is no address, is not found", () => {
  const table = new AddressTable();
  expect([table.text(0), table.family(0)]).toEqual(["", 0]);
  expect(table.text(7)).toBe("");
  expect(["10.0.0.1", "::1", "example.org", ""].map((text) => table.find(text))).toEqual([0, 0, 0, 0]);
});
