// TLS's numbers (the IANA registries) and what Wireshark calls them.

/** Names of suites by number, a line a block of numbers: the first number, then the names in order; `-` is unassigned. */
const SUITES: readonly string[] = [
  "0000 NULL_WITH_NULL_NULL RSA_WITH_NULL_MD5 RSA_WITH_NULL_SHA RSA_EXPORT_WITH_RC4_40_MD5 RSA_WITH_RC4_128_MD5 RSA_WITH_RC4_128_SHA",
  "0007 RSA_WITH_IDEA_CBC_SHA RSA_EXPORT_WITH_DES40_CBC_SHA RSA_WITH_DES_CBC_SHA RSA_WITH_3DES_EDE_CBC_SHA",
  "0013 DHE_DSS_WITH_3DES_EDE_CBC_SHA DHE_RSA_EXPORT_WITH_DES40_CBC_SHA DHE_RSA_WITH_DES_CBC_SHA DHE_RSA_WITH_3DES_EDE_CBC_SHA",
  "002f RSA_WITH_AES_128_CBC_SHA DH_DSS_WITH_AES_128_CBC_SHA DH_RSA_WITH_AES_128_CBC_SHA DHE_DSS_WITH_AES_128_CBC_SHA DHE_RSA_WITH_AES_128_CBC_SHA DH_anon_WITH_AES_128_CBC_SHA",
  "0035 RSA_WITH_AES_256_CBC_SHA DH_DSS_WITH_AES_256_CBC_SHA DH_RSA_WITH_AES_256_CBC_SHA DHE_DSS_WITH_AES_256_CBC_SHA DHE_RSA_WITH_AES_256_CBC_SHA DH_anon_WITH_AES_256_CBC_SHA",
  "003b RSA_WITH_NULL_SHA256 RSA_WITH_AES_128_CBC_SHA256 RSA_WITH_AES_256_CBC_SHA256",
  "0041 RSA_WITH_CAMELLIA_128_CBC_SHA - - - DHE_RSA_WITH_CAMELLIA_128_CBC_SHA",
  "0067 DHE_RSA_WITH_AES_128_CBC_SHA256",
  "006b DHE_RSA_WITH_AES_256_CBC_SHA256",
  "0084 RSA_WITH_CAMELLIA_256_CBC_SHA - - - DHE_RSA_WITH_CAMELLIA_256_CBC_SHA",
  "008c PSK_WITH_AES_128_CBC_SHA PSK_WITH_AES_256_CBC_SHA",
  "0096 RSA_WITH_SEED_CBC_SHA",
  "009c RSA_WITH_AES_128_GCM_SHA256 RSA_WITH_AES_256_GCM_SHA384 DHE_RSA_WITH_AES_128_GCM_SHA256 DHE_RSA_WITH_AES_256_GCM_SHA384",
  "00a2 DHE_DSS_WITH_AES_128_GCM_SHA256 DHE_DSS_WITH_AES_256_GCM_SHA384",
  "00a8 PSK_WITH_AES_128_GCM_SHA256 PSK_WITH_AES_256_GCM_SHA384 DHE_PSK_WITH_AES_128_GCM_SHA256 DHE_PSK_WITH_AES_256_GCM_SHA384",
  "00ff EMPTY_RENEGOTIATION_INFO_SCSV",
  "1301 AES_128_GCM_SHA256 AES_256_GCM_SHA384 CHACHA20_POLY1305_SHA256 AES_128_CCM_SHA256 AES_128_CCM_8_SHA256",
  "5600 FALLBACK_SCSV",
  "c002 ECDH_ECDSA_WITH_RC4_128_SHA ECDH_ECDSA_WITH_3DES_EDE_CBC_SHA ECDH_ECDSA_WITH_AES_128_CBC_SHA ECDH_ECDSA_WITH_AES_256_CBC_SHA ECDHE_ECDSA_WITH_NULL_SHA ECDHE_ECDSA_WITH_RC4_128_SHA",
  "c008 ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA ECDHE_ECDSA_WITH_AES_128_CBC_SHA ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
  "c00c ECDH_RSA_WITH_RC4_128_SHA ECDH_RSA_WITH_3DES_EDE_CBC_SHA ECDH_RSA_WITH_AES_128_CBC_SHA ECDH_RSA_WITH_AES_256_CBC_SHA",
  "c010 ECDHE_RSA_WITH_NULL_SHA ECDHE_RSA_WITH_RC4_128_SHA ECDHE_RSA_WITH_3DES_EDE_CBC_SHA ECDHE_RSA_WITH_AES_128_CBC_SHA ECDHE_RSA_WITH_AES_256_CBC_SHA",
  "c023 ECDHE_ECDSA_WITH_AES_128_CBC_SHA256 ECDHE_ECDSA_WITH_AES_256_CBC_SHA384 ECDH_ECDSA_WITH_AES_128_CBC_SHA256 ECDH_ECDSA_WITH_AES_256_CBC_SHA384",
  "c027 ECDHE_RSA_WITH_AES_128_CBC_SHA256 ECDHE_RSA_WITH_AES_256_CBC_SHA384 ECDH_RSA_WITH_AES_128_CBC_SHA256 ECDH_RSA_WITH_AES_256_CBC_SHA384",
  "c02b ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 ECDH_ECDSA_WITH_AES_128_GCM_SHA256 ECDH_ECDSA_WITH_AES_256_GCM_SHA384",
  "c02f ECDHE_RSA_WITH_AES_128_GCM_SHA256 ECDHE_RSA_WITH_AES_256_GCM_SHA384 ECDH_RSA_WITH_AES_128_GCM_SHA256 ECDH_RSA_WITH_AES_256_GCM_SHA384",
  "c09c RSA_WITH_AES_128_CCM RSA_WITH_AES_256_CCM DHE_RSA_WITH_AES_128_CCM DHE_RSA_WITH_AES_256_CCM RSA_WITH_AES_128_CCM_8 RSA_WITH_AES_256_CCM_8 DHE_RSA_WITH_AES_128_CCM_8 DHE_RSA_WITH_AES_256_CCM_8",
  "c0ac ECDHE_ECDSA_WITH_AES_128_CCM ECDHE_ECDSA_WITH_AES_256_CCM ECDHE_ECDSA_WITH_AES_128_CCM_8 ECDHE_ECDSA_WITH_AES_256_CCM_8",
  "cca8 ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 DHE_RSA_WITH_CHACHA20_POLY1305_SHA256 PSK_WITH_CHACHA20_POLY1305_SHA256 ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256",
];

