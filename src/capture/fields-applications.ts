// The fields of protocols over TCP and UDP: Wireshark's name, type and title of each.

import { DNS_FIELD_ROWS } from "./fields-dns.ts";
import { HTTP_FIELD_ROWS } from "./fields-http.ts";
import { HTTP2_FIELD_ROWS } from "./fields-http2.ts";
import { MESSAGING_FIELD_ROWS } from "./fields-messaging.ts";
import { OSPF_FIELD_ROWS } from "./fields-ospf.ts";
import { QUIC_FIELD_ROWS } from "./fields-quic.ts";
import { RPC_FIELD_ROWS } from "./fields-rpc.ts";
import { SECURITY_FIELD_ROWS } from "./fields-security.ts";
import { SERVICE_FIELD_ROWS } from "./fields-services.ts";
import type { FieldType } from "./fields.ts";

type FieldRow = readonly [name: string, type: FieldType, title: string];

const TCP_PDU: readonly FieldRow[] = [
  ["tcp.segment", "uint32", "TCP Segment"],
  ["tcp.segment.count", "uint32", "Segment count"],
  ["tcp.segment_data", "bytes", "TCP segment data"],
  ["tcp.segments", "flag", "Reassembled TCP Segments"],
  ["tcp.reassembled.data", "bytes", "Reassembled TCP Data"],
  ["tcp.reassembled.length", "uint32", "Reassembled TCP length"],
  ["tcp.reassembled_in", "uint32", "Reassembled PDU in frame"],
];

export const APPLICATION_FIELD_ROWS: readonly FieldRow[] = [
  ...TCP_PDU,
  ...DNS_FIELD_ROWS,
  ...HTTP_FIELD_ROWS,
  ...HTTP2_FIELD_ROWS,
  ...MESSAGING_FIELD_ROWS,
  ...OSPF_FIELD_ROWS,
  ...QUIC_FIELD_ROWS,
  ...RPC_FIELD_ROWS,
  ...SECURITY_FIELD_ROWS,
  ...SERVICE_FIELD_ROWS,
];
