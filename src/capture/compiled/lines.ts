// Lines of fields, of which compiled code writes what it can: those of TCP segments and UDP datagrams, but for what most messages say.

import type { MiddleSegments } from "../dissect/middle-segments.ts";
import type { AddressWords } from "../print/address-words.ts";
import type { KeptTexts } from "../print/kept-texts.ts";
import type { LineBytes } from "../print/line-bytes.ts";
import { CompiledDatagrams } from "./datagrams.ts";
import { handMediaNames } from "./media-names.ts";
import type { CompiledPackets, Spoken } from "./packets.ts";

export interface CompiledLinesOptions {
  /** Numbers of `CELL` in `print/cells.ts`. */
  readonly cells: readonly number[];
  /** A single byte. */
  readonly separator: number;
  /** Whether times are among the cells, and times since the first packet. */
  readonly hasTime: boolean;
  readonly hasSince: boolean;
  readonly hasInfo: boolean;
  readonly hasProtocol: boolean;
  readonly isInfoLast: boolean;
  /** Digits behind the point of times since the first packet; null where they are not the same of all packets so far. */
  readonly timeDecimals: () => number | null;
  /** Of addresses, and of flags. */
  readonly addresses: AddressWords;
  readonly labels: KeptTexts;
  readonly middles: MiddleSegments;
  /** Whether packets and those before them say what they are: neither rules of the user's do nor later ones. */
  readonly isUnruled: boolean;
  /** Writes what Info says of flags, which is among `labels` then. */
  readonly label: (flags: number, out: LineBytes) => void;
  /** Writes Info of a packet, or nothing and answers false; and a packet's whole line, without its end. */
  readonly info: (row: number, out: LineBytes) => boolean;
  readonly line: (row: number, out: LineBytes) => void;
}

/** Bytes at which it is enough. */
const ENOUGH_BYTES = 1 << 16;
/** More than a line has of a field, and of Info. */
const FIELD_BYTES = 64;
/** No line is begun. */
const NOT_BEGUN = 0xffff_ffff;
const INFO_BYTES = 2048;

export class CompiledLines {
  readonly #packets: CompiledPackets;
  readonly #options: CompiledLinesOptions;
  readonly #lines: (...numbers: number[]) => number;
  readonly #length: WebAssembly.Global;
  readonly #begunAt: WebAssembly.Global;
  readonly #mayBeTls: WebAssembly.Global;
  readonly #plan: Uint8Array;
  /** Null where neither Info nor the protocol is among the fields. */
  readonly #datagrams: CompiledDatagrams | null;
  readonly #spoken: Spoken;
  /** More than a line may take. */
  readonly #room: number;
  #made = -1;
  #out: Uint8Array | null = null;

  constructor(packets: CompiledPackets, options: CompiledLinesOptions) {
    const { cells, hasInfo, hasProtocol, isUnruled } = options;
    const isAsked = hasInfo || hasProtocol;
    this.#packets = packets;
    this.#options = options;
    this.#lines = packets.code.call("lines");
    this.#length = packets.code.number("outLength");
    this.#begunAt = packets.code.number("begunAt");
    this.#mayBeTls = packets.code.number("mayBeTls");
    this.#plan = packets.code.memory.make(Uint8Array, cells.length);
    this.#plan.set(cells);
    const { code, indexed } = packets;
    this.#datagrams = isAsked ? new CompiledDatagrams(code.memory, indexed.table, isUnruled) : null;
    if (isAsked) handMediaNames(code);
    this.#spoken = packets.spoken;
    this.#room = INFO_BYTES + cells.length * FIELD_BYTES;
  }

