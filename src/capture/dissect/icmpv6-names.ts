// What ICMPv6's types and codes are called, as tshark 4.0 prints them.

/** Types beside which Info has their code's meaning. */
const CODES = new Map<number, { readonly names: ReadonlyMap<number, string>; readonly isNumbered: boolean }>([
  [
    1,
    {
      names: numbered([
        "no route to destination",
        "Administratively prohibited",
        "Beyond scope of source address",
        "Address unreachable",
        "Port unreachable",
        "Source address failed ingress/egress policy",
        "Reject route to destination",
        "Error in Source Routing Header",
      ]),
      isNumbered: false,
    },
  ],
  [3, of(["hop limit exceeded in transit", "fragment reassembly time exceeded"])],
  [
    4,
    of([
      "erroneous header field encountered",
      "unrecognized Next Header type encountered",
      "unrecognized IPv6 option encountered",
      "IPv6 First Fragment has incomplete IPv6 Header Chain",
    ]),
  ],
  [
    138,
    {
      names: new Map([
        [0, "Command"],
        [1, "Result"],
        [255, "Sequence number reset"],
      ]),
      isNumbered: true,
    },
  ],
  [
    139,
    of([
      "Query subject = IPv6 addresses",
      "Query subject = DNS name or empty",
      "Query subject = IPv4 addresses",
    ]),
  ],
  [140, of(["Successful", "Refused", "Unknown query type"])],
  [
    155,
    {
      names: new Map([
        [0, "DODAG Information Solicitation"],
        [1, "DODAG Information Object"],
        [2, "Destination Advertisement Object"],
        [3, "Destination Advertisement Object Acknowledgment"],
        [4, "P2P Discovery Reply Object"],
        [5, "P2P Discovery Reply Object Acknowledgement"],
        [0x80, "Secure DODAG Information Solicitation"],
        [0x81, "Secure DODAG Information Object"],
        [0x82, "Secure Destination Advertisement Object"],
        [0x83, "Secure Destination Advertisement Object Acknowledgment"],
        [0x8a, "Consistency Check"],
      ]),
      isNumbered: true,
    },
  ],
  [160, of(["No error"])],
  [
    161,
    of([
      "No error",
      "Malformed Query",
      "No Such Interface",
      "No Such Table Entry",
      "Multiple Interfaces Satisfy Query",
    ]),
  ],
]);

/** Mobility's types say what they are in the first byte behind the checksum. */
const SUBTYPES = new Map<number, ReadonlyMap<number, string>>([
  [150, new Map()],
  [
    154,
    new Map([
      [2, "Router Solicitation for Proxy Advertisement"],
      [3, "Proxy Router Advertisement"],
    ]),
  ],
]);

const TYPES = new Map<number, string>([
  [1, "Destination Unreachable"],
  [2, "Packet Too Big"],
  [3, "Time Exceeded"],
  [4, "Parameter Problem"],
  [100, "Private experimentation"],
  [101, "Private experimentation"],
  [127, "Reserved for expansion of ICMPv6 error messages"],
  [128, "Echo (ping) request"],
  [129, "Echo (ping) reply"],
  [130, "Multicast Listener Query"],
  [131, "Multicast Listener Report"],
  [132, "Multicast Listener Done"],
  [133, "Router Solicitation"],
  [134, "Router Advertisement"],
  [135, "Neighbor Solicitation"],
  [136, "Neighbor Advertisement"],
  [137, "Redirect"],
  [138, "Router Renumbering"],
  [139, "Node Information Query"],
  [140, "Node Information Reply"],
  [141, "Inverse Neighbor Discovery Solicitation"],
  [142, "Inverse Neighbor Discovery Advertisement"],
  [143, "Multicast Listener Report Message v2"],
  [144, "Home Agent Address Discovery Request"],
  [145, "Home Agent Address Discovery Reply"],
  [146, "Mobile Prefix Solicitation"],
  [147, "Mobile Prefix Advertisement"],
  [148, "Certification Path Solicitation"],
  [149, "Certification Path Advertisement"],
  [150, "Experimental Mobility"],
  [151, "Multicast Router Advertisement"],
  [152, "Multicast Router Solicitation"],
  [153, "Multicast Router Termination"],
  [154, "FMIPv6"],
  [155, "RPL Control"],
  [156, "Locator Update"],
  [157, "Duplicate Address Request"],
  [158, "Duplicate Address Confirmation"],
  [159, "MPL Control Message"],
  [160, "Extended Echo request"],
  [161, "Extended Echo reply"],
  [200, "Private experimentation"],
  [201, "Private experimentation"],
  [255, "Reserved for expansion of ICMPv6 informational messages"],
]);

function numbered(names: readonly string[]): ReadonlyMap<number, string> {
  return new Map(names.entries());
}

function of(names: readonly string[]): { names: ReadonlyMap<number, string>; isNumbered: boolean } {
  return { names: numbered(names), isNumbered: true };
}

/** `Router Solicitation`, or `Unknown`. */
export function typeName(type: number): string {
  return TYPES.get(type) ?? "Unknown";
}

/** What a code means: null for types whose codes mean nothing, `Unknown` with or without the number as tshark has it. */
export function codeName(type: number, code: number): string | null {
  const codes = CODES.get(type);
  if (codes === undefined) return null;
  return codes.names.get(code) ?? (codes.isNumbered ? `Unknown (${code})` : "Unknown");
}

/** The Info column of a message whose first byte behind the checksum is `first`, as far as its header tells it. */
export function headInfo(type: number, code: number, first: number): string {
  const subtypes = SUBTYPES.get(type);
  const meaning =
    subtypes === undefined ? codeName(type, code) : (subtypes.get(first) ?? `Unknown (${first})`);
  if (meaning !== null) return `${typeName(type)} (${meaning})`;
  return TYPES.has(type) ? typeName(type) : `Unknown (${type})`;
}
