// Link types by their pcap numbers (tcpdump.org/linktypes.html), the ones decoded here.

export const LINKTYPE = {
  null: 0,
  ethernet: 1,
  rawBsd: 12,
  raw: 101,
  loop: 108,
  linuxSll: 113,
  ipv4: 228,
  ipv6: 229,
  linuxSll2: 276,
} as const;
