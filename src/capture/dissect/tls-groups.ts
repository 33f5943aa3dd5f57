// The names of groups and of signature schemes that TLS agrees on (the IANA registries, and what was tried beside them).

import { GREASE, isGrease } from "./tls-names.ts";

/** A line a block of numbers: the first of them, then the names in order; `-` has none. */
const GROUPS: readonly string[] = [
  "0001 sect163k1 sect163r1 sect163r2 sect193r1 sect193r2 sect233k1 sect233r1 sect239k1 sect283k1 sect283r1 sect409k1 sect409r1 sect571k1 sect571r1 secp160k1 secp160r1 secp160r2 secp192k1 secp192r1 secp224k1 secp224r1 secp256k1 secp256r1 secp384r1 secp521r1 brainpoolP256r1 brainpoolP384r1 brainpoolP512r1 x25519 x448",
  "0029 curveSM2",
  "0100 ffdhe2048 ffdhe3072 ffdhe4096 ffdhe6144 ffdhe8192",
  "0200 frodo640aes frodo640shake frodo976aes frodo976shake frodo1344aes frodo1344shake",
  "0214 ntru_hps2048509 ntru_hps2048677 ntru_hps4096821 ntru_hrss701 lightsaber saber firesaber sidhp434 sidhp503 sidhp610 sidhp751 sikep434 sikep503 sikep610 sikep751",
  "022c hqc128 hqc192 hqc256 ntrulpr653 ntrulpr761 ntrulpr857 sntrup653 sntrup761 sntrup857",
  "0238 bikel1 - kyber512 bikel3 kyber768 kyber1024 kyber90s512 kyber90s768 kyber90s1024 ntrulpr1277 sntrup1277 - - ntru_hps40961229 ntru_hrss1373",
  "2f00 p256_frodo640aes p256_frodo640shake p384_frodo976aes p384_frodo976shake p521_frodo1344aes p521_frodo1344shake",
  "2f14 p256_ntru_hps2048509 p384_ntru_hps2048677 p521_ntru_hps4096821 p384_ntru_hrss701 p256_lightsaber p384_saber p521_firesaber p256_sidhp434 p256_sidhp503 p384_sidhp610 p521_sidhp751 p256_sikep434 p256_sikep503 p384_sikep610 p521_sikep751",
  "2f2c p256_hqc128 p384_hqc192 p521_hqc256 p256_ntrulpr653 - p384_ntrulpr857 p256_sntrup653 - p384_sntrup857",
  "2f38 p256_bikel1 - p256_kyber512 p384_bikel3 p384_kyber768 p521_kyber1024 p256_kyber90s512 p384_kyber90s768 p521_kyber90s1024 p521_ntrulpr1277 p521_sntrup1277 p256_ntrulpr761 p256_sntrup761 p521_ntru_hps40961229 p521_ntru_hrss1373",
  "ff01 arbitrary_explicit_prime_curves arbitrary_explicit_char2_curves",
];

const SIGNATURES: readonly string[] = [
  "0201 rsa_pkcs1_sha1 - ecdsa_sha1",
  "0401 rsa_pkcs1_sha256 - ecdsa_secp256r1_sha256",
  "0501 rsa_pkcs1_sha384 - ecdsa_secp384r1_sha384",
  "0601 rsa_pkcs1_sha512 - ecdsa_secp521r1_sha512",
  "0708 sm2sig_sm3",
  "0804 rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512 ed25519 ed448 rsa_pss_pss_sha256 rsa_pss_pss_sha384 rsa_pss_pss_sha512",
  "fe0b falcon512 p256_falcon512 rsa3072_falcon512 falcon1024 p521_falcon1024",
  "fe1b picnic3l1 p256_picnic3l1 rsa3072_picnic3l1",
  "fe27 rainbowIclassic p256_rainbowIclassic rsa3072_rainbowIclassic",
  "fe3c rainbowVclassic p521_rainbowVclassic",
  "fe42 sphincsharaka128frobust p256_sphincsharaka128frobust rsa3072_sphincsharaka128frobust",
  "fe5e sphincssha256128frobust p256_sphincssha256128frobust rsa3072_sphincssha256128frobust",
  "fe7a sphincsshake256128frobust p256_sphincsshake256128frobust rsa3072_sphincsshake256128frobust",
  "fe96 picnicl1full p256_picnicl1full rsa3072_picnicl1full",
  "fea0 dilithium2 p256_dilithium2 rsa3072_dilithium2 dilithium3 p384_dilithium3 dilithium5 p521_dilithium5 dilithium2_aes p256_dilithium2_aes rsa3072_dilithium2_aes dilithium3_aes p384_dilithium3_aes dilithium5_aes p521_dilithium5_aes",
];

const GROUP_NAMES = new Map(GROUPS.flatMap(namesIn));
const SIGNATURE_NAMES = new Map(SIGNATURES.flatMap(namesIn));

function namesIn(line: string): [number, string][] {
  const [first, ...names] = line.split(" ");
  const base = Number.parseInt(first, 16);
  return names.flatMap((name, i): [number, string][] => (name === "-" ? [] : [[base + i, name]]));
}

export function groupName(value: number): string {
  return isGrease(value) ? GREASE : (GROUP_NAMES.get(value) ?? "Unknown");
}

/** What the first byte of a signature scheme was up to TLS 1.2, and the second (RFC 5246 7.4.1.4.1). */
const HASHES = ["None", "MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "SM3"];
const SIGNERS = ["Anonymous", "RSA", "DSA", "ECDSA", "SM2"];

export function signatureHashName(value: number): string {
  return HASHES[value] ?? "Unknown";
}

export function signerName(value: number): string {
  return SIGNERS[value] ?? "Unknown";
}

export function signatureName(value: number): string {
  return SIGNATURE_NAMES.get(value) ?? `${signatureHashName(value >> 8)} ${signerName(value & 0xff)}`;
}
