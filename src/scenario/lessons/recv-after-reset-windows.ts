import type { Host } from "../../socket/api.ts";
import type { Scenario } from "../scenario.ts";
import { claim, connectTo, everyoneFinished, listenAt, loggedAfter, outcomeOf, text } from "./shared.ts";

const PORT = 7250;

/** What three reads answer, one after the other: bytes, "the end", or an errno. */
async function readThrice(host: Host, server: string): Promise<string> {
  const socket = await connectTo(host, server, PORT);
  await socket.send("one request");
  await host.sleep(60);
  const answers: string[] = [];
  for (let i = 0; i < 3; i++) {
    const failure = await outcomeOf(
      socket.recv().then((data) => answers.push(data.length === 0 ? "the end" : text(data))),
    );
    if (failure !== "ok") answers.push(failure);
  }
  socket.close();
  return answers.join(", ");
}

export const recvAfterResetWindows: Scenario = {
  name: "recv-after-reset-windows",
  title: "After a RST: an errno on Windows, where Linux gives the end of the stream",
  lesson:
    "Two clients, one on Linux and one on Windows, run the same program: the server answers in full, then hangs up with a RST. Linux hands out the " +
    "answer that had arrived, tells of the RST once, and from then on recv gives the end of the stream, as if all were well. Windows throws the answer " +
    "away when the RST comes, and every recv is WSAECONNRESET. So a loop that takes ECONNRESET for the end and reads on is right on neither: " +
    "take an errno once, close, and count on nothing that was not acknowledged by the protocol above TCP.",
  topology: {
    hosts: { linux: {}, windows: { personality: "windows" }, server: {} },
    links: [
      { between: ["linux", "server"], delayMs: 10 },
      { between: ["windows", "server"], delayMs: 10 },
    ],
  },
  // Only the simulator can play another system.
  backends: ["sim"],
  programs: {
    async server(host) {
      const listener = await listenAt(host, PORT);
      for (let i = 0; i < 2; i++) {
        const peer = await listener.accept();
        await peer.recv();
        await peer.send("the answer");
        peer.setOption("SO_LINGER", 0);
        peer.close();
      }
      listener.close();
    },
    async linux(host) {
      host.log(`reads: ${await readThrice(host, "server")}`);
    },
    async windows(host) {
      host.log(`reads: ${await readThrice(host, "server")}`);
    },
  },
  expect: (observation) => {
    const [linux] = loggedAfter(observation, "linux", "reads");
    const [windows] = loggedAfter(observation, "windows", "reads");
    return [
      claim(
        "on Linux: what had arrived, then ECONNRESET once, then the end",
        linux === "the answer, ECONNRESET, the end",
      ),
      claim(
        "on Windows: ECONNRESET at once and every time, and the answer is lost",
        windows === "ECONNRESET, ECONNRESET, ECONNRESET",
      ),
      everyoneFinished(observation),
    ];
  },
};
