import type { Ipv4Header } from "../../wire/ipv4.ts";
import type { Observation, Scenario } from "../scenario.ts";
import { internetChecksum } from "../../wire/checksum.ts";
import { decodePacket } from "../../wire/packet.ts";
import { IP_PROTOCOL } from "../../wire/protocols.ts";
import { TCP_FLAG } from "../../wire/tcp.ts";
import { claim, clientAndServer, everyoneFinished, logged, outcomeOf, segments, text } from "./shared.ts";

const PORT = 7280;
const CLOSED_PORT = 7281;

interface Tapped {
  readonly ip: Ipv4Header;
  /** The IP header's sixteen-bit words, added up with the checksum among them: 0 when it is right. */
  readonly sum: number;
}

/** What a raw socket would hand to a program: each packet from the IP header on. */
function tap({ trace }: Observation): Tapped[] {
  const tapped: Tapped[] = [];
  for (let row = 0; row < trace.packets.count; row++) {
    const bytes = trace.bytes(row);
    const { layers } = decodePacket(bytes, trace.interfaces[trace.packets.interfaceId[row]].linkType);
    for (const layer of layers) {
      if (layer.kind !== "ipv4") continue;
      tapped.push({ ip: layer.header, sum: internetChecksum(bytes, layer.start, layer.end) });
    }
  }
  return tapped;
}

export const rawTap: Scenario = {
  name: "raw-tap",
  title: "What a raw socket would see",
  lesson:
    "socket(AF_INET, SOCK_RAW, ...) needs root, and hands a program every packet with its headers: those of other programs, and those no program ever hears of. Four bytes of ping travel as 32; a connect " +
    "that fails is a SYN and a RST that a program knows only as ECONNREFUSED. Each IP header has its version, length, time to live, protocol and a checksum that adds up to " +
    "nothing if no bit was harmed. wirelab needs no raw socket for it: the trace is one, and the Packets screen shows every byte with its name.",
  topology: clientAndServer(),
  programs: {
    async server(host) {
      const socket = host.socket("inet", "dgram");
      await socket.bind({ port: PORT });
      const { data, from } = await socket.recvFrom();
      await socket.sendTo(data, from);
      socket.close();
    },
    async client(host) {
      const question = host.socket("inet", "dgram");
      await question.sendTo("ping", { host: "server", port: PORT });
      host.log(`answer: ${text((await question.recvFrom()).data)}`);
      question.close();

      const socket = host.socket("inet", "stream");
      host.log(`connect: ${await outcomeOf(socket.connect({ host: "server", port: CLOSED_PORT }))}`);
      socket.close();
    },
  },
  expect: (observation) => {
    const tapped = tap(observation);
    const udp = tapped.filter(({ ip }) => ip.protocol === IP_PROTOCOL.udp);
    const tcp = tapped.filter(({ ip }) => ip.protocol === IP_PROTOCOL.tcp);
    const seen = observation.hasPackets
      ? [
          claim("four packets: question, answer, SYN, RST", udp.length === 2 && tcp.length === 2),
          claim(
            "four bytes of ping are a packet of 32: 20 of IP, 8 of UDP",
            udp.every(({ ip }) => ip.totalLength === 32 && ip.headerLength === 20),
          ),
          claim(
            "the RST that no program hears of is there",
            segments(observation, TCP_FLAG.rst).length === 1,
          ),
          claim(
            "every IP header adds up",
            tapped.every(({ sum }) => sum === 0),
          ),
        ]
      : [];
    return [
      claim("the program hears the answer", logged(observation, "client", "answer: ping")),
      claim("and that its connect was refused", logged(observation, "client", "connect: ECONNREFUSED")),
      ...seen,
      everyoneFinished(observation),
    ];
  },
};
