// DHCP, IGMP and NTP as hosts of a small network speak them.

import { internetChecksum } from "../../../src/wire/checksum.ts";
import { IPV4_OPTION } from "../../../src/wire/ipv4-options.ts";
import { IP_PROTOCOL } from "../../../src/wire/protocols.ts";
import { ascii, end, hex, joined, number } from "./network.ts";
import type { SampleNetwork } from "./network.ts";

const ADDRESS = { none: "0.0.0.0", all: "255.255.255.255", client: "10.0.0.50", server: "10.0.0.1" };

interface DhcpFields {
  readonly reply?: boolean;
  readonly client?: string;
  readonly your?: string;
  readonly next?: string;
  readonly relay?: string;
  readonly flags?: number;
  readonly server?: string;
  readonly file?: string;
  readonly hardware?: Uint8Array;
}

function address(text: string): Uint8Array {
  return Uint8Array.from(text.split(".").map(Number));
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
  return joined(bytes, new Uint8Array(Math.max(0, length - bytes.length)));
}

/** A message of RFC 2131 2; `options` follow the cookie, null is a BOOTP message without any. */
function dhcp(fields: DhcpFields, options: readonly Uint8Array[] | null): Uint8Array {
  const { hardware = hex("020000000a32") } = fields;
  const head = joined(
    Uint8Array.of(fields.reply === true ? 2 : 1, 1, hardware.length, 0),
    hex("3903f326 0003"),
    number(fields.flags ?? 0, 2),
    address(fields.client ?? ADDRESS.none),
    address(fields.your ?? ADDRESS.none),
    address(fields.next ?? ADDRESS.none),
    address(fields.relay ?? ADDRESS.none),
    padded(hardware, 16),
    padded(ascii(fields.server ?? ""), 64),
    padded(ascii(fields.file ?? ""), 128),
  );
  return options === null ? padded(head, 300) : padded(joined(head, hex("63825363"), ...options), 300);
}

function option(code: number, data: Uint8Array): Uint8Array {
  return joined(Uint8Array.of(code, data.length), data);
}

const END = Uint8Array.of(255);

/** A lease from discovery to release, and messages with each kind of option. */
export function addDhcp(network: SampleNetwork): void {
  const client = end(ADDRESS.none, 68);
  const server = end(ADDRESS.server, 67);
  const everyone = end(ADDRESS.all, 67);
  const id = option(61, hex("01 020000000a32"));
  const wanted = option(55, Uint8Array.of(1, 3, 6, 15, 26, 28, 42, 51, 58, 59, 119, 121, 252));
  const type = (value: number): Uint8Array => option(53, Uint8Array.of(value));
  const name = option(12, ascii("lab-client"));
  network.udp(
    client,
    everyone,
    dhcp({ flags: 0x8000 }, [
      type(1),
      id,
      option(50, address(ADDRESS.client)),
      name,
      option(57, number(1500, 2)),
      wanted,
      END,
    ]),
  );
  const lease = [
    option(54, address(ADDRESS.server)),
    option(51, number(90_061, 4)),
    option(58, number(43_200, 4)),
    option(59, number(75_600, 4)),
    option(1, address("255.255.255.0")),
    option(28, address("10.0.0.255")),
    option(3, address(ADDRESS.server)),
    option(6, joined(address("10.0.0.1"), address("10.0.0.2"))),
    option(15, ascii("lab.example")),
    option(26, number(1400, 2)),
    option(42, address("10.0.0.3")),
  ];
  const given = { reply: true, your: ADDRESS.client, next: ADDRESS.server };
  const offered = end(ADDRESS.client, 68);
  network.udp(
    server,
    offered,
    dhcp({ ...given, server: "boot.lab.example", file: "pxelinux.0" }, [type(2), ...lease, END]),
  );
  const asked = [
    option(50, address(ADDRESS.client)),
    option(54, address(ADDRESS.server)),
    option(60, ascii("lab 1.0")),
  ];
  network.udp(client, everyone, dhcp({}, [type(3), id, ...asked, name, wanted, END]));
  network.udp(server, offered, dhcp(given, [type(5), ...lease, END]));
  const more = [
    option(2, number(3600, 4)),
    option(4, address("10.0.0.4")),
    option(5, address("10.0.0.5")),
    option(7, address("10.0.0.6")),
    option(17, ascii("/export/root")),
    option(19, Uint8Array.of(1)),
    option(23, Uint8Array.of(64)),
    option(40, ascii("nis.lab")),
    option(41, address("10.0.0.7")),
    option(43, hex("010203")),
    option(44, address("10.0.0.8")),
    option(46, Uint8Array.of(8)),
    option(47, ascii("scope")),
    option(66, ascii("tftp.lab")),
    option(67, ascii("boot.img")),
    option(119, hex("036c616207 6578616d706c65 00 06 7365636f6e64 c004")),
    option(121, hex("18 0a0001 0a000001 00 0a000001")),
    option(249, hex("18 0a0002 0a000001")),
    option(252, ascii("http://wpad.lab/wpad.dat")),
    option(224, hex("deadbeef")),
  ];
  network.udp(server, offered, dhcp({ ...given, relay: "10.0.9.1" }, [type(5), ...more, END]));
  const renewing = { client: ADDRESS.client };
  network.udp(
    offered,
    server,
    dhcp(renewing, [
      type(8),
      option(61, hex("ff 0a32000a 0001 0001 2a2b2c2d 020000000a32")),
      option(77, hex("04 6c616231")),
      option(80, new Uint8Array(0)),
      option(81, hex("01 00 00 6c61622d636c69656e74")),
      option(82, hex("0104 65746830 0202 abcd")),
      option(93, number(7, 2)),
      option(94, hex("010203")),
      option(97, hex("00 00112233445566778899aabbccddeeff")),
      END,
    ]),
  );
  network.udp(
    server,
    end(ADDRESS.all, 68),
    dhcp({ reply: true, flags: 0x8000 }, [
      type(6),
      option(54, address(ADDRESS.server)),
      option(56, ascii("address in use")),
      END,
    ]),
  );
  network.udp(
    offered,
    server,
    dhcp(renewing, [
      type(7),
      option(54, address(ADDRESS.server)),
      option(61, ascii("\0lab")),
      Uint8Array.of(0, 0),
      END,
    ]),
  );
  network.udp(client, everyone, dhcp({}, [type(4), option(50, address(ADDRESS.client)), END]));
  network.udp(client, everyone, dhcp({}, null));
  network.udp(server, offered, dhcp(given, null));
  network.udp(client, everyone, dhcp({ hardware: hex("0102030405060708") }, [type(1), END]));
}

