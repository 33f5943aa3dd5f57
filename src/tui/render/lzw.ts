/** GIF's LZW: codes of growing width, packed from the low bit on. */

const CODE_MAX = 4096;

/** The data of a GIF image: `indexes` into a colour table of 2 to the power of `depth` (2 to 8) entries, as sub-blocks of at most 255 bytes with the empty one at the end. */
export function lzwBlocks(indexes: Uint8Array, depth: number): Uint8Array {
  const codes = new CodeWriter();
  const clear = 1 << depth;
  const end = clear + 1;
  // The code of a string, by the code of all but its last index, and that index.
  let table = new Map<number, number>();
  let next = end + 1;
  let width = depth + 1;
  codes.write(clear, width);
  let prefix = -1;
  for (const index of indexes) {
    if (prefix === -1) {
      prefix = index;
      continue;
    }
    const key = (prefix << 8) | index;
    const known = table.get(key);
    if (known !== undefined) {
      prefix = known;
      continue;
    }
    codes.write(prefix, width);
    prefix = index;
    if (next === CODE_MAX) {
      codes.write(clear, width);
      table = new Map();
      next = end + 1;
      width = depth + 1;
      continue;
    }
    table.set(key, next);
    if (next === 1 << width) width++;
    next++;
  }
  if (prefix !== -1) codes.write(prefix, width);
  // A decoder has by now added the string that began with the code before.
  if (next === 1 << width && width < 12) width++;
  codes.write(end, width);
  return blocksOf(codes.finish());
}

function blocksOf(data: Uint8Array): Uint8Array {
  const blocks = new Uint8Array(data.length + Math.ceil(data.length / 255) + 1);
  let at = 0;
  for (let from = 0; from < data.length; from += 255) {
    const block = data.subarray(from, from + 255);
    blocks[at] = block.length;
    blocks.set(block, at + 1);
    at += 1 + block.length;
  }
  return blocks;
}

class CodeWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;
  #bits = 0;
  #count = 0;

  write(code: number, width: number): void {
    this.#bits |= code << this.#count;
    this.#count += width;
    while (this.#count >= 8) {
      this.#push(this.#bits & 0xff);
      this.#bits >>>= 8;
      this.#count -= 8;
    }
  }

  finish(): Uint8Array {
    if (this.#count > 0) this.#push(this.#bits & 0xff);
    return this.#bytes.subarray(0, this.#length);
  }

  #push(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = byte;
  }
}
