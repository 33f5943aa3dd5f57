// Addresses as text: what is accepted, and that every address has one canonical spelling.

import { isIPv4, isIPv6 } from "node:net";

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  canonicalIp,
  mapIpv4,
  parseIpv4,
  parseIpv6,
  parseMac,
  readIpv4,
  readIpv6,
  readMac,
  unmapIpv4,
  writeIpv4,
  writeIpv6,
} from "../../src/wire/address.ts";
import { exactly, ipv6Address, mac } from "./arbitraries.ts";

describe("IPv6 text", () => {
  test.each([
    ["::", "::"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["2001:DB8::0001", "2001:db8::1"],
    ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
    ["1:0:0:2:0:0:3:4", "1::2:0:0:3:4"],
    ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
    ["0:0:2:3:4:5:6:7", "::2:3:4:5:6:7"],
    ["1:0:0:0:0:0:0:0", "1::"],
    ["::FFFF:1.2.3.4", "::ffff:1.2.3.4"],
    ["::ffff:102:304", "::ffff:1.2.3.4"],
    ["::1.2.3.4", "::1.2.3.4"],
    ["64:ff9b::1.2.3.4", "64:ff9b::102:304"],
  ])("%s is written %s", (text, canonical) => {
    expect(canonicalIp(text)).toBe(canonical);
  });

  test.each([
    "",
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "12345::",
    "g::",
    "fe80::1%eth0",
    "1.2.3.4::",
    "::1.2.3",
    "::1.2.3.256",
    " ::1",
    ":1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:",
  ])("%j is no address", (text) => {
    expect(parseIpv6(text)).toBeNull();
    expect(isIPv6(text.replace("%eth0", "%"))).toBe(false);
  });

  test("parsing what was printed gives the bytes back, for every address", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          exactly(16),
          ipv6Address.map((text) => parseIpv6(text) ?? exactly16),
        ),
        (bytes) => {
          expect(parseIpv6(readIpv6(bytes, 0))).toEqual(bytes);
        },
      ),
    );
  });

  test("what is accepted is what Node accepts", () => {
    const piece = fc.constantFrom("0", "1", "ffff", "10000", "::", ":", "1.2.3.4", "256", "g", "");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join(":").replaceAll(":::", "::");
        expect(parseIpv6(text) !== null).toBe(isIPv6(text));
      }),
      { numRuns: 2000 },
    );
  });
});

const exactly16 = new Uint8Array(16);

describe("IPv4 text", () => {
  test("printing and parsing are inverse, and only what Node accepts is accepted", () => {
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        const bytes = new Uint8Array(4);
        writeIpv4(bytes, 0, text);
        expect(readIpv4(bytes, 0)).toBe(text);
      }),
    );
    const piece = fc.constantFrom("0", "1", "01", "255", "256", "1e1", "", "-1", "10");
    fc.assert(
      fc.property(fc.array(piece, { minLength: 3, maxLength: 5 }), (pieces) => {
        const text = pieces.join(".");
        expect(parseIpv4(text) !== null).toBe(isIPv4(text));
      }),
    );
  });

  test("a mapped address unmaps in any spelling, and no other does", () => {
    expect(unmapIpv4(mapIpv4("10.0.0.1"))).toBe("10.0.0.1");
    expect(unmapIpv4("0:0:0:0:0:FFFF:a00:1")).toBe("10.0.0.1");
    expect(unmapIpv4("::10.0.0.1")).toBeNull();
    expect(unmapIpv4("10.0.0.1")).toBeNull();
  });

  test("writing what is no address throws and names it", () => {
    expect(() => writeIpv4(new Uint8Array(4), 0, "10.0.0")).toThrow("not an IPv4 address: 10.0.0");
    expect(() => writeIpv6(new Uint8Array(16), 0, "10.0.0.1")).toThrow("not an IPv6 address: 10.0.0.1");
  });
});

test("an Ethernet address is six pairs of hexadecimal digits", () => {
  fc.assert(
    fc.property(mac, (text) => {
      expect(readMac(parseMac(text) ?? exactly16, 0)).toBe(text);
    }),
  );
  expect(parseMac("00:11:22:33:44")).toBeNull();
  expect(parseMac("00:11:22:33:44:5g")).toBeNull();
  expect(parseMac("0:11:22:33:44:55")).toBeNull();
});
