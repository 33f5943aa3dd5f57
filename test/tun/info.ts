// One exchange, on two real kernels and on two simulated stacks with the same link between them: what TCP_INFO says at each point of it.

import { writeFileSync } from "node:fs";
import { LinkedBackend, createLinkedBackend } from "../../src/scenario/linked-backend.ts";
import { createSimBackend } from "../../src/sim/backend.ts";
import type { LinkScript, Topology } from "../../src/sim/topology.ts";
import type { TcpInfo } from "../../src/socket/options.ts";
import type { Socket } from "../../src/socket/api.ts";
import { Lab } from "../conformance/lab.ts";

/** What `info()` said, by the point of the exchange and the end. */
export type Snapshots = ReadonlyMap<string, TcpInfo>;

type Field = keyof TcpInfo;

/** Times of a real clock: they may be this much more, and the timeouts reckoned from them a tick besides. */
const LATE_US = 20_000;
const TICK_US = 4000;
const TIMES: ReadonlySet<Field> = new Set(["rttUs", "rttvarUs", "minRttUs", "rtoUs"]);
/** What a rate says of a round trip: windows that leave in it, by the smoothed one; segments that came in it, which LATE_US can make half as many. */
const PACE_PART = 0.01;
const RATE_PART = 0.5;

/**
 * What the kernel leaves open once data has come: it counts a receive buffer in the memory segments take (`skb->truesize`), and offers
 * what it reckons will fit (`tcpi_rcv_ssthresh`); that, at the other end, is `tcpi_snd_wnd`.
 */
const BUFFERS: ReadonlySet<Field> = new Set(["rcvSsthresh", "rcvWnd", "sndWnd"]);
/**
 * And where a window is shut: how much went through before. The congestion window grew by one for each segment of it, unless HyStart
 * took a busy machine's delays for a queue.
 */
const AMOUNTS: ReadonlySet<Field> = new Set<Field>([
  ...BUFFERS,
  "pacingRate",
  "deliveryRate",
  "bytesAcked",
  "bytesSent",
  "dataSegsOut",
  "delivered",
  "notsentBytes",
  "segsIn",
  "segsOut",
  "sndCwnd",
  "sndSsthresh",
]);
const NONE: ReadonlySet<Field> = new Set();

/** Points at which no data had come yet. */
const BEFORE_DATA = /^(listening|unconnected|SYN |connection not accepted|connected|data on its way)/;

function openAt(point: string): ReadonlySet<Field> {
  if (BEFORE_DATA.test(point)) return NONE;
  return point.startsWith("window shut") ? AMOUNTS : BUFFERS;
}

/** Where the two differ in what is not open, a line each: `half-closed: server: unacked kernel 1, sim 0`. */
export function differences(kernel: Snapshots, sim: Snapshots): string[] {
  const found: string[] = [];
  for (const [point, theirs] of kernel) {
    const ours = sim.get(point);
    if (ours === undefined) {
      found.push(`${point}: the simulator never came there`);
      continue;
    }
    const open = openAt(point);
    for (const field of Object.keys(theirs) as Field[]) {
      const [a, b] = [theirs[field], ours[field]];
      const late = Math.abs(Number(a) - Number(b));
      const agree = TIMES.has(field)
        ? late <= LATE_US + (field === "rtoUs" ? TICK_US : 0)
        : a === b || open.has(field) || isSameRate(field, theirs, ours);
      if (!agree) found.push(`${point}: ${field} kernel ${a}, sim ${b}`);
    }
    const steady = open === AMOUNTS && theirs.sndSsthresh === ours.sndSsthresh;
    if (steady && theirs.sndCwnd - theirs.delivered !== ours.sndCwnd - ours.delivered) {
      found.push(`${point}: the window grew otherwise`);
    }
  }
  return found;
}

/** Rates go with the round trip, which a real clock makes longer. */
function isSameRate(field: Field, theirs: TcpInfo, ours: TcpInfo): boolean {
  if (field === "deliveryRate") {
    const [a, b] = [theirs.deliveryRate, ours.deliveryRate];
    return Math.min(a, b) >= Math.max(a, b) * RATE_PART;
  }
  if (field !== "pacingRate") return false;
  const [a, b] = [theirs.pacingRate * theirs.rttUs, ours.pacingRate * ours.rttUs];
  return Math.abs(a - b) <= PACE_PART * b;
}

const DELAY_MS = 20;
const ROUND_MS = 2 * DELAY_MS;
const PORT = 7000;
/** Of a server that does not read. */
const FULL_PORT = 7001;

/** Loses the segment that begins `offset` bytes into a stream, once. */
function losing(offset: number): LinkScript {
  let lost = false;
  return ({ relativeSeq, payloadLength }) => {
    if (lost || payloadLength === 0 || relativeSeq !== offset + 1) return "pass";
    lost = true;
    return "drop";
  };
}

