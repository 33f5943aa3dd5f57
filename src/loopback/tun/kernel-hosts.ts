// Hosts that are real: each a network namespace with a TUN device for its only way out, and the kernel's sockets in it.

import { readFileSync } from "node:fs";
import type { Family, SocketType } from "../../socket/address.ts";
import type { Failure, SocketCore } from "../../socket/core.ts";
import type { RealClock } from "../clock.ts";
import { MessageReader } from "../kernel-message.ts";
import { openKernelSocket } from "../kernel-socket.ts";
import type { KernelRun } from "../kernel-socket.ts";
import { loadLibc } from "../libc.ts";
import type { Libc } from "../libc.ts";
import type { LinuxCalls } from "./linux-calls.ts";
import { acquirePoller, releasePoller } from "../poller.ts";
import { UnixPaths } from "../unix-paths.ts";
import { TunDevice } from "./device.ts";
import { NetworkNamespace } from "./namespace.ts";
import type { Refused } from "./namespace.ts";
import { OWN_ADDRESSES } from "./own-addresses.ts";
import { Pacer } from "./pacer.ts";
import type { PacedNetwork } from "./pacer.ts";

/** One host's place in the network. */
export interface KernelHostPlan {
  readonly name: string;
  readonly ipv4: string;
  readonly ipv6: string;
  /** Of its way out, in bytes. */
  readonly mtu: number;
}

/** Why there are none, and what to do; `refused` when it was the kernel that said no. */
export interface NoKernelHosts {
  readonly unavailable: string;
  readonly refused: Refused | null;
}

interface KernelHost {
  readonly namespace: NetworkNamespace;
  readonly device: TunDevice;
}

const DEVICE_NAME = "wirelab0";

/** Of the namespace the thread is in. */
const SOCKET_TABLES = ["/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6"];
/** proc(5): address, address, state, queues, and the timer: 1 retransmission, 2 another, 4 zero window probe. */
const TIMER_PENDING = /^ *\d+: \S+ \S+ \S\S \S+:\S+ 0[124]:/m;

function readTable(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    // A kernel without IPv6 has no table of it.
    return "";
  }
}

function remedy({ call, errno }: Refused): string {
  if (!call.startsWith("open(/dev/net/tun)")) {
    return "it takes root, or a user namespace of one's own (unshare --user --map-root-user --net)";
  }
  return errno === "EACCES" || errno === "EPERM"
    ? "run as root, or let users open the device (chmod 666 /dev/net/tun)"
    : "load the module (modprobe tun), or give the container the device (--device /dev/net/tun)";
}

export class KernelHosts {
  readonly #libc: Libc;
  readonly #linux: LinuxCalls;
  readonly #clock: RealClock;
  readonly #hosts = new Map<string, KernelHost>();
  readonly #paths = new UnixPaths();
  #run: KernelRun | null = null;
  #pacer: Pacer | null = null;

  private constructor(libc: Libc, linux: LinuxCalls, clock: RealClock) {
    this.#libc = libc;
    this.#linux = linux;
    this.#clock = clock;
  }

  /** Makes the namespaces and devices, or says what is missing. */
  static create(plans: readonly KernelHostPlan[], clock: RealClock): KernelHosts | NoKernelHosts {
    const answer = loadLibc();
    if (!("libc" in answer)) return { unavailable: answer.why, refused: null };
    const { libc } = answer;
    if (libc.linux === null) {
      return { unavailable: "network namespaces and TUN devices are Linux's", refused: null };
    }
    const hosts = new KernelHosts(libc, libc.linux, clock);
    for (const plan of plans) {
      const refused = hosts.#add(plan);
      if (refused === null) continue;
      hosts.#close();
      return { unavailable: `${refused.call} failed: ${refused.errno}; ${remedy(refused)}`, refused };
    }
    return hosts;
  }

  /** Attaches every host to `network` and keeps that in step with the clock. Throws an Error when the system has no descriptors left. */
  attach(network: PacedNetwork): Pacer {
    const libc = this.#libc;
    const poller = acquirePoller(libc);
    const pacer = new Pacer(libc, this.#linux, poller, this.#clock, network);
    this.#pacer = pacer;
    for (const [name, { device }] of this.#hosts) pacer.attach(name, device);
    this.#run = {
      libc,
      poller: {
        watch: (fd, listener) =>
          poller.watch(fd, () => {
            pacer.catchUp();
            listener();
          }),
        forget: (id) => poller.forget(id),
      },
      clock: this.#clock,
      hosts: OWN_ADDRESSES,
      within: (host, call) => this.within(host, call),
      paths: this.#paths,
      reader: new MessageReader(libc),
      sockets: new Set(),
    };
    return pacer;
  }

  /** A socket of the kernel on `host`. */
  socket(host: string, family: Family, type: SocketType): SocketCore | Failure {
    if (this.#run === null) throw new Error("hosts have no sockets before they are attached");
    return openKernelSocket(this.#run, host, family, type);
  }

  /** Gives the kernel on `host` a packet that has arrived. */
  deliver(host: string, packet: Uint8Array): void {
    this.#hosts.get(host)?.device.write(packet);
  }

  /** Runs `action`, which must not wait, inside the namespace of `host`. Throws RangeError for a name that is no host's. */
  within<T>(host: string, action: () => T): T {
    const found = this.#hosts.get(host);
    if (found === undefined) throw new RangeError(`no host ${host}`);
    return found.namespace.enter(action);
  }

  /** Whether a TCP timer of one of the kernels will do something by itself: retransmit, keep alive, probe a closed window. */
  hasTimer(): boolean {
    for (const { namespace } of this.#hosts.values()) {
      const tables = namespace.enter(() => SOCKET_TABLES.map(readTable));
      if (tables.some((table) => TIMER_PENDING.test(table))) return true;
    }
    return false;
  }

  /** Closes what sockets are left and everything else. */
  async dispose(): Promise<void> {
    for (const socket of this.#run?.sockets ?? []) socket.discard();
    this.#pacer?.dispose();
    if (this.#run !== null) await releasePoller();
    this.#run = null;
    this.#close();
  }

  #add({ name, ...plan }: KernelHostPlan): Refused | null {
    const namespace = NetworkNamespace.create(this.#libc);
    if (!(namespace instanceof NetworkNamespace)) return namespace;
    const device = TunDevice.open(this.#libc, namespace, { ...plan, name: DEVICE_NAME });
    if (!(device instanceof TunDevice)) {
      namespace.close();
      return device;
    }
    this.#hosts.set(name, { namespace, device });
    return null;
  }

  #close(): void {
    for (const { namespace, device } of this.#hosts.values()) {
      device.close();
      namespace.close();
    }
    this.#hosts.clear();
    this.#paths.dispose();
  }
}
