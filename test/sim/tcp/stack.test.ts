// A connection's life between two hosts.

import { describe, expect, test } from "vitest";
import { bytes, connected, lines, must, text } from "./wire.ts";

describe("a connection", () => {
  test("opens with three segments, carries data both ways and closes through TIME_WAIT", () => {
    const { wire, client, server } = connected();
    expect(client.getOption("SO_ERROR")).toBe("");
    expect(must(client.send(bytes("hello")))).toBe(5);
    wire.pass(1);
    expect(text(server.recv(100))).toBe("hello");
    must(server.send(bytes("bye")));
    wire.pass(1);
    expect(text(client.recv(100))).toBe("bye");
    client.close();
    wire.pass(50);
    expect(text(server.recv(100))).toBe("");
    server.close();
    wire.pass(1);
    expect(lines(wire.sent).map((line) => line.slice(line.indexOf("[")))).toEqual([
      "[SYN] Seq=0 Len=0",
      "[SYN ACK] Seq=0 Ack=1 Len=0",
      "[ACK] Seq=1 Ack=1 Len=0",
      "[PSH ACK] Seq=1 Ack=1 Len=5",
      "[ACK] Seq=1 Ack=6 Len=0",
      "[PSH ACK] Seq=1 Ack=6 Len=3",
      "[ACK] Seq=6 Ack=4 Len=0",
      "[FIN ACK] Seq=6 Ack=4 Len=0",
      "[ACK] Seq=4 Ack=7 Len=0",
      "[FIN ACK] Seq=4 Ack=7 Len=0",
      "[ACK] Seq=7 Ack=5 Len=0",
    ]);
  });
});
