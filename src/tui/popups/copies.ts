// What can be copied where one is: the packet in several forms, the field, the filter, the call, the command.

import { decodeAsText } from "../../capture/dissect/decode-as.ts";
import { printDetails } from "../../capture/print/details.ts";
import { hexText } from "../../capture/print/hex.ts";
import { printText } from "../../capture/print/text.ts";
import { indexOf } from "../../trace/state-at.ts";
import { answerText, callHead } from "../../trace/words.ts";
import { quoted, repeatingCommand } from "../network.ts";
import type { Model } from "../model.ts";
import { hasPackets, isFraming, isLab } from "../session.ts";
import {
  contextOf,
  decodingRules,
  dissectedAt,
  isSelectedReady,
  selectedRow,
  shownTrace,
} from "../screens/packet-data.ts";
import { treeRows } from "../screens/packet-tree.ts";

export interface Copy {
  readonly what: string;
  readonly text: string;
}

/** Everything there is to copy, what is looked at first. */
export function copiesOf(model: Model): Copy[] {
  return [...callCopies(model), ...packetCopies(model), ...otherCopies(model)];
}

function packetCopies(model: Model): Copy[] {
  if (!hasPackets(model.session)) return [];
  const row = selectedRow(model);
  if (row < 0 || !isSelectedReady(model)) return [];
  const trace = shownTrace(model);
  const context = contextOf(model);
  const bytes = trace.bytes(row);
  const node = treeRows(dissectedAt(model, row), model.packets.toggled)[model.packets.treeSelected]?.node
    .detail;
  const no = row + 1;
  return [
    { what: `packet ${no}, a line`, text: [...printText(trace, [row], context)].join("\n").trim() },
    { what: `packet ${no} with its details`, text: [...printDetails(trace, [row], context)].join("\n") },
    { what: `packet ${no} as a dump`, text: hexText(bytes) },
    { what: `packet ${no} as hex digits`, text: Buffer.from(bytes).toString("hex") },
    ...(node === undefined ? [] : [{ what: `the field ${node.field ?? ""}`.trim(), text: node.label }]),
  ];
}

/** On the Lab: the last call of the program that has the focus, of any where none has. */
function callCopies(model: Model): Copy[] {
  if (!isLab(model.session) || model.screen !== "lab") return [];
  const index = indexOf(model.session.sim.trace);
  const host = model.focus.startsWith("program:") ? model.focus.slice("program:".length) : null;
  const calls = (host === null ? null : index.callsByHost.get(host)) ?? index.calls;
  const call = calls.findLast(({ beginStep }) => beginStep <= model.step);
  if (call === undefined) return [];
  const answer = call.endStep <= model.step ? answerText(call) : null;
  return [{ what: "the call", text: `${callHead(call)}${answer === null ? "" : ` = ${answer}`}` }];
}

function otherCopies(model: Model): Copy[] {
  const { filter } = model.packets;
  return [
    ...(filter === null ? [] : [{ what: "the filter", text: filter.text }]),
    ...(isLab(model.session)
      ? [{ what: "the command that repeats the run", text: repeatingCommand(model.session) }]
      : openingCommand(model)),
  ];
}

/** The command that shows a capture's packets as they are shown: those the filter lets through, decoded as the user chose. */
function openingCommand(model: Model): Copy[] {
  if (isLab(model.session) || isFraming(model.session)) return [];
  const { path, given = [] } = model.session;
  if (path === undefined) return [];
  const rules = decodingRules(model).flatMap((rule) => ["-d", decodeAsText(rule)]);
  const filter = model.packets.filter === null ? [] : ["-Y", model.packets.filter.text];
  const words = ["wirelab", "open", path, ...given, ...rules, ...filter];
  return [{ what: "the command that shows this", text: words.map(quoted).join(" ") }];
}
