// Connections of TLS whose records are made here, with the secrets that open them: what one side writes is cut into records as a test likes.

import { createCipheriv, createHmac, getCipherInfo } from "node:crypto";
import type { CipherCCMTypes } from "node:crypto";

import { ascii, hex, joined, noise, number } from "./network.ts";

export interface TlsSuite {
  readonly number: number;
  /** As Node calls it, but for `rc4`, which it does not have; empty where nothing is encrypted. */
  readonly cipher: string;
  readonly hash: "sha256" | "sha384";
  readonly version: 0x0301 | 0x0302 | 0x0303 | 0x0304;
  /** Of an AEAD; 16 by default. */
  readonly tagLength?: 8 | 16;
  /** Of what is no AEAD. */
  readonly mac?: "md5" | "sha1" | "sha256" | "sha384";
  /** Records in CBC are encrypted first and authenticated then (RFC 7366). */
  readonly isEncryptedFirst?: boolean;
}

const TLS_1_3 = 0x0304;
const TLS_1_2 = 0x0303;
const TLS_1_1 = 0x0302;

export const SUITES: readonly TlsSuite[] = [
  { number: 0x1301, cipher: "aes-128-gcm", hash: "sha256", version: TLS_1_3 },
  { number: 0x1302, cipher: "aes-256-gcm", hash: "sha384", version: TLS_1_3 },
  { number: 0x1303, cipher: "chacha20-poly1305", hash: "sha256", version: TLS_1_3 },
  { number: 0x1304, cipher: "aes-128-ccm", hash: "sha256", version: TLS_1_3 },
  { number: 0x1305, cipher: "aes-128-ccm", tagLength: 8, hash: "sha256", version: TLS_1_3 },
  { number: 0xc02f, cipher: "aes-128-gcm", hash: "sha256", version: TLS_1_2 },
  { number: 0xc030, cipher: "aes-256-gcm", hash: "sha384", version: TLS_1_2 },
  { number: 0xcca8, cipher: "chacha20-poly1305", hash: "sha256", version: TLS_1_2 },
  { number: 0xc09c, cipher: "aes-128-ccm", hash: "sha256", version: TLS_1_2 },
  { number: 0xc0a9, cipher: "aes-256-ccm", tagLength: 8, hash: "sha256", version: TLS_1_2 },
  { number: 0x003c, cipher: "aes-128-cbc", mac: "sha256", hash: "sha256", version: TLS_1_2 },
  { number: 0xc028, cipher: "aes-256-cbc", mac: "sha384", hash: "sha384", version: TLS_1_2 },
  ...[false, true].flatMap((isEncryptedFirst): TlsSuite[] => [
    {
      number: 0xc076,
      cipher: "camellia-128-cbc",
      mac: "sha256",
      hash: "sha256",
      version: TLS_1_2,
      isEncryptedFirst,
    },
    {
      number: 0xc097,
      cipher: "camellia-256-cbc",
      mac: "sha384",
      hash: "sha384",
      version: TLS_1_2,
      isEncryptedFirst,
    },
    {
      number: 0xc012,
      cipher: "des-ede3-cbc",
      mac: "sha1",
      hash: "sha256",
      version: TLS_1_2,
      isEncryptedFirst,
    },
    {
      number: 0x0035,
      cipher: "aes-256-cbc",
      mac: "sha1",
      hash: "sha256",
      version: TLS_1_1,
      isEncryptedFirst,
    },
    {
      number: 0x0041,
      cipher: "camellia-128-cbc",
      mac: "sha1",
      hash: "sha256",
      version: 0x0301,
      isEncryptedFirst,
    },
    {
      number: 0x000a,
      cipher: "des-ede3-cbc",
      mac: "sha1",
      hash: "sha256",
      version: 0x0301,
      isEncryptedFirst,
    },
  ]),
  { number: 0x0005, cipher: "rc4", mac: "sha1", hash: "sha256", version: 0x0301 },
  { number: 0x0004, cipher: "rc4", mac: "md5", hash: "sha256", version: TLS_1_1 },
  { number: 0xc011, cipher: "rc4", mac: "sha1", hash: "sha256", version: TLS_1_2 },
  { number: 0x003b, cipher: "", mac: "sha256", hash: "sha256", version: TLS_1_2 },
  { number: 0xc010, cipher: "", mac: "sha1", hash: "sha256", version: TLS_1_1 },
  { number: 0x0001, cipher: "", mac: "md5", hash: "sha256", version: 0x0301 },
];

