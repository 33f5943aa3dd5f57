// Checks UTF-8 as it arrives (RFC 3629 section 4): a byte that no text can have there is known at once, wherever the pieces end.

export class Utf8Checker {
  /** Continuation bytes still to come, and what the next of them may be. */
  #wanted = 0;
  #min = 0x80;
  #max = 0xbf;

  /** Whether what came so far is whole characters. */
  get whole(): boolean {
    return this.#wanted === 0;
  }

  reset(): void {
    this.#wanted = 0;
    this.#min = 0x80;
    this.#max = 0xbf;
  }

  /** False when `byte` cannot follow what came before. */
  accepts(byte: number): boolean {
    if (this.#wanted > 0) {
      if (byte < this.#min || byte > this.#max) return false;
      this.#wanted--;
      this.#min = 0x80;
      this.#max = 0xbf;
      return true;
    }
    if (byte < 0x80) return true;
    if (byte < 0xc2 || byte > 0xf4) return false;
    this.#wanted = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    // Not the long form of a shorter character, no surrogate, nothing beyond U+10FFFF.
    if (byte === 0xe0) this.#min = 0xa0;
    else if (byte === 0xed) this.#max = 0x9f;
    else if (byte === 0xf0) this.#min = 0x90;
    else if (byte === 0xf4) this.#max = 0x8f;
    return true;
  }
}
