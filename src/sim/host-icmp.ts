// ICMP of a host: what it does with errors and echo requests that come, and whom it tells of packets it cannot deliver.

import { ICMPV6_TYPE, ICMP_TYPE } from "../wire/icmp.ts";
import { IP_PROTOCOL } from "../wire/protocols.ts";
import { icmpErrorAbout, isIcmpError, readIcmpError } from "./icmp.ts";
import type { IcmpProblem } from "./icmp.ts";
import type { IcmpError } from "./network.ts";
import type { IcmpMessage, IpPacket } from "./packet.ts";

/** Who hears of errors about what it sent. */
interface ErrorListener {
  icmpError(error: IcmpError): void;
}

/** What ICMP needs of its host. */
export interface IcmpHost {
  readonly ipv4: string;
  readonly ipv6: string;
  /** It neither sends nor believes any. */
  readonly filtersIcmp: boolean;
  readonly udp: ErrorListener;
  readonly tcp: ErrorListener | null;
  isLocal(address: string): boolean;
  isBroadcast(address: string): boolean;
  sendIcmp(source: string, destination: string, message: IcmpMessage): void;
}

/** A message for `host` has come in `packet`. */
export function receiveIcmp(host: IcmpHost, packet: IpPacket, message: IcmpMessage): void {
  if (isIcmpError(packet.version, message.type)) {
    const report = readIcmpError(packet.version, message);
    if (report === null || !host.isLocal(report.error.source)) return;
    if (report.protocol === IP_PROTOCOL.udp) host.udp.icmpError(report.error);
    else if (report.protocol === IP_PROTOCOL.tcp && host.tcp !== null) host.tcp.icmpError(report.error);
    return;
  }
  const v4 = packet.version === 4;
  if (message.type !== (v4 ? ICMP_TYPE.echoRequest : ICMPV6_TYPE.echoRequest)) return;
  // Linux ignores echo requests sent to a broadcast address.
  if (host.isBroadcast(packet.destination)) return;
  const type = v4 ? ICMP_TYPE.echoReply : ICMPV6_TYPE.echoReply;
  host.sendIcmp(packet.destination, packet.source, { ...message, type });
}

/** Tells the sender of `packet` what is wrong with it, if it may be told; `mtu` for "too big". */
export function complain(host: IcmpHost, packet: IpPacket, problem: IcmpProblem, mtu: number): void {
  if (host.filtersIcmp || host.isBroadcast(packet.destination)) return;
  const message = icmpErrorAbout(packet, problem, mtu);
  if (message === null) return;
  const own = host.isLocal(packet.destination)
    ? packet.destination
    : packet.version === 4
      ? host.ipv4
      : host.ipv6;
  host.sendIcmp(own, packet.source, message);
}
