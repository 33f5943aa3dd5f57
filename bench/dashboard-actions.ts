// What a user does on each screen of the dashboard, for those who look at how long each thing takes.

import { SCREEN_NAMES } from "../src/tui/model.ts";
import type { Message } from "../src/tui/messages.ts";
import type { ScreenName, Size } from "../src/tui/model.ts";

/** Another size of the terminal. */
const OTHER_SIZE: Size = { width: 120, height: 40 };

function key(name: string): Message {
  return { kind: "key", key: name };
}

function typed(text: string): Message[] {
  return text.split("").map((char) => key(char === " " ? "space" : char));
}

/** What a user does on a screen, in this order: each is one key, or the keys of one line typed. The terminal has `size` again at the end. */
export function actionsOf(
  screen: ScreenName,
  size: Size,
): readonly (readonly [name: string, messages: readonly Message[]])[] {
  return [
    ["End", [key("end")]],
    ["Home", [key("home")]],
    ["PageDown", [key("pagedown")]],
    ["End again", [key("end")]],
    ["resize", [{ kind: "resize", ...OTHER_SIZE }]],
    ["resize back", [{ kind: "resize", ...size }]],
    ...(screen === "stream"
      ? ([
          ["text", [key("tab")]],
          ["hex", [key("tab")]],
          ["hex, Home", [key("home")]],
          ["hex, End", [key("end")]],
          ["picture", [key("tab")]],
          ["other direction", [key("d")]],
          ["next stream", [key("]")]],
        ] as const)
      : []),
    ...(screen === "graphs" ? ([["zoom", [key("+")]]] as const) : []),
    ...(screen === "packets"
      ? ([
          ["filter", [key("/"), ...typed("tcp.analysis.retransmission"), key("enter")]],
          ["filter, End", [key("end")]],
          ["filter cleared", [key("escape")]],
          ["dissecting filter", [key("/"), ...typed("http"), key("enter")]],
          ["filter cleared again", [key("escape")]],
          ["search", [key("f"), ...typed("nowhere to be found"), key("enter")]],
          ["expand all", [key("E")]],
          ["collapse all", [key("e")]],
          ["mark, only what is marked", [key("home"), key("m"), key("end"), key("m"), key("V")]],
          ["all again", [key("V")]],
          ["decode as", [key("d"), ...typed("tls"), key("enter")]],
          ["request or answer", [key("a")]],
          ["filters of what is selected", [key("F")]],
          ["what can be copied", [key("escape"), key("y")]],
          ["values of a field", [key("escape"), key("/"), ...typed("tcp.port == ")]],
          ["nothing chosen", [key("escape")]],
          ["decode as before", [key("d"), key("home"), key("enter")]],
          ["sort", [key("S"), ...typed("length"), key("enter")]],
        ] as const)
      : []),
    ...(screen === "statistics"
      ? ([
          ["endpoints", [key("tab")]],
          ["protocols", [key("tab")]],
          ["over time", [key("tab")]],
          ["expert", [key("tab")]],
          [
            "limited to a filter",
            [key("3"), key("/"), ...typed("tcp.len > 0"), key("enter"), key("7"), key("f")],
          ],
          ["conversations, limited", [key("tab")]],
          ["endpoints, limited", [key("tab")]],
          ["protocols, limited", [key("tab")]],
          ["over time, limited", [key("tab")]],
          ["limited no more", [key("f")]],
          ["filter cleared", [key("3"), key("escape"), key("7")]],
        ] as const)
      : []),
    ["to Packets", [key("3")]],
    ["and back", [key(String(SCREEN_NAMES.indexOf(screen) + 1))]],
  ];
}
