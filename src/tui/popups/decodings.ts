// What the selected packet's ports can be said to carry, and how to take that back.

import { datagramNames, decodeAsText, streamNames } from "../../capture/dissect/decode-as.ts";
import type { DecodeAs } from "../../capture/dissect/decode-as.ts";
import { decodeRule } from "../../capture/dissect/decode-rule.ts";
import { findField } from "../../capture/fields.ts";
import { PROTOCOL } from "../../trace/packets.ts";
import type { Model } from "../model.ts";
import { decodingRules, selectedRow, shownTrace } from "../screens/packet-data.ts";

/** Rules to decode by from now on, in place of those there are. */
export interface DecodingChoice {
  readonly what: string;
  readonly about: string;
  readonly group: string;
  readonly current: boolean;
  readonly rules: readonly DecodeAs[];
}

/** The rules that are on, each to be dropped; then each protocol for either port of the selected packet. */
export function decodingsOf(model: Model): DecodingChoice[] {
  const rules = decodingRules(model);
  return [...undoings(rules), ...portsOf(model).flatMap((port) => protocolsFor(rules, port))];
}

function undoings(rules: readonly DecodeAs[]): DecodingChoice[] {
  const undoing = (what: string, left: readonly DecodeAs[]): DecodingChoice => ({
    what,
    about: "by port and content again",
    group: "Undo",
    current: false,
    rules: left,
  });
  const choices = rules.map((rule) =>
    undoing(
      `no longer ${decodeAsText(rule)}`,
      rules.filter((other) => other !== rule),
    ),
  );
  return rules.length < 2 ? choices : [...choices, undoing("none of these", [])];
}

interface Port {
  readonly transport: DecodeAs["transport"];
  readonly port: number;
}

/** The packet's ports, the lower one first: clients take theirs from the high ones. */
function portsOf(model: Model): Port[] {
  const row = selectedRow(model);
  if (row < 0) return [];
  const { protocol, sourcePort, destinationPort } = shownTrace(model).packets;
  const isTcp = protocol[row] === PROTOCOL.tcp;
  if (!isTcp && protocol[row] !== PROTOCOL.udp) return [];
  const ports = [...new Set([sourcePort[row], destinationPort[row]])].sort((a, b) => a - b);
  return ports.map((port) => ({ transport: isTcp ? "tcp" : "udp", port }));
}

function protocolsFor(rules: readonly DecodeAs[], { transport, port }: Port): DecodingChoice[] {
  const known = decodeRule(rules, transport, port, port);
  const names = transport === "tcp" ? streamNames() : datagramNames();
  const others = rules.filter(
    ({ transport: of, first, last }) => of !== transport || first !== port || last !== port,
  );
  return names.map((protocol) => ({
    what: protocol,
    about: protocol === "data" ? "bytes of no protocol" : (findField(protocol)?.title ?? ""),
    group: `What ${transport}.port ${port} carries`,
    current: known?.protocol === protocol,
    // What was chosen last goes before ranges it lies in.
    rules: [{ transport, first: port, last: port, protocol }, ...others],
  }));
}
