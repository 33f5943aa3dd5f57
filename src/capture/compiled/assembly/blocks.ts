// The walk over packet blocks of pcapng (draft-ietf-opsawg-pcapng 4.3) that are like most: one interface's, in this machine's byte order, without
// options. `capture/pcapng.ts` says what is to come out of any of them, and a test holds both alike.

import { packet, rowsMax } from "./index";
import { setWord } from "./bytes";
import { capturedLength, fileOffset, frameLength, interfaceId, nanoseconds, seconds } from "./places";

const ENHANCED_PACKET: u32 = 6;
/** What comes before a packet's bytes, and with what comes behind them. */
const HEADER: usize = 28;
const AROUND: u32 = 32;

/** How far `walkBlocks` got among the rows. */
export let walkedBlocks: u32 = 0;

/**
 * Indexes the packet blocks in [at, end), the first of them as packet `from`, up to the first block that is not done here, or not whole; answers
 * where that begins. The byte at `at` is at `offset` in the file. Packets are of interface `id` of the section and `index` of the capture, a
 * second has `ticks`, each of `scale` nanoseconds, and no packet more than `capturedMax` bytes.
 */
export function walkBlocks(
  at: usize,
  end: usize,
  from: u32,
  offset: f64,
  id: u32,
  index: u32,
  ticks: u32,
  scale: u32,
  capturedMax: u32,
  link: u32,
): usize {
  let row = from;
  let here = at;
  while (row < rowsMax && end - here >= <usize>AROUND) {
    const total = load<u32>(here, 4);
    if (load<u32>(here) != ENHANCED_PACKET || load<u32>(here, 8) != id || <usize>total > end - here) break;
    const captured = load<u32>(here, 20);
    if (captured > capturedMax || total != AROUND + ((captured + 3) & ~3)) break;
    if (load<u32>(here + total - 4) != total) break;
    const length = load<u32>(here, 24);
    if (!packet(row, here + HEADER, captured, length, link)) break;
    const time = ((<u64>load<u32>(here, 12)) << 32) | load<u32>(here, 16);
    const second = time / ticks;
    store<f64>(seconds + ((<usize>row) << 3), <f64>second);
    store<f64>(fileOffset + ((<usize>row) << 3), offset + <f64>(here + HEADER - at));
    setWord(nanoseconds, row, <u32>(time - second * ticks) * scale);
    setWord(capturedLength, row, captured);
    setWord(frameLength, row, length);
    store<u16>(interfaceId + ((<usize>row) << 1), <u16>index);
    here += total;
    row++;
  }
  walkedBlocks = row;
  return here;
}
