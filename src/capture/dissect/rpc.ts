// ONC RPC (RFC 5531): the header of calls and replies, who asks, and what the program makes of the rest.

import { addPlainData } from "./data.ts";
import { showNfs } from "./nfs.ts";
import { showPortmap } from "./portmap.ts";
import { addBytes, addComputed, named, secondsText, uint } from "./protocol.ts";
import { Reading } from "./reading.ts";
import { CALL_BYTES, MESSAGE, RpcExchange } from "./rpc-exchange.ts";
import type { RpcCall } from "./rpc-exchange.ts";
import { procedureName, programText, rpcProgram } from "./rpc-programs.ts";
import type { RpcBody, RpcProgram, RpcText } from "./rpc-programs.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";
import type { Datagram } from "./udp-protocols.ts";
import { xdrString } from "./xdr.ts";

const TITLE = "Remote Procedure Call";
const GROUPS_MAX = 100;

const FLAVOR = { none: 0, unix: 1 } as const;

const FLAVORS = new Map<number, string>([
  [FLAVOR.none, "AUTH_NULL"],
  [FLAVOR.unix, "AUTH_UNIX"],
  [2, "AUTH_SHORT"],
  [3, "AUTH_DES"],
  [5, "AUTH_RSA/Gluster"],
  [6, "RPCSEC_GSS"],
  [300_001, "AUTH_GSSAPI"],
]);

const MESSAGES = new Map<number, string>([
  [MESSAGE.call, "Call"],
  [MESSAGE.reply, "Reply"],
]);

const REPLY = { accepted: 0, denied: 1 } as const;
const REPLIES = new Map<number, string>([
  [REPLY.accepted, "accepted"],
  [REPLY.denied, "denied"],
]);

const ACCEPT = { success: 0, versionMismatch: 2 } as const;
const ACCEPTS = new Map<number, string>([
  [ACCEPT.success, "RPC executed successfully"],
  [1, "remote hasn't exported program"],
  [ACCEPT.versionMismatch, "remote can't support version #"],
  [3, "program can't support procedure"],
  [4, "procedure can't decode params"],
  [5, "system errors like memory allocation failure"],
]);

const REJECT = { version: 0, authentication: 1 } as const;
const REJECTS = new Map<number, string>([
  [REJECT.version, "RPC_MISMATCH"],
  [REJECT.authentication, "AUTH_ERROR"],
]);

const AUTHENTICATIONS = new Map<number, string>([
  [1, "bad credential (seal broken)"],
  [2, "client must begin new session"],
  [3, "bad verifier (seal broken)"],
  [4, "verifier expired or replayed"],
  [5, "rejected for security reasons"],
  [13, "GSS credential problem"],
  [14, "GSS context problem"],
]);

/** Who reads arguments and results, by layer: of other programs only the names are known. What they leave is data. */
const SHOWS = new Map<string, (reading: Reading, body: RpcBody) => RpcText>([
  ["portmap", showPortmap],
  ["nfs", showNfs],
]);

/** The columns of a message. */
export interface RpcColumns {
  readonly protocol: string;
  readonly info: string;
}

/** What is known around a message. */
interface Around {
  readonly exchange: RpcExchange;
  betweenNs(earlier: number, later: number): bigint;
}

/** Shows a datagram of a stream that has made a call, or that one itself. */
export function dissectRpcDatagram(d: Dissection, { start, end, conversation }: Datagram): void {
  const node = d.layer("rpc", TITLE, start, 0);
  d.columns("RPC", "");
  const around = {
    exchange: conversation?.rpc ?? new RpcExchange(),
    betweenNs: (earlier: number, later: number) => conversation?.betweenNs(earlier, later) ?? 0n,
  };
  const columns = showRpc(d, node, new Reading(d, node.children, start, end, TITLE), around);
  d.columns(columns.protocol, columns.info);
}

