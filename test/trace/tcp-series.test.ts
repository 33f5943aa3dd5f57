import { describe, expect, test } from "vitest";
import { TCP_SERIES, TcpSeries } from "../../src/trace/tcp-series.ts";
import type { TcpSample } from "../../src/trace/tcp-series.ts";

function sample(of: Partial<TcpSample>): TcpSample {
  return { cwnd: 0, ssthresh: 0, window: 0, inFlight: 0, acked: 0, rttUs: 0, rtoUs: 0, ...of };
}

describe("the samples of a connection", () => {
  test("grow with every change, and only then", () => {
    const series = new TcpSeries("a", "10.0.0.1:1", "10.0.0.2:2");
    for (let i = 0; i < 300; i++) series.sample(i * 10, sample({ cwnd: Math.floor(i / 2) }));
    expect(series.count).toBe(150);
    expect(series.times[149]).toBe(2980);
    expect(series.columns.cwnd[149]).toBe(149);
    for (const name of TCP_SERIES) expect(series.columns[name].length).toBeGreaterThanOrEqual(series.count);
  });

  test("keep the last of one instant", () => {
    const series = new TcpSeries("a", "10.0.0.1:1", "10.0.0.2:2");
    series.sample(5, sample({ cwnd: 1 }));
    series.sample(5, sample({ cwnd: 2 }));
    expect(series.count).toBe(1);
    expect(series.columns.cwnd[0]).toBe(2);
  });

  test("tell how many there are by a time", () => {
    const series = new TcpSeries("a", "10.0.0.1:1", "10.0.0.2:2");
    for (const at of [10, 20, 30]) series.sample(at, sample({ cwnd: at }));
    expect([9, 10, 29, 30, 99].map((at) => series.upTo(at))).toEqual([0, 1, 2, 3, 3]);
  });
});
