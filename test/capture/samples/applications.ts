// One capture with what the application dissectors read: fixtures/captures/applications.pcapng.

import { join } from "node:path";

import { Trace } from "../../../src/trace/trace.ts";
import { pcapngChunks } from "../../../src/capture/write-pcapng.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { addDns } from "./dns.ts";
import { SampleNetwork } from "./network.ts";
import { addQuic, addQuicBeyond } from "./quic.ts";
import { addResp, addRespBeyond } from "./resp.ts";
import { addDhcp, addIgmp, addNtp, addNtpBeyond } from "./services.ts";
import { addSsh, addSshBeyond } from "./ssh.ts";

/** The capture's file. */
export const APPLICATIONS = join(import.meta.dirname, "../../../fixtures/captures/applications.pcapng");

/** 2024-07-01 00:00:00 UTC: some fixed time at which all begins. */
const START_SECONDS = 1_719_792_000;

/** Frames in order: first those that Wireshark 4.0 reads as we do, from `beyond` on those of which one of the two reads more. */
export function applicationFrames(): { readonly frames: readonly Uint8Array[]; readonly beyond: number } {
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

/** The same as a pcapng file, a frame a millisecond. */
export function applicationFile(): Uint8Array {
  const { frames } = applicationFrames();
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
