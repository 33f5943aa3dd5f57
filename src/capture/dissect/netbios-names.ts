// Names of NetBIOS (RFC 1001 14.1): what they are for, and how they are written as names of DNS.

/** What a name's last byte says it is for. */
const SUFFIXES = new Map<number, string>([
  [0x00, "Workstation/Redirector"],
  [0x01, "Browser"],
  [0x02, "Workstation/Redirector"],
  [0x03, "Messenger service/Main name"],
  [0x05, "Forwarded name"],
  [0x06, "RAS Server service"],
  [0x1b, "Domain Master Browser"],
  [0x1c, "Domain Controllers"],
  [0x1d, "Local Master Browser"],
  [0x1e, "Browser Election Service"],
  [0x1f, "Net DDE Service"],
  [0x20, "Server service"],
  [0x21, "RAS client service"],
  [0x22, "Exchange Interchange (MSMail Connector)"],
  [0x23, "Exchange Store"],
  [0x24, "Exchange Directory"],
  [0x2b, "Lotus Notes Server service"],
  [0x30, "Modem sharing server service"],
  [0x31, "Modem sharing client service"],
  [0x43, "SMS Clients Remote Control"],
  [0x44, "SMS Administrators Remote Control Tool"],
  [0x45, "SMS Clients Remote Chat"],
  [0x46, "SMS Clients Remote Transfer"],
  [0x4c, "DEC Pathworks TCP/IP Service on Windows NT"],
  [0x52, "DEC Pathworks TCP/IP Service on Windows NT"],
  [0x6a, "Microsoft Exchange IMC"],
  [0x87, "Microsoft Exchange MTA"],
  [0xbe, "Network Monitor Agent"],
  [0xbf, "Network Monitor Analyzer"],
]);

/** Bytes of a name, the last of which says what it is for. */
export const NAME_LENGTH = 16;

export interface NetbiosName {
  /** `HOST<20>`, with its scope. */
  readonly text: string;
  /** The same with what it is for. */
  readonly title: string;
}

/** 16 bytes of a name: letters as they are, other bytes as `<xx>`. */
export function nameOf(bytes: readonly number[], scope: string): NetbiosName {
  const hex = (byte: number): string => `<${byte.toString(16).padStart(2, "0")}>`;
  const letters = bytes
    .slice(0, NAME_LENGTH - 1)
    .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : hex(byte)))
    .join("");
  const suffix = bytes[NAME_LENGTH - 1];
  const text = `${letters.trimEnd() === "" ? letters : letters.trimEnd()}${hex(suffix)}${scope}`;
  return { text, title: `${text} (${SUFFIXES.get(suffix) ?? "Unknown"})` };
}

/** The name that `encoded`, the text of a name as DNS has it, stands for: two letters a byte up to the first dot (RFC 1001 14.1). */
export function decodedName(encoded: string): NetbiosName {
  const illegal = (why: string): NetbiosName => {
    const text = `Illegal NetBIOS name (${why})`;
    return { text, title: text };
  };
  const dot = encoded.indexOf(".");
  const letters = dot === -1 ? encoded : encoded.slice(0, dot);
  const bytes: number[] = [];
  for (let i = 0; i < letters.length; i += 2) {
    const [high, low] = [letters.charCodeAt(i) - 65, letters.charCodeAt(i + 1) - 65];
    if (high < 0 || high > 25) return illegal("1st character not between A and Z in first-level encoding");
    if (i + 1 >= letters.length) return illegal("odd number of bytes");
    if (low < 0 || low > 25) return illegal("2nd character not between A and Z in first-level encoding");
    bytes.push(((high << 4) | low) & 0xff);
  }
  if (bytes.length < NAME_LENGTH) return illegal(`${bytes.length} bytes long`);
  return nameOf(bytes, dot === -1 ? "" : encoded.slice(dot));
}
