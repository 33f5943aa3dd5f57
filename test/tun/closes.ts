// Every way a connection between a real kernel and a simulated stack can end, and the states it ends in on both sides.

import { deepEqual, equal, rejects } from "node:assert/strict";
import type { LinkConfig, ScriptPacket } from "../../src/sim/topology.ts";
import type { BlockingSocket } from "../../src/socket/blocking.ts";
import type { TcpState } from "../../src/socket/options.ts";
import { TunLab, otherEnd, portOf } from "./lab.ts";
import type { End } from "./lab.ts";

/** What a case has in hand: a connection, `active` being the end that acts first. */
interface Play {
  readonly lab: TunLab;
  readonly active: BlockingSocket;
  readonly passive: BlockingSocket;
  /** Waits until both ends are in these states. */
  reach(active: TcpState, passive: TcpState): Promise<void>;
}

interface Ending {
  readonly name: string;
  /** Of the link; `active` is the end that acts first. */
  readonly link?: (active: End) => Omit<LinkConfig, "between">;
  play(play: Play): Promise<void>;
}

export interface Close {
  readonly name: string;
  run(): Promise<void>;
}

/** A state is reached within this, retransmissions of a lost FIN included. */
const STATE_MS = 5000;
const CASE_MS = 10_000;
const DELAY_MS = 5;

const ENDINGS: readonly Ending[] = [
  {
    name: "one end closes, the other follows: TIME_WAIT where it began",
    async play({ active, passive, reach }) {
      active.close();
      await reach("FIN_WAIT_2", "CLOSE_WAIT");
      equal((await passive.recv()).length, 0);
      passive.close();
      await reach("TIME_WAIT", "CLOSED");
    },
  },
  {
    name: "both ends close at once: TIME_WAIT on both",
    async play({ active, passive, reach }) {
      active.close();
      passive.close();
      await reach("TIME_WAIT", "TIME_WAIT");
    },
  },
  {
    name: "a FIN is lost: it is sent again",
    link: (active) => dropping(active, "FIN"),
    async play({ active, passive, reach }) {
      active.close();
      await reach("FIN_WAIT_2", "CLOSE_WAIT");
      passive.close();
      await reach("TIME_WAIT", "CLOSED");
    },
  },
  {
    name: "the other end's FIN is lost: LAST_ACK sends it again",
    link: (active) => dropping(otherEnd(active), "FIN"),
    async play({ active, passive, reach }) {
      active.close();
      await reach("FIN_WAIT_2", "CLOSE_WAIT");
      passive.close();
      await reach("TIME_WAIT", "CLOSED");
    },
  },
  {
    name: "the last ACK is lost: TIME_WAIT answers the FIN that comes again",
    link: (active) => losingLastAck(active),
    async play({ active, passive, reach }) {
      active.close();
      await reach("FIN_WAIT_2", "CLOSE_WAIT");
      passive.close();
      await reach("TIME_WAIT", "CLOSED");
    },
  },
  {
    name: "half-close: the other end sends on and then closes",
    async play({ lab, active, passive, reach }) {
      active.shutdown("write");
      await reach("FIN_WAIT_2", "CLOSE_WAIT");
      equal((await passive.recv()).length, 0);
      const bytes = 200_000;
      const [, got] = await lab.within(
        CASE_MS,
        Promise.all([passive.sendAll(new Uint8Array(bytes)), take(active, bytes)]),
      );
      equal(got, bytes);
      equal(active.info().state, "FIN_WAIT_2");
      passive.close();
      equal((await active.recv()).length, 0);
      await reach("TIME_WAIT", "CLOSED");
    },
  },
  {
    name: "half-close both ways: the end of the stream on both, TIME_WAIT where it began",
    async play({ active, passive, reach }) {
      active.shutdown("write");
      equal((await passive.recv()).length, 0);
      passive.shutdown("write");
      equal((await active.recv()).length, 0);
      await reach("TIME_WAIT", "CLOSED");
      deepEqual([active.info().state, passive.info().state], ["CLOSED", "CLOSED"]);
    },
  },
  {
    name: "half-close both ways at once: TIME_WAIT on both",
    async play({ active, passive, reach }) {
      active.shutdown("write");
      passive.shutdown("write");
      equal((await active.recv()).length + (await passive.recv()).length, 0);
      await reach("TIME_WAIT", "TIME_WAIT");
    },
  },
  {
    name: "close with unread data: RST, and ECONNRESET for who sent it",
    async play({ lab, active, passive, reach }) {
      await passive.sendAll("never read");
      await lab.until(
        () => active.core.readiness().readable,
        () => "no data",
        STATE_MS,
      );
      active.close();
      await reach("CLOSED", "CLOSED");
      await rejects(passive.recv(), { code: "ECONNRESET" });
    },
  },
  {
    name: "close with linger 0: RST, and ECONNRESET",
    async play({ active, passive, reach }) {
      active.setOption("SO_LINGER", 0);
      active.close();
      await reach("CLOSED", "CLOSED");
      await rejects(passive.recv(), { code: "ECONNRESET" });
    },
  },
  {
    name: "linger 0 after a half-close: RST from FIN_WAIT_2, EPIPE for who would answer",
    async play({ active, passive, reach }) {
      active.shutdown("write");
      await reach("FIN_WAIT_2", "CLOSE_WAIT");
      active.setOption("SO_LINGER", 0);
      active.close();
      await reach("CLOSED", "CLOSED");
      await rejects(passive.send("too late"), { code: "EPIPE" });
    },
  },
  {
    name: "data for an end that has closed: RST, then EPIPE",
    async play({ active, passive, reach }) {
      active.close();
      await reach("FIN_WAIT_2", "CLOSE_WAIT");
      equal(await passive.send("nobody listens"), 14);
      await reach("CLOSED", "CLOSED");
      await rejects(passive.send("again"), { code: "EPIPE" });
    },
  },
  {
    name: "close with data still to be sent: all of it arrives first",
    async play({ lab, active, passive, reach }) {
      const bytes = await active.send(new Uint8Array(60_000));
      active.close();
      equal(await lab.within(CASE_MS, take(passive, Infinity)), bytes);
      passive.close();
      await reach("TIME_WAIT", "CLOSED");
    },
  },
  {
    name: "an end with a reader that waits: both see the end",
    async play({ lab, active, passive, reach }) {
      const waiting = passive.recv();
      active.close();
      equal((await lab.within(CASE_MS, waiting)).length, 0);
      passive.close();
      await reach("TIME_WAIT", "CLOSED");
    },
  },
];

