// `-T pdml`: each packet's detail tree as XML, as tshark writes it.
//
// A protocol is a `proto`, everything else a `field`: `showname` is its line, `size` and `pos` are its bytes, `show` is what JSON has for its
// value, and `value` are its bytes. Where a field is some bits of them, `value` is the number they make and `unmaskedvalue` has the bytes.

import { dissect } from "../dissect/dissect.ts";
import type { DataSource, DetailNode, DissectContext } from "../dissect/dissect.ts";
import { isHidden } from "../dissect/hidden-fields.ts";
import { dateText } from "../dissect/frame.ts";
import { findField, formatValue } from "../fields.ts";
import type { FieldType } from "../fields.ts";
import type { Trace } from "../../trace/trace.ts";
import { lineText } from "./cut-label.ts";
import { jsonValue } from "./json.ts";
import type { LineBytes, LineWriter } from "./line-bytes.ts";
import { xmlHead, xmlText } from "./xml.ts";

/** Where style sheets that tshark's users have look for the page's own. */
const STYLE = `<?xml-stylesheet type="text/xsl" href="pdml2html.xsl"?>\n`;

/** What comes before the packets; `creator` is which program wrote it, `file` what it read. */
export function pdmlHead(creator: string, file: string): string {
  const [by, from] = [xmlText(creator), xmlText(file)];
  return xmlHead(`${STYLE}<pdml version="0" creator="${by}" capture_file="${from}">\n`);
}

export const PDML_END = "</pdml>\n";

/** Writes a packet's element, the end of its last line and an empty one. */
export function pdmlWriter(trace: Trace, context: DissectContext = {}): LineWriter {
  const elements = new Elements();
  return (row, out) => {
    const { tree, sources } = dissect(trace, row, context);
    out.text(`<packet>\n${general(trace, row)}`);
    elements.write(out, tree, sources);
    out.text("</packet>\n\n");
  };
}

/** What is known of the packet itself, once more: in a layer that only PDML has. */
function general({ packets: table }: Trace, row: number): string {
  const size = table.capturedLength[row];
  const [seconds, nanoseconds] = [table.seconds[row], table.nanoseconds[row]];
  const epoch = `${seconds}.${String(nanoseconds).padStart(9, "0")}`;
  const line = (name: string, show: string, title: string, value: string): string =>
    `    <field name="${name}" pos="0" show="${show}" showname="${title}" value="${value}" size="${size}"/>\n`;
  const numbers: readonly (readonly [name: string, title: string, value: number])[] = [
    ["num", "Number", row + 1],
    ["len", "Frame Length", table.length[row]],
    ["caplen", "Captured Length", size],
  ];
  return [
    `  <proto name="geninfo" pos="0" showname="General information" size="${size}">\n`,
    ...numbers.map(([name, title, value]) => line(name, String(value), title, value.toString(16))),
    line("timestamp", dateText(seconds, nanoseconds), "Captured Time", epoch),
    "  </proto>\n",
  ].join("");
}

/** The bits of its bytes that a line is about: `..1. .... = `. */
const BITS = /^[.01 ]+ = /;
/** Fields whose lines show bits, but which Wireshark knows for whole bytes. */
const WHOLE: ReadonlySet<string> = new Set([
  "ip.version",
  "ip.hdr_len",
  "ipv6.version",
  "tcp.hdr_len",
  "ntp.priv.err",
  "ntp.priv.numitems",
  "ntp.priv.reserved",
  "ntp.priv.itemsize",
]);

class Elements {
  /** What is not written yet. */
  #text = "";
  #sources: readonly DataSource[] = [];

  write(out: LineBytes, tree: readonly DetailNode[], sources: readonly DataSource[]): void {
    this.#sources = sources;
    for (const node of tree) {
      if (isProtocol(node) && node.field !== "data") {
        this.#element(out, node, 1);
        continue;
      }
      this.#text += '  <proto name="fake-field-wrapper">\n';
      this.#element(out, node, 2, 1);
      this.#text += "  </proto>\n";
    }
    this.#flush(out);
  }

  /** As in tshark, the end of what is wrapped stands where the wrapping does. */
  #element(out: LineBytes, node: DetailNode, level: number, endLevel: number = level): void {
    if (isHidden(node)) return;
    const { field, children } = node;
    const indent = "  ".repeat(level);
    const kind = isProtocol(node) && field !== "data" ? "proto" : "field";
    this.#text += `${indent}<${kind} ${this.#attributes(node)}`;
    // Data has an end of its own even where nothing is in it.
    if (children.length === 0 && field !== "data") {
      this.#text += "/>\n";
      return;
    }
    this.#text += ">\n";
    for (const child of children) this.#element(out, child, level + 1);
    this.#text += `${"  ".repeat(endLevel)}</${kind}>\n`;
    if (this.#text.length > TEXT_MAX) this.#flush(out);
  }

  #attributes(node: DetailNode): string {
    const { field, start } = node;
    const length = this.#size(node);
    const type = typeOf(node);
    const bytes = this.#bytes(node);
    if (field === "data") return `name="data" value="${bytes}"`;
    const label = withoutBrackets(node);
    const place = `size="${length}" pos="${start}"`;
    const value = length === 0 ? "" : ` value="${bytes}"`;
    if (field === null) return `name="" show="${xmlText(label)}" ${place}${value}`;
    const named = `name="${field}" showname="${xmlText(label)}" ${place}`;
    if (type === "protocol") return named;
    if (type === "flag") return `${named} show="" value=""`;
    const shown = `${named} show="${xmlText(jsonValue(node))}"`;
    if (length === 0 || !isBits(field, label)) return `${shown}${value}`;
    return `${shown} value="${bitsOf(node, label)}" unmaskedvalue="${bytes}"`;
  }

  /** Notes are about bytes and have none; what has no header of its own has the whole packet. */
  #size({ field, source, length }: DetailNode): number {
    if (field === "_ws.expert") return 0;
    return field === "raw" ? this.#sources[source].bytes.length : length;
  }

  #bytes({ source, start, length }: DetailNode): string {
    const { bytes } = this.#sources[source];
    return start + length > bytes.length
      ? "field length invalid!"
      : formatValue("bytes", bytes.subarray(start, start + length), "");
  }

  #flush(out: LineBytes): void {
    out.text(this.#text);
    this.#text = "";
  }
}

/** Characters that are held back. */
const TEXT_MAX = 1 << 16;

function typeOf({ field }: DetailNode): FieldType | null {
  return field === null ? null : (findField(field)?.type ?? "string");
}

/** Notes have the type of a protocol and are none. */
function isProtocol(node: DetailNode): boolean {
  return typeOf(node) === "protocol" && node.field !== "_ws.expert";
}

/** Whether a field is some bits of its bytes: TCP's flags are, and their line does not show them. */
function isBits(field: string, label: string): boolean {
  return field === "tcp.flags" || (BITS.test(label) && !WHOLE.has(field));
}

/** Brackets stand around what was worked out, and are part of what is said of damage. */
function withoutBrackets(node: DetailNode): string {
  const { field } = node;
  const label = lineText(node);
  return field !== "_ws.malformed" && label.startsWith("[") && label.endsWith("]")
    ? label.slice(1, -1)
    : label;
}

/** The number that the bits in the field's line make, or the field's own where none are. */
function bitsOf({ value }: DetailNode, label: string): string {
  const bits = BITS.exec(label)?.[0].replaceAll(/[^01]/g, "") ?? "";
  const number = bits === "" ? BigInt(Number(value)) : BigInt(`0b${bits}`);
  return number.toString(16).toUpperCase();
}
