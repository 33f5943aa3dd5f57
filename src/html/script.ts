// The page's script as one text: its modules joined by esbuild. The build does it for an installed wirelab; run from its sources it is done when
// a page is asked for, with the same result.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { FROM_SOURCES, PACKAGE_ROOT } from "../package-files.ts";

/** How the script is joined: for browsers of the last years, its words kept, its whitespace not. */
export const SCRIPT_BUILD = {
  absWorkingDir: fileURLToPath(PACKAGE_ROOT),
  entryPoints: ["src/html/page/main.ts"],
  outfile: "dist/html/page.js",
  bundle: true,
  format: "iife",
  platform: "browser",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  minifyWhitespace: true,
  tsconfigRaw: {},
  logLevel: "warning",
} as const;

let script: Promise<string> | null = null;

/** The script. The same text each time, however wirelab runs. */
export function pageScript(): Promise<string> {
  return (script ??= FROM_SOURCES ? joined() : readFile(new URL(SCRIPT_BUILD.outfile, PACKAGE_ROOT), "utf8"));
}

async function joined(): Promise<string> {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    ...SCRIPT_BUILD,
    entryPoints: [...SCRIPT_BUILD.entryPoints],
    write: false,
  });
  return outputFiles[0].text;
}
