// DNS over TCP (RFC 1035 4.2.2, RFC 7766): each message after its length.

import { dissectDns } from "./dns.ts";
import { DnsExchange } from "./dns-exchange.ts";
import { lengthField, PDU } from "./protocol.ts";
import type { PduScan, ShownPdu, StreamAbove, StreamDissector } from "./protocol.ts";
import type { Dissection } from "./tree.ts";

const HEADER_LENGTH = 12;

export class DnsStream implements StreamDissector {
  readonly layers = ["dns"];
  readonly isLayerOfBeginning = false;
  readonly title = "Domain Name System";
  readonly #exchange: DnsExchange;

  constructor(above: StreamAbove) {
    this.#exchange = new DnsExchange(above);
  }

  get cost(): number {
    return this.#exchange.cost;
  }

  pduLength(scan: PduScan): number {
    const length = lengthField(scan, 0, 2, 2);
    return length > 0 && length < 2 + HEADER_LENGTH ? PDU.reject : length;
  }

  completed(_pdu: number, row: number, _direction: 0 | 1, read: (max: number) => Uint8Array): void {
    this.#exchange.add(row, read(2 + HEADER_LENGTH), 2);
  }

  dissect(d: Dissection, start: number, end: number, { slice }: ShownPdu): void {
    const layers = d.layers.length;
    const node = dissectDns(d, "dns", start + 2, end, start);
    // Messages of a segment are one layer.
    if (slice.node !== null) d.layers.splice(layers);
    slice.node ??= node;
    if (node !== null) this.#exchange.show(d, node.children, d.around.row, start + 2);
  }

  beginning(): string | null {
    return null;
  }
}
