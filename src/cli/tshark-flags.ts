// tshark's flags that `read` does not have: a script that comes from tshark is told what to write instead.

import type { Command } from "commander";
import { InputError } from "../scenario/input-error.ts";

/** By the flag as commander declares it; what to do without. */
const INSTEAD: Readonly<Record<string, string>> = {
  "-2": "there is one pass over the packets; leave it out",
  "-R <filter>": "there is one pass over the packets; -Y filters in it",
  "-o <preference>": "of preferences only tls.keylog_file can be set; -d says what ports carry",
  "-G [report]": "a field mistyped in -e or -Y is told the names near it",
  "-u <kind>": "times are in seconds; -t chooses since when",
  "-j <protocols>": "-T json -e chooses fields",
  "-J <protocols>": "-T json -e chooses fields",
  "-s <bytes>": "packets are captured whole",
  "-b <ring>": "-w writes one file; tcpdump -C and -G write several",
  "-B <size>": "the buffer's size is set",
  "-p": "leave it out",
  "-I": "monitor mode is not entered; tcpdump -I -w - | wirelab read -",
  "-y <link>": "the link's own type is captured; tcpdump -y -w - | wirelab read -",
  "-D": "ip link, or ifconfig, lists interfaces",
  "-L": "tcpdump -L lists link types",
  "-C <profile>": "there are no profiles",
  "-X <extension>": "there are no extensions",
  "-K <keytab>": "nothing is decrypted with it",
  "-W <option>": "names are never resolved, nor written but those that the capture has",
  "-N <kinds>": "names are never resolved",
  "-H <hosts>": "names are never resolved",
  "--color": "lines have no colours; wirelab open has",
  "--export-objects <destination>": "-z follow,http,raw prints what a stream carried",
};

/** Adds them to `command`, where help does not show them. */
export function addTsharkFlags(command: Command): void {
  for (const [flag, instead] of Object.entries(INSTEAD)) {
    const refuse = (): never => {
      throw new InputError(`${flag.replace(/ .*/, "")}: is tshark's and not here: ${instead}`);
    };
    command.addOption(command.createOption(flag).hideHelp());
    const take = flag.startsWith("-o ") ? preferenceTaker(command, refuse) : refuse;
    command.on(`option:${command.options.at(-1)?.name() ?? ""}`, take);
  }
}

const KEY_LOG = /^(?:tls|ssl)\.keylog_file:\s*(.+)$/s;

/** Preferences as they are here anyway. */
const AS_THEY_ARE: ReadonlySet<string> = new Set([
  "ip.check_checksum:false",
  "ip.defragment:true",
  "tcp.analyze_sequence_numbers:true",
  "tcp.check_checksum:false",
  "tcp.desegment_tcp_streams:true",
  "tcp.relative_sequence_numbers:true",
  "udp.check_checksum:false",
]);

/** Takes a preference that says what another flag says, or what is so. */
function preferenceTaker(command: Command, refuse: () => never): (preference: string) => void {
  return (preference) => {
    const keyLog = KEY_LOG.exec(preference)?.[1];
    if (keyLog !== undefined) command.setOptionValue("keylog", keyLog);
    else if (!AS_THEY_ARE.has(preference.toLowerCase().replace(/:\s*/, ":"))) refuse();
  };
}
