// Connections of TLS whose records are made here, with the secrets that open them: what one side writes is cut into records as a test likes.

import { createCipheriv, createHmac } from "node:crypto";

import { ascii, hex, joined, noise, number } from "./network.ts";

export interface TlsSuite {
  readonly number: number;
  readonly cipher: "aes-128-gcm" | "aes-256-gcm" | "chacha20-poly1305";
  readonly hash: "sha256" | "sha384";
  readonly version: 0x0303 | 0x0304;
}

export const SUITES: readonly TlsSuite[] = [
  { number: 0x1301, cipher: "aes-128-gcm", hash: "sha256", version: 0x0304 },
  { number: 0x1302, cipher: "aes-256-gcm", hash: "sha384", version: 0x0304 },
  { number: 0x1303, cipher: "chacha20-poly1305", hash: "sha256", version: 0x0304 },
  { number: 0xc02f, cipher: "aes-128-gcm", hash: "sha256", version: 0x0303 },
  { number: 0xc030, cipher: "aes-256-gcm", hash: "sha384", version: 0x0303 },
  { number: 0xcca8, cipher: "chacha20-poly1305", hash: "sha256", version: 0x0303 },
];

const TYPE = { changeCipherSpec: 20, alert: 21, handshake: 22, data: 23 } as const;

export type Side = "client" | "server";

interface Keys {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  sequence: number;
}

function record(type: number, content: Uint8Array): Uint8Array {
  return joined(Uint8Array.of(type), hex("0303"), number(content.length, 2), content);
}

function message(type: number, body: Uint8Array): Uint8Array {
  return joined(Uint8Array.of(type), number(body.length, 3), body);
}

function hmac(hash: string, key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(createHmac(hash, key).update(bytes).digest());
}

/** A connection from its hellos on: `clientHello` and `serverFlight` go first, then whatever is `sealed`. */
export class TlsSample {
  readonly #suite: TlsSuite;
  readonly #clientRandom: Uint8Array;
  readonly #serverRandom: Uint8Array;
  /** Of TLS 1.2 the master secret; of TLS 1.3 one for each side and phase. */
  readonly #secrets: Readonly<Record<"master" | "ch" | "sh" | "c" | "s", Uint8Array>>;
  readonly #keys: Record<Side, Keys>;

  constructor(suite: TlsSuite, seed: number) {
    this.#suite = suite;
    this.#clientRandom = noise(32, seed);
    this.#serverRandom = noise(32, seed + 1_000);
    const length = suite.hash === "sha384" ? 48 : 32;
    this.#secrets = {
      master: noise(48, seed + 2_000),
      ch: noise(length, seed + 3_000),
      sh: noise(length, seed + 4_000),
      c: noise(length, seed + 5_000),
      s: noise(length, seed + 6_000),
    };
    this.#keys =
      suite.version === 0x0304
        ? { client: this.#traffic(this.#secrets.ch), server: this.#traffic(this.#secrets.sh) }
        : this.#expanded();
  }

