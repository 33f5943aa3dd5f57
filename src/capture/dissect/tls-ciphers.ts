// How records of TLS are opened with the keys that a connection's secrets make: RFC 8446 5.2 and 7.3 for TLS 1.3, RFC 5246 6 for those
// before, with the suites of RFC 5288 (GCM), 6655 (CCM), 7905 (ChaCha20) and, in CBC, the order of RFC 7366 where both sides want it.

import { createDecipheriv, createHmac, timingSafeEqual } from "node:crypto";
import type { CipherCCMTypes, CipherChaCha20Poly1305Types, CipherGCMTypes } from "node:crypto";

import { expandLabel } from "./expand-label.ts";
import { rc4, rc4State } from "./rc4.ts";
import { suiteName } from "./tls-suites.ts";

export const TLS_1_0 = 0x0301;
export const TLS_1_1 = 0x0302;
export const TLS_1_2 = 0x0303;
export const TLS_1_3 = 0x0304;

/** The first byte of the suites of TLS 1.3, and of no other; and all of them. */
const TLS_1_3_SUITES = 0x13;
export const SUITES_OF_TLS_1_3: readonly number[] = [0x1301, 0x1302, 0x1303, 0x1304, 0x1305];

const HEADER_LENGTH = 5;
const SEQUENCE_LENGTH = 8;
const NOTHING = new Uint8Array(0);

/** What a record carries, by the type that it says or, in TLS 1.3, hides. */
export interface OpenRecord {
  readonly type: number;
  readonly plain: Uint8Array;
}

/** The keys of one direction. */
export interface RecordKeys {
  /**
   * Opens a record, header and all, the `sequence`th under these keys; null where they do not fit or it is damaged. `chain` is what `chainOf`
   * answered of the record before, or nothing.
   */
  open(sequence: number, record: Uint8Array, chain: Uint8Array): OpenRecord | null;
  /** What opening the next record takes, after one that was opened with `chain`. */
  chainOf(record: Uint8Array, chain: Uint8Array): Uint8Array;
}

type Aead = CipherGCMTypes | CipherCCMTypes | CipherChaCha20Poly1305Types;

/** What a suite says of records. */
interface Suite {
  readonly cipher: { readonly name: string; readonly keyLength: number };
  readonly aead: { readonly name: Aead; readonly tagLength: number; readonly isNonceSent: boolean } | null;
  /** Of keys, and of records that no AEAD protects. */
  readonly hash: "sha256" | "sha384";
  readonly mac: { readonly hash: string; readonly length: number };
  /** In CBC only, 0 elsewhere. */
  readonly blockLength: number;
}

const RC4 = "rc4";

const MACS = new Map([
  ["MD5", { hash: "md5", length: 16 }],
  ["SHA", { hash: "sha1", length: 20 }],
  ["SHA256", { hash: "sha256", length: 32 }],
  ["SHA384", { hash: "sha384", length: 48 }],
]);

const SUITE =
  /_(?:NULL|(AES|CAMELLIA|3DES|CHACHA20|RC4)_(128|256|EDE|POLY1305))_?(GCM|CCM_8|CCM|CBC)?_?(MD5|SHA\d*)?$/;

/** What suite `number` says, null for one whose records are not opened here. */
function suiteOf(number: number): Suite | null {
  const match = SUITE.exec(suiteName(number));
  if (match === null) return null;
  const [, family, size, mode = "", macName = "SHA256"] = match as (string | undefined)[];
  const mac = MACS.get(macName) ?? { hash: "sha256", length: 32 };
  const hash = macName === "SHA384" ? "sha384" : "sha256";
  // Nothing is encrypted, and all is authenticated.
  if (family === undefined)
    return { cipher: { name: "", keyLength: 0 }, aead: null, hash, mac, blockLength: 0 };
  if (family === "CHACHA20") {
    const name = "chacha20-poly1305";
    const aead = { name, tagLength: 16, isNonceSent: false } as const;
    return { cipher: { name, keyLength: 32 }, aead, hash, mac, blockLength: 0 };
  }
  if (family === "RC4")
    return { cipher: { name: RC4, keyLength: 16 }, aead: null, hash, mac, blockLength: 0 };
  const isTriple = family === "3DES";
  const bits = isTriple ? 192 : Number(size);
  const keyLength = bits / 8;
  if (mode === "CBC") {
    const name = isTriple ? "des-ede3-cbc" : `${family.toLowerCase()}-${bits}-cbc`;
    return { cipher: { name, keyLength }, aead: null, hash, mac, blockLength: isTriple ? 8 : 16 };
  }
  if (family !== "AES" || mode === "") return null;
  const tagLength = mode === "CCM_8" ? 8 : 16;
  const name = `aes-${bits}-${mode === "GCM" ? "gcm" : "ccm"}` as Aead;
  return {
    cipher: { name, keyLength },
    aead: { name, tagLength, isNonceSent: true },
    hash,
    mac,
    blockLength: 0,
  };
}

