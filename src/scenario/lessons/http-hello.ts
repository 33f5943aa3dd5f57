import type { Host, Socket } from "../../socket/api.ts";
import type { Scenario } from "../scenario.ts";
import {
  claim,
  clientAndServer,
  connectTo,
  everyoneFinished,
  listenAt,
  logged,
  readToEnd,
  text,
} from "./shared.ts";

const PORT = 8080;
const PAGE = "<h1>Grüße!</h1>\n";
const utf8 = new TextEncoder();

/** Reads up to and with the empty line that ends a request's head. */
async function readHead(peer: Socket): Promise<string> {
  let head = "";
  while (!head.includes("\r\n\r\n")) {
    const data = await peer.recv();
    if (data.length === 0) break;
    head += text(data);
  }
  return head;
}

async function answer(peer: Socket): Promise<void> {
  const [method, path] = (await readHead(peer)).split(" ");
  const found = method === "GET" && path === "/";
  const body = found ? PAGE : "nothing here\n";
  await peer.sendAll(
    `HTTP/1.1 ${found ? "200 OK" : "404 Not Found"}\r\n` +
      "Content-Type: text/html; charset=utf-8\r\n" +
      `Content-Length: ${utf8.encode(body).length}\r\n` +
      "Connection: close\r\n" +
      `\r\n${body}`,
  );
  peer.close();
}

async function get(host: Host, path: string): Promise<void> {
  const socket = await connectTo(host, "server", PORT);
  await socket.send(`GET ${path} HTTP/1.1\r\nHost: server\r\nConnection: close\r\n\r\n`);
  const [head, body] = (await readToEnd(socket)).split("\r\n\r\n");
  const [status, ...fields] = head.split("\r\n");
  const length = fields
    .find((field) => field.startsWith("Content-Length: "))
    ?.slice("Content-Length: ".length);
  host.log(`${path}: ${status}, ${length} bytes promised, ${utf8.encode(body).length} came`);
  socket.close();
}

export const httpHello: Scenario = {
  name: "http-hello",
  title: "A page over a raw socket",
  lesson:
    "HTTP is text over TCP: a request line, fields, an empty line, and the answer in the same shape. The server may not answer after the first recv: the head can come in any number of " +
    'pieces, and only the empty line says that it is whole. Content-Length counts bytes, not characters: "Grüße" is five letters and seven bytes, and ' +
    "a server that sends the length of the string makes every client cut the page short.",
  topology: clientAndServer(),
  programs: {
    async server(host) {
      const listener = await listenAt(host, PORT);
      for (let i = 0; i < 2; i++) await answer(await listener.accept());
      listener.close();
    },
    async client(host) {
      await get(host, "/");
      await get(host, "/missing");
    },
  },
  expect: (observation) => [
    claim(
      "the page comes, as many bytes as were promised",
      logged(observation, "client", "/: HTTP/1.1 200 OK, 18 bytes promised, 18 came"),
    ),
    claim("which is more than it has characters", PAGE.length < 18),
    claim(
      "what is not there is a 404, not an error of the connection",
      logged(observation, "client", "/missing: HTTP/1.1 404 Not Found, 13 bytes promised, 13 came"),
    ),
    everyoneFinished(observation),
  ],
};
