// Connections over bad links, as the simulator makes them, analysed by wirelab and by tshark: loss, reordering, copies, a reader
// that lets the window close.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { analysisOf } from "../../../src/capture/analysis/trace-analysis.ts";
import { openCapture } from "../../../src/capture/open.ts";
import { writePcapng } from "../../../src/capture/write-pcapng.ts";
import { runScenario } from "../../../src/scenario/run.ts";
import type { Scenario } from "../../../src/scenario/scenario.ts";
import { hasTshark } from "../shared-captures.ts";
import { analysisDifferences, analysisLines } from "./tshark-analysis.ts";

const SEEDS = 20;
const PORT = 7000;

/** A server that answers a request with 200 kB, to a client that at first does not read. What goes wrong depends on the seed. */
function badLink(seed: number): Scenario {
  return {
    name: "bad-link",
    title: "",
    lesson: "",
    limitMs: 120_000,
    topology: {
      hosts: { client: {}, server: {} },
      links: [
        {
          between: ["client", "server"],
          delayMs: 1 + (seed % 7) * 5,
          jitterMs: seed % 3,
          loss: (seed % 5) * 0.02,
          reorder: seed % 2 === 0 ? 0.05 : 0,
          duplicate: seed % 4 === 0 ? 0.03 : 0,
          bandwidthBps: seed % 3 === 0 ? 5_000_000 : 0,
        },
      ],
    },
    programs: {
      async server(host) {
        const listener = host.socket("inet", "stream");
        await listener.bind({ port: PORT });
        await listener.listen();
        const peer = await listener.accept();
        await peer.recv();
        await peer.sendAll(new Uint8Array(200_000));
        peer.close();
        listener.close();
      },
      async client(host) {
        const socket = host.socket("inet", "stream");
        // tshark takes a SYN at time 0 for one that never came.
        await host.sleep(1);
        if (seed % 2 === 1) socket.setOption("SO_RCVBUF", 8192);
        await socket.connect({ host: "server", port: PORT });
        await socket.sendAll(new TextEncoder().encode("all of it, please"));
        await host.sleep((seed % 4) * 700);
        while ((await socket.recv(4096)).length > 0) await host.sleep(seed % 6);
        socket.close();
      },
    },
    expect: () => [],
  };
}

describe("analysis of simulated connections", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "wirelab-analysis-"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.skipIf(!hasTshark).each(Array.from({ length: SEEDS }, (_, seed) => seed))(
    "seed %i: is tshark's on every packet, seen by sender and by the client (skipped without tshark)",
    async (seed) => {
      const { trace } = await runScenario(badLink(seed), { seed });
      for (const vantage of ["sender", "client"]) {
        const path = join(folder, `${seed}-${vantage}.pcapng`);
        writePcapng(path, trace, { vantage });
        expect(await analysisDifferences(path)).toEqual([]);
      }
    },
    60_000,
  );

  it("a run's own trace has the analysis of the capture made of it", async () => {
    const { trace } = await runScenario(badLink(1), { seed: 1 });
    const path = join(folder, "own.pcapng");
    writePcapng(path, trace, { rows: Array.from({ length: trace.packets.count }, (_, row) => row) });
    const capture = await openCapture(path);
    const analysis = analysisOf(trace);
    const { count } = capture.trace.packets;
    expect(count).toBe(trace.packets.count);
    expect(trace.packets.analysis.subarray(0, count)).toEqual(
      capture.trace.packets.analysis.subarray(0, count),
    );
    expect(trace.packets.analysis.subarray(0, count).some((flags) => flags !== 0)).toBe(true);
    for (let row = 0; row < count; row++) {
      expect(analysis.bytesInFlight(row)).toBe(capture.analysis.bytesInFlight(row));
      expect(analysis.acksRow(row)).toBe(capture.analysis.acksRow(row));
    }
    capture.close();
  });

  it("fields read from columns are those of the detail tree", async () => {
    const { trace } = await runScenario(badLink(2), { seed: 2 });
    const path = join(folder, "columns.pcapng");
    writePcapng(path, trace);
    const capture = await openCapture(path);
    const fields = [
      "tcp.analysis",
      "tcp.analysis.flags",
      "tcp.analysis.retransmission",
      "tcp.analysis.ack_rtt",
      "tcp.analysis.initial_rtt",
      "tcp.analysis.bytes_in_flight",
    ];
    const fast = analysisLines(capture, fields);
    // A field that no column holds makes every packet be dissected.
    const slow = analysisLines(capture, [...fields, "ip.ttl"]).map((line) => line.replace(/\t\d+$/, ""));
    capture.close();
    expect(fast).toEqual(slow);
  });
});
