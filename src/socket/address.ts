// Socket addresses: what programs write, what backends are handed, and how both print.

export type Family = "inet" | "inet6" | "unix";
export type SocketType = "stream" | "dgram";

/** `address` is a literal in canonical text (RFC 5952 for IPv6), `port` 0 to 65535. */
export interface InetAddress {
  readonly family: "inet" | "inet6";
  readonly address: string;
  readonly port: number;
}

/** A path in the file system's namespace, or with a leading zero a name of the abstract one; the empty path is an unnamed socket. */
export interface UnixAddress {
  readonly family: "unix";
  readonly path: string;
}

export type SocketAddress = InetAddress | UnixAddress;

/**
 * What a program may write where an address is wanted. `host` is a host's name in the topology or a literal;
 * left out it means every address of this host (bind) or this host itself (connect). Port 0 or none asks for any free port.
 */
export type AddressLike =
  | { readonly host?: string | undefined; readonly port?: number | undefined }
  | { readonly path: string }
  | SocketAddress;

export const ANY_INET = "0.0.0.0";
export const ANY_INET6 = "::";

/** `10.0.0.1:80`, `[::1]:80`, or the path; an abstract name with a leading `@`, as netstat and ss have it. */
export function formatAddress(address: SocketAddress): string {
  if (address.family === "unix") {
    return address.path === "" ? "(unnamed)" : address.path.replace(/^\0/, "@");
  }
  return address.family === "inet6"
    ? `[${address.address}]:${address.port}`
    : `${address.address}:${address.port}`;
}

/** Whether this is the wildcard address of its family. */
export function isAny(address: string): boolean {
  return address === ANY_INET || address === ANY_INET6;
}
