import type { Host } from "../../socket/api.ts";
import type { Scenario } from "../scenario.ts";
import { claim, everyoneFinished, logged, outcomeOf, text } from "./shared.ts";

const PATH = "echo.sock";

async function serve(host: Host): Promise<void> {
  const listener = host.socket("unix", "stream");
  await listener.bind({ path: PATH });
  await listener.listen();
  const peer = await listener.accept();
  for (;;) {
    const data = await peer.recv();
    if (data.length === 0) break;
    await peer.sendAll(data);
  }
  peer.close();
  listener.close();

  // The path outlives the socket.
  const late = host.socket("unix", "stream");
  host.log(`connect to the path left behind: ${await outcomeOf(late.connect({ path: PATH }))}`);
  late.close();
  const next = host.socket("unix", "stream");
  host.log(`bind it again: ${await outcomeOf(next.bind({ path: PATH }))}`);
  next.close();
}

async function ask(host: Host): Promise<void> {
  await host.sleep(10);
  const socket = host.socket("unix", "stream");
  await socket.connect({ path: PATH });
  await socket.send("one");
  await socket.send("two");
  let echo = "";
  while (echo.length < "onetwo".length) echo += text(await socket.recv());
  host.log(`echo: ${echo}`);
  socket.close();
}

export const unixEcho: Scenario = {
  name: "unix-echo",
  title: "An echo within the machine: Unix sockets",
  lesson:
    "Two programs on one machine need no network: a Unix socket has a path for an address, and the kernel copies bytes from one to the other without headers, checksums or acknowledgements: there are no packets to show. " +
    "The calls are the same, and so is the stream: no message boundaries, an empty recv at the end. The path is a file that close leaves behind. Connecting to it is " +
    "refused then, and binding it again fails with EADDRINUSE: servers unlink it before they bind.",
  topology: { hosts: { machine: {} }, links: [] },
  backends: ["sim", "kernel"],
  programs: {
    async machine(host) {
      await Promise.all([serve(host), ask(host)]);
    },
  },
  expect: (observation) => [
    claim("the echo comes back", logged(observation, "machine", "echo: onetwo")),
    claim(
      "connecting to a path whose server is gone is refused",
      logged(observation, "machine", "connect to the path left behind: ECONNREFUSED"),
    ),
    claim("binding it again fails", logged(observation, "machine", "bind it again: EADDRINUSE")),
    ...(observation.hasPackets ? [claim("not one packet", observation.trace.packets.count === 0)] : []),
    everyoneFinished(observation),
  ],
};
