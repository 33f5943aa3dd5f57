// One capture with what the application dissectors read: fixtures/captures/applications.pcapng.

import { Trace } from "../../../src/trace/trace.ts";
import { pcapngChunks } from "../../../src/capture/write-pcapng.ts";
import { LINKTYPE } from "../../../src/wire/link-types.ts";
import { SampleNetwork } from "./network.ts";
import { addQuic } from "./quic.ts";
import { addResp } from "./resp.ts";
import { addSsh } from "./ssh.ts";
import { addDhcp, addIgmp, addNtp } from "./services.ts";

/** 2024-07-01 00:00:00 UTC: some fixed time at which all begins. */
const START_SECONDS = 1_719_792_000;

/** The frames, in order. */
export function applicationFrames(): Uint8Array[] {
  const network = new SampleNetwork();
  addDhcp(network);
  addIgmp(network);
  addNtp(network);
  addResp(network);
  addSsh(network);
  addQuic(network);
  return network.frames;
}

/** The same as a pcapng file, a frame a millisecond. */
export function applicationFile(): Uint8Array {
  const frames = applicationFrames();
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
