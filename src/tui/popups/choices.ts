// What the lists offer that one chooses from: every command that works where one is, lessons, files, themes, columns.

import { KEYS } from "../key-table.ts";
import { worksOn } from "../keys.ts";
import type { Action, KeyBinding } from "../keys.ts";
import { SCREEN_NAMES } from "../model.ts";
import type { Choosing, Model } from "../model.ts";
import type { DecodeAs } from "../../capture/dissect/decode-as.ts";
import { allFields, findField } from "../../capture/fields.ts";
import { filterOfField, filtersOfPacket, joined, selectedField } from "../screens/field-filter.ts";
import { selectedRow } from "../screens/packet-data.ts";
import { columnTitle, isUsual, USUAL_COLUMNS } from "../screens/packets-columns.ts";
import { insideOf } from "../screens/packets-layout.ts";
import { columnIds } from "../screens/packets-list.ts";
import { COLOUR_RULES } from "../screens/packets-rules.ts";
import { isLab } from "../session.ts";
import { themes } from "../theme.ts";
import { copiesOf } from "./copies.ts";
import { decodingsOf } from "./decodings.ts";
import { shownKey } from "./help.ts";
import { fuzzyMatch } from "./fuzzy.ts";

/** What a choice asks for; the popup is closed by then. */
export type Chosen =
  | { readonly kind: "action"; readonly action: Action }
  | { readonly kind: "lesson"; readonly name: string }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "theme"; readonly name: string }
  | { readonly kind: "column"; readonly id: string }
  | { readonly kind: "sort"; readonly id: string }
  | { readonly kind: "filter"; readonly text: string }
  | { readonly kind: "decode"; readonly rules: readonly DecodeAs[] }
  | { readonly kind: "copy"; readonly what: string; readonly text: string };

export interface Choice {
  readonly text: string;
  /** Stands back behind the text; searched too. */
  readonly detail: string;
  /** The key that does the same, at the right. */
  readonly key?: string;
  /** Heading it stands under while nothing was typed. */
  readonly group?: string;
  /** Whether it is what is on already. */
  readonly current?: boolean;
  readonly chosen: Chosen;
}

/** A choice that is left, and which of its text's letters were typed. */
export interface ShownChoice extends Choice {
  readonly lit: readonly number[];
}

/** Everything there is to choose; the same list again for the same model. */
export function choicesOf(model: Model, from: Choosing): readonly Choice[] {
  if (asked?.model === model && asked.from === from) return asked.choices;
  asked = { model, from, choices: listOf(model, from) };
  return asked.choices;
}

let asked: { readonly model: Model; readonly from: Choosing; readonly choices: readonly Choice[] } | null =
  null;

function listOf(model: Model, from: Choosing): Choice[] {
  switch (from) {
    case "commands":
      return [...commands(model), ...lessons(model), ...themeChoices(model)];
    case "lessons":
      return lessons(model);
    case "files":
      return files(model);
    case "themes":
      return themeChoices(model);
    case "columns":
      return columnChoices(model);
    case "sorting":
      return sortChoices(model);
    case "rules":
      return COLOUR_RULES.map(({ name, filter, glyph }) => ({
        text: `${glyph} ${name}`,
        detail: filter,
        chosen: { kind: "filter", text: filter },
      }));
    case "filters":
      return filterChoices(model);
    case "decodings":
      return decodingsOf(model).map(({ what, about, rules, ...choice }) => ({
        ...choice,
        text: what,
        detail: about,
        chosen: { kind: "decode", rules },
      }));
    case "copies":
      return copiesOf(model).map(({ what, text }) => ({
        text: what,
        detail: text.trim().split("\n")[0],
        chosen: { kind: "copy", what, text },
      }));
  }
}

/** The choices `query` leaves, best first; all in their own order while nothing was typed. */
export function narrowed(choices: readonly Choice[], query: string): readonly ShownChoice[] {
  const before = kept.get(choices);
  if (before?.query === query) return before.shown;
  const shown =
    query.trim() === "" ? choices.map((choice) => ({ ...choice, lit: [] })) : found(choices, query);
  kept.set(choices, { query, shown });
  return shown;
}

/** A list is asked for several times a key: to move in it, to lay it out, to paint it. */
const kept = new WeakMap<
  readonly Choice[],
  { readonly query: string; readonly shown: readonly ShownChoice[] }
>();

function found(choices: readonly Choice[], query: string): ShownChoice[] {
  const matches: { choice: ShownChoice; score: number; at: number }[] = [];
  choices.forEach((choice, at) => {
    const match = fuzzyMatch(query, choice.text);
    if (match !== null) {
      matches.push({ choice: { ...choice, lit: match.at }, score: match.score, at });
      return;
    }
    // What was typed stands in the words behind the text as it is: after all texts that have its letters.
    if (choice.detail.toLowerCase().includes(query.trim().toLowerCase())) {
      matches.push({ choice: { ...choice, lit: [] }, score: -Infinity, at });
    }
  });
  return matches
    .sort((a, b) => (a.score === b.score ? a.at - b.at : b.score - a.score))
    .map(({ choice }) => choice);
}

/** Moving by rows and panes is done with keys alone, and a list of commands that moves a list is none. */
const BY_KEYS_ALONE: KeyBinding["group"] = "Moving";

