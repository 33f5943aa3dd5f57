// Which application has a layer in a packet, as far as compiled code tells it: nobody need then follow what the packet's stream says.

import type { Trace } from "../../trace/trace.ts";
import type { CompiledLines } from "../compiled/lines.ts";
import { conversationsOf } from "../dissect/conversations.ts";
import type { DissectContext } from "../dissect/dissect.ts";
import { AddressWords } from "./address-words.ts";
import { CELL, linesAtOnce, TAKEN } from "./cells.ts";
import { LineBytes } from "./line-bytes.ts";
import { TransportColumns } from "./transport-columns.ts";

/** What is written for a packet that compiled code leaves. */
const LEFT = "?";
/** The line of another: `5 HTTP`, what it was taken for and its protocol. */
const LINE = [CELL.taken, CELL.protocol];
const BETWEEN = " ".charCodeAt(0);

/** The layer of messages, by what the Protocol column has of them. TCP says it alone where one of HTTP goes on in other segments. */
const LAYERS: Readonly<Record<string, string>> = { DNS: "dns", HTTP: "http", TCP: "http" };

export class ToldLayers {
  readonly #lines: CompiledLines;
  readonly #out: LineBytes;
  readonly #layers = new Map<string, string | null>();
  /** The row whose line is written next. */
  #next = 0;

  /** `lines` has the cells of `LINE`. */
  constructor(lines: CompiledLines, out: LineBytes) {
    this.#lines = lines;
    this.#out = out;
  }

  /**
   * The one layer that packet `row` may have of an application that is known, "" where it has none; null where that is not told. To be asked of
   * packets in order, before their conversations are.
   */
  at(row: number): string | null {
    if (row < this.#next) return null;
    // Rows nobody asked for are taken all the same: what later ones of their streams are hangs on them.
    while (this.#next < row) this.#write(row);
    this.#write(row + 1);
    const line = this.#out.textFrom(0);
    let layer = this.#layers.get(line);
    if (layer === undefined) this.#layers.set(line, (layer = layerOf(line.trimEnd())));
    return layer;
  }

  /** Writes lines up to before that of row `to`. */
  #write(to: number): void {
    this.#out.length = 0;
    this.#next = this.#lines.write(this.#next, to, this.#out);
  }
}

function layerOf(line: string): string | null {
  if (line === LEFT) return null;
  const [taken, protocol] = line.split(" ");
  switch (Number(taken)) {
    case TAKEN.middle:
    case TAKEN.options:
      return "";
    case TAKEN.data:
      // Of a datagram it does not say more.
      return protocol === "DNS" ? "dns" : "";
    case TAKEN.said:
      return LAYERS[protocol] ?? "tls";
    default:
      return "tls";
  }
}

/**
 * For a trace whose packets are yet to come, while their bytes are at hand. Null for any other, where there is no such code, and where what
 * packets are goes by more than they and those before them say.
 */
export function toldLayers(trace: Trace, context: DissectContext): ToldLayers | null {
  const { conversations = conversationsOf(trace), decodeAs = [] } = context;
  if (trace.packets.count > 0 || !conversations.isUnruled || decodeAs.length > 0) return null;
  const addresses = new AddressWords(trace.packets);
  const columns = new TransportColumns(trace, context);
  const lines = linesAtOnce(
    trace,
    context,
    { cells: LINE, separator: BETWEEN, addresses, columns },
    (_, out) => out.text(LEFT),
  );
  return lines === null ? null : new ToldLayers(lines, new LineBytes(trace.packets.memory));
}
