// OSPF as two routers speak it: version 2 (RFC 2328) over IPv4, version 3 (RFC 5340) over IPv6.

import { writeIpv6 } from "../../../src/wire/address.ts";
import { addWords, finishChecksum, ipv6PseudoSum } from "../../../src/wire/checksum.ts";
import { encodeEthernet, ETHERNET_HEADER_LENGTH } from "../../../src/wire/ethernet.ts";
import { encodeIpv6, IPV6_HEADER_LENGTH } from "../../../src/wire/ipv6.ts";
import { ETHER_TYPE, IP_PROTOCOL } from "../../../src/wire/protocols.ts";
import { ascii, hex, joined, number } from "./network.ts";
import type { SampleNetwork } from "./network.ts";

const ROUTER = { one: "1.1.1.1", two: "2.2.2.2" };
const LINK = { one: "fe80::1", two: "fe80::2" };
const ALL_ROUTERS = { v4: "224.0.0.5", v6: "ff02::5" };
const NOTHING = new Uint8Array(0);
const TYPE = { hello: 1, description: 2, request: 3, update: 4, acknowledgment: 5 };

function address(text: string): Uint8Array {
  return Uint8Array.from(text.split(".").map(Number));
}

function address6(text: string): Uint8Array {
  const bytes = new Uint8Array(16);
  writeIpv6(bytes, 0, text);
  return bytes;
}

/** Version 2's packet: `authentication` is its type and eight bytes (RFC 2328 A.3.1); a digest comes after the packet. */
function packet2(
  type: number,
  body: Uint8Array,
  authentication = hex("0000 0000000000000000"),
  digest: Uint8Array = NOTHING,
): Uint8Array {
  const packet = joined(
    Uint8Array.of(2, type),
    number(24 + body.length, 2),
    address(ROUTER.one),
    address("0.0.0.0"),
    hex("0000"),
    authentication,
    body,
  );
  // The checksum leaves out the authentication, and is none where a digest is (RFC 2328 D.4).
  const isDigest = authentication[1] === 2;
  const sum = addWords(packet, 0, 16, 0) + addWords(packet, 24, packet.length, 0);
  if (!isDigest) packet.set(number(finishChecksum(sum), 2), 12);
  return joined(packet, digest);
}

/** An LSA with its header (RFC 2328 A.4.1); the checksum is made up. */
function lsa2(type: number, id: string, body: Uint8Array, options = 0x02, age = 1): Uint8Array {
  return joined(
    number(age, 2),
    Uint8Array.of(options, type),
    address(id),
    address(ROUTER.one),
    hex("80000001 1234"),
    number(20 + body.length, 2),
    body,
  );
}

const NETWORK_MASK = address("255.255.255.0");
const ROUTER_LSA = lsa2(
  1,
  ROUTER.one,
  joined(
    hex("0300 0004"),
    joined(address("10.0.0.2"), address("10.0.0.1"), hex("02 00 000a")),
    joined(address("10.1.0.0"), NETWORK_MASK, hex("03 00 0001")),
    joined(address(ROUTER.two), address("10.2.0.1"), hex("01 01 0040 08 00 0010")),
    joined(address(ROUTER.two), address("10.3.0.1"), hex("04 00 0002")),
  ),
  0x22,
);
const NETWORK_LSA = lsa2(2, "10.0.0.2", joined(NETWORK_MASK, address(ROUTER.one), address(ROUTER.two)));
const SUMMARY_LSA = lsa2(3, "10.9.0.0", joined(NETWORK_MASK, hex("00 000014")));
const ASBR_LSA = lsa2(4, ROUTER.two, joined(address("0.0.0.0"), hex("00 000005")));
const EXTERNAL_LSA = lsa2(
  5,
  "172.16.0.0",
  joined(NETWORK_MASK, hex("80 000064"), address("10.0.0.9"), hex("00000007")),
  0x20,
  0x8e10,
);
const NSSA_LSA = lsa2(
  7,
  "172.17.0.0",
  joined(NETWORK_MASK, hex("00 000064"), address("0.0.0.0"), hex("00000000")),
  8,
);
/** Of a kind nobody has assigned: bytes. */
const OPAQUE_LSA = lsa2(10, "200.0.0.1", hex("0001 0000"), 0x42);

function header(lsa: Uint8Array): Uint8Array {
  return lsa.subarray(0, 20);
}

/** Version 3's packet, its checksum over the pseudo header filled in where it is sent. */
function packet3(type: number, body: Uint8Array): Uint8Array {
  return joined(
    Uint8Array.of(3, type),
    number(16 + body.length, 2),
    address(ROUTER.two),
    address("0.0.0.1"),
    hex("0000 00 00"),
    body,
  );
}

function lsa3(type: number, id: string, body: Uint8Array, age = 5): Uint8Array {
  return joined(
    number(age, 2),
    number(type, 2),
    address(id),
    address(ROUTER.two),
    hex("80000002 abcd"),
    number(20 + body.length, 2),
    body,
  );
}

