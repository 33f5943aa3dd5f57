// Unix paths of a run: what a program calls `x` is a short file name in a private directory, apart for each host, gone at the end.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Refusal } from "../socket/core.ts";

/** Longest path a program may write, as Linux's `sun_path` has it (its own 108 bytes with the terminating zero). */
const PATH_MAX = 107;

export class UnixPaths {
  #directory: string | null = null;
  readonly #files = new Map<string, string>();
  readonly #paths = new Map<string, string>();

  /** The file behind `path` on `host`. */
  toFile(host: string, path: string): { readonly file: string } | Refusal {
    if (path === "" || path.startsWith("\0")) {
      return {
        code: "ENOTSUP",
        why: "Unix sockets of a run have paths; the abstract namespace is shared by all",
      };
    }
    if (Buffer.byteLength(path) > PATH_MAX || path.includes("\0")) {
      return { code: "EINVAL", why: `a Unix path has at most ${PATH_MAX} bytes and no zero` };
    }
    const key = `${host}\0${path}`;
    let file = this.#files.get(key);
    if (file === undefined) {
      this.#directory ??= mkdtempSync(join(tmpdir(), "wl-"));
      file = join(this.#directory, String(this.#files.size + 1));
      this.#files.set(key, file);
      this.#paths.set(file, path);
    }
    return { file };
  }

  /** The path a program knows `file` by; what is not of this run stays as it is. */
  toPath(file: string): string {
    return this.#paths.get(file) ?? file;
  }

  /** Removes the directory and all in it. */
  dispose(): void {
    if (this.#directory !== null) rmSync(this.#directory, { recursive: true, force: true });
    this.#directory = null;
  }
}
