// Addresses where there is no room for all of one: both ends stay, since hosts of one network differ in the last digits and networks in the first.

/** The least that is worth showing of both sides of an address. */
const SIDES_MIN = 4;

/** `text` in at most `cells` cells, its middle left out where it is longer: `2001:db8:…:7334`; a port behind it stays whole: `[2001:d…34]:443`. */
export function shortenedAddress(text: string, cells: number): string {
  if (text.length <= cells) return text;
  const bracket = text.startsWith("[") ? text.lastIndexOf("]") : -1;
  const behind = bracket < 0 || cells - 1 - (text.length - bracket) < SIDES_MIN ? text.length : bracket;
  const room = Math.max(0, cells - 1 - (text.length - behind));
  const head = Math.ceil(room / 2);
  return `${text.slice(0, head)}…${text.slice(behind - (room - head))}`;
}
