// A certificate (RFC 5280) in a TLS handshake: who it is for, who says so, and until when. DER is read only as far as that needs.

import { DER_TAG, derValueAt, derValuesIn, oidHex } from "./der.ts";
import type { DerValue } from "./der.ts";
import { addBytes, latin1, utf8 } from "./protocol.ts";
import { attributeLayer } from "./x509-layers.ts";
import { bytesText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** Context tags of a certificate's optional parts, and of kinds of names (RFC 5280 4.1, 4.2.1.6). */
const NAME = { dns: 0x82, directory: 0xa4 } as const;
const PART = { version: 0xa0, extensions: 0xa3 } as const;

const ATTRIBUTES = new Map<string, string>([
  ["550403", "id-at-commonName"],
  ["550405", "id-at-serialNumber"],
  ["550406", "id-at-countryName"],
  ["550407", "id-at-localityName"],
  ["550408", "id-at-stateOrProvinceName"],
  ["550409", "id-at-streetAddress"],
  ["55040a", "id-at-organizationName"],
  ["55040b", "id-at-organizationalUnitName"],
  ["55040f", "id-at-businessCategory"],
  ["2a864886f70d010901", "pkcs-9-at-emailAddress"],
  // CA/Browser Forum, EV guidelines 9.2.4: where a company is registered.
  ["2b0601040182373c020101", "jurisdictionOfIncorporationLocalityName"],
  ["2b0601040182373c020102", "jurisdictionOfIncorporationStateOrProvinceName"],
  ["2b0601040182373c020103", "jurisdictionOfIncorporationCountryName"],
]);
/** Countries, and strings of which the standard allows one kind only: they have fields of their own. */
const OWN_FIELDS = new Map<string, string>([
  ["550405", "x509sat.PrintableString"],
  ["550406", "x509sat.CountryName"],
  ["2b0601040182373c020103", "x509sat.CountryName"],
]);
const SUBJECT_ALT_NAME = "551d11";

/** Wireshark's fields of strings by their tag. */
const STRING_FIELDS = new Map<number, string>([
  [0x0c, "x509sat.uTF8String"],
  [0x13, "x509sat.printableString"],
  [0x14, "x509sat.teletexString"],
]);

/** Adds the certificate in [start, end). */
export function addCertificate(d: Dissection, out: DetailNode[], start: number, end: number): void {
  const { bytes } = d;
  const node = addBytes(d, out, "tls.handshake.certificate", "Certificate", start, end);
  const certificate = derValueAt(bytes, start, end);
  const signed = certificate === null ? null : derValueAt(bytes, certificate.start, certificate.end);
  if (certificate?.tag !== DER_TAG.sequence || signed?.tag !== DER_TAG.sequence) return;
  const into = d.add(node.children, null, "signedCertificate", signed.at, signed.end - signed.at).children;
  const parts = derValuesIn(bytes, signed);
  const first = parts[0]?.tag === PART.version ? 1 : 0;
  const [serial, , issuer, validity, subject] = parts.slice(first);
  if (serial?.tag === DER_TAG.integer)
    addBytes(d, into, "x509af.serialNumber", "serialNumber", serial.start, serial.end);
  if (issuer !== undefined) addName(d, into, "issuer", issuer);
  if (validity !== undefined) addValidity(d, into, validity);
  const name = subject === undefined ? "" : addName(d, into, "subject", subject);
  if (name !== "") node.label = `Certificate: ${bytesText(bytes, start, end - start)} (${name})`;
  const extensions = parts.find(({ tag }) => tag === PART.extensions);
  if (extensions !== undefined) addAlternativeNames(d, into, extensions);
}

/** Adds the name in [start, end), of whoever signs certificates, as `field`. */
export function addDistinguishedName(
  d: Dissection,
  out: DetailNode[],
  field: string,
  start: number,
  end: number,
): void {
  const node = d.add(out, field, "Distinguished Name", start, end - start);
  const name = derValueAt(d.bytes, start, end);
  if (name?.tag === DER_TAG.sequence) node.label += `: (${addNameParts(d, node.children, name)})`;
}

/** A distinguished name, its parts as lines; answers them as one text. */
function addName(d: Dissection, out: DetailNode[], what: string, name: DerValue): string {
  const node = d.add(out, null, what, name.at, name.end - name.at);
  const all = addNameParts(d, node.children, name);
  node.label = `${what}: rdnSequence (${all})`;
  return all;
}

function addNameParts(d: Dissection, out: DetailNode[], name: DerValue): string {
  const { bytes } = d;
  const texts: string[] = [];
  for (const set of derValuesIn(bytes, name)) {
    const attribute = derValueAt(bytes, set.start, set.end);
    if (attribute === null) continue;
    const [type, value] = derValuesIn(bytes, attribute);
    if (type?.tag !== DER_TAG.oid || value === undefined) continue;
    const id = oidHex(bytes, type);
    const text =
      value.tag === 0x0c ? utf8(bytes, value.start, value.end) : latin1(bytes, value.start, value.end);
    const label = `${ATTRIBUTES.get(id) ?? id}=${text}`;
    texts.push(label);
    const line = d.add(out, null, `RDNSequence item: 1 item (${label})`, set.at, set.end - set.at);
    const isString = attributeLayer(id, value.tag) === "x509sat";
    const field = isString ? (OWN_FIELDS.get(id) ?? STRING_FIELDS.get(value.tag) ?? null) : null;
    const title = field?.slice(8) ?? "string";
    d.add(line.children, field, `${title}: ${text}`, value.start, value.end - value.start, text);
  }
  return texts.toReversed().join(",");
}

function addValidity(d: Dissection, out: DetailNode[], validity: DerValue): void {
  const { bytes } = d;
  const node = d.add(out, null, "validity", validity.at, validity.end - validity.at);
  derValuesIn(bytes, validity)
    .slice(0, 2)
    .forEach((time, i) => {
      const text = timeText(latin1(bytes, time.start, time.end), time.tag === 0x17);
      const line = d.add(
        node.children,
        null,
        `${i === 0 ? "notBefore" : "notAfter"}: ${text}`,
        time.at,
        time.end - time.at,
      );
      if (time.tag === 0x17)
        d.add(line.children, "x509af.utcTime", `utcTime: ${text}`, time.start, time.end - time.start, text);
    });
}

/** `2024-01-31 12:00:00 (UTC)`; what is no time stays as it is. */
function timeText(raw: string, isShort: boolean): string {
  const match = /^(\d{2,4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(raw);
  if (match === null) return raw;
  const [, year, month, day, hour, minute, second] = match;
  // RFC 5280 4.1.2.5.1: two digits from 50 on are of the last century.
  const century = isShort ? (Number(year) >= 50 ? "19" : "20") : "";
  return `${century}${year}-${month}-${day} ${hour}:${minute}:${second} (UTC)`;
}

/** Names a certificate is for besides its subject (RFC 5280 4.2.1.6). */
function addAlternativeNames(d: Dissection, out: DetailNode[], extensions: DerValue): void {
  const { bytes } = d;
  const list = derValueAt(bytes, extensions.start, extensions.end);
  if (list === null) return;
  for (const extension of derValuesIn(bytes, list)) {
    const [type, ...rest] = derValuesIn(bytes, extension);
    const data = rest.at(-1);
    if (type?.tag !== DER_TAG.oid || data === undefined || oidHex(bytes, type) !== SUBJECT_ALT_NAME) continue;
    const names = derValueAt(bytes, data.start, data.end);
    if (names === null) return;
    const node = d.add(
      out,
      null,
      "Extension (id-ce-subjectAltName)",
      extension.at,
      extension.end - extension.at,
    );
    for (const name of derValuesIn(bytes, names)) {
      if (name.tag === NAME.directory) {
        const [inner] = derValuesIn(bytes, name);
        if (inner !== undefined) addName(d, node.children, "directoryName", inner);
      }
      if (name.tag !== NAME.dns) continue;
      const text = latin1(bytes, name.start, name.end);
      d.add(node.children, "x509ce.dNSName", `dNSName: ${text}`, name.start, name.end - name.start, text);
    }
  }
}
