// Where frames wait that a decoder hands out by callback, until the call that made them ends.

import { FramingError } from "../codec.ts";

export class Mailbox<F> {
  #frames: F[] = [];
  #errors: unknown[] = [];

  readonly frame = (frame: F): void => {
    this.#frames.push(frame);
  };

  readonly error = (error: unknown): void => {
    this.#errors.push(error instanceof Error ? error : new FramingError("malformed", 0, String(error)));
  };

  get failed(): boolean {
    return this.#errors.length > 0;
  }

  /** The frames that came, and after them the error, if one did: frames before an error are not lost. */
  *empty(): Generator<F> {
    const frames = this.#frames;
    const [error] = this.#errors;
    this.#frames = [];
    this.#errors = [];
    yield* frames;
    if (error !== undefined) throw error;
  }

  /** The same as a list; throws the error instead. */
  list(): F[] {
    return [...this.empty()];
  }
}
