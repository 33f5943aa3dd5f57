// Sessions of as many packets as wanted, to measure screens with: a capture of a few thousand TCP streams, one of them with half of all
// packets, and a simulated transfer.

import { analysisOf } from "../src/capture/analysis/trace-analysis.ts";
import { openLab } from "../src/scenario/session.ts";
import type { LabSession } from "../src/scenario/session.ts";
import { PROTOCOL } from "../src/trace/packets.ts";
import { streamsOf } from "../src/trace/run-streams.ts";
import { LINKTYPE, Trace } from "../src/trace/trace.ts";
import type { CaptureSession } from "../src/tui/session.ts";

const STREAMS = 5000;
const HEADERS = 40;
const SEGMENT = 1448;
/** Of each so many segments one is sent again. */
const AGAIN_EVERY = 97;
const CLIENT = 0x0a000001;
const SERVER = 0x0a000002;
const SYN = 0x02;
const ACK = 0x10;

/** A capture of `packets` packets: data one way in segments of `segment` bytes, an ACK for every other one. Bytes are made when something reads them. */
export function millionCapture(packets: number, segment: number = SEGMENT): CaptureSession {
  const trace: Trace = new Trace({ read: (row) => bytesOf(trace, row) });
  trace.interfaces.push({ name: "made", linkType: LINKTYPE.raw, snapLength: 0 });
  const table = trace.packets;
  const [client, server] = [table.addresses.internIpv4(CLIENT), table.addresses.internIpv4(SERVER)];
  const sent = new Float64Array(STREAMS);
  const turns = new Uint32Array(STREAMS);
  for (let i = 0; i < packets; i++) {
    const row = table.append();
    const stream = i % 2 === 0 ? 0 : ((i >> 1) % (STREAMS - 1)) + 1;
    const turn = turns[stream]++;
    const isAck = turn % 3 === 2;
    const isSyn = turn === 0;
    const again = !isSyn && !isAck && turn % AGAIN_EVERY === 0 && sent[stream] > segment;
    table.seconds[row] = Math.floor(i / 10_000);
    table.nanoseconds[row] = (i % 10_000) * 1e5;
    table.protocol[row] = PROTOCOL.tcp;
    table.source[row] = isAck ? server : client;
    table.destination[row] = isAck ? client : server;
    table.sourcePort[row] = isAck ? 80 : 10_000 + stream;
    table.destinationPort[row] = isAck ? 10_000 + stream : 80;
    table.networkOffset[row] = 0;
    table.transportOffset[row] = 20;
    table.payloadOffset[row] = HEADERS;
    table.stream[row] = stream;
    table.tcpFlags[row] = isSyn ? SYN : ACK;
    table.tcpWindow[row] = 64_000;
    table.payloadLength[row] = isAck || isSyn ? 0 : segment;
    table.tcpSeq[row] = isAck ? 1 : isSyn ? 0 : (1 + sent[stream] - (again ? segment : 0)) >>> 0;
    table.tcpAck[row] = isAck ? (1 + sent[stream]) >>> 0 : isSyn ? 0 : 1;
    if (!isAck && !isSyn && !again) sent[stream] += segment;
    table.length[row] = table.capturedLength[row] = HEADERS + table.payloadLength[row];
  }
  return {
    name: "a million packets",
    trace,
    problems: [],
    context: { streams: streamsOf(trace), analysis: analysisOf(trace) },
  };
}

/** The headers its columns tell of, and a payload of text. */
function bytesOf(trace: Trace, row: number): Uint8Array {
  const table = trace.packets;
  const bytes = new Uint8Array(table.length[row]);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x45;
  view.setUint16(2, bytes.length);
  bytes[8] = 64;
  bytes[9] = 6;
  const toServer = table.destinationPort[row] === 80;
  view.setUint32(12, toServer ? CLIENT : SERVER);
  view.setUint32(16, toServer ? SERVER : CLIENT);
  view.setUint16(20, table.sourcePort[row]);
  view.setUint16(22, table.destinationPort[row]);
  view.setUint32(24, table.tcpSeq[row]);
  view.setUint32(28, table.tcpAck[row]);
  bytes[32] = 0x50;
  bytes[33] = table.tcpFlags[row];
  view.setUint16(34, table.tcpWindow[row]);
  for (let i = HEADERS; i < bytes.length; i++) bytes[i] = (i + row) % 17 === 0 ? 10 : 97 + ((i + row) % 26);
  return bytes;
}

/** A simulated transfer of about `packets` packets over a fast link, with some loss. */
export function millionLab(packets: number): Promise<LabSession> {
  // Two segments and an ACK for them.
  const bytes = Math.floor((packets / 3) * 2) * SEGMENT;
  const chunk = Uint8Array.from({ length: 65_536 }, (_, i) => (i % 64 === 63 ? 10 : 97 + (i % 26)));
  return openLab({
    name: "bulk",
    title: "A long transfer",
    lesson: "As many packets as were asked for.",
    topology: {
      hosts: { client: {}, server: {} },
      links: [{ between: ["client", "server"], delayMs: 1, bandwidthBps: 1e9, forward: { loss: 0.0001 } }],
    },
    programs: {
      async client(host) {
        const socket = host.socket("inet", "stream");
        await socket.connect({ host: "server", port: 80 });
        for (let sent = 0; sent < bytes; sent += chunk.length) await socket.sendAll(chunk);
        await socket.close();
      },
      async server(host) {
        const socket = host.socket("inet", "stream");
        await socket.bind({ port: 80 });
        await socket.listen();
        const connection = await socket.accept();
        while ((await connection.recv()).length > 0);
        await connection.close();
      },
    },
    expect: () => [],
  });
}
