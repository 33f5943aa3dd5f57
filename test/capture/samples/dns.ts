// DNS over UDP and TCP, mDNS and LLMNR: questions, answers of many types, refusals, a question asked again.

import dnsPacket from "dns-packet";
import type { Answer, Packet, Question } from "dns-packet";

import { end, hex, joined, number } from "./network.ts";
import type { End, SampleNetwork } from "./network.ts";

const RESPONSE = { authoritative: 0x0400, recursion: 0x0180 };

function query(id: number, type: Question["type"], name: string, more: Packet = {}): Uint8Array {
  return dnsPacket.encode({ type: "query", id, flags: 0x0100, questions: [{ type, name }], ...more });
}

function answer(
  id: number,
  type: Question["type"],
  name: string,
  answers: Answer[],
  more: Packet = {},
): Uint8Array {
  const questions = [{ type, name }];
  return dnsPacket.encode({ type: "response", id, flags: RESPONSE.recursion, questions, answers, ...more });
}

export function addDns(network: SampleNetwork): void {
  const server = end("10.0.0.1", 53);
  let port = 40_000;
  const ask = (
    id: number,
    type: Question["type"],
    name: string,
    answers: Answer[],
    more: Packet = {},
  ): void => {
    const client = end("10.0.0.50", port++);
    network.udp(client, server, query(id, type, name));
    network.udp(server, client, answer(id, type, name, answers, more));
  };
  const name = "lab.example";
  const ttl = 300;
  ask(0x1001, "A", name, [
    { type: "A", name, ttl, data: "10.0.0.80" },
    { type: "A", name, ttl, data: "10.0.0.81" },
  ]);
  ask(0x1002, "AAAA", `www.${name}`, [
    { type: "CNAME", name: `www.${name}`, ttl, data: name },
    { type: "AAAA", name, ttl, data: "2001:db8::80" },
  ]);
  ask(0x1003, "MX", name, [{ type: "MX", name, ttl, data: { preference: 10, exchange: `mail.${name}` } }]);
  ask(0x1004, "TXT", name, [{ type: "TXT", name, ttl, data: ["v=spf1 -all", "second"] }]);
  ask(0x1005, "SRV", `_sip._udp.${name}`, [
    {
      type: "SRV",
      name: `_sip._udp.${name}`,
      ttl,
      data: { priority: 1, weight: 2, port: 5060, target: `sip.${name}` },
    },
  ]);
  ask(0x1006, "PTR", "80.0.0.10.in-addr.arpa", [
    { type: "PTR", name: "80.0.0.10.in-addr.arpa", ttl, data: name },
  ]);
  ask(0x1007, "NS", name, [{ type: "NS", name, ttl, data: `ns.${name}` }], {
    additionals: [{ type: "A", name: `ns.${name}`, ttl, data: "10.0.0.1" }],
  });
  const soa = {
    mname: `ns.${name}`,
    rname: `admin.${name}`,
    serial: 2024070101,
    refresh: 7200,
    retry: 900,
    expire: 86_400,
    minimum: 600,
  };
  ask(0x1008, "A", `nobody.${name}`, [], {
    flags: RESPONSE.recursion | RESPONSE.authoritative | 3,
    authorities: [{ type: "SOA", name, ttl, data: soa }],
  });
  ask(0x1009, "CAA", name, [
    { type: "CAA", name, ttl, data: { flags: 0, tag: "issue", value: "ca.example" } },
  ]);
  // Asked again before the answer comes.
  const client = end("10.0.0.50", port++);
  const edns: Packet = {
    additionals: [
      {
        type: "OPT",
        name: ".",
        udpPayloadSize: 1232,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0x8000,
        flag_do: true,
        options: [],
      },
    ],
  };
  network.udp(client, server, query(0x100a, "A", name, edns));
  network.udp(client, server, query(0x100a, "A", name, edns));
  network.udp(server, client, answer(0x100a, "A", name, [{ type: "A", name, ttl, data: "10.0.0.80" }]));
  network.udp(server, client, answer(0x100a, "A", name, [{ type: "A", name, ttl, data: "10.0.0.80" }]));
  addDnsOverTcp(network, end("10.0.0.50", port), server);
  addNeighbours(network);
}

/** Messages behind their lengths (RFC 7766): two in a segment, one in two. */
function addDnsOverTcp(network: SampleNetwork, client: End, server: End): void {
  const framed = (message: Uint8Array): Uint8Array => joined(number(message.length, 2), message);
  const connection = network.connect(client, server);
  const name = "tcp.lab.example";
  connection.say(joined(framed(query(0x2001, "A", name)), framed(query(0x2002, "AAAA", name))));
  connection.answer(framed(answer(0x2001, "A", name, [{ type: "A", name, ttl: 60, data: "10.0.0.90" }])));
  const second = framed(
    answer(0x2002, "AAAA", name, [{ type: "AAAA", name, ttl: 60, data: "2001:db8::90" }]),
  );
  connection.answer(second.subarray(0, 20));
  connection.answer(second.subarray(20));
}

/** Who is there on the link: mDNS (RFC 6762), LLMNR (RFC 4795). */
function addNeighbours(network: SampleNetwork): void {
  const everybody = end("224.0.0.251", 5353);
  const [a, b] = [end("10.0.0.50", 5353), end("10.0.0.51", 5353)];
  const service = "_http._tcp.local";
  const questions: Question[] = [
    { type: "PTR", name: service },
    { type: "A", name: "lab.local" },
  ];
  network.udp(a, everybody, dnsPacket.encode({ type: "query", id: 0, flags: 0, questions }));
  const answers: Answer[] = [
    { type: "PTR", name: service, ttl: 4500, data: `Lab.${service}` },
    {
      type: "SRV",
      name: `Lab.${service}`,
      ttl: 120,
      flush: true,
      data: { port: 80, target: "lab.local", priority: 0, weight: 0 },
    },
    { type: "TXT", name: `Lab.${service}`, ttl: 4500, flush: true, data: ["path=/"] },
    { type: "A", name: "lab.local", ttl: 120, flush: true, data: "10.0.0.51" },
  ];
  const flags = RESPONSE.authoritative;
  network.udp(b, everybody, dnsPacket.encode({ type: "response", id: 0, flags, questions: [], answers }));
  network.udp(
    a,
    everybody,
    dnsPacket.encode({ type: "response", id: 0, flags, questions: [], answers: answers.slice(3) }),
  );
  const llmnr = end("224.0.0.252", 5355);
  const asker = end("10.0.0.50", 40_100);
  network.udp(
    asker,
    llmnr,
    dnsPacket.encode({ type: "query", id: 0x3001, flags: 0, questions: [{ type: "A", name: "lab" }] }),
  );
  network.udp(
    end("10.0.0.51", 5355),
    asker,
    dnsPacket.encode({
      type: "response",
      id: 0x3001,
      flags: 0,
      questions: [{ type: "A", name: "lab" }],
      answers: [{ type: "A", name: "lab", ttl: 30, data: "10.0.0.51" }],
    }),
  );
  // A question to one host only, and an answer by unicast wanted: the top bit of the class.
  network.udp(a, b, hex("0000 0000 0001 0000 0000 0000 036c6162 056c6f63616c 00 0001 8001"));
}
