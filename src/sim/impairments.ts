// What a link does to a packet besides carrying it: loss, lateness, duplication, damage, by chance or by script.
//
// Each kind of chance has its own random stream, drawn from once (burst loss: twice) for every packet while its setting is
// on, whatever becomes of the packet. So a script that decides about one packet, or another kind of impairment turned on,
// leaves the fate of all the others as it was.

import type { IpPacket } from "./packet.ts";
import { RandomStream, hash32, mix32 } from "./random.ts";
import { ScriptFlows, scriptPacket } from "./script.ts";
import { TopologyError } from "./settings.ts";
import type { JitterDistribution, LinkSettings, ScriptVerdict } from "./topology.ts";

/** What is to become of a packet, as bits; at most one of the three losses. */
export const FATE = {
  lost: 1,
  lostInBurst: 2,
  lostByScript: 4,
  duplicated: 8,
  /** Its delay is its own: it neither waits for packets before it nor holds up those behind. */
  apart: 16,
} as const;

export const FATE_LOST = FATE.lost | FATE.lostInBurst | FATE.lostByScript;

const NS_PER_MS = 1e6;

export class Impairments {
  /** The last judgement: bits of FATE, how much later than the link's delay (ns, may be negative), the bit to flip or -1. */
  fate = 0;
  lateNs = 0;
  flip = -1;
  /** Packets judged. */
  index = 0;

  readonly #where: string;
  readonly #lossDraws: RandomStream;
  readonly #jitterDraws: RandomStream;
  readonly #reorderDraws: RandomStream;
  readonly #duplicateDraws: RandomStream;
  readonly #corruptDraws: RandomStream;
  readonly #flipKey: number;
  #flows: ScriptFlows | null = null;

  #quiet = true;
  #burst = false;
  /** The Gilbert-Elliott chain is in its bad state. */
  #bad = false;
  #enterBad = 0;
  #leaveBad = 0;
  #lossGood = 0;
  #lossBad = 0;
  #jitterNs = 0;
  #distribution: JitterDistribution = "uniform";
  #jitterReorders = false;
  #reorder = 0;
  #reorderNs = 0;
  #duplicate = 0;
  #corrupt = 0;
  #script: LinkSettings["script"] = null;

  /** `where` names the link and the direction: `link a-b forward`. */
  constructor(seed: number, where: string, settings: LinkSettings) {
    this.#where = where;
    this.#lossDraws = new RandomStream(seed, `${where}/loss`);
    this.#jitterDraws = new RandomStream(seed, `${where}/jitter`);
    this.#reorderDraws = new RandomStream(seed, `${where}/reorder`);
    this.#duplicateDraws = new RandomStream(seed, `${where}/duplicate`);
    this.#corruptDraws = new RandomStream(seed, `${where}/corrupt`);
    this.#flipKey = hash32(`${seed}/${where}/flip`);
    this.use(settings);
  }

  /** Goes by `settings` from the next packet on. */
  use(settings: LinkSettings): void {
    const { loss } = settings;
    this.#burst = typeof loss !== "number";
    if (typeof loss === "number") {
      this.#lossGood = loss;
    } else {
      this.#enterBad = loss.enterBad;
      this.#leaveBad = loss.leaveBad;
      this.#lossGood = loss.lossGood ?? 0;
      this.#lossBad = loss.lossBad ?? 1;
    }
    this.#jitterNs = settings.jitterMs * NS_PER_MS;
    this.#distribution = settings.jitterDistribution;
    this.#jitterReorders = settings.jitterReorders;
    this.#reorder = settings.reorder;
    this.#reorderNs = settings.reorderMs * NS_PER_MS;
    this.#duplicate = settings.duplicate;
    this.#corrupt = settings.corrupt;
    this.#script = settings.script;
    this.#quiet =
      loss === 0 &&
      this.#jitterNs === 0 &&
      this.#reorder === 0 &&
      this.#duplicate === 0 &&
      this.#corrupt === 0 &&
      this.#script === null;
  }

  /** Decides about a packet entering the link at `nowNs`, into `fate`, `lateNs` and `flip`. */
  judge(packet: IpPacket, nowNs: number): void {
    const index = this.index++;
    this.fate = 0;
    this.lateNs = 0;
    this.flip = -1;
    if (this.#quiet) return;
    if (this.#burst) this.#judgeBurst();
    else if (this.#lossGood > 0 && this.#lossDraws.unit() < this.#lossGood) this.fate = FATE.lost;
    if (this.#jitterNs > 0) {
      this.lateNs = Math.round(this.#jitterNs * this.#variate());
      if (this.#jitterReorders) this.fate |= FATE.apart;
    }
    if (this.#reorder > 0 && this.#reorderDraws.unit() < this.#reorder) {
      this.lateNs += this.#reorderNs;
      this.fate |= FATE.apart;
    }
    if (this.#duplicate > 0 && this.#duplicateDraws.unit() < this.#duplicate) this.fate |= FATE.duplicated;
    if (this.#corrupt > 0 && this.#corruptDraws.unit() < this.#corrupt)
      this.flip = this.#bitToFlip(packet, index);
    if (this.#script !== null) this.#obey(packet, index, nowNs);
  }

  #judgeBurst(): void {
    const change = this.#lossDraws.unit();
    if (change < (this.#bad ? this.#leaveBad : this.#enterBad)) this.#bad = !this.#bad;
    if (this.#lossDraws.unit() < (this.#bad ? this.#lossBad : this.#lossGood)) {
      this.fate = this.#bad ? FATE.lostInBurst : FATE.lost;
    }
  }

  #variate(): number {
    switch (this.#distribution) {
      case "uniform":
        return this.#jitterDraws.unit() * 2 - 1;
      case "normal":
        return this.#jitterDraws.normal();
      case "exponential":
        return this.#jitterDraws.exponential();
      case "pareto":
        return this.#jitterDraws.pareto();
    }
  }

  #bitToFlip(packet: IpPacket, index: number): number {
    return mix32(this.#flipKey, index) % (packet.length * 8);
  }

  #obey(packet: IpPacket, index: number, nowNs: number): void {
    this.#flows ??= new ScriptFlows();
    const seen = scriptPacket(packet, index, nowNs, this.#flows);
    const verdict: ScriptVerdict | null = this.#script === null ? undefined : this.#script(seen);
    if (verdict === undefined || verdict === null) return;
    this.fate = 0;
    this.lateNs = 0;
    this.flip = -1;
    if (verdict === "pass") return;
    if (verdict === "drop") this.fate = FATE.lostByScript;
    else if (verdict === "duplicate") this.fate = FATE.duplicated;
    else if (verdict === "corrupt") this.flip = this.#bitToFlip(packet, index);
    else if (typeof verdict === "object" && verdict.delayMs >= 0 && verdict.delayMs < 1e9) {
      this.lateNs = Math.round(verdict.delayMs * NS_PER_MS);
      this.fate = FATE.apart;
    } else {
      throw new TopologyError(
        this.#where,
        "script",
        "must answer pass, drop, duplicate, corrupt, {delayMs} or undefined",
      );
    }
  }
}