/** Where the segment that is lost begins. */
const LOST_AT = 3000 + 5000 + 100 + 1448;

function topology(): Topology {
  return {
    hosts: { client: {}, server: {}, nobody: {} },
    links: [
      { between: ["client", "server"], delayMs: DELAY_MS, forward: { script: losing(LOST_AT) } },
      { between: ["client", "nobody"], loss: 1 },
    ],
  };
}

/** Makes the exchange and writes down what both ends' TCP_INFO says on the way. */
async function exchange(lab: Lab): Promise<Snapshots> {
  const seen = new Map<string, TcpInfo>();
  const stream = (host: "client" | "server"): Socket => {
    const socket = lab.socket(host, "inet", "stream");
    socket.setOption("TCP_CONGESTION", "cubic");
    return socket;
  };
  const listening = async (port: number): Promise<Socket> => {
    const socket = stream("server");
    await socket.bind({ port });
    await socket.listen();
    return socket;
  };
  const listener = await listening(PORT);
  seen.set("listening", listener.info());
  const client = stream("client");
  seen.set("unconnected", client.info());
  const connecting = client.connect({ host: "server", port: PORT });
  await lab.sleep(DELAY_MS);
  seen.set("SYN sent: client", client.info());
  const [, server] = await Promise.all([connecting, listener.accept()]);
  const look = (point: string): void => {
    seen.set(`${point}: client`, client.info());
    seen.set(`${point}: server`, server.info());
  };
  const lost = stream("client");
  lost.connect({ host: "nobody", port: PORT }).catch(() => undefined);
  const full = stream("client");
  full.setOption("SO_SNDBUF", 300_000);
  const [reader] = await Promise.all([
    listening(FULL_PORT),
    full.connect({ host: "server", port: FULL_PORT }),
  ]);
  await full.send(new Uint8Array(200_000));
  seen.set("connection not accepted: listener", reader.info());
  const rounds = (count: number): Promise<void> => lab.sleep(count * ROUND_MS);
  await rounds(1);
  look("connected");
  await client.send(new Uint8Array(3000));
  await lab.sleep(DELAY_MS / 2);
  look("data on its way");
  await server.recv(3000, { waitAll: true });
  await rounds(2);
  look("data read");
  await client.send(new Uint8Array(5000));
  await rounds(3);
  look("data unread");
  await server.recv(5000, { waitAll: true });
  await server.send(new Uint8Array(700));
  await client.recv(700, { waitAll: true });
  await client.send(new Uint8Array(100));
  await server.recv(100, { waitAll: true });
  await rounds(2);
  look("answered");
  await client.send(new Uint8Array(5 * 1448));
  await lab.sleep(ROUND_MS + DELAY_MS / 2);
  look("a segment is lost");
  await server.recv(5 * 1448, { waitAll: true });
  await rounds(3);
  look("repaired");
  client.setOption("SO_KEEPALIVE", true);
  client.setOption("TCP_KEEPIDLE", 1);
  await lab.sleep(500);
  seen.set("SYN lost: client", lost.info());
  seen.set("window shut: client", full.info());
  for (const socket of [lost, full, reader]) socket.close();
  await lab.sleep(900);
  look("kept alive");
  client.shutdown("write");
  await rounds(3);
  look("half-closed");
  await server.send(new Uint8Array(2000));
  await rounds(3);
  look("sent to the half-closed");
  server.close();
  await client.recv(2000, { waitAll: true });
  await rounds(2);
  seen.set("over: client", client.info());
  client.close();
  listener.close();
  return seen;
}

export async function simulated(): Promise<Snapshots> {
  const backend = createSimBackend({ topology: topology(), seed: 1, recording: false });
  return inLab(new Lab(backend));
}

/** The reason as a text where this process can have no kernels. */
export async function real(): Promise<Snapshots | string> {
  const backend = createLinkedBackend({
    topology: topology(),
    seed: 1,
    kernels: ["client", "server"],
    recording: false,
  });
  if (!(backend instanceof LinkedBackend)) return backend.unavailable;
  for (const host of ["client", "server"]) backend.kernels.within(host, setDefaults);
  return inLab(new Lab(backend));
}

/** What a machine's owner may have changed, as Linux has it by itself. */
function setDefaults(): void {
  writeFileSync("/proc/sys/net/ipv4/tcp_rmem", "4096 131072 6291456");
}

async function inLab(lab: Lab): Promise<Snapshots> {
  let seen: Snapshots = new Map();
  try {
    await lab.run(async () => {
      seen = await exchange(lab);
    });
  } finally {
    await lab.backend.dispose();
  }
  return seen;
}
