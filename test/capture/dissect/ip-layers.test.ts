// Network layers that are damaged, cut, quoted or unusual, in the words of tshark 4.0: each expected text is its own for the same bytes.

import { describe, expect, it } from "vitest";

import { dissect } from "../../../src/capture/dissect/dissect.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { hex, memoryTrace } from "../memory-trace.ts";
import { joined } from "../packets.ts";

const [ETHERNET, RAW, RAW_IPV4, RAW_IPV6] = [1, 101, 228, 229];
const ADDRESSES = "020000000002 020000000001";

function ethernet(type: string, payload: Uint8Array): Uint8Array {
  return joined(hex(`${ADDRESSES} ${type}`), payload);
}

interface Ipv4Options {
  readonly version?: string;
  readonly length?: number;
  readonly fragment?: string;
}

function ipv4(protocol: number, payload: Uint8Array, options: Ipv4Options = {}): Uint8Array {
  const { version = "45", length = 20 + payload.length, fragment = "0000" } = options;
  const head = hex(`${version} 00 0000 0001 ${fragment} 40 00 0000 0a000001 0a000002`);
  head[2] = length >> 8;
  head[3] = length & 255;
  head[9] = protocol;
  return joined(head, payload);
}

function ipv6(next: number, payload: Uint8Array): Uint8Array {
  const head = hex(`6000 0000 0000 00 ff fe80${"00".repeat(13)}01 ff02${"00".repeat(13)}01`);
  head[5] = payload.length;
  head[6] = next;
  return joined(head, payload);
}

function udp(source: number, destination: number, size: number, length = 8 + size): Uint8Array {
  const bytes = new Uint8Array(8 + size).fill(0x78);
  bytes.set(hex("0000 0000 0000 0000"));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, source);
  view.setUint16(2, destination);
  view.setUint16(4, length);
  return bytes;
}

/** Layers, Protocol and Info of a packet, of which the wire may have had more. */
function columns(packet: Uint8Array, linkType = ETHERNET, length = packet.length): string {
  const { trace, context } = memoryTrace([packet], linkType, [length]);
  const { protocols, protocol, info } = dissect(trace, 0, context);
  return `${protocols} | ${protocol} | ${info}`;
}

const four = (payload: Uint8Array): Uint8Array => ethernet("0800", payload);
const six = (payload: Uint8Array): Uint8Array => ethernet("86dd", payload);

describe("a first fragment of which bytes are missing", () => {
  it("is part of no datagram: what there is of it is read where it is", () => {
    const whole = ipv4(17, udp(40_000, 9, 30, 108), { fragment: "2000" });
    expect(columns(four(whole))).toBe(
      "eth:ethertype:ip:data | IPv4 | Fragmented IP protocol (proto=UDP 17, off=0, ID=0001)",
    );
    const short = ipv4(17, udp(40_000, 9, 30, 108), { fragment: "2000", length: 100 });
    expect(columns(four(short))).toBe("eth:ethertype:ip:udp:data | UDP | 40000 → 9 Len=100");
  });

  it("may go on elsewhere: what is missing is not damage", () => {
    const query = joined(hex("9c40 0035 0040 0000"), hex("1234 0100 0001 0000 0000 0000 0161"));
    const said = columns(four(ipv4(17, query, { fragment: "2000", length: 100 })));
    expect(said).toBe(
      "eth:ethertype:ip:udp:dns | DNS | Standard query 0x1234[BoundErrorUnreassembled Packet]",
    );
  });
});

