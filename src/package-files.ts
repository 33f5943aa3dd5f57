// Where the package's own files are, whether it runs compiled, bundled or from its sources.

import { existsSync, readFileSync } from "node:fs";

/** Whether this process runs TypeScript as it is written. */
export const FROM_SOURCES = import.meta.url.endsWith(".ts");

/** The folder with package.json, a slash at its end. */
export const PACKAGE_ROOT = rootAbove(new URL(".", import.meta.url));

function rootAbove(folder: URL): URL {
  if (existsSync(new URL("package.json", folder))) return folder;
  const above = new URL("..", folder);
  if (above.href === folder.href) throw new Error(`${import.meta.url}: lies in no package`);
  return rootAbove(above);
}

/** A module of ours that a thread or process of its own begins with; `path` as in src, without `.ts`. */
export function entryModule(path: string): URL {
  return new URL(FROM_SOURCES ? `src/${path}.ts` : `dist/${path}.js`, PACKAGE_ROOT);
}

/** The package's version: `1.2.3`. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(new URL("package.json", PACKAGE_ROOT), "utf8")) as { version: string })
    .version;
}
