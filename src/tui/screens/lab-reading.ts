// What the Lab reads of a long run in slices: its calls beside loopback's, and the line of its bytes in flight.

import type { Model } from "../model.ts";
import { isLab } from "../session.ts";
import { isChartUnread, readChart } from "./chart-pane.ts";
import { labLayout } from "./lab-layout.ts";
import { pairingOf } from "./lab-pairs.ts";
import type { Pairing } from "./lab-pairs.ts";

/** The pairings of the programs shown that are not done. */
function unpaired(model: Model): Pairing[] {
  const { session } = model;
  if (!isLab(session)) return [];
  return labLayout(model)
    .flatMap(({ hosts }) => (hosts === undefined ? [] : [pairingOf(session, hosts)]))
    .filter(({ isDone }) => !isDone);
}

export function isLabUnread(model: Model): boolean {
  return isLab(model.session) && (unpaired(model).length > 0 || isChartUnread(model.session.sim.trace));
}

/** Reads a slice more. */
export function readLab(model: Model): void {
  const [pairing] = unpaired(model);
  if (pairing !== undefined) pairing.advance();
  else if (isLab(model.session)) readChart(model.session.sim.trace);
}
