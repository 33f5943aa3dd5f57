// What a message costs its sender, as Linux counts it against SO_SNDBUF (skb->truesize): the sk_buff, its head in an allocation of
// 512, 1,024, 2,048 ... bytes, and whole pages for what does not go into the head (net/unix/af_unix.c, net/core/skbuff.c).
//
// So a stream takes 278 messages of up to 192 bytes before it is full, and 219,264 bytes written at once. Measured on Linux 6.18
// with SO_SNDBUF at its default of 212,992; test/sim/unix/cost.test.ts has the table.

const SK_BUFF = 256;
const SHARED_INFO = 320;
const CACHE_LINE = 64;
const PAGE = 4096;
const HEAD_MIN = 512;
/** Longest head of a stream's piece: what fits into one page. */
const STREAM_HEAD_MAX = 3776;
const STREAM_PAGES_MAX = 32_768;
/** Longest head of a datagram that needs no pages. */
const DATAGRAM_HEAD_MAX = 16_064;
const DATAGRAM_PAGES_MAX = 17 * PAGE;

function pages(bytes: number): number {
  return Math.ceil(bytes / PAGE) * PAGE;
}

function head(bytes: number): number {
  const wanted = Math.ceil(bytes / CACHE_LINE) * CACHE_LINE + SHARED_INFO;
  let size = HEAD_MIN;
  while (size < wanted) size *= 2;
  return SK_BUFF + size;
}

/** Bytes of a stream that go into one piece, of `left` to be sent: two pieces are to fit into the buffer. */
export function streamPiece(left: number, sendBuffer: number): number {
  return Math.min(left, (sendBuffer >> 1) - CACHE_LINE, STREAM_HEAD_MAX + STREAM_PAGES_MAX);
}

/** What a stream's piece of `bytes` counts. */
export function streamCost(bytes: number): number {
  const paged = Math.min(bytes, pages(Math.max(0, bytes - STREAM_HEAD_MAX)));
  return head(bytes - paged) + pages(paged);
}

/** What a datagram of `bytes` counts. */
export function datagramCost(bytes: number): number {
  const paged = pages(Math.min(Math.max(0, bytes - DATAGRAM_HEAD_MAX), DATAGRAM_PAGES_MAX));
  return head(bytes - paged) + paged;
}
