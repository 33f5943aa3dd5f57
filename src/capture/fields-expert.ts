// The fields of expert information and of packets' comments: Wireshark's name, type and title of each, and the numbers behind its names.

import type { FieldType } from "./fields.ts";

/** Severities by name; a more severe one is the greater number. */
export const EXPERT_SEVERITIES = {
  Error: 0x800000,
  Warning: 0x600000,
  Note: 0x400000,
  Chat: 0x200000,
  Comment: 0x100000,
} as const;

/** Groups by name: what kind of thing was found. */
export const EXPERT_GROUPS = {
  Checksum: 0x1000000,
  Sequence: 0x2000000,
  Response: 0x3000000,
  Request: 0x4000000,
  Undecoded: 0x5000000,
  Reassemble: 0x6000000,
  Malformed: 0x7000000,
  Debug: 0x8000000,
  Protocol: 0x9000000,
  Security: 0xa000000,
  Comment: 0xb000000,
  Decryption: 0xc000000,
  Assumption: 0xd000000,
  Deprecated: 0xe000000,
} as const;

export const EXPERT_FIELD_ROWS: readonly (readonly [
  name: string,
  type: FieldType,
  title: string,
  values?: Readonly<Record<string, number>>,
])[] = [
  ["pkt_comment", "protocol", "Packet comments"],
  ["frame.comment", "string", "Comment"],
  ["frame.comment.expert", "flag", "Formatted comment"],
  ["frame.len_lt_caplen", "flag", "Frame length is less than captured length"],
  ["_ws.expert", "protocol", "Expert Info"],
  ["_ws.expert.message", "string", "Message"],
  ["_ws.expert.severity", "uint32", "Severity level", EXPERT_SEVERITIES],
  ["_ws.expert.group", "uint32", "Group", EXPERT_GROUPS],
  ["_ws.malformed.expert", "flag", "Malformed Packet (Exception occurred)"],
  ["dns.retransmit_request", "flag", "DNS query retransmission"],
  ["dns.retransmit_response", "flag", "DNS response retransmission"],
  ["eth.src_not_group", "flag", "Source MAC must not be a group address: IEEE 802.3-2002, Section 3.2.3(b)"],
  ["igmp.bad_checksum", "flag", "Bad checksum"],
  ["ipv6.routing.deprecated", "flag", "Routing header type is deprecated"],
];

/** The fields of a packet's comments alone: a packet without one has none of them. */
export const COMMENT_FIELDS: ReadonlySet<string> = new Set([
  "pkt_comment",
  "frame.comment",
  "frame.comment.expert",
]);