  /**
   * Writes the lines of rows `from` to before `to`, each with its end, to `out`, as far as there is room in what goes out together; answers the
   * row it got to. `out` is to be in the code's memory.
   */
  write(from: number, to: number, out: LineBytes): number {
    const { middles, hasTime, info, line, timeDecimals } = this.#options;
    const { marks, streams } = this.#packets.indexed;
    const decimals = timeDecimals();
    this.#packets.code.number("timeDecimals").value = decimals ?? 0;
    middles.extend();
    this.#mayBeTls.value = Number(middles.isSealed());
    this.#datagrams?.begin(from, streams.tables.udp.count);
    this.#lend();
    const isOwn = decimals !== null && (!hasTime || !marks.hasTimeless);
    let row = from;
    while (row < to && out.length < ENOUGH_BYTES) {
      let begun = NOT_BEGUN;
      if (isOwn && this.#settle(out)) {
        this.#length.value = out.length;
        row = this.#lines(row, to);
        out.length = this.#length.value;
        begun = this.#begunAt.value >>> 0;
      }
      if (row === to || (begun === NOT_BEGUN && out.length >= ENOUGH_BYTES)) break;
      // What most lines lack that are not written is the text of an address or of flags, once.
      if (isOwn && this.#keepTexts(row, out)) {
        if (begun !== NOT_BEGUN) out.length = begun;
        continue;
      }
      this.#datagrams?.leave(row);
      if (begun === NOT_BEGUN || !info(row, out)) {
        if (begun !== NOT_BEGUN) out.length = begun;
        line(row, out);
      }
      out.newline();
      row++;
    }
    this.#datagrams?.end(row);
    return row;
  }

  /** Keeps the texts of a row's addresses and flags; answers whether one of them was not kept before. */
  #keepTexts(row: number, out: LineBytes): boolean {
    const { addresses, labels, label } = this.#options;
    const { source, destination, tcpFlags } = this.#packets.indexed.table;
    const isNewSource = addresses.keep(source[row]);
    const isNew = addresses.keep(destination[row]) || isNewSource;
    const flags = tcpFlags[row];
    if (labels.has(flags)) return isNew;
    const { length } = out;
    label(flags, out);
    out.length = length;
    return labels.has(flags) || isNew;
  }

  /** Tells the code where all is that it reads and writes; false where it cannot. */
  #settle(out: LineBytes): boolean {
    out.reserve(ENOUGH_BYTES + this.#room - out.length);
    if (!this.#packets.settle()) return false;
    const { code } = this.#packets;
    const isPlaced = this.#made === code.memory.made && this.#out === out.bytes && code.user === this;
    if (!isPlaced) this.#place(out);
    return true;
  }

  /** Tells the code which bytes of the file can be looked at. */
  #lend(): void {
    const { code, indexed } = this.#packets;
    const { bytes, from } = indexed.lent();
    const isWithin = code.memory.holds(bytes);
    code.number("lent").value = bytes.byteOffset;
    code.number("lentFrom").value = from;
    code.number("lentTo").value = isWithin ? from + bytes.length : 0;
  }

  #place(out: LineBytes): void {
    const { code } = this.#packets;
    const { cells, separator, hasTime, hasSince, hasInfo, hasProtocol, isInfoLast, isUnruled } =
      this.#options;
    const { addresses, labels, middles } = this.#options;
    this.#made = code.memory.made;
    this.#out = out.bytes;
    code.user = this;
    const { ports, texts } = this.#spoken;
    const { state, next } = middles.columns;
    const { words, lengths } = addresses.columns;
    const flags = labels.columns;
    code.place({ plan: this.#plan, out: out.bytes, middleState: state, nextRows: next });
    this.#datagrams?.place(code);
    code.place({ addressTexts: words, addressTextLengths: lengths });
    code.place({ labelsWords: flags.words, labelsStarts: flags.starts, labelsLengths: flags.lengths });
    code.place({ keptTexts: texts });
    code.number("portKinds").value = isUnruled ? ports.byteOffset : 0;
    code.number("addressTextsMax").value = lengths.length;
    code.number("labelsMax").value = flags.lengths.length;
    code.number("middleWords").value = state.length;
    code.number("nextRowsMax").value = next.length;
    code.number("fields").value = cells.length;
    code.number("hasTime").value = Number(hasTime);
    code.number("hasSince").value = Number(hasSince);
    code.number("hasInfo").value = Number(hasInfo);
    code.number("hasProtocol").value = Number(hasProtocol);
    code.number("isInfoLast").value = Number(hasInfo && isInfoLast);
    code.number("separator").value = separator;
    code.number("outEnough").value = ENOUGH_BYTES;
  }
}
