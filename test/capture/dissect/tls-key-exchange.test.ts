// What servers and clients send of a secret up to TLS 1.2, by the suite they agreed on; tickets, and requests for certificates.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

import { ascii, end, hex, joined, noise, number, SampleNetwork } from "../samples/network.ts";
import { layerOfTls, writtenCapture } from "./written-capture.ts";
import { hasTshark, tshark } from "../shared-captures.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-tls-exchange-"));
afterAll(() => rmSync(folder, { recursive: true }));

function sized(size: 1 | 2, ...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = joined(...parts);
  return joined(number(bytes.length, size), bytes);
}

function record(version: number, type: number, body: Uint8Array): Uint8Array {
  const message = joined(number(type, 1), number(body.length, 3), body);
  return joined(hex("16"), number(version, 2), sized(2, message));
}

function serverHello(version: number, suite: number): Uint8Array {
  return record(version, 2, joined(number(version, 2), noise(32, 1), hex("00"), number(suite, 2), hex("00")));
}

const SCHEME = hex("0401");
const P_G_Y = joined(sized(2, ascii("PPP")), sized(2, ascii("G")), sized(2, ascii("YYY")));
const CURVE = joined(hex("03 0017"), sized(1, ascii("KKKK")));
/** What a server says, before its signature; null where nobody signs; what a client says. */
const EXCHANGES: Readonly<
  Record<string, readonly [suite: number, server: Uint8Array, isSigned: boolean, client: Uint8Array]>
> = {
  RSA: [0x002f, joined(sized(2, ascii("MMM")), sized(2, hex("010001"))), true, sized(2, ascii("EE"))],
  RSA_EXPORT: [0x0003, joined(sized(2, ascii("MMM")), sized(2, hex("010001"))), true, sized(2, ascii("EE"))],
  DHE_DSS: [0x0032, P_G_Y, true, sized(2, ascii("CCC"))],
  DHE_RSA: [0x0067, P_G_Y, true, sized(2, ascii("CCC"))],
  DH_anon: [0x0034, P_G_Y, false, sized(2, ascii("CCC"))],
  ECDHE_ECDSA: [0xc009, CURVE, true, sized(1, ascii("CC"))],
  ECDHE_RSA: [0xcca8, CURVE, true, sized(1, ascii("CC"))],
  ECDH_anon: [0xc018, CURVE, false, sized(1, ascii("CC"))],
  "a curve that is not named": [0xc009, hex("01 03 050607"), true, sized(1, ascii("CC"))],
  PSK: [0x008c, sized(2, ascii("hint")), false, sized(2, ascii("me"))],
  "PSK without a hint": [0x008c, sized(2), false, sized(2)],
  RSA_PSK: [0x0094, sized(2, ascii("hint")), false, joined(sized(2, ascii("me")), sized(2, ascii("EE")))],
  DHE_PSK: [0x0090, joined(sized(2, ascii("hint")), P_G_Y), false, sized(2, ascii("me"))],
  "a suite nobody knows": [0xfff0, CURVE, true, sized(1, ascii("CC"))],
};

const VERSIONS = [0x0303, 0x0302, 0x0301, 0x0300];
const DONE = new Uint8Array(0);

const NAME = hex("300d 310b 3009 0603550403 0c02 6869");

function requestOf(version: number, names: number): Uint8Array {
  const schemes = version === 0x0303 ? sized(2, hex("0401 0201")) : DONE;
  const list = Array.from({ length: names }, () => sized(2, NAME));
  return record(version, 13, joined(sized(1, hex("01 40 02 63")), schemes, sized(2, ...list)));
}

/** A capture of `flights`, each a connection's server's and then its client's. */
async function capture(name: string, flights: readonly (readonly [Uint8Array, Uint8Array])[]) {
  const network = new SampleNetwork();
  for (const [i, [server, client]] of flights.entries()) {
    const connection = network.connect(end("10.0.0.1", 40_000 + i), end("10.0.0.2", 443));
    connection.answer(server);
    if (client.length > 0) connection.say(client);
  }
  return writtenCapture(join(folder, name), network);
}

