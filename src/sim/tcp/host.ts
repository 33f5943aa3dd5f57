// What all sockets of one host share.

import type { HostNetwork } from "../network.ts";
import type { Demux } from "./demux.ts";
import type { TcpPersonality } from "./personality.ts";
import type { EcnMode } from "./ecn.ts";
import type { MtuProbing } from "./mtu-search.ts";
import type { FastOpen } from "./fast-open.ts";
import type { Ports } from "./ports.ts";

export interface TcpHost {
  readonly network: HostNetwork;
  readonly personality: TcpPersonality;
  readonly ports: Ports;
  readonly demux: Demux;
  readonly ecn: EcnMode;
  readonly mtuProbing: MtuProbing;
  readonly fastOpen: FastOpen;
}
