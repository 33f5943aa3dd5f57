import type { Host } from "../../socket/api.ts";
import type { Observation, Scenario } from "../scenario.ts";
import { claim, everyoneFinished, loggedAfter, text, within } from "./shared.ts";

const PORT = 7067;
const COUNT = 1000;
const LOSS = 0.1;
/** Bursts of five on average: the chain leaves its bad state once in five packets, and is in it a tenth of the time. */
const LEAVE_BAD = 0.2;
const ENTER_BAD = (LEAVE_BAD * LOSS) / (1 - LOSS);

async function receive(host: Host): Promise<void> {
  const socket = host.socket("inet", "dgram");
  await socket.bind({ port: PORT });
  const came = new Set<number>();
  for (;;) {
    const datagram = await within(host, 500, socket.recvFrom());
    if (datagram === null) break;
    came.add(Number(text(datagram.data)));
  }
  socket.close();

  let gap = 0;
  let longest = 0;
  let beyondRepair = 0;
  for (let i = 0; i < COUNT; i++) {
    gap = came.has(i) ? 0 : gap + 1;
    longest = Math.max(longest, gap);
    // Were each datagram to carry a copy of the one before it, only what is lost together with its successor would be gone.
    if (!came.has(i) && !came.has(i + 1)) beyondRepair++;
  }
  host.log(`lost: ${COUNT - came.size}, longest gap ${longest}, beyond repair ${beyondRepair}`);
}

/** Lost datagrams, the longest gap and what a copy in the next datagram could not repair. */
function lossesAt(observation: Observation, host: string): readonly number[] {
  return (
    /^(\d+), longest gap (\d+), beyond repair (\d+)$/.exec(loggedAfter(observation, host, "lost")[0] ?? "") ??
    []
  )
    .slice(1)
    .map(Number);
}

export const burstyLoss: Scenario = {
  name: "bursty-loss",
  title: "One in ten is lost: evenly, or in bursts",
  lesson:
    "Both links lose a tenth of their packets. One loses each by a throw of the dice; the other has good and bad spells, as radio and full queues have (Gilbert and Elliott's model). The rate is " +
    "the same, the damage is not. If every datagram carried a copy of the one before, nearly all single losses could be repaired, and almost nothing of a " +
    "burst. A loss rate alone says little: test with bursts, spread redundancy over time, and do not retry at once into the same bad spell.",
  topology: {
    hosts: { sender: {}, even: {}, bursty: {} },
    links: [
      { between: ["sender", "even"], delayMs: 10, forward: { loss: LOSS } },
      {
        between: ["sender", "bursty"],
        delayMs: 10,
        forward: { loss: { enterBad: ENTER_BAD, leaveBad: LEAVE_BAD } },
      },
    ],
  },
  backends: ["sim"],
  programs: {
    even: receive,
    bursty: receive,
    async sender(host) {
      const socket = host.socket("inet", "dgram");
      for (let i = 0; i < COUNT; i++) {
        await socket.sendTo(String(i), { host: "even", port: PORT });
        await socket.sendTo(String(i), { host: "bursty", port: PORT });
        await host.sleep(1);
      }
      socket.close();
    },
  },
  expect: (observation) => {
    const [evenLost, evenGap, evenGone] = lossesAt(observation, "even");
    const [burstyLost, burstyGap, burstyGone] = lossesAt(observation, "bursty");
    return [
      claim("the even link loses 6 to 14 of a hundred", evenLost > COUNT * 0.06 && evenLost < COUNT * 0.14),
      claim("the bursty one about as many", burstyLost > COUNT * 0.02 && burstyLost < COUNT * 0.22),
      claim("but the bursty link's longest gap is longer", burstyGap > evenGap),
      claim(
        "and of its losses, far more are beyond repair",
        burstyGone / burstyLost > 2 * (evenGone / evenLost),
      ),
      everyoneFinished(observation),
    ];
  },
};
