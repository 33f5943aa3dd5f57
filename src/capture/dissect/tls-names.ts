// TLS's numbers (the IANA registries) and what Wireshark calls them.

/** Whether a number is one of those that clients send to keep servers tolerant (RFC 8701). */
export function isGrease(value: number): boolean {
  return (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff);
}

export const GREASE = "Reserved (GREASE)";

const VERSIONS = new Map<number, readonly [long: string, short: string]>([
  [0x0300, ["SSL 3.0", "SSLv3"]],
  [0x0301, ["TLS 1.0", "TLSv1"]],
  [0x0302, ["TLS 1.1", "TLSv1.1"]],
  [0x0303, ["TLS 1.2", "TLSv1.2"]],
  [0x0304, ["TLS 1.3", "TLSv1.3"]],
]);

/** `TLS 1.2`. */
export function versionName(value: number): string {
  if (isGrease(value)) return GREASE;
  if (value >> 8 === 0x7f) return `TLS 1.3 (draft ${value & 0xff})`;
  return VERSIONS.get(value)?.[0] ?? "Unknown";
}

/** As the Protocol column has it: `TLSv1.2`, or `TLS` while nothing says. */
export function versionColumn(value: number): string {
  if (value >> 8 === 0x7f) return "TLSv1.3";
  return VERSIONS.get(value)?.[1] ?? "TLS";
}

export const CONTENT = {
  changeCipherSpec: 20,
  alert: 21,
  handshake: 22,
  applicationData: 23,
  heartbeat: 24,
  connectionId: 25,
};

export const CONTENT_TYPES = new Map<number, string>([
  [CONTENT.changeCipherSpec, "Change Cipher Spec"],
  [CONTENT.alert, "Alert"],
  [CONTENT.handshake, "Handshake"],
  [CONTENT.applicationData, "Application Data"],
  [CONTENT.heartbeat, "Heartbeat"],
]);

export const HANDSHAKE = {
  clientHello: 1,
  serverHello: 2,
  newSessionTicket: 4,
  endOfEarlyData: 5,
  encryptedExtensions: 8,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
  certificateStatus: 22,
  keyUpdate: 24,
  compressedCertificate: 25,
} as const;

export const HANDSHAKE_TYPES = new Map<number, string>([
  [0, "Hello Request"],
  [1, "Client Hello"],
  [2, "Server Hello"],
  [3, "Hello Verify Request"],
  [4, "New Session Ticket"],
  [5, "End of Early Data"],
  [6, "Hello Retry Request"],
  [8, "Encrypted Extensions"],
  [11, "Certificate"],
  [12, "Server Key Exchange"],
  [13, "Certificate Request"],
  [14, "Server Hello Done"],
  [15, "Certificate Verify"],
  [16, "Client Key Exchange"],
  [20, "Finished"],
  [21, "Client Certificate URL"],
  [22, "Certificate Status"],
  [23, "Supplemental Data"],
  [24, "Key Update"],
  [25, "Compressed Certificate"],
  [67, "Encrypted Extensions"],
]);

export const ALERT_LEVELS = new Map<number, string>([
  [1, "Warning"],
  [2, "Fatal"],
]);

export const ALERTS = new Map<number, string>([
  [0, "Close Notify"],
  [1, "End of Early Data"],
  [10, "Unexpected Message"],
  [20, "Bad Record MAC"],
  [21, "Decryption Failed"],
  [22, "Record Overflow"],
  [30, "Decompression Failure"],
  [40, "Handshake Failure"],
  [41, "No Certificate"],
  [42, "Bad Certificate"],
  [43, "Unsupported Certificate"],
  [44, "Certificate Revoked"],
  [45, "Certificate Expired"],
  [46, "Certificate Unknown"],
  [47, "Illegal Parameter"],
  [48, "Unknown CA"],
  [49, "Access Denied"],
  [50, "Decode Error"],
  [51, "Decrypt Error"],
  [60, "Export Restriction"],
  [70, "Protocol Version"],
  [71, "Insufficient Security"],
  [80, "Internal Error"],
  [86, "Inappropriate Fallback"],
  [90, "User Canceled"],
  [100, "No Renegotiation"],
  [109, "Missing Extension"],
  [110, "Unsupported Extension"],
  [111, "Certificate Unobtainable"],
  [112, "Unrecognized Name"],
  [113, "Bad Certificate Status Response"],
  [114, "Bad Certificate Hash Value"],
  [115, "Unknown PSK Identity"],
  [116, "Certificate Required"],
  [120, "No application Protocol"],
  [121, "ECH Required"],
]);

