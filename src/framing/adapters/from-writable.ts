// A Writable that emits an event for each frame.

import { setImmediate as turn } from "node:timers/promises";
import type { Writable } from "node:stream";
import type { Codec } from "../codec.ts";
import { bufferOf } from "../buffer-of.ts";
import { atEnd, codecOf } from "./foreign.ts";
import type { Parts } from "./foreign.ts";
import { Mailbox } from "./mailbox.ts";

export interface EventParts<F> extends Parts<F> {
  /** The events that hand out frames; `message` by default. */
  readonly events?: readonly string[];
  /** An event as a frame; its first argument by default. `undefined` is no frame. */
  frame?(event: string, ...args: unknown[]): F | undefined;
}

/** A codec whose decoder is a Writable with events: `fromWritable(() => new Receiver(), { events: ["message"], encode, frames })`. */
export function fromWritable<F>(make: () => Writable, parts: EventParts<F>): Codec<F> {
  return codecOf(parts, "writable stream", () => {
    const stream = make();
    const box = new Mailbox<F>();
    listen(stream, parts, box);
    const finished = new Promise<void>((resolve) => {
      for (const event of ["finish", "error", "close"]) stream.once(event, () => resolve());
    });
    return {
      async push(chunk) {
        await new Promise<void>((resolve) => {
          stream.write(bufferOf(chunk), () => resolve());
        });
        await turn();
        return box.list();
      },
      async end() {
        stream.end();
        await finished;
        await turn();
        try {
          return box.list();
        } catch (error) {
          throw atEnd(error);
        }
      },
      close: () => stream.destroy(),
    };
  });
}

interface Emitter {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
}

/** Collects the frames and errors an emitter hands out. */
export function listen<F>(emitter: Emitter, parts: EventParts<F>, box: Mailbox<F>): void {
  for (const event of parts.events ?? ["message"]) {
    emitter.on(event, (...args) => {
      const frame = parts.frame === undefined ? (args[0] as F) : parts.frame(event, ...args);
      if (frame !== undefined) box.frame(frame);
    });
  }
  emitter.on("error", box.error);
}
