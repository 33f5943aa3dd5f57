// The flags that change a scenario's network, the same on every command that runs one.

import type { Command } from "commander";
import { collect } from "./arguments.ts";

/** Adds them to `command`. */
export function addNetworkFlags(command: Command): Command {
  return command
    .option("--seed <n>", "seed of every random decision (default: 1)")
    .option("--loss <rate>", "loss on every link: 10% or 0.1")
    .option("--delay <time>", "one-way delay of every link: 50ms, 1.5s")
    .option("--bandwidth <rate>", "bits a second of every link: 10mbit, 1gbit")
    .option("--queue <kind>", "how packets wait for every link: drop-tail, codel or fq-codel")
    .option(
      "--set <link.field=value>",
      "change one setting of a link; repeatable (client-server.mtu=576)",
      collect,
    )
    .option(
      "--change <time:link.field=value>",
      "change a link during the run; repeatable (20ms:client-server.loss=10%, 1s:client-server.down=true)",
      collect,
    )
    .option("--changes <file>", "changes during the run, one a line as --change has them")
    .option("--read <policy>", "how much a recv may return: all, one-byte, half, random, at-most:N");
}
