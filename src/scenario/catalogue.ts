// The lessons that come with wirelab, in the order they teach.

import { tcpCoalescing } from "./lessons/tcp-coalescing.ts";
import { tcpEchoRecv16 } from "./lessons/tcp-echo-recv16.ts";
import { tcpEmptySend } from "./lessons/tcp-empty-send.ts";
import { tcpHello } from "./lessons/tcp-hello.ts";
import { tcpPeerKilled } from "./lessons/tcp-peer-killed.ts";
import { tcpUpper } from "./lessons/tcp-upper.ts";
import { udpEcho } from "./lessons/udp-echo.ts";
import { udpEmpty } from "./lessons/udp-empty.ts";
import { udpLossReorder } from "./lessons/udp-loss-reorder.ts";
import { udpTruncation } from "./lessons/udp-truncation.ts";
import type { Scenario } from "./scenario.ts";

export const LESSONS: readonly Scenario[] = [
  tcpHello,
  tcpEchoRecv16,
  tcpUpper,
  tcpCoalescing,
  tcpEmptySend,
  tcpPeerKilled,
  udpEcho,
  udpEmpty,
  udpTruncation,
  udpLossReorder,
];