function commands(model: Model): Choice[] {
  const choices: Choice[] = [];
  for (const binding of KEYS) {
    if (!worksOn(binding, model) || binding.group === BY_KEYS_ALONE) continue;
    if (binding.action === "commands") continue;
    const screen = (SCREEN_NAMES as readonly string[]).includes(binding.action);
    const text = binding.command ?? (screen ? `screen: ${binding.action}` : binding.help);
    choices.push({
      text,
      detail: binding.about ?? "",
      key: shownKey(binding.keys[0]),
      group: binding.group,
      chosen: { kind: "action", action: binding.action },
    });
  }
  return choices;
}

function lessons(model: Model): Choice[] {
  const name = isLab(model.session) ? model.session.scenario.name : "";
  return model.lessons.map((lesson) => ({
    text: lesson.name,
    detail: lesson.title,
    ...(lesson.chapter === undefined ? {} : { group: lesson.chapter }),
    current: lesson.name === name,
    chosen: { kind: "lesson", name: lesson.name },
  }));
}

function files(model: Model): Choice[] {
  const recent = model.recent.map((path): Choice => ({
    text: path,
    detail: "",
    group: "Opened lately",
    chosen: { kind: "file", path },
  }));
  if (model.folder === null) return recent;
  const { path: folder, entries } = model.folder;
  const here = entries.map(({ name, path, kind, detail }): Choice => ({
    text: kind === "folder" ? `${name}/` : name,
    detail,
    group: folder,
    chosen: kind === "folder" ? { kind: "folder", path } : { kind: "file", path },
  }));
  return [...here, ...recent];
}

/** The field whose detail line one is on, the columns that are on, in their order; then all the others there could be. */
function columnChoices(model: Model): Choice[] {
  const on = columnIds(model, insideOf(model, "list").width);
  const here = model.packets.focus === "list" ? "" : (selectedField(model)?.field ?? "");
  const key = `${on.join(" ")} ${here}`;
  if (columnsKept?.key === key) return columnsKept.choices;
  const choice = (id: string): Choice => {
    const field = findField(id);
    return {
      text: columnTitle(id),
      detail: field?.title ?? "",
      group: on.includes(id) ? "On" : isUsual(id) ? "Usual" : id === here ? "The field here" : "Fields",
      current: on.includes(id),
      chosen: { kind: "column", id },
    };
  };
  const usual = USUAL_COLUMNS.filter((id) => !on.includes(id));
  const fields = allFields().filter(
    ({ name }) => !on.includes(name) && name !== here && !name.startsWith("_ws.col."),
  );
  const first = here === "" || on.includes(here) ? [] : [choice(here)];
  const choices = [
    ...first,
    ...on.map(choice),
    ...usual.map(choice),
    ...fields.map(({ name }) => choice(name)),
  ];
  columnsKept = { key, choices };
  return choices;
}

/** There are thousands of fields, and the list of them is the same until a column is turned on or off. */
let columnsKept: { readonly key: string; readonly choices: Choice[] } | null = null;

function sortChoices(model: Model): Choice[] {
  const { sort } = model.packets;
  return columnIds(model, insideOf(model, "list").width).map((id) => {
    const isOn = sort?.column === id;
    const now = isOn
      ? sort.descending
        ? "descending; again: as they came"
        : "ascending; again: descending"
      : "";
    return { text: columnTitle(id), detail: now, current: isOn, chosen: { kind: "sort", id } };
  });
}

/** Filters made of the field and of the packet that are selected; of what one looks at first. */
function filterChoices(model: Model): Choice[] {
  const row = selectedRow(model);
  if (row < 0) return [];
  const on = model.packets.filter?.text ?? "";
  const choice = (group: string, what: string, test: string, by: "&&" | "||" | null = null): Choice => ({
    text: what,
    // What is on already stands above the list.
    detail: by === null ? test : `… ${by} ${test}`,
    group,
    chosen: { kind: "filter", text: by === null ? test : joined(on, by, test) },
  });
  const node = selectedField(model);
  const field: Choice[] = [];
  if (node !== null) {
    const group = `Of the field ${node.field ?? ""}`;
    const test = filterOfField(model, row, node);
    const not = test.includes(" ") ? `!(${test})` : `!${test}`;
    field.push(choice(group, "the same", test), choice(group, "any other", not));
    if (on !== "") {
      field.push(
        choice(group, "and the same", test, "&&"),
        choice(group, "and any other", not, "&&"),
        choice(group, "or the same", test, "||"),
      );
    }
  }
  const packet = filtersOfPacket(model, row).flatMap(({ what, text }) => [
    choice(`Of packet ${row + 1}`, what, text),
    ...(on === "" || on === text ? [] : [choice(`Of packet ${row + 1}`, `and ${what}`, text, "&&")]),
  ]);
  return model.packets.focus === "list" ? [...packet, ...field] : [...field, ...packet];
}

function themeChoices(model: Model): Choice[] {
  return [...themes.values()].map(({ name, about }) => ({
    text: `theme: ${name}`,
    detail: about,
    group: "Themes",
    current: name === model.theme,
    chosen: { kind: "theme", name },
  }));
}
