// Unix paths of a run: what a program calls `x` is a short file name in a private directory, apart for each host, gone at the end.
// Abstract names, which the whole machine shares, get that directory's name before them.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Refusal } from "../socket/core.ts";

/** Longest path a program may write, as Linux's `sun_path` has it (its own 108 bytes with the terminating zero). */
const PATH_MAX = 107;
/** Longest abstract name, with its leading zero. */
const ABSTRACT_MAX = 108;

export class UnixPaths {
  #directory: string | null = null;
  readonly #files = new Map<string, string>();
  readonly #paths = new Map<string, string>();

  /** The file behind `path` on `host`. */
  toFile(host: string, path: string): { readonly file: string } | Refusal {
    const isAbstract = path.startsWith("\0");
    if (path === "") return { code: "EINVAL", why: "an empty path names nobody" };
    if (isAbstract && process.platform !== "linux") {
      return { code: "ENOTSUP", why: "only Linux has an abstract namespace" };
    }
    if (isAbstract && Buffer.byteLength(path) > ABSTRACT_MAX) {
      return { code: "EINVAL", why: `an abstract name has at most ${ABSTRACT_MAX - 1} bytes` };
    }
    if (!isAbstract && (Buffer.byteLength(path) > PATH_MAX || path.includes("\0"))) {
      return { code: "EINVAL", why: `a Unix path has at most ${PATH_MAX} bytes and no zero` };
    }
    const key = `${host}\0${path}`;
    let file = this.#files.get(key);
    if (file === undefined) {
      this.#directory ??= mkdtempSync(join(tmpdir(), "wl-"));
      file = (isAbstract ? "\0" : "") + join(this.#directory, String(this.#files.size + 1));
      this.#files.set(key, file);
      this.#paths.set(file, path);
    }
    return { file };
  }

  /** The kernel has given a socket on `host` the abstract name `file`: programs know it by that. */
  adopt(host: string, file: string): void {
    this.#files.set(`${host}\0${file}`, file);
    this.#paths.set(file, file);
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
