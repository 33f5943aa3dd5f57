// Every law for datagrams, in the order they are tried.

import type { Law } from "../law.ts";
import { datagramDuplicated } from "./duplicated.ts";
import { datagramEmpty } from "./empty.ts";
import { datagramGarbage } from "./garbage.ts";
import { datagramReordered } from "./reordered.ts";
import { datagramRoundTrip } from "./round-trip.ts";
import { datagramTruncated } from "./truncated.ts";

export const DATAGRAM_LAWS: readonly Law[] = [
  datagramRoundTrip,
  datagramEmpty,
  datagramTruncated,
  datagramDuplicated,
  datagramReordered,
  datagramGarbage,
];
