// `-z http,tree`: HTTP requests by method and responses by status, as tshark's table.

import type { DissectContext } from "../dissect/dissect.ts";
import type { Trace } from "../../trace/trace.ts";
import { findNode, numberIn, packetsWithMessages } from "./protocol-nodes.ts";
import { StatsTree } from "./stats-tree.ts";

const HTTP = new Set(["http"]);
const CLASSES = [
  "???: broken",
  "1xx: Informational",
  "2xx: Success",
  "3xx: Redirection",
  "4xx: Client Error",
  "5xx: Server Error",
] as const;

/** The lines of the table over `rows`. */
export function* printHttpTree(
  trace: Trace,
  rows: Iterable<number>,
  context: DissectContext = {},
): Generator<string> {
  const tree = new StatsTree();
  const total = tree.root("Total HTTP Packets");
  const requests = total.child("HTTP Request Packets");
  const responses = total.child("HTTP Response Packets");
  const others = total.child("Other HTTP Packets");
  const classes = CLASSES.map((name) => responses.child(name));
  for (const { row, messages } of packetsWithMessages(trace, rows, context, HTTP)) {
    tree.at(trace.packets.relativeNs(row));
    for (const message of messages) {
      total.tick();
      const code = numberIn(message, "http.response.code");
      const method = findNode(message, "http.request.method")?.value ?? null;
      if (code !== null) {
        responses.tick();
        const kind = Math.floor(code / 100);
        const group = classes[kind >= 1 && kind <= 5 ? kind : 0];
        group.tick();
        const words = findNode(message, "http.response.code.desc")?.value;
        group.child(`${code} ${typeof words === "string" ? words : "Unknown"}`).tick();
      } else if (method !== null) {
        requests.tick();
        requests.child(String(method)).tick();
      } else {
        others.tick();
      }
    }
  }
  yield* tree.lines("HTTP/Packet Counter");
}
