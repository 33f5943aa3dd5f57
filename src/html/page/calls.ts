// The transcript: each call with its answer once the cursor has come to it, and what programs said between them; and the connections at the cursor.

import { millisText, sizeText } from "../../trace/words.ts";
import type { PageCall, PageConnection, PageData } from "./data.ts";
import { byId, make, oncePerFrame, scrollTo } from "./dom.ts";
import type { State, View } from "./state.ts";

const ROW = 22;
const SPARE = 6;

/** Shows the transcript in `#calls`; `go` is told which stop was clicked. */
export function callsView(data: PageData, go: (stop: number) => void): View {
  const { calls } = data;
  const box = byId("calls");
  const room = byId("calls-room");
  let last: State | null = null;
  let seen = -2;

  function begun(stop: number): number {
    let low = 0;
    let high = calls.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (calls[middle].stop <= stop) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function paint(): void {
    if (last === null || box.clientHeight === 0) return;
    const state = last;
    const first = Math.max(0, Math.floor(box.scrollTop / ROW) - SPARE);
    const end = Math.min(calls.length, Math.ceil((box.scrollTop + box.clientHeight) / ROW) + SPARE);
    const newest = begun(state.stop) - 1;
    const rows: Node[] = [];
    for (let i = first; i < end; i++) rows.push(rowOf(state, i, i === newest));
    room.style.height = `${calls.length * ROW}px`;
    room.replaceChildren(...rows);
  }

  function rowOf(state: State, i: number, isNewest: boolean): HTMLElement {
    const call = calls[i];
    const isAhead = call.stop > state.stop;
    const row = make(
      "li",
      {
        class: `row${i % 2 === 0 ? "" : " zebra"}${isNewest ? " selected" : ""}${isAhead ? " ahead" : ""}`,
        "data-stop": call.stop,
        ...(isNewest ? { "aria-current": "step" } : {}),
      },
      make("span", { class: "at", text: millisText(data.stops[call.stop][0]) }),
      make("span", { class: "who", text: call.socket }),
      make("span", { class: "call" }, ...wordsOf(call, state)),
    );
    row.style.top = `${i * ROW}px`;
    return row;
  }

  box.addEventListener("scroll", oncePerFrame(paint), { passive: true });
  room.addEventListener("click", (event) => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-stop]") : null;
    if (row !== null) go(Number(row.dataset["stop"]));
  });

  return (state) => {
    last = state;
    if (state.stop !== seen && box.clientHeight > 0) {
      const newest = Math.max(0, begun(state.stop) - 1);
      room.style.height = `${calls.length * ROW}px`;
      scrollTo(box, newest * ROW, (newest + 1) * ROW, ROW * 2);
      seen = state.stop;
    }
    paint();
  };
}

function wordsOf(call: PageCall, state: State): (Node | string)[] {
  switch (call.kind) {
    case "log":
      return [make("span", { class: "ink-string", text: `» ${call.text}` })];
    case "error":
      return [make("span", { class: "ink-error", text: `✗ ended: ${call.text}` })];
    case "intervention":
      return [make("span", { class: "ink-info", text: `◆ ${call.text}` })];
    default:
  }
  const head = make("span", { text: call.text });
  if (call.stop > state.stop) return [head];
  if (call.end < 0 || call.answer === null)
    return [head, make("span", { class: "ink-pending", text: " … waits for ever" })];
  if (call.end > state.stop) return [head, make("span", { class: "ink-pending", text: " … waiting" })];
  const ink =
    call.kind === "failed"
      ? "error"
      : call.answer === "ok"
        ? "muted"
        : /^["<]/.test(call.answer)
          ? "string"
          : "number";
  return [
    head,
    make("span", { class: "ink-muted", text: " → " }),
    make("span", { class: `ink-${ink}`, text: call.answer }),
  ];
}

/** Shows the TCP connections at the cursor in `#connections`. */
export function connectionsView(data: PageData): View {
  const box = byId("connections");
  const none =
    data.connections.length === 0 ? "nothing is told of connections here" : "no TCP connection yet";
  return (state) => {
    if (box.clientHeight === 0) return;
    const rows = data.connections.flatMap((connection) => {
      const row = connectionRow(connection, state.stop);
      return row === null ? [] : [row];
    });
    box.replaceChildren(
      ...(rows.length > 0 ? [headRow(), ...rows] : [make("p", { class: "none", text: none })]),
    );
  };
}

function headRow(): HTMLElement {
  const cells = ["host", "local", "state", "to send", "in flight", "to read"].map((text) =>
    make("span", { role: "columnheader", text }),
  );
  return make("div", { class: "connection heading", role: "row" }, ...cells);
}

function connectionRow({ host, local, states, queues }: PageConnection, stop: number): HTMLElement | null {
  const state = states.findLast(([from]) => from <= stop);
  const held = queues.findLast(([from]) => from <= stop);
  if (state === undefined && held === undefined) return null;
  const [, toSend, inFlight, toRead, sendRoom, readRoom] = held ?? [0, 0, 0, 0, 1, 1];
  const name = state?.[1] ?? "";
  const ink = name === "ESTABLISHED" ? "ok" : name === "CLOSED" ? "muted" : "sim";
  return make(
    "div",
    { class: "connection", role: "row" },
    make("span", { role: "cell", class: "host", text: host }),
    make("span", { role: "cell", class: "ink-muted", text: local }),
    make("span", { role: "cell", class: `ink-${ink}`, text: name }),
    gauge(toSend, sendRoom),
    make("span", { role: "cell", text: sizeText(inFlight) }),
    gauge(toRead, readRoom),
  );
}

function gauge(bytes: number, room: number): HTMLElement {
  const bar = make("span", { class: "gauge", "aria-hidden": "true" }, make("span", { class: "filled" }));
  const filled = bar.firstElementChild;
  const part = bytes === 0 ? 0 : Math.max(0.04, Math.min(1, bytes / Math.max(1, room)));
  if (filled instanceof HTMLElement) filled.style.width = `${part * 100}%`;
  return make("span", { role: "cell", class: "queue" }, bar, make("span", { text: sizeText(bytes) }));
}
