// The program at the cursor: its file, the line whose call is the newest in the light.

import { codePieces } from "../../tui/widgets/code.ts";
import type { PageData } from "./data.ts";
import { byId, make, scrollTo } from "./dom.ts";
import type { View } from "./state.ts";

const INKS = { comment: "muted", string: "string", number: "number", word: "accent" } as const;
const TAB = "  ";
/** Lines kept in view above and below. */
const AROUND = 4;

/** Shows the file of the newest call in `#source`, and its name and line in `#source-name`. */
export function sourceView(data: PageData): View {
  const box = byId("source");
  const title = byId("source-name");
  const rows: HTMLElement[] = [];
  let file = -1;
  let lit: HTMLElement | null = null;
  return (state) => {
    if (box.clientHeight === 0) return;
    const newest = data.calls.findLast(({ stop, line }) => stop <= state.stop && line !== undefined);
    const first = newest ?? data.calls.find(({ line }) => line !== undefined);
    if (first?.line === undefined) {
      box.replaceChildren(make("p", { class: "none", text: "which lines made the calls was not kept" }));
      return;
    }
    const [source, line] = first.line;
    const { name, lines } = data.sources[source];
    if (source !== file) {
      rows.splice(0, rows.length, ...lines.map(rowOf));
      box.replaceChildren(...rows);
      file = source;
    }
    lit?.classList.remove("selected");
    lit?.removeAttribute("aria-current");
    lit = null;
    title.textContent = newest === undefined ? name : `${newest.host}  ${name}:${line}`;
    const row = rows[line - 1];
    if (row === undefined || newest === undefined) return;
    row.classList.add("selected");
    row.setAttribute("aria-current", "step");
    lit = row;
    const top = row.offsetTop - box.offsetTop;
    scrollTo(box, top, top + row.offsetHeight, row.offsetHeight * AROUND);
  };
}

function rowOf(text: string, at: number): HTMLElement {
  const pieces = codePieces(text.replaceAll("\t", TAB)).map((piece) =>
    make(
      "span",
      piece.kind === null ? { text: piece.text } : { class: `ink-${INKS[piece.kind]}`, text: piece.text },
    ),
  );
  return make(
    "div",
    { class: "code" },
    make("span", { class: "no", text: String(at + 1) }),
    make("span", {}, ...pieces),
  );
}
