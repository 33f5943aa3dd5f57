// Captures' packets as pcapng, with what their files say beside packets: interfaces, names of addresses, keys.

import type { Capture, CaptureInterface } from "../capture.ts";
import {
  DECIMALS_MAX,
  interfaceBlock,
  namesBlock,
  packetBlock,
  secretsBlock,
  sectionHeaderBlock,
} from "../write-blocks.ts";
import { editedPackets } from "./edited-packets.ts";
import type { EditedPacket, EditOptions, EditSource } from "./edited-packets.ts";

/** Bytes gathered before they are handed on. */
const CHUNK_BYTES = 64 * 1024;

/**
 * A file in the making. What the captures say is written as they stand when packets are added, interfaces and keys before the packets that
 * need them. Counts of interfaces are left out: they are of all packets. Of anonymous packets only what a program needs to read them is said.
 */
export class EditedFile {
  readonly #captures: readonly Capture[];
  readonly #options: EditOptions;
  #pending: Uint8Array[] = [];
  #bytes = 0;
  readonly #interfaces = new Map<CaptureInterface, { readonly id: number; readonly decimals: number }>();
  /** Names and secrets of each capture written so far. */
  readonly #told: { names: number; secrets: number }[];

  constructor(captures: readonly Capture[], options: EditOptions = {}) {
    this.#captures = captures;
    this.#options = options;
    this.#told = captures.map(() => ({ names: 0, secrets: 0 }));
    // What made one capture did not make several.
    const [section] = captures.length === 1 && !this.#isAnonymous ? captures[0].sections : [];
    this.#push(sectionHeaderBlock("wirelab", section));
  }

  get #isAnonymous(): boolean {
    return this.#options.anonymousSeed !== undefined;
  }

  /** Bytes gathered. */
  get length(): number {
    return this.#bytes;
  }

  add(packet: EditedPacket): void {
    const { id, decimals } = this.#interfaces.get(packet.interface) ?? this.#described(packet.interface);
    this.#push(packetBlock({ ...packet, interfaceId: id, decimals }));
  }

  /** Writes what the captures say by now and did not before. */
  describe(): void {
    for (const [index, { interfaces, names, secrets }] of this.#captures.entries()) {
      for (const entry of interfaces) if (!this.#interfaces.has(entry)) this.#described(entry);
      if (this.#isAnonymous) continue;
      const told = this.#told[index];
      if (told.names < names.length) this.#push(namesBlock(names.slice(told.names)));
      for (const secret of secrets.slice(told.secrets)) this.#push(secretsBlock(secret));
      told.names = names.length;
      told.secrets = secrets.length;
    }
  }

  /** What was gathered, which is then no longer here. */
  take(): Uint8Array {
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#bytes = 0;
    return bytes;
  }

  #described(entry: CaptureInterface): { readonly id: number; readonly decimals: number } {
    const decimals = decimalsOf(entry.resolution, this.#options.shift?.nanoseconds ?? 0);
    const described = { id: this.#interfaces.size, decimals };
    this.#interfaces.set(entry, described);
    const { name, linkType, snapLength, fcsBytes } = entry;
    this.#push(
      interfaceBlock(this.#isAnonymous ? { name, linkType, snapLength, fcsBytes } : entry, decimals),
    );
    return described;
  }

  #push(block: Uint8Array): void {
    this.#pending.push(block);
    this.#bytes += block.length;
  }
}

/** Digits behind the second's point that times of a resolution keep when so many nanoseconds are added: 9 where it is no power of ten. */
function decimalsOf(resolution: CaptureInterface["resolution"], nanoseconds: number): number {
  const [base, exponent] = resolution.split("^").map(Number);
  if (base !== 10 || exponent > DECIMALS_MAX) return DECIMALS_MAX;
  return nanoseconds % 10 ** (DECIMALS_MAX - exponent) === 0 ? exponent : DECIMALS_MAX;
}

/** The file of all sources' packets, merged and changed, in chunks of some 64 KiB. The same packets give the same bytes. Throws as `editedPackets`. */
export function* editedChunks(
  sources: readonly EditSource[],
  options: EditOptions = {},
): Generator<Uint8Array> {
  const captures = sources.map(({ capture }) => capture);
  const file = new EditedFile(captures, options);
  file.describe();
  for (const packet of editedPackets(sources, options)) {
    file.add(packet);
    if (file.length >= CHUNK_BYTES) yield file.take();
  }
  yield file.take();
}
