// How many packets waited for one direction of a link, over time: a sample at every change, beside the steps of the trace.

const CAPACITY_MIN = 64;

export class QueueDepths {
  readonly link: string;
  /** Host names: packets wait at `from`. */
  readonly from: string;
  readonly to: string;
  /** Samples there are; the arrays are longer. */
  count = 0;
  /** Nanoseconds since the run began, ascending. */
  times = new Float64Array(CAPACITY_MIN);
  /** Packets that waited from then on. */
  packets = new Int32Array(CAPACITY_MIN);

  constructor(link: string, from: string, to: string) {
    this.link = link;
    this.from = from;
    this.to = to;
  }

  /** Of several samples of one instant the last stays. */
  sample(timeNs: number, packets: number): void {
    const last = this.count - 1;
    if (last >= 0 && this.times[last] === timeNs) {
      this.packets[last] = packets;
      return;
    }
    if (packets === (last < 0 ? 0 : this.packets[last])) return;
    if (this.count === this.times.length) this.#grow();
    this.times[this.count] = timeNs;
    this.packets[this.count++] = packets;
  }

  /** Packets that waited at `timeNs`. */
  at(timeNs: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle] <= timeNs) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : this.packets[low - 1];
  }

  #grow(): void {
    const times = new Float64Array(this.times.length * 2);
    times.set(this.times);
    this.times = times;
    const packets = new Int32Array(this.packets.length * 2);
    packets.set(this.packets);
    this.packets = packets;
  }
}
