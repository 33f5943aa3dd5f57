// The fields of protocols over TCP and UDP: Wireshark's name, type and title of each.

import { HTTP2_FIELD_ROWS } from "./fields-http2.ts";
import { MESSAGING_FIELD_ROWS } from "./fields-messaging.ts";
import { OSPF_FIELD_ROWS } from "./fields-ospf.ts";
import { QUIC_FIELD_ROWS } from "./fields-quic.ts";
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

const DNS: readonly FieldRow[] = [
  ["dns.caa.flags", "uint8x", "CAA Flags"],
  ["dns.caa.flags.issuer_critical", "boolean", "Issuer Critical"],
  ["dns.caa.iodef", "string", "Report URL"],
  ["dns.caa.issue", "string", "Issue"],
  ["dns.caa.issuewild", "string", "Issue Wildcard"],
  ["dns.caa.tag", "string", "Tag"],
  ["dns.caa.tag_length", "uint8", "Tag length"],
  ["dns.caa.unknown", "string", "Unknown tag"],
  ["dns.caa.value", "string", "Value"],
  ["dns.response_in", "uint32", "Response In"],
  ["dns.response_to", "uint32", "Request In"],
  ["dns.retransmission", "boolean", "Retransmission"],
  ["dns.retransmit_request_in", "uint32", "Retransmitted request. Original request in"],
  ["dns.retransmit_response_in", "uint32", "Retransmitted response. Original response in"],
  ["dns.srv.name", "string", "Name"],
  ["dns.srv.proto", "string", "Protocol"],
  ["dns.srv.service", "string", "Service"],
  ["dns.time", "time", "Time"],
  ["dns.unsolicited", "boolean", "Unsolicited"],
];

const HTTP: readonly FieldRow[] = [
  ["http.authbasic", "string", "Credentials"],
  ["http.chunk_boundary", "bytes", "Chunk boundary"],
  ["http.chunk_data", "bytes", "Chunk data"],
  ["http.chunk_size", "uint32", "Chunk size"],
  ["http.chunked_trailer_part", "string", "trailer-part"],
  ["http.cookie_pair", "string", "Cookie pair"],
  ["http.http2_settings", "string", "HTTP2-Settings"],
  ["http.next_request_in", "uint32", "Next request in frame"],
  ["http.next_response_in", "uint32", "Next response in frame"],
  ["http.prev_request_in", "uint32", "Prev request in frame"],
  ["http.prev_response_in", "uint32", "Prev response in frame"],
  ["http.request.uri.path", "string", "Request URI Path"],
  ["http.request.uri.query", "string", "Request URI Query"],
  ["http.request.uri.query.parameter", "string", "Request URI Query Parameter"],
  ["http.request_in", "uint32", "Request in frame"],
  ["http.request_number", "uint32", "Request number"],
  ["http.response.code.desc", "string", "Status Code Description"],
  ["http.response_for.uri", "string", "Request URI"],
  ["http.response_in", "uint32", "Response in frame"],
  ["http.response_number", "uint32", "Response number"],
  ["http.sec_websocket_accept", "string", "Sec-WebSocket-Accept"],
  ["http.sec_websocket_extensions", "string", "Sec-WebSocket-Extensions"],
  ["http.sec_websocket_key", "string", "Sec-WebSocket-Key"],
  ["http.sec_websocket_protocol", "string", "Sec-WebSocket-Protocol"],
  ["http.sec_websocket_version", "string", "Sec-WebSocket-Version"],
  ["http.te_and_length", "flag", "The Content-Length and Transfer-Encoding header must not be set together"],
  ["http.time", "time", "Time since request"],
  ["data-text-lines", "protocol", "Line-based text data"],
  ["image-gif", "protocol", "Compuserve GIF"],
  ["image-jfif", "protocol", "JPEG File Interchange Format"],
  ["json", "protocol", "JavaScript Object Notation"],
  ["media", "protocol", "Media Type"],
  ["mime_multipart", "protocol", "MIME Multipart Media Encapsulation"],
  ["mime_multipart.boundary", "string", "Boundary"],
  ["mime_multipart.first_boundary", "string", "First boundary"],
  ["mime_multipart.header.content-description", "string", "Content-Description"],
  ["mime_multipart.header.content-disposition", "string", "Content-Disposition"],
  ["mime_multipart.header.content-encoding", "string", "Content-Encoding"],
  ["mime_multipart.header.content-id", "string", "Content-Id"],
  ["mime_multipart.header.content-language", "string", "Content-Language"],
  ["mime_multipart.header.content-length", "string", "Content-Length"],
  ["mime_multipart.header.content-transfer-encoding", "string", "Content-Transfer-Encoding"],
  ["mime_multipart.header.content-type", "string", "Content-Type"],
  ["mime_multipart.last_boundary", "string", "Last boundary"],
  ["mime_multipart.part", "string", "Encapsulated multipart part"],
  ["mime_multipart.preamble", "bytes", "Preamble"],
  ["mime_multipart.trailer", "bytes", "Trailer"],
  ["mime_multipart.type", "string", "Type"],
  ["png", "protocol", "Portable Network Graphics"],
  ["urlencoded-form", "protocol", "HTML Form URL Encoded"],
  ["urlencoded-form.key", "string", "Key"],
  ["urlencoded-form.value", "string", "Value"],
  ["xml", "protocol", "eXtensible Markup Language"],
];

export const APPLICATION_FIELD_ROWS: readonly FieldRow[] = [
  ...TCP_PDU,
  ...DNS,
  ...HTTP,
  ...HTTP2_FIELD_ROWS,
  ...MESSAGING_FIELD_ROWS,
  ...OSPF_FIELD_ROWS,
  ...QUIC_FIELD_ROWS,
  ...SECURITY_FIELD_ROWS,
  ...SERVICE_FIELD_ROWS,
];