const TYPE = { changeCipherSpec: 20, alert: 21, handshake: 22, data: 23 } as const;

export type Side = "client" | "server";

interface Keys {
  readonly mac: Uint8Array;
  readonly key: Uint8Array;
  /** Of TLS 1.0 that of the next record. */
  iv: Uint8Array;
  sequence: number;
  stream?: (bytes: Uint8Array) => Uint8Array;
}

const NOTHING = new Uint8Array(0);

function message(type: number, body: Uint8Array): Uint8Array {
  return joined(Uint8Array.of(type), number(body.length, 3), body);
}

/** An extension that says nothing but that it is there. */
const ENCRYPT_THEN_MAC = hex("0016 0000");

function hmac(hash: string, key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(createHmac(hash, key).update(bytes).digest());
}

/** A connection from its hellos on: `clientHello` and `serverFlight` go first, then whatever is `sealed`. */
export class TlsSample {
  readonly #suite: TlsSuite;
  readonly #clientRandom: Uint8Array;
  readonly #serverRandom: Uint8Array;
  /** Of TLS 1.2 the master secret; of TLS 1.3 one for each side and phase. */
  readonly #secrets: Readonly<Record<"master" | "early" | "ch" | "sh" | "c" | "s", Uint8Array>>;
  readonly #keys: Record<Side, Keys>;
  #early: Keys | null = null;

  constructor(suite: TlsSuite, seed: number) {
    this.#suite = suite;
    this.#clientRandom = noise(32, seed);
    this.#serverRandom = noise(32, seed + 1_000);
    const length = suite.hash === "sha384" ? 48 : 32;
    this.#secrets = {
      master: noise(48, seed + 2_000),
      early: noise(length, seed + 7_000),
      ch: noise(length, seed + 3_000),
      sh: noise(length, seed + 4_000),
      c: noise(length, seed + 5_000),
      s: noise(length, seed + 6_000),
    };
    this.#keys =
      suite.version === TLS_1_3
        ? { client: this.#traffic(this.#secrets.ch), server: this.#traffic(this.#secrets.sh) }
        : this.#expanded();
  }

