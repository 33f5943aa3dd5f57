import { describe, expect, it } from "vitest";

import type { Capture } from "../../src/capture/capture.ts";
import { openChunks } from "../../src/capture/open.ts";
import {
  block,
  enhancedPacket,
  fields,
  interfaceDescription,
  joined,
  sectionHeader,
  udpPacket,
} from "./packets.ts";
import { pcapngFile } from "./sample-files.ts";

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function opened(...parts: readonly Uint8Array[]): Promise<Capture> {
  return openChunks(once(joined(...parts)), "test");
}

const PACKET = udpPacket(1, 2, new Uint8Array(4));

describe.each([false, true])("a pcapng file, big-endian %s", (bigEndian) => {
  it("gives up everything it says", async () => {
    const capture = await opened(pcapngFile(bigEndian));
    const { packets } = capture.trace;
    expect(capture.problems).toEqual([]);
    expect(capture.interfaces).toMatchObject([
      { name: "eth0", linkType: 101, resolution: "2^20", section: 0, id: 0 },
      { name: "", linkType: 101, snapLength: 64, resolution: "10^6", section: 0, id: 1 },
    ]);
    expect(capture.names).toEqual([{ address: "10.0.0.1", names: ["client"] }]);
    expect(capture.statistics).toEqual([{ interfaceId: 0, received: 100, dropped: 3 }]);
    expect(capture.secrets.map(({ data }) => new TextDecoder().decode(data))).toEqual(["keys!"]);
    expect([...capture.comments]).toEqual([[1, ["a comment"]]]);
    expect(capture.direction(1)).toBe(2);
    const times = Array.from({ length: packets.count }, (_, row) =>
      capture.hasTime(row) ? `${packets.seconds[row]}.${packets.nanoseconds[row]}` : "none",
    );
    const ticks = 0x5e0b1 * 2 ** 32 + 77;
    const obsolete = `${Math.floor(ticks / 1e6)}.${(ticks % 1e6) * 1000}`;
    expect(times).toEqual(["1700000005.0", "1700000003.0", "none", obsolete, "1700000000.1000"]);
  });
});

describe("a pcapng file", () => {
  it("numbers interfaces anew in each section", async () => {
    const section = [sectionHeader(), interfaceDescription(101, 0), enhancedPacket(0, 5n, PACKET)];
    const capture = await opened(...section, ...section);
    expect([...capture.trace.packets.interfaceId.subarray(0, 2)]).toEqual([0, 1]);
    expect(capture.interfaces.map(({ section, id }) => [section, id])).toEqual([
      [0, 0],
      [1, 0],
    ]);
  });

  it("leaves out a packet whose lengths or interface cannot be, and shows the next", async () => {
    const capture = await opened(
      sectionHeader(),
      interfaceDescription(101, 0),
      enhancedPacket(0, 1n, PACKET, false, 4000),
      enhancedPacket(3, 1n, PACKET),
      enhancedPacket(0, 9n, PACKET),
    );
    expect(capture.trace.packets.count).toBe(1);
    expect(capture.problems.map(({ message }) => message)).toEqual([
      "damaged: a packet of 4000 bytes in a block with room for 32",
      "damaged: a packet of interface 3, but the section describes only 1",
    ]);
  });

  it("ends where a block's length cannot be true, and says where", async () => {
    const bad = enhancedPacket(0, 1n, PACKET);
    bad[bad.length - 4] ^= 0xff;
    const head = joined(sectionHeader(), interfaceDescription(101, 0), enhancedPacket(0, 1n, PACKET));
    const capture = await opened(head, bad, enhancedPacket(0, 9n, PACKET));
    expect(capture.trace.packets.count).toBe(1);
    expect(capture.problems).toMatchObject([{ offset: head.length, packet: 1 }]);
  });

  it("lists at most 100 problems", async () => {
    const bad = enhancedPacket(3, 1n, PACKET);
    const capture = await opened(sectionHeader(), ...Array.from({ length: 300 }, () => bad));
    expect(capture.problems).toHaveLength(100);
    expect(capture.problems[99].message).toBe("more problems follow and are not listed");
  });

  it("keeps 32 MiB of texts and says that there were more", async () => {
    const option = joined(
      fields([
        [2, 1],
        [2, 60_000],
      ]),
      new Uint8Array(60_000).fill(65),
    );
    const body = joined(
      fields([
        [4, 0],
        [4, 0],
        [4, 0],
        [4, 0],
        [4, 0],
      ]),
      option,
      option,
    );
    const packet = block(6, body);
    const capture = await opened(
      sectionHeader(),
      interfaceDescription(101, 0),
      ...Array.from({ length: 300 }, () => packet),
    );
    expect(capture.trace.packets.count).toBe(300);
    expect(capture.problems.map(({ message }) => message)).toEqual([
      "comments, names and other texts beyond 32 MiB are left out",
    ]);
  });
});
