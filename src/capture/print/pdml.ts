// `-T pdml`: each packet's detail tree as XML, as tshark writes it.
//
// A protocol is a `proto`, everything else a `field`: `showname` is its line, `size` and `pos` are its bytes, `show` is what JSON has for its
// value, and `value` are its bytes. Where a field is some bits of them, `value` is the number they make and `unmaskedvalue` has the bytes.

import { dissect } from "../dissect/dissect.ts";
import type { DataSource, DetailNode, DissectContext } from "../dissect/dissect.ts";
import { isHidden } from "../dissect/hidden-fields.ts";
import { dateText } from "../dissect/frame.ts";
import { isShared } from "../dissect/shared-nodes.ts";
import { nineDigits } from "../dissect/times.ts";
import { findField } from "../fields.ts";
import type { FieldType } from "../fields.ts";
import type { Trace } from "../../trace/trace.ts";
import { LABEL_BYTES, lineText } from "./cut-label.ts";
import { LineBytes, pieceOf } from "./line-bytes.ts";
import type { LineWriter, Piece } from "./line-bytes.ts";
import { ValueWriter } from "./values.ts";
import { writePlainXml, writeXml, xmlHead, xmlText } from "./xml.ts";

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
    out.text("<packet>\n");
    writeGeneral(out, trace, row);
    elements.write(out, tree, sources);
    out.text("</packet>\n\n");
  };
}

/** What is known of the packet itself, once more: in a layer that only PDML has. */
function writeGeneral(out: LineBytes, { packets: table }: Trace, row: number): void {
  const [seconds, nanoseconds] = [table.seconds[row], table.nanoseconds[row]];
  const size = `size="${table.capturedLength[row]}"`;
  const line = (name: string, show: string, title: string, value: string): string =>
    `    <field name="${name}" pos="0" show="${show}" showname="${title}" value="${value}" ${size}/>\n`;
  const number = (name: string, title: string, value: number): string =>
    line(name, String(value), title, value.toString(16));
  const epoch = `${seconds}.${nineDigits(nanoseconds)}`;
  out.text(`  <proto name="geninfo" pos="0" showname="General information" ${size}>\n`);
  out.text(number("num", "Number", row + 1));
  out.text(number("len", "Frame Length", table.length[row]));
  out.text(number("caplen", "Captured Length", table.capturedLength[row]));
  out.text(line("timestamp", dateText(seconds, nanoseconds), "Captured Time", epoch));
  out.text("  </proto>\n");
}

/** The bits of its bytes that a line is about: `..1. .... = `. */
const BITS = /^[.01 ]+ = /;
/** The last character of those. */
const ONE = 49;
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

/** How the elements of one field begin. */
interface Kind {
  readonly type: FieldType | null;
  readonly tag: "proto" | "field";
  /** `<field name="tcp.len" showname="`. */
  readonly begin: Piece;
  /** `</field>` and a line break. */
  readonly end: Piece;
}

const LINE = kindOf(null, null);
const kinds = new Map<string, Kind>();

function fieldKind(field: string | null): Kind {
  if (field === null) return LINE;
  let kind = kinds.get(field);
  if (kind === undefined) kinds.set(field, (kind = kindOf(field, findField(field)?.type ?? "string")));
  return kind;
}

/** Notes have the type of a protocol and are none, and data is a field. */
function kindOf(field: string | null, type: FieldType | null): Kind {
  const tag = type === "protocol" && field !== "_ws.expert" && field !== "data" ? "proto" : "field";
  const [name, what] = [field ?? "", field === null ? "show" : field === "data" ? "value" : "showname"];
  return {
    type,
    tag,
    begin: pieceOf(`<${tag} name="${name}" ${what}="`),
    end: pieceOf(`</${tag}>\n`),
  };
}

/** `[` */
const BRACKET = 91;
const NO_BYTES = "<MISSING>";
const SIZE = pieceOf('" size="');
const POS = pieceOf('" pos="');
const SHOW = pieceOf('" show="');
const VALUE = pieceOf('" value="');
const UNMASKED = pieceOf('" unmaskedvalue="');
const NO_VALUE = pieceOf('" show="" value="');
const EMPTY_ENDS = pieceOf('"/>\n');
const ENDS = pieceOf('">\n');
const WRAPPER = pieceOf('  <proto name="fake-field-wrapper">\n');
const WRAPPER_ENDS = pieceOf("  </proto>\n");

/** A line that many packets have, with what is below it, as elements of this level. */
interface Written extends Piece {
  readonly level: number;
}

class Elements {
  #sources: readonly DataSource[] = [];
  readonly #values = new ValueWriter(writeXml);
  readonly #written = new WeakMap<DetailNode, Written>();
  /** Where those are put together. */
  readonly #own = new LineBytes();

