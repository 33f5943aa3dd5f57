// `npm run build`: types by tsc, then what runs by esbuild. Hundreds of small modules take Node longer to load than to run, so the
// entries and what they share are joined into few files; what an entry loads on demand stays apart.

import { readdirSync, readFileSync, rmSync } from "node:fs";
import { main as compile } from "assemblyscript/asc";
import { build } from "esbuild";
import { SCRIPT_BUILD } from "./src/html/script.ts";

interface Manifest {
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
}

/** What threads and processes of their own begin with. */
const THREADS = ["src/framing/verify/thread.ts", "src/framing/verify/process.ts"];

const { bin, exports } = JSON.parse(
  readFileSync(new URL("package.json", import.meta.url), "utf8"),
) as Manifest;
const published = [
  ...Object.values(bin),
  ...Object.values(exports).flatMap((entry) => (typeof entry === "string" ? [] : [entry.default])),
];

const { metafile } = await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: [
    ...published.map((path) => path.replace("./dist/", "src/").replace(/\.js$/, ".ts")),
    ...THREADS,
  ],
  outdir: "dist",
  outbase: "src",
  chunkNames: "shared/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  packages: "external",
  // Less to read at every start; names stay, and maps lead back to the sources.
  minifyWhitespace: true,
  sourcemap: "linked",
  logLevel: "warning",
  metafile: true,
});

// What an earlier build shared between its entries has other names.
for (const name of readdirSync(new URL("dist/shared", import.meta.url))) {
  const path = `dist/shared/${name}`;
  if (!(path in metafile.outputs)) rmSync(new URL(path, import.meta.url));
}

// What an exported page runs in a browser: one file, which the exporter puts into the page.
await build({ ...SCRIPT_BUILD, entryPoints: [...SCRIPT_BUILD.entryPoints] });

// What is compiled to WebAssembly of reading captures: one memory shared with the code around, no objects, no runtime.
const FLAGS =
  "-O3 --noAssert --runtime stub --importMemory --sharedMemory --enable threads --memoryBase 1024";
const assembled = await compile(
  [
    "src/capture/compiled/assembly/index.ts",
    "--outFile",
    "dist/capture/compiled.wasm",
    ...FLAGS.split(" "),
    // Pages of 64 KiB: 4 GiB.
    "--maximumMemory",
    "65536",
  ],
  { stdout: process.stdout, stderr: process.stderr },
);
if (assembled.error !== null) throw assembled.error;
