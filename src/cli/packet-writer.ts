// `wirelab read -w`: packets go to a pcapng file as they come, so that who reads a pipe has them at once.

import type { Capture } from "../capture/capture.ts";
import { contextOf } from "../capture/context.ts";
import { editedPackets } from "../capture/edit/edited-packets.ts";
import { EditedFile } from "../capture/edit/write-edited.ts";
import type { Filter } from "../capture/filter/compile.ts";
import { openOutput } from "./output-file.ts";
import type { Output } from "./output-file.ts";

/** Bytes that go out together. */
const BATCH_BYTES = 1 << 16;

export class PacketWriter {
  readonly #capture: Capture;
  readonly #passes: ((row: number) => boolean) | null;
  readonly #output: Output;
  readonly #file: EditedFile;

  /** Throws `InputError` where `path` cannot be written, or is the capture. */
  constructor(capture: Capture, path: string, filter: Filter | null) {
    this.#capture = capture;
    this.#passes = filter?.on(capture.trace, contextOf(capture)) ?? null;
    this.#output = openOutput(path, [capture.path]);
    this.#file = new EditedFile([capture]);
  }

  /** Writes rows `from` to before `to`: nothing is held back for the next call. */
  take(from: number, to: number): void {
    const file = this.#file;
    file.describe();
    for (const packet of editedPackets([{ capture: this.#capture, rows: this.#rows(from, to) }])) {
      file.add(packet);
      if (file.length >= BATCH_BYTES) this.#output.put(file.take());
    }
    if (file.length > 0) this.#output.put(file.take());
  }

  end(): void {
    this.#output.close();
  }

  *#rows(from: number, to: number): Generator<number> {
    for (let row = from; row < to; row++) if (this.#passes === null || this.#passes(row)) yield row;
  }
}
