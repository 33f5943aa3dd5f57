// ONC RPC as a client mounts and reads files: the port mapper, NFS version 3, over UDP and over TCP.

import { ascii, end, hex, joined, number } from "./network.ts";
import type { End, SampleNetwork } from "./network.ts";

const PROGRAM = { portmap: 100_000, nfs: 100_003, mount: 100_005 };
const NO_AUTHENTICATION = words(0, 0);

function words(...values: readonly number[]): Uint8Array {
  return joined(...values.map((value) => number(value, 4)));
}

function hyper(value: number): Uint8Array {
  return number(value, 8);
}

function opaque(bytes: Uint8Array): Uint8Array {
  return joined(words(bytes.length), bytes, new Uint8Array(-bytes.length & 3));
}

function string(text: string): Uint8Array {
  return opaque(ascii(text));
}

function unix(): Uint8Array {
  const body = joined(words(0x32f2bc), string("host1"), words(564, 500), words(2, 500, 501));
  return joined(words(1), opaque(body));
}

function call(
  id: number,
  [program, version, procedure]: readonly [number, number, number],
  body: Uint8Array = NOTHING,
  credentials: Uint8Array = NO_AUTHENTICATION,
): Uint8Array {
  return joined(words(id, 0, 2, program, version, procedure), credentials, NO_AUTHENTICATION, body);
}

function reply(id: number, body: Uint8Array = NOTHING, state = 0): Uint8Array {
  return joined(words(id, 1, 0), NO_AUTHENTICATION, words(state), body);
}

const NOTHING = new Uint8Array(0);
const HANDLE = opaque(Uint8Array.from({ length: 24 }, (_, i) => i));
const NAME = string("file");
const TIMES = words(10, 1, 20, 2, 30, 3);
const ATTRIBUTES = joined(
  words(1, 0o644, 1, 564, 500),
  hyper(1000),
  hyper(4096),
  words(0, 0),
  hyper(1),
  hyper(2),
  TIMES,
);
const SOME = joined(words(1), ATTRIBUTES);
const CHANGE = joined(words(1), hyper(5), words(1, 2, 3, 4), SOME);
const OK = words(0);
const VERIFIER = hex("0102030405060708");

/** Procedures of NFS with what each asks and gets. */
const EXCHANGES: readonly (readonly [procedure: number, asked: Uint8Array, given: Uint8Array])[] = [
  [0, NOTHING, NOTHING],
  [1, HANDLE, joined(OK, ATTRIBUTES)],
  [1, HANDLE, words(70)],
  [3, joined(HANDLE, NAME), joined(OK, HANDLE, SOME, words(0))],
  [3, joined(HANDLE, NAME), joined(words(2), SOME)],
  [4, joined(HANDLE, words(0x1f)), joined(OK, SOME, words(0x1f))],
  [5, HANDLE, joined(OK, SOME, string("target"))],
  [6, joined(HANDLE, hyper(4096), words(512)), joined(OK, SOME, words(5, 1), string("hello"))],
  [7, joined(HANDLE, hyper(8), words(5, 2), string("hello")), joined(OK, CHANGE, words(5, 2), VERIFIER)],
  [12, joined(HANDLE, NAME), joined(OK, CHANGE)],
  [13, joined(HANDLE, NAME), joined(words(66), CHANGE)],
  [14, joined(HANDLE, NAME, HANDLE, string("new")), joined(OK, CHANGE, CHANGE)],
  [15, joined(HANDLE, HANDLE, NAME), joined(OK, SOME, CHANGE)],
  [
    16,
    joined(HANDLE, hyper(0), VERIFIER, words(4096)),
    joined(
      OK,
      SOME,
      VERIFIER,
      words(1),
      hyper(2),
      NAME,
      hyper(3),
      words(1),
      hyper(4),
      string("b"),
      hyper(5),
      words(0, 1),
    ),
  ],
  [17, joined(HANDLE, hyper(0), VERIFIER, words(512, 4096)), words(10_004, 0)],
  [21, joined(HANDLE, hyper(0), words(10)), joined(OK, CHANGE, VERIFIER)],
  [30, words(7), words(8)],
];

/** A mapping of a program to a port. */
const MAPPINGS: readonly (readonly [
  version: number,
  procedure: number,
  asked: Uint8Array,
  given: Uint8Array,
])[] = [
  [2, 0, NOTHING, NOTHING],
  [2, 3, words(PROGRAM.nfs, 3, 17, 0), words(20_049)],
  [2, 3, words(PROGRAM.nfs, 3, 6, 0), words(0)],
  [2, 4, NOTHING, joined(words(1, PROGRAM.portmap, 2, 6, 111), words(1, PROGRAM.nfs, 3, 17, 20_049, 0))],
  [
    3,
    3,
    joined(words(PROGRAM.nfs, 3), string("udp"), string("0.0.0.0.0.0"), string("owner")),
    string("10.0.0.2.8.1"),
  ],
  [
    3,
    4,
    NOTHING,
    joined(words(1, PROGRAM.nfs, 3), string("udp"), string("0.0.0.0.8.1"), string("root"), words(0)),
  ],
];

