// The lessons that come with wirelab, in the order they teach.

import { connectRefused } from "./lessons/connect-refused.ts";
import { connectTimeout } from "./lessons/connect-timeout.ts";
import { halfClose } from "./lessons/half-close.ts";
import { keepaliveDeadPeer } from "./lessons/keepalive-dead-peer.ts";
import { lingerZero } from "./lessons/linger-zero.ts";
import { nagleDelayedAck } from "./lessons/nagle-delayed-ack.ts";
import { rstUnreadData } from "./lessons/rst-unread-data.ts";
import { simultaneousClose } from "./lessons/simultaneous-close.ts";
import { slowReaderBuffering } from "./lessons/slow-reader-buffering.ts";
import { tcpBacklog } from "./lessons/tcp-backlog.ts";
import { timeWaitReuseaddr } from "./lessons/time-wait-reuseaddr.ts";
import { zeroWindow } from "./lessons/zero-window.ts";
import { eventLoopEcho } from "./lessons/event-loop-echo.ts";
import { httpHello } from "./lessons/http-hello.ts";
import { jsonLines } from "./lessons/json-lines.ts";
import { loadBalancerFailover } from "./lessons/load-balancer-failover.ts";
import { processPerClient } from "./lessons/process-per-client.ts";
import { threadedEcho } from "./lessons/threaded-echo.ts";
import { websocketChat } from "./lessons/websocket-chat.ts";
import { bufferbloat } from "./lessons/bufferbloat.ts";
import { burstyLoss } from "./lessons/bursty-loss.ts";
import { fairShare } from "./lessons/fair-share.ts";
import { ipv6Echo } from "./lessons/ipv6-echo.ts";
import { rawTap } from "./lessons/raw-tap.ts";
import { udpBufferOverflow } from "./lessons/udp-buffer-overflow.ts";
import { udpFragmentation } from "./lessons/udp-fragmentation.ts";
import { udpMtuBlackhole } from "./lessons/udp-mtu-blackhole.ts";
import { udpServerSurvives } from "./lessons/udp-server-survives.ts";
import { udpUpper } from "./lessons/udp-upper.ts";
import { unixEcho } from "./lessons/unix-echo.ts";
import { tlsEcho } from "./lessons/tls-echo.ts";
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
  tcpBacklog,
  timeWaitReuseaddr,
  keepaliveDeadPeer,
  nagleDelayedAck,
  halfClose,
  zeroWindow,
  simultaneousClose,
  rstUnreadData,
  lingerZero,
  connectRefused,
  connectTimeout,
  slowReaderBuffering,
  threadedEcho,
  processPerClient,
  eventLoopEcho,
  httpHello,
  jsonLines,
  websocketChat,
  tlsEcho,
  loadBalancerFailover,
  udpEcho,
  udpEmpty,
  udpTruncation,
  udpLossReorder,
  udpUpper,
  udpServerSurvives,
  udpBufferOverflow,
  udpFragmentation,
  udpMtuBlackhole,
  burstyLoss,
  bufferbloat,
  fairShare,
  ipv6Echo,
  unixEcho,
  rawTap,
];