/** A message of RFC 3376 4 with its checksum. */
function igmp(text: string): Uint8Array {
  const message = hex(text);
  message.set(number(internetChecksum(message, 0, message.length), 2), 2);
  return message;
}

export function addIgmp(network: SampleNetwork): void {
  const alert = [{ type: IPV4_OPTION.routerAlert, data: Uint8Array.of(0, 0) }];
  const send = (to: string, text: string): void =>
    network.ip("10.0.0.9", to, IP_PROTOCOL.igmp, igmp(text), alert);
  const group = "ef010203";
  send("224.0.0.1", "11000000 00000000");
  send("224.0.0.1", "11640000 00000000");
  send("239.1.2.3", `110a0000 ${group}`);
  send("239.1.2.3", `12000000 ${group}`);
  send("239.1.2.3", `16000000 ${group}`);
  send("224.0.0.2", `17000000 ${group}`);
  send("224.0.0.1", "11640000 00000000 027d 0000");
  send("239.1.2.3", `11ff0000 ${group} 0a94 0002 0a000001 0a000002`);
  send("239.1.2.3", `118f0000 ${group} 03ff 0000`);
  send("224.0.0.22", `22000000 00000001 04000000 ${group}`);
  send(
    "224.0.0.22",
    `22000000 00000007
     01000001 ${group} 0a000001  01000000 ${group}  02000002 ${group} 0a000001 0a000002
     03000000 ${group}  04000001 ${group} 0a000003
     05000001 ${group} 0a000001  06010001 ${group} 0a000002 cafecafe`,
  );
  send("224.0.0.22", `22000000 00000001 09000000 ${group}`);
  send("239.1.2.3", "ff000000 00000000 0102");
  // A checksum that is wrong.
  network.ip("10.0.0.9", "239.1.2.3", IP_PROTOCOL.igmp, hex(`16001234 ${group}`), alert);
}

export function addNtp(network: SampleNetwork): void {
  const client = end("10.0.0.50", 123);
  const server = end("10.0.0.3", 123);
  const times = "ea1b2c3d 40000000 ea1b2c3d 80000000 ea1b2c3d 80000001";
  network.udp(client, server, hex(`23000600 00000000 00000000 00000000 ${"0".repeat(48)} ea1b2c3d 12345678`));
  network.udp(
    server,
    client,
    hex(
      `240103e9 00000123 00000456 47505300 ea1b2c00 00000000 ea1b2c3d 12345678 ea1b2c3d 80000000 ea1b2c3d 80000001`,
    ),
  );
  network.udp(client, server, hex(`e3000afa 00010000 00010290 00000000 ${"0".repeat(48)} dc9a0001 00000001`));
  network.udp(server, client, hex(`1c020aec 00000c00 00000a00 0a000004 ea1b2c00 00000000 ${times}`));
  network.udp(server, client, hex(`24 00 00 ec 00000000 00000000 52415445 ${"0".repeat(16)} ${times}`));
  network.udp(server, client, hex(`250206ec 00000c00 00000a00 0a000004 00000100 00000000 ${times}`));
  const key = `00000001 ${"ab".repeat(16)}`;
  network.udp(client, server, hex(`230006ec 00000c00 00000a00 0a000004 ea1b2c00 00000000 ${times} ${key}`));
  const sha = `00000002 ${"cd".repeat(20)}`;
  network.udp(client, server, hex(`210106ec 00000c00 00000a00 4c4f434c ea1b2c00 00000000 ${times} ${sha}`));
  // An extension field, as NTS has them (RFC 8915 5.3).
  const extension = `01040024 ${"5a".repeat(32)}`;
  network.udp(
    client,
    server,
    hex(`230006ec 00000c00 00000a00 0a000004 ea1b2c00 00000000 ${times} ${extension}`),
  );
  // A control message (RFC 9327).
  network.udp(client, server, hex("16020001 0000 0000 0000 0000"));
}

/** Control messages with data, which is not read here, and private ones (mode 7). */
export function addNtpBeyond(network: SampleNetwork): void {
  const client = end("10.0.0.50", 123);
  const server = end("10.0.0.3", 123);
  const variables = ascii('version="ntpd 4.2.8", stratum=2,');
  network.udp(server, client, joined(hex("16820001 0615 0000 0000 0020"), variables));
  network.udp(client, server, hex("16010002 0000 0000 0000 0000"));
  network.udp(server, client, hex("16810002 0618 0000 0000 0004 0001961a"));
  network.udp(client, server, hex("17000329 00000000"));
}
