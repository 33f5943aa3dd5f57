// Which hardware address uses which IP address, by the ARP packets before (RFC 5227 2.4): the first that said so has it. As in Wireshark.

import { decodeArp } from "../../wire/arp.ts";
import { readIpv4, readMac } from "../../wire/address.ts";
import { isWireError } from "../../wire/error.ts";
import { NO_OFFSET, PROTOCOL } from "../../trace/packets.ts";
import type { Trace } from "../../trace/trace.ts";
import { addExpert } from "./expert.ts";
import { addComputed } from "./protocol.ts";
import type { Dissection } from "./tree.ts";

/** Addresses remembered, and packets that say what contradicts them. */
const USES_MAX = 1_000_000;

const REPLY = 2;
const IPV4 = 0x0800;
const NO_IP = "0.0.0.0";
const NO_MAC = "00:00:00:00:00:00";

/** Who uses an address, and the row that said so last. */
interface Use {
  readonly mac: string;
  row: number;
}

/** A packet says that `ip` is used by `mac`, and `user` was known to. */
interface DuplicateUse {
  readonly ip: string;
  readonly mac: string;
  readonly user: string;
  /** Where `user` said so last. */
  readonly row: number;
  /** Whether the packet list says so: of the two ends of a reply it has the second only. */
  readonly isInInfo: boolean;
}

export class ArpUses {
  readonly #trace: Trace;
  /** Rows read. */
  #read = 0;
  readonly #uses = new Map<string, Use>();
  readonly #duplicates = new Map<number, readonly DuplicateUse[]>();

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** Reads on towards packet `row`, over at most `most` packets; answers whether `duplicates` has nothing more to read. */
  approach(row: number, most: number): boolean {
    return this.#trace.packets.protocol[row] !== PROTOCOL.arp || this.#readTo(row, most);
  }

  /** What ARP packet `row` says against those before it. */
  duplicates(row: number): readonly DuplicateUse[] {
    this.#readTo(row, Infinity);
    return this.#duplicates.get(row) ?? NONE;
  }

  #readTo(row: number, most: number): boolean {
    const { protocol } = this.#trace.packets;
    const end = Math.min(row + 1, this.#read + most);
    for (; this.#read < end; this.#read++) if (protocol[this.#read] === PROTOCOL.arp) this.#take(this.#read);
    return this.#read > row;
  }

  #take(row: number): void {
    const bytes = this.#trace.bytes(row);
    const at = this.#trace.packets.networkOffset[row];
    if (at === NO_OFFSET) return;
    const header = decodeArp(bytes, at, bytes.length);
    if (isWireError(header) || header.opcode === 0 || header.opcode > REPLY) return;
    const isEthernet =
      header.senderHardware.length === 6 && (header.hardwareType === 1 || header.hardwareType === 6);
    if (!isEthernet || header.senderProtocol.length !== 4 || header.protocolType !== IPV4) return;
    const target = readIpv4(header.targetProtocol, 0);
    const sender = readIpv4(header.senderProtocol, 0);
    const isOfBoth = header.opcode === REPLY && sender !== target;
    const found = [
      this.#use(row, sender, header.senderHardware, !isOfBoth),
      isOfBoth ? this.#use(row, target, header.targetHardware, true) : null,
    ].filter((duplicate) => duplicate !== null);
    if (found.length > 0 && this.#duplicates.size < USES_MAX) this.#duplicates.set(row, found);
  }

  #use(row: number, ip: string, hardware: Uint8Array, isInInfo: boolean): DuplicateUse | null {
    const mac = readMac(hardware, 0);
    const isGroup = (hardware[0] & 1) === 1;
    if (ip === NO_IP || mac === NO_MAC || isGroup) return null;
    const use = this.#uses.get(ip);
    if (use === undefined) {
      if (this.#uses.size < USES_MAX) this.#uses.set(ip, { mac, row });
      return null;
    }
    if (use.mac !== mac) return { ip, mac, user: use.mac, row: use.row, isInInfo };
    use.row = row;
    return null;
  }
}

const NONE: readonly DuplicateUse[] = [];

/** Adds what the packet says against those before it, and answers what Info says of that. */
export function addDuplicateUses(d: Dissection, at: number): string {
  if (d.quoted > 0) return "";
  const { conversations, row, trace } = d.around;
  const { seconds } = trace.packets;
  let info = "";
  for (const { ip, mac, user, row: earlier, isInInfo } of conversations.arpUses.duplicates(row)) {
    const title = `[Duplicate IP address detected for ${ip} (${mac}) - also in use by ${user} (frame ${earlier + 1})]`;
    const out = d.add(d.root, null, title, at, 0).children;
    const label = `Frame showing earlier use of IP address: ${earlier + 1}`;
    const frame = addComputed(d, out, "arp.duplicate-address-frame", label, at, earlier + 1);
    addExpert(d, frame.children, "arp.duplicate-address-detected", duplicateOf(ip), at, 0);
    const since = seconds[row] - seconds[earlier];
    const field = "arp.seconds-since-duplicate-address-frame";
    addComputed(d, out, field, `Seconds since earlier frame seen: ${since}`, at, since);
    if (isInInfo) info += ` (duplicate use of ${ip} detected!)`;
  }
  return info;
}

function duplicateOf(ip: string): Parameters<typeof addExpert>[3] {
  const summary = `Duplicate IP address configured (${ip})`;
  return { severity: "Warning", group: "Sequence", protocol: "ARP/RARP", summary };
}
