// setsockopt and getsockopt: which values each option takes, and where they go.

import type { Failure, Refusal } from "../../socket/core.ts";
import { OPTIONS, isInt } from "../../socket/options.ts";
import type { OptionName, OptionValue } from "../../socket/options.ts";
import { lacking } from "../lacking.ts";
import { bufferSize } from "../socket-buffer.ts";
import { CONGESTION_NAMES } from "./congestion/congestion.ts";
import type { Connection } from "./connection.ts";
import type { TcpPersonality } from "./personality.ts";
import type { SocketSettings, TcpSettings } from "./settings.ts";

/** Options that are one field of the settings, with the numbers they take. */
const FIELDS = {
  SO_BROADCAST: { key: "broadcast", least: 0, most: 1 },
  SO_KEEPALIVE: { key: "keepAlive", least: 0, most: 1 },
  SO_LINGER: { key: "lingerS", least: -1, most: 65_535 },
  SO_MAX_PACING_RATE: { key: "maxPacingRate", least: -0x80000000, most: 0x7fffffff },
  SO_OOBINLINE: { key: "oobInline", least: 0, most: 1 },
  SO_REUSEADDR: { key: "reuseAddr", least: 0, most: 1 },
  SO_REUSEPORT: { key: "reusePort", least: 0, most: 1 },
  IP_MTU_DISCOVER: { key: "pathMtuV4", least: 0, most: 5 },
  IP_RECVERR: { key: "recvErr", least: 0, most: 1 },
  IP_TTL: { key: "ttl", least: 1, most: 255 },
  IPV6_MTU_DISCOVER: { key: "pathMtuV6", least: 0, most: 5 },
  IPV6_V6ONLY: { key: "v6Only", least: 0, most: 1 },
  TCP_CORK: { key: "cork", least: 0, most: 1 },
  TCP_FASTOPEN: { key: "fastOpenQueue", least: 0, most: 0x7fffffff },
  TCP_FASTOPEN_CONNECT: { key: "fastOpenConnect", least: 0, most: 1 },
  TCP_KEEPCNT: { key: "keepCount", least: 1, most: 127 },
  TCP_KEEPIDLE: { key: "keepIdleS", least: 1, most: 32_767 },
  TCP_KEEPINTVL: { key: "keepIntervalS", least: 1, most: 32_767 },
  TCP_NODELAY: { key: "noDelay", least: 0, most: 1 },
  TCP_SYNCNT: { key: "synCount", least: 1, most: 127 },
  TCP_USER_TIMEOUT: { key: "userTimeoutMs", least: 0, most: 0x7fffffff },
} as const;

type FieldName = keyof typeof FIELDS;

const TTL_DEFAULT = 64;
const MAXSEG_LEAST = 88;
const MAXSEG_MOST = 32_767;

function isField(name: OptionName): name is FieldName {
  return Object.hasOwn(FIELDS, name);
}

/** Sets an option; null, or why not. `connection` is the socket's, if it has one. */
export function applySetting(
  settings: SocketSettings,
  personality: TcpPersonality,
  name: OptionName,
  value: OptionValue,
  connection: Connection | null,
): null | Failure {
  if (personality.lacks.includes(name)) return lacking(name);
  if (typeof value !== OPTIONS[name]) return { code: "EINVAL", why: `${name} takes a ${OPTIONS[name]}` };
  if (isField(name)) return applyField(settings, name, value, connection);
  switch (name) {
    case "IP_MTU":
    case "IPV6_MTU":
    case "SO_ERROR":
      return "ENOPROTOOPT";
    case "TCP_CONGESTION":
      if (typeof value !== "string" || !CONGESTION_NAMES.includes(value)) {
        const known = CONGESTION_NAMES.join(", ");
        return { code: "ENOENT", why: `simulated are ${known}, not ${String(value)}` };
      }
      settings.change({ congestion: value });
      connection?.sender.control(value, connection.lastReceivedNs);
      return null;
    case "TCP_QUICKACK":
      connection?.receiver.acks.setQuick(value === true);
      return null;
    default:
      return typeof value === "number" ? applySize(settings, personality, name, value, connection) : "EINVAL";
  }
}

function applyField(
  settings: SocketSettings,
  name: FieldName,
  value: OptionValue,
  connection: Connection | null,
): null | Failure {
  const { key, least, most } = FIELDS[name];
  // -1 asks for the default.
  if (name === "IP_TTL" && value === -1) value = TTL_DEFAULT;
  if (typeof value === "number" && !(Number.isInteger(value) && value >= least && value <= most)) {
    return { code: "EINVAL", why: `${name} takes ${least} to ${most}` };
  }
  settings.change({ [key]: value });
  if (connection === null) return null;
  if (name === "SO_KEEPALIVE" || name === "TCP_KEEPIDLE") connection.keepAliveFrom(connection.lastReceivedNs);
  if (name === "SO_MAX_PACING_RATE") connection.sender.pacer.limit(Number(value));
  if (name === "TCP_NODELAY" && value === true) connection.sender.push();
  if (name === "TCP_CORK" && value === false) connection.sender.push();
  return null;
}

function applySize(
  settings: SocketSettings,
  personality: TcpPersonality,
  name: "SO_RCVBUF" | "SO_SNDBUF" | "TCP_MAXSEG",
  value: number,
  connection: Connection | null,
): null | Failure {
  if (!isInt(value)) return "EINVAL";
  const { socketBufferLimit, socketBufferErrno, receiveBufferMin, sendBufferMin } = personality;
  const sizes = name === "SO_RCVBUF" || name === "SO_SNDBUF";
  if (sizes && value > socketBufferLimit && socketBufferErrno !== null) return socketBufferErrno;
  switch (name) {
    case "SO_RCVBUF":
      settings.change({ receiveBuffer: bufferSize(value, receiveBufferMin, personality) });
      connection?.receiver.setSpace(settings.current.receiveBuffer >>> personality.socketBufferShift);
      return null;
    case "SO_SNDBUF":
      settings.change({ sendBuffer: bufferSize(value, sendBufferMin, personality) });
      return null;
    default:
      if (value !== 0 && (value < MAXSEG_LEAST || value > MAXSEG_MOST)) {
        return { code: "EINVAL", why: `TCP_MAXSEG takes ${MAXSEG_LEAST} to ${MAXSEG_MOST}` };
      }
      settings.change({ maxSeg: value });
      if (value > 0) connection?.limitMss(value);
      return null;
  }
}

/** What getsockopt answers. */
export function readSetting(
  settings: TcpSettings,
  personality: TcpPersonality,
  name: Exclude<OptionName, "SO_ERROR">,
  connection: Connection | null,
): OptionValue | Refusal {
  if (personality.lacks.includes(name)) return lacking(name);
  if (isField(name)) {
    if (name === "TCP_SYNCNT") return settings.synCount || personality.synRetries;
    return settings[FIELDS[name].key];
  }
  switch (name) {
    case "TCP_CONGESTION":
      return connection?.sender.congestion.name ?? settings.congestion;
    case "TCP_QUICKACK":
      return connection?.receiver.acks.quickAck ?? true;
    case "SO_RCVBUF":
      return settings.receiveBuffer || (connection?.receiver.bufferSize ?? personality.receiveBufferDefault);
    case "SO_SNDBUF":
      if (settings.sendBuffer > 0) return settings.sendBuffer;
      return connection?.synchronized === true
        ? Math.floor(connection.sendCapacity)
        : personality.sendBufferDefault;
    default:
      return connection?.synchronized === true ? connection.sender.mss : settings.maxSeg || 536;
  }
}
