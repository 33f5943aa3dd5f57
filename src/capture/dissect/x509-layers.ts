// The parts of certificates that Wireshark counts as layers: names' attributes, extensions and parameters of algorithms, each by the
// module of X.509 that defines it.

import { DER_TAG, derValueAt, derValuesIn, oidHex } from "./der.ts";
import type { DerValue } from "./der.ts";
import { uint } from "./protocol.ts";

/** Layers of one chain: a hostile one must not grow them without end. */
const LAYERS_MAX = 1_000;
const CERTIFICATES_MAX = 32;
/** Names within names of extensions. */
const DEPTH_MAX = 4;

/** Attributes of X.520 that are strings, `2.5.4.n` with these `n`. */
const STRING_ATTRIBUTES = new Set([
  0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30,
  35, 41, 42, 43, 44, 45, 46, 47, 48, 50, 51, 52, 54, 56, 65, 66, 67,
]);

/** Attributes beside them, by object identifier. */
const ATTRIBUTES = new Map<string, string>([
  ["2a864886f70d010901", "x509sat"],
  ["0992268993f22c640119", "x509sat"],
  ["0992268993f22c640101", "x509af"],
  ["2b0601040182373c020101", "x509sat"],
  ["2b0601040182373c020102", "x509sat"],
  ["2b0601040182373c020103", "x509sat"],
]);

/** Extensions of X.509 itself, `2.5.29.n` with these `n`. */
const CERTIFICATE_EXTENSIONS = new Set([
  3, 9, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 27, 28, 29, 30, 31, 32, 33, 35, 36, 37, 40, 44, 45, 46, 47,
  51, 53, 54, 58, 59, 60, 61,
]);

const EXTENSION = {
  subjectAttributes: "551d09",
  policies: "551d20",
  timestamps: "2b06010401d679020402",
} as const;

/** Extensions beside them: the internet's own (RFC 5280 4.2.2), and companies'. */
const EXTENSIONS = new Map<string, string>([
  ["2b06010505070101", "pkix1implicit"],
  ["2b06010505070102", "pkixqualified"],
  ["2b06010505070103", "pkixqualified"],
  ["2b0601050507010c", "logotypecertextn"],
  ["2b06010505070118", "pkix1explicit"],
  [EXTENSION.timestamps, "tls"],
  ["2b0601040182371402", "x509sat"],
  ["2b0601040182371501", "x509sat"],
  ["2b0601040182371502", "x509sat"],
  ["2b0601040182371507", "x509ce"],
  ["2b060104018237150a", "x509ce"],
  ["2a864886f67d074100", "x509ce"],
  ["2b0601050507300105", "ocsp"],
]);
const NETSCAPE_EXTENSIONS = "6086480186f84201";

/** Qualifiers of policies, and the one kind of other names there is a layer for. */
const QUALIFIERS = new Map<string, string>([
  ["2b06010505070201", "pkix1explicit"],
  ["2b06010505070202", "pkix1implicit"],
]);
const USER_PRINCIPAL_NAME = "2b060104018237140203";

/** Parameters of algorithms: curves, and numbers that keys of a domain share. */
const SIGNATURE_PSS = "2a864886f70d01010a";
const MASK_GENERATION = 0xa1;
const PARAMETERS = new Map<string, string>([
  [SIGNATURE_PSS, "pkcs-1"],
  ["2a8648ce3d0201", "pkcs-1"],
  ["2a8648ce380401", "x509af"],
  ["2a8648ce3e0201", "pkix1explicit"],
]);

/** Tags: strings of DirectoryString and its like, and the choices of a GeneralName (RFC 5280 4.2.1.6). */
const STRINGS = new Set([0x0c, 0x13, 0x14, 0x16, 0x1c, 0x1e]);
const NAME = { other: 0xa0, directory: 0xa4 } as const;
const PART = { version: 0xa0, extensions: 0xa3 } as const;

