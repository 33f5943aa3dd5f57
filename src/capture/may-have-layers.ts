// Which packets need no dissection where applications' layers are looked for: most hold no message, or another protocol's.

import type { Trace } from "../trace/trace.ts";
import { TCP_FLAG } from "../wire/tcp.ts";
import type { DissectContext } from "./dissect/dissect.ts";
import { hasMessage, spokenOnly } from "./dissect/has-message.ts";
import { isPlainSegment } from "./fields-columns.ts";
import { toldLayers } from "./print/told-layers.ts";

/**
 * Tells of packets of `trace`, each of them asked for in turn, whether they may have lines of `layers`, all of them of applications; null is all
 * applications.
 */
export function mayHaveLayers(
  trace: Trace,
  context: DissectContext,
  layers: ReadonlySet<string> | null,
): (row: number) => boolean {
  const { packets } = trace;
  const spoken = spokenOnly(layers);
  const told = spoken === null ? null : toldLayers(trace, context);
  return (row) => {
    const isSegment = isPlainSegment(trace, row);
    // The end of a stream may complete a message.
    const isEmpty = packets.payloadLength[row] === 0 && (packets.tcpFlags[row] & TCP_FLAG.fin) === 0;
    if (isSegment && isEmpty) return false;
    const layer = told?.at(row) ?? null;
    if (layer !== null) return spoken?.has(layer) === true;
    return !isSegment || hasMessage(trace, row, context, spoken);
  };
}
