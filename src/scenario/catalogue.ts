// The lessons that come with wirelab, in the order of a course.

import { bufferbloat } from "./lessons/bufferbloat.ts";
import { burstyLoss } from "./lessons/bursty-loss.ts";
import { connectRefused } from "./lessons/connect-refused.ts";
import { connectTimeout } from "./lessons/connect-timeout.ts";
import { eventLoopEcho } from "./lessons/event-loop-echo.ts";
import { fairShare } from "./lessons/fair-share.ts";
import { halfClose } from "./lessons/half-close.ts";
import { httpHello } from "./lessons/http-hello.ts";
import { ipv6Echo } from "./lessons/ipv6-echo.ts";
import { jsonLines } from "./lessons/json-lines.ts";
import { keepaliveDeadPeer } from "./lessons/keepalive-dead-peer.ts";
import { lingerZero } from "./lessons/linger-zero.ts";
import { loadBalancerFailover } from "./lessons/load-balancer-failover.ts";
import { nagleDelayedAck } from "./lessons/nagle-delayed-ack.ts";
import { processPerClient } from "./lessons/process-per-client.ts";
import { rawTap } from "./lessons/raw-tap.ts";
import { recvAfterResetWindows } from "./lessons/recv-after-reset-windows.ts";
import { rstUnreadData } from "./lessons/rst-unread-data.ts";
import { simultaneousClose } from "./lessons/simultaneous-close.ts";
import { slowReaderBuffering } from "./lessons/slow-reader-buffering.ts";
import { tcpBacklog } from "./lessons/tcp-backlog.ts";
import { tcpCoalescing } from "./lessons/tcp-coalescing.ts";
import { tcpEchoRecv16 } from "./lessons/tcp-echo-recv16.ts";
import { tcpEmptySend } from "./lessons/tcp-empty-send.ts";
import { tcpHello } from "./lessons/tcp-hello.ts";
import { tcpPeerKilled } from "./lessons/tcp-peer-killed.ts";
import { tcpUpper } from "./lessons/tcp-upper.ts";
import { threadedEcho } from "./lessons/threaded-echo.ts";
import { timeWaitReuseaddr } from "./lessons/time-wait-reuseaddr.ts";
import { tlsEcho } from "./lessons/tls-echo.ts";
import { udpBufferOverflow } from "./lessons/udp-buffer-overflow.ts";
import { udpEcho } from "./lessons/udp-echo.ts";
import { udpEmpty } from "./lessons/udp-empty.ts";
import { udpFragmentation } from "./lessons/udp-fragmentation.ts";
import { udpLossReorder } from "./lessons/udp-loss-reorder.ts";
import { udpMtuBlackhole } from "./lessons/udp-mtu-blackhole.ts";
import { udpServerSurvives } from "./lessons/udp-server-survives.ts";
import { udpTruncation } from "./lessons/udp-truncation.ts";
import { udpUpper } from "./lessons/udp-upper.ts";
import { unixEcho } from "./lessons/unix-echo.ts";
import { websocketChat } from "./lessons/websocket-chat.ts";
import { zeroWindow } from "./lessons/zero-window.ts";
import type { Scenario } from "./scenario.ts";

/** Lessons that belong together. */
export interface Chapter {
  readonly title: string;
  readonly lessons: readonly Scenario[];
}

export const CHAPTERS: readonly Chapter[] = [
  {
    title: "Streams of bytes",
    lessons: [
      tcpHello,
      tcpEchoRecv16,
      tcpCoalescing,
      tcpEmptySend,
      jsonLines,
      slowReaderBuffering,
      halfClose,
    ],
  },
  {
    title: "Connecting",
    lessons: [connectRefused, connectTimeout, tcpBacklog, timeWaitReuseaddr],
  },
  {
    title: "Endings, good and bad",
    lessons: [
      tcpPeerKilled,
      rstUnreadData,
      recvAfterResetWindows,
      lingerZero,
      simultaneousClose,
      keepaliveDeadPeer,
    ],
  },
  {
    title: "What TCP does on its own",
    lessons: [nagleDelayedAck, zeroWindow],
  },
  {
    title: "Servers",
    lessons: [tcpUpper, threadedEcho, processPerClient, eventLoopEcho, loadBalancerFailover],
  },
  {
    title: "Protocols over a stream",
    lessons: [httpHello, websocketChat, tlsEcho],
  },
  {
    title: "Datagrams",
    lessons: [
      udpEcho,
      udpUpper,
      udpEmpty,
      udpTruncation,
      udpServerSurvives,
      udpBufferOverflow,
      udpLossReorder,
      udpFragmentation,
      udpMtuBlackhole,
    ],
  },
  {
    title: "Other addresses, and a look below",
    lessons: [unixEcho, ipv6Echo, rawTap],
  },
  {
    title: "Networks that are not ideal",
    lessons: [burstyLoss, bufferbloat, fairShare],
  },
];

export const LESSONS: readonly Scenario[] = CHAPTERS.flatMap(({ lessons }) => lessons);

/** Every lesson with the title of its chapter, for lists to choose from. */
export const LESSON_LIST: readonly {
  readonly name: string;
  readonly title: string;
  readonly chapter: string;
}[] = CHAPTERS.flatMap(({ title: chapter, lessons }) =>
  lessons.map(({ name, title }) => ({ name, title, chapter })),
);