  write(out: LineBytes, tree: readonly DetailNode[], sources: readonly DataSource[]): void {
    this.#sources = sources;
    this.#values.begin();
    for (const node of tree) {
      if (fieldKind(node.field).tag === "proto") {
        this.#element(out, node, 1);
        continue;
      }
      out.piece(WRAPPER);
      this.#element(out, node, 2, 1);
      out.piece(WRAPPER_ENDS);
    }
  }

  /** As in tshark, the end of what is wrapped stands where the wrapping does. */
  #element(out: LineBytes, node: DetailNode, level: number, endLevel: number = level): void {
    if (isHidden(node)) return;
    const { field, children } = node;
    const kind = fieldKind(field);
    out.blanks(level * 2);
    this.#attributes(out, node, kind);
    // Data has an end of its own even where nothing is in it.
    if (children.length === 0 && field !== "data") {
      out.piece(EMPTY_ENDS);
      return;
    }
    out.piece(ENDS);
    for (const child of children) this.#child(out, child, level + 1);
    out.blanks(endLevel * 2);
    out.piece(kind.end);
  }

  #child(out: LineBytes, node: DetailNode, level: number): void {
    const known = this.#written.get(node);
    if (known?.level === level) out.piece(known);
    else if (isShared(node)) out.piece(this.#writtenOnce(node, level));
    else this.#element(out, node, level);
  }

  /** Bytes of lines that packets share are the same: the lines say no more than those do. */
  #writtenOnce(node: DetailNode, level: number): Piece {
    const own = this.#own;
    const start = own.length;
    this.#element(own, node, level);
    const written = { ...pieceOf(own.textFrom(start)), level };
    own.length = start;
    // What comes next is put together in its place.
    this.#values.begin();
    this.#written.set(node, written);
    return written;
  }

  /** Writes all of a tag but the quote behind its last attribute, and its end. */
  #attributes(out: LineBytes, node: DetailNode, { type, begin }: Kind): void {
    const { field, source, start, value } = node;
    const length = this.#size(node);
    out.piece(begin);
    if (field === "data") {
      this.#bytes(out, source, start, length);
      return;
    }
    const label = writeLabel(out, node);
    out.piece(SIZE);
    out.decimal(length);
    out.piece(POS);
    out.decimal(start);
    if (type === "protocol") return;
    if (type === "flag") {
      out.piece(NO_VALUE);
      return;
    }
    if (type !== null) {
      out.piece(SHOW);
      this.#values.write(out, value, type);
    }
    if (length === 0) return;
    out.piece(VALUE);
    if (field !== null && isBits(field, label)) {
      out.text(bitsOf(node, label));
      out.piece(UNMASKED);
    }
    this.#bytes(out, source, start, length);
  }

  /** Notes are about bytes and have none; what has no header of its own has the whole packet. */
  #size({ field, source, length }: DetailNode): number {
    if (field === "_ws.expert") return 0;
    return field === "raw" ? this.#sources[source].bytes.length : length;
  }

  #bytes(out: LineBytes, source: number, start: number, length: number): void {
    const { bytes } = this.#sources[source];
    if (start + length > bytes.length) out.text("field length invalid!");
    else if (length === 0) out.text(NO_BYTES);
    else this.#values.bytes(out, bytes, start, length);
  }
}

/** Writes what a line says, and answers it. */
function writeLabel(out: LineBytes, node: DetailNode): string {
  const { label } = node;
  if (label.length < LABEL_BYTES) {
    const text = isBracketed(node, label) ? label.slice(1, -1) : label;
    if (writePlainXml(out, text)) return text;
  }
  const whole = lineText(node);
  const text = isBracketed(node, whole) ? whole.slice(1, -1) : whole;
  writeXml(out, text);
  return text;
}

/** Whether a field is some bits of its bytes: TCP's flags are, and their line does not show them. */
function isBits(field: string, label: string): boolean {
  return field === "tcp.flags" || (label.charCodeAt(0) <= ONE && BITS.test(label) && !WHOLE.has(field));
}

/** Brackets stand around what was worked out, and are part of what is said of damage. */
function isBracketed({ field }: DetailNode, label: string): boolean {
  return label.charCodeAt(0) === BRACKET && label.endsWith("]") && field !== "_ws.malformed";
}

/** The number that the bits in the field's line make, or the field's own where none are. */
function bitsOf({ value }: DetailNode, label: string): string {
  const bits = BITS.exec(label)?.[0].replaceAll(/[^01]/g, "") ?? "";
  const number = bits === "" ? BigInt(Number(value)) : BigInt(`0b${bits}`);
  return number.toString(16).toUpperCase();
}
