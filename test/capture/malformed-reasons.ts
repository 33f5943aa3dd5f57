// Detail trees beside tshark's: why a packet is malformed is told in other words.

/** Lines but for why a packet is malformed, which is worded otherwise; and the blank ones at the end. */
export function withoutReasons(lines: readonly string[]): string[] {
  const kept: string[] = [];
  let isReason = false;
  for (const line of lines) {
    if (isReason && line.startsWith("    ")) continue;
    isReason = line.startsWith("[Malformed Packet");
    kept.push(line);
  }
  while (kept.at(-1) === "") kept.pop();
  return kept;
}
