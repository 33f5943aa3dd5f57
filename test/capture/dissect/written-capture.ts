// A capture of made-up packets as a file, for tshark beside it, with what is printed of it here.

import { writeFileSync } from "node:fs";

import { contextOf } from "../../../src/capture/context.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { printDetails } from "../../../src/capture/print/details.ts";
import { printFields } from "../../../src/capture/print/fields.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { classicFile } from "../packets.ts";
import type { SampleNetwork } from "../samples/network.ts";

export interface WrittenCapture {
  readonly path: string;
  /** The lines of all packets' detail trees. */
  readonly details: readonly string[];
  /** What `-T fields` prints of each packet. */
  fieldsOf(fields: readonly string[]): string[];
}

/** Writes the frames of `network` to `path`, ten microseconds apart. */
export async function writtenCapture(path: string, { frames }: SampleNetwork): Promise<WrittenCapture> {
  const records = frames.map((bytes, i) => ({ seconds: 0, fraction: i * 10, length: bytes.length, bytes }));
  writeFileSync(path, classicFile(records, { network: LINKTYPE.ethernet }));
  const opened = await openCapture(path);
  const rows = frames.map((_, row) => row);
  const context = contextOf(opened);
  return {
    path,
    details: [...printDetails(opened.trace, rows, context)].flatMap((line) => line.split("\n")),
    fieldsOf: (fields) => [...printFields(opened.trace, rows, fields, context)],
  };
}

/** The lines of TLS, without those of names: what is below them is told in fewer lines here. */
export function layerOfTls(details: readonly string[]): string[] {
  let isTls = false;
  return details.filter((line) => {
    if (!line.startsWith(" ")) isTls = line === "Transport Layer Security";
    return isTls && !/RelativeDist|Object Id|DirectoryString|uTF8String/.test(line);
  });
}