  /** The lines of a key log. */
  get log(): string {
    const line = (name: string, secret: Uint8Array): string =>
      `${name} ${Buffer.from(this.#clientRandom).toString("hex")} ${Buffer.from(secret).toString("hex")}\n`;
    const { master, early, ch, sh, c, s } = this.#secrets;
    if (this.#suite.version < TLS_1_3) return line("CLIENT_RANDOM", master);
    return [
      line("CLIENT_EARLY_TRAFFIC_SECRET", early),
      line("CLIENT_HANDSHAKE_TRAFFIC_SECRET", ch),
      line("SERVER_HANDSHAKE_TRAFFIC_SECRET", sh),
      line("CLIENT_TRAFFIC_SECRET_0", c),
      line("SERVER_TRAFFIC_SECRET_0", s),
    ].join("");
  }

  get clientHello(): Uint8Array {
    return this.#clientHello(this.#isEncryptedFirst ? ENCRYPT_THEN_MAC : NOTHING);
  }

  /** A Client Hello that announces early data (RFC 8446 4.2.10). */
  get earlyHello(): Uint8Array {
    return this.#clientHello(hex("002b 0003 02 0304 002a 0000"));
  }

  #clientHello(extension: Uint8Array): Uint8Array {
    const suites = joined(number(2, 2), number(this.#suite.number, 2));
    const extensions = list(extension);
    const body = joined(this.#version, this.#clientRandom, hex("00"), suites, hex("0100"), extensions);
    return this.#record(TYPE.handshake, message(1, body));
  }

  get #isEncryptedFirst(): boolean {
    return this.#suite.isEncryptedFirst === true;
  }

  /** As hellos and records have it. */
  get #version(): Uint8Array {
    return number(Math.min(this.#suite.version, TLS_1_2), 2);
  }

  #record(type: number, content: Uint8Array): Uint8Array {
    return joined(Uint8Array.of(type), this.#version, number(content.length, 2), content);
  }

  /** Records of early data, by keys of their own. */
  early(contents: readonly Uint8Array[], type: number = TYPE.data): Uint8Array {
    const now = this.#keys.client;
    this.#keys.client = this.#early ??= this.#traffic(this.#secrets.early);
    const sealed = contents.map((content) => this.sealed("client", content, type));
    this.#keys.client = now;
    return joined(...sealed);
  }

  get endOfEarlyData(): Uint8Array {
    return this.early([message(5, NOTHING)], TYPE.handshake);
  }

  /** A server's hello that asks for another one of the client (RFC 8446 4.1.4). */
  get helloRetry(): Uint8Array {
    const random = hex("cf21ad74e59a6111be1d8c021e65b891 c2a211167abb8c5e079e09e2c8a8339c");
    const suite = number(this.#suite.number, 2);
    const body = joined(hex("0303"), random, hex("00"), suite, hex("00"), list(hex("002b 0002 0304")));
    return this.#record(TYPE.handshake, message(2, body));
  }

  /** The Server Hello and what follows it up to Finished; `agreed` is the protocol above, none where it is empty. */
  serverFlight(agreed = ""): Uint8Array {
    const is13 = this.#suite.version === TLS_1_3;
    const version = is13 ? hex("002b 0002 0304") : hex("");
    const name = joined(number(agreed.length, 1), ascii(agreed));
    const alpn =
      agreed === "" ? hex("") : joined(hex("0010"), number(name.length + 2, 2), number(name.length, 2), name);
    const order = this.#isEncryptedFirst ? ENCRYPT_THEN_MAC : NOTHING;
    const extensions = is13 ? version : joined(alpn, order);
    const hello = message(
      2,
      joined(
        this.#version,
        this.#serverRandom,
        hex("00"),
        number(this.#suite.number, 2),
        hex("00"),
        list(extensions),
      ),
    );
    const clear = this.#record(TYPE.handshake, hello);
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
    if (this.#suite.version < TLS_1_3) return this.#change("client");
    const sealed = this.sealed("client", message(20, noise(32, 8)), TYPE.handshake);
    this.#keys.client = this.#traffic(this.#secrets.c);
    return sealed;
  }

  #change(side: Side): Uint8Array {
    const finished = this.sealed(side, message(20, noise(12, 9)), TYPE.handshake);
    return joined(this.#record(TYPE.changeCipherSpec, Uint8Array.of(1)), finished);
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
    const { version, cipher, mac, tagLength = 16 } = this.#suite;
    if (version === TLS_1_3) {
      const header = joined(hex("17 0303"), number(content.length + 1 + tagLength, 2));
      const inner = joined(content, Uint8Array.of(type));
      return joined(header, this.#encrypted(keys.key, laid(keys.iv, sequence), header, inner));
    }
    if (mac !== undefined) return this.#record(type, this.#authenticated(keys, sequence, type, content));
    const isChaCha = cipher === "chacha20-poly1305";
    const aad = joined(sequence, Uint8Array.of(type), hex("0303"), number(content.length, 2));
    const nonce = isChaCha ? laid(keys.iv, sequence) : joined(keys.iv, sequence);
    const body = this.#encrypted(keys.key, nonce, aad, content);
    return this.#record(type, isChaCha ? body : joined(sequence, body));
  }

  #encrypted(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, content: Uint8Array): Uint8Array {
    const { cipher: name, tagLength = 16 } = this.#suite;
    const cipher = createCipheriv(name as CipherCCMTypes, key, nonce, { authTagLength: tagLength });
    cipher.setAAD(aad, { plaintextLength: content.length });
    return joined(cipher.update(content), cipher.final(), cipher.getAuthTag());
  }

  /** What a record has in a suite that is no AEAD (RFC 5246 6.2.3.1 and 6.2.3.2, RFC 7366 3). */
  #authenticated(keys: Keys, sequence: Uint8Array, type: number, content: Uint8Array): Uint8Array {
    const { cipher, mac = "sha1", version } = this.#suite;
    const tag = (bytes: Uint8Array): Uint8Array => {
      const header = joined(sequence, Uint8Array.of(type), this.#version, number(bytes.length, 2));
      return hmac(mac, keys.mac, joined(header, bytes));
    };
    if (cipher === "") return joined(content, tag(content));
    if (cipher === "rc4") return joined((keys.stream ??= rc4(keys.key))(joined(content, tag(content))));
    const inner = this.#isEncryptedFirst ? content : joined(content, tag(content));
    const block = this.#ivLength;
    const [ordinal] = sequence.subarray(7);
    // More padding than needed is allowed.
    const padding = block - 1 - (inner.length % block) + block * (ordinal % 3);
    const padded = joined(inner, new Uint8Array(padding + 1).fill(padding));
    const iv = version < TLS_1_1 ? keys.iv : noise(block, ordinal + 77);
    const sealed = joined(createCipheriv(cipher, keys.key, iv).setAutoPadding(false).update(padded));
    keys.iv = sealed.slice(-block);
    const body = version < TLS_1_1 ? sealed : joined(iv, sealed);
    return this.#isEncryptedFirst ? joined(body, tag(body)) : body;
  }

  get #keyLength(): number {
    return this.#suite.cipher === "rc4" ? 16 : (getCipherInfo(this.#suite.cipher)?.keyLength ?? 0);
  }

  get #ivLength(): number {
    return getCipherInfo(this.#suite.cipher)?.ivLength ?? 0;
  }

  #label(secret: Uint8Array, label: string, length: number): Uint8Array {
    const name = `tls13 ${label}`;
    const info = joined(number(length, 2), number(name.length, 1), ascii(name), hex("00 01"));
    return hmac(this.#suite.hash, secret, info).subarray(0, length);
  }

  #traffic(secret: Uint8Array): Keys {
    return {
      mac: NOTHING,
      key: this.#label(secret, "key", this.#keyLength),
      iv: this.#label(secret, "iv", 12),
      sequence: 0,
    };
  }

  /** RFC 5246 6.3. */
  #expanded(): Record<Side, Keys> {
    const { cipher, mac } = this.#suite;
    const seed = joined(ascii("key expansion"), this.#serverRandom, this.#clientRandom);
    const block = this.#derived(seed, 256);
    let at = 0;
    const next = (length: number): Uint8Array => block.subarray(at, (at += length));
    const macLength = mac === undefined ? 0 : hmac(mac, NOTHING, NOTHING).length;
    const ivLength = mac !== undefined ? this.#ivLength : cipher === "chacha20-poly1305" ? 12 : 4;
    const macs = [next(macLength), next(macLength)];
    const keys = [next(this.#keyLength), next(this.#keyLength)];
    const ivs = [next(ivLength), next(ivLength)];
    const side = (i: number): Keys => ({ mac: macs[i], key: keys[i], iv: ivs[i], sequence: 0 });
    return { client: side(0), server: side(1) };
  }

  /** RFC 5246 5, and of two hashes up to TLS 1.1 (RFC 4346 5). */
  #derived(seed: Uint8Array, length: number): Uint8Array {
    const { master } = this.#secrets;
    if (this.#suite.version >= TLS_1_2) return derivedBy(this.#suite.hash, master, seed, length);
    const other = derivedBy("sha1", master.subarray(24), seed, length);
    return derivedBy("md5", master.subarray(0, 24), seed, length).map((byte, i) => byte ^ other[i]);
  }
}

/** RC4 as a stream of bytes to lay over what is said. */
function rc4(key: Uint8Array): (bytes: Uint8Array) => Uint8Array {
  const box = Array.from({ length: 256 }, (_, i) => i);
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + box[i] + key[i % key.length]) % 256;
    [box[i], box[j]] = [box[j], box[i]];
  }
  let [i, j] = [0, 0];
  return (bytes) =>
    bytes.map((byte) => {
      i = (i + 1) % 256;
      j = (j + box[i]) % 256;
      [box[i], box[j]] = [box[j], box[i]];
      return byte ^ box[(box[i] + box[j]) % 256];
    });
}

function derivedBy(hash: string, secret: Uint8Array, seed: Uint8Array, length: number): Uint8Array {
  let round = seed;
  let bytes: Uint8Array = NOTHING;
  while (bytes.length < length) {
    round = hmac(hash, secret, round);
    bytes = joined(bytes, hmac(hash, secret, joined(round, seed)));
  }
  return bytes.subarray(0, length);
}

function list(bytes: Uint8Array): Uint8Array {
  return joined(number(bytes.length, 2), bytes);
}

/** `iv` with a record's number laid over its end. */
function laid(iv: Uint8Array, sequence: Uint8Array): Uint8Array {
  return iv.map((byte, i) => byte ^ (sequence[i - iv.length + sequence.length] ?? 0));
}
