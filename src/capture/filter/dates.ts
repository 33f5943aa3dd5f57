// Dates as filters and Wireshark's own texts have them, to nanoseconds since 1970.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** ISO 8601: `2020-07-04T12:34:56.5+02:00`, with a blank for the T, the time or its seconds left out. */
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(?:(Z)|([+-])(\d{2}):?(\d{2}))?$/;
/** `Sep 26, 2004 23:18:04.954975 UTC`. */
const LEGACY = /^([A-Z][a-z]{2}) {1,2}(\d{1,2}), (\d{4}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?: UTC)?$/;

/** Nanoseconds since 1970, or null where the text is no date. A time without a zone is UTC. */
export function parseDate(text: string): bigint | null {
  const iso = ISO.exec(text);
  if (iso !== null) {
    const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", , sign, zoneH, zoneM] =
      iso;
    const zone = sign === undefined ? 0 : (Number(zoneH) * 60 + Number(zoneM)) * (sign === "-" ? -60 : 60);
    return nanoseconds([year, month, day, hour, minute, second].map(Number), fraction, zone);
  }
  const legacy = LEGACY.exec(text);
  if (legacy === null) return null;
  const [, name, day, year, hour, minute, second, fraction = ""] = legacy;
  const month = MONTHS.indexOf(name) + 1;
  return nanoseconds([Number(year), month, ...[day, hour, minute, second].map(Number)], fraction, 0);
}

function nanoseconds(parts: readonly number[], fraction: string, zoneS: number): bigint | null {
  const [year, month, day, hour, minute, second] = parts;
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  date.setUTCFullYear(year);
  // 30 February, 25 o'clock and month 0 come out as other times.
  const isThere = date.getUTCDate() === day && date.getUTCHours() === hour && date.getUTCMinutes() === minute;
  if (month < 1 || month > 12 || !isThere || second > 60) return null;
  return (BigInt(date.getTime()) / 1000n - BigInt(zoneS)) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0"));
}
