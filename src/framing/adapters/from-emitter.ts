// An EventEmitter with a method that takes bytes and an event for each frame.

import type { EventEmitter } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import type { Codec } from "../codec.ts";
import { bufferOf } from "../buffer-of.ts";
import { atEnd, codecOf } from "./foreign.ts";
import { listen } from "./from-writable.ts";
import type { EventParts } from "./from-writable.ts";
import { Mailbox } from "./mailbox.ts";
import { methodsOf } from "./methods.ts";

export interface EmitterParts<F> extends EventParts<F> {
  /** The method that takes bytes; the first of `push`, `feed`, `write`, `parse`, ... by default. */
  readonly pushMethod?: string;
  readonly endMethod?: string;
  /** Whether events come after the call that caused them has returned; false by default. */
  readonly later?: boolean;
}

/** A codec whose decoder is an emitter: `fromEmitter(() => mqtt.parser(), { events: ["packet"], encode: mqtt.generate, frames })`. */
export function fromEmitter<F>(make: () => EventEmitter, parts: EmitterParts<F>): Codec<F> {
  return codecOf(parts, "event emitter", () => {
    const emitter = make();
    const box = new Mailbox<F>();
    listen(emitter, parts, box);
    const { push, end } = methodsOf(emitter, {
      ...(parts.pushMethod === undefined ? {} : { push: parts.pushMethod }),
      ...(parts.endMethod === undefined ? {} : { end: parts.endMethod }),
    });
    if (parts.later === true) {
      return {
        async push(chunk: Uint8Array) {
          push(bufferOf(chunk));
          await turn();
          return box.list();
        },
        async end() {
          end?.();
          await turn();
          return box.list();
        },
      };
    }
    return {
      push: (chunk: Uint8Array) => {
        push(bufferOf(chunk));
        return box.empty();
      },
      ...(end === null ? {} : { end: () => endingWith(end, box) }),
    };
  });
}

/** Ends a decoder; what it throws or emits as an error then says that the stream is incomplete. */
export function endingWith<F>(end: () => unknown, box: Mailbox<F>): F[] {
  try {
    end();
    return box.list();
  } catch (error) {
    throw atEnd(error);
  }
}