/** The layer of an attribute of a name by its identifier, as `oidHex` has it, and its value's tag; null where Wireshark knows none. */
export function attributeLayer(id: string, tag: number): string | null {
  const isString = STRING_ATTRIBUTES.has(lastArc(id, "5504")) && STRINGS.has(tag);
  return isString ? "x509sat" : (ATTRIBUTES.get(id) ?? null);
}

/**
 * The layers of the chain in [start, end), a TLS Certificate message's content, in order; `isTls13` where it begins with a context, and
 * extensions follow each certificate.
 */
export function chainLayers(bytes: Uint8Array, start: number, end: number, isTls13: boolean): string[] {
  const layers: string[] = [];
  let at = start + 3 + (isTls13 && start < end ? 1 + bytes[start] : 0);
  for (let i = 0; i < CERTIFICATES_MAX && at + 3 <= end && layers.length < LAYERS_MAX; i++) {
    const from = at + 3;
    at = from + uint(bytes, at, 3);
    if (at > end) break;
    new CertificateLayers(bytes, layers).add(from, at);
    if (isTls13 && at + 2 <= end) at += 2 + uint(bytes, at, 2);
  }
  return layers.slice(0, LAYERS_MAX);
}

/** Names of those a server takes certificates of that are read. */
export const REQUEST_NAMES_MAX = 100;

/** The layers of names behind the length of their list at `start`, each behind its own length. */
export function nameLayers(bytes: Uint8Array, start: number): string[] {
  const layers: string[] = [];
  const end = bytes.length;
  let at = start + 2;
  for (let i = 0; i < REQUEST_NAMES_MAX && at + 2 <= end; i++) {
    const from = at + 2;
    at = from + uint(bytes, at, 2);
    const name = at > end ? null : derValueAt(bytes, from, at);
    if (name === null) break;
    new CertificateLayers(bytes, layers).name(name);
  }
  return layers.slice(0, LAYERS_MAX);
}

class CertificateLayers {
  readonly #bytes: Uint8Array;
  readonly #layers: string[];

  constructor(bytes: Uint8Array, layers: string[]) {
    this.#bytes = bytes;
    this.#layers = layers;
  }

