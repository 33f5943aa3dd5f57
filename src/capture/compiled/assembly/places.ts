// Where the arrays are that the index, the streams and the analysis keep their numbers in: addresses in the memory shared with the code
// around, which sets them anew whenever one of them has moved. Each is described where it is made.

/** Columns of the packet table. */
export let seconds: usize = 0;
export let fileOffset: usize = 0;
export let nanoseconds: usize = 0;
export let capturedLength: usize = 0;
export let frameLength: usize = 0;
export let source: usize = 0;
export let destination: usize = 0;
export let payloadLength: usize = 0;
export let tcpSeq: usize = 0;
export let tcpAck: usize = 0;
export let stream: usize = 0;
export let analysis: usize = 0;
export let networkOffset: usize = 0;
export let transportOffset: usize = 0;
export let payloadOffset: usize = 0;
export let sourcePort: usize = 0;
export let destinationPort: usize = 0;
export let tcpFlags: usize = 0;
export let tcpWindow: usize = 0;
export let protocol: usize = 0;
export let interfaceId: usize = 0;

/** The table of addresses. */
export let addressFamilies: usize = 0;
export let addressWords: usize = 0;
export let addressSlots: usize = 0;
export let addressMask: u32 = 0;
export let addressesMax: u32 = 0;
/** How many there are; counted on here. */
export let addressCount: u32 = 0;

/** Conversations over TCP. */
export let tcpSlots: usize = 0;
export let tcpMask: u32 = 0;
export let tcpMax: u32 = 0;
export let tcpCount: u32 = 0;
export let tcpFirstRow: usize = 0;
export let tcpLow: usize = 0;
export let tcpHigh: usize = 0;
export let tcpLowPort: usize = 0;
export let tcpHighPort: usize = 0;
export let tcpBase: usize = 0;
export let tcpBaseRow: usize = 0;
export let tcpWindowScale: usize = 0;
export let tcpState: usize = 0;

/** And over UDP. */
export let udpSlots: usize = 0;
export let udpMask: u32 = 0;
export let udpMax: u32 = 0;
export let udpCount: u32 = 0;
export let udpFirstRow: usize = 0;
export let udpLow: usize = 0;
export let udpHigh: usize = 0;
export let udpLowPort: usize = 0;
export let udpHighPort: usize = 0;

/** The analysis: directions' states, handshakes, segments nobody acknowledged, and numbers by row. */
export let states: usize = 0;
export let handshakes: usize = 0;
export let directionsMax: u32 = 0;
export let handshakesMax: u32 = 0;
export let unackedLists: usize = 0;
export let unackedEntries: usize = 0;
export let unackedEntriesMax: u32 = 0;
export let rowAcks: usize = 0;
export let rowInFlight: usize = 0;
export let rowPushed: usize = 0;
export let rowTsVal: usize = 0;
export let rowTsEcr: usize = 0;

/** A table's count moves on here only: what is imported cannot be assigned to. */
export function countAddress(): u32 {
  addressCount++;
  return addressCount;
}

export function countTcp(): u32 {
  return tcpCount++;
}

export function countUdp(): u32 {
  return udpCount++;
}
