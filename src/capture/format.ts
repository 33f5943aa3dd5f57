// What kind of file this is, by its first bytes.

/** How a classic pcap file writes its records. */
export interface ClassicLayout {
  readonly kind: "pcap";
  readonly bigEndian: boolean;
  readonly nanoseconds: boolean;
  /** Kuznetzov's modified format: 24-byte record headers with an interface index and packet type. */
  readonly modified: boolean;
}

export type Detected =
  | ClassicLayout
  | { readonly kind: "pcapng" }
  | { readonly kind: "compressed"; readonly compression: "gzip" | "zstd" }
  /** Known by name and not read; what can be done about it, or "". */
  | { readonly kind: "unsupported"; readonly what: string; readonly advice: string }
  /** Fewer bytes than tell. */
  | { readonly kind: "short" }
  | { readonly kind: "unknown" };

/** Bytes `detect` needs to be sure; fewer will do where the file has no more. */
export const DETECT_BYTES = 24;

/** Length of the classic file header. */
export const CLASSIC_HEADER_BYTES = 24;

interface Signature {
  readonly bytes: readonly number[];
  readonly what: string;
  /** How to get a capture out of it, where a common program does. */
  readonly advice?: string;
}

function text(characters: string): number[] {
  return Array.from(characters, (character) => character.charCodeAt(0));
}

const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];

function piped(command: string): string {
  return `pipe it: ${command} FILE | wirelab open -`;
}

const CONVERT = "Wireshark's editcap -F pcapng converts it";

const UNSUPPORTED: readonly Signature[] = [
  { bytes: [0x04, 0x22, 0x4d, 0x18], what: "lz4-compressed", advice: piped("lz4 -dc") },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], what: "xz-compressed", advice: piped("xz -dc") },
  { bytes: text("BZh"), what: "bzip2-compressed", advice: piped("bzip2 -dc") },
  { bytes: [0x1f, 0x9d], what: "compress (.Z)", advice: piped("uncompress -c") },
  { bytes: [0x50, 0x4b, 0x03, 0x04], what: "zip", advice: piped("unzip -p") },
  { bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], what: "7-zip" },
  { bytes: text("snoop\0\0\0"), what: "Solaris snoop", advice: CONVERT },
  { bytes: text("btsnoop\0"), what: "Symbian btsnoop", advice: CONVERT },
  { bytes: text("RTSS"), what: "Microsoft Network Monitor 1", advice: CONVERT },
  { bytes: text("GMBU"), what: "Microsoft Network Monitor 2", advice: CONVERT },
  { bytes: text("XCP\0"), what: "NetXRay or Windows Sniffer", advice: CONVERT },
  { bytes: text("TRSNIFF data    \x1a"), what: "DOS Sniffer", advice: CONVERT },
  { bytes: text("iptrace "), what: "AIX iptrace", advice: CONVERT },
  { bytes: text("\x7fver"), what: "EtherPeek or OmniPeek", advice: CONVERT },
  { bytes: [0xa1, 0xb2, 0x34, 0xcd], what: "Navtel pcap" },
  { bytes: [0xcd, 0x34, 0xb2, 0xa1], what: "Navtel pcap" },
  { bytes: [0x1c, 0x00, 0x01, 0xac], what: "Ixia lcap" },
  { bytes: [0xac, 0x01, 0x00, 0x1c], what: "Ixia lcap" },
  { bytes: [0x1c, 0x00, 0x01, 0xab], what: "Ixia lcap" },
  { bytes: [0xab, 0x01, 0x00, 0x1c], what: "Ixia lcap" },
  { bytes: text("\x7fELF"), what: "program (ELF)" },
];

/** The format that begins with `head`: the first bytes of the file, `DETECT_BYTES` or all there are. */
export function detect(head: Uint8Array): Detected {
  if (head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b) {
    return { kind: "compressed", compression: "gzip" };
  }
  if (startsWith(head, ZSTD)) return { kind: "compressed", compression: "zstd" };
  for (const { bytes, what, advice } of UNSUPPORTED) {
    if (startsWith(head, bytes)) return { kind: "unsupported", what, advice: advice ?? "" };
  }
  if (head.length < 4) return { kind: "short" };
  const magic = ((head[0] << 24) | (head[1] << 16) | (head[2] << 8) | head[3]) >>> 0;
  switch (magic) {
    case 0x0a0d0d0a:
      return { kind: "pcapng" };
    case 0xa1b2c3d4:
      return classic(true, false, false);
    case 0xd4c3b2a1:
      return classic(false, false, false);
    case 0xa1b23c4d:
      return classic(true, true, false);
    case 0x4d3cb2a1:
      return classic(false, true, false);
    case 0xa1b2cd34:
      return classic(true, false, true);
    case 0x34cdb2a1:
      return classic(false, false, true);
    default:
      return looksLikeErf(head)
        ? { kind: "unsupported", what: "Endace ERF", advice: CONVERT }
        : { kind: "unknown" };
  }
}

function classic(bigEndian: boolean, nanoseconds: boolean, modified: boolean): ClassicLayout {
  return { kind: "pcap", bigEndian, nanoseconds, modified };
}

function startsWith(head: Uint8Array, bytes: readonly number[]): boolean {
  return head.length >= bytes.length && bytes.every((byte, i) => head[i] === byte);
}

/**
 * ERF has no magic: a little-endian 64-bit time, then type, flags, record length, loss counter, wire length. Taken for
 * one only when the time is between 1990 and 2060 and type and lengths fit Ethernet.
 */
function looksLikeErf(head: Uint8Array): boolean {
  if (head.length < 16) return false;
  const seconds = (head[4] | (head[5] << 8) | (head[6] << 16) | (head[7] << 24)) >>> 0;
  const recordLength = (head[10] << 8) | head[11];
  const wireLength = (head[14] << 8) | head[15];
  const type = head[8] & 0x7f;
  return (
    seconds > 631_152_000 &&
    seconds < 2_840_140_800 &&
    (type === 2 || type === 11 || type === 16 || type === 20) &&
    recordLength >= 16 &&
    wireLength > 0 &&
    wireLength < 10_000
  );
}
