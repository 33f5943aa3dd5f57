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

const THREE_DIGITS: readonly string[] = Array.from({ length: 1000 }, (_, value) =>
  String(value).padStart(3, "0"),
);

/** A number below a billion, with the zeros before it. */
export function nineDigits(value: number): string {
  const high = Math.floor(value / 1_000_000);
  const rest = value - high * 1_000_000;
  const middle = Math.floor(rest / 1000);
  return THREE_DIGITS[high] + THREE_DIGITS[middle] + THREE_DIGITS[rest - middle * 1000];
}