/** What is known when a connection of TLS 1.2 or before changes to its keys. */
export interface Agreed {
  readonly version: number;
  readonly suite: number;
  readonly clientRandom: Uint8Array;
  readonly serverRandom: Uint8Array;
  /** Records in CBC are encrypted first and authenticated then. */
  readonly isEncryptedFirst: boolean;
}

/** The keys of the client's records and of the server's that `master` makes; null for suites and versions that are not known here. */
export function keysOfMaster(agreed: Agreed, master: Uint8Array): readonly [RecordKeys, RecordKeys] | null {
  const suite = suiteOf(agreed.suite);
  const { version } = agreed;
  if (suite === null || version < TLS_1_0 || version > TLS_1_2) return null;
  if (suite.aead !== null && version < TLS_1_2) return null;
  const { aead, blockLength } = suite;
  const macLength = aead === null ? suite.mac.length : 0;
  const { keyLength } = suite.cipher;
  // What of the nonce is not sent; a whole one where each record begins with one.
  const ivLength = aead === null ? (version < TLS_1_1 ? blockLength : 0) : aead.isNonceSent ? 4 : 12;
  const seed = Buffer.concat([Buffer.from("key expansion"), agreed.serverRandom, agreed.clientRandom]);
  const block = expanded(agreed, suite, master, seed, 2 * (macLength + keyLength + ivLength));
  let at = 0;
  const next = (length: number): Uint8Array => block.subarray(at, (at += length));
  const macs = [next(macLength), next(macLength)];
  const keys = [next(keyLength), next(keyLength)];
  const ivs = [next(ivLength), next(ivLength)];
  const side = (i: 0 | 1): RecordKeys => {
    if (aead !== null) return new AeadKeys(aead, keys[i], ivs[i]);
    const mac = new RecordMac(suite.mac, macs[i]);
    if (blockLength > 0) return new BlockKeys(agreed, suite, mac, keys[i], ivs[i]);
    return new StreamKeys(mac, suite.cipher.name === RC4 ? rc4State(keys[i]) : null);
  };
  return [side(0), side(1)];
}

/** `length` bytes of a secret and a seed (RFC 5246 5, RFC 2246 5). */
function expanded(
  { version }: Agreed,
  { hash }: Suite,
  secret: Uint8Array,
  seed: Uint8Array,
  length: number,
): Uint8Array {
  if (version === TLS_1_2) return hashed(hash, secret, seed, length);
  const half = Math.ceil(secret.length / 2);
  const one = hashed("md5", secret.subarray(0, half), seed, length);
  const other = hashed("sha1", secret.subarray(secret.length - half), seed, length);
  return one.map((byte, i) => byte ^ other[i]);
}

function hashed(hash: string, secret: Uint8Array, seed: Uint8Array, length: number): Uint8Array {
  const hmac = (bytes: Uint8Array): Buffer => createHmac(hash, secret).update(bytes).digest();
  const parts: Buffer[] = [];
  let have = 0;
  for (let round = hmac(seed); have < length; round = hmac(round)) {
    const part = hmac(Buffer.concat([round, seed]));
    parts.push(part);
    have += part.length;
  }
  return Uint8Array.from(Buffer.concat(parts).subarray(0, length));
}

/** The keys that a traffic secret of TLS 1.3 makes; null for suites that are not known here. */
export function keysOfTraffic(suite: number, secret: Uint8Array): RecordKeys | null {
  const known = suiteOf(suite);
  if (known === null || known.aead === null || suite >> 8 !== TLS_1_3_SUITES) return null;
  const { hash, aead } = known;
  const key = expandLabel(hash, secret, "key", known.cipher.keyLength);
  return new TrafficKeys(aead, key, expandLabel(hash, secret, "iv", 12));
}

