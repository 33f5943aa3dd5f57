// What is said where no program may capture.

import { describe, expect, it } from "vitest";

import { openInterface } from "../../../src/capture/live/interface.ts";

/** Programs that complain and end; an empty complaint is a program that is not there. */
function refusal(...complaints: string[]): Promise<string> {
  const programs = complaints.map((complaint) => ({
    name: complaint === "" ? "/nowhere/tcpdump" : process.execPath,
    arguments: () => ["-e", `console.error(${JSON.stringify(complaint)}); process.exit(1)`],
  }));
  return openInterface("eth7", { programs }).then(
    () => "",
    (error: unknown) => (error as Error).message.replaceAll(process.execPath, "node"),
  );
}

describe("an interface that cannot be captured on", () => {
  it("is told with each program's reason, and what to do where that is clear", async () => {
    expect(
      await refusal("tcpdump: eth7: You don't have permission to perform this capture on that device", ""),
    ).toBe(
      "eth7: no capture: node: eth7: You don't have permission to perform this capture on that device; " +
        "/nowhere/tcpdump: not installed; run it as root, or pipe: sudo tcpdump -U -i eth7 -w - | wirelab open -",
    );
    expect(await refusal("", "")).toMatch(/not installed; install one of them$/);
    expect(await refusal("eth7: No such device exists")).toBe(
      "eth7: no capture: node: eth7: No such device exists",
    );
  });
});
