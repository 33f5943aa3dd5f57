// The packet list: a row a packet, of which only those in sight exist.

import type { PageData } from "./data.ts";
import { byId, make, oncePerFrame, scrollTo } from "./dom.ts";
import { lineOf, lossText } from "./filter.ts";
import type { State, View } from "./state.ts";

const ROW = 22;
/** Rows kept above and below those in sight. */
const SPARE = 6;

/** Shows the list in `#list`; `go` is told which stop was clicked. */
export function listView(data: PageData, go: (stop: number) => void): View {
  const { packets } = data;
  const box = byId("list");
  const room = byId("list-room");
  const count = byId("list-count");
  const again = new Set(packets.again);
  let last: State | null = null;
  let seen = "";

  function lines(state: State): number {
    return state.rows?.length ?? packets.count;
  }

  function paint(): void {
    if (last === null || box.clientHeight === 0) return;
    const state = last;
    const total = lines(state);
    const first = Math.max(0, Math.floor(box.scrollTop / ROW) - SPARE);
    const end = Math.min(total, Math.ceil((box.scrollTop + box.clientHeight) / ROW) + SPARE);
    const rows: Node[] = [];
    for (let line = first; line < end; line++) {
      const packet = state.rows === null ? line : state.rows[line];
      rows.push(rowOf(state, packet, line, total));
    }
    room.style.height = `${total * ROW}px`;
    room.replaceChildren(...rows);
  }

  function rowOf(state: State, packet: number, line: number, total: number): HTMLElement {
    const { names } = packets;
    const rule = packets.rule[packet] < 0 ? null : packets.rules[packets.rule[packet]];
    const lost = lossText(packets, packet);
    const isSelected = packet === state.packet;
    const ahead = packets.stops[packet] > state.stop ? " ahead" : "";
    const protocol = names[packets.protocols[packet]];
    const row = make(
      "div",
      {
        class: `row${line % 2 === 0 ? "" : " zebra"}${isSelected ? " selected" : ""}${ahead}`,
        role: "option",
        id: `packet-${packet}`,
        "aria-selected": isSelected ? "true" : "false",
        "aria-posinset": line + 1,
        "aria-setsize": total,
        "data-packet": packet,
      },
      make("span", { class: "no", text: packet + 1 }),
      make("span", {
        class: `glyph ink-${rule?.colour ?? "text"}`,
        title: rule?.name ?? "",
        text: lost === "" ? (rule?.glyph ?? "") : "✗",
      }),
      make("span", { class: "at", text: (packets.times[packet] / 1e9).toFixed(6) }),
      make("span", { class: "end", text: names[packets.sources[packet]] }),
      make("span", { class: "end", text: names[packets.destinations[packet]] }),
      make("span", {
        class: `proto ink-${packets.colours[packets.protocols[packet]]}`,
        text: protocol,
      }),
      make("span", { class: "len", text: packets.lengths[packet] }),
      make("span", { class: `info${rule === null ? "" : ` ink-${rule.colour}`}` }, ...infoOf(packet, lost)),
    );
    row.style.top = `${line * ROW}px`;
    return row;
  }

  function infoOf(packet: number, lost: string): (Node | string)[] {
    const parts: (Node | string)[] = [];
    if (lost !== "") parts.push(make("b", { class: "ink-error", text: `${lost} ` }));
    if (again.has(packet)) parts.push(make("b", { class: "ink-warn", text: "again " }));
    return [...parts, packets.infos[packet]];
  }

  box.addEventListener("scroll", oncePerFrame(paint), { passive: true });
  room.addEventListener("click", (event) => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-packet]") : null;
    if (row !== null) go(packets.stops[Number(row.dataset["packet"])]);
  });

  return (state) => {
    last = state;
    const total = lines(state);
    count.textContent =
      state.rows === null
        ? `${packets.count} ${packets.count === 1 ? "packet" : "packets"}`
        : `${total} of ${packets.count}`;
    room.style.height = `${total * ROW}px`;
    const line = lineOf(state.rows, state.packet);
    const asked = `${line} ${state.filter} ${state.screen}`;
    if (asked !== seen && box.clientHeight > 0) {
      scrollTo(box, line * ROW, (line + 1) * ROW, ROW * 2);
      seen = asked;
    }
    box.setAttribute("aria-activedescendant", state.packet < 0 ? "" : `packet-${state.packet}`);
    paint();
  };
}
