import { describe, expect, test } from "vitest";

import { LESSONS } from "../../src/scenario/catalogue.ts";
import { parseIntervention } from "../../src/scenario/intervention.ts";
import { runScenario } from "../../src/scenario/run.ts";
import { plainPackets, plainRun } from "../../src/tui/plain.ts";

const hello = LESSONS.find(({ name }) => name === "tcp-hello")!;
const change = parseIntervention("20ms:client-server.forward.drop=1", hello.topology.links);
const result = await runScenario(hello, { interventions: [change] });
const lines = [...plainRun(result)];

describe("a run told line by line", () => {
  test("says everything that happens in its order, in words", () => {
    expect(lines[0]).toBe("Hello over TCP. Run on sim, seed 1.");
    expect(lines).toEqual(
      expect.arrayContaining([
        "0.000 ms: server#1 calls listen(128)",
        expect.stringMatching(/^0\.000 ms: packet 1 from client to server, TCP: \d+ to 7050 \[SYN\]/),
        "10.000 ms: packet 1 reaches server",
        expect.stringMatching(/: the network is changed: link client-server forward: drops the next packet$/),
        expect.stringMatching(/: packet \d+ is lost at client-server: intervention$/),
        "Every program came to its end.",
        "Holds: the server hears the client.",
      ]),
    );
    const times = lines.flatMap((line) => /^([\d.]+) ms: /.exec(line)?.[1] ?? []).map(Number);
    expect(times.length).toBeGreaterThan(40);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  test("draws nothing: no boxes, arrows, columns or colours", () => {
    for (const line of lines) expect(line).not.toMatch(/[\u2190-\u21ff\u2500-\u27bf\u001b]| {3}/);
  });
});

test("a capture's packets are a sentence each", () => {
  const packets = [...plainPackets(result.trace, {}, 0, 2)];
  expect(packets[0]).toMatch(
    /^Packet 1, 0\.000000 s, 10\.0\.0\.1 to 10\.0\.0\.2, TCP, \d+ bytes: \d+ to 7050 \[SYN\]/,
  );
  expect(packets).toHaveLength(2);
  const answers = [...plainPackets(result.trace, {}, 0, 2, (row) => row === 1)];
  expect(answers).toEqual([expect.stringMatching(/^Packet 2, /)]);
});
