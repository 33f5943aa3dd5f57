// Files the dashboard writes in the working folder: never over one that is there.

import { writeFileSync } from "node:fs";
import { extname, join } from "node:path";

const TRIES_MAX = 100;

/** Writes `text` to `name` in `folder`, or to `name-2`, `name-3` ... where that is taken; answers the name. Throws what the system says. */
export function writeNewFile(folder: string, name: string, text: string): string {
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  for (let i = 1; ; i++) {
    const free = i === 1 ? name : `${stem}-${i}${extension}`;
    try {
      writeFileSync(join(folder, free), text, { flag: "wx" });
      return free;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || i === TRIES_MAX) throw error;
    }
  }
}
