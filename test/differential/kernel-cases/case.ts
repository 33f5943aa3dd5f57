// A case of the kernel observations, and what several of them need.

import type { Socket } from "../../../src/socket/api.ts";
import { SocketError } from "../../../src/socket/errno.ts";
import type { OptionName } from "../../../src/socket/options.ts";
import { errnoOf, text } from "../../conformance/lab.ts";
import type { Lab } from "../../conformance/lab.ts";

export interface KernelCase {
  /** The letter it has among the observations. */
  readonly letter: string;
  readonly claim: string;
  readonly holds: (lab: Lab) => Promise<void>;
  /** Why it is not tried on the live kernel. */
  readonly notLive?: string;
  /** Why it is not tried on the simulator. */
  readonly notSimulated?: string;
}

export const NOW = { dontWait: true } as const;

/** Long enough for loopback and for the link of the lab, too short for any timer. */
export const pause = (lab: Lab): Promise<void> => lab.sleep(10);

export async function reads(socket: Socket, max = 100): Promise<string> {
  try {
    return `'${text(await socket.recv(max, NOW))}'`;
  } catch (error) {
    if (error instanceof SocketError) return error.code;
    throw error;
  }
}

export const sends = (socket: Socket, data: string): Promise<string> => errnoOf(socket.send(data, NOW));

/** A connection whose server end has been closed. */
export async function closed(lab: Lab): Promise<Socket> {
  const [client, server] = await lab.pair();
  server.close();
  await pause(lab);
  return client;
}

export async function bound(lab: Lab, port: number, ...options: OptionName[]): Promise<[Socket, string]> {
  const socket = lab.socket("server", "inet", "stream");
  for (const option of options) socket.setOption(option, true);
  return [socket, await errnoOf(socket.bind({ host: "server", port }))];
}
