import * as fc from "fast-check";
import { expect, it } from "vitest";

import { rc4, rc4State } from "../../../src/capture/dissect/rc4.ts";
import { ascii, hex, joined } from "../samples/network.ts";

it.each([
  // RFC 6229 2, the first bytes of the key stream.
  { key: "0102030405", stream: "b2396305f03dc027ccc3524a0a1118a8" },
  { key: "0102030405060708090a0b0c0d0e0f10", stream: "9ac7cc9a609d1ef7b2932899cde41b97" },
  { key: "833222772a", stream: "80ad97bdc973df8a2e879e92a497efda" },
])("the stream of key $key is RFC 6229's", ({ key, stream }) => {
  expect(rc4(rc4State(hex(key)), new Uint8Array(16))).toEqual(hex(stream));
});

it("is the same stream however it is cut, and undoes itself", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 32 }), fc.array(fc.uint8Array()), (key, parts) => {
      const state = rc4State(key);
      const sealed = parts.map((part) => rc4(state, part));
      expect(joined(...sealed)).toEqual(rc4(rc4State(key), joined(...parts)));
      expect(rc4(rc4State(key), joined(...sealed))).toEqual(joined(...parts));
    }),
  );
});

it("leaves what it is given as it is", () => {
  const clear = ascii("clear");
  rc4(rc4State(ascii("key")), clear);
  expect(clear).toEqual(ascii("clear"));
});
