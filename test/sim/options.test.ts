// Options with any value at all: taken, or refused by an errno with a reason; never an exception, never a value that getsockopt then tells.

import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { PERSONALITY_NAMES } from "../../src/sim/personality/personality.ts";
import { isFailure } from "../../src/socket/core.ts";
import type { SocketCore } from "../../src/socket/core.ts";
import { OPTIONS } from "../../src/socket/options.ts";
import type { OptionName, OptionValue } from "../../src/socket/options.ts";
import { network } from "./lab.ts";

const NAMES = Object.keys(OPTIONS) as OptionName[];
const KINDS = [
  ["inet", "stream"],
  ["inet6", "stream"],
  ["inet", "dgram"],
  ["inet6", "dgram"],
  ["unix", "stream"],
  ["unix", "dgram"],
] as const;

const hosts = network(
  Object.fromEntries(PERSONALITY_NAMES.map((personality) => [personality, { personality }])),
  [],
);

function socketOf(host: string, [family, type]: (typeof KINDS)[number]): SocketCore {
  const socket = hosts.hosts.get(host)?.socket(family, type);
  if (socket === undefined || isFailure(socket)) throw new Error(`no socket on ${host}`);
  return socket;
}

const value = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.string(),
  fc.constantFrom(-1, 0, 1, 2 ** 31, 2 ** 53, Number.NaN, Infinity, null, undefined, {}, []),
);

prop.prop(
  [fc.constantFrom(...PERSONALITY_NAMES), fc.constantFrom(...KINDS), fc.constantFrom(...NAMES), value],
  { numRuns: 1000 },
)(
  "an option takes a value of its kind or answers an errno, and keeps what it had",
  (host, kind, name, wanted) => {
    const socket = socketOf(host, kind);
    const before = socket.getOption(name);
    const answer = socket.setOption(name, wanted as OptionValue);
    expect(answer === null || isFailure(answer)).toBe(true);
    const after = socket.getOption(name);
    if (answer !== null) expect(after).toEqual(before);
    else {
      expect(typeof wanted).toBe(OPTIONS[name]);
      expect(typeof after).toBe(OPTIONS[name]);
      if (typeof after === "number") expect(Number.isSafeInteger(after)).toBe(true);
    }
  },
);

describe("numbers just outside an option's range", () => {
  test.each([
    ["TCP_KEEPIDLE", [0, 32_768]],
    ["TCP_KEEPINTVL", [0, 32_768]],
    ["TCP_KEEPCNT", [0, 128]],
    ["TCP_SYNCNT", [0, 128]],
    ["TCP_MAXSEG", [87, 32_768]],
    ["TCP_USER_TIMEOUT", [-1]],
    ["IP_TTL", [0, 256, -2]],
    ["IP_MTU_DISCOVER", [-1, 6]],
  ] as const)("%s refuses them with EINVAL and says what it takes", (name, values) => {
    for (const outside of values) {
      const answer = socketOf("linux", KINDS[0]).setOption(name, outside);
      expect(answer).toMatchObject({ code: "EINVAL", why: expect.stringContaining(name) as string });
    }
  });
});

test("a negative buffer size is to Linux a very large one, and to others nothing", () => {
  for (const kind of KINDS) {
    const socket = socketOf("linux", kind);
    expect(socket.setOption("SO_SNDBUF", -1)).toBeNull();
    expect(socket.getOption("SO_SNDBUF")).toBe(425_984);
  }
  const socket = socketOf("bsd", KINDS[0]);
  socket.setOption("SO_SNDBUF", -1);
  expect(socket.getOption("SO_SNDBUF")).toBeLessThan(10_000);
});
