// A trace as plain data for JSON: its packets with their bytes in hex, and its events.

import type { Trace } from "./trace.ts";
import { isBytes, valueJson } from "./values.ts";
import type { EventValue } from "./events.ts";

/** Interfaces, packets and events, times in ns since the start; bytes of packets as hex, of calls as text where they are text. */
export function traceJson(trace: Trace): object {
  const { packets, transits, interfaces } = trace;
  return {
    interfaces,
    packets: Array.from({ length: packets.count }, (_, row) => ({
      number: row + 1,
      timeNs: trace.packetNs(row),
      interface: packets.interfaceId[row],
      length: packets.length[row],
      ...(transits[row] === undefined ? {} : { transit: transits[row] }),
      bytes: Buffer.from(trace.bytes(row)).toString("hex"),
    })),
    events: trace.events.map(
      (event) =>
        JSON.parse(
          JSON.stringify(event, (_, value: unknown) =>
            isBytes(value as EventValue) ? valueJson(value as EventValue) : value,
          ),
        ) as unknown,
    ),
  };
}
