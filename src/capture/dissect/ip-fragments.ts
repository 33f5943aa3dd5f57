// The fragments that an IP datagram was put together from, as the packet that completes it lists them.

import { bytesCount } from "./protocol.ts";
import { bytesText } from "./tree.ts";
import type { ReassembledPayload } from "./surroundings.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** Adds the list below `node`, the header at whose end, `at`, the last fragment's payload begins. */
export function addFragments(
  d: Dissection,
  node: DetailNode,
  version: 4 | 6,
  { bytes, fragments }: ReassembledPayload,
  at: number,
): void {
  const protocol = version === 4 ? "ip" : "ipv6";
  const { length } = bytes;
  const frames = fragments.map(({ row, length: size }) => `#${row + 1}(${size})`).join(", ");
  const text = `[${fragments.length} IPv${version} Fragments (${bytesCount(length)}): ${frames}]`;
  const out = d.add(node.children, `${protocol}.fragments`, text, at, 0).children;
  for (const { row, offset, length: size } of fragments) {
    const where = `payload: ${offset}-${offset + size - 1} (${bytesCount(size)})`;
    d.add(out, `${protocol}.fragment`, `[Frame: ${row + 1}, ${where}]`, 0, 0, row + 1);
  }
  const count = fragments.length;
  d.add(out, `${protocol}.fragment.count`, `[Fragment count: ${count}]`, 0, 0, count);
  d.add(out, `${protocol}.reassembled.length`, `[Reassembled IPv${version} length: ${length}]`, 0, 0, length);
  const data = (): string => `[Reassembled IPv${version} data: ${bytesText(bytes, 0, length)}]`;
  d.add(out, `${protocol}.reassembled.data`, data, 0, 0, bytes);
}
