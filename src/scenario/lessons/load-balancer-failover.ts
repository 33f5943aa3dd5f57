import type { Host, Socket } from "../../socket/api.ts";
import type { Scenario } from "../scenario.ts";
import { claim, connectTo, everyoneFinished, linesOf, listenAt, logged, loggedAfter } from "./shared.ts";

const FRONT_PORT = 7260;
const WORKER_PORT = 7261;
const WORKERS = ["worker1", "worker2", "worker3"];
const JOBS = 8;

interface Worker {
  readonly name: string;
  readonly socket: Socket;
  readonly answers: AsyncGenerator<string, undefined>;
}

/** Does jobs, `diesAfter` of them at most: the next one it takes and does not answer. */
async function work(host: Host, diesAfter: number): Promise<void> {
  const listener = await listenAt(host, WORKER_PORT);
  const front = await listener.accept();
  listener.close();
  let done = 0;
  for await (const job of linesOf(front)) {
    await host.sleep(5);
    if (done === diesAfter) break;
    await front.send(`${job} done by ${host.name}\n`);
    done++;
  }
  front.close();
}

/** Gives `job` to the worker whose turn it is; to the next one, should that one die over it. */
async function dispatch(host: Host, workers: Worker[], job: string): Promise<string> {
  for (;;) {
    const worker = workers.shift();
    if (worker === undefined) return `${job} failed: no worker left`;
    await worker.socket.send(`${job}\n`);
    const answer = await worker.answers.next();
    if (answer.done !== true) {
      workers.push(worker);
      return answer.value;
    }
    host.log(`${worker.name} died over ${job}`);
    worker.socket.close();
  }
}

export const loadBalancerFailover: Scenario = {
  name: "load-balancer-failover",
  title: "One front, three workers, one dies, nothing is lost",
  lesson:
    "The front hands jobs to three workers in turn. The second dies holding a job: its kernel sends a FIN, the front's recv gives the end of the stream where an answer was " +
    "due, and that is how it knows. It strikes the worker off and gives the same job to the next, so the client sees nothing but a slower answer. It must keep a job until it is " +
    "answered, and it may repeat only what does no harm when done twice: the dead worker may have done it and died before it could say so. A worker " +
    "that hangs or whose cable is cut sends no FIN: for that the front needs a time limit too.",
  topology: {
    hosts: { client: {}, front: {}, worker1: {}, worker2: {}, worker3: {} },
    links: [
      { between: ["client", "front"], delayMs: 10 },
      ...WORKERS.map((worker) => ({ between: ["front", worker] as const, delayMs: 1 })),
    ],
  },
  programs: {
    worker1: (host) => work(host, Infinity),
    worker2: (host) => work(host, 1),
    worker3: (host) => work(host, Infinity),
    async front(host) {
      const listener = await listenAt(host, FRONT_PORT);
      const workers: Worker[] = [];
      for (const name of WORKERS) {
        const socket = await connectTo(host, name, WORKER_PORT);
        workers.push({ name, socket, answers: linesOf(socket) });
      }
      const client = await listener.accept();
      for await (const job of linesOf(client)) await client.send(`${await dispatch(host, workers, job)}\n`);
      client.close();
      for (const { socket } of workers) socket.close();
      listener.close();
    },
    async client(host) {
      const socket = await connectTo(host, "front", FRONT_PORT);
      const answers = linesOf(socket);
      for (let job = 1; job <= JOBS; job++) {
        await socket.send(`job ${job}\n`);
        const answer = await answers.next();
        host.log(`answer: ${answer.value}`);
      }
      socket.close();
    },
  },
  expect: (observation) => {
    const answers = loggedAfter(observation, "client", "answer");
    return [
      claim("a worker dies over a job", logged(observation, "front", "worker2 died over job 5")),
      claim(
        "every job is answered, once and in order",
        answers.length === JOBS && answers.every((answer, i) => answer.startsWith(`job ${i + 1} done by `)),
      ),
      claim("the job it died over is done by the next", answers[4] === "job 5 done by worker3"),
      claim(
        "the jobs after it are shared by the two that are left",
        answers.slice(5).every((answer) => !answer.endsWith("worker2")),
      ),
      everyoneFinished(observation),
    ];
  },
};
