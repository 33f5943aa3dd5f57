// `-T psml`: the columns of each packet's line as XML, as tshark writes them.
//
// They are those of the list with tabs between them, which no text of a column has in it: lines are written as for `-T tabs`, many at once where
// that can be, and made elements of.

import type { DissectContext } from "../dissect/dissect.ts";
import type { Trace } from "../../trace/trace.ts";
import { LineBytes, pieceOf } from "./line-bytes.ts";
import type { LineWriter } from "./line-bytes.ts";
import { textWriter } from "./text.ts";
import type { TextOptions } from "./text.ts";
import { writeXmlColumn, xmlHead, xmlText } from "./xml.ts";

const TITLES = ["No.", "Time", "Source", "Destination", "Protocol", "Length", "Info"];

/** What comes before the packets; `creator` is which program wrote it. */
export function psmlHead(creator: string): string {
  const sections = TITLES.map((title) => `<section>${title}</section>\n`).join("");
  return xmlHead(
    `<psml version="0" creator="${xmlText(creator)}">\n<structure>\n${sections}</structure>\n\n`,
  );
}

export const PSML_END = "</psml>\n";

const BEGIN = pieceOf("<packet>\n<section>");
const NEXT = pieceOf("</section>\n<section>");
const END = pieceOf("</section>\n</packet>\n");

const BLANK = 32;

/** What a line has: `arrow` stands between addresses, and columns up to theirs have blanks around them. */
const LINE = { arrow: 3, destination: 4, info: 7 } as const;

/** Writes a packet's element and the end of its last line. */
export function psmlWriter(
  trace: Trace,
  context: DissectContext = {},
  options: Omit<TextOptions, "separator"> = {},
): LineWriter {
  const lines = new LineBytes(trace.packets.memory);
  const writeLine = textWriter(trace, context, { ...options, separator: "\t" });
  const write: LineWriter = (row, out) => {
    lines.length = 0;
    writeLine(row, lines);
    writeElement(out, lines, 0);
  };
  const { many } = writeLine;
  if (many === undefined) return write;
  const writeMany: LineWriter["many"] = (from, to, out) => {
    lines.length = 0;
    const end = many(from, to, lines);
    for (let at = 0; at < lines.length;) {
      at = writeElement(out, lines, at) + 1;
      out.newline();
    }
    return end;
  };
  return Object.assign(write, { many: writeMany });
}

/** Writes the element of the line at `from`, and answers where that ends. */
function writeElement(out: LineBytes, { bytes, length }: LineBytes, from: number): number {
  let at = from;
  for (let column = 0; column <= LINE.info; column++) {
    const before = out.length;
    out.piece(column === 0 ? BEGIN : NEXT);
    while (column <= LINE.destination && bytes[at] === BLANK) at++;
    at = writeXmlColumn(out, bytes, at, length);
    if (column === LINE.arrow) out.length = before;
    while (column === LINE.destination && out.bytes[out.length - 1] === BLANK) out.length--;
    if (column < LINE.info) at++;
  }
  out.piece(END);
  return at;
}
