// Random display filters over the fields and values that a capture has, for asking Wireshark the same.

import * as fc from "fast-check";

import type { Capture } from "../../../src/capture/capture.ts";
import { contextOf } from "../../../src/capture/context.ts";
import { dissect } from "../../../src/capture/dissect/dissect.ts";
import type { DetailNode, FieldValue } from "../../../src/capture/dissect/tree.ts";
import { findField } from "../../../src/capture/fields.ts";
import type { FieldInfo } from "../../../src/capture/fields.ts";
import { kindOf } from "../../../src/capture/filter/expression.ts";

/** A field, and values of it as filters write them. */
interface Sampled {
  readonly field: FieldInfo;
  readonly values: readonly string[];
}

const VALUES_MAX = 12;
const ROWS_MAX = 400;

/** What Wireshark knows only once it has read the whole file, and what its tree has otherwise than filters see it. */
const NOT_ASKED =
  /^(frame\.time|frame\.encap_type|tcp\.analysis\.initial_rtt|tcp\.completeness|data|frame\.protocols|_ws\.|dns\.(response_in|retransmission_request_in|retransmit)|http\.(response_in|response_for|next_|prev_)|tcp\.(reassembled|segment)|.*\.(reassembled|fragment)|icmpv?6?\.resp)/;

/** Fields of the first packets of a capture, each with some of its values. */
export function sampleFields(capture: Capture): Sampled[] {
  const found = new Map<string, Set<string>>();
  const context = contextOf(capture);
  const take = (nodes: readonly DetailNode[]): void => {
    for (const node of nodes) {
      const field = node.field === null ? null : findField(node.field);
      if (field !== null && !NOT_ASKED.test(field.name)) {
        const values = found.get(field.name) ?? new Set();
        found.set(field.name, values);
        const text = node.value === null ? null : literalOf(field, node.value);
        if (text !== null && values.size < VALUES_MAX) values.add(text);
      }
      take(node.children);
    }
  };
  const rows = Math.min(capture.trace.packets.count, ROWS_MAX);
  for (let row = 0; row < rows; row++) take(dissect(capture.trace, row, context).tree);
  return [...found].flatMap(([name, values]) => {
    const field = findField(name);
    return field === null ? [] : [{ field, values: [...values] }];
  });
}

/** A value as a filter has it; null for what is left out. */
function literalOf({ type }: FieldInfo, value: FieldValue): string | null {
  switch (kindOf(type)) {
    case "number":
    case "boolean":
      // Beyond 2^53 numbers are not told apart here.
      return Math.abs(Number(value)) <= Number.MAX_SAFE_INTEGER ? String(Number(value)) : null;
    case "time":
      return typeof value === "bigint" && value >= 0n
        ? `${value / 1_000_000_000n}.${String(value % 1_000_000_000n).padStart(9, "0")}`
        : null;
    case "ipv4":
    case "ipv6":
      return String(value);
    case "bytes":
      if (type === "ether") return String(value);
      return value instanceof Uint8Array && value.length > 0 ? hexOf(value.subarray(0, 20)) : null;
    case "text":
      return typeof value === "string" && /^[ -~]{1,80}$/.test(value) ? quoted(value) : null;
    default:
      return null;
  }
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}

const COMPARISONS = ["==", "!=", "<", ">", "<=", ">=", "===", "!==", "eq", "ne", "gt", "le"] as const;

/** Filters over what was sampled: relations of every kind, nested in and, or and not. */
export function filterArbitrary(sampled: readonly Sampled[]): fc.Arbitrary<string> {
  const relation = fc.constantFrom(...sampled).chain((one) => relationArbitrary(one, sampled));
  const { test } = fc.letrec<{ test: string }>((tie) => ({
    test: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      { arbitrary: relation, weight: 5 },
      { arbitrary: tie("test").map((inner) => `!(${inner})`), weight: 1 },
      {
        arbitrary: fc
          .tuple(tie("test"), fc.constantFrom("&&", "||", "and", "or"), tie("test"))
          .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
        weight: 2,
      },
    ),
  }));
  return test;
}

