// Two captures with what the application dissectors read: fixtures/captures/applications.pcapng, and lan.pcapng of what routers, file
// servers and neighbours say.

import { join } from "node:path";

import { Trace } from "../../../src/trace/trace.ts";
import { pcapngChunks } from "../../../src/capture/write-pcapng.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { addCertificates } from "./certificates.ts";
import { addBjnp, addDropbox } from "./discovery.ts";
import { addDns } from "./dns.ts";
import { addGquic } from "./gquic.ts";
import { SampleNetwork } from "./network.ts";
import { addOspf } from "./ospf.ts";
import { addQuic, addQuicBeyond } from "./quic.ts";
import { addResp, addRespBeyond } from "./resp.ts";
import { addRpc, addRpcBeyond } from "./rpc.ts";
import { addDhcp, addIgmp, addNtp, addNtpBeyond } from "./services.ts";
import { addSsh, addSshBeyond } from "./ssh.ts";

/** The captures' files. */
const FIXTURES = join(import.meta.dirname, "../../../fixtures/captures");
export const APPLICATIONS = join(FIXTURES, "applications.pcapng");
export const LAN = join(FIXTURES, "lan.pcapng");

/** 2024-07-01 00:00:00 UTC: some fixed time at which all begins. */
const START_SECONDS = 1_719_792_000;

/** Frames in order: first those that Wireshark 4.0 reads as we do, from `beyond` on those of which one of the two reads more. */
export interface Sample {
  readonly frames: readonly Uint8Array[];
  readonly beyond: number;
}

export function applicationFrames(): Sample {
  const network = new SampleNetwork();
  addDhcp(network);
  addIgmp(network);
  addNtp(network);
  addResp(network);
  addSsh(network);
  addQuic(network);
  addDns(network);
  const beyond = network.frames.length;
  addNtpBeyond(network);
  addRespBeyond(network);
  addSshBeyond(network);
  addQuicBeyond(network);
  return { frames: network.frames, beyond };
}

export function lanFrames(): Sample {
  const network = new SampleNetwork();
  addOspf(network);
  addBjnp(network);
  addDropbox(network);
  addGquic(network);
  addRpc(network);
  addCertificates(network);
  const beyond = network.frames.length;
  addRpcBeyond(network);
  return { frames: network.frames, beyond };
}

/** A sample as a pcapng file, a frame a millisecond. */
export function sampleFile({ frames }: Sample): Uint8Array {
  const trace = new Trace({ read: (row) => frames[row] });
  trace.interfaces.push({ name: "lab", linkType: LINKTYPE.ethernet, snapLength: 0 });
  const { packets } = trace;
  for (const [i, frame] of frames.entries()) {
    const row = packets.append();
    packets.seconds[row] = START_SECONDS + Math.floor(i / 1000);
    packets.nanoseconds[row] = (i % 1000) * 1e6;
    packets.capturedLength[row] = frame.length;
    packets.length[row] = frame.length;
  }
  return Uint8Array.from(Buffer.concat([...pcapngChunks(trace)]));
}
