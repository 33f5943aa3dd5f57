// What one side of a TCP connection knew of its way to the other, over time: a sample whenever it changed, beside the steps
// of the trace. The members are those of TCP_INFO (tcp(7)), windows and thresholds in bytes.

const CAPACITY_MIN = 64;

/** What is sampled: bytes, except round trip and timeout, which are microseconds. */
export const TCP_SERIES = ["cwnd", "ssthresh", "window", "inFlight", "acked", "rttUs", "rtoUs"] as const;

export type TcpSeriesName = (typeof TCP_SERIES)[number];

export type TcpSample = Readonly<Record<TcpSeriesName, number>>;

/** The ssthresh of a sender that has lost nothing yet. */
export const SSTHRESH_INFINITE = 0x7fffffff;

export class TcpSeries {
  readonly host: string;
  /** As `formatAddress` prints them. */
  readonly local: string;
  readonly remote: string;
  /** Samples there are; the columns are longer. */
  count = 0;
  /** Nanoseconds since the run began, ascending. */
  times = new Float64Array(CAPACITY_MIN);
  readonly columns: Record<TcpSeriesName, Float64Array>;

  constructor(host: string, local: string, remote: string) {
    this.host = host;
    this.local = local;
    this.remote = remote;
    this.columns = {
      cwnd: new Float64Array(CAPACITY_MIN),
      ssthresh: new Float64Array(CAPACITY_MIN),
      window: new Float64Array(CAPACITY_MIN),
      inFlight: new Float64Array(CAPACITY_MIN),
      acked: new Float64Array(CAPACITY_MIN),
      rttUs: new Float64Array(CAPACITY_MIN),
      rtoUs: new Float64Array(CAPACITY_MIN),
    };
  }

  /** Of several samples of one instant the last stays; one that says nothing new is left out. */
  sample(timeNs: number, sample: TcpSample): void {
    const last = this.count - 1;
    if (last >= 0 && this.#holds(last, sample)) return;
    const at = last >= 0 && this.times[last] === timeNs ? last : this.count++;
    if (at === this.times.length) this.#grow();
    const { columns } = this;
    this.times[at] = timeNs;
    columns.cwnd[at] = sample.cwnd;
    columns.ssthresh[at] = sample.ssthresh;
    columns.window[at] = sample.window;
    columns.inFlight[at] = sample.inFlight;
    columns.acked[at] = sample.acked;
    columns.rttUs[at] = sample.rttUs;
    columns.rtoUs[at] = sample.rtoUs;
  }

  /** Spelt out, since it is asked after every segment. */
  #holds(at: number, sample: TcpSample): boolean {
    const { columns } = this;
    return (
      columns.inFlight[at] === sample.inFlight &&
      columns.acked[at] === sample.acked &&
      columns.cwnd[at] === sample.cwnd &&
      columns.ssthresh[at] === sample.ssthresh &&
      columns.window[at] === sample.window &&
      columns.rttUs[at] === sample.rttUs &&
      columns.rtoUs[at] === sample.rtoUs
    );
  }

  /** Samples at or before `timeNs`: the last of them holds then. */
  upTo(timeNs: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle] <= timeNs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #grow(): void {
    const size = this.times.length * 2;
    this.times = longer(this.times, size);
    for (const name of TCP_SERIES) this.columns[name] = longer(this.columns[name], size);
  }
}

function longer(from: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const to = new Float64Array(size);
  to.set(from);
  return to;
}
