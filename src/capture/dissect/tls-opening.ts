// One connection of TLS for whose records there are keys: what it agrees on, by which keys each direction's records are opened, and how to
// open one again when it is shown.

import { keysOfMaster, keysOfTraffic, nextTrafficSecret, SUITES_OF_TLS_1_3, TLS_1_3 } from "./tls-ciphers.ts";
import type { OpenRecord, RecordKeys } from "./tls-ciphers.ts";
import { announcesEarlyData, findExtension, RANDOM_AT, RANDOM_LENGTH, readServerHello } from "./tls-hello.ts";
import type { ServerHello } from "./tls-hello.ts";
import { SECRET } from "./tls-keys.ts";
import type { SecretName, TlsKeys } from "./tls-keys.ts";
import { CONTENT, HANDSHAKE, isHelloRetry } from "./tls-names.ts";

/** The extension by which both want it so (RFC 7366). */
const ENCRYPT_THEN_MAC = 22;
const NOTHING = new Uint8Array(0);

/** How a record was opened: enough to do it again. */
export interface Opened {
  readonly keys: RecordKeys;
  readonly sequence: number;
  readonly chain: Uint8Array;
}

/** Opens a record again, header and all. */
export function openAgain({ keys, sequence, chain }: Opened, record: Uint8Array): OpenRecord | null {
  return keys.open(sequence, record, chain);
}

/** A record just opened. */
export interface JustOpened extends OpenRecord {
  readonly opened: Opened;
}

interface Side {
  keys: RecordKeys | null;
  /** What the keys were made of, in TLS 1.3. */
  secret: Uint8Array;
  sequence: number;
  chain: Uint8Array;
}

export class TlsOpening {
  readonly #keys: TlsKeys;
  readonly #sides: readonly [Side, Side] = [newSide(), newSide()];
  /** The direction of the client's records. */
  #client: 0 | 1 = 0;
  #clientRandom: Uint8Array = NOTHING;
  #hello: ServerHello | null = null;
  #serverRandom: Uint8Array = NOTHING;
  #isEncryptedFirst = false;
  /** The keys of what the client says before it knows the server's: one of several suites until a record tells. Empty for none. */
  #early: readonly RecordKeys[] = [];
  #earlySequence = 0;

  constructor(keys: TlsKeys) {
    this.#keys = keys;
  }

  /** Whether records of some direction are opened. */
  get isOpen(): boolean {
    return this.#sides[0].keys !== null || this.#sides[1].keys !== null || this.#early.length > 0;
  }

  /** Learns from a whole message of the handshake, in the order they came. */
  learn(message: Uint8Array, direction: 0 | 1): void {
    switch (message[0]) {
      case HANDSHAKE.clientHello:
        this.#client = direction;
        this.#clientRandom = randomOf(message);
        this.#early = announcesEarlyData(message) ? this.#earlyKeys() : [];
        this.#earlySequence = 0;
        return;
      case HANDSHAKE.endOfEarlyData:
        this.#early = [];
        return;
      case HANDSHAKE.serverHello:
        if (!isHelloRetry(message)) this.#serverHello(message, direction);
        return;
      case HANDSHAKE.finished:
        if (this.#isTls13()) this.#secret(direction, SECRET.clientTraffic, SECRET.serverTraffic);
        return;
      case HANDSHAKE.keyUpdate:
        this.#update(direction);
        return;
      default:
    }
  }

  #earlyKeys(): RecordKeys[] {
    const secret = this.#keys.secret(SECRET.early, this.#clientRandom);
    if (secret === null) return [];
    return SUITES_OF_TLS_1_3.flatMap((suite) => keysOfTraffic(suite, secret) ?? []);
  }

