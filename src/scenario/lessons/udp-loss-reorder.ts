import type { Scenario, Observation } from "../scenario.ts";
import { claim, clientAndServer, everyoneFinished, text, within } from "./shared.ts";

const PORT = 7080;
const COUNT = 8;
const LOST = 2;
const LATE = 4;
const DOUBLE = 6;

function received(observation: Observation): string[] {
  return (observation.logs["server"] ?? []).filter((line) => line.startsWith("datagram "));
}

export const udpLossReorder: Scenario = {
  name: "udp-loss-reorder",
  title: "UDP under loss, reordering and duplication",
  lesson:
    "Eight numbered datagrams cross a link that loses the third, delays the fifth past its successors and delivers the seventh twice. The server is " +
    "told of none of it: a datagram arrives whole, or not at all, or late, or again. Whoever needs more numbers its messages, " +
    "acknowledges and sends again, and has begun to write TCP. Loopback does none of this: a program that worked there has not been tested.",
  topology: clientAndServer({
    forward: {
      script: ({ index }) => {
        if (index === LOST) return "drop";
        if (index === LATE) return { delayMs: 25 };
        return index === DOUBLE ? "duplicate" : undefined;
      },
    },
  }),
  programs: {
    async server(host) {
      const socket = host.socket("inet", "dgram");
      await socket.bind({ port: PORT });
      for (;;) {
        const datagram = await within(host, 150, socket.recvFrom());
        if (datagram === null) break;
        host.log(`datagram ${text(datagram.data)}`);
      }
      socket.close();
    },
    async client(host) {
      const socket = host.socket("inet", "dgram");
      for (let i = 0; i < COUNT; i++) {
        await socket.sendTo(String(i), { host: "server", port: PORT });
        await host.sleep(5);
      }
      socket.close();
    },
  },
  expect: (observation) => {
    const numbers = received(observation).map((line) => Number(line.slice("datagram ".length)));
    const whole = claim(
      "what arrives, arrives whole",
      numbers.every((number) => Number.isInteger(number) && number >= 0 && number < COUNT),
    );
    if (observation.network === "loopback") {
      const inOrder = numbers.join() === Array.from({ length: COUNT }, (_, i) => i).join();
      return [
        whole,
        claim("loopback delivers all, once and in order", inOrder),
        everyoneFinished(observation),
      ];
    }
    return [
      whole,
      claim("the lost datagram never arrives", !numbers.includes(LOST)),
      claim("the late one arrives after its successor", numbers.indexOf(LATE) > numbers.indexOf(LATE + 1)),
      claim("the doubled one arrives twice", numbers.filter((number) => number === DOUBLE).length === 2),
      everyoneFinished(observation),
    ];
  },
};
