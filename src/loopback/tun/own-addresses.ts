// Addresses of hosts that have a network namespace each: the machine's are the program's, and the kernel itself says what is wrong with one.

import type { InetAddress, SocketType } from "../../socket/address.ts";
import type { HostAddresses, InetFamily, RealAddress } from "../hosts.ts";

export const OWN_ADDRESSES: HostAddresses = {
  shared: false,
  isMapped: () => false,
  toBind: (_host, address): RealAddress => ({ address: address.address, host: null }),
  toReach: (_from, address): RealAddress => ({ address: address.address, host: null }),
  realPort: (_host, _family, _type, port) => port,
  map: (_host, _family, _type, _port, realPort) => realPort,
  toProgram: (family: InetFamily, _type: SocketType, address: string, port: number): InetAddress => ({
    family,
    address,
    port,
  }),
};