/** A client that asks where NFS is, and uses it; and what goes wrong. */
export function addRpc(network: SampleNetwork): void {
  const client = end("10.0.0.1", 900);
  let id = 100;
  const ask = (
    server: End,
    what: readonly [number, number, number],
    asked: Uint8Array,
    given: Uint8Array,
  ): void => {
    network.udp(client, server, call(id, what, asked, unix()));
    network.udp(server, client, reply(id++, given));
  };
  const mapper = end("10.0.0.2", 111);
  for (const [version, procedure, asked, given] of MAPPINGS)
    ask(mapper, [PROGRAM.portmap, version, procedure], asked, given);
  const nfs = end("10.0.0.2", 2049);
  for (const [procedure, asked, given] of EXCHANGES) ask(nfs, [PROGRAM.nfs, 3, procedure], asked, given);
  const failed = (answer: Uint8Array): void => {
    network.udp(client, nfs, call(id, [PROGRAM.nfs, 3, 1], HANDLE));
    network.udp(nfs, client, answer);
    id++;
  };
  failed(reply(id, words(2, 4), 2));
  failed(reply(id, NOTHING, 3));
  failed(words(id, 1, 1, 0, 2, 2));
  failed(words(id, 1, 1, 1, 3));
  // The call is sent again, and a reply comes to nobody's call.
  network.udp(client, nfs, call(id - 1, [PROGRAM.nfs, 3, 1], HANDLE));
  network.udp(end("10.0.0.2", 2050), client, reply(9999, words(1)));
  network.udp(client, nfs, call(id, [PROGRAM.nfs, 3, 1], hex("00000020 0102")));
  addOverTcp(network);
}

/** A message as one fragment: the last. */
function marked(message: Uint8Array): Uint8Array {
  return joined(number(0x80000000 + message.length, 4), message);
}

/** Calls that share a segment, and one in three segments. */
function addOverTcp(network: SampleNetwork): void {
  const connection = network.connect(end("10.0.0.1", 901), end("10.0.0.2", 2049));
  connection.say(marked(call(5, [PROGRAM.nfs, 3, 1], HANDLE)));
  connection.answer(marked(reply(5, joined(OK, ATTRIBUTES))));
  const lookup = marked(call(6, [PROGRAM.nfs, 3, 3], joined(HANDLE, NAME)));
  connection.say(joined(lookup, marked(call(7, [PROGRAM.nfs, 3, 1], HANDLE))));
  connection.answer(joined(marked(reply(6, words(2, 0))), marked(reply(7, words(70)))));
  const data = opaque(new Uint8Array(3000).fill(0x78));
  const write = marked(call(8, [PROGRAM.nfs, 3, 7], joined(HANDLE, hyper(0), words(3000, 0), data), unix()));
  connection.say(write.subarray(0, 1400));
  connection.say(write.subarray(1400, 2800));
  connection.say(write.subarray(2800));
  connection.answer(marked(reply(8, joined(OK, CHANGE, words(3000, 2), VERIFIER))));
}

/** Programs and versions of which only names are known here. */
export function addRpcBeyond(network: SampleNetwork): void {
  const client = end("10.0.0.1", 902);
  const mount = end("10.0.0.2", 635);
  network.udp(client, mount, call(1, [PROGRAM.mount, 3, 1], string("/export")));
  network.udp(mount, client, reply(1, joined(OK, HANDLE, words(1, 1))));
  const nfs = end("10.0.0.2", 2049);
  network.udp(client, nfs, call(2, [PROGRAM.nfs, 2, 1], new Uint8Array(32)));
  network.udp(nfs, client, reply(2, words(70)));
  network.udp(client, nfs, call(3, [PROGRAM.nfs, 4, 1], joined(string("tag"), words(0, 1, 24))));
  network.udp(nfs, client, reply(3, joined(OK, string("tag"), words(1, 24, 0))));
  const connection = network.connect(end("10.0.0.1", 903), end("10.0.0.2", 2049));
  const message = call(9, [PROGRAM.nfs, 3, 6], joined(HANDLE, hyper(4096), words(512)));
  connection.say(marked(message.subarray(0, 40)).with(0, 0));
  connection.say(marked(message.subarray(40)));
}
