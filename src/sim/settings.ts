// Link settings as users write them: every name and every range is checked before anything runs.

import { LINK_DEFAULTS } from "./topology.ts";
import type { JitterDistribution, LinkSettings, Loss, QueueDiscipline } from "./topology.ts";

/** A topology, or a setting given during a run, that makes no sense. One line: which link or host, which field, what it may be. */
export class TopologyError extends Error {
  override readonly name = "TopologyError";
  /** `link a-b forward`, `host a`. */
  readonly where: string;
  readonly field: string;

  constructor(where: string, field: string, problem: string) {
    super(`${where}: ${field} ${problem}`);
    this.where = where;
    this.field = field;
  }
}

const MS_MAX = 600_000;
const BANDWIDTH_MAX = 1e12;
const QUEUE_MAX = 1_000_000;
/** RFC 791: what every IPv4 link must carry. */
const MTU_MIN = 68;
const MTU_MAX = 65_535;
/** RFC 8290, 5.2.4: a flow must be able to send something in its turn; more than a few packets at once is no fairness. */
const QUANTUM_MAX = 1_000_000;
const FLOWS_MAX = 65_536;
const TARGET_MIN_MS = 0.001;

/** Names of `JitterDistribution`. */
export const JITTER_DISTRIBUTIONS: readonly JitterDistribution[] = [
  "uniform",
  "normal",
  "exponential",
  "pareto",
];

/** Names of `QueueDiscipline`. */
export const QUEUE_DISCIPLINES: readonly QueueDiscipline[] = ["drop-tail", "codel", "fq-codel"];

interface NumberRule {
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
}

const TIME: NumberRule = { least: 0, most: MS_MAX, whole: false };
const CHANCE: NumberRule = { least: 0, most: 1, whole: false };

const NUMBERS: Readonly<Record<string, NumberRule>> = {
  delayMs: TIME,
  jitterMs: TIME,
  bandwidthBps: { least: 0, most: BANDWIDTH_MAX, whole: false },
  queuePackets: { least: 0, most: QUEUE_MAX, whole: true },
  queueTargetMs: { least: TARGET_MIN_MS, most: MS_MAX, whole: false },
  queueIntervalMs: { least: TARGET_MIN_MS, most: MS_MAX, whole: false },
  queueQuantum: { least: 1, most: QUANTUM_MAX, whole: true },
  queueFlows: { least: 1, most: FLOWS_MAX, whole: true },
  reorder: CHANCE,
  reorderMs: TIME,
  duplicate: CHANCE,
  corrupt: CHANCE,
  mtu: { least: MTU_MIN, most: MTU_MAX, whole: true },
};

const LOSS_NUMBERS = ["enterBad", "leaveBad", "lossGood", "lossBad"] as const;
const LOSS_REQUIRED = ["enterBad", "leaveBad"] as const;

/** Whether `name` is a link setting. */
export function isLinkSetting(name: string): name is keyof LinkSettings {
  return Object.hasOwn(LINK_DEFAULTS, name);
}

/** `base` with `changes` put over it. Throws TopologyError for a name or a value that is not allowed. */
export function withSettings(
  where: string,
  base: LinkSettings,
  changes: Partial<LinkSettings>,
): LinkSettings {
  if (typeof changes !== "object" || changes === null || Array.isArray(changes)) {
    throw new TopologyError(where, "settings", `must be fields and their values, not ${shown(changes)}`);
  }
  const known: Partial<LinkSettings> = {};
  for (const [name, value] of Object.entries(changes) as [string, unknown][]) {
    if (!isLinkSetting(name)) {
      throw new TopologyError(
        where,
        name,
        `is not a link setting; there are ${Object.keys(LINK_DEFAULTS).join(", ")}`,
      );
    }
    if (value === undefined) continue;
    checkSetting(where, name, value);
    Object.assign(known, { [name]: value });
  }
  const settings = { ...base, ...known };
  if (known.queueEcn === true && settings.queue === "drop-tail") {
    throw new TopologyError(where, "queueEcn", "needs a queue that marks: set queue to codel or fq-codel");
  }
  return { ...settings, partitions: [...settings.partitions].sort((a, b) => a.fromMs - b.fromMs) };
}

function checkSetting(where: string, name: keyof LinkSettings, value: unknown): void {
  if (Object.hasOwn(NUMBERS, name)) {
    checkNumber(where, name, value, NUMBERS[name]);
    return;
  }
  switch (name) {
    case "jitterDistribution":
      if (!JITTER_DISTRIBUTIONS.some((known) => known === value)) {
        throw new TopologyError(where, name, `must be one of ${JITTER_DISTRIBUTIONS.join(", ")}`);
      }
      return;
    case "queue":
      if (!QUEUE_DISCIPLINES.some((known) => known === value)) {
        throw new TopologyError(
          where,
          name,
          `must be one of ${QUEUE_DISCIPLINES.join(", ")}, not ${shown(value)}`,
        );
      }
      return;
    case "jitterReorders":
    case "queueEcn":
    case "down":
      if (typeof value !== "boolean") throw new TopologyError(where, name, "must be true or false");
      return;
    case "loss":
      checkLoss(where, value);
      return;
    case "partitions":
      checkPartitions(where, value);
      return;
    case "script":
      if (value !== null && typeof value !== "function") {
        throw new TopologyError(where, name, "must be a function or null");
      }
      return;
    default:
      throw new TopologyError(where, name, "has no rule");
  }
}

function checkNumber(where: string, name: string, value: unknown, rule: NumberRule): void {
  if (typeof value !== "number" || !(value >= rule.least && value <= rule.most)) {
    throw new TopologyError(where, name, `must be ${rule.least} to ${rule.most}, not ${shown(value)}`);
  }
  if (rule.whole && !Number.isInteger(value)) {
    throw new TopologyError(where, name, `must be a whole number, not ${value}`);
  }
}

function checkLoss(where: string, value: unknown): asserts value is Loss {
  if (typeof value !== "object" || value === null) {
    checkNumber(where, "loss", value, CHANCE);
    return;
  }
  for (const [name, chance] of Object.entries(value) as [string, unknown][]) {
    if (!LOSS_NUMBERS.some((known) => known === name)) {
      throw new TopologyError(where, `loss.${name}`, `is not known; there are ${LOSS_NUMBERS.join(", ")}`);
    }
    if (chance !== undefined) checkNumber(where, `loss.${name}`, chance, CHANCE);
  }
  for (const name of LOSS_REQUIRED) {
    if (!(name in value)) throw new TopologyError(where, `loss.${name}`, "is missing");
  }
}

function checkPartitions(where: string, value: unknown): void {
  if (!Array.isArray(value)) throw new TopologyError(where, "partitions", "must be a list of spans");
  for (const span of value as unknown[]) {
    const { fromMs, untilMs } = (span ?? {}) as { fromMs?: unknown; untilMs?: unknown };
    if (typeof fromMs !== "number" || typeof untilMs !== "number" || !(fromMs >= 0 && fromMs < untilMs)) {
      throw new TopologyError(
        where,
        "partitions",
        "must be spans {fromMs, untilMs} with 0 <= fromMs < untilMs",
      );
    }
  }
}

/** What a user wrote where something else was wanted, in a word or two; whatever it is. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value.split("\n", 1)[0];
    case "object":
      return value === null ? "null" : Array.isArray(value) ? "a list" : "an object";
    case "function":
      return "a function";
    default:
      return String(value);
  }
}

/** A setting's value as one word, for the record of an intervention. */
export function formatSetting(value: LinkSettings[keyof LinkSettings]): string {
  if (typeof value === "function") return "a script";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
