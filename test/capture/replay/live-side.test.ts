// One side of a conversation against a real program on this machine's loopback.

import dgram from "node:dgram";
import { once } from "node:events";
import net from "node:net";

import { afterEach, describe, expect, it } from "vitest";

import { isSame } from "../../../src/capture/replay/answer-check.ts";
import type { Comparison } from "../../../src/capture/replay/answer-check.ts";
import {
  playTcpClient,
  playTcpServer,
  playUdpClient,
  playUdpServer,
} from "../../../src/capture/replay/live-side.ts";
import type { LiveOptions, Place } from "../../../src/capture/replay/live-side.ts";
import { conversation } from "./plays.ts";

const FAST: LiveOptions = { isFast: true, patienceMs: 2000, limitMs: 10_000 };
/** For what never comes. */
const BRIEF: LiveOptions = { isFast: true, patienceMs: 150, limitMs: 5000 };
const PLACE: Place = { host: "127.0.0.1", port: 0 };

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server on a free port that does `serve` with each connection. */
async function server(serve: (socket: net.Socket) => void): Promise<Place> {
  const listener = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    closing.push(() => socket.destroy());
    serve(socket);
  });
  closing.push(() => listener.close());
  listener.listen(PLACE);
  await once(listener, "listening");
  return { host: "127.0.0.1", port: (listener.address() as net.AddressInfo).port };
}

const TALK = conversation("tcp", [
  ["client", "hello "],
  ["client", "server"],
  ["server", "HELLO SERVER"],
  ["client", "bye"],
  ["server", "BYE"],
  ["client", "end"],
  ["server", "end"],
]);

function upper(socket: net.Socket): void {
  socket.on("data", (bytes) => socket.write(bytes.toString().toUpperCase()));
  socket.on("end", () => socket.end());
}

