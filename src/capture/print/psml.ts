// `-T psml`: the columns of each packet's line as XML, as tshark writes them.

import { COLUMNS, dissect } from "../dissect/dissect.ts";
import type { DissectContext } from "../dissect/dissect.ts";
import type { Trace } from "../../trace/trace.ts";
import type { LineWriter } from "./line-bytes.ts";
import { columnTime } from "./text.ts";
import type { TextOptions } from "./text.ts";
import { xmlHead, xmlText } from "./xml.ts";

const TITLES = ["No.", "Time", "Source", "Destination", "Protocol", "Length", "Info"];

/** What comes before the packets; `creator` is which program wrote it. */
export function psmlHead(creator: string): string {
  const sections = TITLES.map((title) => `<section>${title}</section>\n`).join("");
  return xmlHead(
    `<psml version="0" creator="${xmlText(creator)}">\n<structure>\n${sections}</structure>\n\n`,
  );
}

export const PSML_END = "</psml>\n";

/** Writes a packet's element and the end of its last line. */
export function psmlWriter(
  trace: Trace,
  context: DissectContext = {},
  options: TextOptions = {},
): LineWriter {
  const table = trace.packets;
  const writeTime = columnTime(trace, context, options);
  return (row, out) => {
    const packet = dissect(trace, row, context, COLUMNS);
    out.text(`<packet>\n<section>${row + 1}</section>\n<section>`);
    writeTime(row, out);
    out.text(`</section>
<section>${xmlText(packet.source)}</section>
<section>${xmlText(packet.destination)}</section>
<section>${xmlText(packet.protocol)}</section>
<section>${table.length[row]}</section>
<section>${xmlText(packet.info)}</section>
</packet>
`);
  };
}
