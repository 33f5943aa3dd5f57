// What extensions of hellos, tickets, requests and certificates hold, in tshark's words and fields.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";

import { contextOf } from "../../../src/capture/context.ts";
import { dissect } from "../../../src/capture/dissect/dissect.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printEk } from "../../../src/capture/print/ek.ts";
import { printJson } from "../../../src/capture/print/json.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { memoryTrace } from "../memory-trace.ts";
import { ascii, end, hex, joined, noise, number, SampleNetwork } from "../samples/network.ts";
import { layerOfTls, writtenCapture } from "./written-capture.ts";
import { hasTshark, tshark } from "../shared-captures.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-tls-extensions-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Extension = readonly [type: number, body: Uint8Array];

function sized(size: 1 | 2 | 3, ...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = joined(...parts);
  return joined(number(bytes.length, size), bytes);
}

function record(type: number, body: Uint8Array): Uint8Array {
  return joined(hex("16 0303"), sized(2, number(type, 1), sized(3, body)));
}

function list(extensions: readonly Extension[]): Uint8Array {
  return sized(2, ...extensions.map(([type, body]) => joined(number(type, 2), sized(2, body))));
}

const clientHello = (extensions: readonly Extension[]): Uint8Array =>
  record(1, joined(hex("0303"), noise(32, 1), hex("00 0002 1301 01 00"), list(extensions)));
const serverHello = (extensions: readonly Extension[]): Uint8Array =>
  record(2, joined(hex("0303"), noise(32, 2), hex("00 1301 00"), list(extensions)));
const encrypted = (extensions: readonly Extension[]): Uint8Array => record(8, list(extensions));
const request = (extensions: readonly Extension[]): Uint8Array =>
  record(13, joined(hex("00"), list(extensions)));
const ticket = (extensions: readonly Extension[]): Uint8Array =>
  record(4, joined(hex("00001c20 00000005 01 6e"), sized(2, ascii("tick")), list(extensions)));

const NOTHING = new Uint8Array(0);
const NAME = hex("300d 310b 3009 0603550403 0c02 6869");
const STATUS = sized(2, sized(2), sized(2));
const CLIENT: readonly Extension[] = [
  [1, hex("01")],
  [1, hex("09")],
  [9, sized(1, hex("00 01 02"))],
  [19, sized(1, hex("02 00"))],
  [12, sized(1, ascii("user"))],
  [15, hex("01")],
  [15, hex("07")],
  [17, sized(2, hex("02"), STATUS)],
  [5, joined(hex("02"), sized(2), sized(2))],
  [27, sized(1, hex("0001 0002 0003 0007"))],
  [28, hex("4001")],
  [34, sized(2, hex("0403 0503"))],
  [44, sized(2, ascii("cookie!"))],
  [50, sized(2, hex("0403 0804 0301 0a0a"))],
  [54, sized(1, ascii("cid"))],
  [53, sized(1)],
  [17_513, sized(2, sized(1, ascii("h2")), sized(1, ascii("http/1.1")))],
  [51, sized(2, hex("11ec"), sized(2, ascii("key")), hex("001d"), sized(2, ascii("k")))],
  [13_172, NOTHING],
  [49, NOTHING],
  [24, ascii("ab")],
  [2, NOTHING],
  [35, ascii("ticket")],
  [35, NOTHING],
  [58, hex("0102")],
  [0x0a0a, NOTHING],
  [
    41,
    joined(
      sized(2, sized(2, ascii("one")), number(77, 4), sized(2, ascii("two")), number(4_000_000_000, 4)),
      sized(2, sized(1, noise(32, 3)), sized(1, noise(48, 4))),
    ),
  ],
];
const SERVER: readonly Extension[] = [
  [1, hex("02")],
  [9, hex("01")],
  [20, hex("02")],
  [15, hex("02")],
  [5, NOTHING],
  [28, hex("4001")],
  [13_172, joined(sized(1, ascii("h2")), sized(1, ascii("http/1.1")))],
  [54, sized(1, ascii("cid"))],
  [44, sized(2, ascii("cookie!"))],
  [17_513, ascii("settings")],
  [35, NOTHING],
  [42, NOTHING],
  [41, hex("0001")],
];
const IS_1_3: Extension = [43, hex("0304")];
const CHOSEN: Extension = [41, hex("0001")];
/** Those that belong into the clear left out. */
const ENCRYPTED = SERVER.filter(([type]) => type !== 41 && type !== 54);

async function capture(name: string, flights: readonly (readonly Uint8Array[])[]) {
  const network = new SampleNetwork();
  for (const [i, messages] of flights.entries()) {
    const connection = network.connect(end("10.0.0.1", 40_000 + i), end("10.0.0.2", 443));
    connection.say(messages[0]);
    for (const message of messages.slice(1)) connection.answer(message);
  }
  return writtenCapture(join(folder, name), network);
}

