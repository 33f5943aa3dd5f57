// What DNS numbers are called, worded as Wireshark words them (IANA "Domain Name System Parameters").

interface RecordType {
  readonly short: string;
  readonly long: string;
}

const TYPES = new Map<number, RecordType>(
  (
    [
      [1, "A", "Host Address"],
      [2, "NS", "authoritative Name Server"],
      [5, "CNAME", "Canonical NAME for an alias"],
      [6, "SOA", "Start Of a zone of Authority"],
      [10, "NULL", "a null RR"],
      [12, "PTR", "domain name PoinTeR"],
      [13, "HINFO", "host information"],
      [15, "MX", "Mail eXchange"],
      [16, "TXT", "Text strings"],
      [17, "RP", "for Responsible Person"],
      [18, "AFSDB", "for AFS Data Base location"],
      [24, "SIG", "for security signature"],
      [25, "KEY", "for security key"],
      [28, "AAAA", "IPv6 Address"],
      [29, "LOC", "Location Information"],
      [33, "SRV", "Server Selection"],
      [35, "NAPTR", "Naming Authority Pointer"],
      [36, "KX", "Key Exchanger"],
      [37, "CERT", ""],
      [39, "DNAME", ""],
      [41, "OPT", ""],
      [43, "DS", "Delegation Signer"],
      [44, "SSHFP", "SSH Key Fingerprint"],
      [46, "RRSIG", ""],
      [47, "NSEC", "Next Secure"],
      [48, "DNSKEY", ""],
      [50, "NSEC3", ""],
      [51, "NSEC3PARAM", ""],
      [52, "TLSA", ""],
      [59, "CDS", "Child DS"],
      [60, "CDNSKEY", "DNSKEY(s) the Child wants reflected in DS"],
      [64, "SVCB", "General Purpose Service Endpoints"],
      [65, "HTTPS", "HTTPS Specific Service Endpoints"],
      [99, "SPF", ""],
      [251, "IXFR", "incremental transfer"],
      [252, "AXFR", "transfer of an entire zone"],
      [255, "*", "A request for all records the server/cache has available"],
      [256, "URI", ""],
      [257, "CAA", "Certification Authority Restriction"],
    ] as const
  ).map(([number, short, long]) => [number, { short, long }]),
);

/** `A`, `AAAA`, ...; `ANY` for 255 as columns show it; `Unknown (n)`. */
export function typeName(type: number): string {
  if (type === 255) return "ANY";
  return TYPES.get(type)?.short ?? `Unknown (${type})`;
}

/** `A (Host Address) (1)`. */
export function typeText(type: number): string {
  const known = TYPES.get(type);
  if (known === undefined) return `Unknown (${type})`;
  return known.long === "" ? `${known.short} (${type})` : `${known.short} (${known.long}) (${type})`;
}

export function className(value: number): string {
  if (value === 1) return "IN";
  if (value === 3) return "CH";
  if (value === 4) return "HS";
  if (value === 254) return "NONE";
  if (value === 255) return "ANY";
  return `Unknown`;
}

const OPCODES = [
  "Standard query",
  "Inverse query",
  "Server status request",
  "Unknown operation (3)",
  "Zone change notification",
  "Dynamic update",
  "DNS Stateful operations",
];

export function opcodeName(opcode: number): string {
  return OPCODES[opcode] ?? `Unknown operation (${opcode})`;
}

const RCODES = [
  "No error",
  "Format error",
  "Server failure",
  "No such name",
  "Not implemented",
  "Refused",
  "Name exists",
  "RRset exists",
  "RRset does not exist",
  "Not authoritative",
  "Name out of zone",
];

export function rcodeName(rcode: number): string {
  return RCODES[rcode] ?? `Unknown error (${rcode})`;
}

const UNITS: readonly (readonly [number, string])[] = [
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
  [1, "second"],
];

/** `86400 (1 day)`, `61 (1 minute, 1 second)`. */
export function secondsText(seconds: number): string {
  if (seconds === 0) return "0 (0 seconds)";
  const parts: string[] = [];
  let left = seconds;
  for (const [size, name] of UNITS) {
    const count = Math.floor(left / size);
    if (count > 0) parts.push(`${count} ${name}${count === 1 ? "" : "s"}`);
    left %= size;
  }
  return `${seconds} (${parts.join(", ")})`;
}