describe("headers that contradict themselves", () => {
  const data = udp(1, 2, 30);

  it.each([
    ["IPv4 of version 0", ipv4(17, data, { version: "05" }), "Bogus IPv4 version (0, must be 4)"],
    [
      "a header of 16 bytes",
      ipv4(17, data, { version: "44" }),
      "Bogus IP header length (16, must be at least 20)",
    ],
    [
      "a packet shorter than its header",
      ipv4(17, data, { length: 10 }),
      "Bogus IP length (10, less than header length 20)",
    ],
    ["a packet that ends with its header", ipv4(17, data, { length: 20 }), ""],
  ])("%s", (_, packet, info) => {
    expect(columns(four(packet))).toBe(`eth:ethertype:ip | IPv4 | ${info}`);
  });

  it("IPv6 where IPv4 was announced is read as IPv6, and its stream numbered", () => {
    const packet = four(ipv6(17, udp(1, 2, 1)));
    expect(columns(packet)).toBe("eth:ethertype:ip:ipv6:udp:data | UDP | 1 → 2 Len=1 [ILLEGAL CHECKSUM (0)]");
    expect(memoryTrace([packet], ETHERNET).trace.packets.stream[0]).toBe(0);
  });

  it("IPv4 where IPv6 was announced is data", () => {
    expect(columns(six(ipv4(17, data)))).toBe("eth:ethertype:data | 0x86dd | IPv6");
  });

  it("an IPv6 header that is not all there says so", () => {
    const info = "Invalid IPv6 header (10 bytes, need exactly 40)[Malformed Packet]";
    expect(columns(six(new Uint8Array(10).fill(0x60)))).toBe(`eth:ethertype:ipv6 | IPv6 | ${info}`);
  });
});

describe("links that carry IP and nothing else", () => {
  it("have no layer of their own where the link type says which version", () => {
    const info = "1 → 2 Len=1";
    expect(columns(ipv4(17, udp(1, 2, 1)), RAW)).toBe(`raw:ip:udp:data | UDP | ${info}`);
    expect(columns(ipv4(17, udp(1, 2, 1)), RAW_IPV4)).toBe(`ip:udp:data | UDP | ${info}`);
    const checked = `${info} [ILLEGAL CHECKSUM (0)]`;
    expect(columns(ipv6(17, udp(1, 2, 1)), RAW_IPV6)).toBe(`ipv6:udp:data | UDP | ${checked}`);
    expect(columns(ipv4(17, udp(1, 2, 1)), RAW_IPV6)).toBe(" | IPv6 | Bogus IPv6 version (4, must be 6)");
    expect(columns(new Uint8Array(30), RAW_IPV4)).toBe("ip | IP | Bogus IP version (0)");
  });

  it("of types that nothing here dissects have Wireshark's number", () => {
    const { trace, context } = memoryTrace([new Uint8Array(4)], 8);
    expect(dissect(trace, 0, context)).toMatchObject({ protocol: "UNKNOWN", info: "WTAP_ENCAP = 3" });
    expect([...printFields(trace, [0], ["frame.encap_type"])]).toEqual(["3"]);
  });
});

describe("protocols that nothing here dissects", () => {
  it.each([
    [40, "IL"],
    [64, "SATNET EXPAK"],
    [150, "Unassigned"],
    [250, "Unknown"],
  ])("%i is called %s", (protocol, name) => {
    expect(columns(four(ipv4(protocol, hex("01"))))).toContain(`| IPv4 | ${name} (${protocol})`);
    expect(columns(six(ipv6(protocol, hex("01"))))).toContain(`| Unknown IP Protocol: ${name} (${protocol})`);
  });

  it("extension headers are named as far as they are there", () => {
    const packet = six(ipv6(0, hex("3c00010400000000 3c00010400000000")));
    const info = "IPv6 hop-by-hop options , IPv6 destination options[Packet size limited during capture]";
    expect(columns(packet.subarray(0, 65), ETHERNET, packet.length)).toContain(`| IPv6 | ${info}`);
  });
});

describe("UDP", () => {
  it.each([
    ["a length less than the header", ipv4(17, udp(1, 2, 1, 5)), "1 → 2 [BAD UDP LENGTH 5 < 8]"],
    ["no length, over IPv4", ipv4(17, udp(1, 2, 1, 0)), "1 → 2 [BAD UDP LENGTH 0 < 8]"],
    [
      "a length beyond the packet",
      ipv4(17, udp(1, 2, 1, 99)),
      "1 → 2 [BAD UDP LENGTH 99 > IP PAYLOAD LENGTH] Len=91",
    ],
    ["half a header", ipv4(17, hex("0001000200")), "1 → 2[Malformed Packet]"],
    ["less than its ports", ipv4(17, hex("000100")), "[Malformed Packet]"],
  ])("%s", (_, packet, info) => {
    expect(columns(four(packet)).split(" | ")[2]).toBe(info);
  });
});

