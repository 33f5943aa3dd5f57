// What NFS version 3 (RFC 1813) calls its numbers.

/** Why a call failed (RFC 1813 2.6). */
export const STATUSES = new Map<number, string>([
  [0, "NFS3_OK"],
  [1, "NFS3ERR_PERM"],
  [2, "NFS3ERR_NOENT"],
  [5, "NFS3ERR_IO"],
  [6, "NFS3ERR_NXIO"],
  [13, "NFS3ERR_ACCES"],
  [17, "NFS3ERR_EXIST"],
  [18, "NFS3ERR_XDEV"],
  [19, "NFS3ERR_NODEV"],
  [20, "NFS3ERR_NOTDIR"],
  [21, "NFS3ERR_ISDIR"],
  [22, "NFS3ERR_INVAL"],
  [27, "NFS3ERR_FBIG"],
  [28, "NFS3ERR_NOSPC"],
  [30, "NFS3ERR_ROFS"],
  [31, "NFS3ERR_MLINK"],
  [63, "NFS3ERR_NAMETOOLONG"],
  [66, "NFS3ERR_NOTEMPTY"],
  [69, "NFS3ERR_DQUOT"],
  [70, "NFS3ERR_STALE"],
  [71, "NFS3ERR_REMOTE"],
  [10_001, "NFS3ERR_BADHANDLE"],
  [10_002, "NFS3ERR_NOT_SYNC"],
  [10_003, "NFS3ERR_BAD_COOKIE"],
  [10_004, "NFS3ERR_NOTSUPP"],
  [10_005, "NFS3ERR_TOOSMALL"],
  [10_006, "NFS3ERR_SERVERFAULT"],
  [10_007, "NFS3ERR_BADTYPE"],
  [10_008, "NFS3ERR_JUKEBOX"],
]);

/** How far written data has come (RFC 1813 3.3.7). */
export const STABLE = new Map<number, string>([
  [0, "UNSTABLE"],
  [1, "DATA_SYNC"],
  [2, "FILE_SYNC"],
]);

/** What becomes of a file that is there (RFC 1813 3.3.8). */
export const CREATE_MODES = new Map<number, string>([
  [0, "UNCHECKED"],
  [1, "GUARDED"],
  [2, "EXCLUSIVE"],
]);

/** Rights of ACCESS: the bit, its letters in Info, its name and the end of its field's (RFC 1813 3.3.4). */
export const RIGHTS = [
  [0x01, "RD", "0x001 READ", "read"],
  [0x02, "LU", "0x002 LOOKUP", "lookup"],
  [0x04, "MD", "0x004 MODIFY", "modify"],
  [0x08, "XT", "0x008 EXTEND", "extend"],
  [0x10, "DL", "0x010 DELETE", "delete"],
  [0x20, "XE", "0x020 EXECUTE", "execute"],
] as const;
