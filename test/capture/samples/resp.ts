// RESP, the protocol of Redis: commands, answers of every type, versions 2 and 3.

import { ascii, end } from "./network.ts";
import type { SampleNetwork } from "./network.ts";

function command(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}

export function addResp(network: SampleNetwork): void {
  const redis = network.connect(end("10.0.0.50", 50_001), end("10.0.0.4", 6379));
  const exchange = (words: readonly string[], answer: string): void => {
    redis.say(ascii(command(...words)));
    redis.answer(ascii(answer));
  };
  exchange(["PING"], "+PONG\r\n");
  exchange(["SET", "greeting", "hello world"], "+OK\r\n");
  exchange(["GET", "greeting"], "$11\r\nhello world\r\n");
  exchange(["GET", "nothing"], "$-1\r\n");
  exchange(["INCR", "hits"], ":42\r\n");
  exchange(["DECR", "debt"], ":-7\r\n");
  exchange(["MGET", "a", "b"], "*2\r\n$1\r\n1\r\n$-1\r\n");
  exchange(["KEYS", "none*"], "*0\r\n");
  exchange(["BLPOP", "queue", "1"], "*-1\r\n");
  exchange(["OOPS"], "-ERR unknown command 'OOPS'\r\n");
  exchange(["EXEC"], "*3\r\n+OK\r\n:1\r\n*2\r\n$3\r\nfoo\r\n-WRONGTYPE no\r\n");
  exchange(["GET", "empty"], "$0\r\n\r\n");
  // Several at once, as pipelining sends them.
  redis.say(ascii(`${command("GET", "a")}${command("GET", "b")}`));
  redis.answer(ascii("$1\r\n1\r\n$1\r\n2\r\n"));
}

/** What Wireshark 4.0 does not read: a message of several segments before it is whole, commands without arrays, version 3. */
export function addRespBeyond(network: SampleNetwork): void {
  const redis = network.connect(end("10.0.0.50", 50_011), end("10.0.0.4", 6379));
  const exchange = (words: readonly string[], answer: string): void => {
    redis.say(ascii(command(...words)));
    redis.answer(ascii(answer));
  };
  const long = command("SET", "long", "x".repeat(300));
  redis.say(ascii(long.slice(0, 5)));
  redis.say(ascii(long.slice(5, 100)));
  redis.say(ascii(long.slice(100)));
  redis.answer(ascii("+OK\r\n"));
  redis.say(ascii("PING\r\n"));
  redis.answer(ascii("+PONG\r\n"));
  exchange(["HELLO", "3"], "%2\r\n$6\r\nserver\r\n$5\r\nredis\r\n$5\r\nproto\r\n:3\r\n");
  exchange(["SMEMBERS", "s"], "~2\r\n$1\r\na\r\n$1\r\nb\r\n");
  exchange(["ZSCORE", "z", "m"], ",1.5\r\n");
  exchange(["EXISTS", "k"], "#t\r\n");
  exchange(["GET", "none"], "_\r\n");
}
