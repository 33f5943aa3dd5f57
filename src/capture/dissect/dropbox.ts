// Dropbox's LAN sync discovery: clients tell each other in JSON which folders they have.

import { addJson, isJson, JSON_TITLE } from "./json.ts";
import { utf8 } from "./protocol.ts";
import type { Dissection } from "./tree.ts";
import type { Datagram } from "./udp-protocols.ts";

const TITLE = "Dropbox LAN sync Discovery Protocol";

export function dissectDropboxDiscovery(d: Dissection, { start, end }: Datagram): void {
  const held = d.captured(end);
  const length = Math.max(0, held - start);
  const node = d.layer("db-lsp-disc", TITLE, start, length);
  d.columns("DB-LSP-DISC", TITLE);
  if (length === 0) {
    d.has(start, 1, end, TITLE);
    return;
  }
  if (!isJson(d.bytes, start, held)) {
    const text = utf8(d.bytes, start, held);
    d.add(node.children, "db-lsp.text", `Text: ${text}`, start, length, text);
    return;
  }
  d.columns("DB-LSP-DISC/JSON", `${TITLE}, ${JSON_TITLE}`);
  const outer = d.root;
  d.root = node.children;
  addJson(d, d.layer("json", JSON_TITLE, start, length).children, start, held);
  d.root = outer;
}
