// What the ACK being taken tells of the segments on the way. It is read before the next one comes, so one does for all connections.

import { NEVER_NS } from "../clock.ts";
import { before } from "./seq.ts";

class AckNews {
  /** The peer has new data out of order. */
  sackedNew = false;
  /** It has something twice. */
  duplicateSeen = false;
  duplicateEnd = 0;
  /** Something never sent twice, sent before `highSeq`, arrived (F-RTO). */
  originalSacked = false;
  /** Round trips of what was sent once: of the first and the last newly reported, as times they were sent; NEVER_NS: none. */
  firstSentNs = NEVER_NS;
  lastSentNs = NEVER_NS;
  ackedSegments = 0;
  ackedRetransmitted = false;
  ackedFirstNs = NEVER_NS;
  ackedLastNs = NEVER_NS;
  /** The lowest number that arrived late, if any did. */
  late = 0;
  isLate = false;

  /** The next ACK is about to be taken. */
  begin(): void {
    this.sackedNew = false;
    this.duplicateSeen = false;
    this.originalSacked = false;
    this.firstSentNs = NEVER_NS;
    this.lastSentNs = NEVER_NS;
    this.ackedSegments = 0;
    this.ackedRetransmitted = false;
    this.ackedFirstNs = NEVER_NS;
    this.ackedLastNs = NEVER_NS;
    this.isLate = false;
  }

  /** The segment numbered `seq` came behind later ones. */
  arrivedLate(seq: number): void {
    if (this.isLate && !before(seq, this.late)) return;
    this.isLate = true;
    this.late = seq;
  }
}

export const news = new AckNews();