/** The traffic secret that follows `secret` when its sender updates its keys (RFC 8446 7.2). */
export function nextTrafficSecret(suite: number, secret: Uint8Array): Uint8Array {
  return expandLabel(suiteOf(suite)?.hash ?? "sha256", secret, "traffic upd", secret.length);
}

/** Decrypts and authenticates; null where that fails, or this build of Node has no such cipher. */
function unsealed(
  { name, tagLength }: { readonly name: Aead; readonly tagLength: number },
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | null {
  const length = sealed.length - tagLength;
  try {
    const decipher = createDecipheriv(name as CipherCCMTypes, key, nonce, { authTagLength: tagLength });
    decipher.setAuthTag(sealed.subarray(length));
    decipher.setAAD(aad, { plaintextLength: length });
    const plain = decipher.update(sealed.subarray(0, length));
    decipher.final();
    return plain;
  } catch {
    return null;
  }
}

/** `iv` with a record's number laid over its end (RFC 8446 5.3). */
function nonceOf(iv: Uint8Array, sequence: number): Uint8Array {
  const nonce = Uint8Array.from(iv);
  let rest = sequence;
  for (let i = nonce.length - 1; rest > 0; i--) {
    nonce[i] ^= rest % 256;
    rest = Math.floor(rest / 256);
  }
  return nonce;
}

/** What goes before a record's content to be authenticated with it (RFC 5246 6.2.3). */
function numbered(sequence: number, record: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(SEQUENCE_LENGTH + HEADER_LENGTH);
  bytes.set(nonceOf(bytes.subarray(0, SEQUENCE_LENGTH), sequence));
  bytes.set(record.subarray(0, 3), SEQUENCE_LENGTH);
  bytes[SEQUENCE_LENGTH + 3] = length >> 8;
  bytes[SEQUENCE_LENGTH + 4] = length & 0xff;
  return bytes;
}

/** Keys that authenticate what they encrypt, for which no record depends on the one before. */
abstract class AuthenticatingKeys implements RecordKeys {
  protected readonly aead: NonNullable<Suite["aead"]>;
  protected readonly key: Uint8Array;
  protected readonly iv: Uint8Array;

  constructor(aead: NonNullable<Suite["aead"]>, key: Uint8Array, iv: Uint8Array) {
    this.aead = aead;
    this.key = key;
    this.iv = iv;
  }

  abstract open(sequence: number, record: Uint8Array): OpenRecord | null;

  chainOf(): Uint8Array {
    return NOTHING;
  }
}

/** Of TLS 1.2's suites. */
class AeadKeys extends AuthenticatingKeys {
  open(sequence: number, record: Uint8Array): OpenRecord | null {
    const { isNonceSent, tagLength } = this.aead;
    const from = HEADER_LENGTH + (isNonceSent ? SEQUENCE_LENGTH : 0);
    const length = record.length - from - tagLength;
    if (length < 0) return null;
    const nonce = isNonceSent
      ? Buffer.concat([this.iv, record.subarray(HEADER_LENGTH, from)])
      : nonceOf(this.iv, sequence);
    const aad = numbered(sequence, record, length);
    const plain = unsealed(this.aead, this.key, nonce, aad, record.subarray(from));
    return plain === null ? null : { type: record[0], plain };
  }
}

/** Of TLS 1.3, whose records say what they carry behind it. */
class TrafficKeys extends AuthenticatingKeys {
  open(sequence: number, record: Uint8Array): OpenRecord | null {
    if (record.length < HEADER_LENGTH + this.aead.tagLength) return null;
    const header = record.subarray(0, HEADER_LENGTH);
    const nonce = nonceOf(this.iv, sequence);
    const padded = unsealed(this.aead, this.key, nonce, header, record.subarray(HEADER_LENGTH));
    if (padded === null) return null;
    let end = padded.length;
    while (end > 0 && padded[end - 1] === 0) end--;
    return end === 0 ? null : { type: padded[end - 1], plain: padded.subarray(0, end - 1) };
  }
}

/** What authenticates the records of suites that are no AEAD. */
class RecordMac {
  readonly length: number;
  readonly #hash: string;
  readonly #key: Uint8Array;

  constructor({ hash, length }: Suite["mac"], key: Uint8Array) {
    this.#hash = hash;
    this.length = length;
    this.#key = key;
  }

  isSound(sequence: number, record: Uint8Array, content: Uint8Array, tag: Uint8Array): boolean {
    const computed = createHmac(this.#hash, this.#key)
      .update(numbered(sequence, record, content.length))
      .update(content)
      .digest();
    return computed.length === tag.length && timingSafeEqual(computed, tag);
  }
}

/** Of suites that encrypt byte by byte, all records of a direction as one stream, or not at all. */
class StreamKeys implements RecordKeys {
  readonly #mac: RecordMac;
  /** The state before the first record; null where nothing is encrypted. */
  readonly #start: Uint8Array | null;

  constructor(mac: RecordMac, start: Uint8Array | null) {
    this.#mac = mac;
    this.#start = start;
  }

  open(sequence: number, record: Uint8Array, chain: Uint8Array): OpenRecord | null {
    const length = record.length - HEADER_LENGTH - this.#mac.length;
    if (length < 0) return null;
    const state = this.#stateOf(chain);
    const body = record.slice(HEADER_LENGTH);
    const clear = state === null ? body : rc4(state, body);
    const plain = clear.subarray(0, length);
    return this.#mac.isSound(sequence, record, plain, clear.subarray(length))
      ? { type: record[0], plain }
      : null;
  }

  #stateOf(chain: Uint8Array): Uint8Array | null {
    return this.#start === null ? null : Uint8Array.from(chain.length > 0 ? chain : this.#start);
  }

  chainOf(record: Uint8Array, chain: Uint8Array): Uint8Array {
    const state = this.#stateOf(chain);
    if (state === null) return NOTHING;
    rc4(state, record.subarray(HEADER_LENGTH));
    return state;
  }
}

/** Of suites in CBC. */
class BlockKeys implements RecordKeys {
  readonly #agreed: Agreed;
  readonly #suite: Suite;
  readonly #mac: RecordMac;
  readonly #key: Uint8Array;
  /** The first record's, where records do not begin with their own. */
  readonly #iv: Uint8Array;

  constructor(agreed: Agreed, suite: Suite, mac: RecordMac, key: Uint8Array, iv: Uint8Array) {
    this.#agreed = agreed;
    this.#suite = suite;
    this.#mac = mac;
    this.#key = key;
    this.#iv = iv;
  }

  open(sequence: number, record: Uint8Array, chain: Uint8Array): OpenRecord | null {
    const { blockLength } = this.#suite;
    const mac = this.#mac;
    const { isEncryptedFirst } = this.#agreed;
    const end = record.length - (isEncryptedFirst ? mac.length : 0);
    const hasIv = this.#agreed.version >= TLS_1_1;
    const from = HEADER_LENGTH + (hasIv ? blockLength : 0);
    if (end - from < blockLength || (end - from) % blockLength !== 0) return null;
    if (
      isEncryptedFirst &&
      !mac.isSound(sequence, record, record.subarray(HEADER_LENGTH, end), record.subarray(end))
    )
      return null;
    const iv = hasIv ? record.subarray(HEADER_LENGTH, from) : chain.length > 0 ? chain : this.#iv;
    const blocks = this.#decrypted(iv, record.subarray(from, end));
    if (blocks === null) return null;
    const padding = blocks[blocks.length - 1] + 1;
    const length = blocks.length - padding - (isEncryptedFirst ? 0 : mac.length);
    if (length < 0) return null;
    const plain = blocks.subarray(0, length);
    const isSound =
      isEncryptedFirst || mac.isSound(sequence, record, plain, blocks.subarray(length, length + mac.length));
    return isSound ? { type: record[0], plain } : null;
  }

  chainOf(record: Uint8Array): Uint8Array {
    if (this.#agreed.version >= TLS_1_1) return NOTHING;
    const end = record.length - (this.#agreed.isEncryptedFirst ? this.#mac.length : 0);
    return Uint8Array.from(record.subarray(end - this.#suite.blockLength, end));
  }

  #decrypted(iv: Uint8Array, blocks: Uint8Array): Uint8Array | null {
    try {
      return createDecipheriv(this.#suite.cipher.name, this.#key, iv).setAutoPadding(false).update(blocks);
    } catch {
      return null;
    }
  }
}