/** Loses the first packet `end` sends that has `flag` set. */
function dropping(end: End, flag: string): Omit<LinkConfig, "between"> {
  let dropped = false;
  const script = (packet: ScriptPacket): "drop" | undefined => {
    if (dropped || !packet.flags.includes(flag)) return undefined;
    dropped = true;
    return "drop";
  };
  return { delayMs: DELAY_MS, [end === "kernel" ? "forward" : "backward"]: { script } };
}

/** Loses the first packet `active` sends after the other end has sent its FIN. */
function losingLastAck(active: End): Omit<LinkConfig, "between"> {
  let finSeen = false;
  let dropped = false;
  const watch = (packet: ScriptPacket): undefined => {
    finSeen ||= packet.flags.includes("FIN");
    return undefined;
  };
  const lose = (): "drop" | undefined => {
    if (!finSeen || dropped) return undefined;
    dropped = true;
    return "drop";
  };
  const [own, other] =
    active === "kernel" ? (["forward", "backward"] as const) : (["backward", "forward"] as const);
  return { delayMs: DELAY_MS, [own]: { script: lose }, [other]: { script: watch } };
}

/** Reads until `bytes` have come or the stream ends; answers how many came. */
async function take(socket: BlockingSocket, bytes: number): Promise<number> {
  let got = 0;
  while (got < bytes) {
    const data = await socket.recv();
    if (data.length === 0) break;
    got += data.length;
  }
  return got;
}

async function inLab(
  link: Omit<LinkConfig, "between">,
  action: (lab: TunLab) => Promise<void>,
): Promise<void> {
  const lab = TunLab.open(link, 1);
  if (!(lab instanceof TunLab)) throw new Error(lab.unavailable);
  try {
    await lab.within(CASE_MS, action(lab));
  } finally {
    await lab.close();
  }
}

function closeOf({ name, link, play }: Ending, active: End): Close {
  const passive = otherEnd(active);
  return {
    name: `${name} (${active} first)`,
    run: () =>
      inLab(link?.(active) ?? { delayMs: DELAY_MS }, async (lab) => {
        const sockets = await lab.connect("kernel");
        const ports = { kernel: portOf(sockets.kernel), sim: portOf(sockets.sim) };
        const reach = (first: TcpState, second: TcpState): Promise<void> => {
          const wanted = { [active]: first, [passive]: second };
          const reached = (): boolean => {
            const states = lab.states(ports);
            return states.kernel === wanted.kernel && states.sim === wanted.sim;
          };
          const words = (): string => `${JSON.stringify(wanted)}: ${JSON.stringify(lab.states(ports))}`;
          return lab.until(reached, words, STATE_MS);
        };
        await play({ lab, active: sockets[active], passive: sockets[passive], reach });
      }),
  };
}

/** What is not between two ends of a connection. */
const OTHERS: readonly Close[] = (["kernel", "sim"] as const).flatMap((client): Close[] => [
  {
    name: `nobody listens: ECONNREFUSED (${client} calling)`,
    run: () =>
      inLab({ delayMs: DELAY_MS }, (lab) =>
        rejects(lab.socket(client).connect({ host: otherEnd(client), port: 7000 }), { code: "ECONNREFUSED" }),
      ),
  },
  {
    name: `a listener closes over a connection nobody has accepted: ECONNRESET (${client} calling)`,
    run: () =>
      inLab({ delayMs: DELAY_MS }, async (lab) => {
        const listener = await lab.listen(otherEnd(client), 7000);
        const caller = lab.socket(client);
        await caller.connect({ host: otherEnd(client), port: 7000 });
        await lab.until(
          () => listener.core.readiness().readable,
          () => "not to be accepted",
          STATE_MS,
        );
        listener.close();
        await rejects(caller.recv(), { code: "ECONNRESET" });
      }),
  },
]);

const SIMULTANEOUS_OPEN: Close = {
  name: "both ends connect to each other at once: one connection, ESTABLISHED on both",
  run: () =>
    inLab({ delayMs: 20 }, async (lab) => {
      const [kernel, sim] = [lab.socket("kernel"), lab.socket("sim")];
      await kernel.bind({ host: "kernel", port: 7001 });
      await sim.bind({ host: "sim", port: 7002 });
      await Promise.all([
        kernel.connect({ host: "sim", port: 7002 }),
        sim.connect({ host: "kernel", port: 7001 }),
      ]);
      deepEqual(lab.states({ kernel: 7001, sim: 7002 }), { kernel: "ESTABLISHED", sim: "ESTABLISHED" });
      await kernel.sendAll("hello");
      equal(new TextDecoder().decode(await sim.recv()), "hello");
    }),
};

export const CLOSES: readonly Close[] = [
  ...ENDINGS.flatMap((ending) => (["kernel", "sim"] as const).map((active) => closeOf(ending, active))),
  ...OTHERS,
  SIMULTANEOUS_OPEN,
];
