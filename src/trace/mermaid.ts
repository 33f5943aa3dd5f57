// A trace as a Mermaid sequence diagram, for pages that draw those.

import { ladderOf } from "./ladder.ts";
import type { Trace } from "./trace.ts";
import { millisText } from "./words.ts";

/** `sequenceDiagram` text: solid arrows for what arrived, crosses for what was lost, notes for states and logs. */
export function mermaidText(trace: Trace, hosts: readonly string[] = []): string {
  const ladder = ladderOf(trace, hosts);
  const last = trace.length - 1;
  const lines = ["sequenceDiagram"];
  for (const [index, host] of ladder.lifelines.entries())
    lines.push(`  participant h${index} as ${safe(host)}`);
  for (const row of ladder.rows) {
    if (row.kind === "arrival") continue;
    const time = `${millisText(row.timeNs)} ms`;
    if (row.kind === "note") {
      const over = row.lifeline === -1 ? `h0,h${ladder.lifelines.length - 1}` : `h${row.lifeline}`;
      lines.push(`  Note over ${over}: ${time} ${safe(row.text)}`);
      continue;
    }
    const fate = ladder.index.fate(trace, row.packet, last);
    const lost = fate.kind === "dropped";
    const why = lost ? ` (${fate.reason})` : "";
    const again = row.retransmission ? " again" : "";
    lines.push(
      `  h${row.from}${lost ? "-x" : "->>"}h${row.to}: ${time} ${safe(ladder.label(row.packet))}${again}${why}`,
    );
    for (const state of row.states) lines.push(`  Note over h${state.lifeline}: ${safe(state.text)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Mermaid ends statements at semicolons and line ends, and reads `#` as the start of a character code. */
function safe(text: string): string {
  return text.replaceAll(/[#;\n\r]/g, (char) => `#${char.codePointAt(0)};`);
}
