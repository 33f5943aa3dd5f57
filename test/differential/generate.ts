// Programs at random: a beginning that gets somewhere (a connection, two, a pair of datagram sockets, or nothing), then any calls.

import * as fc from "fast-check";
import type { OptionName, OptionValue } from "../../src/socket/options.ts";
import { HOSTS, PORTS, SLOTS } from "./program.ts";
import type { HostName, Program, Step } from "./program.ts";

const slot = fc.nat({ max: SLOTS - 1 });
const host = fc.constantFrom(...HOSTS);
const port = fc.nat({ max: PORTS - 1 });
const backlog = fc.constantFrom(5, 0, 1, 2, 128, -1);
const peeks = fc.nat({ max: 5 }).map((n) => n === 5);
const endsBy = fc.constantFrom("connect" as const, "SO_ERROR" as const);

/** Mostly small: what fits every buffer is compared exactly. */
const size = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: 60 }) },
  { weight: 2, arbitrary: fc.nat({ max: 2000 }) },
  { weight: 1, arbitrary: fc.nat({ max: 9000 }) },
);
const bulk = fc.integer({ min: 20_000, max: 400_000 });
const datagram = fc.oneof(
  { weight: 8, arbitrary: size },
  { weight: 1, arbitrary: fc.constantFrom(65_507, 65_508, 65_527, 65_528, 1472, 1473) },
);
const max = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(65_536, 100_000) },
  { weight: 3, arbitrary: fc.nat({ max: 40 }) },
  { weight: 1, arbitrary: fc.nat({ max: 3000 }) },
);

const SWITCHES: readonly OptionName[] = [
  "SO_BROADCAST",
  "SO_KEEPALIVE",
  "SO_OOBINLINE",
  "SO_REUSEADDR",
  "SO_REUSEPORT",
  "IP_RECVERR",
  "IPV6_V6ONLY",
  "TCP_CORK",
  "TCP_NODELAY",
];

/** Values at and beyond the edges of what each takes. */
const NUMBERS: Readonly<Partial<Record<OptionName, readonly number[]>>> = {
  SO_LINGER: [0, 0, 0, -1, 5],
  SO_MAX_PACING_RATE: [-1, 1_000_000, 2_147_483_647, -2],
  SO_RCVBUF: [4096, 0, 100_000, 10_000_000, -1],
  SO_SNDBUF: [4096, 0, 100_000, 10_000_000, -1],
  IP_TTL: [1, 64, 255, 0, 256, -1],
  TCP_KEEPCNT: [1, 127, 0, 128],
  TCP_KEEPIDLE: [1, 32_767, 0, 32_768],
  TCP_KEEPINTVL: [1, 32_767, 0, 32_768],
  TCP_MAXSEG: [536, 88, 32_767, 0, 87, 32_768],
  TCP_SYNCNT: [1, 127, 0, 128],
  TCP_USER_TIMEOUT: [0, 10_000, -1],
};

const setOption = fc.oneof(
  fc.record({ name: fc.constantFrom(...SWITCHES), value: fc.boolean() }),
  fc.constantFrom(
    ...Object.entries(NUMBERS).flatMap(([name, values]) =>
      values.map((value) => ({ name: name as OptionName, value: value as OptionValue })),
    ),
  ),
);

const READ: readonly OptionName[] = [
  "SO_ERROR",
  "SO_ERROR",
  "SO_ERROR",
  "SO_ERROR",
  "SO_LINGER",
  "SO_MAX_PACING_RATE",
  ...SWITCHES,
  "IP_TTL",
  "TCP_KEEPCNT",
  "TCP_KEEPIDLE",
  "TCP_KEEPINTVL",
  "TCP_SYNCNT",
  "TCP_USER_TIMEOUT",
];

const op = <T extends Step["op"]>(name: T): fc.Arbitrary<T> => fc.constant(name);

function anyStep(waits: boolean, withBulk: boolean): fc.Arbitrary<Step> {
  const choices: fc.WeightedArbitrary<Step>[] = [
    {
      weight: 8,
      arbitrary: fc.record({
        op: op("send"),
        slot,
        size: withBulk ? fc.oneof(size, bulk) : size,
        flag: fc.oneof(
          { weight: 8, arbitrary: fc.constant("none" as const) },
          { weight: 1, arbitrary: fc.constant("more" as const) },
          { weight: 1, arbitrary: fc.constant("oob" as const) },
        ),
      }),
    },
    {
      weight: 9,
      arbitrary: fc.record({ op: op("recv"), slot, max, peek: peeks, oob: peeks }),
    },
    { weight: 4, arbitrary: fc.record({ op: op("close"), slot }) },
    {
      weight: 4,
      arbitrary: fc.record({
        op: op("shutdown"),
        slot,
        how: fc.constantFrom("write" as const, "read" as const, "both" as const),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        op: op("socket"),
        slot,
        host,
        type: fc.constantFrom("stream" as const, "dgram" as const),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        op: op("bind"),
        slot,
        port: fc.oneof({ weight: 4, arbitrary: port }, { weight: 1, arbitrary: fc.constant("any" as const) }),
        at: fc.nat({ max: 9 }).map((n) => (n === 9 ? ("elsewhere" as const) : ("home" as const))),
      }),
    },
    { weight: 2, arbitrary: fc.record({ op: op("listen"), slot, backlog }) },
    { weight: 3, arbitrary: fc.record({ op: op("accept"), slot, into: slot }) },
    { weight: 4, arbitrary: fc.record({ op: op("connect"), slot, host, port, by: endsBy }) },
    { weight: 3, arbitrary: fc.record({ op: op("sendTo"), slot, size: datagram, host, port }) },
    { weight: 3, arbitrary: fc.record({ op: op("recvFrom"), slot, max, peek: peeks }) },
    {
      weight: 3,
      arbitrary: setOption.chain((set) =>
        fc.record({ op: op("setOption"), slot, name: fc.constant(set.name), value: fc.constant(set.value) }),
      ),
    },
    { weight: 3, arbitrary: fc.record({ op: op("getOption"), slot, name: fc.constantFrom(...READ) }) },
    { weight: 1, arbitrary: fc.record({ op: op("atMark"), slot }) },
    { weight: 1, arbitrary: fc.record({ op: op("address"), slot }) },
    { weight: 1, arbitrary: fc.record({ op: op("peer"), slot }) },
  ];
  if (waits)
    choices.push({ weight: 3, arbitrary: fc.record({ op: op("wait"), ms: fc.constantFrom(60, 300) }) });
  return fc.oneof(...choices);
}