  #isTls13(): boolean {
    return this.#hello?.version === TLS_1_3;
  }

  #serverHello(message: Uint8Array, direction: 0 | 1): void {
    const hello = readServerHello(message);
    if (hello === null) return;
    this.#hello = hello;
    this.#serverRandom = randomOf(message);
    this.#isEncryptedFirst = findExtension(message, hello.extensionsAt, ENCRYPT_THEN_MAC) !== -1;
    this.#client = direction === 0 ? 1 : 0;
    if (!this.#isTls13()) return;
    this.#secret(0, SECRET.clientHandshake, SECRET.serverHandshake);
    this.#secret(1, SECRET.clientHandshake, SECRET.serverHandshake);
  }

  /** From its next record on `direction` uses the keys of TLS 1.3's secret that is its own of both. */
  #secret(direction: 0 | 1, clients: SecretName, servers: SecretName): void {
    const secret = this.#keys.secret(direction === this.#client ? clients : servers, this.#clientRandom);
    this.#traffic(direction, secret);
  }

  #traffic(direction: 0 | 1, secret: Uint8Array | null): void {
    const side = this.#sides[direction];
    // Nobody wrote it down: what is there fits nothing that follows.
    side.keys = secret === null ? null : keysOfTraffic(this.#hello?.suite ?? 0, secret);
    side.secret = secret ?? NOTHING;
    side.sequence = 0;
    side.chain = NOTHING;
  }

  #update(direction: 0 | 1): void {
    const { keys, secret } = this.#sides[direction];
    if (this.#isTls13() && keys !== null)
      this.#traffic(direction, nextTrafficSecret(this.#hello?.suite ?? 0, secret));
  }

  /** From its next record on `direction` encrypts: what a change of ciphers says up to TLS 1.2. */
  changeCipher(direction: 0 | 1): void {
    const hello = this.#hello;
    if (hello === null || this.#isTls13()) return;
    const master = this.#keys.secret(SECRET.master, this.#clientRandom);
    if (master === null) return;
    const { version, suite } = hello;
    const clientRandom = this.#clientRandom;
    const serverRandom = this.#serverRandom;
    const isEncryptedFirst = this.#isEncryptedFirst;
    const agreed = { version, suite, clientRandom, serverRandom, isEncryptedFirst };
    const both = keysOfMaster(agreed, master);
    const side = this.#sides[direction];
    side.keys = both === null ? null : both[direction === this.#client ? 0 : 1];
    side.sequence = 0;
    side.chain = NOTHING;
  }

  /** Opens the next record of a direction; null for one in the clear, and for one that its keys do not fit. */
  open(record: Uint8Array, direction: 0 | 1): JustOpened | null {
    if (direction === this.#client && this.#early.length > 0) {
      const early = this.#openEarly(record);
      if (early !== null) return early;
    }
    const side = this.#sides[direction];
    if (side.keys === null) return null;
    if (this.#isTls13() && record[0] !== CONTENT.applicationData) return null;
    const opened = { keys: side.keys, sequence: side.sequence, chain: side.chain };
    const open = openAgain(opened, record);
    // As in Wireshark, what was not opened does not count: a client's early data are under keys of their own.
    if (open === null) return null;
    side.sequence++;
    side.chain = side.keys.chainOf(record, side.chain);
    return { ...open, opened };
  }

  /** Opens a record of early data. The first tells the suite; what its keys do not fit is none, nor is anything after it. */
  #openEarly(record: Uint8Array): JustOpened | null {
    if (record[0] !== CONTENT.applicationData) return null;
    for (const keys of this.#early) {
      const opened = { keys, sequence: this.#earlySequence, chain: NOTHING };
      const open = openAgain(opened, record);
      if (open === null) continue;
      this.#early = [keys];
      this.#earlySequence++;
      return { ...open, opened };
    }
    this.#early = [];
    return null;
  }
}

function randomOf(hello: Uint8Array): Uint8Array {
  return Uint8Array.from(hello.subarray(RANDOM_AT, RANDOM_AT + RANDOM_LENGTH));
}

function newSide(): Side {
  return { keys: null, secret: NOTHING, sequence: 0, chain: NOTHING };
}
