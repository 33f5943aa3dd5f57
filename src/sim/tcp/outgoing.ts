// The segment a sender has decided on: numbers in place of an object a segment. It is built before another sender decides, so one
// does for all.

class Outgoing {
  seq = 0;
  /** Bytes of payload. */
  length = 0;
  /** FIN and PSH. */
  flags = 0;
  /** Never sent before. */
  fresh = false;

  is(seq: number, length: number, flags: number, fresh: boolean): void {
    this.seq = seq;
    this.length = length;
    this.flags = flags;
    this.fresh = fresh;
  }

  /** Nothing, numbered before what is acknowledged: the peer must answer (RFC 9293 section 3.8.6.1). */
  isQuestion(sndUna: number): void {
    this.is((sndUna - 1) | 0, 0, 0, false);
  }
}

export const outgoing = new Outgoing();
