// What a system answers to an option that only others have.

import type { Refusal } from "../socket/core.ts";
import type { OptionName } from "../socket/options.ts";

export function lacking(name: OptionName): Refusal {
  return { code: "ENOPROTOOPT", why: `the system this host plays has no ${name}` };
}
