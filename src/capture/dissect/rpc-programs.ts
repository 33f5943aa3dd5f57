// Programs of ONC RPC (RFC 5531): what each and its procedures are called.

/** Arguments or results of a procedure. */
export interface RpcBody {
  readonly version: number;
  readonly procedure: number;
  /** What the procedure is called. */
  readonly name: string;
  readonly isReply: boolean;
}

/** What a body adds to the columns, and to its program's line. */
export interface RpcText {
  readonly info: string;
  readonly title: string;
}

export interface RpcProgram {
  /** The Protocol column. */
  readonly name: string;
  /** The layer, what its line says, and the beginning of its fields' names. */
  readonly layer: string;
  readonly title: string;
  /** Procedures by version. */
  readonly procedures: ReadonlyMap<number, readonly string[]>;
}

const BIND_3 = "NULL SET UNSET GETADDR DUMP CALLIT GETTIME UADDR2TADDR TADDR2UADDR";
const BIND_4 =
  "NULL SET UNSET GETADDR DUMP BCAST GETTIME UADDR2TADDR TADDR2UADDR GETVERSADDR INDIRECT GETADDRLIST GETSTAT";
const NFS_2 =
  "NULL GETATTR SETATTR ROOT LOOKUP READLINK READ WRITECACHE WRITE CREATE REMOVE RENAME LINK SYMLINK MKDIR RMDIR READDIR STATFS";
const NFS_3 =
  "NULL GETATTR SETATTR LOOKUP ACCESS READLINK READ WRITE CREATE MKDIR SYMLINK MKNOD REMOVE RMDIR RENAME LINK READDIR READDIRPLUS FSSTAT FSINFO PATHCONF COMMIT";
const MOUNT = "NULL MNT DUMP UMNT UMNTALL EXPORT";
const LOCKS =
  "NULL TEST LOCK CANCEL UNLOCK GRANTED TEST_MSG LOCK_MSG CANCEL_MSG UNLOCK_MSG GRANTED_MSG TEST_RES LOCK_RES CANCEL_RES UNLOCK_RES GRANTED_RES";
const SHARES = `${LOCKS} PROC-16 PROC-17 PROC-18 PROC-19 SHARE UNSHARE NM_LOCK FREE_ALL`;

function versions(
  ...named: readonly (readonly [version: number, names: string])[]
): RpcProgram["procedures"] {
  return new Map(named.map(([version, names]) => [version, names.split(" ")]));
}

const PROGRAMS: ReadonlyMap<number, RpcProgram> = new Map<number, RpcProgram>([
  [
    100_000,
    {
      name: "Portmap",
      layer: "portmap",
      title: "Portmap",
      procedures: versions([2, "NULL SET UNSET GETPORT DUMP CALLIT"], [3, BIND_3], [4, BIND_4]),
    },
  ],
  [
    100_003,
    {
      name: "NFS",
      layer: "nfs",
      title: "Network File System",
      procedures: versions([2, NFS_2], [3, NFS_3], [4, "NULL COMPOUND"]),
    },
  ],
  [
    100_005,
    {
      name: "MOUNT",
      layer: "mount",
      title: "Mount Service",
      procedures: versions([1, `${MOUNT} EXPORTALL`], [2, `${MOUNT} EXPORTALL PATHCONF`], [3, MOUNT]),
    },
  ],
  [
    100_021,
    {
      name: "NLM",
      layer: "nlm",
      title: "Network Lock Manager Protocol",
      procedures: versions([1, LOCKS], [2, LOCKS], [3, SHARES], [4, SHARES]),
    },
  ],
  [
    100_024,
    {
      name: "STAT",
      layer: "stat",
      title: "Network Status Monitor Protocol",
      procedures: versions([1, "NULL STAT MON UNMON UNMON_ALL SIMU_CRASH NOTIFY"]),
    },
  ],
]);

/** Whether there is a program of that number here. */
export function isRpcProgram(program: number): boolean {
  return PROGRAMS.has(program);
}

/** The program of that number, or null. */
export function rpcProgram(program: number): RpcProgram | null {
  return PROGRAMS.get(program) ?? null;
}

/** `NFS (100003)`. */
export function programText(program: number): string {
  return `${PROGRAMS.get(program)?.name ?? "Unknown"} (${program})`;
}

/** `GETATTR`, or `proc-30`. */
export function procedureName(program: number, version: number, procedure: number): string {
  return PROGRAMS.get(program)?.procedures.get(version)?.[procedure] ?? `proc-${procedure}`;
}
