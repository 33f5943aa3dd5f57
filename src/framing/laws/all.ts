// Every law for streams, in the order they are tried: what a law takes for granted comes before it.

import type { Law } from "./law.ts";
import { anyChunking } from "./any-chunking.ts";
import { coalesced } from "./coalesced.ts";
import { completion } from "./completion.ts";
import { endOfStream } from "./end-of-stream.ts";
import { garbage } from "./garbage.ts";
import { independence } from "./independence.ts";
import { limits } from "./limits.ts";
import { linearTime } from "./linear-time.ts";
import { noReachingBack } from "./no-reaching-back.ts";
import { promptDelivery } from "./prompt-delivery.ts";
import { reference } from "./reference.ts";
import { roundTrip } from "./round-trip.ts";
import { sameVerdict } from "./same-verdict.ts";
import { splitText } from "./split-text.ts";

/** Independence comes first: what decoders share, streams that end inside a frame would spoil for all laws after it. */
export const STREAM_LAWS: readonly Law[] = [
  independence,
  completion,
  roundTrip,
  coalesced,
  anyChunking,
  splitText,
  promptDelivery,
  endOfStream,
  noReachingBack,
  garbage,
  sameVerdict,
  limits,
  linearTime,
  reference,
];