function relationArbitrary({ field, values }: Sampled, sampled: readonly Sampled[]): fc.Arbitrary<string> {
  const { name, type } = field;
  const exists = fc.constantFrom(name, `${name}#1`);
  const kind = kindOf(type);
  if (kind === "presence" || kind === "date") return exists;
  const quantifier = fc.constantFrom("", "", "", "any ", "all ");
  const comparison = fc.constantFrom(...COMPARISONS);
  const counted = fc
    .tuple(fc.constantFrom("count", "len"), comparison, fc.nat(40))
    .map(
      ([call, operator, n]) =>
        `${kind === "time" || kind === "boolean" ? "count" : call}(${name}) ${operator} ${n}`,
    );
  const choices: fc.Arbitrary<string>[] = [exists, counted];
  if (values.length > 0) {
    const value = fc.constantFrom(...values);
    choices.push(
      fc.tuple(quantifier, comparison, value).map((parts) => `${parts[0]}${name} ${parts[1]} ${parts[2]}`),
      fc.tuple(quantifier, value, value).map(([q, a, b]) => `${q}${name} in {${a}, ${b}}`),
      fc.tuple(value, value).map(([a, b]) => `${name} in {${a} .. ${b}}`),
    );
  }
  if (kind === "number") {
    // Wireshark's numbers of frames are of a type that nothing else is of.
    const isFrame = (one: string): boolean => /(_frame|_in|_to|_request)$/.test(one);
    const others = sampled.filter(
      (other) => other.field.type === type && isFrame(other.field.name) === isFrame(name),
    );
    choices.push(
      fc.constantFrom(...others).map((other) => `${name} >= ${other.field.name}`),
      fc
        .tuple(fc.constantFrom("&", "+", "-", "*", "/", "%"), fc.integer({ min: 1, max: 99 }), fc.nat(99))
        .map(([operator, by, n]) => `${name} ${operator} ${by} > ${n}`),
      fc.integer({ min: 1, max: 99 }).map((mask) => `${name} & ${mask}`),
      fc.constantFrom(...others).map((other) => `max(${name}, ${other.field.name}) == ${name}`),
      fc.integer({ min: 0, max: 9 }).map((digit) => `string(${name}) matches "${digit}$"`),
    );
  }
  if (kind === "ipv4") {
    choices.push(
      fc
        .tuple(fc.constantFrom(...values), fc.integer({ min: 1, max: 32 }))
        .map(([a, bits]) => `${name} == ${a}/${bits}`),
      fc.constantFrom(...values).map((a) => `${name} & 255.255.0.0 == ${a}`),
    );
  }
  if (kind === "ipv6") {
    choices.push(
      fc
        .tuple(fc.constantFrom(...values), fc.integer({ min: 1, max: 128 }))
        .map(([a, bits]) => `${name} == ${a}/${bits}`),
    );
  }
  if (["text", "bytes", "ipv4", "ipv6"].includes(kind)) {
    const at = fc.integer({ min: -8, max: 20 });
    choices.push(
      fc
        .tuple(at, fc.integer({ min: 1, max: 6 }), fc.nat(255))
        .map(
          ([from, length, byte]) =>
            `${name}[${from}:${length}] >= ${length === 1 ? "0x" : ""}${hexOf(new Uint8Array(length).fill(byte))}`,
        ),
      fc.tuple(at, at).map(([a, b]) => `${name}[${a},${b}:] contains 00`),
    );
  }
  if (kind === "text" || (kind === "bytes" && type !== "ether")) {
    choices.push(
      fc.constantFrom("a", "GET", "com", "0", "http", "HTTP/1").map((part) => `${name} contains "${part}"`),
      fc
        .constantFrom("^[a-z]", "\\\\d{2}", "o.", "^.{4}$", "(?-i)[A-Z]{3}", "\\\\s$", "[[:alpha:]]+/")
        .map((pattern) => `${name} matches "${pattern}"`),
    );
  }
  if (kind === "text")
    choices.push(fc.constantFrom("upper", "lower").map((call) => `${call}(${name}) contains "a"`));
  return fc.oneof(...choices);
}
