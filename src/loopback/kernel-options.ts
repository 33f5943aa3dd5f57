// setsockopt(2), getsockopt(2) and TCP_INFO, between memory and the option names of the socket API.

import type { Failure, Refusal } from "../socket/core.ts";
import { OPTIONS } from "../socket/options.ts";
import type { OptionName, OptionValue, TcpInfo, TcpState } from "../socket/options.ts";
import { fixedMemory } from "./libc.ts";
import type { Libc } from "./libc.ts";
import { errnoName } from "./platform.ts";
import type { OptionNumber } from "./platform.ts";

const TEXT_MAX = 64;
const INT = 4;
const LINGER = 8;

const value = fixedMemory(256);
const valueView = new DataView(value.buffer);
const length = new Int32Array(fixedMemory(INT).buffer, 0, 1);

/** Sets an option; ENOTSUP for one this system does not have, EINVAL for a value of the wrong kind. */
export function setOption(libc: Libc, fd: number, name: OptionName, to: OptionValue): null | Failure {
  const option = libc.platform.options[name];
  if (option === undefined) return missing(libc, name);
  if (name === "SO_ERROR") return "ENOPROTOOPT";
  if (typeof to !== OPTIONS[name]) return { code: "EINVAL", why: `${name} takes a ${OPTIONS[name]}` };
  let size = INT;
  if (option.layout === "linger") {
    size = LINGER;
    valueView.setInt32(0, Number(to) < 0 ? 0 : 1, true);
    valueView.setInt32(INT, Math.max(0, Number(to)), true);
  } else if (option.layout === "text") {
    const text = Buffer.from(String(to));
    if (text.length >= TEXT_MAX) return "EINVAL";
    size = text.length;
    value.set(text);
  } else {
    const number = Number(to);
    if (!Number.isInteger(number) || Math.abs(number) > 0x7fff_ffff) return "EINVAL";
    valueView.setInt32(0, number, true);
  }
  return libc.setsockopt(fd, option.level, option.name, value, size) === 0 ? null : errnoName(libc.errno());
}

/** Sets a switch that is no option of the API. */
export function setSwitch(libc: Libc, fd: number, option: OptionNumber): boolean {
  valueView.setInt32(0, 1, true);
  return libc.setsockopt(fd, option.level, option.name, value, INT) === 0;
}

/** An option's value in the units of options.ts. */
export function getOption(libc: Libc, fd: number, name: OptionName): OptionValue | Refusal {
  const option = libc.platform.options[name];
  if (option === undefined) return missing(libc, name);
  length[0] = option.layout === "text" ? TEXT_MAX : option.layout === "linger" ? LINGER : INT;
  valueView.setInt32(0, 0, true);
  if (libc.getsockopt(fd, option.level, option.name, value, length) !== 0) {
    const code = errnoName(libc.errno());
    return { code, why: `${libc.platform.title} does not answer ${name} on this socket` };
  }
  if (name === "SO_ERROR") {
    const number = valueView.getInt32(0, true);
    return number === 0 ? "" : errnoName(number);
  }
  if (option.layout === "text") {
    const end = value.subarray(0, length[0]).indexOf(0);
    return Buffer.from(value.subarray(0, end === -1 ? length[0] : end)).toString();
  }
  if (option.layout === "linger")
    return valueView.getInt32(0, true) === 0 ? -1 : valueView.getInt32(INT, true);
  const number = valueView.getInt32(0, true);
  return option.layout === "boolean" ? number !== 0 : number;
}

function missing(libc: Libc, name: OptionName): Refusal {
  return { code: "ENOTSUP", why: `${libc.platform.title} has no ${name}` };
}

const TCP_LEVEL = 6;
const TCP_INFO = 11;
/** `struct tcp_info` up to and with tcpi_rcv_wnd, Linux 6.2; what an older kernel lacks reads 0. */
const TCP_INFO_SIZE = 236;

/** Linux's numbers (include/net/tcp_states.h), 1 to 12; NEW_SYN_RECV shows as SYN_RCVD. */
const STATES: readonly TcpState[] = [
  "CLOSED",
  "ESTABLISHED",
  "SYN_SENT",
  "SYN_RCVD",
  "FIN_WAIT_1",
  "FIN_WAIT_2",
  "TIME_WAIT",
  "CLOSED",
  "CLOSE_WAIT",
  "LAST_ACK",
  "LISTEN",
  "CLOSING",
  "SYN_RCVD",
];

/** TCP_INFO of a TCP socket. macOS's TCP_CONNECTION_INFO lacks most of it and is refused. */
export function tcpInfo(libc: Libc, fd: number): TcpInfo | Failure {
  if (libc.epoll === null) {
    return { code: "ENOTSUP", why: "TCP_INFO is Linux's; macOS has no call that tells as much" };
  }
  value.fill(0);
  length[0] = TCP_INFO_SIZE;
  if (libc.getsockopt(fd, TCP_LEVEL, TCP_INFO, value, length) !== 0) return errnoName(libc.errno());
  const u8 = (at: number): number => valueView.getUint8(at);
  const u32 = (at: number): number => valueView.getUint32(at, true);
  const u64 = (at: number): number => Number(valueView.getBigUint64(at, true));
  return {
    state: STATES[u8(0)] ?? "CLOSED",
    caState: u8(1),
    retransmits: u8(2),
    probes: u8(3),
    backoff: u8(4),
    options: u8(5),
    sndWscale: u8(6) & 15,
    rcvWscale: u8(6) >> 4,
    rtoUs: u32(8),
    atoUs: u32(12),
    sndMss: u32(16),
    rcvMss: u32(20),
    unacked: u32(24),
    sacked: u32(28),
    lost: u32(32),
    retrans: u32(36),
    pmtu: u32(60),
    rcvSsthresh: u32(64),
    rttUs: u32(68),
    rttvarUs: u32(72),
    sndSsthresh: u32(76),
    sndCwnd: u32(80),
    advMss: u32(84),
    reordering: u32(88),
    rcvSpace: u32(96),
    totalRetrans: u32(100),
    bytesAcked: u64(120),
    bytesReceived: u64(128),
    segsOut: u32(136),
    segsIn: u32(140),
    notsentBytes: u32(144),
    minRttUs: u32(148),
    dataSegsIn: u32(152),
    dataSegsOut: u32(156),
    delivered: u32(192),
    deliveredCe: u32(196),
    bytesSent: u64(200),
    bytesRetrans: u64(208),
    sndWnd: u32(228),
    rcvWnd: u32(232),
    pacingRate: u64(104),
    deliveryRate: u64(160),
    deliveryRateAppLimited: (u8(7) & 1) === 1,
  };
}
