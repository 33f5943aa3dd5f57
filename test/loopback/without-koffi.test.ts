// A machine without the optional dependency: the kernel backend says what to do, and nothing else breaks.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("without koffi the kernel backend says how to install it, and the node backend runs", () => {
  const program = `
    import Module from "node:module";
    const load = Module._load;
    Module._load = (name, ...rest) => {
      if (name === "koffi") throw new Error("Cannot find module 'koffi'\\nRequire stack: ...");
      return load(name, ...rest);
    };
    const { createKernelBackend, kernelAvailable } = await import("./src/loopback/kernel-backend.ts");
    const { createNodeBackend } = await import("./src/loopback/node-backend.ts");
    const options = { hosts: ["a"], seed: 1 };
    const kernel = await createKernelBackend(options);
    const node = await createNodeBackend(options);
    await node.dispose();
    console.log(JSON.stringify([kernelAvailable(), kernel, node.name]));
  `;
  const output = execFileSync(
    process.execPath,
    ["--import", "tsx", "--input-type=module", "--eval", program],
    {
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      encoding: "utf8",
      timeout: 15_000,
    },
  );
  const why =
    "the optional dependency koffi could not be loaded (Cannot find module 'koffi'); " +
    'run "npm install koffi@3.3.4", or use the node backend';
  expect(JSON.parse(output)).toStrictEqual([{ available: false, why }, { unavailable: why }, "node"]);
});
