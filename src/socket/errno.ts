// The errno names a socket call can answer with, and the error a program sees.

/** Names as in errno(3) and the man pages of the calls; numbers differ between systems and never appear here. */
export const ERRNOS = {
  EACCES: "permission denied",
  EADDRINUSE: "address already in use",
  EADDRNOTAVAIL: "address not available",
  EAFNOSUPPORT: "address family not supported",
  EAGAIN: "resource temporarily unavailable",
  EALREADY: "connection already in progress",
  EBADF: "bad file descriptor",
  ECONNABORTED: "software caused connection abort",
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset by peer",
  EDESTADDRREQ: "destination address required",
  EEXIST: "file already exists",
  EHOSTUNREACH: "host is unreachable",
  EINPROGRESS: "operation now in progress",
  EINTR: "interrupted system call",
  EINVAL: "invalid argument",
  EIO: "input/output error",
  EISCONN: "socket is already connected",
  EMFILE: "too many open files",
  EMSGSIZE: "message too long",
  ENETDOWN: "network is down",
  ENETRESET: "connection aborted by network",
  ENETUNREACH: "network is unreachable",
  ENOBUFS: "no buffer space available",
  ENOENT: "no such file or directory",
  ENOMEM: "not enough memory",
  ENOPROTOOPT: "protocol not available",
  ENOTCONN: "socket is not connected",
  ENOTSOCK: "socket operation on non-socket",
  ENOTSUP: "operation not supported",
  ENOTTY: "inappropriate ioctl for device",
  EOPNOTSUPP: "operation not supported on socket",
  EPERM: "operation not permitted",
  EPIPE: "broken pipe",
  EPROTO: "protocol error",
  EPROTONOSUPPORT: "protocol not supported",
  EPROTOTYPE: "protocol wrong type for socket",
  ESHUTDOWN: "cannot send after socket shutdown",
  ETIMEDOUT: "connection timed out",
} as const;

export type Errno = keyof typeof ERRNOS;

/** Whether `text` is one of the errno names above. */
export function isErrno(text: unknown): text is Errno {
  return typeof text === "string" && Object.hasOwn(ERRNOS, text);
}

/**
 * What a failed socket call throws. Worded as Node words its own: `connect ECONNREFUSED 10.0.0.2:80`.
 * `why` adds a reason where the errno alone would puzzle, as with ENOTSUP.
 */
export class SocketError extends Error {
  override readonly name = "SocketError";
  readonly code: Errno;
  readonly syscall: string;
  readonly address: string | undefined;

  constructor(
    code: Errno,
    syscall: string,
    options: { address?: string | undefined; why?: string | undefined } = {},
  ) {
    const where = options.address === undefined ? "" : ` ${options.address}`;
    const why = options.why === undefined ? "" : ` (${options.why})`;
    super(`${syscall} ${code}${where}${why}`);
    this.code = code;
    this.syscall = syscall;
    this.address = options.address;
  }
}
