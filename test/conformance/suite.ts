// The conformance suite: what every backend does alike, in the spirit of Go's nettest. What a backend cannot show it must refuse with
// ENOTSUP, which the suite asserts in place of the behaviour.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Lab } from "./lab.ts";
import type { MakeBackend } from "./lab.ts";
import { DATAGRAM_CLAIMS } from "./datagram-claims.ts";
import { FAST_OPEN_CLAIMS } from "./fast-open-claims.ts";
import { LINGER_CLAIMS } from "./linger-claims.ts";
import { OPTION_CLAIMS } from "./option-claims.ts";
import { PATH_MTU_CLAIMS } from "./path-mtu-claims.ts";
import { STREAM_CLAIMS } from "./stream-claims.ts";
import { TCP_CLAIMS } from "./tcp-claims.ts";
import { UNIX_CLAIMS } from "./unix-claims.ts";
import { URGENT_CLAIMS } from "./urgent-claims.ts";

/** What a backend may refuse. */
export type Feature =
  | "backlog"
  | "datagram shutdown"
  | "fast open"
  | "linger"
  | "path mtu"
  | "send more"
  | "tcp info"
  | "truncation"
  | "unix"
  | "unix datagrams"
  | "unix urgent data"
  | "urgent data"
  | "receive buffer";

export interface Claim {
  readonly name: string;
  /** What the claim is about, where that may be refused. */
  readonly feature?: Feature;
  readonly holds: (lab: Lab) => Promise<void>;
  /** What a backend without the feature does instead: refuse, with ENOTSUP. */
  readonly refused?: (lab: Lab) => Promise<void>;
}

export function describeConformance(
  name: string,
  makeBackend: MakeBackend,
  refused: readonly Feature[] = [],
): void {
  describe(`the ${name} backend`, () => {
    let lab: Lab;
    beforeEach(async ({ skip }) => {
      const backend = await makeBackend(["client", "server"]);
      if ("unavailable" in backend) skip(backend.unavailable);
      else lab = new Lab(backend);
    });
    afterEach(() => lab.backend.dispose());
    const groups = [
      ["streams", STREAM_CLAIMS],
      ["TCP", TCP_CLAIMS],
      ["urgent data", URGENT_CLAIMS],
      ["closes that linger", LINGER_CLAIMS],
      ["fast open", FAST_OPEN_CLAIMS],
      ["datagrams", DATAGRAM_CLAIMS],
      ["Unix sockets", UNIX_CLAIMS],
      ["options", OPTION_CLAIMS],
      ["paths", PATH_MTU_CLAIMS],
    ] as const;
    for (const [group, claims] of groups) {
      describe(`has ${group} that do as BSD's`, () => {
        for (const claim of claims) {
          const refuses = claim.feature !== undefined && refused.includes(claim.feature);
          const program = refuses ? claim.refused : claim.holds;
          if (program === undefined) continue;
          test(`${refuses ? "refuses: " : ""}${claim.name}`, async () => {
            await expect(lab.run(program)).resolves.toBeUndefined();
          });
        }
      });
    }
  });
}
