// Who answers for a packet until it has left its host: a socket whose send buffer it fills while it waits for the link.

import type { IpPacket } from "./packet.ts";

export interface PacketOwner {
  /** Whether the pieces of a datagram may be made, with what waits already. */
  admits(pieces: readonly IpPacket[]): boolean;
  /** `packet` waits for a link. */
  waits(packet: IpPacket): void;
  /** `packet`, which waited, is on the wire, or was dropped. */
  left(packet: IpPacket): void;
}