const socket = (number: number, on: HostName, type: "stream" | "dgram"): Step => ({
  op: "socket",
  slot: number,
  host: on,
  type,
});
const bind = (number: number): Step => ({ op: "bind", slot: number, port: 0, at: "home" });
const connect = (number: number, to: HostName, portNumber = 0): Step => ({
  op: "connect",
  slot: number,
  host: to,
  port: portNumber,
  by: "connect",
});

/** Options set before anything else, and a backlog. */
const listening = fc
  .tuple(fc.array(setOption, { maxLength: 2 }), backlog)
  .map(([options, wanted]): Step[] => {
    const steps = [socket(0, "b", "stream")];
    for (const { name, value } of options) steps.push({ op: "setOption", slot: 0, name, value });
    steps.push(bind(0), { op: "listen", slot: 0, backlog: wanted });
    return steps;
  });

const oneConnection: Step[] = [socket(1, "a", "stream"), connect(1, "b"), { op: "accept", slot: 0, into: 2 }];

const twoConnections: Step[] = [
  ...oneConnection,
  socket(3, "c", "stream"),
  connect(3, "b"),
  { op: "accept", slot: 0, into: 4 },
];

const datagrams: Step[] = [socket(0, "b", "dgram"), bind(0), socket(1, "a", "dgram")];

const beginning: fc.Arbitrary<readonly Step[]> = fc.oneof(
  { weight: 8, arbitrary: listening.map((steps) => steps.concat(oneConnection)) },
  {
    weight: 3,
    arbitrary: listening.map((steps) => steps.concat(twoConnections)),
  },
  { weight: 1, arbitrary: listening.map((steps) => steps.concat(socket(1, "a", "stream"), connect(1, "b"))) },
  {
    weight: 3,
    arbitrary: fc.boolean().map((connects) => (connects ? datagrams.concat(connect(1, "b")) : datagrams)),
  },
  { weight: 1, arbitrary: fc.constant([socket(0, "a", "stream"), bind(0), connect(0, "a")]) },
  { weight: 1, arbitrary: fc.constant([]) },
);

/** The same for Unix sockets: on one host, without what only TCP has, and with room in every queue. */
function onOneHost(steps: readonly Step[]): readonly Step[] {
  return steps.flatMap((step): readonly Step[] => {
    switch (step.op) {
      case "socket":
      case "connect":
      case "sendTo":
        return [{ ...step, host: "a" }];
      case "listen":
        return [{ ...step, backlog: Math.max(step.backlog, 5) }];
      case "send":
        // Urgent bytes more often, as much of their rules is about several.
        return [{ ...step, flag: step.flag === "oob" || step.size % 4 === 1 ? "oob" : "none" }];
      default:
        return [step];
    }
  });
}

export interface Shape {
  /** Whether its sockets are Unix ones. */
  readonly unix?: boolean;
  /** Whether real time may pass in a program. */
  readonly waits: boolean;
  /** Whether a send may be more than buffers hold. */
  readonly bulk: boolean;
}

export function programs({ unix = false, waits, bulk: withBulk }: Shape): fc.Arbitrary<Program> {
  const inet = fc.nat({ max: 4 }).map((n) => (n === 4 ? ("inet6" as const) : ("inet" as const)));
  return fc.record({
    family: unix ? fc.constant("unix" as const) : inet,
    bindsAny: fc.boolean(),
    steps: fc
      .tuple(beginning, fc.array(anyStep(waits, withBulk), { minLength: 1, maxLength: 16, size: "max" }))
      .map(([first, rest]) => (unix ? onOneHost(first.concat(rest)) : first.concat(rest)))
      .map((steps) => steps.filter(limitWaits())),
  });
}

/** Two waits at most: more would only cost time. */
function limitWaits(): (step: Step) => boolean {
  let waits = 0;
  return (step) => step.op !== "wait" || ++waits <= 2;
}
