#!/usr/bin/env node
// What `wirelab` starts.

import nodeModule from "node:module";

// From Node 22.1 on, what was compiled once is kept for the next start; what follows is loaded after that.
(nodeModule as { readonly enableCompileCache?: () => unknown }).enableCompileCache?.();

const { commandLine } = await import("./command-line.ts");
await commandLine(process.argv.slice(2));