const SUITE_NAMES = new Map<number, string>(
  SUITES.flatMap((line) => {
    const [first, ...names] = line.split(" ");
    const base = Number.parseInt(first, 16);
    return names.flatMap((name, i) => (name === "-" ? [] : [[base + i, `TLS_${name}`] as const]));
  }),
);

/** Whether a number is one of those that clients send to keep servers tolerant (RFC 8701). */
export function isGrease(value: number): boolean {
  return (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff);
}

const GREASE = "Reserved (GREASE)";

export function suiteName(value: number): string {
  return isGrease(value) ? GREASE : (SUITE_NAMES.get(value) ?? "Unknown");
}

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
  encryptedExtensions: 8,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
  certificateStatus: 22,
  keyUpdate: 24,
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
  [21, "Certificate URL"],
  [22, "Certificate Status"],
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
]);

export const EXTENSION = {
  serverName: 0,
  statusRequest: 5,
  supportedGroups: 10,
  pointFormats: 11,
  signatureAlgorithms: 13,
  alpn: 16,
  padding: 21,
  sessionTicket: 35,
  supportedVersions: 43,
  pskModes: 45,
  keyShare: 51,
  renegotiation: 65_281,
} as const;

const EXTENSIONS = new Map<number, string>([
  [0, "server_name"],
  [1, "max_fragment_length"],
  [5, "status_request"],
  [10, "supported_groups"],
  [11, "ec_point_formats"],
  [13, "signature_algorithms"],
  [14, "use_srtp"],
  [15, "heartbeat"],
  [16, "application_layer_protocol_negotiation"],
  [17, "status_request_v2"],
  [18, "signed_certificate_timestamp"],
  [21, "padding"],
  [22, "encrypt_then_mac"],
  [23, "extended_master_secret"],
  [27, "compress_certificate"],
  [28, "record_size_limit"],
  [34, "delegated_credentials"],
  [35, "session_ticket"],
  [41, "pre_shared_key"],
  [42, "early_data"],
  [43, "supported_versions"],
  [44, "cookie"],
  [45, "psk_key_exchange_modes"],
  [47, "certificate_authorities"],
  [48, "oid_filters"],
  [49, "post_handshake_auth"],
  [50, "signature_algorithms_cert"],
  [51, "key_share"],
  [57, "quic_transport_parameters"],
  [13_172, "next_protocol_negotiation"],
  [17_513, "application_settings"],
  [65_281, "renegotiation_info"],
]);

