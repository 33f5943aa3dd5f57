// A network namespace of our own (namespaces(7)): devices, addresses, routes and ports that nobody else on the machine sees. A socket
// stays in the namespace it was made in, so the thread is inside only for the calls that make one.

import type { Libc } from "../libc.ts";
import { errnoName } from "../platform.ts";
import type { LinuxCalls } from "./linux-calls.ts";

const CLONE_NEWNET = 0x4000_0000;
const O_RDONLY_CLOEXEC = 0o2000000;
/** The calling thread's: namespaces belong to threads. */
const THIS_THREAD = "/proc/thread-self/ns/net";

/** The system call that was refused, and its errno. */
export interface Refused {
  readonly call: string;
  readonly errno: string;
}

export class NetworkNamespace {
  readonly #libc: Libc;
  readonly #linux: LinuxCalls;
  readonly #home: number;
  readonly #own: number;
  #inside = false;

  private constructor(libc: Libc, linux: LinuxCalls, home: number, own: number) {
    this.#libc = libc;
    this.#linux = linux;
    this.#home = home;
    this.#own = own;
  }

  /** Makes an empty one. It takes CAP_SYS_ADMIN: root, or a user namespace of one's own. */
  static create(libc: Libc): NetworkNamespace | Refused {
    const { linux } = libc;
    if (linux === null) return { call: "unshare(CLONE_NEWNET)", errno: "ENOSYS" };
    const refused = (call: string): Refused => ({ call, errno: errnoName(libc.errno()) });
    const home = linux.open(THIS_THREAD, O_RDONLY_CLOEXEC);
    if (home < 0) return refused(`open(${THIS_THREAD})`);
    // First see that the way back is open: the namespace a process begins in may belong to somebody else.
    if (linux.setns(home, CLONE_NEWNET) !== 0) {
      const answer = refused("setns(CLONE_NEWNET)");
      libc.close(home);
      return answer;
    }
    if (linux.unshare(CLONE_NEWNET) !== 0) {
      const answer = refused("unshare(CLONE_NEWNET)");
      libc.close(home);
      return answer;
    }
    const own = linux.open(THIS_THREAD, O_RDONLY_CLOEXEC);
    const reason = own < 0 ? refused(`open(${THIS_THREAD})`) : null;
    comeBack(linux, home);
    if (reason === null) return new NetworkNamespace(libc, linux, home, own);
    libc.close(home);
    return reason;
  }

  /** Runs `action`, which must not wait, with the calling thread inside. Throws an Error when the thread cannot be moved. */
  enter<T>(action: () => T): T {
    if (this.#inside) return action();
    if (this.#linux.setns(this.#own, CLONE_NEWNET) !== 0) {
      throw new Error(`setns into a network namespace failed: ${errnoName(this.#libc.errno())}`);
    }
    this.#inside = true;
    try {
      return action();
    } finally {
      this.#inside = false;
      comeBack(this.#linux, this.#home);
    }
  }

  /** Lets go of it: it ends with the last socket in it. */
  close(): void {
    this.#libc.close(this.#own);
    this.#libc.close(this.#home);
  }
}

function comeBack(linux: LinuxCalls, home: number): void {
  if (linux.setns(home, CLONE_NEWNET) !== 0) {
    throw new Error("the thread cannot leave a network namespace of its own: nothing it does now is safe");
  }
}