const OPTIONS_3 = hex("000013");
const PREFIX = joined(hex("40 00 0000"), address6("2001:db8:1::").subarray(0, 8));
const LSAS_3: readonly Uint8Array[] = [
  lsa3(
    0x2001,
    "0.0.0.0",
    joined(hex("05"), OPTIONS_3, hex("02 00 0001 00000005 00000007"), address(ROUTER.one)),
  ),
  lsa3(0x2002, "0.0.0.5", joined(hex("00"), OPTIONS_3, address(ROUTER.one), address(ROUTER.two))),
  lsa3(0x2003, "0.0.0.1", joined(hex("00 00000a"), PREFIX)),
  lsa3(0x2004, "0.0.0.2", joined(hex("00"), OPTIONS_3, hex("00 000014"), address("9.9.9.9"))),
  lsa3(
    0x4005,
    "0.0.0.3",
    joined(
      hex("07 00001e 40 08 2001"),
      PREFIX.subarray(4),
      address6("2001:db8::9"),
      hex("00000063 0a000001"),
    ),
  ),
  lsa3(0x0008, "0.0.0.5", joined(hex("01"), OPTIONS_3, address6(LINK.two), hex("00000001"), PREFIX)),
  lsa3(
    0x2009,
    "0.0.0.0",
    joined(
      hex("0002 2001 00000000"),
      address(ROUTER.two),
      PREFIX,
      hex("80 02 0000"),
      address6("2001:db8:2::1"),
    ),
  ),
  lsa3(0xa00f, "0.0.0.9", hex("0102030405")),
];

/** Sends `payload` to all routers of the link over IPv6; an OSPF packet gets its checksum. */
function sendIpv6(network: SampleNetwork, payload: Uint8Array): void {
  const frame = new Uint8Array(ETHERNET_HEADER_LENGTH + IPV6_HEADER_LENGTH + payload.length);
  const macs = { destination: "33:33:00:00:00:05", source: "02:00:00:00:00:02" };
  encodeEthernet({ ...macs, type: ETHER_TYPE.ipv6 }, frame, 0);
  const start = ETHERNET_HEADER_LENGTH + IPV6_HEADER_LENGTH;
  encodeIpv6(
    {
      trafficClass: 0xc0,
      flowLabel: 0,
      payloadLength: payload.length,
      nextHeader: IP_PROTOCOL.ospf,
      hopLimit: 1,
      source: LINK.two,
      destination: ALL_ROUTERS.v6,
    },
    frame,
    ETHERNET_HEADER_LENGTH,
  );
  frame.set(payload, start);
  const pseudo = ipv6PseudoSum(frame, ETHERNET_HEADER_LENGTH, IP_PROTOCOL.ospf, payload.length);
  const sum = finishChecksum(addWords(frame, start, frame.length, pseudo));
  frame.set(number(sum, 2), start + 12);
  network.frames.push(frame);
}

/** Two routers that find each other and tell each other of every kind of link there is. */
export function addOspf(network: SampleNetwork): void {
  const send = (payload: Uint8Array): void =>
    network.ip("10.0.0.1", ALL_ROUTERS.v4, IP_PROTOCOL.ospf, payload);
  const hello = joined(
    NETWORK_MASK,
    hex("000a 02 01 00000028"),
    address("10.0.0.1"),
    address("10.0.0.2"),
    address(ROUTER.two),
    address("3.3.3.3"),
  );
  send(packet2(TYPE.hello, hello));
  send(packet2(TYPE.hello, hello.subarray(0, 20), joined(hex("0001"), ascii("secret\0\0"))));
  send(
    packet2(
      TYPE.hello,
      hello.subarray(0, 20),
      hex("0002 0000 01 10 0000002a"),
      hex("00112233445566778899aabbccddeeff"),
    ),
  );
  send(packet2(TYPE.description, hex("05dc 42 07 00000e10")));
  send(
    packet2(TYPE.description, joined(hex("05dc 42 01 00000e11"), header(ROUTER_LSA), header(EXTERNAL_LSA))),
  );
  const wanted = [ROUTER_LSA, SUMMARY_LSA].map((lsa) =>
    joined(number(lsa[3], 4), lsa.subarray(4, 8), lsa.subarray(8, 12)),
  );
  send(packet2(TYPE.request, joined(...wanted)));
  const all = [ROUTER_LSA, NETWORK_LSA, SUMMARY_LSA, ASBR_LSA, EXTERNAL_LSA, NSSA_LSA, OPAQUE_LSA];
  send(packet2(TYPE.update, joined(number(all.length, 4), ...all)));
  send(packet2(TYPE.acknowledgment, joined(...all.map(header))));
  send(packet2(9, hex("01020304")));
  const hello3 = joined(
    hex("00000005 01"),
    OPTIONS_3,
    hex("000a 0028"),
    address(ROUTER.two),
    address(ROUTER.one),
    address(ROUTER.one),
  );
  sendIpv6(network, packet3(TYPE.hello, hello3));
  const heads = LSAS_3.map(header);
  sendIpv6(
    network,
    packet3(TYPE.description, joined(hex("00"), OPTIONS_3, hex("05dc 00 02 00000e12"), ...heads)),
  );
  const wanted3 = LSAS_3.map((lsa) => joined(hex("0000"), lsa.subarray(2, 4), lsa.subarray(4, 12)));
  sendIpv6(network, packet3(TYPE.request, joined(...wanted3)));
  sendIpv6(network, packet3(TYPE.update, joined(number(LSAS_3.length, 4), ...LSAS_3)));
  sendIpv6(network, packet3(TYPE.acknowledgment, joined(...heads)));
}
