// Checks a codec for datagrams against the laws for them.

import { checkFraming } from "./check.ts";
import type { FramingOptions } from "./check.ts";
import type { DatagramCodec } from "./codec.ts";
import { DATAGRAM_LAWS } from "./laws/datagram/all.ts";
import { asCodec } from "./laws/datagram/datagrams.ts";
import type { Report } from "./report/report.ts";

export interface DatagramOptions extends FramingOptions {
  /** Laws by name; null, the default, for all. */
  readonly names?: readonly string[] | null;
}

/** Tries to break each law for datagrams with `codec`. As `checkFraming` otherwise. */
export async function checkDatagrams<F>(
  codec: DatagramCodec<F>,
  options: DatagramOptions = {},
): Promise<Report> {
  const { names, ...rest } = options;
  const laws = (options.laws ?? DATAGRAM_LAWS).filter(({ name }) => names == null || names.includes(name));
  return checkFraming(asCodec(codec), { ...rest, laws });
}