/** Shows the message that `reading` is at the beginning of, under `node`. */
export function showRpc(d: Dissection, node: DetailNode, reading: Reading, around: Around): RpcColumns {
  const start = reading.at;
  const { row } = d.around;
  const kind = reading.has(8) ? uint(d.bytes, start + 4, 4) : -1;
  const id = kind === -1 ? 0 : uint(d.bytes, start, 4);
  const known = around.exchange.call(id);
  if (!around.exchange.isMessage(d.bytes, start, d.captured(reading.end))) {
    if (reading.left > 0) reading.bytes("rpc.continuation_data", "Continuation data", reading.left);
    setLength(d, node, reading);
    return { protocol: "RPC", info: "Continuation" };
  }
  if (!d.isForColumns) node.label = `${TITLE}, Type:${MESSAGES.get(kind)} XID:${hexText(id, 8)}`;
  reading.uint("rpc.xid", "XID", 4, (value) => `${hexText(value, 8)} (${value})`);
  reading.uint("rpc.msgtyp", "Message Type", 4, (value) => named(MESSAGES, value));
  const isCall = kind === MESSAGE.call;
  const call = isCall ? callAt(d.bytes, start, known, row) : known;
  if (call === null) return { protocol: "RPC", info: "" };
  const program = rpcProgram(call.program);
  const name = procedureName(call.program, call.version, call.procedure);
  const protocol = program?.name ?? "RPC";
  const isDone = isCall ? showCall(reading, call, row) : showReply(reading, call, row, around);
  setLength(d, node, reading);
  const said = isCall ? callInfo(call, name, row) : replyInfo(call, name, row);
  const body = isDone && !reading.isBroken ? showBody(d, reading, program, call, !isCall) : "";
  return { protocol, info: `${said}${body}` };
}

function setLength(d: Dissection, node: DetailNode, reading: Reading): void {
  if (!d.isForColumns) node.length = Math.max(0, d.captured(reading.at) - node.start);
}

/** The call at `start`: what it asks, and what is known of its number. */
function callAt(bytes: Uint8Array, start: number, known: RpcCall | null, row: number): RpcCall {
  const [program, version, procedure] = [12, 16, 20].map((at) => uint(bytes, start + at, 4));
  return { row: known?.row ?? row, reply: known?.reply ?? -1, program, version, procedure };
}

function callInfo(call: RpcCall, name: string, row: number): string {
  const again = call.row < row ? `[RPC retransmission of #${call.row + 1}]` : "";
  const reply = call.reply === -1 ? "" : ` (Reply In ${call.reply + 1})`;
  return `${again}V${call.version} ${name} Call${reply}`;
}

function replyInfo(call: RpcCall, name: string, row: number): string {
  const isAgain = call.reply !== -1 && call.reply < row;
  const again = isAgain ? `[RPC duplicate of #${call.reply + 1}]` : "";
  return `${again}V${call.version} ${name} Reply (Call In ${call.row + 1})`;
}

/** The rest of a call's header; whether arguments follow. */
function showCall(reading: Reading, call: RpcCall, row: number): boolean {
  const { d } = reading;
  reading.uint("rpc.version", "RPC Version", 4);
  reading.uint("rpc.program", "Program", 4, programText);
  reading.uint("rpc.programversion", "Program Version", 4);
  const name = procedureName(call.program, call.version, call.procedure);
  reading.uint("rpc.procedure", "Procedure", 4, (value) => `${name} (${value})`);
  const at = reading.at - CALL_BYTES;
  if (call.row < row) {
    d.add(reading.out, "rpc.dup", "Duplicate Call/Reply", at, 0);
    const text = `Duplicate to the call in: ${call.row + 1}`;
    d.add(reading.out, "rpc.call.dup", text, at, 0, call.row + 1);
  }
  if (call.reply !== -1) {
    const text = `The reply to this request is in frame ${call.reply + 1}`;
    addComputed(d, reading.out, "rpc.reqframe", text, at, call.reply + 1);
  }
  reading.group(null, "Credentials", () => showAuthentication(reading));
  reading.group(null, "Verifier", () => showAuthentication(reading));
  return true;
}

/** A reply's header; whether results follow. */
function showReply(reading: Reading, call: RpcCall, row: number, around: Around): boolean {
  const { d, at } = reading;
  const { out } = reading;
  const name = procedureName(call.program, call.version, call.procedure);
  addComputed(d, out, "rpc.program", `Program: ${programText(call.program)}`, at, call.program);
  addComputed(d, out, "rpc.programversion", `Program Version: ${call.version}`, at, call.version);
  addComputed(d, out, "rpc.procedure", `Procedure: ${name} (${call.procedure})`, at, call.procedure);
  const state = reading.uint("rpc.replystat", "Reply State", 4, (value) => named(REPLIES, value));
  const text = `This is a reply to a request in frame ${call.row + 1}`;
  addComputed(d, out, "rpc.repframe", text, at, call.row + 1);
  const time = around.betweenNs(call.row, row);
  addComputed(d, out, "rpc.time", `Time from request: ${secondsText(time)}`, at, time);
  if (call.reply !== -1 && call.reply < row) {
    d.add(out, "rpc.dup", "Duplicate Call/Reply", at, 0);
    d.add(out, "rpc.reply.dup", `Duplicate to the reply in: ${call.reply + 1}`, at, 0, call.reply + 1);
  }
  if (state === REPLY.denied) {
    showDenial(reading);
    return false;
  }
  if (state !== REPLY.accepted) return false;
  reading.group(null, "Verifier", () => showAuthentication(reading));
  const accept = reading.uint("rpc.state_accept", "Accept State", 4, (value) => named(ACCEPTS, value));
  if (accept === ACCEPT.versionMismatch) {
    reading.uint("rpc.programversion.min", "Program Version (Minimum)", 4);
    reading.uint("rpc.programversion.max", "Program Version (Maximum)", 4);
  }
  return accept === ACCEPT.success;
}