  /** The lines of a key log. */
  get log(): string {
    const line = (name: string, secret: Uint8Array): string =>
      `${name} ${Buffer.from(this.#clientRandom).toString("hex")} ${Buffer.from(secret).toString("hex")}\n`;
    const { master, ch, sh, c, s } = this.#secrets;
    if (this.#suite.version === 0x0303) return line("CLIENT_RANDOM", master);
    return [
      line("CLIENT_HANDSHAKE_TRAFFIC_SECRET", ch),
      line("SERVER_HANDSHAKE_TRAFFIC_SECRET", sh),
      line("CLIENT_TRAFFIC_SECRET_0", c),
      line("SERVER_TRAFFIC_SECRET_0", s),
    ].join("");
  }

  get clientHello(): Uint8Array {
    const suites = joined(number(2, 2), number(this.#suite.number, 2));
    const body = joined(hex("0303"), this.#clientRandom, hex("00"), suites, hex("0100 0000"));
    return record(TYPE.handshake, message(1, body));
  }

  /** The Server Hello and what follows it up to Finished; `agreed` is the protocol above, none where it is empty. */
  serverFlight(agreed = ""): Uint8Array {
    const is13 = this.#suite.version === 0x0304;
    const version = is13 ? hex("002b 0002 0304") : hex("");
    const name = joined(number(agreed.length, 1), ascii(agreed));
    const alpn =
      agreed === "" ? hex("") : joined(hex("0010"), number(name.length + 2, 2), number(name.length, 2), name);
    const extensions = is13 ? version : alpn;
    const hello = message(
      2,
      joined(
        hex("0303"),
        this.#serverRandom,
        hex("00"),
        number(this.#suite.number, 2),
        hex("00"),
        list(extensions),
      ),
    );
    const clear = record(TYPE.handshake, hello);
    if (!is13) return joined(clear, this.#change("server"));
    const sealed = this.sealed(
      "server",
      joined(message(8, list(alpn)), message(20, noise(32, 7))),
      TYPE.handshake,
    );
    this.#keys.server = this.#traffic(this.#secrets.s);
    return joined(clear, sealed);
  }

  /** What the client sends after that. */
  clientFinish(): Uint8Array {
    if (this.#suite.version === 0x0303) return this.#change("client");
    const sealed = this.sealed("client", message(20, noise(32, 8)), TYPE.handshake);
    this.#keys.client = this.#traffic(this.#secrets.c);
    return sealed;
  }

  #change(side: Side): Uint8Array {
    const finished = this.sealed(side, message(20, noise(12, 9)), TYPE.handshake);
    return joined(record(TYPE.changeCipherSpec, Uint8Array.of(1)), finished);
  }

  /** A Key Update of TLS 1.3, after which that side uses the keys that follow. */
  keyUpdate(side: Side): Uint8Array {
    const update = this.sealed(side, message(24, Uint8Array.of(0)), TYPE.handshake);
    const name = side === "client" ? "c" : "s";
    const secret = this.#label(this.#secrets[name], "traffic upd", this.#secrets[name].length);
    this.#secrets[name].set(secret);
    this.#keys[side] = this.#traffic(secret);
    return update;
  }

  /** One record of what a side writes. */
  sealed(side: Side, content: Uint8Array, type: number = TYPE.data): Uint8Array {
    const keys = this.#keys[side];
    const sequence = number(keys.sequence++, 8);
    if (this.#suite.version === 0x0304) {
      const header = joined(hex("17 0303"), number(content.length + 1 + 16, 2));
      const inner = joined(content, Uint8Array.of(type));
      return joined(header, this.#encrypted(keys.key, laid(keys.iv, sequence), header, inner));
    }
    const isChaCha = this.#suite.cipher === "chacha20-poly1305";
    const aad = joined(sequence, Uint8Array.of(type), hex("0303"), number(content.length, 2));
    const nonce = isChaCha ? laid(keys.iv, sequence) : joined(keys.iv, sequence);
    const body = this.#encrypted(keys.key, nonce, aad, content);
    return record(type, isChaCha ? body : joined(sequence, body));
  }

  #encrypted(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, content: Uint8Array): Uint8Array {
    const cipher = createCipheriv(this.#suite.cipher as "aes-128-gcm", key, nonce, { authTagLength: 16 });
    cipher.setAAD(aad);
    return joined(cipher.update(content), cipher.final(), cipher.getAuthTag());
  }

  get #keyLength(): number {
    return this.#suite.cipher === "aes-128-gcm" ? 16 : 32;
  }

  #label(secret: Uint8Array, label: string, length: number): Uint8Array {
    const name = `tls13 ${label}`;
    const info = joined(number(length, 2), number(name.length, 1), ascii(name), hex("00 01"));
    return hmac(this.#suite.hash, secret, info).subarray(0, length);
  }

  #traffic(secret: Uint8Array): Keys {
    return {
      key: this.#label(secret, "key", this.#keyLength),
      iv: this.#label(secret, "iv", 12),
      sequence: 0,
    };
  }

  /** RFC 5246 6.3. */
  #expanded(): Record<Side, Keys> {
    const { hash, cipher } = this.#suite;
    const seed = joined(ascii("key expansion"), this.#serverRandom, this.#clientRandom);
    let round = seed;
    let block: Uint8Array = new Uint8Array(0);
    while (block.length < 128) {
      round = hmac(hash, this.#secrets.master, round);
      block = joined(block, hmac(hash, this.#secrets.master, joined(round, seed)));
    }
    const length = this.#keyLength;
    const ivLength = cipher === "chacha20-poly1305" ? 12 : 4;
    const at = 2 * length;
    return {
      client: { key: block.subarray(0, length), iv: block.subarray(at, at + ivLength), sequence: 0 },
      server: {
        key: block.subarray(length, at),
        iv: block.subarray(at + ivLength, at + 2 * ivLength),
        sequence: 0,
      },
    };
  }
}

function list(bytes: Uint8Array): Uint8Array {
  return joined(number(bytes.length, 2), bytes);
}

/** `iv` with a record's number laid over its end. */
function laid(iv: Uint8Array, sequence: Uint8Array): Uint8Array {
  return iv.map((byte, i) => byte ^ (sequence[i - iv.length + sequence.length] ?? 0));
}
