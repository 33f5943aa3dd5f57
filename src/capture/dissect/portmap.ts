// The port mapper (RFC 1833): on which port a program of RPC is to be found.

import { named } from "./protocol.ts";
import type { Reading } from "./reading.ts";
import { programText } from "./rpc-programs.ts";
import type { RpcBody, RpcText } from "./rpc-programs.ts";
import { xdrString } from "./xdr.ts";

const ENTRIES_MAX = 1_000;

const TRANSPORTS = new Map<number, string>([
  [6, "TCP"],
  [17, "UDP"],
]);

const NOTHING: RpcText = { info: "", title: "" };

/** Shows the arguments or results of a procedure. */
export function showPortmap(reading: Reading, body: RpcBody): RpcText {
  return body.version === 2 ? showMapping(reading, body) : showBinding(reading, body);
}

/** Version 2: programs and ports as numbers. */
function showMapping(reading: Reading, { name, isReply }: RpcBody): RpcText {
  switch (name) {
    case "SET":
    case "UNSET":
      if (!isReply) return { info: "", title: showProgramAndPort(reading, name).title };
      reading.uint("portmap.answer", "Answer", 4, (value) => (value === 0 ? "False" : "True"));
      return NOTHING;
    case "GETPORT":
      return isReply ? showPort(reading) : showProgramAndPort(reading, name);
    case "DUMP":
      return isReply ? showList(reading, () => showEntry(reading)) : NOTHING;
    default:
      reading.rest("Data");
      return NOTHING;
  }
}

function showProgramAndPort(reading: Reading, name: string): RpcText {
  const program = reading.uint("portmap.prog", "Program", 4, programText) ?? 0;
  const version = reading.uint("portmap.version", "Version", 4);
  const transport = reading.uint("portmap.proto", "Proto", 4, (value) => named(TRANSPORTS, value)) ?? 0;
  reading.uint("portmap.port", "Port", 4);
  const over = TRANSPORTS.get(transport) ?? String(transport);
  const what = programText(program).replace(" (", "(");
  return {
    info: ` ${what} V:${version} ${over}`,
    title: ` ${name} Call ${what} Version:${version} ${over}`,
  };
}

function showPort(reading: Reading): RpcText {
  const port = reading.uint("portmap.port", "Port", 4);
  if (port === 0)
    return { info: " PROGRAM_NOT_AVAILABLE", title: " GETPORT Reply Port:0 PROGRAM_NOT_AVAILABLE" };
  return { info: ` Port:${port}`, title: ` GETPORT Reply Port:${port}` };
}

function showEntry(reading: Reading): void {
  const [program, version] = [reading.peek(4), reading.has(8) ? reading.d.bytes[reading.at + 7] : 0];
  reading.group(null, `Map Entry: ${programText(program ?? 0)} V${version}`, () => {
    reading.uint("portmap.prog", "Program", 4, programText);
    reading.uint("portmap.version", "Version", 4);
    const transport = (value: number): string =>
      `${TRANSPORTS.get(value) ?? "Unknown"} (0x${value.toString(16).padStart(2, "0")})`;
    reading.uint("portmap.proto", "Protocol", 4, transport);
    reading.uint("portmap.port", "Port", 4);
  });
}

/** A list of XDR: before each entry, whether there is another. */
export function showList(reading: Reading, entry: () => void): RpcText {
  for (let i = 0; i < ENTRIES_MAX; i++) {
    const follows = reading.peek(4);
    if (follows === null) break;
    const { d, at } = reading;
    const label = `Value Follows: ${follows === 0 ? "No" : "Yes"}`;
    d.add(reading.out, "rpc.value_follows", label, at, 4, follows !== 0);
    reading.skip(4);
    if (follows === 0) break;
    entry();
  }
  return NOTHING;
}

/** Versions 3 and 4: addresses as text. */
function showBinding(reading: Reading, { name, isReply }: RpcBody): RpcText {
  switch (name) {
    case "SET":
    case "UNSET":
    case "GETADDR":
    case "GETVERSADDR":
      if (!isReply) reading.group("portmap.rpcb", "RPCB", () => showRpcb(reading));
      else if (name.startsWith("GET")) xdrString(reading, "portmap.uaddr", "Universal Address");
      else reading.uint("portmap.answer", "Answer", 4, (value) => (value === 0 ? "False" : "True"));
      return NOTHING;
    case "DUMP":
      if (!isReply) return NOTHING;
      return showList(reading, () => reading.group("portmap.rpcb", "RPCB", () => showRpcb(reading)));
    default:
      reading.rest("Data");
      return NOTHING;
  }
}

function showRpcb(reading: Reading): void {
  reading.uint("portmap.rpcb.prog", "Program", 4, programText);
  reading.uint("portmap.rpcb.version", "Version", 4);
  xdrString(reading, "portmap.rpcb.netid", "Network Id");
  xdrString(reading, "portmap.rpcb.addr", "Universal Address");
  xdrString(reading, "portmap.rpcb.owner", "Owner of this Service");
}
