// An SSH connection (RFC 4253) up to its first encrypted packets, and one whose banner comes in two segments.

import { ascii, end, hex, joined, noise, number } from "./network.ts";
import type { SampleNetwork } from "./network.ts";

const KEX_INIT = 20;
const NEW_KEYS = 21;
const ECDH_INIT = 30;
const ECDH_REPLY = 31;

function text(value: string): Uint8Array {
  return joined(number(value.length, 4), ascii(value));
}

function blob(bytes: Uint8Array): Uint8Array {
  return joined(number(bytes.length, 4), bytes);
}

/** A packet of RFC 4253 6 as it is before keys are there: padded to eight bytes, at least four of them. */
function packet(payload: Uint8Array): Uint8Array {
  const padding = 4 + ((8 - ((5 + payload.length + 4) % 8)) % 8);
  return joined(
    number(1 + payload.length + padding, 4),
    number(padding, 1),
    payload,
    new Uint8Array(padding),
  );
}

interface Offer {
  readonly kex: string;
  readonly hostKeys: string;
  readonly ciphers?: string;
  readonly macs: string;
}

function keyExchangeInit({ kex, hostKeys, ciphers = "aes128-ctr", macs }: Offer): Uint8Array {
  const lists = [kex, hostKeys, ciphers, ciphers, macs, macs, "none", "none,zlib@openssh.com", "", ""];
  const cookie = hex("000102030405060708090a0b0c0d0e0f");
  return packet(
    joined(Uint8Array.of(KEX_INIT), cookie, ...lists.map(text), Uint8Array.of(0), hex("00000000")),
  );
}

export function addSsh(network: SampleNetwork): void {
  addElliptic(network);
  addClassic(network);
  addGroupExchange(network);
}

/** Curve25519 and Ed25519, then ChaCha20-Poly1305, under which lengths cannot be told. */
function addElliptic(network: SampleNetwork): void {
  const ssh = network.connect(end("10.0.0.50", 50_002), end("10.0.0.5", 22));
  ssh.say(ascii("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"));
  ssh.answer(ascii("SSH-2.0-lab_1.0\r\n"));
  const ciphers = "chacha20-poly1305@openssh.com,aes128-ctr";
  ssh.say(
    keyExchangeInit({
      kex: "curve25519-sha256,ecdh-sha2-nistp256",
      hostKeys: "ssh-ed25519,rsa-sha2-512",
      ciphers,
      macs: "hmac-sha2-256,hmac-sha1",
    }),
  );
  ssh.answer(
    keyExchangeInit({
      kex: "ecdh-sha2-nistp256,curve25519-sha256",
      hostKeys: "ssh-ed25519",
      ciphers,
      macs: "hmac-sha2-256",
    }),
  );
  ssh.say(packet(joined(Uint8Array.of(ECDH_INIT), blob(noise(32, 1)))));
  const hostKey = joined(text("ssh-ed25519"), blob(noise(32, 2)));
  const signature = joined(text("ssh-ed25519"), blob(noise(64, 3)));
  const reply = joined(Uint8Array.of(ECDH_REPLY), blob(hostKey), blob(noise(32, 4)), blob(signature));
  ssh.answer(joined(packet(reply), packet(Uint8Array.of(NEW_KEYS))));
  ssh.say(packet(Uint8Array.of(NEW_KEYS)));
  ssh.say(noise(44, 5));
  ssh.answer(noise(44, 6));
  ssh.say(joined(noise(68, 7), noise(52, 8)));
}

/** Diffie-Hellman with a fixed group, RSA, AES in counter mode with a MAC beside it. */
function addClassic(network: SampleNetwork): void {
  const ssh = network.connect(end("10.0.0.50", 50_003), end("10.0.0.5", 22));
  ssh.answer(ascii("SSH-2.0-lab_1.0\r\n"));
  ssh.say(ascii("SSH-2.0-OpenSSH_5.3\n"));
  const offer = { kex: "diffie-hellman-group14-sha1", hostKeys: "ssh-rsa", macs: "hmac-sha2-256" };
  ssh.say(keyExchangeInit(offer));
  ssh.answer(keyExchangeInit(offer));
  ssh.say(packet(joined(Uint8Array.of(30), blob(noise(128, 9)))));
  const hostKey = joined(text("ssh-rsa"), blob(hex("010001")), blob(noise(129, 10)));
  const signature = joined(text("ssh-rsa"), blob(noise(128, 11)));
  ssh.answer(packet(joined(Uint8Array.of(31), blob(hostKey), blob(noise(128, 12)), blob(signature))));
  ssh.answer(packet(Uint8Array.of(NEW_KEYS)));
  ssh.say(packet(Uint8Array.of(NEW_KEYS)));
  ssh.say(noise(16 + 32, 13));
  ssh.answer(noise(32 + 32, 14));
}

/** A group agreed on (RFC 4419), ECDSA, a MAC over what is encrypted. */
function addGroupExchange(network: SampleNetwork): void {
  const ssh = network.connect(end("10.0.0.50", 50_004), end("10.0.0.5", 22));
  ssh.say(ascii("SSH-2.0-PuTTY_Release_0.78\r\n"));
  ssh.answer(ascii("SSH-1.99-Cisco-1.25\r\n"));
  const offer = {
    kex: "diffie-hellman-group-exchange-sha256",
    hostKeys: "ecdsa-sha2-nistp256",
    macs: "hmac-sha2-256-etm@openssh.com",
  };
  ssh.say(keyExchangeInit(offer));
  ssh.answer(keyExchangeInit(offer));
  ssh.say(packet(joined(Uint8Array.of(34), number(2048, 4), number(4096, 4), number(8192, 4))));
  ssh.answer(packet(joined(Uint8Array.of(31), blob(noise(256, 15)), blob(Uint8Array.of(2)))));
  ssh.say(packet(joined(Uint8Array.of(32), blob(noise(256, 16)))));
  const hostKey = joined(text("ecdsa-sha2-nistp256"), text("nistp256"), blob(noise(65, 17)));
  const signature = joined(text("ecdsa-sha2-nistp256"), blob(noise(72, 18)));
  ssh.answer(packet(joined(Uint8Array.of(33), blob(hostKey), blob(noise(256, 19)), blob(signature))));
  ssh.answer(packet(Uint8Array.of(NEW_KEYS)));
  ssh.say(packet(Uint8Array.of(NEW_KEYS)));
  ssh.say(joined(number(16, 4), noise(16 + 32, 20)));
  ssh.answer(joined(number(32, 4), noise(32 + 32, 21)));
}

/** On another port, in parts: content tells what it is, and Wireshark 4.0 does not ask it. */
export function addSshBeyond(network: SampleNetwork): void {
  const other = network.connect(end("10.0.0.50", 50_005), end("10.0.0.5", 2022));
  other.answer(ascii("SSH-2.0-dropb"));
  other.answer(ascii("ear_2022.83\r\n"));
  other.say(ascii("SSH-2.0-libssh_0.10.4\r\n"));
  const init = keyExchangeInit({
    kex: "diffie-hellman-group14-sha256",
    hostKeys: "rsa-sha2-256",
    macs: "hmac-sha2-256",
  });
  other.say(init.subarray(0, 100));
  other.say(init.subarray(100));
  other.answer(joined(init, init.subarray(0, 8)));
  other.answer(init.subarray(8));
}
