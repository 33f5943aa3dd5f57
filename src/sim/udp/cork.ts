// A datagram being put together by sends with MSG_MORE (udp(7), UDP_CORK).

import { isIpv6 } from "../../wire/address.ts";
import { copyPayload } from "./payload.ts";

export class Cork {
  /** Where the first of them wanted it to go. */
  address: string;
  port: number;
  length = 0;
  readonly #parts: Uint8Array[] = [];

  constructor(address: string, port: number) {
    this.address = address;
    this.port = port;
  }

  add(bytes: Uint8Array): void {
    this.#parts.push(copyPayload(bytes));
    this.length += bytes.length;
  }

  /** Its socket is connected meanwhile: Linux sends it there, and leaves IPv6's on its way. */
  redirect(address: string, port: number): void {
    if (isIpv6(address)) return;
    this.address = address;
    this.port = port;
  }

  whole(): Uint8Array {
    const payload = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.#parts) {
      payload.set(part, at);
      at += part.length;
    }
    return payload;
  }
}
