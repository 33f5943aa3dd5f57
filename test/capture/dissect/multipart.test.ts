// Bodies of several parts, as tshark shows them.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { contextOf } from "../../../src/capture/context.ts";
import { dissect } from "../../../src/capture/dissect/dissect.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { hex } from "../memory-trace.ts";
import { classicFile, joined } from "../packets.ts";
import { hasTshark, tshark } from "../shared-captures.ts";

const folder = mkdtempSync(join(tmpdir(), "wirelab-multipart-"));
afterAll(() => rmSync(folder, { recursive: true }));

const FORM = 'Content-Disposition: form-data; name="a"\r\n\r\nhello';
const FILE =
  'Content-Disposition: form-data; name="f"; filename="x.json"\r\nContent-Type: application/json\r\n\r\n{"a":1}';
const CSS = "Content-Type: text/css\r\n\r\na{}";

/** Media type of the whole, and the body. */
const BODIES: readonly (readonly [string, string, string])[] = [
  ["a form", "multipart/form-data; boundary=X", `--X\r\n${FORM}\r\n--X\r\n${FILE}\r\n--X--\r\n`],
  [
    "something before and after",
    'multipart/mixed; boundary="X"',
    `before\r\n--X\r\n${CSS}\r\n--X--after\r\nend`,
  ],
  ["no boundary said", "multipart/mixed", `--X\r\n${CSS}\r\n--X--\r\n`],
  ["no headers, and no end", "multipart/mixed; boundary=X", `--X\r\n\r\nhello\r\n--X\r\n${CSS}\r\n`],
  ["no boundary to be found", "multipart/mixed; boundary=X", "nothing here"],
  [
    "parts in a part",
    "multipart/mixed; boundary=X",
    `--X\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n--in\r\n${CSS}\r\n--in--\r\n\r\n--X--`,
  ],
];

function request(port: number, type: string, body: string): Uint8Array {
  const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`;
  const data = new TextEncoder().encode(head + body);
  const packet = joined(
    hex("4500 0000 0001 0000 4006 0000 0a000001 0a000002 0000 0050 00000001 00000001 5018 2000 0000 0000"),
    data,
  );
  const view = new DataView(packet.buffer);
  view.setUint16(2, packet.length);
  view.setUint16(20, port);
  return packet;
}

async function capture(packets: readonly Uint8Array[]) {
  const path = join(folder, "parts.pcap");
  const at = (bytes: Uint8Array, i: number) => ({ seconds: i, fraction: 0, length: bytes.length, bytes });
  writeFileSync(path, classicFile(packets.map(at)));
  return openCapture(path);
}

const HEADERS = ["content-type", "content-disposition"].map((name) => `mime_multipart.header.${name}`);
const FIELDS = [
  "frame.protocols",
  ...["type", "preamble", "first_boundary", "boundary", "last_boundary", "trailer"].map(
    (name) => `mime_multipart.${name}`,
  ),
  ...HEADERS,
  "_ws.col.Protocol",
  "_ws.col.Info",
];

describe("a body of several parts", () => {
  it.skipIf(!hasTshark).each(BODIES)(
    "with %s has the fields that tshark gives it (skipped without tshark)",
    async (_, type, body) => {
      const file = await capture([request(40_000, type, body)]);
      const ours = [...printFields(file.trace, [0], FIELDS, contextOf(file))];
      file.close();
      const names = FIELDS.flatMap((name) => ["-e", name]);
      expect(ours).toEqual(tshark(["-n", "-r", file.path, "-T", "fields", ...names]));
    },
  );

  it("is shown below its part, as deep as parts may be within parts", async () => {
    let body = CSS;
    for (let i = 0; i < 50; i++)
      body = `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n${body}\r\n--b${i}--\r\n`;
    const file = await capture([request(40_000, "multipart/mixed; boundary=X", `--X\r\n${body}\r\n--X--`)]);
    const { tree, stopped } = dissect(file.trace, 0, contextOf(file));
    file.close();
    expect(stopped).toBeNull();
    expect(tree.filter(({ field }) => field === "mime_multipart")).toHaveLength(1);
  });
});