const AUTHORITIES: Extension = [47, sized(2, sized(2, NAME), sized(2, NAME))];
const FLIGHTS = [
  ...CLIENT.map((one) => [clientHello([one])]),
  [clientHello(CLIENT)],
  ...SERVER.map((one) => [clientHello([]), serverHello([one])]),
  [
    clientHello([]),
    joined(serverHello([IS_1_3, CHOSEN]), encrypted(ENCRYPTED)),
    request([[13, sized(2, hex("0401"))], AUTHORITIES, [50, sized(2, hex("0403"))], [5, NOTHING]]),
    record(25, joined(hex("0002 000100"), sized(3, ascii("small")))),
    ticket([[42, number(16_000, 4)]]),
    ticket([]),
  ],
];

describe("extensions", () => {
  it.runIf(hasTshark)("are tshark's, line by line (skipped without tshark 4.0)", async () => {
    const { path, details, fieldsOf } = await capture("all.pcap", FLIGHTS);
    expect(layerOfTls(details)).toEqual(layerOfTls(tshark(["-n", "-V", "-r", path]) ?? []));
    const fields = ["frame.protocols", "tls.handshake.extension.data", "tls.handshake.sig_hash_alg"];
    const asked = fields.flatMap((field) => ["-e", field]);
    expect(fieldsOf(fields)).toEqual(tshark(["-n", "-r", path, "-T", "fields", ...asked]));
  });

  it.runIf(hasTshark).each(["json", "ek"] as const)(
    "are without data in -T %s where -e says that they are missing (skipped without tshark 4.0)",
    async (form) => {
      const held: Extension[] = [
        [2, NOTHING],
        [35, NOTHING],
        [24, ascii("ab")],
      ];
      const { path } = await capture("missing.pcap", [[clientHello(held)]]);
      const opened = await openCapture(path);
      const rows = Array.from({ length: opened.trace.packets.count }, (_, row) => row);
      const print = form === "json" ? printJson : printEk;
      const ours = [...print(opened.trace, rows, contextOf(opened))].join("\n");
      opened.close();
      const values = (text: string): string[] =>
        text.match(/handshake[._]extension[._]data": ?(?:"[^"]*"|\[[^\]]*\])/g) ?? [];
      const theirs = values((tshark(["-n", "-r", path, "-T", form]) ?? []).join("\n"));
      expect(theirs.length).toBeGreaterThan(0);
      expect(values(ours)).toEqual(theirs);
    },
  );

  it("have fields of their own", async () => {
    const { fieldsOf } = await capture("fields.pcap", FLIGHTS.slice(-1).concat([[clientHello(CLIENT)]]));
    const prefix = "tls.handshake.extensions";
    const fields = [
      `${prefix}.psk.identity.identity`,
      `${prefix}.psk.identity.obfuscated_ticket_age`,
      `${prefix}.psk.identity.selected`,
      `${prefix}.cookie`,
      `${prefix}_alps_alpn_str`,
      "tls.compress_certificate.algorithm",
      "tls.record_size_limit",
      "tls.early_data.max_early_data_size",
      "tls.handshake.dname",
    ];
    expect(fieldsOf(fields).filter((line) => line.trim() !== "")).toEqual([
      "\t\t1\t636f6f6b696521\t\t\t16385\t\t",
      "\t\t\t\t\t\t\t\t1,1",
      "\t\t\t\t\t2\t\t\t",
      "\t\t\t\t\t\t\t16000\t",
      "6f6e65,74776f\t77,4000000000\t\t636f6f6b696521\th2,http/1.1\t1,2,3,7\t16385\t\t",
    ]);
  });

  it("say of a certificate that its issuer has an answer, and how long that is", async () => {
    const status = joined(hex("01"), sized(3, ascii("OCSP")));
    const chain = sized(3, sized(3, hex("3000")), list([[5, status]]));
    const flight = [
      clientHello([]),
      serverHello([IS_1_3]),
      record(11, joined(hex("00"), chain)),
      record(22, status),
    ];
    const { fieldsOf } = await capture("status.pcap", [flight]);
    const asked = ["tls.handshake.extensions_status_request_type", "tls.handshake.ocsp_response_len"];
    expect(fieldsOf(asked).filter((line) => line !== "\t")).toEqual(["1\t4", "1\t4"]);
  });

  it("whatever they hold, are shown without a throw", () => {
    const kinds = [...CLIENT, ...SERVER, AUTHORITIES].map(([type]) => type);
    const extension = fc.tuple(fc.constantFrom(...kinds), fc.uint8Array({ maxLength: 40 }));
    const messages = [clientHello, serverHello, encrypted, request, ticket];
    fc.assert(
      fc.property(
        fc.array(extension, { maxLength: 8 }),
        fc.constantFrom(...messages),
        fc.nat(60),
        (held, make, cut) => {
          const network = new SampleNetwork();
          const connection = network.connect(end("10.0.0.1", 40_000), end("10.0.0.2", 443));
          connection.answer(serverHello([IS_1_3]));
          const whole = make(held);
          connection.answer(whole);
          const shorter = Uint8Array.from(whole);
          // Lengths that say more than there is.
          if (whole.length > 20 + cut) shorter[20 + cut] = 0xff;
          connection.answer(shorter);
          const { trace, context } = memoryTrace(network.frames, LINKTYPE.ethernet);
          for (let row = 0; row < trace.packets.count; row++)
            expect(dissect(trace, row, context).tree.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 300 },
    );
  });
});
