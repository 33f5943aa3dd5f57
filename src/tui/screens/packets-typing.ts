// The line above the packet list: a filter with its completions, something to find, a packet to go to.

import { lineKey, replaced } from "../line-edit.ts";
import type { LineEdit } from "../line-edit.ts";
import type { Effect } from "../messages.ts";
import type { FindState, Model, Typing } from "../model.ts";
import { completionsAt } from "./filter-completion.ts";
import type { Completions } from "./filter-completion.ts";
import { shownTrace } from "./packet-data.ts";
import { FIND_MODES, findFrom } from "./packets-find.ts";
import { rowAt } from "./packets-jump.ts";
import { applyFilter, scanOn } from "./packets-reading.ts";
import { goToRow } from "./packets-select.ts";
import type { Step } from "./screen.ts";

const NOTHING: readonly Effect[] = [];
/** More is not typed by anybody. */
const LINE_MAX = 1000;

/** What may stand next in the filter being typed; nothing where it is no filter. */
export function completionsOf(model: Model): Completions {
  const { typing, findMode } = model.packets;
  const isFilter = typing?.purpose === "filter" || (typing?.purpose === "find" && findMode === "filter");
  if (typing === null || !isFilter) return { from: 0, to: 0, choices: [] };
  return completionsAt(model, typing.line.text, typing.line.caret);
}

/** A key while the line is open. */
export function typingKey(model: Model, key: string): Step {
  const { typing } = model.packets;
  if (typing === null) return [model, NOTHING];
  const offered = completionsOf(model);
  const last = offered.choices.length - 1;
  switch (key) {
    case "escape":
      return [withTyping(model, null), NOTHING];
    case "enter":
      return typing.choice >= 0 && typing.choice <= last
        ? [completed(model, typing, offered, typing.choice), NOTHING]
        : enter(model, typing);
    case "down":
      return [
        last < 0
          ? model
          : withTyping(model, { ...typing, choice: typing.choice >= last ? 0 : typing.choice + 1 }),
        NOTHING,
      ];
    case "up": {
      // As in a shell: what was set last.
      const isFirst = typing.choice < 0 && typing.line.text === "" && model.filters.length > 0;
      const choice = isFirst ? 0 : typing.choice <= 0 ? last : typing.choice - 1;
      return [last < 0 ? model : withTyping(model, { ...typing, choice }), NOTHING];
    }
    case "tab":
      if (last >= 0) return [completed(model, typing, offered, Math.max(0, typing.choice)), NOTHING];
      return [typing.purpose === "find" ? nextMode(model) : model, NOTHING];
    case "S-tab":
      return [typing.purpose === "find" ? nextMode(model) : model, NOTHING];
    default: {
      const line = lineKey(typing.line, key, LINE_MAX);
      return [line === typing.line ? model : typed(model, typing, line), NOTHING];
    }
  }
}

/** The completion put in, and a blank behind it where something must follow. */
function completed(model: Model, typing: Typing, { from, to, choices }: Completions, choice: number): Model {
  const { text } = choices[choice];
  const rest = typing.line.text.slice(to);
  return typed(model, typing, replaced(typing.line, from, to, rest.startsWith(" ") ? text : `${text} `));
}

function enter(model: Model, typing: Typing): Step {
  const text = typing.line.text.trim();
  switch (typing.purpose) {
    case "filter":
      return applyFilter(model, text);
    case "goto": {
      const row = rowAt(shownTrace(model), text);
      if (typeof row === "object") return [withView(model, { filterError: row }), NOTHING];
      return [goToRow(withTyping(model, null), row, "there are no packets"), NOTHING];
    }
    case "write":
      return write(withTyping(model, null), text);
    case "find": {
      if (text === "")
        return [withTyping({ ...model, packets: { ...model.packets, find: null } }, null), NOTHING];
      const find = findFrom(model.packets.findMode, text, model.packets.selected, 1);
      if ("message" in find) return [withView(model, { filterError: find }), NOTHING];
      return scanOn(withView(withTyping(model, null), { find, focus: "list" }));
    }
  }
}

/** Asks for the packets that are shown to be written to the file `name`, pcapng by its name where that says nothing else. */
function write(model: Model, name: string): Step {
  if (name === "") return [model, NOTHING];
  const { filter } = model.packets;
  const { count } = shownTrace(model).packets;
  // What is yet to be read would be missing. Of a live capture all there is may be written at any time.
  const isReading = "reading" in model.session && model.session.reading !== undefined;
  if (isReading || (filter !== null && filter.scanned < count))
    return [{ ...model, notice: "not everything has been read yet: write then" }, NOTHING];
  const path = /\.[^./]+$/.test(name) ? name : `${name}.pcapng`;
  const rows = filter?.rows.slice() ?? null;
  return [{ ...model, busy: `writing ${path}` }, [{ kind: "write", path, rows }]];
}

function nextMode(model: Model): Model {
  const { findMode } = model.packets;
  const next: FindState["mode"] = FIND_MODES[(FIND_MODES.indexOf(findMode) + 1) % FIND_MODES.length];
  return withView(model, { findMode: next, filterError: null });
}

function typed(model: Model, typing: Typing, line: LineEdit): Model {
  return withTyping(model, { ...typing, line, choice: -1 });
}

function withTyping(model: Model, typing: Typing | null): Model {
  return withView(model, { typing, filterError: null });
}

function withView(model: Model, change: Partial<Model["packets"]>): Model {
  return { ...model, packets: { ...model.packets, ...change } };
}
