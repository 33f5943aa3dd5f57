// A folder's captures and scenarios, for the dashboard to choose from.

import { readdirSync, statSync } from "node:fs";
import type { Dirent } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { sizeText } from "../trace/words.ts";
import type { Folder, FolderEntry } from "../tui/model.ts";

const CAPTURE = /\.(?:pcap|pcapng|cap|dmp|ntar)(?:\.gz)?$/i;
const SCENARIO = /(?<!\.d|\.test|\.config)\.[cm]?[jt]s$/i;
/** Of larger folders the first entries by name are shown. */
const ENTRIES_MAX = 2000;

/** What of `path` (the working folder for null) can be opened: its parent, its folders, its files, each by name. Throws what the system says. */
export function listFolder(path: string | null): Folder {
  const folder = resolve(path ?? ".");
  const parent = dirname(folder);
  const up: FolderEntry[] =
    parent === folder ? [] : [{ name: "..", path: parent, kind: "folder", detail: "" }];
  const found = readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith(".") && name !== "node_modules")
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => entryOf(folder, entry))
    .slice(0, ENTRIES_MAX);
  const folders = found.filter(({ kind }) => kind === "folder");
  return { path: folder, entries: [...up, ...folders, ...found.filter(({ kind }) => kind !== "folder")] };
}

function entryOf(folder: string, entry: Dirent): FolderEntry[] {
  const { name } = entry;
  const path = join(folder, name);
  if (entry.isDirectory()) return [{ name, path, kind: "folder", detail: "" }];
  if (SCENARIO.test(name)) return [{ name, path, kind: "scenario", detail: "runs as a scenario" }];
  if (!CAPTURE.test(name)) return [];
  return [{ name, path, kind: "capture", detail: sizeOf(path) }];
}

/** A link may lead nowhere, and a file may be gone by now. */
function sizeOf(path: string): string {
  return sizeText(statSync(path, { throwIfNoEntry: false })?.size ?? 0);
}
