// A program of socket calls that can run anywhere: hosts a, b and c, a few sockets by number, a few ports by number, one call a step.

import type { Shutdown } from "../../src/socket/core.ts";
import type { OptionName, OptionValue } from "../../src/socket/options.ts";
import type { Family, SocketType } from "../../src/socket/address.ts";

export const HOSTS = ["a", "b", "c"] as const;
export type HostName = (typeof HOSTS)[number];

/** Sockets a program may hold at once; a step on an empty slot, or one that would fill a full one, is left out. */
export const SLOTS = 6;
/** Ports a program may name; they become numbers nobody else uses when it runs. */
export const PORTS = 2;

/** A port by number, or `any`: whichever is free. */
export type PortName = number | "any";

/** What a send says besides its bytes. */
export type SendFlag = "none" | "more" | "oob";

export type Step =
  | { readonly op: "socket"; readonly slot: number; readonly host: HostName; readonly type: SocketType }
  /** `at`: every address, the host's own, or another host's; of Unix sockets, a path or an abstract name. */
  | { readonly op: "bind"; readonly slot: number; readonly port: PortName; readonly at: "home" | "elsewhere" }
  | { readonly op: "listen"; readonly slot: number; readonly backlog: number }
  | { readonly op: "accept"; readonly slot: number; readonly into: number }
  /** `by`: how the program learns the end of an attempt that takes time: by asking for SO_ERROR, or by calling connect again. */
  | {
      readonly op: "connect";
      readonly slot: number;
      readonly host: HostName;
      readonly port: number;
      readonly by: "SO_ERROR" | "connect";
    }
  | { readonly op: "send"; readonly slot: number; readonly size: number; readonly flag: SendFlag }
  | {
      readonly op: "recv";
      readonly slot: number;
      readonly max: number;
      readonly peek: boolean;
      readonly oob: boolean;
    }
  | { readonly op: "atMark"; readonly slot: number }
  | {
      readonly op: "sendTo";
      readonly slot: number;
      readonly size: number;
      readonly host: HostName;
      readonly port: number;
    }
  | { readonly op: "recvFrom"; readonly slot: number; readonly max: number; readonly peek: boolean }
  | { readonly op: "shutdown"; readonly slot: number; readonly how: Shutdown }
  | { readonly op: "close"; readonly slot: number }
  | {
      readonly op: "setOption";
      readonly slot: number;
      readonly name: OptionName;
      readonly value: OptionValue;
    }
  | { readonly op: "getOption"; readonly slot: number; readonly name: OptionName }
  | { readonly op: "address"; readonly slot: number }
  | { readonly op: "peer"; readonly slot: number }
  | { readonly op: "wait"; readonly ms: number };

export interface Program {
  /** Unix sockets are all on one host, and ports are paths there. */
  readonly family: Family;
  /** Whether a bind at home is to every address or to the host's own: one way in a program, see docs/differential.md. */
  readonly bindsAny: boolean;
  readonly steps: readonly Step[];
}

/** A step as the reports print it. */
export function stepText(step: Step): string {
  const name = (port: PortName): string => (port === "any" ? "0" : `P${port}`);
  switch (step.op) {
    case "wait":
      return `wait ${step.ms} ms`;
    case "socket":
      return `s${step.slot} = ${step.host}.socket(${step.type})`;
    case "bind":
      return `s${step.slot}.bind(${step.at} ${name(step.port)})`;
    case "listen":
      return `s${step.slot}.listen(${step.backlog})`;
    case "accept":
      return `s${step.into} = s${step.slot}.accept()`;
    case "connect":
      return `s${step.slot}.connect(${step.host} ${name(step.port)}) by ${step.by}`;
    case "send":
      return `s${step.slot}.send(${step.size} bytes${step.flag === "none" ? "" : `, MSG_${step.flag.toUpperCase()}`})`;
    case "sendTo":
      return `s${step.slot}.sendTo(${step.size} bytes, ${step.host} ${name(step.port)})`;
    case "recv":
      return `s${step.slot}.recv(${step.max}${step.oob ? ", MSG_OOB" : ""}${step.peek ? ", MSG_PEEK" : ""})`;
    case "recvFrom":
      return `s${step.slot}.recvFrom(${step.max}${step.peek ? ", MSG_PEEK" : ""})`;
    case "shutdown":
      return `s${step.slot}.shutdown(${step.how})`;
    case "setOption":
      return `s${step.slot}.setOption(${step.name}, ${String(step.value)})`;
    case "getOption":
      return `s${step.slot}.getOption(${step.name})`;
    default:
      return `s${step.slot}.${step.op}()`;
  }
}