describe("a first fragment", () => {
  const packet = four(ipv4(17, udp(1, 2, 30), { fragment: "2000" }));

  it("that the capture cut is read where it is", () => {
    const cut = packet.subarray(0, 60);
    expect(columns(cut, ETHERNET, packet.length)).toBe("eth:ethertype:ip:udp:data | UDP | 1 → 2 Len=30");
    expect(memoryTrace([cut], ETHERNET, [packet.length]).trace.packets.stream[0]).toBe(0);
  });

  it("that is all there waits for the others", () => {
    const info = "Fragmented IP protocol (proto=UDP 17, off=0, ID=0001)";
    expect(columns(packet)).toBe(`eth:ethertype:ip:data | IPv4 | ${info}`);
  });
});

describe("packets that ICMP errors quote", () => {
  const error = (type: string, quoted: Uint8Array): Uint8Array => four(ipv4(1, joined(hex(type), quoted)));
  const first = ipv4(17, udp(1000, 2000, 4));
  const unreachable = "0303 0000 0000 0000";

  it("have their streams, numbered among all others", () => {
    const packets = [error(unreachable, first), four(ipv4(17, udp(5, 6, 1))), four(first)];
    const { trace, context } = memoryTrace(packets, ETHERNET);
    expect([...printFields(trace, [0, 1, 2], ["udp.stream"], context)]).toEqual(["0", "1", "0"]);
  });

  it("may end anywhere without being damaged", () => {
    const info = "Destination unreachable (Port unreachable)";
    expect(columns(error(unreachable, first.subarray(0, 28)))).toBe(
      `eth:ethertype:ip:icmp:ip:udp | ICMP | ${info}`,
    );
    expect(columns(error(unreachable, first.subarray(0, 10)))).toBe(
      `eth:ethertype:ip:icmp:ip | ICMP | ${info}`,
    );
  });

  it("end eight bytes behind their header in a redirect, and where RFC 4884's length says", () => {
    const redirect = error("0500 0000 0a000009", first);
    const info = "Redirect             (Redirect for network)";
    expect(columns(redirect)).toBe(`eth:ethertype:ip:icmp:ip:udp | ICMP | ${info}`);
    const long = error("0b00 0000 0003 0000", ipv4(17, udp(1, 2, 50)));
    const { trace, context } = memoryTrace([long], ETHERNET);
    expect([...printFields(trace, [0], ["data.len"], context)]).toEqual(["4"]);
  });
});

describe("ICMP's messages", () => {
  it.each([
    ["0400 0000 0000 0000", "Source quench (flow control)"],
    ["0310 0000 0000 0000", "Destination unreachable (Unknown code: 16)"],
    ["0a00 0000 0000 0000", "Router solicitation "],
    ["0d00 0000 0001 0001", "Timestamp request    id=0x0001, seq=1/256, ttl=64[Malformed Packet]"],
    ["0903 0000 0000 0000", "Router advertisement (Unknown code: 3)"],
    ["0900 0000 0000 0000", "Mobile IP Advertisement (Normal router advertisement)"],
    ["6300 0000 0000 0000", "Unknown ICMP (obsolete or malformed?)"],
  ])("%s", (message, info) => {
    expect(columns(four(ipv4(1, hex(message))))).toBe(`eth:ethertype:ip:icmp | ICMP | ${info}`);
  });
});

describe("options that experiments share", () => {
  const infoOf = (option: string): string => {
    const head = hex("03e8 07d0 00000001 00000000 7002 2000 0000 0000");
    const syn = joined(head, hex(option.padEnd(16, "01")));
    return columns(four(ipv4(6, syn))).split("Len=0")[1];
  };

  it("are told by the experiment's number", () => {
    expect(infoOf("fd0400ac")).toBe(" TARR");
    expect(infoOf("fd0500ac0b")).toBe(" TARR=5");
    expect(infoOf("fe04f989")).toBe(" TFO=R");
    expect(infoOf("fd041234")).toBe(" ExID=1234");
    expect(infoOf("fd02")).toBe("");
  });
});

describe("Linux cooked captures", () => {
  const layersOf = (device: string): string => {
    const packet = joined(hex(`0000 ${device} 0000 0000000000000000 0800`), ipv4(17, udp(1, 2, 4)));
    return columns(packet, 113).split(" | ")[0];
  };

  it("name EtherTypes, but for what came out of a GRE tunnel", () => {
    expect(layersOf("0001")).toBe("sll:ethertype:ip:udp:data");
    expect(layersOf("030a")).toBe("sll:ip:udp:data");
  });
});
