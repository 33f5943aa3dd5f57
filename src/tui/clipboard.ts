// The terminal's clipboard, over ssh too: OSC 52 (xterm, ctlseqs "Operating System Commands").

/** Terminals and multiplexers drop longer ones without a word. */
const TEXT_MAX_BYTES = 70_000;

/** The sequence that puts `text` on the clipboard; null for a text longer than terminals take. */
export function clipboardSequence(text: string): string | null {
  const bytes = Buffer.from(text, "utf8");
  return bytes.length > TEXT_MAX_BYTES ? null : `\u001B]52;c;${bytes.toString("base64")}\u0007`;
}