const all = VERSIONS.flatMap((version) =>
  Object.values(EXCHANGES).map(([suite, server, isSigned, client]) => {
    const signature = !isSigned ? DONE : joined(version === 0x0303 ? SCHEME : DONE, sized(2, ascii("SSSS")));
    const told = record(version, 12, joined(server, signature));
    const flight = joined(
      serverHello(version, suite),
      told,
      requestOf(version, 2),
      record(version, 14, DONE),
    );
    return [flight, record(version, 16, client)] as const;
  }),
);

const LIFETIMES = [0, 1, 59, 60, 61, 3_600, 7_200, 90_061, 604_800, 0xffffffff];
const tickets = LIFETIMES.map((seconds) => {
  const ticket = record(0x0303, 4, joined(number(seconds, 4), sized(2, ascii(seconds === 0 ? "" : "tick"))));
  return [joined(serverHello(0x0303, 0xc009), ticket), DONE] as const;
});

describe("key exchanges", () => {
  it("have the fields that their suites give them", async () => {
    const { fieldsOf } = await capture("fields.pcap", all);
    const one = (field: string): string[] =>
      fieldsOf([`tls.handshake.${field}`]).flatMap((line) => (line === "" ? [] : [line]));
    const times = (count: number, value: string): string[] => Array.from({ length: count }, () => value);
    expect(one("p")).toEqual(times(12, "505050"));
    expect(one("ys")).toEqual(times(12, "595959"));
    expect(one("yc")).toEqual(times(12, "434343"));
    expect(one("server_point")).toEqual(times(12, "4b4b4b4b"));
    expect(one("client_point")).toEqual(times(16, "4343"));
    expect(one("hint")).toEqual(VERSIONS.flatMap(() => ["68696e74", "<MISSING>", "68696e74"]));
    expect(one("identity")).toEqual(VERSIONS.flatMap(() => ["6d65", "<MISSING>", "6d65"]));
    // SSL 3 has no length in front, but with a key that both have.
    expect(one("epms")).toEqual([...times(9, "4545"), "00024545", "00024545", "4545"]);
  });

  it.runIf(hasTshark)("are tshark's, line by line (skipped without tshark 4.0)", async () => {
    const { path, details } = await capture("exchanges.pcap", [...all, ...tickets]);
    expect(layerOfTls(details)).toEqual(layerOfTls(tshark(["-n", "-V", "-r", path]) ?? []));
  });
});

describe("tickets", () => {
  it("say how long they hold in words too, from a minute on", async () => {
    const { details } = await capture("tickets.pcap", tickets);
    const lines = details
      .filter((line) => line.includes("Lifetime Hint"))
      .map((line) => line.trim().slice(30));
    expect(lines).toEqual([
      "0 seconds",
      "1 second",
      "59 seconds",
      "60 seconds (1 minute)",
      "61 seconds (1 minute, 1 second)",
      "3600 seconds (1 hour)",
      "7200 seconds (2 hours)",
      "90061 seconds (1 day, 1 hour, 1 minute, 1 second)",
      "604800 seconds (7 days)",
      "4294967295 seconds (49710 days, 6 hours, 28 minutes, 15 seconds)",
    ]);
  });
});

describe("a request for certificates", () => {
  const asked = ["tls.handshake.cert_type", "tls.handshake.sig_hash_alg", "frame.protocols"];

  it("names whom it would have sign them, a hundred at most, each a layer", async () => {
    const flight = (names: number) =>
      [joined(serverHello(0x0303, 0xc009), requestOf(0x0303, names)), DONE] as const;
    const { path, details, fieldsOf } = await capture("requests.pcap", [flight(1), flight(150)]);
    const lines = fieldsOf(asked).filter((line) => line.includes("x509sat"));
    const layers = (count: number): string => `eth:ethertype:ip:tcp:tls${":x509sat".repeat(count)}`;
    expect(lines).toEqual([1, 100].map((count) => `1,64,2,99\t0x0401,0x0201\t${layers(count)}`));
    expect(details.filter((line) => line.endsWith("Distinguished Name: (id-at-commonName=hi)"))).toHaveLength(
      101,
    );
    expect(details.filter((line) => line.includes("[Tree view truncated]"))).toHaveLength(1);
    if (!hasTshark) return;
    const fields = asked.flatMap((field) => ["-e", field]);
    expect(fieldsOf(asked)).toEqual(tshark(["-n", "-r", path, "-T", "fields", ...fields]));
    expect(layerOfTls(details)).toEqual(layerOfTls(tshark(["-n", "-V", "-r", path]) ?? []));
  });
});
