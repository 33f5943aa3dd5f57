// The programs of a run as they were written, for its page: the files calls were made in, and which line made each.

import { basename } from "node:path";
import type { RunResult } from "../scenario/run.ts";
import type { PageCall, PageSource } from "./page/data.ts";

/** Lines of a file that a page takes; of a longer one it has none. */
const LINES_MAX = 3000;

export class Sources {
  /** In the order their calls come. */
  readonly list: PageSource[] = [];
  readonly #at = new Map<string, number>();
  readonly #callSites: RunResult["callSites"];

  constructor(callSites: RunResult["callSites"]) {
    this.#callSites = callSites;
  }

  /** The line of the program that made call `callId`, as a page's calls have it. */
  lineOf(callId: number): Pick<PageCall, "line"> {
    const site = this.#callSites.of(callId);
    if (site === null) return {};
    let at = this.#at.get(site.path);
    if (at === undefined) {
      const lines = this.#callSites.text(site);
      at =
        lines === null || lines.length > LINES_MAX
          ? -1
          : this.list.push({ name: basename(site.path), lines }) - 1;
      this.#at.set(site.path, at);
    }
    return at === -1 ? {} : { line: [at, site.line] };
  }
}