export const EXTENSION = {
  serverName: 0,
  statusRequest: 5,
  supportedGroups: 10,
  pointFormats: 11,
  signatureAlgorithms: 13,
  alpn: 16,
  padding: 21,
  delegatedCredentials: 34,
  sessionTicket: 35,
  supportedVersions: 43,
  pskModes: 45,
  certificateAuthorities: 47,
  signatureAlgorithmsCert: 50,
  keyShare: 51,
  renegotiation: 65_281,
} as const;

const EXTENSIONS = new Map<number, string>([
  [0, "server_name"],
  [1, "max_fragment_length"],
  [2, "client_certificate_url"],
  [3, "trusted_ca_keys"],
  [4, "truncated_hmac"],
  [5, "status_request"],
  [6, "user_mapping"],
  [7, "client_authz"],
  [8, "server_authz"],
  [9, "cert_type"],
  [10, "supported_groups"],
  [11, "ec_point_formats"],
  [12, "srp"],
  [13, "signature_algorithms"],
  [14, "use_srtp"],
  [15, "heartbeat"],
  [16, "application_layer_protocol_negotiation"],
  [17, "status_request_v2"],
  [18, "signed_certificate_timestamp"],
  [19, "client_certificate_type"],
  [20, "server_certificate_type"],
  [21, "padding"],
  [22, "encrypt_then_mac"],
  [23, "extended_master_secret"],
  [24, "token_binding"],
  [25, "cached_info"],
  [27, "compress_certificate"],
  [28, "record_size_limit"],
  [34, "delegated_credentials"],
  [35, "session_ticket"],
  [40, "Reserved (key_share)"],
  [41, "pre_shared_key"],
  [42, "early_data"],
  [43, "supported_versions"],
  [44, "cookie"],
  [45, "psk_key_exchange_modes"],
  [46, "Reserved (ticket_early_data_info)"],
  [47, "certificate_authorities"],
  [48, "oid_filters"],
  [49, "post_handshake_auth"],
  [50, "signature_algorithms_cert"],
  [51, "key_share"],
  [52, "transparency_info"],
  [53, "connection_id (deprecated)"],
  [54, "connection_id"],
  [55, "external_id_hash"],
  [56, "external_session_id"],
  [57, "quic_transport_parameters"],
  [58, "ticket_request"],
  [59, "dnssec_chain"],
  [13_172, "next_protocol_negotiation"],
  [17_513, "application_settings"],
  [30_031, "channel_id_old"],
  [30_032, "channel_id"],
  [65_281, "renegotiation_info"],
  [65_445, "quic_transport_parameters (drafts version)"],
  [65_486, "encrypted_server_name"],
]);

/** The extension's name; null where it has none. */
export function extensionName(type: number): string | null {
  return isGrease(type) ? GREASE : (EXTENSIONS.get(type) ?? null);
}

/** What a Server Hello has for a random number that asks for another Client Hello (RFC 8446 4.1.3). */
const RETRY = Buffer.from("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c", "hex");
const RANDOM_AT = 6;

/** Whether a message is a Server Hello that asks for another Client Hello. */
export function isHelloRetry(message: Uint8Array): boolean {
  if (message[0] !== HANDSHAKE.serverHello || message[RANDOM_AT] !== RETRY[0]) return false;
  return RETRY.equals(message.subarray(RANDOM_AT, RANDOM_AT + RETRY.length));
}

/** What the handshake message is called that begins with `message`. */
export function messageName(message: Uint8Array): string {
  return isHelloRetry(message) ? "Hello Retry Request" : handshakeName(message[0]);
}

export function handshakeName(type: number): string {
  return HANDSHAKE_TYPES.get(type) ?? "Unknown Handshake Type";
}
