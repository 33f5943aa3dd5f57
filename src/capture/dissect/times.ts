// Nanoseconds as Wireshark writes them.

const BILLION = 1_000_000_000;

/** Nanoseconds as seconds with nine decimals. */
export function nsText(ns: bigint): string {
  const number = Number(ns);
  if (!Number.isSafeInteger(number)) return longText(ns);
  const length = Math.abs(number);
  const seconds = Math.floor(length / BILLION);
  return `${number < 0 ? "-" : ""}${seconds}.${nineDigits(length - seconds * BILLION)}`;
}

/** The same beyond a hundred days. */
function longText(ns: bigint): string {
  const isNegative = ns < 0n;
  const digits = (isNegative ? -ns : ns).toString();
  return `${isNegative ? "-" : ""}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

/** A number below a billion, with the zeros before it. */
export function nineDigits(value: number): string {
  return String(BILLION + value).slice(1);
}
