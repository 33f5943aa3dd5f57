import type { Scenario } from "../scenario.ts";
import { PROTOCOL } from "../../trace/packets.ts";
import { claim, clientAndServer, everyoneFinished, loggedAfter, within } from "./shared.ts";

const PORT = 7065;
const SIZE = 4000;
/** Each datagram is three fragments: the fifth packet is the middle of the second. */
const LOST = 4;

export const udpFragmentation: Scenario = {
  name: "udp-fragmentation",
  title: "A large datagram goes in pieces, and is lost with any of them",
  lesson:
    "A datagram of 4,000 bytes does not fit a link with an MTU of 1,500: IP cuts it into three fragments, and the receiver's kernel puts them together before any program sees them. One fragment of the second datagram is lost. " +
    "IP does not send it again, and two thirds of a datagram are nothing: the whole of it is thrown away. With 1% loss, a datagram of 44 fragments arrives less " +
    "than two times in three. Keep datagrams below 1,200 bytes or so. Loopback, with an MTU of 65,536, shows none of this.",
  topology: clientAndServer({ forward: { script: ({ index }) => (index === LOST ? "drop" : undefined) } }),
  programs: {
    async server(host) {
      const socket = host.socket("inet", "dgram");
      await socket.bind({ port: PORT });
      for (;;) {
        const datagram = await within(host, 150, socket.recvFrom());
        if (datagram === null) break;
        host.log(`got: ${datagram.data.length} bytes of ${datagram.data[0]}`);
      }
      socket.close();
    },
    async client(host) {
      const socket = host.socket("inet", "dgram");
      for (let i = 0; i < 3; i++) {
        await socket.sendTo(new Uint8Array(SIZE).fill(i), { host: "server", port: PORT });
        await host.sleep(20);
      }
      socket.close();
    },
  },
  expect: (observation) => {
    const got = loggedAfter(observation, "server", "got");
    const { protocol, count } = observation.trace.packets;
    const fragments = protocol.subarray(0, count).filter((kind) => kind === PROTOCOL.fragment).length;
    const whole = (i: number): string => `${SIZE} bytes of ${i}`;
    if (observation.backend !== "sim") {
      return [
        claim("loopback carries all three whole", got.join() === [0, 1, 2].map(whole).join()),
        everyoneFinished(observation),
      ];
    }
    return [
      claim("three datagrams are nine fragments", fragments === 9),
      claim("one fragment is lost", observation.dropped >= 1 && got.length === 2),
      claim("the datagrams before and after it arrive whole", got.join() === [0, 2].map(whole).join()),
      everyoneFinished(observation),
    ];
  },
};