  /** Those of the certificate in [start, end). */
  add(start: number, end: number): void {
    const certificate = derValueAt(this.#bytes, start, end);
    const signed = certificate === null ? null : derValueAt(this.#bytes, certificate.start, certificate.end);
    if (certificate?.tag !== DER_TAG.sequence || signed?.tag !== DER_TAG.sequence) return;
    const parts = this.#in(signed);
    const first = parts[0]?.tag === PART.version ? 1 : 0;
    const [, signature, issuer, , subject, key] = parts.slice(first);
    if (signature !== undefined) this.#algorithm(signature);
    if (issuer !== undefined) this.name(issuer);
    if (subject !== undefined) this.name(subject);
    if (key !== undefined) this.#key(key);
    const extensions = parts.find(({ tag }) => tag === PART.extensions);
    const [list] = extensions === undefined ? [] : this.#in(extensions);
    if (list !== undefined) for (const extension of this.#in(list)) this.#extension(extension);
    const [, outer] = this.#in(certificate);
    if (outer !== undefined) this.#algorithm(outer);
  }

  #in(value: DerValue): DerValue[] {
    return derValuesIn(this.#bytes, value);
  }

  /** A sequence that begins with an object identifier: it, and what follows. */
  #identified(value: DerValue): { readonly id: string; readonly rest: readonly DerValue[] } | null {
    const [type, ...rest] = this.#in(value);
    return type?.tag === DER_TAG.oid ? { id: oidHex(this.#bytes, type), rest } : null;
  }

  name(name: DerValue): void {
    for (const set of this.#in(name)) for (const attribute of this.#in(set)) this.#attribute(attribute);
  }

  #attribute(attribute: DerValue): void {
    const found = this.#identified(attribute);
    const value = found?.rest[0];
    if (found === null || value === undefined) return;
    const layer = attributeLayer(found.id, value.tag);
    if (layer !== null) this.#layers.push(layer);
  }

  #key(key: DerValue): void {
    const [algorithm] = this.#in(key);
    if (algorithm !== undefined) this.#algorithm(algorithm);
  }

  /** Parameters of an algorithm; of RSASSA-PSS also those of its mask generation (RFC 8017 A.2.3). */
  #algorithm(algorithm: DerValue): void {
    const found = this.#identified(algorithm);
    const parameters = found?.rest[0];
    if (found === null || parameters === undefined) return;
    const layer = PARAMETERS.get(found.id);
    if (layer !== undefined) this.#layers.push(layer);
    if (found.id !== SIGNATURE_PSS) return;
    const mask = this.#in(parameters).find(({ tag }) => tag === MASK_GENERATION);
    const [inner] = mask === undefined ? [] : this.#in(mask);
    if (inner !== undefined && (this.#identified(inner)?.rest.length ?? 0) > 0) this.#layers.push("pkcs-1");
  }

  #extension(extension: DerValue): void {
    const found = this.#identified(extension);
    const data = found?.rest.at(-1);
    if (found === null || data === undefined) return;
    const { id } = found;
    const isOwn = CERTIFICATE_EXTENSIONS.has(lastArc(id, "551d"));
    const isNetscape = id.length === NETSCAPE_EXTENSIONS.length + 2 && id.startsWith(NETSCAPE_EXTENSIONS);
    const layer = isOwn ? "x509ce" : isNetscape ? "ns_cert_exts" : EXTENSIONS.get(id);
    if (layer === undefined) return;
    this.#layers.push(layer);
    if (!isOwn) return;
    if (id === EXTENSION.policies) this.#policies(data);
    else if (id === EXTENSION.subjectAttributes) this.#attributes(data);
    else this.#names(data, 0);
  }

  #policies(data: DerValue): void {
    const [list] = this.#in(data);
    if (list === undefined) return;
    for (const policy of this.#in(list)) {
      const [, qualifiers] = this.#in(policy);
      if (qualifiers === undefined) continue;
      for (const qualifier of this.#in(qualifiers)) {
        const layer = QUALIFIERS.get(this.#identified(qualifier)?.id ?? "");
        if (layer !== undefined) this.#layers.push(layer);
      }
    }
  }

  /** Of subjectDirectoryAttributes, each with a set of values. */
  #attributes(data: DerValue): void {
    const [list] = this.#in(data);
    if (list === undefined) return;
    for (const attribute of this.#in(list)) {
      const found = this.#identified(attribute);
      const values = found?.rest[0];
      if (found === null || values === undefined) continue;
      const isString = STRING_ATTRIBUTES.has(lastArc(found.id, "5504"));
      if (isString)
        for (const value of this.#in(values)) if (STRINGS.has(value.tag)) this.#layers.push("x509sat");
    }
  }

  /** Directory names and user principal names anywhere in an extension: where they may be depends on the extension. */
  #names(value: DerValue, depth: number): void {
    if (depth > DEPTH_MAX || this.#layers.length > LAYERS_MAX) return;
    for (const inner of this.#in(value)) {
      if (inner.tag === NAME.directory) {
        const [name] = this.#in(inner);
        if (name !== undefined) this.name(name);
      } else if (inner.tag === NAME.other && this.#identified(inner)?.id === USER_PRINCIPAL_NAME) {
        this.#layers.push("x509sat");
      } else if (inner.tag >= 0xa0 || inner.tag === DER_TAG.sequence) this.#names(inner, depth + 1);
    }
  }
}

/** The last part of an object identifier that has one byte after `prefix`; -1 of others. */
function lastArc(id: string, prefix: string): number {
  if (id.length !== prefix.length + 2 || !id.startsWith(prefix)) return -1;
  const arc = Number.parseInt(id.slice(prefix.length), 16);
  return arc < 0x80 ? arc : -1;
}