function showDenial(reading: Reading): void {
  const why = reading.uint("rpc.state_reject", "Reject State", 4, (value) => named(REJECTS, value));
  if (why === REJECT.version) {
    reading.uint("rpc.version.min", "RPC Version (Minimum)", 4);
    reading.uint("rpc.version.max", "RPC Version (Maximum)", 4);
  } else if (why === REJECT.authentication) {
    reading.uint("rpc.state_auth", "Auth State", 4, (value) => named(AUTHENTICATIONS, value));
  }
}

/** Credentials or a verifier: of those that are not Unix's, bytes. */
function showAuthentication(reading: Reading): void {
  const flavor = reading.uint("rpc.auth.flavor", "Flavor", 4, (value) => named(FLAVORS, value));
  const length = reading.uint("rpc.auth.length", "Length", 4);
  if (length === null || length === 0 || !reading.has(length)) return;
  const end = reading.at + length;
  if (flavor === FLAVOR.unix) showUnix(reading, end);
  if (!reading.isBroken && reading.at < end) {
    const { d, at } = reading;
    addBytes(d, reading.out, "rpc.opaque_data", "opaque data", at, end);
  }
  reading.at = end + (-length & 3);
}

/** A machine, a user and groups (RFC 5531 appendix A). */
function showUnix(reading: Reading, end: number): void {
  reading.uint("rpc.auth.stamp", "Stamp", 4, (value) => hexText(value, 8));
  xdrString(reading, "rpc.auth.machinename", "Machine Name");
  reading.uint("rpc.auth.uid", "UID", 4);
  reading.uint("rpc.auth.gid", "GID", 4);
  const count = Math.min(reading.peek(4) ?? 0, GROUPS_MAX, Math.floor((end - reading.at - 4) / 4));
  const ids = Array.from({ length: Math.max(0, count) }, (_, i) =>
    uint(reading.d.bytes, reading.at + 4 + i * 4, 4),
  );
  const list = ids.length === 0 ? "" : ` [${ids.join(", ")}]`;
  reading.group(null, `Auxiliary GIDs (${ids.length})${list}`, () => {
    reading.skip(4);
    for (const _ of ids) reading.uint("rpc.auth.gid", "GID", 4);
  });
}

/** Arguments or results; answers what Info says of them. */
function showBody(
  d: Dissection,
  reading: Reading,
  program: RpcProgram | null,
  call: RpcCall,
  isReply: boolean,
): string {
  const { version, procedure } = call;
  const name = procedureName(call.program, version, procedure);
  if (program === null) {
    addPlainData(d, reading.at, reading.end);
    return "";
  }
  const start = reading.at;
  const isEmpty = reading.left === 0 && start >= reading.end;
  const isNamed = program.procedures.get(version)?.[procedure] !== undefined;
  const { layer, title } = program;
  // As in Wireshark: what has no bytes is a line and no layer.
  const isLayer = !isEmpty && isNamed;
  const length = Math.max(0, d.captured(reading.end) - start);
  const node = isLayer ? d.layer(layer, title, start, length) : d.add(d.root, layer, title, start, length);
  const { children } = node;
  addComputed(d, children, "rpc.programversion", `Program Version: ${version}`, start, version);
  const known = isNamed ? name : "Unknown";
  addComputed(
    d,
    children,
    `${layer}.procedure_v${version}`,
    `V${version} Procedure: ${known} (${procedure})`,
    start,
    procedure,
  );
  if (isEmpty) return "";
  const show = SHOWS.get(layer);
  if (!isLayer || show === undefined) {
    if (isLayer) new Reading(d, children, start, reading.end, null).rest("Data");
    else addPlainData(d, start, reading.end);
    return "";
  }
  const body = new Reading(d, children, start, reading.end, title);
  const text = show(body, { version, procedure, name, isReply });
  if (!d.isForColumns) node.label = `${title}${text.title}`;
  if (!body.isBroken && body.at < reading.end) addPlainData(d, body.at, reading.end);
  return text.info;
}
