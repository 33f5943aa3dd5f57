// The selected packet: its detail tree and its bytes, each lighting what belongs to the other.

import type { PageData, PageNode } from "./data.ts";
import { byId, make } from "./dom.ts";
import type { Change, State, View } from "./state.ts";

/** Layers that start closed: what every packet has alike. */
const CLOSED = new Set(["frame", "eth", "vlan", "ieee8021ad", "sll", "null", "raw", "ip", "ipv6", "llc"]);
const LINK = new Set(["eth", "vlan", "ieee8021ad", "sll", "null", "llc", "raw"]);
const NETWORK = new Set(["ip", "ipv6", "arp"]);
const TRANSPORT = new Set(["tcp", "udp", "icmp", "icmpv6"]);

interface Line {
  readonly node: number;
  readonly path: string;
  readonly depth: number;
  readonly expandable: boolean;
  readonly expanded: boolean;
}

export interface DetailView {
  readonly show: View;
  /** Does what a key asks of the tree when it has the focus; false for what it does not know. */
  readonly act: (state: State, action: string) => boolean;
}

/** Shows the selected packet in `#tree` and `#bytes`. */
export function detailView(data: PageData, change: Change): DetailView {
  const tree = byId("tree");
  const bytesBox = byId("bytes");
  const title = byId("bytes-title");
  const { nodes, fields } = data.details;
  let lines: readonly Line[] = [];
  let painted = "";

  function nameOf([field, label]: PageNode): string {
    return field < 0 ? label : fields[field];
  }

  function linesOf(state: State): Line[] {
    const found: Line[] = [];
    const visit = (ids: readonly number[], above: string, depth: number): void => {
      for (const [id, path, name] of withPaths(ids, above)) {
        const expandable = nodes[id][5].length > 0;
        const expanded = expandable && startsOpen(name, depth) !== state.toggled.has(path);
        found.push({ node: id, path, depth, expandable, expanded });
        if (expanded) visit(nodes[id][5], path, depth + 1);
      }
    };
    visit(data.details.packets[state.packet] ?? [], "", 0);
    return found;
  }

  function toggle(state: State, path: string): void {
    const toggled = new Set(state.toggled);
    if (!toggled.delete(path)) toggled.add(path);
    change({ toggled });
  }

  function choose(at: number): void {
    if (at < 0 || at >= lines.length) return;
    const { path, node } = lines[at];
    change({ field: { path, node } });
  }

  function paintTree(state: State): void {
    const chosen = lines.findIndex((line) => line.path === state.field?.path);
    const rows = lines.map(({ node, depth, expandable, expanded }, i) => {
      const [field, label] = nodes[node];
      const colon = depth === 0 || label.startsWith("[") ? -1 : label.indexOf(": ");
      const words =
        colon < 0
          ? [make("span", { class: depth === 0 ? "layer" : "", text: label })]
          : [
              make("span", { class: "name", text: label.slice(0, colon + 2) }),
              make("span", { text: label.slice(colon + 2) }),
            ];
      const row = make(
        "div",
        {
          class: `line${i === chosen ? " selected" : ""}`,
          role: "treeitem",
          id: `field-${i}`,
          title: field < 0 ? "" : fields[field],
          "aria-level": depth + 1,
          "aria-selected": i === chosen ? "true" : "false",
          "data-line": i,
          ...(expandable ? { "aria-expanded": expanded ? "true" : "false" } : {}),
        },
        make("span", {
          class: "fold",
          "aria-hidden": "true",
          text: expandable ? (expanded ? "▾" : "▸") : "",
        }),
        ...words,
      );
      row.style.paddingLeft = `${depth * 16 + 4}px`;
      return row;
    });
    if (rows.length === 0) {
      const none = state.packet < 0 ? "no packets" : "this packet's details were left out of the page";
      rows.push(make("div", { class: "none", text: none }));
    }
    tree.replaceChildren(...rows);
    tree.setAttribute("aria-activedescendant", chosen < 0 ? "" : `field-${chosen}`);
    if (chosen >= 0) tree.children[chosen].scrollIntoView({ block: "nearest" });
  }

  function paintBytes(state: State): void {
    const field = state.field === null ? null : nodes[state.field.node];
    const source =
      field === null || state.field === null || !lines.some(({ path }) => path === state.field?.path)
        ? 0
        : field[4];
    const kept = source === 0 ? null : (data.details.sources[state.packet]?.[source - 1] ?? null);
    const bytes = decoded(kept?.[1] ?? data.packets.bytes[state.packet] ?? "");
    const captured = kept === null ? (data.packets.captured[state.packet] ?? 0) : bytes.length;
    const more = captured - bytes.length;
    title.textContent =
      state.packet < 0 ? "" : `${kept?.[0] ?? `packet ${state.packet + 1}`} · ${captured} bytes`;
    const inks = source === 0 ? inksOf(state.packet, bytes.length) : [];
    const isLit = (at: number): boolean =>
      field !== null && field[3] > 0 && at >= field[2] && at < field[2] + field[3] && source === field[4];
    const perRow = bytesBox.clientWidth > 560 ? 16 : 8;
    const rows: Node[] = [];
    for (let start = 0; start < bytes.length; start += perRow) {
      const hex = make("span", { class: "hex" });
      const text = make("span", { class: "ascii" });
      for (let at = start; at < Math.min(bytes.length, start + perRow); at++) {
        const byte = bytes[at];
        const printable = byte >= 0x20 && byte < 0x7f;
        const ink = `ink-${inks[at] ?? "other"}${isLit(at) ? " lit" : ""}`;
        const gap = at - start === perRow / 2 ? " half" : "";
        hex.append(
          make("span", { class: `${ink}${gap}`, "data-at": at, text: byte.toString(16).padStart(2, "0") }),
        );
        text.append(
          make("span", {
            class: printable ? ink : `${ink} dot`,
            "data-at": at,
            text: printable ? String.fromCharCode(byte) : "·",
          }),
        );
      }
      const offset = make("span", { class: "offset", text: start.toString(16).padStart(4, "0") });
      rows.push(make("div", { class: "bytes-row" }, offset, hex, text));
    }
    if (more > 0)
      rows.push(make("div", { class: "none", text: `and ${more} bytes that were left out of the page` }));
    bytesBox.classList.toggle("wide", perRow === 16);
    bytesBox.replaceChildren(...rows);
    bytesBox.querySelector(".lit")?.scrollIntoView({ block: "nearest" });
  }

  /** Of each byte, the colour of the layer it belongs to. */
  function inksOf(packet: number, length: number): string[] {
    const inks: string[] = [];
    for (const id of data.details.packets[packet] ?? []) {
      const [field, , start, size, source] = nodes[id];
      const name = field < 0 ? "" : fields[field];
      if (field < 0 || name === "frame" || source !== 0) continue;
      inks.length = Math.max(inks.length, Math.min(length, start + size));
      inks.fill(layerOf(name), start, Math.min(length, start + size));
    }
    return inks;
  }

  /** Chooses the innermost line whose bytes hold byte `at`, and opens what it is under. */
  function chooseByte(state: State, at: number): void {
    const toggled = new Set(state.toggled);
    let ids = data.details.packets[state.packet] ?? [];
    let [path, node, depth] = ["", -1, 0];
    for (;;) {
      const inside = withPaths(ids, path).find(([id, , name]) => holds(nodes[id], name, at));
      if (inside === undefined) break;
      if (node >= 0) open(toggled, path, depth - 1);
      [node, path] = inside;
      ids = nodes[node][5];
      depth++;
    }
    if (node >= 0) change({ field: { path, node }, toggled });
  }

  /** Lines side by side with their paths: field names from the top, so that what was opened stays open from packet to packet. */
  function withPaths(
    ids: readonly number[],
    above: string,
  ): (readonly [id: number, path: string, name: string])[] {
    const seen = new Map<string, number>();
    return ids.map((id) => {
      const name = nameOf(nodes[id]);
      const nth = seen.get(name) ?? 0;
      seen.set(name, nth + 1);
      return [id, `${above}/${name}${nth === 0 ? "" : `#${nth}`}`, name];
    });
  }

  let last: State | null = null;
  tree.addEventListener("click", (event) => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-line]") : null;
    if (row === null || last === null) return;
    const at = Number(row.dataset["line"]);
    choose(at);
    if (lines[at].expandable) toggle(last, lines[at].path);
  });
  bytesBox.addEventListener("click", (event) => {
    const cell = event.target instanceof HTMLElement ? event.target : null;
    const at = cell?.dataset["at"];
    if (at !== undefined && last !== null) chooseByte(last, Number(at));
  });

  return {
    show: (state) => {
      last = state;
      if (tree.clientHeight + bytesBox.clientHeight === 0) return;
      const asked = `${state.packet} ${state.field?.path} ${[...state.toggled].join()} ${bytesBox.clientWidth > 560} ${state.screen}`;
      if (asked === painted) return;
      painted = asked;
      lines = linesOf(state);
      // The field of the same name in another packet is another node.
      const own = lines.find(({ path }) => path === state.field?.path);
      const shown =
        own === undefined || state.field === null
          ? state
          : { ...state, field: { ...state.field, node: own.node } };
      paintTree(shown);
      paintBytes(own === undefined ? { ...shown, field: null } : shown);
    },
    act: (state, action) => {
      const at = lines.findIndex(({ path }) => path === state.field?.path);
      const line = at < 0 ? null : lines[at];
      switch (action) {
        case "up":
          choose(Math.max(0, at - 1));
          return true;
        case "down":
          choose(Math.min(lines.length - 1, at + 1));
          return true;
        case "first":
          choose(0);
          return true;
        case "last":
          choose(lines.length - 1);
          return true;
        case "expand":
          if (line !== null && line.expandable) toggle(state, line.path);
          return true;
        case "forward":
        case "back":
          if (line !== null && line.expandable && line.expanded === (action === "back"))
            toggle(state, line.path);
          return true;
        default:
          return false;
      }
    },
  };
}

function decoded(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function layerOf(field: string): string {
  if (LINK.has(field)) return "link";
  if (NETWORK.has(field)) return "network";
  return TRANSPORT.has(field) ? "transport" : "payload";
}

/** Layers about the packet's own business are open at first. */
function startsOpen(name: string, depth: number): boolean {
  return depth === 0 && !CLOSED.has(name);
}

/** Opens the line of `path`, whichever way it started. */
function open(toggled: Set<string>, path: string, depth: number): void {
  if (startsOpen(path.slice(1), depth)) toggled.delete(path);
  else toggled.add(path);
}

function holds([, , start, length, source]: PageNode, name: string, at: number): boolean {
  return source === 0 && name !== "frame" && at >= start && at < start + length;
}
