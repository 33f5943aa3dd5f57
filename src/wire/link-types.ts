// Link types by their pcap numbers (tcpdump.org/linktypes.html), the ones decoded here.

export const LINKTYPE = {
  null: 0,
  ethernet: 1,
  ppp: 9,
  llc: 11,
  rawBsd: 12,
  pppHdlc: 50,
  pppEther: 51,
  raw: 101,
  llcToo: 100,
  ciscoHdlc: 104,
  frameRelay: 107,
  loop: 108,
  ciscoHdlcToo: 112,
  linuxSll: 113,
  pppWithDirection: 204,
  ipv4: 228,
  ipv6: 229,
  nflog: 239,
  linuxSll2: 276,
} as const;
