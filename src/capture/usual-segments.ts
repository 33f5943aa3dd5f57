// Segments like most of a capture's, which show their headers and nothing else: who counts protocols, or what is worth a remark, need not dissect
// them.

import { ANALYSIS } from "../trace/analysis-flags.ts";
import type { Trace } from "../trace/trace.ts";
import { getUint16 } from "../wire/bytes.ts";
import { ETHERNET_HEADER_LENGTH } from "../wire/ethernet.ts";
import { IPV4_HEADER_LENGTH_MIN } from "../wire/ipv4.ts";
import { IPV6_HEADER_LENGTH } from "../wire/ipv6.ts";
import { LINKTYPE } from "../wire/link-types.ts";
import { ETHER_TYPE } from "../wire/protocols.ts";
import { TCP_FLAG, TCP_HEADER_LENGTH_MIN } from "../wire/tcp.ts";
import type { DissectContext } from "./dissect/dissect.ts";
import { PAYLOAD, payloadKind } from "./dissect/tcp-payload.ts";
import { isPlainSegment } from "./fields-columns.ts";

/** Flags that a segment has which is worth no remark. */
const QUIET = TCP_FLAG.ack | TCP_FLAG.psh;
/** What the analysis may say of it: nothing of it is shown. */
const UNSHOWN = ANALYSIS.unshown | ANALYSIS.onlyTimestamps;

/** The link header, and that of IPv4 without options. */
const LOOKED_AT = ETHERNET_HEADER_LENGTH + IPV4_HEADER_LENGTH_MIN;
/** Where the sender's link address begins, and the bit there of addresses of several. */
const SENDER = 6;
const GROUP = 1;
/** Fewer hops left are worth a remark, and so may be any to a multicast address. */
const HOPS_MIN = 5;
const MULTICAST = 224;

/**
 * Whether packet `row`, asked for in turn, is a TCP segment without data or in the middle of a message, which fills its IP packet and that its Ethernet
 * frame, and in no part of which dissection finds anything odd. False for any of which that is not sure.
 */
export function isUsualSegment(trace: Trace, row: number, context: DissectContext): boolean {
  const { packets } = trace;
  const payload = packets.payloadOffset[row];
  const end = payload + packets.payloadLength[row];
  return (
    (packets.tcpFlags[row] & ~QUIET) === 0 &&
    (packets.tcpFlags[row] & TCP_FLAG.ack) !== 0 &&
    (packets.analysis[row] & ~UNSHOWN) === 0 &&
    packets.networkOffset[row] === ETHERNET_HEADER_LENGTH &&
    end === packets.capturedLength[row] &&
    end === packets.length[row] &&
    isPlainSegment(trace, row) &&
    trace.interfaces[packets.interfaceId[row]]?.linkType === LINKTYPE.ethernet &&
    (payload - packets.transportOffset[row] === TCP_HEADER_LENGTH_MIN ||
      (packets.analysis[row] & ANALYSIS.onlyTimestamps) !== 0) &&
    context.verifiesChecksums === false &&
    (context.comments?.(row).length ?? 0) === 0 &&
    isUsualFrame(trace.glance(row, 0, LOOKED_AT), end) &&
    (end === payload || payloadKind(trace, row, context) === PAYLOAD.part)
  );
}

/** Whether the frame of `end` bytes that `bytes` are the beginning of is one host's, and its IP packet ends it and has far to go. */
function isUsualFrame(bytes: Uint8Array, end: number): boolean {
  if ((bytes[SENDER] & GROUP) !== 0) return false;
  const ip = ETHERNET_HEADER_LENGTH;
  const length = end - ip;
  const type = getUint16(bytes, ip - 2);
  if (type === ETHER_TYPE.ipv6)
    return bytes[ip] >> 4 === 6 && getUint16(bytes, ip + 4) + IPV6_HEADER_LENGTH === length;
  // A header without options, of no fragment.
  const isWhole =
    bytes[ip] === 0x45 && (getUint16(bytes, ip + 6) & 0x3fff) === 0 && getUint16(bytes, ip + 2) === length;
  return type === ETHER_TYPE.ipv4 && isWhole && bytes[ip + 8] >= HOPS_MIN && bytes[ip + 16] < MULTICAST;
}
