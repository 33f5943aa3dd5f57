// Loads a user's file and finds the codecs it exports.

import { existsSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Codec, DatagramCodec } from "../codec.ts";
import { CodecProblem } from "../laws/law.ts";
import { missingIn } from "../preflight.ts";

export interface ExportedCodec {
  /** `default`, or the export's name. */
  readonly exportName: string;
  readonly codec: Codec<unknown> | DatagramCodec<unknown>;
}

/** The codecs that the file at `what` exports, each once. Rejects with `CodecProblem` for a file that is not there, does not load or exports none. */
export async function loadCodecs(what: string): Promise<ExportedCodec[]> {
  const path = resolve(what);
  if (!existsSync(path)) {
    const hint = /[/\\.]/.test(what)
      ? ""
      : ": for a package, give a file that makes a codec of it with an adapter, as fromTransform(() => split2(), ...)";
    throw new CodecProblem(`no such file${hint}`);
  }
  if (!statSync(path).isFile()) throw new CodecProblem("not a file");
  const exported = await load(path);
  const found: ExportedCodec[] = [];
  const problems: string[] = [];
  const seen = new Set<unknown>();
  for (const [exportName, value] of Object.entries(exported)) {
    if (seen.has(value) || !looksLikeCodec(value)) continue;
    seen.add(value);
    const codec = named(value, exportName === "default" ? basename(path) : exportName);
    const missing = missingIn(codec);
    if (missing === null) found.push({ exportName, codec: codec as Codec<unknown> });
    else problems.push(`${exportName}: ${missing}`);
  }
  if (problems.length > 0) throw new CodecProblem(problems[0]);
  if (found.length === 0) {
    throw new CodecProblem(
      "exports no codec: want `export default { encode, decoder, frames }`, or a codec that an adapter makes",
    );
  }
  return found;
}

async function load(path: string): Promise<Record<string, unknown>> {
  try {
    // What Node reads itself it reads faster.
    if (/\.m?js$/.test(path)) return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
    const { createJiti } = await import("jiti");
    return await createJiti(import.meta.url, { interopDefault: false }).import<Record<string, unknown>>(path);
  } catch (error) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new CodecProblem(`does not load: ${message.split("\n", 1)[0]}`);
  }
}

/** An object that somebody meant to be a codec. */
function looksLikeCodec(value: unknown): value is object {
  return typeof value === "object" && value !== null && ("encode" in value || "decoder" in value);
}

/** A codec of a file need not say what it is called. */
function named(codec: object, name: string): object {
  return "name" in codec ? codec : (Object.assign(Object.create(codec), { name }) as object);
}
