// Wireshark's pictures of bits within a field: `.... 0101`.

/** Pictures drawn before, by mask and width, then by the masked value: drawing them took a quarter of dissection's time. */
const pictures = new Map<number, Map<number, string>>();

/** Pictures kept of one mask: flow labels have a million values, and no need of them all. */
const PICTURES_MAX = 1024;

/** Wireshark's picture of the bits of `mask` in a field `width` bits wide: `.... 0101`. */
export function bitsText(value: number, mask: number, width: number): string {
  const key = mask * 64 + width;
  let known = pictures.get(key);
  if (known === undefined) pictures.set(key, (known = new Map<number, string>()));
  const masked = (value & mask) >>> 0;
  let picture = known.get(masked);
  if (picture === undefined) {
    picture = drawBits(masked, mask, width);
    if (known.size < PICTURES_MAX) known.set(masked, picture);
  }
  return picture;
}

function drawBits(value: number, mask: number, width: number): string {
  let text = "";
  for (let bit = width - 1; bit >= 0; bit--) {
    const isShown = ((mask >>> bit) & 1) === 1;
    text += isShown ? String((value >>> bit) & 1) : ".";
    if (bit > 0 && bit % 4 === 0) text += " ";
  }
  return text;
}

/** The same for one flag, with what it means: `.... ...1 = Fin: Set`. */
export function flagText(value: number, mask: number, width: number, name: string): string {
  const set = Math.floor(value / mask) % 2 === 1;
  return `${bitsText(value, mask, width)} = ${name}: ${set ? "Set" : "Not set"}`;
}