describe("the client's side of a TCP stream", () => {
  it("is the same with a program that answers as captured, however it cuts its answers", async () => {
    const place = await server((socket) => {
      socket.on("data", (bytes) => {
        for (const byte of bytes) socket.write(String.fromCharCode(byte).toUpperCase());
      });
      socket.on("end", () => socket.end());
    });
    const comparison = await playTcpClient(place, TALK.client, TALK.server, FAST);
    expect(comparison).toEqual({
      unit: "bytes",
      expected: 15,
      got: 15,
      differences: [],
      differing: 0,
      notes: [],
    });
    expect(isSame(comparison)).toBe(true);
  });

  it("sends each piece only after what came before it in the capture", async () => {
    const heard: string[] = [];
    const place = await server((socket) => {
      socket.on("data", (bytes) => {
        heard.push(bytes.toString());
        // The first answer waits until both first pieces are there.
        if (heard.join("") === "hello server") setImmediate(() => socket.write("HELLO SERVER"));
        if (heard.join("").endsWith("bye")) socket.end("BYE");
      });
    });
    expect(isSame(await playTcpClient(place, TALK.client, TALK.server, FAST))).toBe(true);
    expect(heard.at(-1)).toBe("bye");
    expect(heard.slice(0, -1).join("")).toBe("hello server");
  });

  it("takes the captured pauses, unless told not to", async () => {
    const slow = conversation("tcp", [
      ["client", "a"],
      ["server", "A"],
      ["client", "think:120"],
      ["client", "b"],
      ["server", "B"],
    ]);
    const place = await server(upper);
    const took = async (isFast: boolean): Promise<number> => {
      const start = performance.now();
      await playTcpClient(place, slow.client, slow.server, { ...FAST, isFast });
      return performance.now() - start;
    };
    expect(await took(false)).toBeGreaterThanOrEqual(119);
    expect(await took(true)).toBeLessThan(await took(false));
  });

  it("tells at which byte an answer differs, what was expected and what came", async () => {
    const place = await server((socket) => {
      socket.on("data", (bytes) => socket.write(bytes.toString().toUpperCase().replace("SERVER", "SORVER")));
      socket.on("end", () => socket.end());
    });
    const comparison = await playTcpClient(place, TALK.client, TALK.server, FAST);
    expect(comparison.differing).toBe(1);
    expect(comparison.differences).toHaveLength(1);
    const [{ where, expected, got }] = comparison.differences;
    expect([where, Buffer.from(expected).toString(), Buffer.from(got).toString().slice(0, 5)]).toEqual([
      "byte 7",
      "ERVERBYE",
      "ORVER",
    ]);
  });

  it("stops when an answer is too short, and says for what it waited", async () => {
    const place = await server((socket) => {
      socket.once("data", () => socket.write("HELLO"));
    });
    const comparison = await playTcpClient(place, TALK.client, TALK.server, BRIEF);
    expect(comparison.got).toBe(5);
    expect(comparison.notes).toEqual([
      "stopped: nothing came for 150 ms with 5 of the 12 bytes that come before the next send",
    ]);
  });

  it("tells of bytes that the capture has not", async () => {
    const place = await server((socket) => {
      socket.on("data", (bytes) => socket.write(bytes.toString().toUpperCase()));
      socket.on("end", () => socket.end("!"));
    });
    const comparison = await playTcpClient(place, TALK.client, TALK.server, FAST);
    expect([comparison.expected, comparison.got]).toEqual([15, 16]);
    expect(comparison.differences[0].where).toBe("byte 15");
    expect(comparison.differences[0].expected).toHaveLength(0);
  });

  it("tells of a connection that does not end, breaks off, or cannot be made", async () => {
    const open = await server((socket) =>
      socket.on("data", (bytes) => socket.write(bytes.toString().toUpperCase())),
    );
    expect((await playTcpClient(open, TALK.client, TALK.server, BRIEF)).notes).toEqual([
      "the captured side closed here; this one has not within 150 ms",
    ]);
    const rude = await server((socket) => socket.once("data", () => socket.resetAndDestroy()));
    const broken = await playTcpClient(rude, TALK.client, TALK.server, FAST);
    expect(broken.notes[0]).toBe("the connection broke off (ECONNRESET)");
    for (const close of closing.splice(0)) close();
    await expect(playTcpClient(open, TALK.client, TALK.server, FAST)).rejects.toThrow(
      `127.0.0.1:${open.port}: cannot connect (ECONNREFUSED)`,
    );
  });

  it("says which place it cannot listen on, why, and what to do", async () => {
    const taken = await server(() => undefined);
    const never = (): void => expect.unreachable();
    await expect(playTcpServer(taken, TALK.server, TALK.client, FAST, never)).rejects.toThrow(
      `127.0.0.1:${taken.port}: another program has this port (EADDRINUSE): end it, choose another, or listen on 0 for any that is free`,
    );
    const elsewhere = { host: "192.0.2.1", port: 0 };
    for (const play of [playTcpServer, playUdpServer]) {
      await expect(play(elsewhere, TALK.server, TALK.client, FAST, never)).rejects.toThrow(
        "192.0.2.1:0: no interface of this machine has this address (EADDRNOTAVAIL): ",
      );
    }
  });

  it("gives up on a program that takes no more bytes", async () => {
    const place = await server((socket) => socket.pause());
    const size = 1 << 20;
    const upload = conversation("tcp", [
      ...Array.from({ length: 32 }, () => ["client", "x".repeat(size)] as const),
      ["server", "thanks"],
    ]);
    const { notes } = await playTcpClient(place, upload.client, upload.server, BRIEF);
    expect(notes).toHaveLength(1);
    const [, sent] =
      /^stopped: of the 33554432 bytes to send, (\d+) and no more were taken$/.exec(notes[0]) ?? [];
    expect(Number(sent) % size).toBe(0);
    expect(Number(sent)).toBeLessThan(32 * size);
  });

  it("waits for no end of a program that never stops sending", async () => {
    const place = await server((socket) => {
      socket.on("data", () => socket.write("HELLO SERVER"));
      const dripping = setInterval(() => socket.write("z"), 20);
      socket.on("close", () => clearInterval(dripping));
    });
    const patient = { ...BRIEF, limitMs: 60_000 };
    const begun = performance.now();
    const comparison = await playTcpClient(place, TALK.client, TALK.server, patient);
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(comparison.got).toBeGreaterThan(15);
    expect(comparison.notes).toEqual([]);
    expect(isSame(comparison)).toBe(false);
  });

  it("takes what the capture does not know for right", async () => {
    const [first, ...rest] = TALK.server.steps;
    const gap = {
      ...TALK.server,
      steps: [{ ...first, bytes: new Uint8Array(12), isMissing: true }, ...rest],
    };
    const place = await server(upper);
    expect(isSame(await playTcpClient(place, TALK.client, gap, FAST))).toBe(true);
  });
});

