// Taking a reduction back that timestamps or D-SACK (RFC 2883, Eifel's RFC 4015) show to have been needless, as Linux does it.

import type { CongestionControl } from "./congestion/congestion.ts";
import type { CongestionWindow } from "./congestion/window.ts";
import type { Rack } from "./rack.ts";
import type { Scoreboard } from "./scoreboard.ts";

export class Undo {
  /** The threshold to go back to; 0: the reduction was called for, whatever the peer reports of retransmissions. */
  ssthresh = 0;
  readonly #board: Scoreboard;
  readonly #window: CongestionWindow;
  readonly #rack: Rack;

  constructor(board: Scoreboard, window: CongestionWindow, rack: Rack) {
    this.#board = board;
    this.#window = window;
    this.#rack = rack;
  }

  /** A recovery begins at `sndUna`: retransmissions are counted from here on. */
  begin(sndUna: number): void {
    const board = this.#board;
    board.undoPossible = true;
    board.undoMarker = sndUna;
    board.undoRetrans = board.retransOut > 0 ? board.retransOut : -1;
  }

  /** Whether no retransmission was needed: the peer got every one twice, or an ACK of originals tells (`original`). */
  isDue(original: boolean): boolean {
    return this.#board.undoPossible && (this.#board.undoRetrans === 0 || original);
  }

  /** The window is what it was. `unmark`: nothing on the way counts as lost any more. */
  reduction(congestion: CongestionControl, unmark: boolean): void {
    if (unmark) this.#board.unmarkLost();
    if (this.ssthresh > 0) {
      const window = this.#window;
      congestion.onUndo(window);
      if (this.ssthresh > window.ssthresh) window.ssthresh = this.ssthresh;
    }
    this.#board.undoPossible = false;
    this.#rack.advance();
  }
}