/** The extension's name; null where it has none. */
export function extensionName(type: number): string | null {
  return isGrease(type) ? GREASE : (EXTENSIONS.get(type) ?? null);
}

const GROUPS = new Map<number, string>([
  [0x0015, "secp224r1"],
  [0x0016, "secp256k1"],
  [0x0017, "secp256r1"],
  [0x0018, "secp384r1"],
  [0x0019, "secp521r1"],
  [0x001d, "x25519"],
  [0x001e, "x448"],
  [0x0100, "ffdhe2048"],
  [0x0101, "ffdhe3072"],
  [0x0102, "ffdhe4096"],
  [0x0103, "ffdhe6144"],
  [0x0104, "ffdhe8192"],
]);

export function groupName(value: number): string {
  return isGrease(value) ? GREASE : (GROUPS.get(value) ?? "Unknown");
}

const SIGNATURES = new Map<number, string>([
  [0x0201, "rsa_pkcs1_sha1"],
  [0x0203, "ecdsa_sha1"],
  [0x0401, "rsa_pkcs1_sha256"],
  [0x0403, "ecdsa_secp256r1_sha256"],
  [0x0501, "rsa_pkcs1_sha384"],
  [0x0503, "ecdsa_secp384r1_sha384"],
  [0x0601, "rsa_pkcs1_sha512"],
  [0x0603, "ecdsa_secp521r1_sha512"],
  [0x0804, "rsa_pss_rsae_sha256"],
  [0x0805, "rsa_pss_rsae_sha384"],
  [0x0806, "rsa_pss_rsae_sha512"],
  [0x0807, "ed25519"],
  [0x0808, "ed448"],
  [0x0809, "rsa_pss_pss_sha256"],
  [0x080a, "rsa_pss_pss_sha384"],
  [0x080b, "rsa_pss_pss_sha512"],
]);

export function signatureName(value: number): string {
  return SIGNATURES.get(value) ?? "Unknown";
}

/** What a Server Hello has for a random number that asks for another Client Hello (RFC 8446 4.1.3). */
const RETRY = Buffer.from("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c", "hex");
const RANDOM_AT = 6;

/** Whether a message is a Server Hello that asks for another Client Hello. */
export function isHelloRetry(message: Uint8Array): boolean {
  if (message[0] !== HANDSHAKE.serverHello) return false;
  return RETRY.equals(message.subarray(RANDOM_AT, RANDOM_AT + RETRY.length));
}

/** What the handshake message is called that begins with `message`. */
export function messageName(message: Uint8Array): string {
  return isHelloRetry(message) ? "Hello Retry Request" : handshakeName(message[0]);
}

export function handshakeName(type: number): string {
  return HANDSHAKE_TYPES.get(type) ?? "Unknown Handshake Type";
}
