import type { Scenario } from "../scenario.ts";
import { claim, clientAndServer, everyoneFinished, logged, text } from "./shared.ts";

const PORT = 7060;

export const ipv6Echo: Scenario = {
  name: "ipv6-echo",
  title: "The same echo over IPv6",
  lesson:
    "Only the family changes: socket('inet6', 'stream'), addresses of 16 bytes, and brackets around them where a port follows, as in [fd00::2]:7060. The segments are the same TCP; the IP header " +
    "below is 40 bytes without a checksum, and routers never fragment. A server bound to :: with IPV6_V6ONLY off would serve IPv4 clients too, and see them as ::ffff:10.0.0.1; " +
    "whether it is off by default depends on the system, so set it.",
  topology: clientAndServer(),
  programs: {
    async server(host) {
      const listener = host.socket("inet6", "stream");
      await listener.bind({ port: PORT });
      await listener.listen();
      const peer = await listener.accept();
      const client = peer.peer();
      if (client.family === "inet6") host.log(`a client from ${client.address}`);
      for (;;) {
        const data = await peer.recv();
        if (data.length === 0) break;
        await peer.sendAll(data);
      }
      peer.close();
      listener.close();
    },
    async client(host) {
      const socket = host.socket("inet6", "stream");
      await socket.connect({ host: "server", port: PORT });
      await socket.send("hello in 128 bits");
      host.log(`echo: ${text(await socket.recv())}`);
      socket.close();
    },
  },
  expect: (observation) => {
    const { trace } = observation;
    const rows = Array.from({ length: trace.packets.count }, (_, row) => row);
    const addresses = rows.map((row) => trace.packets.addresses.text(trace.packets.source[row]));
    return [
      claim("the echo comes back", logged(observation, "client", "echo: hello in 128 bits")),
      claim("the server sees an IPv6 address", logged(observation, "server", "a client from fd00::1")),
      ...(observation.hasPackets
        ? [
            claim(
              "every packet is IPv6",
              addresses.length > 0 && addresses.every((address) => address.includes(":")),
            ),
          ]
        : []),
      everyoneFinished(observation),
    ];
  },
};