/** Plays both sides against each other. */
async function both(
  play: ReturnType<typeof conversation>,
  client: typeof playTcpClient,
  serve: typeof playTcpServer,
): Promise<[Comparison, Comparison]> {
  let ready: (port: number) => void = () => {};
  const listening = new Promise<number>((resolve) => {
    ready = resolve;
  });
  const serving = serve(PLACE, play.server, play.client, FAST, ready);
  const port = await listening;
  const connecting = client({ ...PLACE, port }, play.client, play.server, FAST);
  return Promise.all([connecting, serving]);
}

describe("both sides", () => {
  it("of a TCP stream agree with each other", async () => {
    const [client, served] = await both(TALK, playTcpClient, playTcpServer);
    expect([isSame(client), isSame(served)]).toEqual([true, true]);
    expect([client.got, served.got]).toEqual([15, 15]);
  });

  it("of a TCP stream whose server speaks first agree with each other", async () => {
    const play = conversation("tcp", [
      ["server", "220 ready"],
      ["client", "QUIT"],
      ["server", "221 bye"],
      ["server", "end"],
      ["client", "end"],
    ]);
    const [client, served] = await both(play, playTcpClient, playTcpServer);
    expect([isSame(client), isSame(served)]).toEqual([true, true]);
  });

  it("of a UDP stream agree with each other, empty datagrams too", async () => {
    const play = conversation("udp", [
      ["client", "one"],
      ["server", "ONE"],
      ["client", ""],
      ["server", ""],
      ["client", "two"],
      ["client", "three"],
      ["server", "TWO THREE"],
    ]);
    const [client, served] = await both(play, playUdpClient, playUdpServer);
    expect([client, served].map(({ got, differences, notes }) => ({ got, differences, notes }))).toEqual([
      { got: 3, differences: [], notes: [] },
      { got: 4, differences: [], notes: [] },
    ]);
  });
});

describe("a UDP stream", () => {
  it("tells which datagram differs, and which never came", async () => {
    const socket = dgram.createSocket("udp4");
    closing.push(() => socket.close());
    let heard = 0;
    socket.on("message", (_, from) => {
      if (heard++ === 0) socket.send("oNE", from.port, from.address);
    });
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    const play = conversation("udp", [
      ["client", "one"],
      ["server", "ONE"],
      ["client", "two"],
      ["server", "TWO"],
      ["client", "three"],
    ]);
    const comparison = await playUdpClient(
      { ...PLACE, port: socket.address().port },
      play.client,
      play.server,
      BRIEF,
    );
    expect(comparison.differences.map(({ where }) => where)).toEqual(["datagram 0, byte 0"]);
    expect(comparison.notes).toEqual(["datagram 2 was sent after 1 answers; the capture has 2 before it"]);
    expect([comparison.expected, comparison.got]).toEqual([2, 1]);
  });

  it("waits for nobody longer than it should", async () => {
    const play = conversation("udp", [["client", "one"]]);
    await expect(playUdpServer(PLACE, play.server, play.client, BRIEF, () => {})).rejects.toThrow(
      "127.0.0.1:0: nobody sent a datagram within 150 ms",
    );
    await expect(playTcpServer(PLACE, play.server, play.client, BRIEF, () => {})).rejects.toThrow(
      "127.0.0.1:0: nobody connected within 150 ms",
    );
  });
});
