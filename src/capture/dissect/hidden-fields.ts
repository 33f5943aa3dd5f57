// Fields that are in a packet's tree and are not shown.

import type { DetailNode } from "./tree.ts";

/** Fields that Wireshark keeps from view: they are there to be asked for. All begin with one of these letters. */
const HIDDEN_BEGIN = { h: 104, underscore: 95 } as const;
const HIDDEN = new Set(["http.request", "http.response", "http.notification", "_ws.expert.message"]);

/** Whether a line of the tree is not to be shown. */
export function isHidden({ field, label }: DetailNode): boolean {
  if (field === null) return false;
  const first = field.charCodeAt(0);
  const mayBe = first === HIDDEN_BEGIN.h || first === HIDDEN_BEGIN.underscore;
  return label === field || (mayBe && HIDDEN.has(field));
}
