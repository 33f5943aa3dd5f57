// DNS records with an inside of their own: the services that SRV names (RFC 2782), what CAA allows (RFC 8659).

import { addFlag, addText, latin1, utf8 } from "./protocol.ts";
import { hexText } from "./tree.ts";
import type { DetailNode, Dissection } from "./tree.ts";

/** The name of an SRV record: a service, a protocol, and where they are to be had. */
export function addServiceName(
  d: Dissection,
  out: DetailNode[],
  name: string,
  at: number,
  length: number,
): void {
  const [service, protocol, ...rest] = name.split(".");
  if (rest.length === 0) {
    d.add(out, "dns.resp.name", `Name: ${name}`, at, length, name);
    return;
  }
  const domain = rest.join(".");
  d.add(out, "dns.srv.service", `Service: ${service}`, at, length, service);
  d.add(out, "dns.srv.proto", `Protocol: ${protocol}`, at, length, protocol);
  d.add(out, "dns.srv.name", `Name: ${domain}`, at, length, domain);
}

const CAA_TAGS = new Map<string, { readonly name: string; readonly field: string }>([
  ["issue", { name: "Issue", field: "dns.caa.issue" }],
  ["issuewild", { name: "Issue Wildcard", field: "dns.caa.issuewild" }],
  ["iodef", { name: "Report URL", field: "dns.caa.iodef" }],
]);
const CAA_UNKNOWN = { name: "Unknown tag", field: "dns.caa.unknown" };

/** CAA's data in [start, end): flags, a tag behind its length, a value. False where the tag does not fit. */
export function addCaa(d: Dissection, out: DetailNode[], start: number, end: number): boolean {
  const { bytes } = d;
  const length = bytes[start + 1];
  const valueAt = start + 2 + length;
  if (end - start < 2 || valueAt > end) return false;
  const flags = d.add(out, "dns.caa.flags", `CAA Flags: ${hexText(bytes[start], 2)}`, start, 1, bytes[start]);
  addFlag(d, flags.children, "dns.caa.flags.issuer_critical", start, 1, 0x80, "Issuer Critical", [
    "Critical",
    "Not critical",
  ]);
  const { name, field } = CAA_TAGS.get(latin1(bytes, start + 2, valueAt)) ?? CAA_UNKNOWN;
  const value = utf8(bytes, valueAt, d.captured(end));
  const line = d.add(out, field, `${name}: ${value}`, start + 1, end - start - 1, value);
  d.add(line.children, "dns.caa.tag_length", `Tag length: ${length}`, start + 1, 1, length);
  addText(d, line.children, "dns.caa.tag", "Tag", start + 2, valueAt);
  addText(d, line.children, "dns.caa.value", "Value", valueAt, end);
  return true;
}
