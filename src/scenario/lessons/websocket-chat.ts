import { createHash } from "node:crypto";
import type { Host, Socket } from "../../socket/api.ts";
import { isBytes, textOf } from "../../trace/values.ts";
import type { Observation, Scenario } from "../scenario.ts";
import {
  callsOf,
  claim,
  connectTo,
  everyoneFinished,
  listenAt,
  logged,
  loggedAfter,
  text,
} from "./shared.ts";
import { FrameReader, OPCODE, encodeFrame } from "./websocket-frames.ts";
import type { Frame } from "./websocket-frames.ts";

const PORT = 7250;
const GUESTS = ["ann", "bob", "cho"];
/** RFC 6455, 4.2.2: the same for all servers, to show that the answer is no cached page. */
const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const utf8 = new TextEncoder();

/** Proves that the server speaks WebSocket: a hash of the client's key. */
function acceptKey(key: string): string {
  return createHash("sha1")
    .update(key + MAGIC)
    .digest("base64");
}

function field(head: string, name: string): string {
  return new RegExp(`^${name}: (.*)\r$`, "m").exec(head)?.[1] ?? "";
}

async function serveGuest(peer: Socket, room: Set<Socket>): Promise<void> {
  const key = field(text(await peer.recv()), "Sec-WebSocket-Key");
  await peer.send(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${acceptKey(key)}\r\n\r\n`,
  );
  room.add(peer);
  const reader = new FrameReader();
  for (let open = true; open;) {
    for (const frame of reader.push(await peer.recv())) {
      open = frame.opcode !== OPCODE.close;
      if (!open) {
        room.delete(peer);
        await peer.send(encodeFrame(OPCODE.close, frame.payload, null));
      } else for (const guest of room) await guest.send(encodeFrame(OPCODE.text, frame.payload, null));
    }
  }
  peer.close();
}

function randomBytes(host: Host, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => Math.floor(host.random() * 256));
}

/** A client's frame: masked with four bytes nobody can foresee. */
function sendFrame(host: Host, socket: Socket, opcode: number, words: string): Promise<number> {
  return socket.send(encodeFrame(opcode, utf8.encode(words), randomBytes(host, 4)));
}

async function visit(host: Host): Promise<void> {
  const socket = await connectTo(host, "server", PORT);
  const key = Buffer.from(randomBytes(host, 16)).toString("base64");
  await socket.send(
    "GET /chat HTTP/1.1\r\nHost: server\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  );
  const answer = text(await socket.recv());
  host.log(field(answer, "Sec-WebSocket-Accept") === acceptKey(key) ? "upgraded" : "not a WebSocket");

  // Each in turn says a word, once everyone is there.
  await host.sleep(100 + 50 * GUESTS.indexOf(host.name) - host.now());
  await sendFrame(host, socket, OPCODE.text, `hello from ${host.name}`);

  const reader = new FrameReader();
  const heard: Frame[] = [];
  while (heard.length < GUESTS.length) heard.push(...reader.push(await socket.recv()));
  for (const { payload } of heard) host.log(`heard: ${text(payload)}`);

  await sendFrame(host, socket, OPCODE.close, "");
  const [goodbye] = reader.push(await socket.recv());
  host.log(goodbye?.opcode === OPCODE.close ? "closed by agreement" : "no goodbye");
  socket.close();
}

/** Whether some bytes that `host` sent read as text with `words` in it. */
function sentInClear(observation: Observation, host: string, words: string): boolean {
  return callsOf(observation, host, "send").some(({ args: [data] }) => {
    // Past the two bytes of a frame's head.
    if (!isBytes(data)) return false;
    const body = { length: data.length - 2, head: data.head.subarray(2) };
    return textOf(body)?.includes(words) === true;
  });
}

export const websocketChat: Scenario = {
  name: "websocket-chat",
  title: "A chat room over WebSocket",
  lesson:
    "It begins as an HTTP request. The server proves that it speaks WebSocket by hashing the client's key, answers 101, and from there the same connection " +
    "carries frames both ways: an opcode, a length, the payload. Clients mask every frame with four random bytes, so that no proxy between takes a frame for HTTP; servers do not. " +
    "The room is a set of sockets: what one says, the server sends to all, and the order in which it does so is the same " +
    "for everyone. The end is a frame too, answered by one, and only then do the sockets close.",
  topology: {
    hosts: { server: {}, ann: {}, bob: {}, cho: {} },
    links: GUESTS.map((guest) => ({ between: [guest, "server"], delayMs: 10 })),
  },
  programs: {
    async server(host) {
      const listener = await listenAt(host, PORT);
      const room = new Set<Socket>();
      const guests: Promise<void>[] = [];
      while (guests.length < GUESTS.length) guests.push(serveGuest(await listener.accept(), room));
      listener.close();
      await Promise.all(guests);
    },
    ann: visit,
    bob: visit,
    cho: visit,
  },
  expect: (observation) => {
    const all = GUESTS.map((guest) => `hello from ${guest}`);
    return [
      claim(
        "every client gets the hash of its key",
        GUESTS.every((guest) => logged(observation, guest, "upgraded")),
      ),
      claim(
        "everyone hears everyone, in the same order",
        GUESTS.every((guest) => loggedAfter(observation, guest, "heard").join() === all.join()),
      ),
      claim(
        "the server's words are readable on the wire",
        sentInClear(observation, "server", "hello from ann"),
      ),
      claim("a client's are not", !sentInClear(observation, "ann", "hello from ann")),
      claim(
        "every goodbye is answered",
        GUESTS.every((guest) => logged(observation, guest, "closed by agreement")),
      ),
      everyoneFinished(observation),
    ];
  },
};
