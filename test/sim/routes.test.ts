import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Routes } from "../../src/sim/routes.ts";

test("what an address is does not depend on which was asked about before", () => {
  const addresses = ["10.0.0.1", "10.0.0.2", "10.0.0.255", "255.255.255.255", "fd00::2", "::1", "127.0.0.1"];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...addresses), { maxLength: 20 }), (asked) => {
      const routes = new Routes("10.0.0.1", "fd00::1");
      for (const address of asked) {
        expect(routes.isBroadcast(address)).toBe(address.endsWith(".255"));
        expect(routes.isV6(address)).toBe(address.includes(":"));
        expect(routes.to(address) === null).toBe(true);
        expect(routes.isV6(address)).toBe(address.includes(":"));
      }
    }),
  );
});
