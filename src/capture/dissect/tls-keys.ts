// The secrets of TLS connections that somebody wrote down: a key log as NSS defined it and `SSLKEYLOGFILE` asks libraries for it, a line
// a secret. Lines come from files, which may grow, and from a capture's own blocks.

/** The secrets that records are opened with, as key logs call them. */
export const SECRET = {
  /** The master secret of TLS up to 1.2. */
  master: "CLIENT_RANDOM",
  /** Of what a client says before its server has answered (RFC 8446 2.3). */
  early: "CLIENT_EARLY_TRAFFIC_SECRET",
  clientHandshake: "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
  serverHandshake: "SERVER_HANDSHAKE_TRAFFIC_SECRET",
  clientTraffic: "CLIENT_TRAFFIC_SECRET_0",
  serverTraffic: "SERVER_TRAFFIC_SECRET_0",
} as const;
export type SecretName = (typeof SECRET)[keyof typeof SECRET];

const NAMES: ReadonlySet<string> = new Set(Object.values(SECRET));

/** Secrets kept: more come from a hostile log only. */
const SECRETS_MAX = 1_000_000;
/** A line longer than this is none of a key log. */
const LINE_MAX = 4_096;

/** Secrets are as long as the hashes of TLS 1.3, and master secrets as the longer one. */
const LINE = /^([A-Z0-9_]+) ([0-9a-f]{64}) ([0-9a-f]{64}|[0-9a-f]{96})\s*$/i;

/** Where lines come from: answers what has come since it was last asked, null for nothing. */
export type KeyLogSource = () => Uint8Array | null;

export class TlsKeys {
  readonly #sources: readonly KeyLogSource[];
  /** Of each source the beginning of a line whose end has not come. */
  readonly #begun: string[];
  /** By name and the connection's client random, as hexadecimal digits. */
  readonly #secrets = new Map<string, string>();
  /** False for as long as no record can be opened. */
  readonly mayHold: () => boolean;

  /** `mayHold` says whether there may be a secret in the sources by now: true for what may grow. */
  constructor(sources: readonly KeyLogSource[], mayHold: () => boolean = () => true) {
    this.#sources = sources;
    this.mayHold = mayHold;
    this.#begun = sources.map(() => "");
  }

  /** Secrets known so far. */
  get size(): number {
    return this.#secrets.size;
  }

  /** The secret `name` of the connection whose Client Hello had `clientRandom`; null where nobody wrote it down. */
  secret(name: SecretName, clientRandom: Uint8Array): Uint8Array | null {
    const key = `${name} ${Buffer.from(clientRandom).toString("hex")}`;
    if (!this.#secrets.has(key)) this.refresh();
    const known = this.#secrets.get(key);
    return known === undefined ? null : Uint8Array.from(Buffer.from(known, "hex"));
  }

  /** Reads what the sources have that is new. */
  refresh(): void {
    for (const [i, source] of this.#sources.entries()) {
      const bytes = source();
      if (bytes === null) continue;
      const lines = (this.#begun[i] + Buffer.from(bytes).toString("latin1")).split("\n");
      const last = lines.pop() ?? "";
      // What has not ended may be whole all the same, as the last line of a file without a line break; where it is not, it is read again.
      this.#begun[i] = last.length > LINE_MAX ? "" : last;
      for (const line of lines) this.#add(line);
      this.#add(last);
    }
  }

  #add(line: string): void {
    const match = line.length > LINE_MAX ? null : LINE.exec(line);
    if (match === null || this.#secrets.size >= SECRETS_MAX) return;
    const [, name, random, secret] = match;
    if (NAMES.has(name)) this.#secrets.set(`${name} ${random.toLowerCase()}`, secret);
  }
}
