// `-z http_req,tree` and `-z http_srv,tree`: what HTTP was asked of whom, as tshark's tables.

import type { DetailNode, DissectContext } from "../dissect/dissect.ts";
import type { Trace } from "../../trace/trace.ts";
import { findNode, numberIn, packetsWithMessages } from "./protocol-nodes.ts";
import { StatsTree } from "./stats-tree.ts";

const HTTP = new Set(["http"]);

/** A message, and the addresses of its packet. */
interface Message {
  readonly from: string;
  readonly to: string;
  /** Null in what is no request. */
  readonly method: string | null;
  readonly host: string | null;
  readonly uri: string | null;
  /** Null in what is no response. */
  readonly code: number | null;
}

/** Requests by host, and what was asked of each. */
export function* printHttpRequests(
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext = {},
): Generator<string> {
  const tree = new StatsTree();
  const all = tree.root("HTTP Requests by HTTP Host");
  for (const { method, host, uri } of messagesIn(tree, trace, rows, context)) {
    if (method === null) continue;
    all.tick();
    if (host === null) continue;
    const ofHost = all.child(host);
    ofHost.tick();
    if (uri !== null) ofHost.child(uri).tick();
  }
  yield* tree.lines("HTTP/Requests");
}

/** Answers between these codes are what was asked for. */
const CONTINUE = 100;
const ERRORS_FROM = 400;

/** Requests and responses by server. */
export function* printHttpServers(
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext = {},
): Generator<string> {
  const tree = new StatsTree();
  const requests = tree.root("HTTP Requests by Server");
  const byAddress = requests.child("HTTP Requests by Server Address");
  const byHost = requests.child("HTTP Requests by HTTP Host");
  const responses = tree.root("HTTP Responses by Server Address");
  for (const { from, to, method, host, code } of messagesIn(tree, trace, rows, context)) {
    if (method !== null) {
      for (const node of [requests, byAddress, byAddress.child(to), byHost]) node.tick();
      if (host === null) continue;
      byAddress.child(to).child(host).tick();
      for (const node of [byHost.child(host), byHost.child(host).child(to)]) node.tick();
    } else if (code !== null) {
      const isFine = code > CONTINUE && code < ERRORS_FROM;
      const ofServer = responses.child(from);
      for (const node of [responses, ofServer, ofServer.child(isFine ? "OK" : "KO")]) node.tick();
    }
  }
  yield* tree.lines("HTTP/Load Distribution");
}

function* messagesIn(
  tree: StatsTree,
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext,
): Generator<Message> {
  for (const { row, packet, messages } of packetsWithMessages(trace, rows, context, HTTP)) {
    tree.at(trace.packets.relativeNs(row));
    for (const node of messages) {
      yield {
        from: packet.source,
        to: packet.destination,
        method: textIn(node, "http.request.method"),
        // The last of several counts.
        host: lastHost(node),
        uri: textIn(node, "http.request.uri"),
        code: numberIn(node, "http.response.code"),
      };
    }
  }
}

function lastHost({ children }: DetailNode): string | null {
  const value = children.findLast(({ field }) => field === "http.host")?.value;
  return typeof value === "string" ? value : null;
}

function textIn(node: DetailNode, field: string): string | null {
  const value = findNode(node, field)?.value;
  return typeof value === "string" ? value : null;
}
