import type { Host } from "../../socket/api.ts";
import type { Scenario } from "../scenario.ts";
import { claim, connectTo, everyoneFinished, listenAt, loggedAfter, text } from "./shared.ts";

const UPLOAD_PORT = 7068;
const PING_PORT = 7069;
const UPLOAD_MS = 7000;
const CHUNK = new Uint8Array(16_384);
const LINK = { delayMs: 10, bandwidthBps: 1_000_000 };
const PATIENCE_MS = 3000;
const RECEIVERS = ["deep", "shallow", "managed"];

/** Takes the upload and answers pings. */
async function receive(host: Host): Promise<void> {
  const pings = host.socket("inet", "dgram");
  await pings.bind({ port: PING_PORT });
  const listener = await listenAt(host, UPLOAD_PORT);
  const upload = await listener.accept();
  const echo = async (): Promise<void> => {
    for (;;) {
      const { data, from } = await pings.recvFrom();
      await pings.sendTo(data, from);
      if (data.length === 0) break;
    }
  };
  const drain = async (): Promise<void> => {
    while ((await upload.recv()).length > 0);
  };
  await Promise.all([echo(), drain()]);
  for (const socket of [upload, listener, pings]) socket.close();
}

/** Uploads to `to`, and pings it ten times a second meanwhile: the worst ping. */
async function uploadAndPing(host: Host, to: string): Promise<void> {
  const upload = await connectTo(host, to, UPLOAD_PORT);
  // A machine whose default is BBR would show another lesson: that one can do without a full queue.
  upload.setOption("TCP_CONGESTION", "cubic");
  const pings = host.socket("inet", "dgram");
  await pings.connect({ host: to, port: PING_PORT });
  let worst = 0;
  const send = async (): Promise<void> => {
    while (host.now() < UPLOAD_MS) await upload.sendAll(CHUNK);
    upload.close();
  };
  /** A ping says when it left; one that the queue dropped is not answered. */
  const ping = async (): Promise<void> => {
    while (host.now() < UPLOAD_MS) {
      await pings.send(String(host.now()));
      await host.sleep(100);
    }
    await host.sleep(PATIENCE_MS);
    await pings.send("");
  };
  const pong = async (): Promise<void> => {
    for (;;) {
      const data = await pings.recv();
      if (data.length === 0) break;
      worst = Math.max(worst, host.now() - Number(text(data)));
    }
  };
  await Promise.all([send(), ping(), pong()]);
  pings.close();
  host.log(`${to}: worst ping ${Math.round(worst)} ms`);
}

export const bufferbloat: Scenario = {
  name: "bufferbloat",
  title: "Bufferbloat: a queue that never drops makes everything late",
  lesson:
    "TCP takes a lost packet for the sign to slow down. A router with room for a thousand packets loses none for a long time: the upload fills its queue, and whatever shares the " +
    "link waits behind it. A ping that takes 21 ms on the idle link takes half a second and more. With room for eight packets the queue overflows early, TCP slows down early, and the " +
    "upload is hardly slower; but the pings are dropped as well. FQ-CoDel does best with all the room there is: it gives each flow a queue of its own, lets sparse ones go first, and drops " +
    "what has waited too long. More buffer is not better: keep queues short, or manage them.",
  topology: {
    hosts: { client: {}, deep: {}, shallow: {}, managed: {} },
    links: [
      { between: ["client", "deep"], ...LINK, queuePackets: 1000 },
      { between: ["client", "shallow"], ...LINK, queuePackets: 8 },
      { between: ["client", "managed"], ...LINK, queue: "fq-codel" },
    ],
  },
  backends: ["sim"],
  programs: {
    deep: receive,
    shallow: receive,
    managed: receive,
    async client(host) {
      await Promise.all(RECEIVERS.map((receiver) => uploadAndPing(host, receiver)));
    },
  },
  expect: (observation) => {
    const worst = (to: string): number =>
      Number(/(\d+) ms/.exec(loggedAfter(observation, "client", to)[0] ?? "")?.[1]);
    return [
      claim("behind the deep queue a ping takes more than 400 ms", worst("deep") > 400),
      claim("behind the shallow one, less than half of that", worst("shallow") < 200),
      claim("behind FQ-CoDel, hardly more than on the idle link", worst("managed") < 50),
      everyoneFinished(observation),
    ];
  },
};
